"""Figures as words for the strip and the panel: value, change, tone, spoken sentence.

Which change is better or worse comes with the figure; nothing is computed here but differences.
"""

from solodesk.domain.figures import MIN_N, Change, Figure, Verdict
from solodesk.ui.figures.strip import Cell
from solodesk.wording import durations, numbers
from solodesk.wording.gettext import _, marked

NONE = "—"

TITLES = {
    "first_response_median": marked("First response"),
    "within_goal_first": marked("Within goal"),
    "oldest_waiting": marked("Oldest waiting"),
    "csat": marked("Satisfaction"),
}
_TONES = {Change.BETTER: "ok", Change.WORSE: "error"}


def enough(figure: Figure) -> bool:
    """Whether there is a value that may stand in a headline."""
    return figure.headline and (figure.value is not None or figure.longer_than is not None)


def amount(value: float, unit: str) -> str:
    """A figure's value in its unit."""
    if unit == "s":
        return durations.long(value * 1000)
    if unit == "share":
        return numbers.percent(value)
    if unit == "days":
        return durations.long(value * 86_400_000)
    whole = unit == "count" or value == int(value)
    return numbers.number(value, 0 if whole else 1)


def shown(figure: Figure) -> str:
    """The value, or what is known of it."""
    if figure.value is None and figure.longer_than is not None:
        return f"> {amount(figure.longer_than, figure.unit)}"
    return amount(figure.value, figure.unit) if figure.value is not None else NONE


def difference(figure: Figure) -> tuple[str, str, str]:
    """(direction, words, tone) against the period before; empty when there is nothing to say."""
    if figure.value is None or figure.previous is None or figure.previous_n < MIN_N:
        return "", "", "plain"
    change = figure.value - figure.previous
    if figure.unit == "s":
        words = durations.long(abs(change) * 1000)
        nothing = abs(change) < 60
    elif figure.unit == "share":
        words = numbers.number(abs(change) * 100, 0)
        nothing = abs(change) < 0.005
    else:
        words = numbers.number(abs(change), 0 if figure.unit == "count" else 1)
        nothing = abs(change) < 0.05
    tone = _TONES.get(figure.change, "plain") if figure.change is not None else "plain"
    return ("", "", "plain") if nothing else ("up" if change > 0 else "down", words, tone)


def cell(figure: Figure, goal_s: float) -> Cell:
    """One field of the strip; who waits longer than the goal is shown in red."""
    title = _(TITLES[figure.key]) if figure.key in TITLES else figure.key
    if figure.key == "oldest_waiting":
        return _oldest(figure, title, goal_s)
    if not enough(figure):
        few = _("n {n}").format(n=figure.n) if figure.n else ""
        spoken = _("{title}: not enough data yet ({n})").format(title=title, n=figure.n)
        return Cell(figure.key, title, NONE, "plain", few, "", "plain", spoken)
    value = shown(figure)
    direction, words, tone = difference(figure)
    if figure.key == "csat":
        direction, words, tone = "", _("n {n}").format(n=figure.n), "plain"
    spoken = _spoken(title, value, direction, words, tone, figure.n)
    good = "ok" if tone == "ok" and figure.key == "first_response_median" else "plain"
    bad = "error" if figure.verdict is Verdict.MISSED else good
    return Cell(figure.key, title, value, bad, words, direction, tone, spoken)


def _oldest(figure: Figure, title: str, goal_s: float) -> Cell:
    if figure.value is None:
        spoken = _("Nobody is waiting")
        return Cell(figure.key, title, NONE, "plain", "", "", "plain", spoken)
    value = durations.compact(figure.value * 1000)
    late = 0 < goal_s < figure.value
    spoken = f"{title}: {value}" + (", " + _("late") if late else "")
    return Cell(figure.key, title, value, "error" if late else "plain", "", "", "plain", spoken)


def _spoken(title: str, value: str, direction: str, words: str, tone: str, n: int) -> str:
    parts = [f"{title}: {value}"]
    if direction:
        how = {"up": _("more by {n}"), "down": _("less by {n}")}[direction].format(n=words)
        word = {"ok": _("better"), "error": _("worse")}.get(tone, _("about the same"))
        parts.append(_("{how} than last week, {word}").format(how=how, word=word))
    parts.append(_("n {n}").format(n=n))
    return ", ".join(parts)
