"""A delivery report: the message of ours turns red with the reason, and its ticket re-opens.

Must not believe a report that names no message of ours.
"""

from dataclasses import asdict

from solodesk.domain.customers import address_key
from solodesk.domain.events import Actor
from solodesk.domain.ids import TicketId
from solodesk.domain.matching import SUGGEST_WITHIN_MS, JoinedBy, plain_subject, valid_rfc_id
from solodesk.domain.message import Bounce, Kind, ParsedMessage
from solodesk.domain.ticket import Alarm, Status
from solodesk.services.ingest_parts import Arrival, Ingested, add_message, received_event
from solodesk.services.units import Desk
from solodesk.store import rows


def bounced_message(desk: Desk, parsed: ParsedMessage) -> rows.Message | None:
    """The message of ours that the report is about, by its Message-ID."""
    original = parsed.bounce.original_message_id if parsed.bounce is not None else None
    for rfc_id in (original, *parsed.in_reply_to, *reversed(parsed.references)):
        if rfc_id is None or not valid_rfc_id(rfc_id):
            continue
        for message in desk.messages.by_rfc_id(rfc_id):
            if message.direction == "out" and message.duplicate_of is None:
                return message
    return None


def likely_ticket(desk: Desk, parsed: ParsedMessage, at_ms: int) -> TicketId | None:
    """For a report that names no message of ours: the ticket it could be about, to suggest.

    One of the failed recipient's of the last week whose subject the report repeats, or the only
    one there is. Reports can be forged, so nothing is believed without the owner.
    """
    words = plain_subject(f"{parsed.subject} {parsed.body_text[:20_000]}")
    for failed in parsed.bounce.recipients if parsed.bounce is not None else ():
        customer = desk.customers.id_by_address(address_key(failed.address))
        if customer is None:
            continue
        told = desk.tickets.subjects(customer, at_ms - SUGGEST_WITHIN_MS, at_ms)
        for ticket, subject in told:
            if len(subject) > 3 and plain_subject(subject) in words:
                return ticket
        if len(told) == 1:
            return told[0][0]
    return None


def take(desk: Desk, arrival: Arrival, ours: rows.Message) -> Ingested:
    """Store the report in the ticket of `ours`; a permanent failure raises the alarm."""
    ticket = desk.tickets.final(ours.ticket_id)
    made = add_message(
        desk, arrival, ticket, JoinedBy.BOUNCE_OF, kind=Kind.BOUNCE, customer=ours.customer_id
    )
    received_event(desk, arrival, ticket, made, Kind.BOUNCE.value)
    bounce = arrival.parsed.bounce
    if bounce is not None and bounce.permanent and not arrival.history:
        _turn_red(desk, arrival, ours, bounce)
    return Ingested(made, ticket, JoinedBy.BOUNCE_OF, None, None, new=True)


def _turn_red(desk: Desk, arrival: Arrival, ours: rows.Message, bounce: Bounce) -> None:
    desk.messages.update(ours.id, bounce=asdict(bounce))
    if ours.outbox_id is not None:
        known = {r.address for r in desk.outbox.recipients(ours.outbox_id)}
        for failed in bounce.recipients:
            key = address_key(failed.address)
            if key in known:
                desk.outbox.set_recipient(ours.outbox_id, key, "refused", failed.status)
    if ours.kind == Kind.AUTO_REPLY.value:
        # Nobody wrote it and nobody waits for it; the answer will tell.
        return
    if ours.kind == Kind.SURVEY.value:
        _survey_bounced(desk, ours, arrival.received_ms)
        return
    row = desk.tickets.get(desk.tickets.final(ours.ticket_id))
    if row is None:
        return
    desk.event(
        "bounced",
        ticket=row.id,
        message=ours.id,
        at_ms=arrival.received_ms,
        actor=Actor.ENGINE,
        data={"reason": bounce.reason, "permanent": bounce.permanent},
    )
    if row.last_message_ms > arrival.received_ms and row.last_direction == "out":
        # We wrote again since: an old report read late does not shout.
        return
    desk.tickets.update(row.id, alarm=Alarm.BOUNCED.value, status=Status.OPEN.value, unread=True)
    if row.status != Status.OPEN.value:
        desk.event(
            "status",
            ticket=row.id,
            at_ms=arrival.received_ms,
            actor=Actor.ENGINE,
            data={"from": row.status, "to": Status.OPEN.value, "reason": "bounced"},
        )


def _survey_bounced(desk: Desk, ours: rows.Message, at_ms: int) -> None:
    survey = desk.surveys.by_rfc_id(ours.rfc_id) if ours.rfc_id is not None else None
    if survey is None:
        return
    desk.surveys.update(survey.id, bounced_ms=at_ms)
    desk.event(
        "survey_bounced",
        ticket=ours.ticket_id,
        message=ours.id,
        at_ms=at_ms,
        actor=Actor.ENGINE,
        data={"survey": int(survey.id)},
    )
