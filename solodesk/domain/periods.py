"""Periods of the owner's calendar: months, ranges of days, a week so far, and what came before.

Boundaries are local midnights of the owner's zone, so a month with a change of clocks is an hour
longer or shorter. Nothing here reads the clock.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from solodesk.domain.hours import local_date, local_ms

_DAY = timedelta(days=1)


class PeriodKind(StrEnum):
    """What the owner calls it."""

    MONTH = "month"
    DAYS = "days"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Period:
    """Moments t with start_ms ≤ t < end_ms; `first` and `last` are its local days."""

    kind: PeriodKind
    first: date
    last: date
    zone: ZoneInfo
    start_ms: int
    end_ms: int

    def holds(self, moment_ms: int) -> bool:
        """Whether the moment lies in the period."""
        return self.start_ms <= moment_ms < self.end_ms

    @property
    def name(self) -> str:
        """`2026-10` for a month, else `2026-10-01..2026-10-14`."""
        if self.kind is PeriodKind.MONTH:
            return f"{self.first:%Y-%m}"
        return f"{self.first.isoformat()}..{self.last.isoformat()}"


def month(year: int, number: int, zone: ZoneInfo) -> Period:
    """A calendar month of the owner's zone; ValueError when there is no such month."""
    first = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return _between(PeriodKind.MONTH, first, following - _DAY, zone)


def days(first: date, last: date, zone: ZoneInfo) -> Period:
    """From `first` to `last`, both included; ValueError when they are the wrong way round."""
    if last < first:
        message = "the last day lies before the first"
        raise ValueError(message)
    return _between(PeriodKind.DAYS, first, last, zone)


def week_of(moment_ms: int, zone: ZoneInfo) -> Period:
    """The week (Monday to Sunday) a moment lies in."""
    today = local_date(moment_ms, zone)
    monday = today - today.weekday() * _DAY
    return _between(PeriodKind.WEEK, monday, monday + 6 * _DAY, zone)


def last_days(moment_ms: int, number: int, zone: ZoneInfo) -> Period:
    """The last `number` days up to and with the day of `moment_ms`."""
    today = local_date(moment_ms, zone)
    return _between(PeriodKind.DAYS, today - (number - 1) * _DAY, today, zone)


def _between(kind: PeriodKind, first: date, last: date, zone: ZoneInfo) -> Period:
    start, end = local_ms(first, 0, zone), local_ms(last + _DAY, 0, zone)
    return Period(kind, first, last, zone, start, end)


def shifted(moment_ms: int, by_days: int, zone: ZoneInfo) -> int:
    """The same wall-clock time `by_days` days later (negative: earlier) in `zone`."""
    local = datetime.fromtimestamp(moment_ms // 1000, UTC).astimezone(zone)
    moved = local.replace(tzinfo=None) + timedelta(days=by_days)
    moment = moved.replace(tzinfo=zone).astimezone(UTC)
    return int(moment.timestamp()) * 1000 + moment_ms % 1000


def previous(period: Period, as_of_ms: int) -> tuple[Period, int]:
    """What `period` is compared with, and until when that one is looked at (metrics.md "change").

    A whole month: the month before, to its end. Anything else — and a period still running —
    the same weekdays, whole weeks earlier, up to the same hour.
    """
    over = as_of_ms >= period.end_ms
    if period.kind is PeriodKind.MONTH and over:
        last = period.first - _DAY
        before = month(last.year, last.month, period.zone)
        return before, before.end_ms
    end = local_date(min(as_of_ms, period.end_ms) - 1, period.zone)
    length = (max(end, period.first) - period.first).days + 1
    if period.kind is PeriodKind.MONTH:
        length = 28
    weeks = -(-length // 7) * 7
    before = _between(
        period.kind if period.kind is PeriodKind.WEEK else PeriodKind.DAYS,
        period.first - timedelta(days=weeks),
        period.last - timedelta(days=weeks),
        period.zone,
    )
    return before, min(before.end_ms, shifted(min(as_of_ms, period.end_ms), -weeks, period.zone))
