"""Looks up what the threading decision needs (domain/matching.py) about one arriving message.

Must not change anything.
"""

from functools import lru_cache

from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.ids import TicketId
from solodesk.domain.matching import (
    SUGGEST_WITHIN_MS,
    Known,
    Letter,
    Standing,
    Trace,
    ids_to_look_up,
    plain_subject,
    subject_number,
)
from solodesk.domain.message import Address, ParsedMessage
from solodesk.domain.ticket import Status
from solodesk.services.stored import order_of
from solodesk.services.units import Desk
from solodesk.store import rows


@lru_cache(maxsize=8)
def own_keys(own: frozenset[str]) -> frozenset[str]:
    """Keys of our own addresses."""
    return address_keys(tuple(Address("", address) for address in own))


def letter_of(
    parsed: ParsedMessage,
    *,
    outgoing: bool,
    from_sent: bool,
    own: frozenset[str],
    received_ms: int,
    history: bool,
) -> Letter:
    """What the decision needs of the message. `own`: keys of our addresses."""
    writers = tuple(a for a in (parsed.customer, parsed.from_) if a is not None)
    return Letter(
        rfc_id=parsed.message_id,
        in_reply_to=parsed.in_reply_to,
        references=parsed.references,
        senders=frozenset() if outgoing else address_keys(writers) - own,
        others=address_keys((*parsed.to, *parsed.cc)) - own,
        outgoing=outgoing,
        from_sent=from_sent,
        closer=parsed.closer,
        history=history,
        received_ms=received_ms,
    )


def known_facts(desk: Desk, letter: Letter, subject: str) -> Known:
    """Traces, participants and standing of every ticket that could be meant."""
    asked = ids_to_look_up(letter)
    mentions = desk.mentions.find(asked) if asked else []
    traces: dict[str, tuple[Trace, ...]] = {}
    sources = {s.id: s for s in desk.messages.slips(m.message_id for m in mentions)}
    final = {t: desk.tickets.final(t) for t in {m.ticket_id for m in mentions}}
    found = [(m.rfc_id, m.ticket_id, sources[m.message_id]) for m in mentions]
    for rfc_id, ticket, source in sorted(found, key=lambda each: order_of(each[2])):
        carried = source.rfc_id == rfc_id
        ours = carried and source.direction == "out"
        trace = Trace(final[ticket], ours, mentioned=not carried)
        traces[rfc_id] = _with(traces.get(rfc_id, ()), trace)
    tickets = {trace.ticket for told in traces.values() for trace in told}
    return Known(
        traces=traces,
        participants={ticket: desk.participants.of(ticket) for ticket in tickets},
        standing={ticket: _standing(desk, ticket) for ticket in tickets},
        by_token=_by_token(desk, subject),
        same_subject=None if tickets else _same_subject(desk, letter, subject),
    )


def _with(found: tuple[Trace, ...], trace: Trace) -> tuple[Trace, ...]:
    """One trace a ticket; being ours and being mentioned add up."""
    for index, other in enumerate(found):
        if other.ticket == trace.ticket:
            both = Trace(trace.ticket, other.ours or trace.ours, other.mentioned or trace.mentioned)
            return (*found[:index], both, *found[index + 1 :])
    return (*found, trace)


def _standing(desk: Desk, ticket: TicketId) -> Standing:
    row = desk.tickets.get(ticket)
    if row is None:
        return Standing()
    closed = _closed_ms(desk, row) if row.status == Status.CLOSED.value else None
    return Standing(closed_ms=closed, hidden=row.hidden_ms is not None)


def _closed_ms(desk: Desk, row: rows.Ticket) -> int:
    """When a closed ticket was closed; for imported history, its last message."""
    closings = [
        event.at_ms
        for event in desk.events.of_ticket(row.id)
        if event.kind == "status"
        and event.data.get("to") == Status.CLOSED.value
        and event.data.get("reason") != "first_sync"
    ]
    return max(closings, default=row.last_message_ms)


def _by_token(desk: Desk, subject: str) -> TicketId | None:
    number = subject_number(subject)
    row = None if number is None else desk.tickets.by_number(number)
    return None if row is None else desk.tickets.final(row.id)


def _same_subject(desk: Desk, letter: Letter, subject: str) -> TicketId | None:
    wanted = plain_subject(subject)
    if not wanted:
        return None
    # Of our own mail its readers, for mail programs that leave References out.
    for sender in sorted(letter.others if letter.outgoing else letter.senders):
        customer = desk.customers.id_by_address(address_key(sender))
        if customer is None:
            continue
        since = letter.received_ms - SUGGEST_WITHIN_MS
        until = letter.received_ms + SUGGEST_WITHIN_MS
        for ticket, written in desk.tickets.subjects(customer, since, until):
            if written == subject or plain_subject(written) == wanted:
                return ticket
    return None
