"""Every figure of SoloDesk, computed from events: the one module that counts (metrics.md).

The screen, the command line and the report ask `figures`; none computes on its own. A `Figure`
carries its value, n, what was left out, an interval where it is an estimate, and the ticket ids
behind it. No wording, no I/O, no clock: `as_of_ms` says up to when we look.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from solodesk.domain.events import Event
from solodesk.domain.hours import WaitClock
from solodesk.domain.ids import TicketId
from solodesk.domain.periods import Period
from solodesk.domain.statistics import Sample
from solodesk.domain.waits import Homes, Story, alive, homes, message_class, stories

MIN_N = 5
"""Below it no percentage and no median in a headline."""
MIN_N_P90 = 10


class Change(StrEnum):
    """Against the period before, when the interval of the difference allows a word."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "about_the_same"


class Verdict(StrEnum):
    """Against the owner's goal."""

    MET = "met"
    MISSED = "missed"
    TOO_FEW = "too_few_to_say"


Bounds = tuple[float | None, float | None]
"""Lower and upper end; None = the data do not bound it."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure in one period, before it is compared.

    `hits` is the numerator of a share; `samples` are the waits behind a percentile;
    `longer_than`: the value is unknown but greater than this.
    """

    value: float | None
    n: int
    tickets: tuple[TicketId, ...] = ()
    interval: Bounds | None = None
    censored: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)
    longer_than: float | None = None
    hits: int | None = None
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, ready to be shown. Times in seconds, shares 0…1.

    unit: s | share | count | points | score | days | per_day | money.
    `definition` is a code that `wording.figures` explains.
    """

    key: str
    value: float | None
    unit: str
    n: int
    interval: Bounds | None
    censored: int
    left_out: Mapping[str, int]
    previous: float | None
    previous_n: int
    change: Change | None
    change_interval: tuple[float, float] | None
    tickets: tuple[TicketId, ...]
    definition: str
    longer_than: float | None = None
    hits: int | None = None
    goal: float | None = None
    verdict: Verdict | None = None
    last_90: tuple[float | None, int] | None = None
    """Value and n of the last 90 days, given when n is too small for a headline."""

    @property
    def headline(self) -> bool:
        """Whether the value may stand alone in a headline (enough data, or a plain count)."""
        return self.unit == "count" or self.key == "oldest_waiting" or self.n >= MIN_N


GoalOf = Callable[[bool, int, TicketId], int | None]
"""(first response?, moment the wait began, ticket) → goal in counted milliseconds, or None."""


def no_goal(_first: bool, _start_ms: int, _ticket: TicketId) -> int | None:
    """For a desk without goals."""
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What the figures of one period look at: events and stories as they stood at `as_of_ms`."""

    period: Period
    as_of_ms: int
    clock: WaitClock
    goal: GoalOf
    events: Sequence[Event]
    stories: Mapping[TicketId, Story]
    homes: Homes
    outside: Mapping[str, int]
    """What arrived in the period and is in no clock, by reason."""

    def counted(self) -> Iterable[Story]:
        """Tickets that are in the clocks."""
        return (s for s in self.stories.values() if s.left_out is None)

    def arrivals(self) -> list[Story]:
        """Counted tickets that arrived in the period, oldest first."""
        found = [
            s
            for s in self.counted()
            if s.arrived_ms is not None and self.period.holds(s.arrived_ms)
        ]
        return sorted(found, key=lambda s: (s.arrived_ms or 0, s.ticket))

    def ticket_of(self) -> Callable[[Event], TicketId | None]:
        """The ticket an event counts for, after merges and joins."""
        return self.homes.ticket_of

    def left_out(self) -> dict[str, int]:
        """What arrived in the period and is in no clock, by reason."""
        return dict(self.outside)


def _outside(
    events: Iterable[Event],
    period: Period,
    told: Mapping[TicketId, Story],
    ticket_of: Callable[[Event], TicketId | None],
) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for event in events:
        if event.kind != "received" or not period.holds(event.at_ms):
            continue
        kind = message_class(event)
        ticket = ticket_of(event)
        story = told.get(ticket) if ticket is not None else None
        if kind not in {"person", "own"}:
            counts[kind] += 1
        elif kind == "person" and story is not None and story.left_out:
            counts[story.left_out] += 1
        elif kind == "person" and event.data.get("closer"):
            counts["closer"] += 1
    return dict(counts)


def desk(
    events: Sequence[Event],
    period: Period,
    now_ms: int,
    *,
    clock: WaitClock,
    goal: GoalOf = no_goal,
    left_out: Mapping[TicketId, str] | None = None,
) -> Desk:
    """Look at the events as they stood at the period's end, or now when it still runs."""
    as_of = min(period.end_ms, now_ms)
    seen = alive(events, as_of)
    told = stories(seen, left_out)
    where = homes(seen)
    outside = _outside(seen, period, told, where.ticket_of)
    return Desk(period, as_of, clock, goal, seen, told, where, outside)


def seconds(milliseconds: float | None) -> float | None:
    """Figures speak seconds."""
    return None if milliseconds is None else milliseconds / 1000


def verdict(
    figure_value: float | None, interval: Bounds | None, goal: float, *, lower: bool
) -> Verdict | None:
    """Met or missed; when the goal lies inside the interval, too few to say (metrics.md)."""
    if figure_value is None:
        return None
    if interval is not None:
        low = -math.inf if interval[0] is None else interval[0]
        high = math.inf if interval[1] is None else interval[1]
        if low < goal < high:
            return Verdict.TOO_FEW
    met = figure_value <= goal if lower else figure_value >= goal
    return Verdict.MET if met else Verdict.MISSED
