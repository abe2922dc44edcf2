"""A ticket told anew from its messages: summary, status, customer and history.

Used when a late piece changed what belongs together (settle.py). For a ticket nobody has worked on
everything follows from its mail alone, and becomes what it would have been had the mail come in
order. Where the owner (or the end of the first sync) decided something, only what the new piece
changes is applied. Must not decide where messages belong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from solodesk.domain.customers import address_key
from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import CustomerId, MessageId, TicketId
from solodesk.domain.message import Kind
from solodesk.domain.ticket import Alarm, Status
from solodesk.services import customers, mail_events, mail_standing, stored, summary
from solodesk.services.mail_events import Follows, by_mail, living
from solodesk.services.relations import letter_of_slip
from solodesk.services.stored import order_of
from solodesk.services.units import Desk
from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class Told:
    """What retelling needs to know. `before`: living events by ticket, as they stood."""

    before: Mapping[TicketId, Sequence[Event]]
    fresh: frozenset[MessageId]
    """Messages that just came in or were moved."""
    follows: Follows
    own: frozenset[str]


def before(desk: Desk, tickets: Sequence[TicketId]) -> dict[TicketId, list[Event]]:
    """The living events of tickets, read before anything is moved."""
    return {ticket: living(desk.events.of_ticket(ticket)) for ticket in tickets}


def retell(
    desk: Desk,
    ticket: TicketId,
    told: Told,
    *,
    held: bool,
    lying: Sequence[rows.Slip] | None = None,
) -> None:
    """Set a ticket right after messages came to it or left it. `lying`: its messages, if known."""
    row = desk.tickets.get(ticket)
    slips = sorted(lying or desk.messages.slips_of_ticket(ticket), key=order_of)
    shown = [slip for slip in slips if slip.duplicate_of is None]
    if row is None or not shown:
        return
    of_ticket = told.before.get(ticket, ())
    by_itself = not held and all(by_mail(event) for event in of_ticket)
    if not held:
        slips, shown = _people(desk, row, slips, shown, told.own)
    else:
        _let_in(desk, ticket, shown, told)
    bounced = _bounces_noted(desk, shown, told)
    _events(desk, row, slips, told, held=held)
    if by_itself:
        _stand_by_mail(desk, ticket, shown, told)
    else:
        summary.retell(desk, ticket)
        _stand_after(desk, row, shown, told, bounced=bounced)


def fold_away(desk: Desk, ticket: TicketId, told: Told, *, into: TicketId) -> None:
    """An empty ticket disappears into the one its first message went to."""
    row = desk.tickets.get(ticket)
    if row is None:
        return
    statuses = [e for e in told.before.get(ticket, ()) if e.kind == "status" and by_mail(e)]
    mail_events.correct(desk, ticket, statuses, ())
    for note in desk.notes.of_ticket(ticket):
        desk.notes.update(note.id, ticket_id=into)
    for tag in desk.tags.of_ticket(ticket):
        desk.tags.put(into, tag.id)
    draft = desk.drafts.of_ticket(ticket)
    if draft is not None and desk.drafts.of_ticket(into) is None:
        desk.drafts.update(draft.id, ticket_id=into)
    desk.tickets.update(
        ticket, merged_into=into, unread=False, alarm=None, snoozed_until_ms=None, messages=0
    )
    if row.number is not None:
        desk.event(
            "merged",
            ticket=ticket,
            at_ms=row.created_ms,
            actor=Actor.ENGINE,
            data={"into": int(into)},
        )


def _people(
    desk: Desk,
    row: rows.Ticket,
    slips: list[rows.Slip],
    shown: list[rows.Slip],
    own: frozenset[str],
) -> tuple[list[rows.Slip], list[rows.Slip]]:
    """Customer, mailbox and participants, from the first message on."""
    first = shown[0]
    customer = first.customer_id
    if first.direction == "out":
        customer = _first_reader(desk, first, own)
    if (row.customer_id, row.account_id) != (customer, first.account_id):
        desk.tickets.update(row.id, customer_id=customer, account_id=first.account_id)
    ours = [s for s in shown if s.direction == "out" or s.kind == Kind.BOUNCE.value]
    changed = [s.id for s in ours if s.customer_id != customer]
    for message in changed:
        desk.messages.update(message, customer_id=customer)
    for survey in desk.surveys.of_ticket(row.id) if customer is not None else []:
        desk.surveys.update(survey.id, customer_id=customer)
    part: set[str] = set()
    for slip in shown:
        letter = letter_of_slip(desk, slip, own, from_sent=False)
        part |= letter.senders | letter.others
    there = desk.participants.of(row.id)
    if part - there:
        desk.participants.add(row.id, sorted(part - there))
    for address in there - part:
        desk.participants.delete(row.id, address)
    if not changed:
        return slips, shown
    slips = sorted(desk.messages.slips_of_ticket(row.id), key=order_of)
    return slips, [slip for slip in slips if slip.duplicate_of is None]


def _first_reader(desk: Desk, slip: rows.Slip, own: frozenset[str]) -> CustomerId | None:
    for reader in (*stored.people(slip, "to"), *stored.people(slip, "cc")):
        key = address_key(reader.address)
        if key and key not in own:
            return customers.find_or_add(desk, reader.address, reader.name, slip.received_ms)
    return None


def _let_in(desk: Desk, ticket: TicketId, shown: Sequence[rows.Slip], told: Told) -> None:
    for slip in shown:
        if slip.id in told.fresh:
            letter = letter_of_slip(desk, slip, told.own, from_sent=False)
            desk.participants.add(ticket, sorted(letter.senders | letter.others))


def _events(
    desk: Desk, row: rows.Ticket, slips: Sequence[rows.Slip], told: Told, *, held: bool
) -> None:
    """The history of the messages here; where the owner worked, only of those that are new."""
    scope = {slip.id for slip in slips if not held or slip.id in told.fresh}
    scope -= {slip.id for slip in slips if slip.outbox_id is not None and not held}
    facts = mail_events.facts_of(desk, row, slips, told.follows)
    have = [
        event
        for events in told.before.values()
        for event in events
        if event.kind in mail_events.OF_MESSAGES and by_mail(event) and event.message in scope
    ]
    known = {mail_events.key_of(e) for e in told.before.get(row.id, ())}
    want = [
        fact
        for fact in facts
        if fact.message in scope or (fact.kind == "bounced" and _is_new(fact, known))
    ]
    mail_events.correct(desk, row.id, have, want)


def _is_new(fact: mail_events.Fact, known: set[mail_events.Key]) -> bool:
    return mail_events.key_of(fact) not in known


def _bounces_noted(desk: Desk, shown: Sequence[rows.Slip], told: Told) -> rows.Slip | None:
    """Messages of ours that are now known to have come back turn red; the last report, if new."""
    ours = {slip.id: slip for slip in shown if slip.direction == "out"}
    newest: rows.Slip | None = None
    for slip in shown:
        leader = ours.get(told.follows[slip.id][0]) if slip.id in told.follows else None
        permanent = bool((slip.bounce or {}).get("permanent")) and not slip.history
        if leader is None or slip.kind != Kind.BOUNCE.value or not permanent:
            continue
        if not desk.messages.update(leader.id, bounce=slip.bounce):
            continue
        _refused(desk, leader, slip)
        for survey in desk.surveys.of_ticket(leader.ticket_id):
            if survey.rfc_id == leader.rfc_id:
                desk.surveys.update(survey.id, bounced_ms=slip.received_ms)
        newest = slip if leader.kind != Kind.SURVEY.value else newest
    return newest


def _refused(desk: Desk, leader: rows.Slip, report: rows.Slip) -> None:
    if leader.outbox_id is None:
        return
    known = {r.address for r in desk.outbox.recipients(leader.outbox_id)}
    for failed in (report.bounce or {}).get("recipients", ()):
        key = address_key(str(failed.get("address", "")))
        if key in known:
            desk.outbox.set_recipient(leader.outbox_id, key, "refused", failed.get("status"))


def _stand_by_mail(desk: Desk, ticket: TicketId, shown: Sequence[rows.Slip], told: Told) -> None:
    stand = mail_standing.told(desk, shown, told.follows, desk.surveys.of_ticket(ticket))
    columns = summary.columns_of(desk, list(shown))
    columns |= {
        "status": stand.status.value,
        "unread": stand.unread,
        "history": stand.history,
        "alarm": None if stand.alarm is None else stand.alarm.value,
    }
    if stand.status is Status.CLOSED:
        columns["waiting_since_ms"] = None
    desk.tickets.update(ticket, **columns)
    have = [e for e in told.before.get(ticket, ()) if e.kind == "status"]
    mail_events.correct(desk, ticket, have, stand.events)


def _stand_after(
    desk: Desk,
    was: rows.Ticket,
    shown: Sequence[rows.Slip],
    told: Told,
    *,
    bounced: rows.Slip | None,
) -> None:
    """Where somebody has decided: only what a fresh message changes."""
    row = desk.tickets.get(was.id)
    if row is None or row.status == Status.SPAM.value:
        return
    fresh = [slip for slip in shown if slip.id in told.fresh and not slip.history]
    asks = [s for s in fresh if s.kind == Kind.PERSON.value and not s.closer]
    asks = [s for s in asks if s.received_ms >= was.last_message_ms]
    ours = [s for s in fresh if s.direction == "out" and s.kind == Kind.OWN.value]
    ours = [s for s in ours if not mail_events.begins(s)]
    decided = max((e.at_ms for e in told.before.get(row.id, ()) if _decides(e)), default=0)
    answered = row.waiting_since_ms is None and bool(ours) and decided <= ours[-1].received_ms
    if bounced is not None and not any(s.direction == "out" for s in _after(shown, bounced)):
        desk.tickets.update(row.id, alarm=Alarm.BOUNCED.value, unread=True)
        _turn(desk, row, Status.OPEN, "bounced", Actor.ENGINE, bounced.received_ms)
    elif asks and row.status in (Status.CLOSED.value, Status.WAITING.value):
        desk.tickets.update(row.id, unread=row.unread or not asks[-1].seen, from_before=False)
        _turn(desk, row, Status.OPEN, "customer_wrote", Actor.CUSTOMER, asks[-1].received_ms)
        summary.retell(desk, row.id)
    elif answered and row.status == Status.OPEN.value and row.alarm is None:
        desk.tickets.update(row.id, unread=False, woken_ms=None)
        _turn(desk, row, Status.WAITING, "replied", Actor.OWNER, ours[-1].received_ms)


def _decides(event: Event) -> bool:
    return event.kind in ("status", "woken") and not by_mail(event)


def _after(shown: Sequence[rows.Slip], slip: rows.Slip) -> list[rows.Slip]:
    return [other for other in shown if order_of(other) > order_of(slip)]


def _turn(
    desk: Desk, row: rows.Ticket, status: Status, reason: str, actor: Actor, at_ms: int
) -> None:
    if row.status != status.value:
        desk.tickets.update(row.id, status=status.value)
        data = {"from": row.status, "to": status.value, "reason": reason}
        desk.event("status", ticket=row.id, at_ms=at_ms, actor=actor, data=data)
