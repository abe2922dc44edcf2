"""When things happen in the sample shop: its opening hours, its months and weeks.

Monday to Friday, 9 to 18, wall clock of the owner's zone; no holidays. Only for making sample
mail: figures are counted by `domain.hours`. Must not look at the computer's clock.
"""

import math
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

OPENS, CLOSES = time(9), time(18)
_LOOK_BACK = timedelta(days=122)
# A median first answer of two hours and a spread that leaves about one in six above four.
_MEDIAN_MINUTES, _SPREAD = 118.0, 0.72


def open_at(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether the shop is open at `moment`."""
    local = moment.astimezone(zone)
    return local.weekday() < 5 and OPENS <= local.time() < CLOSES


def next_opening(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` itself when open, else the next opening (UTC)."""
    local = moment.astimezone(zone)
    if open_at(moment, zone):
        return moment.astimezone(UTC)
    day = local.date() + timedelta(days=0 if local.time() < OPENS else 1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return datetime.combine(day, OPENS, zone).astimezone(UTC)


def last_open(moment: datetime, zone: ZoneInfo) -> datetime:
    """`moment` itself when open, else ten minutes before the last closing (UTC)."""
    local = moment.astimezone(zone)
    if open_at(moment, zone):
        return moment.astimezone(UTC)
    day = local.date() - timedelta(days=1 if local.time() < OPENS else 0)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    closing = datetime.combine(day, CLOSES, zone) - timedelta(minutes=10)
    return closing.astimezone(UTC)


def after_business(moment: datetime, minutes: float, zone: ZoneInfo) -> datetime:
    """The moment `minutes` of opening time after `moment` (UTC)."""
    at = next_opening(moment, zone)
    while True:
        local = at.astimezone(zone)
        closing = datetime.combine(local.date(), CLOSES, zone).astimezone(UTC)
        left = (closing - at) / timedelta(minutes=1)
        if minutes < left:
            return at + timedelta(minutes=minutes)
        minutes -= left
        at = next_opening(closing, zone)


def answer_minutes(rng: Random) -> float:
    """Opening minutes until an answer: lognormal, a few really late ones."""
    if rng.random() < 0.03:
        return rng.uniform(500, 1100)
    return min(max(rng.lognormvariate(math.log(_MEDIAN_MINUTES), _SPREAD), 6), 700)


def month_start(moment: datetime, zone: ZoneInfo, back: int = 0) -> datetime:
    """Midnight of the first day of the month of `moment`, `back` months earlier (UTC)."""
    local = moment.astimezone(zone)
    months = local.year * 12 + local.month - 1 - back
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=zone).astimezone(UTC)


def week_window(now: datetime, zone: ZoneInfo) -> datetime:
    """Where "this week" of the sample ratings begins (UTC).

    Monday 00:00 of the zone. In the first ten minutes of a Monday nothing believable fits in
    there: then the last seven days.
    """
    local = now.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    start = datetime.combine(monday, time(), zone).astimezone(UTC)
    return start if now - start >= timedelta(minutes=10) else now - timedelta(days=7)


def earliest(now: datetime) -> datetime:
    """The oldest sample mail: about four months ago."""
    return now - _LOOK_BACK


def _awake(moment: datetime, zone: ZoneInfo) -> bool:
    return 7 <= moment.astimezone(zone).hour < 23


def between(rng: Random, start: datetime, end: datetime, zone: ZoneInfo) -> datetime:
    """A moment in [start, end), by day when the span allows it."""
    span = (end - start) / timedelta(seconds=1)
    moment = start
    for _ in range(12):
        moment = start + timedelta(seconds=int(rng.uniform(0, max(span - 1, 0))))
        if _awake(moment, zone):
            break
    return moment


def rating_moments(now: datetime, zone: ZoneInfo, rng: Random) -> list[datetime]:
    """When the sample ratings arrive, oldest first: at least 20 in the last calendar month, at
    least 5 since `week_window`, some before and in the rest of this month."""
    now = now - timedelta(minutes=2)
    this, last = month_start(now, zone), month_start(now, zone, 1)
    before = month_start(now, zone, 2)
    week = week_window(now + timedelta(minutes=2), zone)
    spans = [(before, last, 12), (last, this, 22), (week, now, 6)]
    if before - earliest(now) > timedelta(days=12):
        spans.append((earliest(now) + timedelta(days=11), before, 6))
    if week > this:
        spans.append((this, week, int((week - this) / timedelta(days=3))))
    out: list[datetime] = []
    for start, end, count in spans:
        step = (end - start) / max(count, 1)
        out += [between(rng, start + step * i, start + step * (i + 1), zone) for i in range(count)]
    return sorted(out)
