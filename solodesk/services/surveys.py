"""Satisfaction surveys: sent by the owner, answered by mail, counted once (domain/survey.py).

Must not send by itself, and never believes a rating that is not the survey's customer's own.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.customers import address_key
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, OutboxId, TicketId
from solodesk.domain.message import Address, ParsedMessage
from solodesk.domain.survey import (
    HEADER,
    VALID_MS,
    Asked,
    Scale,
    Verdict,
    from_header,
    header_value,
    is_happy,
    judge,
    token_from,
)
from solodesk.domain.ticket import Status
from solodesk.services import outgoing, settings, survey_mail
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows

_HEADER_LINE: Final = re.compile(
    rb"^" + HEADER.encode() + rb":[ \t]*([^\r\n]{1,200})\r?$", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Vote:
    """A rating that counts. `replaces`: event of the earlier vote it takes the place of."""

    survey: rows.Survey
    value: int
    comment: str | None
    replaces: int | None


@dataclass(frozen=True, slots=True)
class ByRule:
    """How a survey leaves that a rule sends (services/automatic.py): its headers, and when."""

    headers: tuple[tuple[str, str], ...]
    later_ms: int | None = None


def all(reader: Reader) -> list[rows.Survey]:  # noqa: A001 - the team's name
    """Every survey, newest first."""
    return reader.surveys.all()


def send(
    desk: Desk,
    ticket: TicketId,
    *,
    scale: Scale | None = None,
    delay_s: int | None = None,
    by_rule: ByRule | None = None,
) -> OutboxId:
    """Ask the ticket's customer for a rating; the mail is queued like a reply.

    The owner's own act, unless `by_rule` is given: that is services/automatic.py's alone.

    KnownError: no_such_ticket, no_recipient, no_identity, survey_already_sent (one a ticket).
    """
    row = desk.tickets.get(ticket)
    if row is None:
        raise KnownError("no_such_ticket", ticket=int(ticket))
    desk.tickets.give_number(ticket)
    customer = None if row.customer_id is None else desk.customers.get(row.customer_id)
    address = _address(desk, row)
    if customer is None or address is None:
        raise KnownError("no_recipient")
    if any(s.bounced_ms is None for s in desk.surveys.of_ticket(ticket)):
        raise KnownError("survey_already_sent")
    asked = scale or Scale(settings.get(desk, "survey_scale"))
    token = token_from(secrets.token_bytes(16))
    identity = outgoing.identity_for(desk, row)
    language = customer.language or str(settings.get(desk, "language_default"))
    letter = survey_mail.write(
        asked,
        token,
        identity.address,
        language=language,
        subject=row.subject,
        business=str(settings.get(desk, "business_name") or identity.name),
        greeting=customer.greeting,
    )
    parents = _thread(desk, ticket)
    outbox = outgoing.queue(
        desk,
        outgoing.Leaving(
            ticket=ticket,
            identity=identity,
            purpose="survey",
            to=(Address(customer.name, address),),
            cc=(),
            bcc=(),
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            in_reply_to=parents[-1] if parents else None,
            references=parents,
            headers=((HEADER, header_value(token, asked)), *(by_rule.headers if by_rule else ())),
        ),
        outgoing.Timing(delay_s=delay_s, later_ms=by_rule.later_ms if by_rule else None),
        outgoing.Afterwards(),
        _copy(letter, Address(customer.name, address), by_rule=by_rule is not None),
    )
    queued = desk.outbox.get(outbox)
    desk.surveys.add(
        token=token,
        ticket_id=ticket,
        customer_id=customer.id,
        address=address_key(address),
        scale=asked.value,
        outbox_id=outbox,
        rfc_id=None if queued is None else queued.rfc_id,
        expires_ms=desk.now_ms + VALID_MS,
    )
    return outbox


def _copy(letter: survey_mail.SurveyLetter, to: Address, *, by_rule: bool) -> dict[str, Any]:
    """What the outbox row keeps to show its words while it waits."""
    copy: dict[str, Any] = {
        "subject": letter.subject,
        "text": letter.text,
        "recipients": {"to": [[to.name, to.address]]},
    }
    return {"automatic": "survey", **copy} if by_rule else copy


def vote_in(desk: Desk, parsed: ParsedMessage, at_ms: int) -> Vote | None:
    """The vote a message casts, or None when it casts none that counts."""
    answer = parsed.survey
    writer = parsed.from_
    if answer is None or writer is None:
        return None
    survey = _meant(desk, parsed, answer.token)
    if survey is None or answer.digit is None:
        return None
    earlier = _votes(desk, survey)
    asked = Asked(
        scale=Scale(survey.scale),
        address=survey.address,
        expires_ms=survey.expires_ms,
        rating=survey.rating,
        first_rated_ms=min((at for _, at in earlier), default=survey.rated_ms),
    )
    verdict = judge(asked, sender=writer.address, digit=answer.digit, at_ms=at_ms, kind=parsed.kind)
    if verdict is Verdict.COUNTS:
        return Vote(survey, answer.digit, answer.comment, None)
    if verdict is Verdict.REPLACES:
        replaces = max(earlier, default=(None, 0))[0]
        return Vote(survey, answer.digit, answer.comment, replaces)
    return None


def count(desk: Desk, vote: Vote, message: MessageId, at_ms: int) -> None:
    """Write a vote down; an unhappy one with words re-opens its ticket."""
    survey = vote.survey
    if survey.rated_ms is not None and at_ms < survey.rated_ms:
        # Newest first: an earlier vote read later does not undo the last one.
        return
    desk.surveys.update(
        survey.id,
        rating=vote.value,
        comment=vote.comment,
        rated_ms=at_ms,
        rated_message_id=message,
    )
    data: dict[str, object] = {
        "survey": int(survey.id),
        "scale": survey.scale,
        "value": vote.value,
        "comment": vote.comment is not None,
    }
    if vote.replaces is not None:
        data["replaces"] = vote.replaces
    desk.event(
        "rated",
        ticket=survey.ticket_id,
        message=message,
        at_ms=at_ms,
        actor=Actor.CUSTOMER,
        data=data,
    )
    if vote.comment and not is_happy(Scale(survey.scale), vote.value):
        _reopen(desk, survey.ticket_id, at_ms)


def sent_elsewhere(raw: bytes) -> tuple[str, Scale] | None:
    """Token and scale of a survey mail of ours, from its header."""
    head = raw[:65_536].split(b"\r\n\r\n", 1)[0].split(b"\n\n", 1)[0]
    match = _HEADER_LINE.search(head)
    return from_header(match.group(1).decode("ascii", "replace")) if match else None


def found_in_sent(
    desk: Desk, asked: tuple[str, Scale], parsed: ParsedMessage, message: MessageId, at_ms: int
) -> None:
    """A survey of ours that this store does not know (another computer, an older backup)."""
    token, scale = asked
    stored = desk.messages.get(message)
    row = None if stored is None else desk.tickets.get(stored.ticket_id)
    if desk.surveys.by_token(token) is not None or row is None or row.customer_id is None:
        return
    if not parsed.to:
        return
    made = desk.surveys.add(
        token=token,
        ticket_id=row.id,
        customer_id=row.customer_id,
        address=address_key(parsed.to[0].address),
        scale=scale.value,
        rfc_id=parsed.message_id,
        sent_ms=at_ms,
        expires_ms=at_ms + VALID_MS,
    )
    desk.event(
        "survey_sent",
        ticket=row.id,
        message=message,
        at_ms=at_ms,
        actor=Actor.OWNER,
        data={"survey": int(made), "scale": scale.value},
    )


def _meant(desk: Desk, parsed: ParsedMessage, token: str | None) -> rows.Survey | None:
    if token is not None:
        found = desk.surveys.by_token(token)
        if found is not None:
            return found
    for rfc_id in (*parsed.in_reply_to, *reversed(parsed.references)):
        found = desk.surveys.by_rfc_id(rfc_id)
        if found is not None:
            return found
    return None


def _votes(desk: Desk, survey: rows.Survey) -> list[tuple[int, int]]:
    """(event, at_ms) of the votes counted so far."""
    return [
        (event.id, event.at_ms)
        for event in desk.events.of_ticket(survey.ticket_id)
        if event.kind == "rated" and event.data.get("survey") == survey.id
    ]


def _reopen(desk: Desk, ticket: TicketId, at_ms: int) -> None:
    row = desk.tickets.get(ticket)
    if row is None or row.status not in (Status.CLOSED.value, Status.WAITING.value):
        return
    desk.tickets.update(ticket, status=Status.OPEN.value, unread=True)
    data = {"from": row.status, "to": Status.OPEN.value, "reason": "unhappy_rating"}
    desk.event("status", ticket=ticket, at_ms=at_ms, actor=Actor.CUSTOMER, data=data)


def _address(desk: Desk, row: rows.Ticket) -> str | None:
    last = desk.messages.last_of_ticket(row.id, "in")
    if last is not None and last.customer_id == row.customer_id:
        found = (
            [a.address for a in desk.customers.addresses(last.customer_id)]
            if (last.customer_id is not None)
            else []
        )
        key = address_key(last.from_address)
        if key in found:
            return key
    if row.customer_id is None:
        return None
    addresses = desk.customers.addresses(row.customer_id)
    return addresses[0].address if addresses else None


def _thread(desk: Desk, ticket: TicketId) -> tuple[str, ...]:
    last = desk.messages.last_of_ticket(ticket)
    if last is None or last.rfc_id is None:
        return ()
    return (*last.refs[-20:], last.rfc_id)
