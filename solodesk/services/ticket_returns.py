"""Taking moves back after more mail has come: un-merge a ticket, un-join a message.

What answers a message goes where it goes, whenever it came in; everything else stays. (Undo gives
fields back as they were; it asks here for the answers that came since.) Must not change words.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.customers import address_keys
from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.matching import JoinedBy, valid_rfc_id
from solodesk.domain.message import Address, Kind
from solodesk.domain.ticket import Status
from solodesk.services import summary, ticket_moves
from solodesk.services.mail_events import living
from solodesk.services.relations import letter_of_slip
from solodesk.services.units import Desk

if TYPE_CHECKING:
    from solodesk.store import rows


def unmerge(desk: Desk, ticket: TicketId) -> Changes:
    """Bring a merged ticket back: its messages and notes, and the answers to them since then."""
    row = desk.tickets.get(ticket)
    if row is None:
        raise KnownError("no_such_ticket", ticket=int(ticket))
    event = _merging(desk, row)
    if row.merged_into is None or event is None:
        raise KnownError("not_merged", ticket=row.number or int(row.id))
    left = desk.tickets.final(row.id)
    told = event.data.get("messages")
    here = told if told is not None else [e.message for e in desk.events.of_ticket(row.id)]
    lying = set(desk.messages.ids_of_ticket(left))
    mine = [MessageId(int(m)) for m in dict.fromkeys(here) if m is not None and int(m) in lying]
    _revive(desk, row, event)
    for message in mine:
        ticket_moves.move(desk, message, row.id)
    _notes_back(desk, event, left, row.id)
    followed = bring_answers(desk, mine, left, row.id)
    _tell(desk, (left, row.id), reopened=followed, home=row.id)
    return desk.changes()


def unmerge_number(desk: Desk, number: int) -> TicketId:
    """Un-merge the ticket the owner calls `number`, or the last one merged into it."""
    row = desk.tickets.by_number(number)
    if row is None:
        raise KnownError("no_such_ticket", ticket=number)
    if row.merged_into is None:
        return unmerge_last(desk, row.id)
    unmerge(desk, row.id)
    return row.id


def unmerge_last(desk: Desk, into: TicketId) -> TicketId:
    """Un-merge the ticket that was merged into `into` last; KnownError("not_merged")."""
    ticket = last_merged(desk, into)
    if ticket is None:
        row = desk.tickets.get(into)
        raise KnownError("not_merged", ticket=int(into) if row is None else row.number or int(into))
    unmerge(desk, ticket)
    return ticket


def last_merged(desk: Desk, into: TicketId) -> TicketId | None:
    """The ticket that the owner merged into `into` last, None when there is none."""
    ghosts = [(event, row) for row in desk.tickets.merged_into(into)
              for event in [_merging(desk, row)] if event is not None]  # fmt: skip
    return max(ghosts, key=lambda each: each[0].id)[1].id if ghosts else None


def unjoin(desk: Desk, message: MessageId) -> TicketId:
    """Take a message out of its ticket: back where the owner took it from, else into a new ticket.

    The answers to it go with it. Returns where it is then; KnownError("cannot_split") for the only
    message of a ticket that was never elsewhere.
    """
    found = desk.messages.get(message)
    if found is None:
        raise KnownError("no_such_message", message=int(message))
    left = found.ticket_id
    home = _came_from(desk, found)
    if home is None:
        home = ticket_moves.split(desk, left, message)
    else:
        ticket_moves.touched(desk, [left])
        ticket_moves.take_along(desk, found, home)
        desk.messages.update(message, joined_by=JoinedBy.MANUAL.value, suggested_ticket_id=None)
        _joined(desk, found.id, left, home)
    followed = bring_answers(desk, [message], left, home)
    asks = [message, *followed]
    _tell(desk, (left, home), reopened=asks, home=home)
    if not desk.messages.ids_of_ticket(left):
        desk.tickets.update(left, merged_into=home, unread=False, alarm=None)
        desk.event("merged", ticket=left, data={"into": int(home), "messages": []})
    return home


def bring_answers(
    desk: Desk, moved: Iterable[MessageId], left: TicketId, home: TicketId
) -> list[MessageId]:
    """Move from `left` to `home` what answers `moved`, and what answers that; returns it."""
    edge, out = list(moved), []
    seen = set(edge)
    while edge:
        asked = desk.messages.get(edge.pop(0))
        if asked is None or asked.rfc_id is None or not valid_rfc_id(asked.rfc_id):
            continue
        names = (asked.rfc_id, f"bounced:{asked.rfc_id}")
        for slip in desk.messages.slips(desk.mentions.messages(names)):
            if slip.id in seen or slip.ticket_id != left or not _answers(desk, slip, asked.rfc_id):
                continue
            seen.add(slip.id)
            copies = [
                c.id for c in desk.messages.slips_of_ticket(left) if c.duplicate_of == slip.id
            ]
            for each in (slip.id, *copies):
                ticket_moves.move(desk, each, home)
            _joined(desk, slip.id, left, home, follows=asked.id)
            edge.append(slip.id)
            out.append(slip.id)
    return out


def after_undo(desk: Desk, messages: Iterable[int], tickets: Sequence[int]) -> None:
    """Undo moved `messages` back: the answers that came since follow them out of `tickets`."""
    for number in sorted(messages):
        row = desk.messages.get(MessageId(number))
        for other in tickets if row is not None else ():
            left = TicketId(other)
            if row is None or left == row.ticket_id:
                continue
            followed = bring_answers(desk, [row.id], left, row.ticket_id)
            if followed:
                _tell(desk, (left, row.ticket_id), reopened=followed, home=row.ticket_id)


def _merging(desk: Desk, row: rows.Ticket) -> Event | None:
    """The owner's act that merged a ticket away, if it still holds."""
    if row.merged_into is None:
        return None
    told = [e for e in living(desk.events.of_ticket(row.id)) if e.kind == "merged"]
    return told[-1] if told and told[-1].actor is Actor.OWNER else None


def _revive(desk: Desk, row: rows.Ticket, event: Event) -> None:
    desk.tickets.update(row.id, merged_into=None)
    desk.event("undone", ticket=row.id, data={"event": event.id})


def _notes_back(desk: Desk, event: Event, left: TicketId, home: TicketId) -> None:
    own = {int(e.data["note"]) for e in desk.events.of_ticket(home) if e.data.get("note")}
    for note in desk.notes.of_ticket(left):
        if int(note.id) in own:
            desk.notes.update(note.id, ticket_id=home)
    draft = desk.drafts.of_ticket(left)
    if draft is not None and int(draft.id) == event.data.get("draft"):
        desk.drafts.update(draft.id, ticket_id=home)


def _came_from(desk: Desk, message: rows.Message) -> TicketId | None:
    """The ticket from which the owner moved a message here, brought back when it had gone."""
    left = message.ticket_id
    told = living(desk.events.of_ticket(left))
    moves = [e for e in told if e.kind == "joined" and e.message == message.id]
    if not moves or not moves[-1].data.get("from") or moves[-1].data.get("follows"):
        return None
    home = TicketId(int(moves[-1].data["from"]))
    row = desk.tickets.get(home)
    if row is None or home == left:
        return None
    event = _merging(desk, row)
    if row.merged_into is not None and event is not None and desk.tickets.final(home) == left:
        _revive(desk, row, event)
        return home
    final = desk.tickets.final(home)
    return None if final == left else final


def _answers(desk: Desk, slip: rows.Slip, rfc_id: str) -> bool:
    """`rfc_id` is the nearest message here that `slip` answers, or what came back with it."""
    if slip.duplicate_of is not None or slip.joined_by == JoinedBy.MANUAL.value:
        return False
    if (slip.bounce or {}).get("original_message_id") == rfc_id:
        return slip.kind == Kind.BOUNCE.value
    for name in (*reversed(slip.refs), *slip.in_reply_to):
        if name == rfc_id:
            return True
        if valid_rfc_id(name) and desk.messages.by_rfc_id(name):
            return False
    return False


def _joined(
    desk: Desk,
    message: MessageId,
    left: TicketId,
    home: TicketId,
    follows: MessageId | None = None,
) -> None:
    data = {"from": int(left), "message": int(message)}
    if follows is not None:
        data["follows"] = int(follows)
    desk.event("joined", ticket=home, message=message, data=data)


def _tell(
    desk: Desk,
    tickets: Sequence[TicketId],
    *,
    reopened: Sequence[MessageId],
    home: TicketId,
) -> None:
    """Summaries and people of both; a customer's word that went along re-opens its ticket."""
    addresses = tuple(Address("", address) for address in desk.accounts.own_addresses())
    own = address_keys(addresses)
    for ticket in tickets:
        slips = desk.messages.slips_of_ticket(ticket)
        if slips:
            _people(desk, ticket, slips, own)
            summary.retell(desk, ticket)
    row, slips = desk.tickets.get(home), desk.messages.slips(reopened)
    asks = [s for s in slips if s.direction == "in" and s.kind == Kind.PERSON.value]
    latest = max(asks, key=lambda slip: slip.received_ms, default=None)
    closed = row is not None and row.status in (Status.CLOSED.value, Status.WAITING.value)
    if row is None or latest is None or latest.closer or not closed:
        return
    if latest.received_ms >= row.last_message_ms:
        ticket_moves.set_status(desk, row, Status.OPEN)
        summary.retell(desk, home)


def _people(desk: Desk, ticket: TicketId, slips: Sequence[rows.Slip], own: frozenset[str]) -> None:
    """Who wrote and read what lies here takes part, and nobody else."""
    part: set[str] = set()
    for slip in slips:
        letter = letter_of_slip(desk, slip, own, from_sent=False)
        part |= letter.senders | letter.others
    row = desk.tickets.get(ticket)
    if row is not None and row.customer_id is not None:
        part |= {address.address for address in desk.customers.addresses(row.customer_id)}
    there = desk.participants.of(ticket)
    desk.participants.add(ticket, sorted(part - there))
    for address in sorted(there - part):
        desk.participants.delete(ticket, address)
