"""Answering: the draft with the right recipients, the checks before sending, and sending.

Sending queues final bytes with a fixed Message-ID; the engine delivers. It can be taken back
until it is being sent. Must not open connections and never sends while a blank is open.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from solodesk.base.errors import KnownError
from solodesk.domain.automation import ACKNOWLEDGEMENT
from solodesk.domain.changes import Changes
from solodesk.domain.customers import address_keys
from solodesk.domain.ids import IdentityId, OutboxId, TicketId
from solodesk.domain.macros import SnoozeAction, StatusAction, actions_from, span_ms
from solodesk.domain.message import Kind
from solodesk.domain.outbox import CANCELLABLE, HoldReason, OutboxState
from solodesk.domain.ticket import Status, status_named
from solodesk.services import (
    customers,
    delivery,
    draft_html,
    drafts,
    outgoing,
    quoting,
    recipients,
    reply_checks,
)
from solodesk.services.drafts import Draft, FileRef
from solodesk.services.reply_checks import Check, checks
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows

__all__ = ["Check", "Draft", "FileRef", "checks"]


@dataclass(frozen=True, slots=True)
class Identity:
    """An address the owner can write from."""

    id: IdentityId
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A reply that was handed over."""

    outbox: OutboxId
    changes: Changes


def identities(reader: Reader) -> tuple[Identity, ...]:
    """Addresses to write from, the default first."""
    return tuple(Identity(i.id, i.name, i.address) for i in reader.accounts.identities())


def draft_for(reader: Reader, ticket: TicketId | None, *, mode: str = "reply") -> Draft:
    """The stored draft of a ticket in this mode, else a fresh one with the right recipients.

    mode: reply, reply_all, forward, note or new. Works without a mailbox too (identity None).
    """
    row = None if ticket is None else reader.tickets.get(ticket)
    if ticket is not None and row is None:
        raise KnownError("no_such_ticket", ticket=int(ticket))
    stored = None if mode == "note" else drafts.of_ticket(reader, ticket)
    if stored is not None and _fits(stored, mode):
        return _stored(reader, stored, row)
    return _fresh(reader, row, mode)


def save_draft(desk: Desk, draft: Draft) -> Changes:
    """Keep a draft as typed; an empty one is dropped."""
    if _is_empty(desk, draft):
        drafts.drop(desk, draft.ticket)
    else:
        drafts.keep(desk, draft)
    return desk.changes()


def discard_draft(desk: Desk, ticket: TicketId | None) -> Changes:
    """Throw a draft away."""
    drafts.drop(desk, ticket)
    return desk.changes()


def attach(desk: Desk, draft: Draft, name: str, data: bytes) -> Draft:
    """The draft with one more file; its bytes are kept, the draft is not saved yet."""
    return replace(draft, attachments=(*draft.attachments, drafts.file_ref(desk, name, data)))


def send(
    desk: Desk,
    draft: Draft,
    *,
    status_after: str = "waiting",
    snooze_after_ms: int | None = None,
    later_ms: int | None = None,
    delay_s: int | None = None,
) -> Sent:
    """Hand a reply over to the outbox; the draft is gone, its copy stays with the outbox row.

    NeedsOwner("blank_open", count, blanks); KnownError no_recipient, empty_reply, no_identity.
    """
    written = draft_html.read(draft.body_html)
    reply_checks.refuse(draft, written)
    identity = _identity(desk, draft)
    ticket = draft.ticket if draft.ticket is not None else _start_ticket(desk, draft)
    row = desk.tickets.get(ticket)
    if row is None:
        raise KnownError("no_such_ticket", ticket=int(ticket))
    desk.tickets.give_number(ticket)
    html, text = quoting.with_quote(desk, row, draft.mode, written.html, written.text)
    parents = _parents(desk, ticket)
    outbox = outgoing.queue(
        desk,
        outgoing.Leaving(
            ticket=ticket,
            identity=identity,
            purpose="new" if _begins(desk, draft) else "reply",
            to=draft.to,
            cc=draft.cc,
            bcc=draft.bcc,
            subject=draft.subject,
            text=text,
            html=html,
            in_reply_to=parents[-1] if parents else None,
            references=parents,
            attachments=tuple(drafts.file_refs(draft.attachments)),
        ),
        outgoing.Timing(delay_s=delay_s, later_ms=later_ms),
        _afterwards(desk, draft, status_after, snooze_after_ms),
        drafts.snapshot(draft, written.text),
    )
    drafts.drop(desk, draft.ticket)
    desk.tickets.update(ticket, unread=False, woken_ms=None)
    return Sent(outbox, desk.changes())


def came_from(reader: Reader, outbox: OutboxId) -> tuple[TicketId, str]:
    """(ticket, mode) to open the draft again that a cancelled row became."""
    row = reader.outbox.get(outbox)
    if row is None:
        raise KnownError("no_such_outbox", outbox=int(outbox))
    return reader.tickets.final(row.ticket_id), str(row.draft.get("mode") or "reply")


def _begins(reader: Reader, draft: Draft) -> bool:
    """Whether it begins a conversation: a new mail, also one that was taken back before."""
    if draft.ticket is None:
        return True
    return draft.mode == "new" and not reader.messages.slips_of_ticket(draft.ticket)


def cancel(desk: Desk, outbox: OutboxId) -> Changes:
    """Take a reply back before it is being sent, or when it was refused; its draft is there again.

    KnownError("already_sent") or ("not_cancellable") otherwise.
    """
    row = _outbox(desk, outbox)
    states = {state.value for state in (*CANCELLABLE, OutboxState.FAILED)}
    if not desk.outbox.move(outbox, states, OutboxState.CANCELLED.value, **_AT_REST):
        code = "already_sent" if row.state == OutboxState.SENT.value else "not_cancellable"
        raise KnownError(code, outbox=int(outbox))
    _calm(desk, row)
    _undo_sending(desk, row)
    desk.undo.settle(outbox)
    return desk.changes()


def retry(desk: Desk, outbox: OutboxId) -> Changes:
    """Send now: what failed, waits for its next attempt, or is held.

    What is queued already waits for its mailbox to be read: the owner lets it leave without.
    """
    row = _outbox(desk, outbox)
    if row.state == OutboxState.QUEUED.value:
        anyway = HoldReason.ANYWAY.value
        desk.outbox.update(outbox, hold_reason=anyway, queued_ms=desk.now_ms, not_before_ms=None)
        return desk.changes()
    states = {OutboxState.FAILED, OutboxState.RETRYING, OutboxState.HELD}
    wanted = {state.value for state in states}
    queued = OutboxState.QUEUED.value
    if not desk.outbox.move(outbox, wanted, queued, queued_ms=desk.now_ms, **_AT_REST):
        raise KnownError("wrong_state", outbox=int(outbox), state=row.state)
    _calm(desk, row)
    return desk.changes()


def resolve(desk: Desk, outbox: OutboxId, how: Literal["delivered", "again", "give_up"]) -> Changes:
    """The owner decides about an uncertain send; KnownError("not_uncertain") for any other."""
    row = _outbox(desk, outbox)
    if row.state != OutboxState.UNCERTAIN.value:
        raise KnownError("not_uncertain", outbox=int(outbox), state=row.state)
    _calm(desk, row)
    if how == "delivered":
        delivery.accepted(desk, outbox, row.changed_ms, by="smtp")
    elif how == "again":
        queued = OutboxState.QUEUED.value
        desk.outbox.move(outbox, {row.state}, queued, queued_ms=desk.now_ms, **_AT_REST)
    else:
        desk.outbox.move(outbox, {row.state}, OutboxState.CANCELLED.value, **_AT_REST)
        _undo_sending(desk, row)
        desk.undo.settle(outbox)
    return desk.changes()


_AT_REST: dict[str, Any] = {"hold_reason": None, "not_before_ms": None}


def _outbox(desk: Desk, outbox: OutboxId) -> rows.Outbox:
    row = desk.outbox.get(outbox)
    if row is None:
        raise KnownError("no_such_outbox", outbox=int(outbox))
    return row


def _undo_sending(desk: Desk, row: rows.Outbox) -> None:
    if row.purpose == ACKNOWLEDGEMENT:
        return
    if row.purpose == "survey":
        survey = desk.surveys.by_outbox(row.id)
        if survey is not None:
            desk.surveys.delete(survey.id)
        return
    drafts.bring_back(desk, row)


def _calm(desk: Desk, row: rows.Outbox) -> None:
    """No alarm any more, unless another message of the ticket needs the owner."""
    ticket = desk.tickets.get(row.ticket_id)
    troubled = [
        other
        for other in desk.outbox.of_ticket(row.ticket_id)
        if other.id != row.id
        and other.state in (OutboxState.FAILED.value, OutboxState.UNCERTAIN.value)
    ]
    if ticket is not None and ticket.alarm in ("failed", "uncertain") and not troubled:
        desk.tickets.update(ticket.id, alarm=None)


def _fits(row: rows.Draft, mode: str) -> bool:
    """A stored draft is opened again, unless a forward is asked for and it is a reply (or so)."""
    stored = str(row.recipients.get("mode") or "reply")
    return stored == mode or {stored, mode} <= {"reply", "reply_all"}


def _stored(reader: Reader, stored: rows.Draft, row: rows.Ticket | None) -> Draft:
    identity = (
        reader.accounts.identity(stored.identity_id) if stored.identity_id is not None else None
    ) or _maybe_identity(reader, row)
    return Draft(
        ticket=stored.ticket_id,
        identity=None if identity is None else identity.id,
        identity_address="" if identity is None else identity.address,
        to=drafts.people(stored.recipients, "to"),
        cc=drafts.people(stored.recipients, "cc"),
        bcc=drafts.people(stored.recipients, "bcc"),
        subject=stored.subject,
        body_html=stored.body,
        attachments=tuple(FileRef(**entry) for entry in stored.attachments),
        macro_actions=tuple(stored.macro or ()),
        mode=str(stored.recipients.get("mode") or "reply"),
        seen_ms=0 if row is None else row.last_message_ms,
    )


def _fresh(reader: Reader, row: rows.Ticket | None, mode: str) -> Draft:
    identity = _maybe_identity(reader, row)
    signature = "" if identity is None else identity.signature.strip()
    body = f"<p></p>{draft_html.from_text(signature)}" if signature else ""
    draft = Draft(
        ticket=None if row is None else row.id,
        identity=None if identity is None else identity.id,
        identity_address="" if identity is None else identity.address,
        to=(),
        cc=(),
        bcc=(),
        subject="" if row is None else recipients.reply_subject(row.subject),
        body_html=body,
        mode=mode,
        seen_ms=0 if row is None else row.last_message_ms,
    )
    if row is None or mode == "new":
        return draft
    if mode == "forward":
        return quoting.forward(reader, row, draft)
    to, cc = recipients.of_reply(reader, row, everybody=mode == "reply_all")
    return replace(draft, to=to, cc=cc)


def _maybe_identity(reader: Reader, row: rows.Ticket | None) -> rows.Identity | None:
    try:
        return outgoing.identity_for(reader, row)
    except KnownError:
        # Looking at a draft needs no mailbox; sending does.
        return None


def _identity(desk: Desk, draft: Draft) -> rows.Identity:
    if draft.identity is not None:
        return outgoing.identity(desk, draft.identity)
    ticket = None if draft.ticket is None else desk.tickets.get(draft.ticket)
    return outgoing.identity_for(desk, ticket)


def _is_empty(reader: Reader, draft: Draft) -> bool:
    if draft.attachments or draft.macro_actions:
        return False
    words = draft_html.read(draft.body_html).text.strip()
    fresh = _fresh(reader, _row(reader, draft.ticket), draft.mode)
    usual = draft_html.read(fresh.body_html).text.strip()
    named = draft.ticket is None and bool(draft.to or draft.subject.strip())
    return words in ("", usual) and not named


def _row(reader: Reader, ticket: TicketId | None) -> rows.Ticket | None:
    return None if ticket is None else reader.tickets.get(ticket)


def _start_ticket(desk: Desk, draft: Draft) -> TicketId:
    """A ticket of our own: the first recipient is its customer."""
    first = draft.to[0]
    customer = customers.find_or_add(desk, first.address, first.name, desk.now_ms)
    made = desk.tickets.add(
        subject=draft.subject,
        customer_id=customer,
        status=Status.WAITING.value,
        kind=Kind.PERSON.value,
        created_ms=desk.now_ms,
        last_message_ms=desk.now_ms,
        last_direction="out",
    )
    desk.participants.add(made, sorted(address_keys((*draft.to, *draft.cc))))
    return made


def _parents(desk: Desk, ticket: TicketId) -> tuple[str, ...]:
    """References of an answer: those of the newest message that has an id, and its own."""
    newest = [m for m in reversed(desk.messages.of_ticket(ticket)) if m.duplicate_of is None]
    incoming = [m for m in newest if m.direction == "in" and m.kind == Kind.PERSON.value]
    for message in (*incoming, *newest):
        if message.rfc_id is not None:
            return (*[r for r in message.refs if r != message.rfc_id][-30:], message.rfc_id)
    return ()


def _afterwards(
    desk: Desk, draft: Draft, status_after: str, snooze_after_ms: int | None
) -> outgoing.Afterwards:
    """What follows sending: what was asked for, else what a macro prepared."""
    status = status_named(status_after)
    for action in actions_from(list(draft.macro_actions)) if draft.macro_actions else ():
        if isinstance(action, StatusAction) and status is Status.WAITING:
            status = action.to
        elif isinstance(action, SnoozeAction) and snooze_after_ms is None:
            snooze_after_ms = desk.now_ms + span_ms(action.span)
    return outgoing.Afterwards(status=status.value, snooze_ms=snooze_after_ms)
