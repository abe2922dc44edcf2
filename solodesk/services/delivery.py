"""A message of ours has left: the one place where an outbox row becomes part of the conversation.

Used when the server accepted it, when its copy is found in Sent, and when the owner says that it
arrived. Figures count an answer only from here on. Must not decide whether it was delivered.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from solodesk.domain.automation import ACKNOWLEDGEMENT
from solodesk.domain.customers import address_keys
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, OutboxId, TicketId
from solodesk.domain.matching import JoinedBy, valid_rfc_id
from solodesk.domain.message import Address, Kind, ParsedMessage
from solodesk.domain.outbox import OutboxState, before_states
from solodesk.domain.ticket import Status, after_our_answer
from solodesk.services import stored, summary
from solodesk.services.relations import token_mark
from solodesk.services.units import Desk

if TYPE_CHECKING:
    from solodesk.store import rows

By = Literal["smtp", "sent_folder"]
_KINDS: Final = {"survey": Kind.SURVEY, ACKNOWLEDGEMENT: Kind.AUTO_REPLY}


def accepted(desk: Desk, outbox: OutboxId, at_ms: int, *, by: By) -> MessageId:
    """Record that a row was delivered at `at_ms`; safe to call twice. Returns our message.

    Raises LookupError for an unknown row or one that was cancelled.
    """
    row = desk.outbox.get(outbox)
    if row is None or row.state == OutboxState.CANCELLED.value:
        message = f"no outbox row {outbox} that could have been delivered"
        raise LookupError(message)
    if row.message_id is not None:
        return row.message_id
    row = replace(row, ticket_id=desk.tickets.final(row.ticket_id))
    parsed = _parsed(desk, row)
    made = _store(desk, row, parsed, at_ms)
    allowed = {state.value for state in before_states(OutboxState.SENT)}
    allowed |= {OutboxState.QUEUED.value, OutboxState.HELD.value}
    desk.outbox.move(
        outbox,
        allowed,
        OutboxState.SENT.value,
        accepted_ms=at_ms,
        message_id=made,
        hold_reason=None,
        not_before_ms=None,
        reason=None,
    )
    _history(desk, row, made, at_ms, by)
    automatic = row.purpose == ACKNOWLEDGEMENT
    if row.purpose == "new" or (not automatic and answers(desk, row.ticket_id, made)):
        _afterwards(desk, row, at_ms)
    return made


def answers(desk: Desk, ticket: TicketId, message: MessageId) -> bool:
    """Whether a message of ours answers: someone who wrote in the ticket reads it.

    A forward to a supplier does not; before anybody has written, everything may.
    """
    made = desk.messages.get(message)
    writers = summary.writers_in(desk, ticket)
    return made is not None and is_answer(summary.readers_of(made), writers)


def is_answer(readers: frozenset[str], writers: frozenset[str]) -> bool:
    """The same, when it is known who reads it and who wrote."""
    return not writers or bool(readers & writers)


def _parsed(desk: Desk, row: rows.Outbox) -> ParsedMessage:
    from solodesk.mail.parse import parse_message

    return parse_message(row.final, own=desk.accounts.own_addresses())


def _store(desk: Desk, row: rows.Outbox, parsed: ParsedMessage, at_ms: int) -> MessageId:
    kind = _KINDS.get(row.purpose, Kind.OWN)
    ticket = desk.tickets.get(row.ticket_id)
    columns = stored.columns_of(parsed)
    made = desk.messages.add(
        **{
            **columns,
            "ticket_id": row.ticket_id,
            "customer_id": None if ticket is None else ticket.customer_id,
            "account_id": None if ticket is None else ticket.account_id,
            "direction": "out",
            "kind": kind.value,
            "received_ms": at_ms,
            "joined_by": (JoinedBy.NEW if row.purpose == "new" else JoinedBy.MANUAL).value,
            "outbox_id": row.id,
            "seen": True,
            "closer": False,
            "survey": None,
        }
    )
    desk.raw.add(made, row.final)
    ids = (row.rfc_id, *parsed.references, *parsed.in_reply_to)
    desk.mentions.add([i for i in ids if valid_rfc_id(i)], row.ticket_id, made)
    survey = desk.surveys.by_outbox(row.id) if row.purpose == "survey" else None
    if survey is not None:
        desk.mentions.add([token_mark(survey.token)], row.ticket_id, made)
    readers = tuple(Address("", r.address) for r in desk.outbox.recipients(row.id))
    desk.participants.add(
        row.ticket_id, address_keys((*parsed.to, *parsed.cc, *readers)) - _own(desk)
    )
    summary.advance(desk, row.ticket_id, summary.Said(made, parsed.new_text))
    desk.search.add(made)
    return made


def _history(desk: Desk, row: rows.Outbox, made: MessageId, at_ms: int, by: By) -> None:
    at: dict[str, Any] = {"ticket": row.ticket_id, "message": made, "at_ms": at_ms}
    if row.purpose == "survey":
        survey = desk.surveys.by_outbox(row.id)
        if survey is not None:
            desk.surveys.update(survey.id, sent_ms=at_ms, rfc_id=row.rfc_id)
            data = {"survey": int(survey.id), "scale": survey.scale}
            actor = Actor.RULE if row.draft.get("automatic") else Actor.OWNER
            desk.event("survey_sent", actor=actor, data=data, **at)
    elif row.purpose == ACKNOWLEDGEMENT:
        # No answer: the customer still waits for a person (metrics.md).
        desk.event("acknowledged", actor=Actor.RULE, **at)
    elif row.purpose == "new":
        desk.event("started", actor=Actor.OWNER, **at)
    elif answers(desk, row.ticket_id, made):
        desk.event("answered", actor=Actor.OWNER, data={"by": by}, **at)


def _afterwards(desk: Desk, row: rows.Outbox, at_ms: int) -> None:
    ticket = desk.tickets.get(row.ticket_id)
    if ticket is None:
        return
    if ticket.alarm in ("failed", "uncertain"):
        desk.tickets.update(ticket.id, alarm=None)
    if row.purpose == "survey":
        return
    wanted = Status(row.status_after) if row.status_after else None
    # A word of the customer that came in meanwhile must not disappear behind our answer.
    newer = ticket.last_direction == "in" and ticket.last_message_ms > at_ms
    before = Status(ticket.status)
    after = before if newer else after_our_answer(before, wanted)
    desk.tickets.update(
        ticket.id, alarm=None, woken_ms=None, unread=ticket.unread and newer, status=after.value
    )
    if after is not before:
        data = {"from": before.value, "to": after.value, "reason": "sent"}
        desk.event("status", ticket=ticket.id, actor=Actor.OWNER, at_ms=at_ms, data=data)
    if row.snooze_after_ms is not None and not newer:
        desk.tickets.update(
            ticket.id,
            snoozed_until_ms=row.snooze_after_ms,
            snooze_wake_on_reply=row.snooze_wake_on_reply,
        )
        snooze = {"until_ms": row.snooze_after_ms, "wake_on_reply": row.snooze_wake_on_reply}
        desk.event("snoozed", ticket=ticket.id, actor=Actor.OWNER, at_ms=at_ms, data=snooze)


def _own(desk: Desk) -> frozenset[str]:
    return address_keys(tuple(Address("", a) for a in desk.accounts.own_addresses()))
