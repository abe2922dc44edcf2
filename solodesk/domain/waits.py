"""From the history of events to what happened to each ticket: arrivals, waits, answers, closings.

The first half of "How SoloDesk counts" (metrics.md): what counts as a wait, what ends it, what is
left out and why. Undone events are skipped together with the event that took them back. The order
in which events were recorded does not matter, only when they happened. No statistics here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import MessageId, TicketId

# Closings that only state that a ticket had ended earlier: at the owner's last answer.
_LATE_CLOSINGS = frozenset({"silent", "first_sync"})
# At the same millisecond a question precedes its answer, an answer the status it brings.
_RANK = {"started": 0, "received": 1, "answered": 2, "status": 3}


class Outcome(StrEnum):
    """How a wait ended."""

    OPEN = "open"
    ANSWERED = "answered"
    BY_RULE = "by_rule"
    CLOSED = "closed_unanswered"
    FROM_BEFORE = "from_before"


@dataclass(frozen=True, slots=True)
class Wait:
    """An unbroken run of customer messages and what ended it.

    `first`: the ticket's first response; else a later answer in the same ticket.
    `end_ms` is None while it is open.
    """

    ticket: TicketId
    first: bool
    start_ms: int
    end_ms: int | None
    outcome: Outcome
    messages: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The ticket was closed at `at_ms`; it had ended at `ended_ms` (silence: the last answer)."""

    at_ms: int
    ended_ms: int
    reopened_ms: int | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that has left."""

    at_ms: int
    by_rule: bool


@dataclass(frozen=True, slots=True)
class Story:
    """All that figures need of one ticket, as it stood at a moment."""

    ticket: TicketId
    arrived_ms: int | None
    """First message of the customer, when the customer began and wants an answer; else None."""
    left_out: str | None
    """Why the ticket is in no clock: spam, history, from_before, not_customer, started."""
    status: str
    hidden: bool
    waits: tuple[Wait, ...]
    answers: tuple[Answer, ...]
    asked_ms: tuple[int, ...]
    """Times of the customer's messages, without thanks."""
    closings: tuple[Closing, ...]

    @property
    def first_wait(self) -> Wait | None:
        """The wait for the first response, when the customer began."""
        return self.waits[0] if self.waits and self.waits[0].first else None


@dataclass(slots=True)
class _Teller:
    """Walks through one ticket's events in order."""

    ticket: TicketId
    status: str = "open"
    started: bool = False
    from_before: bool = False
    landed: bool = False
    history: bool = False
    hidden_ms: int | None = None
    arrived_ms: int | None = None
    waits: list[Wait] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """One event, in order of time."""
        match event.kind:
            case "received":
                self._received(event)
            case "answered":
                self._answered(event)
            case "status":
                self._status(event)
            case "started":
                self.started = self.started or not self.asked
            case "hidden":
                self.hidden_ms = event.at_ms
            case "unhidden":
                self.hidden_ms = None
            case _:
                pass

    def _received(self, event: Event) -> None:
        data = event.data
        self.history = self.history or bool(data.get("history"))
        if message_class(event) != "person" or data.get("closer"):
            return
        # A word after the first sync brings a ticket from before back to life.
        self.from_before = bool(data.get("from_before")) and not self.landed
        if not self.asked and not self.answers:
            self.arrived_ms = event.at_ms
        self.asked.append(event.at_ms)
        self._reopen(event.at_ms)
        last = self.waits[-1] if self.waits else None
        if last is not None and last.outcome is Outcome.OPEN:
            self.waits[-1] = _changed(last, messages=last.messages + 1)
            return
        first = not self.waits and not self.answers and not self.started
        self.waits.append(Wait(self.ticket, first, event.at_ms, None, Outcome.OPEN, 1))

    def _answered(self, event: Event) -> None:
        if event.data.get("history"):
            self.history = True
            return
        by_rule = event.actor is Actor.RULE
        self.answers.append(Answer(event.at_ms, by_rule))
        self._end_wait(event.at_ms, Outcome.BY_RULE if by_rule else Outcome.ANSWERED)

    def _status(self, event: Event) -> None:
        before, self.status = self.status, str(event.data.get("to", self.status))
        reason = event.data.get("reason")
        if event.data.get("from_before"):
            # What had been answered before counts; the wait that SoloDesk found does not.
            self.landed, self.from_before = True, not self.answers
            self._end_wait(event.at_ms, Outcome.FROM_BEFORE)
        if self.status == "closed" and before != "closed":
            ended = event.at_ms
            if reason in _LATE_CLOSINGS and self.answers:
                ended = max(self.answers[-1].at_ms, self.asked[-1] if self.asked else 0)
            self.closings.append(Closing(event.at_ms, min(ended, event.at_ms), None))
            self._end_wait(event.at_ms, Outcome.CLOSED)
        elif self.status == "open" and before == "closed":
            self._mark_reopened(event.at_ms)
            if event.actor is Actor.OWNER:
                self._resume_wait()

    def _reopen(self, at_ms: int) -> None:
        if self.status == "closed":
            self._mark_reopened(at_ms)
        self.status = "open" if self.status != "spam" else self.status

    def _mark_reopened(self, at_ms: int) -> None:
        if self.closings and self.closings[-1].reopened_ms is None:
            last = self.closings[-1]
            self.closings[-1] = Closing(last.at_ms, last.ended_ms, at_ms)

    def _end_wait(self, at_ms: int, outcome: Outcome) -> None:
        if self.waits and self.waits[-1].outcome is Outcome.OPEN:
            self.waits[-1] = _changed(self.waits[-1], end_ms=at_ms, outcome=outcome)

    def _resume_wait(self) -> None:
        """Re-opened by the owner: a customer left without an answer still waits for one."""
        if self.waits and self.waits[-1].outcome is Outcome.CLOSED:
            self.waits[-1] = _changed(self.waits[-1], end_ms=None, outcome=Outcome.OPEN)

    def story(self, known: str | None) -> Story:
        """The ticket as it stands; `known` = a reason to leave it out that its row gives."""
        if self.hidden_ms is not None:
            self._end_wait(self.hidden_ms, Outcome.CLOSED)
        reasons = (
            ("spam", self.status == "spam"),
            ("history", self.history),
            ("from_before", self.from_before),
            ("started", self.started),
        )
        left_out = next((name for name, holds in reasons if holds), None)
        return Story(
            self.ticket,
            self.arrived_ms,
            "spam" if left_out == "spam" else known or left_out,
            self.status,
            self.hidden_ms is not None,
            tuple(self.waits),
            tuple(self.answers),
            tuple(self.asked),
            tuple(self.closings),
        )


def _changed(
    wait: Wait,
    *,
    end_ms: int | None = None,
    outcome: Outcome = Outcome.OPEN,
    messages: int | None = None,
) -> Wait:
    count = wait.messages if messages is None else messages
    return Wait(wait.ticket, wait.first, wait.start_ms, end_ms, outcome, count)


def message_class(event: Event) -> str:
    """The one class a received message is counted under: damaged, duplicate, or its kind."""
    if event.data.get("damaged"):
        return "damaged"
    if event.data.get("duplicate"):
        return "duplicate"
    return str(event.data.get("kind", "person"))


def alive(events: Iterable[Event], as_of_ms: int) -> list[Event]:
    """What happened before `as_of_ms` and was not taken back, in order of time.

    Taking back counts whenever it was done; an undo that was itself undone takes nothing back.
    """
    events = list(events)
    gone: set[int] = set()
    undone = sorted((e for e in events if e.kind == "undone"), key=lambda e: -e.id)
    for event in undone:
        if event.id not in gone:
            gone.update(_undone_ids(event))
    kept = [e for e in events if e.kind != "undone" and e.id not in gone]
    return sorted((e for e in _settled(kept) if e.at_ms < as_of_ms), key=_order)


def _settled(events: Sequence[Event]) -> Iterator[Event]:
    """What the first sync decided holds from the ticket's last message on.

    SoloDesk was not there to see it; without this a month from before the first sync would show
    every ticket as open at its end.
    """
    mail: dict[TicketId, list[int]] = defaultdict(list)
    for event in events:
        if event.kind in {"received", "answered", "started"} and event.ticket is not None:
            mail[event.ticket].append(event.at_ms)
    for event in events:
        if event.kind == "status" and event.data.get("reason") == "first_sync" and event.ticket:
            known = [at for at in mail[event.ticket] if at <= event.at_ms]
            yield replace(event, at_ms=max(known, default=event.at_ms))
        else:
            yield event


def _undone_ids(event: Event) -> list[int]:
    target = event.data.get("event")
    many = event.data.get("events", ())
    return [int(i) for i in ([target] if target is not None else []) + list(many)]


def _order(event: Event) -> tuple[int, int, int]:
    return event.at_ms, _RANK.get(event.kind, 4), event.id


@dataclass(frozen=True, slots=True)
class Homes:
    """Where messages and tickets ended up after joins, splits and merges."""

    messages: Mapping[MessageId, TicketId]
    merged: Mapping[TicketId, TicketId]

    def root(self, ticket: TicketId) -> TicketId:
        """The ticket this one was merged into, followed to the end (a circle stops)."""
        seen = {ticket}
        while (into := self.merged.get(ticket)) is not None and into not in seen:
            seen.add(into)
            ticket = into
        return ticket

    def ticket_of(self, event: Event) -> TicketId | None:
        """The ticket an event counts for."""
        moved = self.messages.get(event.message) if event.message is not None else None
        ticket = moved or event.ticket
        return None if ticket is None else self.root(ticket)


def homes(events: Sequence[Event]) -> Homes:
    """Follow merges, splits and joins (events in order of time)."""
    messages: dict[MessageId, TicketId] = {}
    merged: dict[TicketId, TicketId] = {}
    for event in sorted(events, key=lambda e: (e.at_ms, e.id)):
        data = event.data
        if event.kind == "merged" and event.ticket is not None and data.get("into"):
            merged[event.ticket] = TicketId(int(data["into"]))
        elif event.kind in {"split", "joined"} and event.ticket is not None:
            message = event.message or data.get("message")
            if message is not None:
                # A split is written on the old ticket and says `into`, a join on the new one.
                messages[MessageId(int(message))] = TicketId(int(data.get("into", event.ticket)))
    return Homes(messages, merged)


def stories(
    events: Sequence[Event], left_out: Mapping[TicketId, str] | None = None
) -> dict[TicketId, Story]:
    """Every ticket's story from events that `alive` gave.

    `left_out` holds reasons that the ticket's own row knows (e.g. not_customer).
    Conversation events follow a merge; the status of a merged ticket does not.
    """
    known = left_out or {}
    where = homes(events)
    by_ticket: dict[TicketId, list[Event]] = defaultdict(list)
    for event in events:
        target = where.ticket_of(event)
        if target is None:
            continue
        follows = event.kind in {"received", "answered"}
        if event.ticket == target or follows:
            by_ticket[target].append(event)
    told: dict[TicketId, Story] = {}
    for ticket, own in by_ticket.items():
        teller = _Teller(ticket)
        for event in own:
            teller.take(event)
        told[ticket] = teller.story(known.get(ticket))
    return told
