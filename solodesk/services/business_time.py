"""The owner's time, from the settings: business hours with their history, and goals.

Public holidays come from the `holidays` library, imported only when a country is chosen.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from solodesk.domain.figures import GoalOf
from solodesk.domain.hours import BusinessHours, HoursVersion, Range, local_date
from solodesk.domain.ids import TicketId
from solodesk.services import settings
from solodesk.services.units import Reader

_DATED = ("hours", "holidays_country", "days_off", "workdays")
# Years around now for which public holidays are looked up.
_YEARS_BACK, _YEARS_AHEAD = 6, 1


def business_hours(reader: Reader) -> BusinessHours:
    """The hours with all their versions, in the owner's zone."""
    zone = settings.zone(reader)
    starts = {row.valid_from_ms for key in _DATED for row in reader.settings.history(key)}
    this_year = local_date(reader.now_ms, zone).year
    years = range(this_year - _YEARS_BACK, this_year + _YEARS_AHEAD + 1)
    versions = []
    for start in sorted({0, *starts}):
        values = {key: settings.get(reader, key, start) for key in _DATED}
        off, make_up = public_holidays(str(values["holidays_country"] or ""), years)
        versions.append(
            HoursVersion(
                weekly(values["hours"]),
                None if start == 0 else local_date(start, zone),
                off | _dates(values["days_off"]),
                make_up | _dates(values["workdays"]),
            )
        )
    return BusinessHours(zone, tuple(versions))


def weekly(stored: Mapping[str, Any]) -> dict[int, tuple[Range, ...]]:
    """Weekday → minutes, from `{"mon": [["09:00", "18:00"]], …}`."""
    return {
        number: tuple((_minutes(start), _minutes(end)) for start, end in stored.get(day, ()))
        for number, day in enumerate(settings.DAYS)
    }


def public_holidays(country: str, years: Iterable[int]) -> tuple[frozenset[date], frozenset[date]]:
    """(days off, make-up working days) of a country in those years; none for an unknown one."""
    return _holidays(country, tuple(years)) if country else (frozenset(), frozenset())


@cache
def _holidays(country: str, years: tuple[int, ...]) -> tuple[frozenset[date], frozenset[date]]:
    import holidays  # a large import, needed only with a country chosen

    code, _, subdivision = country.partition("-")
    wanted = frozenset(years)
    try:
        found = holidays.country_holidays(code, subdiv=subdivision or None, years=sorted(wanted))
    except NotImplementedError:
        return frozenset(), frozenset()
    make_up = getattr(found, "weekend_workdays", ())
    return (
        frozenset(day for day in found if day.year in wanted),
        frozenset(day for day in make_up if day.year in wanted),
    )


def uncovered_years(country: str, years: Iterable[int]) -> tuple[int, ...]:
    """Years of which the library does not know the holidays, or (China) not yet the swaps."""
    missing = []
    for year in years:
        off, make_up = public_holidays(country, (year,))
        if country and (not off or (country.partition("-")[0] == "CN" and not make_up)):
            missing.append(year)
    return tuple(missing)


def goals(reader: Reader) -> GoalOf:
    """The response goals, each in force at the moment a wait began."""
    steps = {True: _steps(reader, "goal_first_s"), False: _steps(reader, "goal_next_s")}

    def goal(first: bool, start_ms: int, _ticket: TicketId) -> int | None:
        starts, values = steps[first]
        at = bisect_right(starts, start_ms) - 1
        return values[max(0, at)] * 1000

    return goal


def _steps(reader: Reader, key: str) -> tuple[list[int], list[int]]:
    rows = reader.settings.history(key)
    if not rows or rows[0].valid_from_ms > 0:
        default = int(settings.descriptor(key).default)
        return [0, *(r.valid_from_ms for r in rows)], [default, *(int(r.value) for r in rows)]
    return [r.valid_from_ms for r in rows], [int(r.value) for r in rows]


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _dates(stored: Iterable[str]) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in stored)
