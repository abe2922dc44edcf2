"""Mail of our own found on a server: answers written on a phone, copies of what we sent.

An answer found in Sent counts like one of SoloDesk's; our own mail is never a second message.
Must not treat anything as ours by its subject or looks.
"""

import re
from typing import Final

from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.events import Actor
from solodesk.domain.ids import CustomerId, MessageId, OutboxId, TicketId
from solodesk.domain.matching import decide
from solodesk.domain.message import Address, Kind
from solodesk.domain.outbox import OutboxState
from solodesk.domain.ticket import Status, after_our_answer
from solodesk.services import customers, delivery, summary, surveys
from solodesk.services.ingest_facts import known_facts
from solodesk.services.ingest_parts import (
    Arrival,
    Ingested,
    add_message,
)
from solodesk.services.relations import token_mark
from solodesk.services.units import Desk
from solodesk.store import rows

_ANSWERED: Final = {"alarm": None, "woken_ms": None, "unread": False}
"""What an answer makes of a ticket besides its status."""
_AUTOMATIC: Final = re.compile(rb"^auto-submitted:[ \t]*auto-", re.IGNORECASE | re.MULTILINE)


def copy_of_outbox(desk: Desk, arrival: Arrival) -> rows.Message | None:
    """Our message that this is a copy of, when it left through the outbox.

    Seeing the copy settles a doubtful send: it was delivered.
    """
    rfc_id = arrival.parsed.message_id
    row = desk.outbox.by_rfc_id(rfc_id) if rfc_id is not None else None
    if row is None or row.state == OutboxState.CANCELLED.value:
        return None
    at_ms = row.accepted_ms if row.accepted_ms is not None else arrival.received_ms
    made = delivery.accepted(desk, row.id, at_ms, by="sent_folder")
    if arrival.from_sent:
        desk.outbox.update(row.id, found_in_sent=True)
    return desk.messages.get(made)


def note_copy(desk: Desk, arrival: Arrival, message: MessageId) -> None:
    """These very bytes lie in Sent too: the provider keeps a copy of what the outbox sent."""
    stored = desk.messages.get(message) if arrival.from_sent else None
    if stored is not None and stored.outbox_id is not None:
        desk.outbox.update(OutboxId(stored.outbox_id), found_in_sent=True)


def take(desk: Desk, arrival: Arrival) -> Ingested:
    """A message of ours that SoloDesk did not send: an answer, or one that starts a ticket."""
    parsed = arrival.parsed
    told_by = arrival.letter
    decision = decide(told_by, known_facts(desk, told_by, parsed.subject))
    asked = surveys.sent_elsewhere(arrival.raw) if arrival.from_sent else None
    started = decision.ticket is None
    ticket = decision.ticket or _new_ticket(desk, arrival)
    row = desk.tickets.get(ticket)
    latest = row is not None and (row.messages == 0 or arrival.received_ms >= row.last_message_ms)
    kind = Kind.SURVEY if asked is not None else Kind.OWN
    if kind is Kind.OWN and _AUTOMATIC.search(arrival.raw[:65_536].split(b"\r\n\r\n", 1)[0]):
        # Written by a rule of ours on another computer: it answers nobody.
        kind = Kind.AUTO_REPLY
    writers = frozenset() if started else summary.writers_in(desk, ticket)
    begins = started and not parsed.in_reply_to and not parsed.references
    read = address_keys((*parsed.to, *parsed.cc))
    answers = kind is Kind.OWN and not begins and delivery.is_answer(read, writers)
    turns = latest and answers and not started and not arrival.history
    after = after_our_answer(Status(row.status), None) if turns and row is not None else None
    made = add_message(
        desk,
        arrival,
        ticket,
        decision.joined_by,
        kind=kind,
        customer=None if row is None else row.customer_id,
        suggested=decision.suggested,
        writers=writers,
        also={} if after is None else {"status": after.value, **_ANSWERED},
    )
    if asked is not None:
        desk.mentions.add([token_mark(asked[0])], ticket, made)
        surveys.found_in_sent(desk, asked, arrival.parsed, made, arrival.received_ms)
    elif kind is Kind.AUTO_REPLY:
        at_ms = arrival.received_ms
        desk.event("acknowledged", ticket=ticket, message=made, at_ms=at_ms, actor=Actor.RULE)
    elif begins or answers:
        desk.event(
            "answered" if answers else "started",
            ticket=ticket,
            message=made,
            at_ms=arrival.received_ms,
            actor=Actor.OWNER,
            data=_data(arrival, answers=answers),
        )
    if row is not None and after is not None and after.value != row.status:
        data = {"from": row.status, "to": after.value, "reason": "replied"}
        at_ms = arrival.received_ms
        desk.event("status", ticket=ticket, actor=Actor.OWNER, at_ms=at_ms, data=data)
    if started and row is not None and row.customer_id is None:
        desk.tickets.update(ticket, kind=Kind.OWN.value)
    return Ingested(made, ticket, decision.joined_by, decision.suggested, None, new=True)


def _data(arrival: Arrival, *, answers: bool) -> dict[str, object]:
    data: dict[str, object] = {"by": "sent_folder"} if answers else {}
    if arrival.history:
        data["history"] = True
    return data


def _new_ticket(desk: Desk, arrival: Arrival) -> TicketId:
    reader = _first_reader(arrival)
    customer: CustomerId | None = None
    if reader is not None:
        customer = customers.find_or_add(desk, reader.address, reader.name, arrival.received_ms)
    # A mail to ourselves waits for nobody.
    waits = customer is not None and not arrival.history
    return desk.tickets.add(
        subject=arrival.parsed.subject,
        customer_id=customer,
        account_id=arrival.account,
        status=(Status.WAITING if waits else Status.CLOSED).value,
        kind=Kind.OWN.value if customer is None else Kind.PERSON.value,
        history=arrival.history,
        created_ms=arrival.received_ms,
        last_message_ms=arrival.received_ms,
        last_direction="out",
    )


def _first_reader(arrival: Arrival) -> Address | None:
    for reader in (*arrival.parsed.to, *arrival.parsed.cc):
        if reader.address and address_key(reader.address) not in arrival.own:
            return reader
    return None
