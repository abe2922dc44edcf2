"""Ages as a screen reader says them, and moments short enough for a row.

The written forms are wording's. Which clock counts (opening hours or round the clock) is not
decided here.
"""

from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from solodesk.base.clock import utc
from solodesk.wording import dates
from solodesk.wording.gettext import ngettext

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def spoken_age(ms: int) -> str:
    """A duration in whole words: "26 hours"."""
    if ms < HOUR:
        n = ms // MINUTE
        return ngettext("{n} minute", "{n} minutes", n).format(n=n)
    if ms < 2 * DAY:
        n = ms // HOUR
        return ngettext("{n} hour", "{n} hours", n).format(n=n)
    n = ms // DAY
    return ngettext("{n} day", "{n} days", n).format(n=n)


def short_when(ms: int, now_ms: int, zone: ZoneInfo) -> str:
    """A moment for a list: the time today, weekday and time tomorrow, else the date."""
    moment, today = utc(ms).astimezone(zone), utc(now_ms).astimezone(zone)
    if moment.date() == today.date():
        return dates.clock_time(ms, zone)
    if moment.date() - today.date() in {timedelta(days=n) for n in range(1, 7)}:
        return f"{dates.weekday(moment.date())} {dates.clock_time(ms, zone)}"
    return dates.day(ms, zone, now_ms)


def seconds_left(until_ms: int, now_ms: int) -> int:
    """Whole seconds until `until_ms`, never below 0."""
    return max(0, -((now_ms - until_ms) // 1000))
