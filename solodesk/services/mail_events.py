"""The events that follow from mail alone: which a ticket's messages should have, and which it has.

Events answered by SMTP, notes, tags and the owner's statuses are nobody's conclusion and are
never touched. Must not store messages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.matching import JoinedBy
from solodesk.domain.message import Kind
from solodesk.services import summary
from solodesk.services.relations import survey_of
from solodesk.services.units import Desk
from solodesk.store import rows

Follows = Mapping[MessageId, tuple[MessageId, JoinedBy]]
"""Bounces and ratings → the message of ours each is about."""

OF_MESSAGES: Final = frozenset(
    {
        *("received", "answered", "acknowledged", "started", "survey_sent", "rated"),
        *("bounced", "survey_bounced"),
    }
)
_STATUS_REASONS: Final = frozenset({"customer_wrote", "replied", "unhappy_rating", "bounced"})
# What these say depends on when mail came in, not on what happened.
_ASIDE: Final = frozenset({"from_before", "replaces", "language"})


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as it should stand in the history."""

    kind: str
    at_ms: int
    actor: Actor
    message: MessageId | None
    data: Mapping[str, Any] = field(default_factory=dict)


Key = tuple[str, int, int | None, tuple[tuple[str, str], ...]]


def key_of(what: Fact | Event) -> Key:
    """What makes two events say the same of one ticket."""
    data = {k: str(v) for k, v in what.data.items() if k not in _ASIDE}
    message = None if what.message is None else int(what.message)
    return what.kind, what.at_ms, message, tuple(sorted(data.items()))


def living(events: Sequence[Event]) -> list[Event]:
    """Events that were not taken back, `undone` ones left out."""
    gone: set[int] = set()
    for event in events:
        if event.kind == "undone":
            one = event.data.get("event")
            gone.update(int(i) for i in event.data.get("events", ()))
            gone.update([int(one)] if one is not None else [])
    return [e for e in events if e.kind != "undone" and e.id not in gone]


def by_mail(event: Event) -> bool:
    """Whether an event follows from mail alone."""
    if event.kind == "answered":
        return event.data.get("by") != "smtp" and event.actor is Actor.OWNER
    if event.kind == "status":
        return event.data.get("reason") in _STATUS_REASONS
    return event.kind in OF_MESSAGES


def facts_of(
    desk: Desk, row: rows.Ticket, slips: Sequence[rows.Slip], follows: Follows
) -> list[Fact]:
    """The events of a ticket's messages; `slips` in order, copies among them.

    What left through the outbox has its own events (delivery.py) and none here.
    """
    facts: list[Fact] = []
    by_id = {slip.id: slip for slip in slips}
    writers: frozenset[str] = frozenset()
    for slip in slips:
        if slip.direction == "in":
            facts.append(_received(row, slip))
            writers |= summary.writers_of(desk, slip)
            leader = by_id.get(follows[slip.id][0]) if slip.id in follows else None
            if leader is not None:
                facts += _about(desk, slip, leader)
        elif slip.duplicate_of is None and slip.outbox_id is None:
            facts += _ours(desk, slip, writers)
    return facts


def _received(row: rows.Ticket, slip: rows.Slip) -> Fact:
    spam = row.status == "spam" and slip.duplicate_of is None
    flags = {
        "closer": slip.closer,
        "history": slip.history,
        "duplicate": slip.duplicate_of is not None,
        "damaged": slip.damaged,
    }
    data: dict[str, Any] = {"kind": "spam" if spam else slip.kind}
    data |= {name: True for name, on in flags.items() if on}
    if slip.language is not None:
        data["language"] = slip.language
    return Fact("received", slip.received_ms, Actor.CUSTOMER, slip.id, data)


def _ours(desk: Desk, slip: rows.Slip, writers: frozenset[str]) -> list[Fact]:
    at_ms = slip.received_ms
    if slip.kind == Kind.AUTO_REPLY.value:
        return [Fact("acknowledged", at_ms, Actor.RULE, slip.id)]
    if slip.kind == Kind.SURVEY.value:
        survey = survey_of(desk, slip)
        data = {} if survey is None else {"survey": int(survey.id), "scale": survey.scale}
        return [Fact("survey_sent", at_ms, Actor.OWNER, slip.id, data)] if data else []
    history = {"history": True} if slip.history else {}
    if begins(slip):
        return [Fact("started", at_ms, Actor.OWNER, slip.id, history)]
    if writers and not summary.readers_of(slip) & writers:
        return []
    return [Fact("answered", at_ms, Actor.OWNER, slip.id, {"by": "sent_folder", **history})]


def begins(slip: rows.Slip) -> bool:
    """Ours, and it answers nothing: it starts a ticket."""
    by_itself = slip.joined_by in (JoinedBy.NEW.value, JoinedBy.OWN_MESSAGE_ID.value)
    return by_itself and not slip.in_reply_to and not slip.refs


def _about(desk: Desk, slip: rows.Slip, leader: rows.Slip) -> list[Fact]:
    """What a bounce or a rating says of the message of ours it answers."""
    at_ms = slip.received_ms
    survey = survey_of(desk, leader) if leader.kind == Kind.SURVEY.value else None
    if slip.kind == Kind.SURVEY.value:
        return [] if survey is None else [_rated(slip, survey)]
    bounce = slip.bounce or {}
    if not bounce.get("permanent") or slip.history:
        return []
    if survey is not None:
        return [Fact("survey_bounced", at_ms, Actor.ENGINE, leader.id, {"survey": int(survey.id)})]
    data = {"reason": bounce.get("reason"), "permanent": True}
    return [Fact("bounced", at_ms, Actor.ENGINE, leader.id, data)]


def _rated(slip: rows.Slip, survey: rows.Survey) -> Fact:
    answer = slip.survey or {}
    data = {
        "survey": int(survey.id),
        "scale": survey.scale,
        "value": answer.get("digit"),
        "comment": answer.get("comment") is not None,
    }
    return Fact("rated", slip.received_ms, Actor.CUSTOMER, slip.id, data)


def correct(desk: Desk, ticket: TicketId, have: Iterable[Event], want: Iterable[Fact]) -> None:
    """Append what is missing, and take back what no longer holds.

    `have`: events by mail, of this ticket or of where its messages lay before.
    """
    wanted = {key_of(fact): fact for fact in want}
    right: set[Key] = set()
    from_before: set[MessageId | None] = set()
    for event in have:
        key = key_of(event)
        if event.ticket == ticket and key in wanted and key not in right:
            right.add(key)
            continue
        if event.data.get("from_before"):
            from_before.add(event.message)
        desk.event("undone", ticket=event.ticket, actor=Actor.ENGINE, data={"event": event.id})
    for key, fact in wanted.items():
        if key in right:
            continue
        data = dict(fact.data)
        if fact.kind == "received" and fact.message in from_before:
            data["from_before"] = True
        desk.event(
            fact.kind,
            ticket=ticket,
            message=fact.message,
            at_ms=fact.at_ms,
            actor=fact.actor,
            data=data,
        )
