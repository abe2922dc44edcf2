"""Satisfaction in words and as charts."""

from solodesk.domain.figures import Figure
from solodesk.reports import charts
from solodesk.reports.charts import Palette
from solodesk.reports.data import ReportData
from solodesk.reports.parts import Legend, Quote
from solodesk.wording import dates, labels, numbers
from solodesk.wording import figures as words
from solodesk.wording.gettext import _


def _groups(data: ReportData) -> tuple[tuple[str, int, str], ...]:
    """(words, count, tone) of good, middle and bad ratings."""
    given = data.ratings
    if data.scale == "csat5":
        return (
            ("4–5", given.get(5, 0) + given.get(4, 0), "good"),
            ("3", given.get(3, 0), "middle"),
            ("1–2", given.get(2, 0) + given.get(1, 0), "bad"),
        )
    tones = {3: "good", 2: "middle", 1: "bad"}
    return tuple((labels.rating("csat3", v), given.get(v, 0), t) for v, t in tones.items())


def rating_bar(data: ReportData, palette: Palette) -> charts.Chart | None:
    """How the ratings divide; None without any."""
    if not data.figures["csat"].n:
        return None
    groups = _groups(data)
    return charts.rating_bar(
        [(name, n) for name, n, _tone in groups], words.title("csat"), palette=palette
    )


def rating_legend(data: ReportData, palette: Palette) -> tuple[Legend, ...]:
    """The parts of that bar."""
    colours = {"good": palette.good, "middle": palette.text_2, "bad": palette.bad}
    return tuple(Legend(colours[tone], str(n), name, tone) for name, n, tone in _groups(data))


def interval(csat: Figure, palette: Palette) -> charts.Chart | None:
    """The true share, likely; None below five ratings."""
    if not csat.headline or csat.value is None or csat.interval is None:
        return None
    low, high = csat.interval
    if low is None or high is None:
        return None
    return charts.interval(csat.value, (low, high), words.title("csat"), palette=palette)


def rating_caption(data: ReportData) -> str:
    """The interval in words, and how many surveys were answered."""
    csat, rate = data.figures["csat"], data.figures["csat_response_rate"]
    parts = []
    if not csat.n:
        parts.append(_("Nobody gave a rating in this period. "))
    elif csat.headline and csat.interval is not None:
        low, high = csat.interval
        parts.append(
            _("With {n} ratings the true share is likely between {low} and {high}. ").format(
                n=csat.n, low=round(100 * (low or 0)), high=numbers.percent(high or 0)
            )
        )
    else:
        parts.append(_("Fewer than five ratings: no percentage is given. "))
    if rate.n:
        until = min(data.as_of_ms, data.period.end_ms) - 14 * 86_400_000
        day = dates.local(until, data.period.zone)
        said = _("{hits} of {n} surveys sent by {day} were answered").format(
            hits=rate.hits, n=rate.n, day=dates.short_date(day, data.period.first.year)
        )
        share = f" ({numbers.percent(rate.value or 0)})" if rate.n >= 5 else ""
        parts.append(_("{sentence}. ").format(sentence=said + share))
    return "".join(parts).strip()


def quote(scale: str, value: int, text: str, at_ms: int, data: ReportData) -> Quote:
    """A customer's words."""
    top = 3 if scale == "csat3" else 5
    tone = "good" if value >= (3 if top == 3 else 4) else "bad" if value <= top // 2 else "middle"
    day = dates.short_date(dates.local(at_ms, data.period.zone), data.period.first.year)
    chinese = any("\u2e80" <= c <= "\u9fff" for c in text)
    return Quote(tone, text, f"{labels.rating(scale, value)} · {day}", chinese)
