"""Business hours: how much open time lies between two moments (metrics.md "Business hours").

Weekly ranges in the owner's zone, minus days off, plus make-up working days (调休); each version
has a first day, so that new hours do not rewrite the past. Pure: dates of public holidays are
handed in; nothing here looks them up, reads a clock or a setting.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Protocol
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)
_DAY_MIN = 24 * 60
# How far `next_opening` and `add_worked` look before they say "never".
_YEARS_AHEAD = 3

Range = tuple[int, int]
"""(opening, closing) in minutes after local midnight; a closing ≤ opening lies on the next day."""


class WaitClock(Protocol):
    """What a wait is measured with: business hours, or the calendar."""

    def worked_ms(self, start_ms: int, end_ms: int) -> int:
        """Counted milliseconds between two moments; 0 when `end_ms` is not later."""
        ...

    def add_worked(self, start_ms: int, amount_ms: int) -> int | None:
        """The moment when `amount_ms` have been counted since `start_ms`; None = never."""
        ...


@dataclass(frozen=True, slots=True)
class CalendarClock:
    """Round the clock."""

    def worked_ms(self, start_ms: int, end_ms: int) -> int:
        """Milliseconds between the two moments."""
        return max(0, end_ms - start_ms)

    def add_worked(self, start_ms: int, amount_ms: int) -> int | None:
        """`start_ms` and so much later."""
        return start_ms + amount_ms


@dataclass(frozen=True, slots=True)
class HoursVersion:
    """The hours in force from `first_day` on (None: since ever).

    `weekly` has weekday 0 = Monday … 6 = Sunday → ranges; a missing day is closed.
    A day in both `off` and `make_up` is worked: the make-up day is the exception's exception.
    """

    weekly: Mapping[int, tuple[Range, ...]]
    first_day: date | None = None
    off: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()

    def ranges(self, day: date) -> tuple[Range, ...]:
        """Opening ranges that begin on `day`, sorted."""
        if day in self.make_up:
            usual = self.weekly.get(day.weekday()) or next(
                (ranges for _, ranges in sorted(self.weekly.items()) if ranges), ()
            )
            return tuple(sorted(usual))
        if day in self.off:
            return ()
        return tuple(sorted(self.weekly.get(day.weekday(), ())))


@dataclass(frozen=True, slots=True)
class _Openings:
    """Open intervals of one year, UTC milliseconds, with the running total before each."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def until(self, moment: int) -> int:
        """Open milliseconds of this year up to `moment`."""
        at = bisect_right(self.starts, moment) - 1
        if at < 0:
            return 0
        return self.before[at] + min(moment, self.ends[at]) - self.starts[at]


def local_ms(day: date, minute: int, zone: ZoneInfo) -> int:
    """UTC milliseconds of a wall-clock minute (1440 = the next midnight) in `zone`.

    A time that the clock jumps over (spring) is the moment of the jump's far side.
    """
    over, minute = divmod(minute, _DAY_MIN)
    hour, minute = divmod(minute, 60)
    day = day + over * _DAY
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return (moment - _EPOCH) // _SECOND * 1000


def local_date(ms: int, zone: ZoneInfo) -> date:
    """The calendar day of a moment in `zone`."""
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The owner's opening times. `versions` in any order; the latest `first_day` ≤ day rules."""

    zone: ZoneInfo
    versions: tuple[HoursVersion, ...]
    _years: dict[int, _Openings] = field(default_factory=dict, compare=False, repr=False)

    def version(self, day: date) -> HoursVersion:
        """The version in force on `day` (closed all week when none is)."""
        known = [v for v in self.versions if v.first_day is None or v.first_day <= day]
        return max(known, key=lambda v: v.first_day or date.min, default=HoursVersion({}))

    def working_days(self, first: date, last: date) -> int:
        """Days from `first` to `last`, both included, on which the owner opens."""
        days = (first + i * _DAY for i in range((last - first).days + 1))
        return sum(1 for day in days if self.version(day).ranges(day))

    def worked_ms(self, start_ms: int, end_ms: int) -> int:
        """Open milliseconds from `start_ms` to `end_ms`: additive, never negative.

        A wait that starts outside hours starts at the next opening; answered before it: 0.
        """
        if end_ms <= start_ms:
            return 0
        first, last = local_date(start_ms, self.zone).year, local_date(end_ms, self.zone).year
        # A range that begins on 31 December may reach into January: it belongs to the old year.
        years = (self._openings(year) for year in range(first - 1, last + 1))
        return sum(year.until(end_ms) - year.until(start_ms) for year in years)

    def is_open(self, moment_ms: int) -> bool:
        """Whether the owner is open at this moment."""
        return self.worked_ms(moment_ms, moment_ms + 1) > 0

    def next_opening(self, moment_ms: int) -> int | None:
        """`moment_ms` when open, else the start of the next opening; None: none in 3 years."""
        if self.is_open(moment_ms):
            return moment_ms
        year = local_date(moment_ms, self.zone).year
        for ahead in range(_YEARS_AHEAD + 1):
            starts = self._openings(year + ahead).starts
            at = bisect_right(starts, moment_ms)
            if at < len(starts):
                return starts[at]
        return None

    def add_worked(self, start_ms: int, amount_ms: int) -> int | None:
        """The first moment with `amount_ms` of open time behind it; None: not within 3 years."""
        if amount_ms <= 0:
            return start_ms
        left = amount_ms
        year = local_date(start_ms, self.zone).year
        for number in range(year - 1, year + _YEARS_AHEAD + 1):
            openings = self._openings(number)
            done = openings.until(start_ms)
            if openings.total - done >= left:
                at = _first_reaching(openings, done + left)
                return openings.starts[at] + done + left - openings.before[at]
            left -= openings.total - done
        return None

    def _openings(self, year: int) -> _Openings:
        known = self._years.get(year)
        if known is None:
            known = self._years[year] = self._build(year)
        return known

    def _build(self, year: int) -> _Openings:
        starts: list[int] = []
        ends: list[int] = []
        # The night before may reach into 1 January; that part is counted in the old year.
        reach = max((end for _, end in self._intervals(date(year, 1, 1) - _DAY)), default=0)
        day = date(year, 1, 1)
        while day.year == year:
            for start, end in self._intervals(day):
                begin = max(start, reach)
                if end > begin:
                    starts.append(begin)
                    ends.append(end)
                    reach = end
            day += _DAY
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        return _Openings(starts, ends, [0, *accumulate(lengths)][:-1] or [], sum(lengths))

    def _intervals(self, day: date) -> Iterable[tuple[int, int]]:
        for opening, closing in self.version(day).ranges(day):
            until = closing if closing > opening else closing + _DAY_MIN
            yield local_ms(day, opening, self.zone), local_ms(day, until, self.zone)


def _first_reaching(openings: _Openings, total: int) -> int:
    """Index of the interval in which the running total reaches `total` (> 0)."""
    low, high = 0, len(openings.starts) - 1
    while low < high:
        middle = (low + high) // 2
        upto = openings.before[middle] + openings.ends[middle] - openings.starts[middle]
        if upto >= total:
            high = middle
        else:
            low = middle + 1
    return low
