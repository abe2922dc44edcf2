"""Keeps a ticket's summary columns in step with its messages (domain/progress.py).

Must not change statuses; that is a matter of ticket.py and of whoever acts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.message import Address, Kind
from solodesk.domain.progress import Progress, Step, follow, follow_all
from solodesk.domain.ticket import Status
from solodesk.services import stored
from solodesk.services.units import Desk
from solodesk.store import rows


def step_of(message: rows.Slip | rows.Message, writers: frozenset[str], words: str = "") -> Step:
    """A stored message as the summary sees it. `writers`: who had written in its ticket before;
    `words`: its new text, wanted only of the latest."""
    return Step(
        incoming=message.direction == "in",
        kind=Kind(message.kind),
        at_ms=message.received_ms,
        closer=message.closer,
        counts=not message.history,
        subject=message.subject,
        new_text=words,
        attachments=sum(1 for a in message.attachments if not a.get("inline")),
        answers=message.direction == "in" or not writers or bool(readers_of(message) & writers),
    )


def readers_of(message: rows.Slip | rows.Message) -> frozenset[str]:
    """Keys of To and Cc."""
    return address_keys((*stored.people(message, "to"), *stored.people(message, "cc")))


def writers_of(desk: Desk, slip: rows.Slip) -> frozenset[str]:
    """Keys of the addresses at which whoever wrote a message gets answers; a mail system's none."""
    if slip.kind in (Kind.BOUNCE.value, Kind.REPORT.value):
        return frozenset()
    people = (Address("", slip.from_address), *stored.people(slip, "reply_to"))
    writers = address_keys(people)
    if slip.customer_id is not None and is_form(slip):
        found = desk.customers.addresses(slip.customer_id)
        writers |= frozenset(address_key(each.address) for each in found)
    return writers


def is_form(slip: rows.Slip) -> bool:
    """Whether it came by a contact form: the customer stands in it, not in From."""
    return any(because.startswith("contact_form") for because in slip.kind_because)


def writers_in(desk: Desk, ticket: TicketId) -> frozenset[str]:
    """Keys of everyone who has written in a ticket, with the addresses they want answers at."""
    writers: frozenset[str] = frozenset()
    for slip in desk.messages.slips_of_ticket(ticket):
        if slip.direction == "in":
            writers |= writers_of(desk, slip)
    return writers


@dataclass(frozen=True, slots=True)
class Said:
    """A message that was added, its new text, and who wrote in its ticket before (None: ask).

    `also`: what else becomes of the ticket when the message is its latest, in the same write.
    """

    message: MessageId
    new_text: str
    writers: frozenset[str] | None = None
    also: Mapping[str, Any] = field(default_factory=dict)


def advance(desk: Desk, ticket: TicketId, said: Said, *, late: bool = True) -> None:
    """Bring the summary in step after a message was added: cheaply when it is the latest.

    `late` False leaves a message that is not the latest to the caller.
    """
    row, found = desk.tickets.get(ticket), desk.messages.slips([said.message])
    if row is None or not found:
        return
    added = found[0]
    if row.messages and added.received_ms < row.last_message_ms:
        if late:
            retell(desk, ticket)
        return
    writers = said.writers
    if writers is None:
        writers = writers_in(desk, ticket) if added.direction == "out" else frozenset()
    so_far = _progress(row) if row.messages else Progress()
    columns = _columns(follow(so_far, step_of(added, writers, said.new_text)))
    if not row.messages and row.status in (Status.CLOSED.value, Status.SPAM.value):
        columns["waiting_since_ms"] = None
    desk.tickets.update(ticket, **{**columns, **said.also})


def retell(desk: Desk, ticket: TicketId) -> None:
    """Tell the whole summary anew from the messages that lie in the ticket now."""
    slips = [slip for slip in desk.messages.slips_of_ticket(ticket) if slip.duplicate_of is None]
    row = desk.tickets.get(ticket)
    if not slips or row is None:
        return
    columns = columns_of(desk, slips)
    if row.status in (Status.CLOSED.value, Status.SPAM.value):
        # Closed without an answer: it left the wait (metrics.md).
        columns["waiting_since_ms"] = None
    desk.tickets.update(ticket, **columns)


def columns_of(desk: Desk, slips: list[rows.Slip]) -> dict[str, Any]:
    """The summary's columns that follow from messages (copies left out), whatever the status."""
    slips = sorted(slips, key=stored.order_of)
    words = desk.messages.new_text(slips[-1].id)
    writers: frozenset[str] = frozenset()
    steps: list[Step] = []
    for slip in slips:
        steps.append(step_of(slip, writers, words if slip is slips[-1] else ""))
        if slip.direction == "in":
            writers |= writers_of(desk, slip)
    return _columns(follow_all(steps))


def _progress(row: rows.Ticket) -> Progress:
    return Progress(
        subject=row.subject,
        kind=Kind(row.kind),
        created_ms=row.created_ms,
        last_message_ms=row.last_message_ms,
        last_incoming=row.last_direction == "in",
        preview=row.preview,
        messages=row.messages,
        attachments=row.attachments,
        waiting_since_ms=row.waiting_since_ms,
        first_response_ms=row.first_response_ms,
        thanked=row.thanked,
    )


def _columns(progress: Progress) -> dict[str, Any]:
    return {
        "subject": progress.subject,
        "kind": (progress.kind or Kind.PERSON).value,
        "created_ms": progress.created_ms,
        "last_message_ms": progress.last_message_ms,
        "last_direction": "in" if progress.last_incoming else "out",
        "preview": progress.preview,
        "messages": progress.messages,
        "attachments": progress.attachments,
        "waiting_since_ms": progress.waiting_since_ms,
        "first_response_ms": progress.first_response_ms,
        "thanked": progress.thanked,
    }
