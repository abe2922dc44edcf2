"""Writes histories for tests in few words: `History().ticket(1).asks(…)`."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from solodesk.base.clock import to_ms
from solodesk.domain.events import Actor, Event
from solodesk.domain.figures import Desk, GoalOf, desk, no_goal
from solodesk.domain.hours import CalendarClock, WaitClock
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.periods import Period, month

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = month(2026, 10, ZONE)
HOUR = 3_600_000


def at(day: int, hour: int = 12, minute: int = 0, *, mon: int = 10) -> int:
    """A moment of 2026, Shanghai time (October unless said)."""
    return to_ms(datetime(2026, mon, day, hour, minute, tzinfo=ZONE))


@dataclass(slots=True)
class History:
    """A growing list of events."""

    events: list[Event] = field(default_factory=list)

    def add(
        self,
        kind: str,
        ticket: int | None,
        at_ms: int,
        actor: Actor = Actor.OWNER,
        message: int | None = None,
        /,
        **data: Any,
    ) -> int:
        """One event; returns its id."""
        number = len(self.events) + 1
        self.events.append(
            Event(
                number,
                at_ms,
                at_ms,
                actor,
                kind,
                None if ticket is None else TicketId(ticket),
                None if message is None else MessageId(message),
                data,
            )
        )
        return number

    def asks(self, ticket: int, at_ms: int, **data: Any) -> int:
        """A customer's message."""
        message = 1000 + len(self.events)
        facts = {"kind": "person", **data}
        return self.add("received", ticket, at_ms, Actor.CUSTOMER, message, **facts)

    def answered(self, ticket: int, at_ms: int, actor: Actor = Actor.OWNER) -> int:
        """An answer that left."""
        return self.add("answered", ticket, at_ms, actor, 1000 + len(self.events), by="smtp")

    def status(
        self, ticket: int, at_ms: int, to: str, actor: Actor = Actor.OWNER, **data: Any
    ) -> int:
        """A change of status."""
        return self.add("status", ticket, at_ms, actor, None, to=to, **data)

    def rated(self, ticket: int, at_ms: int, value: int, scale: str = "csat3", **d: Any) -> int:
        """A rating of a survey of its own unless `survey` is given."""
        facts = {"survey": 500 + len(self.events), "scale": scale, "value": value, **d}
        return self.add("rated", ticket, at_ms, Actor.CUSTOMER, None, **facts)

    def desk(
        self,
        period: Period = OCTOBER,
        now_ms: int | None = None,
        clock: WaitClock | None = None,
        goal: GoalOf = no_goal,
    ) -> Desk:
        """Look at it (by default when the month is over, round the clock)."""
        now = period.end_ms if now_ms is None else now_ms
        return desk(self.events, period, now, clock=clock or CalendarClock(), goal=goal)
