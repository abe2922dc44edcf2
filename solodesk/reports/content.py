"""The report in words: one content for HTML and PDF, in the current language.

Takes plain `ReportData`, gives plain text, runs of text and SVG; layouts only arrange it. User text
(names, subjects, comments) stays a value: nothing here is markup.
"""

from solodesk.reports import charts
from solodesk.reports.accounting_part import accounting_bar, accounting_caption, accounting_legend
from solodesk.reports.charts import Palette
from solodesk.reports.data import ReportData
from solodesk.reports.method import method
from solodesk.reports.parts import Content
from solodesk.reports.ratings_part import interval, quote, rating_bar, rating_caption, rating_legend
from solodesk.reports.speech import period_name
from solodesk.reports.summary import HEADLINES, facts, headline, lead
from solodesk.reports.waits_part import (
    others_table,
    slowest_table,
    waits_caption,
    waits_chart,
    waits_subtitle,
)
from solodesk.wording import dates, numbers
from solodesk.wording import figures as words
from solodesk.wording.gettext import _, current_language, ngettext


def content(data: ReportData, palette: Palette = charts.LIGHT) -> Content:
    """Put the report in words, in the language bound by `speaking`."""
    title, month = _("Service report"), period_name(data.period)
    business = data.business or _("Your business")
    found = data.figures
    csat = found["csat"]
    return Content(
        language="zh-CN" if current_language() == "zh" else "en",
        business=business,
        made=_made(data),
        title=title,
        month=month,
        running=_running(data),
        lead=lead(data),
        facts=facts(data),
        headlines=tuple(headline(found[key], data) for key in HEADLINES),
        waits_title=_("How long customers waited for the first answer"),
        waits_subtitle=waits_subtitle(data),
        waits_chart=waits_chart(data, palette),
        waits_caption=waits_caption(data),
        csat_title=words.title("csat"),
        csat_subtitle=ngettext("{n} rating received", "{n} ratings received", csat.n).format(
            n=csat.n
        ),
        csat_bar=rating_bar(data, palette),
        csat_legend=rating_legend(data, palette),
        csat_interval=interval(csat, palette),
        csat_caption=rating_caption(data),
        quotes=tuple(quote(c.scale, c.value, c.text, c.at_ms, data) for c in data.comments),
        slowest=slowest_table(data),
        others=others_table(data),
        accounting_title=_("{received} received, {accounted} accounted for").format(
            received=numbers.number(data.accounting.received),
            accounted=numbers.number(data.accounting.accounted),
        ),
        balanced=data.accounting.balanced,
        accounting_bar=accounting_bar(data, palette),
        accounting_legend=accounting_legend(data),
        accounting_caption=accounting_caption(data),
        method_title=_("How we count"),
        method=method(data),
        footer=f"{business} · {title} · {month}",
    )


def _made(data: ReportData) -> str:
    moment = dates.local(data.made_ms, data.period.zone)
    return _("Made on {day}, {time} · {zone}").format(
        day=dates.long_date(moment),
        time=f"{moment:%H:%M}",
        zone=dates.zone_name(data.period.zone, data.made_ms),
    )


def _running(data: ReportData) -> str:
    if not data.running:
        return ""
    moment = dates.local(data.as_of_ms, data.period.zone)
    return _("The period is not over: these are the figures so far, up to {moment}.").format(
        moment=dates.full_moment(moment, data.period.first.year)
    )
