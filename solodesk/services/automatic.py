"""The only way automatic mail gets into the outbox: everything passes the gate first.

domain/automation.py decides; here the facts are gathered, the headers of RFC 3834 are put on, and
what has become pointless is taken back before it leaves. The envelope's sender stays our address
(RFC 3834 3.3 allows it to a service responder): submission servers refuse an empty one. Must not
send, and must not answer anybody the gate refuses.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.automation import (
    ACKNOWLEDGEMENT,
    DAY_MS,
    SURVEY,
    TOO_OLD_MS,
    History,
    Incoming,
    Ourselves,
    Reason,
    Sent,
    Verdict,
    may_send_automatically,
)
from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, OutboxId, TicketId
from solodesk.domain.message import Address, Kind
from solodesk.domain.outbox import OutboxState
from solodesk.domain.ticket import Status
from solodesk.services import acknowledgement, outgoing, settings, stored, surveys
from solodesk.services.units import Desk, Reader, Store

if TYPE_CHECKING:
    from solodesk.store import rows

_log = logging.getLogger(__name__)
_KINDS: Final = {ACKNOWLEDGEMENT: "auto-replied", SURVEY: "auto-generated"}
_REMEMBER_MS: Final = 8 * DAY_MS
_NOT_GONE: Final = tuple(
    state.value
    for state in (OutboxState.HELD, OutboxState.QUEUED, OutboxState.RETRYING, OutboxState.FAILED)
)


def headers(purpose: str) -> tuple[tuple[str, str], ...]:
    """What our automatic mail says of itself (RFC 3834 5), so that nobody's machine answers it."""
    return (("Auto-Submitted", _KINDS[purpose]), ("X-Auto-Response-Suppress", "All"))


def verdict(reader: Reader, purpose: str, message: rows.Message) -> Verdict:
    """Whether an automatic mail may answer a stored message now."""
    incoming = _incoming(reader, message)
    if incoming is None:
        return Verdict(allowed=False, reason=Reason.NOT_A_PERSON)
    history = _history(reader, message, incoming)
    return may_send_automatically(purpose, incoming, history, _ourselves(reader), reader.now_ms)


def acknowledge(store: Store, account: AccountId) -> list[OutboxId]:
    """Acknowledge the new tickets of a mailbox as the owner set it; call it after receiving.

    A ticket is acknowledged at most once, and only while it waits for its first answer.
    """
    with store.read() as reader:
        if not _wanted(reader) or not _candidates(reader, account):
            return []
    queued: list[OutboxId] = []
    with store.write(actor=Actor.RULE) as desk:
        for ticket, message in _candidates(desk, account):
            found = verdict(desk, ACKNOWLEDGEMENT, message)
            if not found.allowed:
                _log.info("ticket %s: no acknowledgement, %s", ticket.id, found.reason.value)
                continue
            made = _queue_acknowledgement(desk, ticket, message)
            if made is not None:
                queued.append(made)
    return queued


def survey_on_close(desk: Desk, ticket: TicketId) -> OutboxId | None:
    """Ask for a rating because the ticket was closed, if the gate allows it; None when not.

    Within a day of another automatic mail in the ticket it is held until that day is over.
    """
    last = desk.messages.last_of_ticket(ticket, "in")
    if last is None or last.kind != Kind.PERSON.value:
        people = (m for m in reversed(desk.messages.of_ticket(ticket)) if m.direction == "in")
        last = next((m for m in people if m.kind == Kind.PERSON.value), None)
    if last is None:
        return None
    found = verdict(desk, SURVEY, last)
    if not found.allowed and found.reason is not Reason.CAP_TICKET:
        _log.info("ticket %s: no survey, %s", ticket, found.reason.value)
        return None
    try:
        return surveys.send(
            desk, ticket, by_rule=surveys.ByRule(headers(SURVEY), later_ms=found.again_ms)
        )
    except KnownError as error:
        # Closing must work where asking cannot: no address, no mailbox, asked before.
        _log.info("ticket %s: no survey, %s", ticket, error.code)
        return None


def withdraw(store: Store) -> list[OutboxId]:
    """Cancel automatic mail that waited until it became pointless; call it before sending.

    An acknowledgement after two hours or after an answer; a survey of a ticket that was opened
    again.
    """
    with store.read() as reader:
        if not _pointless(reader):
            return []
    gone: list[OutboxId] = []
    with store.write(actor=Actor.RULE, durable=True) as desk:
        for row in _pointless(desk):
            state = OutboxState.CANCELLED.value
            if not desk.outbox.move(row.id, _NOT_GONE, state, hold_reason=None):
                continue
            asked = desk.surveys.by_outbox(row.id)
            if asked is not None:
                desk.surveys.delete(asked.id)
            gone.append(row.id)
    return gone


def is_automatic(row: rows.Outbox) -> bool:
    """Whether an outbox row was queued by a rule and not by the owner."""
    return bool(row.draft.get("automatic"))


def _pointless(reader: Reader) -> list[rows.Outbox]:
    waiting = [row for row in reader.outbox.in_state(*_NOT_GONE) if is_automatic(row)]
    return [row for row in waiting if _is_pointless(reader, row)]


def _is_pointless(reader: Reader, row: rows.Outbox) -> bool:
    ticket = reader.tickets.get(reader.tickets.final(row.ticket_id))
    if ticket is None:
        return True
    if row.purpose == SURVEY:
        return ticket.status != Status.CLOSED.value
    late = reader.now_ms - row.queued_ms > TOO_OLD_MS
    return late or ticket.status != Status.OPEN.value or _is_answered(reader, ticket)


def _wanted(reader: Reader) -> bool:
    chosen = str(settings.get(reader, "acknowledge"))
    if chosen == "out_of_hours":
        return not acknowledgement.is_open(reader)
    return chosen == "always"


def _candidates(reader: Reader, account: AccountId) -> list[tuple[rows.Ticket, rows.Message]]:
    """New tickets of people that wait for their first answer, with their first message."""
    row = reader.accounts.get(account)
    if row is None or row.first_sync_done_ms is None:
        return []
    since = reader.now_ms - TOO_OLD_MS
    found = []
    for ticket in reader.tickets.select(
        "WHERE last_message_ms >= ? AND account_id = ? AND created_ms >= ? AND status = 'open'"
        " AND kind = 'person' AND hidden_ms IS NULL AND merged_into IS NULL AND history = 0"
        " AND from_before = 0 AND alarm IS NULL ORDER BY created_ms, id",
        (since, account, since),
    ):
        first = next((m for m in reader.messages.of_ticket(ticket.id) if not m.duplicate_of), None)
        if first is None or first.direction != "in" or first.closer:
            continue
        if not any(each.purpose == ACKNOWLEDGEMENT for each in reader.outbox.of_ticket(ticket.id)):
            found.append((ticket, first))
    return found


def _queue_acknowledgement(
    desk: Desk, ticket: rows.Ticket, message: rows.Message
) -> OutboxId | None:
    try:
        identity = outgoing.identity_for(desk, ticket)
        letter = acknowledgement.write(desk, ticket, message)
    except KnownError as error:
        _log.warning("ticket %s: no acknowledgement, %s", ticket.id, error.code)
        return None
    to = Address(message.from_name, message.from_address)
    chain = (*[ref for ref in message.refs if ref != message.rfc_id][-20:], message.rfc_id)
    leaving = outgoing.Leaving(
        ticket=ticket.id,
        identity=identity,
        purpose=ACKNOWLEDGEMENT,
        to=(to,),
        cc=(),
        bcc=(),
        subject=letter.subject,
        text=letter.text,
        html=None,
        in_reply_to=message.rfc_id,
        references=tuple(each for each in chain if each),
        headers=headers(ACKNOWLEDGEMENT),
    )
    copy: dict[str, Any] = {
        "automatic": ACKNOWLEDGEMENT,
        "subject": letter.subject,
        "text": letter.text,
        "recipients": {"to": [[to.name, to.address]]},
    }
    timing = outgoing.Timing(delay_s=0)
    try:
        return outgoing.queue(desk, leaving, timing, outgoing.Afterwards(), copy)
    except KnownError as error:
        _log.warning("ticket %s: no acknowledgement, %s", ticket.id, error.code)
        return None


def _incoming(reader: Reader, message: rows.Message) -> Incoming | None:
    from solodesk.mail.headers import unfold
    from solodesk.mail.structure import scan_embedded

    raw = reader.raw.get(message.id)
    ticket = reader.tickets.get(reader.tickets.final(message.ticket_id))
    if raw is None or ticket is None:
        return None
    readers = (*stored.people(message, "to"), *stored.people(message, "cc"))
    customer = None if ticket.customer_id is None else reader.customers.get(ticket.customer_id)
    person = message.kind == Kind.PERSON.value and not message.damaged
    fields = scan_embedded(raw, 0, len(raw))
    return Incoming(
        sender=message.from_address,
        readers=address_keys(readers),
        subject=message.subject,
        rfc_id=message.rfc_id,
        headers=tuple((name, unfold(value)) for name, value in fields),
        received_ms=message.received_ms,
        written_ms=message.date_ms,
        ticket=int(ticket.id),
        person=person and not (customer is not None and customer.not_customer),
        by_form=any(each.startswith("contact_form") for each in message.kind_because),
        answered=_is_answered(reader, ticket),
    )


def _is_answered(reader: Reader, ticket: rows.Ticket) -> bool:
    """Answered, or an answer is on its way, or the mailbox says that it was answered."""
    if ticket.first_response_ms is not None:
        return True
    if any(
        row.purpose in ("reply", "new") and row.state != OutboxState.CANCELLED.value
        for row in reader.outbox.of_ticket(ticket.id)
    ):
        return True
    for slip in reader.messages.slips_of_ticket(ticket.id):
        if slip.direction == "out" and slip.kind == Kind.OWN.value:
            return True
        if any(place.answered for place in reader.places.of_message(slip.id)):
            return True
    return False


def _history(reader: Reader, message: rows.Message, incoming: Incoming) -> History:
    since = reader.now_ms - _REMEMBER_MS
    sent = tuple(
        Sent(at_ms, address, int(reader.tickets.final(TicketId(ticket))), subject)
        for at_ms, address, ticket, subject in reader.outbox.automatic_since(since)
    )
    heard: tuple[int, ...] = (message.received_ms,)
    if message.customer_id is not None:
        sender = address_key(incoming.sender)
        written = reader.messages.select(
            "WHERE customer_id = ? AND received_ms >= ? AND direction = 'in'"
            " ORDER BY received_ms DESC LIMIT 100",
            (message.customer_id, reader.now_ms - DAY_MS),
        )
        heard = tuple(m.received_ms for m in written if address_key(m.from_address) == sender)
    return History(sent, heard)


def _ourselves(reader: Reader) -> Ourselves:
    from solodesk.mail.forms import FREE_MAIL

    own = frozenset(reader.accounts.own_addresses())
    domains = {address_key(address).rpartition("@")[2] for address in own}
    cap = int(settings.get(reader, "automatic_cap_day"))
    return Ourselves(own, frozenset(domains - FREE_MAIL), cap)
