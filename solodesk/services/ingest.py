"""Mail comes in: one message becomes part of the right ticket, with the reason kept.

Identity is the place and the bytes; nothing is lost, nothing is shown twice, and every figure's
event is written here (domain/events.py). Parsing happens before, outside the transaction. Must
not talk to servers.
"""

from dataclasses import dataclass
from typing import Any, Final

from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, CustomerId, MessageId, TicketId
from solodesk.domain.matching import Decision, JoinedBy, decide, valid_rfc_id
from solodesk.domain.message import Address, Kind, ParsedMessage
from solodesk.domain.ticket import AfterMail, Status, after_customer_mail
from solodesk.services import customers, ingest_bounce, ingest_own, settle, summary, surveys
from solodesk.services.ingest_facts import known_facts
from solodesk.services.ingest_parts import (
    Arrival,
    Ingested,
    Place,
    add_message,
    arriving,
    lies_at,
    number_if_live,
    received_event,
    told,
)
from solodesk.services.prepared import Prepared
from solodesk.services.units import Desk
from solodesk.store import rows

__all__ = ["Ingested", "Place", "ingest", "received_time"]

HOUR_MS: Final = 3_600_000


def received_time(parsed: ParsedMessage, internaldate_ms: int | None, now_ms: int) -> int:
    """When the message was received (metrics.md): INTERNALDATE, else header, else Date.

    The topmost Received header wins when the two differ by more than 24 hours; never later
    than now, never before 1971 (a clock that was never set).
    """
    header = parsed.received_header_ms
    if internaldate_ms is not None and header is not None:
        apart = abs(internaldate_ms - header) > 24 * HOUR_MS
        best: int | None = header if apart else internaldate_ms
    else:
        best = internaldate_ms if internaldate_ms is not None else header
    if best is None:
        best = parsed.date_ms
    if best is None or best < 365 * 24 * HOUR_MS:
        best = now_ms
    return min(best, now_ms)


def ingest(
    desk: Desk,
    raw: bytes,
    parsed: ParsedMessage,
    where: Place | None,
    *,
    own: frozenset[str],
    received_ms: int,
    seen: bool,
    history: bool = False,
    account: AccountId | None = None,
    prepared: Prepared | None = None,
) -> Ingested:
    """Take one message in; safe to repeat, and in any order (settle.py).

    `own`: our addresses; `account` for imported files; `prepared`: what was made of the bytes.
    """
    arrival = arriving(
        raw,
        prepared or Prepared(parsed),
        where,
        account=where.account_id if where is not None else account,
        own=own,
        received_ms=received_ms,
        seen=seen,
        history=history,
    )
    done = _take(desk, arrival)
    if not done.new:
        return done
    if settle.settle(desk, done.message, arrival.own):
        done = _as_stored(desk, done)
    elif not _is_latest(desk, done.ticket, received_ms):
        summary.retell(desk, done.ticket)
    number_if_live(desk, arrival, done.ticket)
    return done


def _as_stored(desk: Desk, done: Ingested) -> Ingested:
    """What became of a message after a second look."""
    row = desk.messages.get(done.message)
    return done if row is None else told(row, new=done.new)


def _take(desk: Desk, arrival: Arrival) -> Ingested:
    parsed = arrival.parsed
    already = _already_here(desk, arrival)
    if already is not None:
        ingest_own.note_copy(desk, arrival, already.message)
        return already
    ours = ingest_own.copy_of_outbox(desk, arrival) if arrival.outgoing else None
    if ours is not None:
        lies_at(desk, arrival, ours.id)
        return told(ours, new=False)
    original = _same_mail(desk, arrival)
    if original is not None:
        return _take_duplicate(desk, arrival, original)
    if arrival.outgoing:
        return ingest_own.take(desk, arrival)
    if parsed.kind is Kind.BOUNCE:
        found = ingest_bounce.bounced_message(desk, parsed)
        if found is not None:
            return ingest_bounce.take(desk, arrival, found)
    vote = surveys.vote_in(desk, parsed, arrival.received_ms)
    if vote is not None:
        return _take_vote(desk, arrival, vote)
    return _take_mail(desk, arrival)


def _already_here(desk: Desk, arrival: Arrival) -> Ingested | None:
    where = arrival.where
    if where is not None:
        place = desk.places.at(where.folder_id, where.uidvalidity, where.uid)
        if place is not None and place.message_id is not None:
            found = desk.messages.get(place.message_id)
            return None if found is None else told(found, new=False)
    same = desk.messages.by_sha(bytes.fromhex(arrival.parsed.raw_sha256))
    if not same and where is not None and not where.whole:
        same = _begun_by(desk, arrival)
    if not same:
        return None
    lies_at(desk, arrival, same[0].id)
    if where is not None and _tells_more(desk, arrival, same[0]):
        settle.settle(desk, same[0].id, arrival.own, always=True)
        return _as_stored(desk, told(same[0], new=False))
    return told(same[0], new=False)


def _begun_by(desk: Desk, arrival: Arrival) -> list[rows.Message]:
    """Messages of which `arrival` is the first part: the rest was fetched since."""
    named = arrival.parsed.message_id
    known = desk.messages.by_rfc_id(named) if named is not None else []
    return [each for each in known if (desk.raw.get(each.id) or b"").startswith(arrival.raw)]


def _tells_more(desk: Desk, arrival: Arrival, known: rows.Message) -> bool:
    """The same bytes in another folder: received earlier there, or ours without doubt."""
    if known.outbox_id is not None or known.history:
        return False
    earlier = arrival.received_ms < known.received_ms
    if earlier:
        desk.messages.update(known.id, received_ms=arrival.received_ms)
    return earlier or (arrival.from_sent and known.direction == "out")


def _same_mail(desk: Desk, arrival: Arrival) -> rows.Message | None:
    """The message with this Message-ID and the same words, which this one would repeat."""
    parsed = arrival.parsed
    if not valid_rfc_id(parsed.message_id) or parsed.message_id is None or parsed.damaged:
        return None
    files = [a.sha256 for a in parsed.attachments]
    for other in desk.messages.by_rfc_id(parsed.message_id):
        if other.subject != parsed.subject or [a.get("sha256") for a in other.attachments] != files:
            continue
        if desk.messages.text_of(other.id).text == parsed.body_text:
            return other
    return None


def _take_duplicate(desk: Desk, arrival: Arrival, original: rows.Message) -> Ingested:
    first: MessageId | None = original.duplicate_of or original.id
    made = add_message(
        desk,
        arrival,
        original.ticket_id,
        JoinedBy(original.joined_by),
        kind=Kind(original.kind),
        customer=original.customer_id,
        duplicate_of=first,
    )
    if not arrival.outgoing:
        received_event(desk, arrival, original.ticket_id, made, original.kind, duplicate=True)
    if settle.prefer(desk, made, first):
        settle.settle(desk, made, arrival.own, always=True)
        first = None
    return Ingested(made, original.ticket_id, JoinedBy(original.joined_by), None, first, new=True)


def _take_vote(desk: Desk, arrival: Arrival, vote: surveys.Vote) -> Ingested:
    survey = vote.survey
    made = add_message(
        desk,
        arrival,
        survey.ticket_id,
        JoinedBy.TOKEN,
        kind=Kind.SURVEY,
        customer=survey.customer_id,
    )
    received_event(desk, arrival, survey.ticket_id, made, Kind.SURVEY.value)
    surveys.count(desk, vote, made, arrival.received_ms)
    return Ingested(made, survey.ticket_id, JoinedBy.TOKEN, None, None, new=True)


def _take_mail(desk: Desk, arrival: Arrival) -> Ingested:
    parsed = arrival.parsed
    # A rating that does not count is ordinary mail of a person.
    kind = Kind.PERSON if parsed.kind is Kind.SURVEY else parsed.kind
    writer = parsed.customer or parsed.from_ or parsed.sender or Address("", "")
    customer = customers.find_or_add(desk, writer.address, writer.name, arrival.received_ms)
    because: tuple[str, ...] = ()
    if kind is Kind.PERSON and _no_customer(desk, customer):
        kind, because = Kind.LIST, ("not_customer",)
    told_by = arrival.letter
    decision = decide(told_by, known_facts(desk, told_by, parsed.subject))
    suggested = decision.suggested
    if kind is Kind.BOUNCE and decision.ticket is None and suggested is None:
        suggested = ingest_bounce.likely_ticket(desk, parsed, arrival.received_ms)
    ticket = decision.ticket or _new_ticket(desk, arrival, kind, customer, decision)
    row = desk.tickets.get(ticket)
    latest = _is_latest(desk, ticket, arrival.received_ms)
    wrote = kind is Kind.PERSON and latest and not arrival.history
    turn = _turned(row, arrival) if wrote and row is not None else None
    made = add_message(
        desk,
        arrival,
        ticket,
        decision.joined_by,
        kind=kind,
        customer=customer,
        suggested=suggested,
        because=because,
        also={} if turn is None else turn.columns,
    )
    spam = row is not None and row.status == Status.SPAM.value
    received_event(
        desk,
        arrival,
        ticket,
        made,
        "spam" if spam else kind.value,
        from_before=row is not None and row.from_before,
    )
    if row is not None and turn is not None:
        _tell_turn(desk, row, turn.after, arrival, new=decision.ticket is None)
        _remember_language(desk, customer, arrival)
    return Ingested(made, ticket, decision.joined_by, suggested, None, new=True)


def _no_customer(desk: Desk, customer: CustomerId | None) -> bool:
    row = None if customer is None else desk.customers.get(customer)
    return row is not None and row.not_customer


def _remember_language(desk: Desk, customer: CustomerId | None, arrival: Arrival) -> None:
    """The language of a customer is that of their latest words."""
    language = arrival.parsed.language
    if customer is None or language is None:
        return
    row = desk.customers.get(customer)
    if row is None or row.language == language:
        return
    latest = desk.messages.latest_of_customer_ms(customer)
    if latest is None or latest <= arrival.received_ms:
        desk.customers.update(customer, language=language)


def _is_latest(desk: Desk, ticket: TicketId, at_ms: int) -> bool:
    row = desk.tickets.get(ticket)
    return row is None or row.messages == 0 or at_ms >= row.last_message_ms


def _new_ticket(
    desk: Desk,
    arrival: Arrival,
    kind: Kind,
    customer: CustomerId | None,
    decision: Decision,
) -> TicketId:
    status = Status.OPEN
    if arrival.history:
        status = Status.CLOSED
    elif _only_spam(desk, customer):
        status = Status.SPAM
    return desk.tickets.add(
        subject=arrival.parsed.subject,
        customer_id=customer,
        account_id=arrival.account,
        status=status.value,
        kind=kind.value,
        history=arrival.history,
        linked_ticket_id=decision.linked,
        unread=not arrival.seen and not arrival.history,
        created_ms=arrival.received_ms,
        last_message_ms=arrival.received_ms,
    )


def _only_spam(desk: Desk, customer: CustomerId | None) -> bool:
    """Spam stays spam: everything this sender wrote so far was."""
    earlier = [] if customer is None else desk.tickets.statuses(customer, limit=20)
    return bool(earlier) and all(status == Status.SPAM.value for status in earlier)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a customer's latest word does to its ticket: re-open, wake, mark unread."""

    after: AfterMail
    columns: dict[str, Any]


def _turned(row: rows.Ticket, arrival: Arrival) -> _Turn:
    after = after_customer_mail(
        Status(row.status), closer=arrival.parsed.closer, wake_on_reply=row.snooze_wake_on_reply
    )
    columns: dict[str, Any] = {
        "status": after.status.value,
        "unread": row.unread or not arrival.seen,
        "history": False,
        "from_before": False,
    }
    return _Turn(after, columns)


def _tell_turn(
    desk: Desk, row: rows.Ticket, after: AfterMail, arrival: Arrival, *, new: bool
) -> None:
    """The events of it; `row` as it was before."""
    before, at_ms = Status(row.status), arrival.received_ms
    if after.status is not before and not new:
        data = {"from": before.value, "to": after.status.value, "reason": "customer_wrote"}
        desk.event("status", ticket=row.id, actor=Actor.CUSTOMER, data=data, at_ms=at_ms)
    if after.wakes and row.snoozed_until_ms is not None:
        desk.tickets.update(row.id, snoozed_until_ms=None, woken_ms=desk.now_ms)
        desk.event("woken", ticket=row.id, actor=Actor.ENGINE, at_ms=at_ms)
