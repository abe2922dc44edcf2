"""Ends the first sync of a mailbox: its tickets come to rest and get their numbers.

The rule is domain/first_sync.py's. Must not touch what the owner has already worked on.
"""

from solodesk.domain.changes import Changes
from solodesk.domain.events import Actor
from solodesk.domain.first_sync import landing
from solodesk.domain.ids import AccountId
from solodesk.domain.message import Kind
from solodesk.domain.ticket import Status
from solodesk.services.units import Desk
from solodesk.store import rows


def finish_first_sync(desk: Desk, account: AccountId) -> Changes:
    """Apply the policy to the tickets of a mailbox once, number all tickets oldest first."""
    row = desk.accounts.get(account)
    if row is None or row.first_sync_done_ms is not None:
        return desk.changes()
    for ticket in desk.tickets.of_account(account):
        if _is_ours_to_land(ticket):
            _land(desk, ticket, row.idle_close_days)
    desk.tickets.give_numbers(desk.tickets.without_number())
    desk.accounts.update(account, first_sync_done_ms=desk.now_ms)
    return desk.changes()


def _is_ours_to_land(ticket: rows.Ticket) -> bool:
    """A number means that the owner has acted on it already."""
    return (
        ticket.number is None
        and ticket.kind == Kind.PERSON.value
        and ticket.status != Status.SPAM.value
        and ticket.alarm is None
        and not ticket.history
        and ticket.merged_into is None
    )


def _land(desk: Desk, ticket: rows.Ticket, idle_close_days: int) -> None:
    found = landing(
        answered=ticket.waiting_since_ms is None,
        last_message_ms=ticket.last_message_ms,
        now_ms=desk.now_ms,
        idle_close_days=idle_close_days,
    )
    columns: dict[str, object] = {
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
