"""When a snoozed ticket may come back: a few times worth offering, never a closed evening.

Each preset is a wish ("this evening", "next week"). One that falls outside the opening hours moves
to the next opening; when that is another day it is offered as what it is, the next service hour.
Wishes that end at the same moment are offered once.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from solodesk.domain.hours import BusinessHours, local_date, local_ms

_HOUR_MS: Final = 3_600_000
_MORNING, _EVENING, _WEEKEND = 8 * 60, 19 * 60, 10 * 60
_SATURDAY, _MONDAY = 5, 0


@dataclass(frozen=True, slots=True)
class Preset:
    """One offer. `code`: later_today, this_evening, tomorrow, weekend, next_week, next_opening."""

    code: str
    until_ms: int


def presets(now_ms: int, zone: ZoneInfo, hours: BusinessHours | None) -> tuple[Preset, ...]:
    """The offers at `now_ms`, soonest first; `hours` None = open round the clock."""
    today = local_date(now_ms, zone)
    wishes = [
        ("later_today", now_ms + 3 * _HOUR_MS),
        ("this_evening", local_ms(today, _EVENING, zone)),
        ("tomorrow", local_ms(today + timedelta(days=1), _MORNING, zone)),
        ("weekend", local_ms(_coming(today, _SATURDAY), _WEEKEND, zone)),
        ("next_week", local_ms(_coming(today, _MONDAY), _MORNING, zone)),
    ]
    found: dict[int, Preset] = {}
    moved: list[int] = []
    for code, wish in wishes:
        moment = _in_hours(wish, hours)
        if moment is None or moment <= now_ms:
            continue
        if _keeps_its_name(code, moment, wish, now_ms, zone):
            found.setdefault(moment, Preset(code, moment))
        elif code != "weekend":
            moved.append(moment)
    if hours is not None and not hours.is_open(now_ms):
        opening = hours.next_opening(now_ms)
        moved += [] if opening is None else [opening]
    if moved:
        found.setdefault(min(moved), Preset("next_opening", min(moved)))
    return tuple(sorted(found.values(), key=lambda preset: preset.until_ms))


def _keeps_its_name(code: str, moment: int, wish: int, now_ms: int, zone: ZoneInfo) -> bool:
    """Whether a wish moved into opening hours is still what its name says."""
    if code == "later_today":
        return moment == wish or local_date(moment, zone) == local_date(now_ms, zone)
    return local_date(moment, zone) == local_date(wish, zone)


def _coming(day: date, weekday: int) -> date:
    """The next `weekday` after `day` (0 = Monday), never `day` itself."""
    return day + timedelta(days=(weekday - day.weekday() - 1) % 7 + 1)


def _in_hours(moment: int, hours: BusinessHours | None) -> int | None:
    if hours is None or hours.is_open(moment):
        return moment
    return hours.next_opening(moment)
