"""“How we count”: the definitions printed on every report, with this report's own settings."""

from collections.abc import Mapping
from datetime import date, timedelta

from solodesk.domain.hours import Range
from solodesk.reports.data import ReportData
from solodesk.reports.speech import joined
from solodesk.wording import dates, durations, labels
from solodesk.wording import figures as words
from solodesk.wording.gettext import _

_A_MONDAY = date(2026, 10, 5)


def method(data: ReportData) -> tuple[tuple[str, str], ...]:
    """(what, how) for the report's second page."""
    return (
        (_("Business hours"), _hours(data)),
        (words.title("first_response_median"), words.definition("first_response_median")),
        (words.title("within_goal_first"), _within_goal(data)),
        (words.title("csat"), words.definition("csat")),
        (
            words.title("first_contact_resolution"),
            words.definition("first_contact_resolution"),
        ),
        (words.title("resolution_rate"), words.definition("resolution_rate")),
        (
            _("About the same"),
            _(
                "The 95 % interval of the change holds zero (bootstrap for medians, Newcombe for "
                "shares). Below five there is no percentage and no median."
            ),
        ),
        (_("State"), _state(data)),
    )


def hours_in_words(weekly: Mapping[int, tuple[Range, ...]]) -> str:
    """`Mon–Fri 09:00–18:00, Sat 10:00–12:00`; days with the same hours are joined."""
    groups: list[tuple[int, int, tuple[Range, ...]]] = []
    for day in range(7):
        ranges = tuple(weekly.get(day, ()))
        if not ranges:
            continue
        if groups and groups[-1][1] == day - 1 and groups[-1][2] == ranges:
            groups[-1] = (groups[-1][0], day, ranges)
        else:
            groups.append((day, day, ranges))
    return _(", ").join(_group(*group) for group in groups) or _("never open")


def _group(first: int, last: int, ranges: tuple[Range, ...]) -> str:
    name = dates.weekday(_A_MONDAY + timedelta(days=first))
    if last > first:
        name = f"{name}–{dates.weekday(_A_MONDAY + timedelta(days=last))}"
    times = " ".join(f"{_clock(start)}–{_clock(end)}" for start, end in ranges)
    return f"{name} {times}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hours(data: ReportData) -> str:
    hours = data.hours
    said = _(
        "{hours}: {days} working days in this period. Waits begin at the next opening."
    ).format(hours=hours_in_words(hours.weekly), days=hours.working_days)
    holidays, unknown = "", ""
    if hours.country:
        holidays = _("Less the public holidays of {country} and your days off.").format(
            country=labels.country(hours.country)
        )
    if hours.uncovered_years:
        unknown = _("The holidays of {years} are not known in full yet.").format(
            years=", ".join(map(str, hours.uncovered_years))
        )
    return joined(said, holidays, unknown)


def _within_goal(data: ReportData) -> str:
    goal = _("The goal is {goal}.").format(goal=durations.long(data.goal_first_s * 1000))
    pending = data.figures["within_goal_first"].left_out.get("pending", 0)
    left = _("{n} not yet due are left out.").format(n=pending) if pending else ""
    return joined(words.definition("within_goal_first"), goal, left)


def _state(data: ReportData) -> str:
    end = dates.local(data.as_of_ms - 1, data.period.zone)
    said = _(
        "At the end of {day}, zone {zone}. An answer counts when it has left. Automatic mail, "
        "thanks and tickets you started are in no clock."
    ).format(day=dates.long_date(end), zone=dates.zone_name(data.period.zone, data.as_of_ms - 1))
    return joined(said, _("Names are hidden.") if data.anonymous else "")
