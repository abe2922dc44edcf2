"""The waits in words and as a chart: histogram, slowest answers, the other figures."""

from solodesk.reports import charts
from solodesk.reports.charts import Palette
from solodesk.reports.data import ReportData
from solodesk.reports.parts import Run, Table
from solodesk.reports.speech import before_name, customer, joined, runs, strong
from solodesk.wording import dates, durations
from solodesk.wording import figures as words
from solodesk.wording.gettext import _, ngettext

_TABLE = (
    "first_response_p80",
    "first_response_p90",
    "first_response_mean",
    "next_response_median",
    "within_goal_next",
    "resolution_first_median",
    "resolution_full_median",
    "reopen_rate",
    "messages_per_ticket",
    "csat_response_rate",
    "nps",
    "ces_mean",
)


def waits_subtitle(data: ReportData) -> str:
    """What the histogram counts."""
    answered = len(data.first_waits)
    step = durations.long(data.goal_first_s / 8 * 1000)
    return ngettext(
        "{n} answered ticket, business hours, {step} per bar",
        "{n} answered tickets, business hours, {step} per bar",
        answered,
    ).format(n=answered, step=step)


def waits_chart(data: ReportData, palette: Palette) -> charts.Chart | None:
    """The histogram; None without an answered ticket."""
    if not data.first_waits:
        return None
    found = charts.bins(data.first_waits, data.goal_first_s)
    median = data.figures["first_response_median"].value
    end = durations.long(found.end * 1000)
    enough = data.figures["first_response_median"].headline

    def length(seconds: float) -> str:
        return durations.long(seconds * 1000)

    late_words = ngettext(
        "{n} answered after the goal", "{n} answered after the goal", found.late
    ).format(n=found.late)
    more = ngettext(
        "{n} of them after more than {time}", "{n} of them after more than {time}", found.over
    ).format(n=found.over, time=end)
    said = charts.HistogramWords(
        title=_("How long customers waited for the first answer"),
        median=""
        if median is None
        else _("Half within {time}").format(time=durations.long(median * 1000)),
        goal=_("Goal {value}").format(value=durations.long(data.goal_first_s * 1000)),
        over=_("over {time}").format(time=end),
        late=late_words if found.late else "",
        late_more=more if found.over else "",
    )
    return charts.histogram(
        found, said, median=median if enough else None, length=length, palette=palette, height=264
    )


def waits_caption(data: ReportData) -> tuple[Run, ...]:
    """Percentiles, what still waits, later answers."""
    parts = []
    p80, p90 = data.figures["first_response_p80"], data.figures["first_response_p90"]
    mean = data.figures["first_response_mean"]
    if p80.headline and p80.value is not None:
        said = _("80 % were answered within {time}").format(
            time=strong(words.value(p80.value, "s"))
        )
        if p90.value is not None:
            said += _(", 90 % within {time}").format(time=strong(words.value(p90.value, "s")))
        if mean.value is not None:
            said += _("; the mean is {time}").format(time=words.value(mean.value, "s"))
        parts.append(_("{sentence}. ").format(sentence=said))
    elif not data.first_waits:
        parts.append(_("No new ticket was answered in this period. "))
    else:
        parts.append(_("Fewer than five tickets: no percentiles are given. "))
    waiting = data.waiting.count
    if waiting:
        parts.append(
            ngettext(
                "{n} ticket was still waiting at the end: it counts as “at least this long”. ",
                "{n} tickets were still waiting at the end: they count as “at least this long”. ",
                waiting,
            ).format(n=waiting)
        )
    later = data.figures["next_response_median"]
    if later.headline and later.value is not None:
        parts.append(
            _("Later answers in the same ticket: half within {time} (n = {n}).").format(
                time=strong(words.value(later.value, "s")), n=later.n
            )
        )
    return runs("".join(parts).strip())


def slowest_table(data: ReportData) -> Table:
    """The tickets that waited longest, and who still waits."""
    rows = []
    for line in data.slowest:
        moment = dates.local(line.created_ms, data.period.zone)
        wait = line.first_wait_business_s or 0
        rows.append(
            (
                "" if line.number is None else f"#{line.number}",
                dates.full_moment(moment, data.period.first.year),
                customer(line, data),
                *([] if data.anonymous else [line.subject or "—"]),
                durations.long(wait * 1000),
            )
        )
    return Table(
        _("Slowest answers"),
        _("business hours; the goal is {goal}").format(
            goal=durations.long(data.goal_first_s * 1000)
        ),
        (
            _("Ticket"),
            _("Received"),
            _("Customer"),
            *([] if data.anonymous else [_("Subject")]),
            words.title("first_response_median"),
        ),
        tuple(rows),
        (3 if data.anonymous else 4,),
        _still_waiting(data),
    )


def _still_waiting(data: ReportData) -> str:
    waiting = data.waiting
    last = dates.local(data.as_of_ms - 1, data.period.zone)
    day = dates.short_date(last, data.period.first.year)
    if not waiting.count or waiting.longest is None:
        return _("Nobody was still waiting for a first answer on {day}.").format(day=day)
    number, seconds = waiting.longest
    said = ngettext(
        "Still waiting on {day}: {n} ticket.", "Still waiting on {day}: {n} tickets.", waiting.count
    ).format(day=day, n=waiting.count)
    late = ngettext(
        "The goal has passed for {n} of them", "The goal has passed for {n} of them", waiting.late
    ).format(n=waiting.late)
    time = durations.long(seconds * 1000)
    longest = (
        _("the longest has waited {time}").format(time=time)
        if number is None
        else _("the longest, #{number}, has waited {time}").format(number=number, time=time)
    )
    return joined(said, _("{first}; {second}.").format(first=late, second=longest))


def others_table(data: ReportData) -> Table:
    """The remaining figures with their intervals."""
    rows = []
    for key in _TABLE:
        figure = data.figures[key]
        if not figure.n:
            continue
        shown = words.headline(figure)
        bounds = "—"
        if figure.headline and figure.interval is not None and figure.value is not None:
            low, high = (
                "…" if end is None else words.value(end, figure.unit) for end in figure.interval
            )
            bounds = f"{low} – {high}"
        before = "—"
        if figure.previous is not None and figure.previous_n >= 5:
            before = words.value(figure.previous, figure.unit)
        change = "" if figure.change is None else words.change(figure.change)
        rows.append((words.title(key), shown, bounds, str(figure.n), before, change))
    return Table(
        _("More figures"),
        "",
        (
            _("Figure"),
            _("Value"),
            _("95 % interval"),
            _("n"),
            before_name(data),
            _("Change"),
        ),
        tuple(rows),
        (1, 2, 3, 4),
        "",
    )
