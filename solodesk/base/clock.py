"""The time: one protocol, the system's clock and a fixed one, and the UTC text of cli.md.

Times are UTC integer milliseconds since 1970 everywhere in SoloDesk. Nothing below `engine`
calls the system's clock by itself; it is handed a `Clock`. This module must not know time zones
of people: local time is a matter of business hours and wording.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """Tells what time it is."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """The computer's clock."""

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return time.time_ns() // 1_000_000


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is moved (tests, the demo, dry runs)."""

    at_ms: int

    def now_ms(self) -> int:
        """UTC milliseconds since 1970."""
        return self.at_ms

    def advance(self, **delta: float) -> int:
        """Move on by `timedelta(**delta)`, e.g. `advance(hours=3)`; returns the new time."""
        self.at_ms += timedelta(**delta) // _MILLISECOND
        return self.at_ms


def utc(ms: int) -> datetime:
    """The aware UTC datetime of `ms`; raises OverflowError outside the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def to_ms(moment: datetime) -> int:
    """UTC milliseconds of an aware datetime, rounded down; ValueError when it has no zone."""
    if moment.tzinfo is None:
        message = "a datetime without a time zone has no place on the UTC line"
        raise ValueError(message)
    return (moment - _EPOCH) // _MILLISECOND


def utc_iso(ms: int, *, milliseconds: bool = False) -> str:
    """`2026-09-07T09:00:00Z` (cli.md); with `milliseconds`: `2026-09-07T09:00:00.123Z`."""
    spec = "milliseconds" if milliseconds else "seconds"
    return utc(ms).replace(tzinfo=None).isoformat(timespec=spec) + "Z"


def parse_iso(text: str) -> int:
    """UTC milliseconds of an ISO 8601 moment; without an offset it is taken as UTC.

    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text.strip())
    return to_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
