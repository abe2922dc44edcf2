"""Ends the first sync of a mailbox: its tickets come to rest and get their numbers.

Some tickets a transaction, so that the desk's own writes wait for none of them; a number says that
a ticket has come to rest, so a pass that is cut off goes on where it was. The rule is
domain/first_sync.py's. Must not touch what the owner has already worked on.
"""

import threading
import time
from collections.abc import Sequence
from typing import Final

from solodesk.domain.events import Actor
from solodesk.domain.first_sync import landing
from solodesk.domain.ids import AccountId, TicketId
from solodesk.domain.message import Kind
from solodesk.domain.ticket import Status
from solodesk.services.units import Desk, Store
from solodesk.store import rows

_LOCK_S: Final = 0.01
_PAUSE_S: Final = 0.002
_AT_ONCE: Final = 20


def finish_first_sync(store: Store, account: AccountId) -> None:
    """Apply the policy to the tickets of a mailbox once, number them oldest first."""
    with store.read() as reader:
        row = reader.accounts.get(account)
        if row is None or row.first_sync_done_ms is not None:
            return
        waiting = reader.tickets.without_number(account)
    pause = threading.Event()
    at = 0
    while at < len(waiting):
        at = _land_some(store, waiting, at, row.idle_close_days)
        pause.wait(_PAUSE_S)
    with store.write(actor=Actor.ENGINE) as desk:
        desk.accounts.update(account, first_sync_done_ms=desk.now_ms)


def _land_some(store: Store, waiting: Sequence[TicketId], at: int, idle_close_days: int) -> int:
    """One transaction, ended early by the clock; returns how far it came."""
    with store.write(actor=Actor.ENGINE) as desk:
        started = time.monotonic()
        while at < len(waiting) and time.monotonic() - started < _LOCK_S:
            found = desk.tickets.many(waiting[at : at + _AT_ONCE])
            # Whatever has a number by now was given it by an act of the owner.
            now = {row.id: row for row in found if row.number is None}
            chosen = [now[ticket] for ticket in waiting[at : at + _AT_ONCE] if ticket in now]
            first = desk.tickets.take_numbers(len(chosen))
            for number, row in enumerate(chosen, first):
                _land(desk, row, number, idle_close_days)
            at += _AT_ONCE
    return at


def _is_ours_to_land(ticket: rows.Ticket) -> bool:
    return (
        ticket.kind == Kind.PERSON.value
        and ticket.status != Status.SPAM.value
        and ticket.alarm is None
        and not ticket.history
        and ticket.merged_into is None
    )


def _land(desk: Desk, ticket: rows.Ticket, number: int, idle_close_days: int) -> None:
    if not _is_ours_to_land(ticket):
        desk.tickets.update(ticket.id, number=number)
        return
    found = landing(
        answered=ticket.waiting_since_ms is None,
        last_message_ms=ticket.last_message_ms,
        now_ms=desk.now_ms,
        idle_close_days=idle_close_days,
    )
    columns: dict[str, object] = {
        "number": number,
        "status": found.status.value,
        "from_before": found.from_before,
        "unread": ticket.unread and found.status is Status.OPEN,
    }
    if found.from_before:
        columns["waiting_since_ms"] = None
    desk.tickets.update(ticket.id, **columns)
    if found.status.value != ticket.status:
        data: dict[str, object] = {
            "from": ticket.status,
            "to": found.status.value,
            "reason": "first_sync",
        }
        if found.from_before:
            data["from_before"] = True
        desk.event("status", ticket=ticket.id, actor=Actor.ENGINE, data=data)
