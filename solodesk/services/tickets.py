"""What the owner does to tickets: status, tags, snooze, notes, merging. Each is one act.

The caller opens the transaction, with a label when the act can be undone. A ticket gets its
number at the owner's first act on it. Must not touch the mailbox.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.message import Kind
from solodesk.domain.outbox import NEEDS_OWNER, OutboxState
from solodesk.domain.ticket import Alarm, Channel, Status, priority_named, status_named
from solodesk.services import summary, ticket_moves
from solodesk.services.ticket_moves import join, merge, split, touched
from solodesk.services.units import Desk

if TYPE_CHECKING:
    from solodesk.store import rows

__all__ = ["join", "merge", "split"]

MAX_TAG: Final = 50
_MOVES: Final = frozenset(
    {"ticket.merge", "ticket.split", "ticket.join", "ticket.unmerge", "ticket.unjoin"}
)


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What undoing did. `label` is the act's (code, params); `conflicts` what had changed since,
    as (table, fields left alone)."""

    label: tuple[str, dict[str, Any]]
    changes: Changes
    conflicts: tuple[tuple[str, tuple[str, ...]], ...]


def set_status(desk: Desk, ids: Sequence[TicketId], status: str) -> Changes:
    """Set a status: open, waiting, closed or spam."""
    wanted = status_named(status)
    for row in touched(desk, ids):
        if row.status == wanted.value and row.alarm is None:
            continue
        columns: dict[str, Any] = {"status": wanted.value, "woken_ms": None}
        if wanted in (Status.CLOSED, Status.SPAM):
            columns |= {"waiting_since_ms": None, "snoozed_until_ms": None, "unread": False}
        if row.alarm == Alarm.BOUNCED.value or _is_told(desk, row):
            columns["alarm"] = None
        desk.tickets.update(row.id, **columns)
        if row.status != wanted.value:
            data = {"from": row.status, "to": wanted.value, "reason": "owner"}
            desk.event("status", ticket=row.id, data=data)
    return desk.changes()


def calm(desk: Desk, ticket: TicketId) -> Changes:
    """The owner has read that some did not get a reply: no alarm any more."""
    row = desk.tickets.get(ticket)
    if row is not None and _is_told(desk, row):
        desk.tickets.update(row.id, alarm=None)
    return desk.changes()


def _is_told(desk: Desk, row: rows.Ticket) -> bool:
    """Whether an alarm only tells: the reply has left, to some but not to all."""
    if row.alarm != Alarm.FAILED.value:
        return False
    wanting = {state.value for state in NEEDS_OWNER}
    return not any(each.state in wanting for each in desk.outbox.of_ticket(row.id))


def close(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Close tickets; asks for a rating where the owner switched that on."""
    set_status(desk, ids, Status.CLOSED.value)
    _ask_for_ratings(desk, ids)
    return desk.changes()


def reopen(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Open tickets again; a customer's word that was never answered waits again."""
    set_status(desk, ids, Status.OPEN.value)
    for ticket in ids:
        desk.tickets.update(ticket, thanked=False, from_before=False)
        summary.retell(desk, ticket)
    return desk.changes()


def spam(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Mark as spam; it stays spam whatever comes in."""
    return set_status(desk, ids, Status.SPAM.value)


def snooze(
    desk: Desk, ids: Sequence[TicketId], until_ms: int, wake_on_reply: bool = True
) -> Changes:
    """Put tickets aside until a time, and (unless told otherwise) until the customer writes."""
    if until_ms <= desk.now_ms:
        raise KnownError("time_passed")
    for row in touched(desk, ids):
        desk.tickets.update(
            row.id, snoozed_until_ms=until_ms, snooze_wake_on_reply=wake_on_reply, woken_ms=None
        )
        data = {"until_ms": until_ms, "wake_on_reply": wake_on_reply}
        desk.event("snoozed", ticket=row.id, data=data)
    return desk.changes()


def unsnooze(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Take tickets back before their time."""
    for row in touched(desk, ids):
        if row.snoozed_until_ms is not None:
            desk.tickets.update(row.id, snoozed_until_ms=None, woken_ms=None)
            desk.event("woken", ticket=row.id)
    return desk.changes()


def wake_due(desk: Desk) -> Changes:
    """Wake the tickets whose time has come: open, and on top."""
    for row in desk.tickets.due(desk.now_ms):
        asleep = row.status in (Status.WAITING.value, Status.CLOSED.value)
        desk.tickets.update(
            row.id,
            snoozed_until_ms=None,
            woken_ms=desk.now_ms,
            status=Status.OPEN.value if asleep else row.status,
        )
        desk.event("woken", ticket=row.id, at_ms=row.snoozed_until_ms, actor=Actor.ENGINE)
        if asleep:
            data = {"from": row.status, "to": Status.OPEN.value, "reason": "woken"}
            desk.event("status", ticket=row.id, actor=Actor.ENGINE, data=data)
    return desk.changes()


def tag(
    desk: Desk, ids: Sequence[TicketId], add: Iterable[str] = (), remove: Iterable[str] = ()
) -> Changes:
    """Put tags on and take tags off, by name; a new name makes a tag."""
    wanted = [_tag_name(name) for name in add]
    unwanted = [_tag_name(name) for name in remove]
    for row in touched(desk, ids):
        added = [t.name for t in map(desk.tags.named, wanted) if desk.tags.put(row.id, t.id)]
        known = [t for t in map(desk.tags.by_name, unwanted) if t is not None]
        removed = [t.name for t in known if desk.tags.take(row.id, t.id)]
        if added or removed:
            data = {"added": added, "removed": removed}
            desk.event("tagged", ticket=row.id, data=data)
    return desk.changes()


def set_priority(desk: Desk, ids: Sequence[TicketId], priority: str) -> Changes:
    """Set a priority: low, normal or high."""
    wanted = priority_named(priority)
    for row in touched(desk, ids):
        if desk.tickets.update(row.id, priority=wanted.value):
            data = {"from": row.priority, "to": wanted.value}
            desk.event("priority", ticket=row.id, data=data)
    return desk.changes()


def hide(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Remove tickets from every view; the mailbox is not touched."""
    for row in touched(desk, ids):
        if row.hidden_ms is None:
            desk.tickets.update(row.id, hidden_ms=desk.now_ms)
            desk.event("hidden", ticket=row.id)
    return desk.changes()


def unhide(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Bring hidden tickets back."""
    for row in touched(desk, ids):
        if row.hidden_ms is not None:
            desk.tickets.update(row.id, hidden_ms=None)
            desk.event("unhidden", ticket=row.id)
    return desk.changes()


def not_customer(desk: Desk, ids: Sequence[TicketId]) -> Changes:
    """Remember the senders as no customers: all their tickets file under Automatic."""
    for row in touched(desk, ids):
        customer = None if row.customer_id is None else desk.customers.get(row.customer_id)
        if customer is None or customer.not_customer:
            continue
        desk.customers.update(customer.id, not_customer=True)
        for other in desk.tickets.of_customer(customer.id):
            desk.event("not_customer", ticket=other.id, data={"customer": int(customer.id)})
    return desk.changes()


def add_note(desk: Desk, ticket: TicketId, text: str) -> Changes:
    """Write a note only the owner sees."""
    words = text.strip()
    if not words:
        raise KnownError("empty_note")
    for row in touched(desk, [ticket]):
        made = desk.notes.add(ticket_id=row.id, kind="note", text=words)
        desk.event("note", ticket=row.id, data={"note": made})
    return desk.changes()


def log_contact(
    desk: Desk, ticket: TicketId, channel: str, direction: str, minutes: int, text: str
) -> Changes:
    """Log a call, chat or visit in a ticket's history."""
    if direction not in ("in", "out") or channel not in Channel._value2member_map_:
        raise KnownError("unknown_channel", channel=channel, known=tuple(Channel))
    for row in touched(desk, [ticket]):
        made = desk.notes.add(
            ticket_id=row.id,
            kind="contact",
            channel=channel,
            direction=direction,
            minutes=max(0, minutes),
            text=text.strip(),
        )
        desk.event(
            "contact",
            ticket=row.id,
            data={
                "note": made,
                "channel": channel,
                "direction": direction,
                "minutes": max(0, minutes),
            },
        )
    return desk.changes()


def contact_ticket(desk: Desk, address: str) -> TicketId:
    """The ticket a contact with a customer is logged in: their latest that is not closed, else
    a new one that is closed at once (there is nothing to answer)."""
    from solodesk.services import customers

    there = customers.by_address(desk, address)
    if there is None and not all(part.strip() for part in address.partition("@")):
        raise KnownError("bad_address", address=address)
    customer = customers.find_or_add(desk, address, "", desk.now_ms)
    if customer is None:
        raise KnownError("bad_address", address=address)
    for row in desk.tickets.of_customer(customer, limit=20):
        if row.status in (Status.OPEN.value, Status.WAITING.value) and row.merged_into is None:
            return row.id
    made = desk.tickets.add(
        customer_id=customer,
        status=Status.CLOSED.value,
        kind=Kind.PERSON.value,
        created_ms=desk.now_ms,
        last_message_ms=desk.now_ms,
    )
    desk.participants.add(made, [a.address for a in desk.customers.addresses(customer)])
    return made


def mark_read(desk: Desk, ids: Sequence[TicketId], read: bool = True) -> Changes:
    """Mark as read or unread; on the server only as read, and only where that is switched on."""
    for ticket in ids:
        desk.tickets.update(ticket, unread=not read)
    if read:
        from solodesk.services import write_back

        write_back.read_here(desk, ids)
    return desk.changes()


def undo(desk: Desk, ticket: TicketId | None = None) -> UndoResult | None:
    """Take the owner's last act back (the last one on `ticket`); None when there is none."""
    if ticket is None:
        done = desk.undo.undo_last()
    else:
        step = desk.undo.last_of_ticket(ticket)
        done = None if step is None else desk.undo.undo_step(step.id)
    if done is None:
        return None
    for touched_id in sorted(done.changes.tickets):
        _unask(desk, TicketId(touched_id))
    if done.label[0] in _MOVES:
        from solodesk.services import ticket_returns

        moved, around = done.changes.of("message"), sorted(done.changes.tickets)
        ticket_returns.after_undo(desk, moved, around)
    conflicts = tuple((c.table, c.fields) for c in done.conflicts)
    return UndoResult(done.label, done.changes, conflicts)


def _unask(desk: Desk, ticket: TicketId) -> None:
    """A rating whose question was taken back was not asked for."""
    for survey in desk.surveys.of_ticket(ticket):
        asked = None if survey.outbox_id is None else desk.outbox.get(survey.outbox_id)
        if asked is not None and asked.state == OutboxState.CANCELLED.value:
            desk.surveys.delete(survey.id)


def join_number(desk: Desk, message: MessageId, number: int) -> Changes:
    """Move a message to the ticket the owner calls `number`."""
    return join(desk, message, by_number(desk, number))


def by_number(desk: Desk, number: int) -> TicketId:
    """The ticket the owner calls `number`; KnownError("no_such_ticket")."""
    found = desk.lists.by_number(number)
    if found is None:
        raise KnownError("no_such_ticket", ticket=number)
    return found


def _ask_for_ratings(desk: Desk, ids: Sequence[TicketId]) -> None:
    from solodesk.services import automatic, settings

    if not settings.get(desk, "survey_on_close"):
        return
    for row in ticket_moves.existing(desk, ids):
        if row.kind == Kind.PERSON.value and row.first_response_ms is not None:
            automatic.survey_on_close(desk, row.id)


def _tag_name(name: str) -> str:
    words = " ".join(name.split())
    if not words or len(words) > MAX_TAG:
        raise KnownError("bad_tag", tag=name[:MAX_TAG], most=MAX_TAG)
    return words
