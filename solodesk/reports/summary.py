"""The top of the report: the lead, the counts, the five large figures."""

from solodesk.domain.figures import Change, Figure, Verdict
from solodesk.reports.data import ReportData
from solodesk.reports.parts import Fact, Headline, Run
from solodesk.reports.speech import before_name, before_short, runs, strong, unbroken
from solodesk.wording import durations, numbers
from solodesk.wording import figures as words
from solodesk.wording.gettext import _, ngettext

HEADLINES = (
    "first_response_median",
    "within_goal_first",
    "csat",
    "first_contact_resolution",
    "resolution_rate",
)


def lead(data: ReportData) -> tuple[Run, ...]:
    """What happened, in three sentences made from the figures."""
    arrived = int(data.figures["arrivals"].value or 0)
    sentences = [
        ngettext("{n} new ticket arrived", "{n} new tickets arrived", arrived).format(
            n=numbers.number(arrived)
        )
    ]
    first = data.figures["first_response_median"]
    if first.headline and first.value is not None:
        said = _("half were answered within {time}").format(
            time=strong(words.value(first.value, "s"))
        )
        sentences[0] += _("; {more}").format(more=said + _sooner(first, data))
    elif first.headline and first.longer_than is not None:
        sentences[0] += _("; {more}").format(
            more=_("more than half still waited after {time}").format(
                time=strong(words.value(first.longer_than, "s"))
            )
        )
    goal = data.figures["within_goal_first"]
    if goal.headline and goal.value is not None:
        sentences.append(
            _("{share} of the first answers came within your goal of {goal}").format(
                share=strong(numbers.percent(goal.value)),
                goal=unbroken(durations.long(data.goal_first_s * 1000)),
            )
        )
    csat = data.figures["csat"]
    if csat.n:
        sentences.append(
            ngettext(
                "{hits} of {n} customer who gave a rating was satisfied",
                "{hits} of {n} customers who gave a rating were satisfied",
                csat.n,
            ).format(hits=strong(str(csat.hits)), n=csat.n)
        )
    return runs("".join(_("{sentence}. ").format(sentence=s) for s in sentences).strip())


def _sooner(figure: Figure, data: ReportData) -> str:
    if figure.previous is None or figure.value is None:
        return ""
    gap = words.value(abs(figure.value - figure.previous), "s")
    if figure.change is Change.BETTER:
        return _(", {gap} sooner than before ({period})").format(gap=gap, period=before_name(data))
    if figure.change is Change.WORSE:
        return _(", {gap} later than before ({period})").format(gap=gap, period=before_name(data))
    return ""


def facts(data: ReportData) -> tuple[Fact, ...]:
    """The counts under the lead."""

    def counted(key: str) -> Fact:
        figure = data.figures[key]
        note = "—" if figure.previous is None else numbers.number(figure.previous)
        note = _("{period} {value}").format(period=before_short(data), value=note)
        if figure.change is Change.SAME:
            note = f"{note} · {words.change(Change.SAME)}"
        return Fact(words.title(key), numbers.number(figure.value or 0), note)

    open_now = data.figures["open_now"]
    return (
        counted("arrivals"),
        counted("answers"),
        Fact(
            _("Open at the end"),
            numbers.number(open_now.value or 0),
            _("{period} {value}").format(
                period=before_short(data), value=numbers.number(open_now.previous or 0)
            ),
        ),
        Fact(_("Logged phone and chat"), numbers.number(data.contacts), _("not in the waits")),
    )


def headline(figure: Figure, data: ReportData) -> Headline:
    """One of the five large figures."""
    small = not figure.headline or figure.value is None
    if small:
        pieces: tuple[tuple[str, str], ...] = ((words.headline(figure), ""),)
    elif figure.unit == "s":
        pieces = durations.pieces((figure.value or 0) * 1000)
    else:
        number, unit = numbers.percent(figure.value or 0).rsplit(numbers.THIN, 1)
        pieces = ((number, unit),)
    change, tone = _change(figure)
    before = ""
    if figure.previous is not None and figure.previous_n >= 5:
        before = _("{period}: {value}").format(
            period=before_name(data), value=words.value(figure.previous, figure.unit)
        )
    goal, goal_tone = _goal(figure)
    return Headline(
        words.title(figure.key), pieces, small, change, tone, before, goal, goal_tone, _note(figure)
    )


def _change(figure: Figure) -> tuple[str, str]:
    if figure.change is Change.SAME:
        return words.change(Change.SAME), "mid"
    if figure.change is None or figure.value is None or figure.previous is None:
        return "", "mid"
    gap = figure.value - figure.previous
    if figure.unit == "s":
        amount = words.value(abs(gap), "s")
    else:
        points = max(1, round(abs(gap) * 100))
        amount = ngettext("{n} point", "{n} points", points).format(n=points)
    arrow = "▼" if gap < 0 else "▲"
    said = _("{amount}, {word}").format(amount=amount, word=words.change(figure.change))
    return f"{arrow} {said}", "ok" if figure.change is Change.BETTER else "bad"


def _goal(figure: Figure) -> tuple[tuple[str, str] | None, str]:
    if figure.goal is None or figure.verdict is None:
        return None, "mid"
    tone = {Verdict.MET: "ok", Verdict.MISSED: "warn", Verdict.TOO_FEW: "mid"}[figure.verdict]
    goal = _("Goal {value}").format(value=words.value(figure.goal, figure.unit))
    return (goal, words.verdict(figure.verdict)), tone


def _note(figure: Figure) -> str:
    if figure.last_90 is not None and figure.last_90[0] is not None and figure.last_90[1] >= 5:
        return _("last 90 days: {value} (n = {n})").format(
            value=words.value(figure.last_90[0], figure.unit), n=figure.last_90[1]
        )
    if not figure.headline:
        return ""
    note = words.count_note(figure)
    if figure.unit == "s":
        return _("median, {note}").format(note=note)
    if figure.interval is not None and figure.key == "csat":
        low, high = figure.interval
        if low is not None and high is not None:
            return f"{note}, {numbers.percent_range(low, high)}"
    return note
