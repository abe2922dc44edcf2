"""Moving messages between tickets: merge, split, join. All of it can be undone field by field.

A message takes its mentions along, so that answers to it follow. Must not change a message's
words or bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.customers import address_keys
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.matching import JoinedBy
from solodesk.domain.message import Address, Kind
from solodesk.domain.ticket import Status
from solodesk.services import stored, summary
from solodesk.services.units import Desk

if TYPE_CHECKING:
    from solodesk.store import rows


def existing(desk: Desk, ids: Sequence[TicketId]) -> list[rows.Ticket]:
    """The rows of tickets in the order given; KnownError("no_such_ticket")."""
    found = []
    for ticket in dict.fromkeys(ids):
        row = desk.tickets.get(ticket)
        if row is None:
            raise KnownError("no_such_ticket", ticket=int(ticket))
        found.append(row)
    return found


def touched(desk: Desk, ids: Sequence[TicketId]) -> list[rows.Ticket]:
    """The rows of tickets the owner acts on: each has a number from now on."""
    found = existing(desk, ids)
    for row in found:
        desk.tickets.give_number(row.id)
    return found


def merge(desk: Desk, ids: Sequence[TicketId], into: TicketId) -> Changes:
    """Move everything of some tickets into another; they disappear from the views."""
    target = touched(desk, [desk.tickets.final(into)])[0]
    sources = [row for row in touched(desk, ids) if row.merged_into is None]
    if any(row.id == target.id for row in sources):
        raise KnownError("merge_itself", ticket=target.number)
    for row in sources:
        moved = desk.messages.ids_of_ticket(row.id)
        for message in moved:
            move(desk, message, target.id)
        for note in desk.notes.of_ticket(row.id):
            desk.notes.update(note.id, ticket_id=target.id)
        for tag in desk.tags.of_ticket(row.id):
            desk.tags.put(target.id, tag.id)
        desk.participants.add(target.id, sorted(desk.participants.of(row.id)))
        draft = desk.drafts.of_ticket(row.id)
        moves_draft = draft is not None and desk.drafts.of_ticket(target.id) is None
        if draft is not None and moves_draft:
            desk.drafts.update(draft.id, ticket_id=target.id)
        if row.status == Status.OPEN.value and target.status != Status.OPEN.value:
            set_status(desk, target, Status.OPEN)
        desk.tickets.update(
            row.id, merged_into=target.id, unread=False, alarm=None, snoozed_until_ms=None
        )
        data = {
            "into": int(target.id),
            "messages": [int(message) for message in moved],
            "draft": int(draft.id) if draft is not None and moves_draft else None,
        }
        desk.event("merged", ticket=row.id, data=data)
    summary.retell(desk, target.id)
    return desk.changes()


def split(desk: Desk, ticket: TicketId, message: MessageId) -> TicketId:
    """Make a ticket of its own from one message; returns the new ticket."""
    row = touched(desk, [ticket])[0]
    moved = _message(desk, message)
    if moved.ticket_id != row.id:
        raise KnownError("no_such_message", message=int(message))
    if len([m for m in desk.messages.of_ticket(row.id) if m.duplicate_of is None]) < 2:
        raise KnownError("cannot_split")
    incoming = moved.direction == "in"
    made = desk.tickets.add(
        subject=moved.subject,
        customer_id=moved.customer_id,
        account_id=moved.account_id,
        status=(Status.OPEN if incoming else Status.WAITING).value,
        kind=moved.kind if incoming else Kind.PERSON.value,
        history=moved.history,
        linked_ticket_id=row.id,
        unread=row.unread,
        created_ms=moved.received_ms,
        last_message_ms=moved.received_ms,
    )
    desk.tickets.give_number(made)
    take_along(desk, moved, made)
    desk.messages.update(moved.id, joined_by=JoinedBy.MANUAL.value, suggested_ticket_id=None)
    desk.event(
        "split", ticket=row.id, message=moved.id, data={"into": int(made), "message": int(moved.id)}
    )
    summary.retell(desk, row.id)
    summary.retell(desk, made)
    return made


def join(desk: Desk, message: MessageId, ticket: TicketId) -> Changes:
    """Move one message to a ticket; the ticket it leaves empty disappears."""
    moved = _message(desk, message)
    target = touched(desk, [desk.tickets.final(ticket)])[0]
    if moved.ticket_id == target.id:
        desk.messages.update(moved.id, suggested_ticket_id=None)
        return desk.changes()
    left = moved.ticket_id
    take_along(desk, moved, target.id)
    desk.messages.update(moved.id, joined_by=JoinedBy.MANUAL.value, suggested_ticket_id=None)
    desk.event(
        "joined", ticket=target.id, message=moved.id,
        data={"from": int(left), "message": int(moved.id)},
    )  # fmt: skip
    latest = moved.received_ms >= target.last_message_ms
    asks = moved.direction == "in" and moved.kind == Kind.PERSON.value and not moved.closer
    if latest and asks and target.status not in (Status.OPEN.value, Status.SPAM.value):
        set_status(desk, target, Status.OPEN)
    summary.retell(desk, target.id)
    if desk.messages.ids_of_ticket(left):
        summary.retell(desk, left)
    else:
        desk.tickets.update(left, merged_into=target.id, unread=False, alarm=None)
        desk.event("merged", ticket=left, data={"into": int(target.id)})
    return desk.changes()


def take_along(desk: Desk, message: rows.Message, ticket: TicketId) -> None:
    """Move a message and its duplicates; who wrote and read it takes part in the new ticket."""
    for other in desk.messages.of_ticket(message.ticket_id):
        if message.id in (other.id, other.duplicate_of):
            move(desk, other.id, ticket)
    writers = (Address(message.from_name, message.from_address),)
    people = (*writers, *stored.people(message, "to"), *stored.people(message, "cc"))
    own = address_keys(tuple(Address("", a) for a in desk.accounts.own_addresses()))
    desk.participants.add(ticket, sorted(address_keys(people) - own))


def move(desk: Desk, message: MessageId, ticket: TicketId) -> None:
    """Lay a message into a ticket, with the ids it is found by; summaries are told afterwards."""
    desk.messages.update(message, ticket_id=ticket)
    desk.mentions.move(message, ticket)


def _message(desk: Desk, message: MessageId) -> rows.Message:
    found = desk.messages.get(message)
    if found is None:
        raise KnownError("no_such_message", message=int(message))
    return found


def set_status(desk: Desk, row: rows.Ticket, status: Status) -> None:
    """Another status, because messages came or went."""
    desk.tickets.update(row.id, status=status.value)
    data = {"from": row.status, "to": status.value, "reason": "joined"}
    desk.event("status", ticket=row.id, data=data)
