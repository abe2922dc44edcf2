"""Writes the final bytes of a message of ours and queues them: the Message-ID is fixed here.

Shared by replies and surveys. Must not send, and must not decide who is written to.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from solodesk.base.clock import utc
from solodesk.base.errors import KnownError
from solodesk.domain.customers import address_key
from solodesk.domain.ids import IdentityId, OutboxId, TicketId
from solodesk.domain.message import Address
from solodesk.domain.outbox import HoldReason, OutboxState
from solodesk.services import settings
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class Timing:
    """When a message leaves. `later_ms`: not before that; else after the undo window."""

    delay_s: int | None = None
    """Length of the undo window; None = the owner's setting, 0 = at once."""
    later_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What becomes of the ticket when the message has left."""

    status: str | None = None
    snooze_ms: int | None = None
    wake_on_reply: bool = True


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message ready to be written: who, what, in answer to what."""

    ticket: TicketId
    identity: rows.Identity
    purpose: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    text: str
    html: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    attachments: tuple[dict[str, Any], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()


def queue(
    desk: Desk, leaving: Leaving, timing: Timing, after: Afterwards, draft: dict[str, Any]
) -> OutboxId:
    """Build the bytes and put them into the outbox: held for the undo window, or until later.

    KnownError("no_recipient"), ("file_missing", name) or what mail.build refuses.
    """
    from solodesk.mail.build import OutgoingMail, build, new_message_id

    people = (*leaving.to, *leaving.cc, *leaving.bcc)
    if not people:
        raise KnownError("no_recipient")
    domain = leaving.identity.address.rpartition("@")[2]
    rfc_id = new_message_id(domain)
    final = build(
        OutgoingMail(
            from_=Address(leaving.identity.name, leaving.identity.address),
            to=leaving.to,
            cc=leaving.cc,
            bcc=leaving.bcc,
            subject=leaving.subject,
            text=leaving.text,
            html=leaving.html,
            message_id=rfc_id,
            date_ms=desk.now_ms,
            offset_min=_offset_min(desk),
            in_reply_to=leaving.in_reply_to,
            references=leaving.references,
            attachments=_files(desk, leaving.attachments),
            extra_headers=leaving.headers,
        )
    )
    state, reason, not_before = _start(desk, timing)
    outbox = desk.outbox.add(
        ticket_id=leaving.ticket,
        identity_id=leaving.identity.id,
        purpose=leaving.purpose,
        rfc_id=rfc_id,
        envelope_from=leaving.identity.address,
        final=final,
        draft=draft,
        state=state.value,
        hold_reason=None if reason is None else reason.value,
        not_before_ms=not_before,
        status_after=after.status,
        snooze_after_ms=after.snooze_ms,
        snooze_wake_on_reply=after.wake_on_reply,
    )
    for address in dict.fromkeys(address_key(p.address) for p in people):
        desk.outbox.set_recipient(outbox, address)
    return outbox


def identity_for(reader: Reader, ticket: rows.Ticket | None) -> rows.Identity:
    """The address to answer from: the one the customer wrote to, else the default.

    KnownError("no_identity") when no mailbox has been connected.
    """
    known = {address_key(i.address): i for i in reader.accounts.identities()}
    if ticket is not None:
        last = reader.messages.last_of_ticket(ticket.id, "in")
        readers = [] if last is None else [*_listed(last, "to"), *_listed(last, "cc")]
        for address in readers:
            if address in known:
                return known[address]
        if ticket.account_id is not None:
            found = reader.accounts.default_identity(ticket.account_id)
            if found is not None:
                return found
    found = reader.accounts.default_identity()
    if found is None:
        raise KnownError("no_identity")
    return found


def identity(reader: Reader, identity_id: IdentityId | None) -> rows.Identity:
    """An identity by id; KnownError("no_identity")."""
    found = None if identity_id is None else reader.accounts.identity(identity_id)
    if found is None:
        raise KnownError("no_identity")
    return found


def _listed(message: rows.Message, role: str) -> list[str]:
    return [address_key(address) for _, address in message.recipients.get(role, [])]


def _start(desk: Desk, timing: Timing) -> tuple[OutboxState, HoldReason | None, int | None]:
    if timing.later_ms is not None and timing.later_ms > desk.now_ms:
        return OutboxState.HELD, HoldReason.LATER, timing.later_ms
    delay = timing.delay_s
    if delay is None:
        delay = int(settings.get(desk, "undo_send_s"))
    if delay <= 0:
        return OutboxState.QUEUED, None, None
    return OutboxState.HELD, HoldReason.UNDO_WINDOW, desk.now_ms + delay * 1000


def _offset_min(desk: Desk) -> int:
    offset = utc(desk.now_ms).astimezone(settings.zone(desk)).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def _files(desk: Desk, attachments: tuple[dict[str, Any], ...]) -> tuple[Any, ...]:
    from solodesk.mail.build import OutgoingFile

    found = []
    for entry in attachments:
        data = desk.blobs.get(str(entry["sha256"]))
        if data is None:
            raise KnownError("file_missing", name=str(entry["name"]))
        mime = entry.get("mime") or mimetypes.guess_type(str(entry["name"]))[0]
        found.append(
            OutgoingFile(str(entry["name"]), str(mime or "application/octet-stream"), data)
        )
    return tuple(found)
