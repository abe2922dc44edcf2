"""Drafts: what the owner is writing, saved as typed, and the files that go with it.

Must not send (replies.py).
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from solodesk.domain.ids import IdentityId, TicketId
from solodesk.domain.message import Address
from solodesk.services import draft_html
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of a draft; its bytes are kept by their SHA-256 (hexadecimal)."""

    name: str
    mime: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft. `ticket` None: new mail. `seen_ms`: the newest message when it was opened."""

    ticket: TicketId | None
    identity: IdentityId | None
    identity_address: str
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    bcc: tuple[Address, ...]
    subject: str
    body_html: str
    attachments: tuple[FileRef, ...] = ()
    macro_actions: tuple[Mapping[str, Any], ...] = ()
    mode: str = "reply"
    seen_ms: int = 0


def file_ref(desk: Desk, name: str, data: bytes) -> FileRef:
    """Keep a file's bytes; the reference to them."""
    mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileRef(name, mime, desk.blobs.put(data).hex(), len(data))


def file_refs(files: Iterable[FileRef]) -> list[dict[str, Any]]:
    """References as they are stored."""
    return [asdict(file) for file in files]


def stored_people(draft: Draft) -> dict[str, list[list[str]]]:
    """Recipients as they are stored."""
    lists = {"to": draft.to, "cc": draft.cc, "bcc": draft.bcc}
    return {role: [[p.name, p.address] for p in people] for role, people in lists.items()}


def people(recipients: Mapping[str, Any], role: str) -> tuple[Address, ...]:
    """Recipients of a stored draft."""
    return tuple(Address(str(name), str(address)) for name, address in recipients.get(role) or ())


def keep(desk: Desk, draft: Draft) -> int:
    """Store a draft: one a ticket, one of new mail. Returns its row."""
    columns: dict[str, Any] = {
        "identity_id": draft.identity,
        "recipients": {**stored_people(draft), "mode": draft.mode},
        "subject": draft.subject,
        "body": draft.body_html,
        "attachments": file_refs(draft.attachments),
        "macro": [dict(action) for action in draft.macro_actions] or None,
        "updated_ms": desk.now_ms,
    }
    row = of_ticket(desk, draft.ticket)
    if row is None:
        return desk.drafts.add(ticket_id=draft.ticket, **columns)
    desk.drafts.update(row.id, **columns)
    return row.id


def drop(desk: Desk, ticket: TicketId | None) -> None:
    """Delete the draft of a ticket (None: the one of new mail), if there is one."""
    row = of_ticket(desk, ticket)
    if row is not None:
        desk.drafts.delete(row.id)


def of_ticket(desk: Reader, ticket: TicketId | None) -> rows.Draft | None:
    """The stored draft of a ticket, or of new mail."""
    if ticket is not None:
        return desk.drafts.of_ticket(ticket)
    return next((row for row in desk.drafts.all() if row.ticket_id is None), None)


def new_message(reader: Reader) -> str:
    """What the new message being written is about: subject, words or recipient; "" for none."""
    row = of_ticket(reader, None)
    if row is None:
        return ""
    names = [person.name or person.address for person in people(row.recipients, "to")]
    told = row.subject.strip() or " ".join(draft_html.read(row.body).text.split())[:80]
    return ", ".join(filter(None, (told, *names[:2])))


def snapshot(draft: Draft, text: str) -> dict[str, Any]:
    """The copy of a draft that an outbox row keeps, to bring it back and to show its words."""
    return {
        "recipients": stored_people(draft),
        "subject": draft.subject,
        "body": draft.body_html,
        "text": text,
        "attachments": file_refs(draft.attachments),
        "macro": [dict(action) for action in draft.macro_actions],
        "mode": draft.mode,
        "identity": draft.identity,
    }


def bring_back(desk: Desk, row: rows.Outbox) -> None:
    """Make the draft of an outbox row again; what was written since stays below it."""
    data = row.draft
    if not data:
        return
    newer = desk.drafts.of_ticket(row.ticket_id)
    body = str(data.get("body") or "")
    desk.drafts.save(
        row.ticket_id,
        identity_id=row.identity_id,
        recipients={**data.get("recipients", {}), "mode": data.get("mode", "reply")},
        subject=str(data.get("subject") or ""),
        body=body + (newer.body if newer is not None else ""),
        attachments=[*data.get("attachments", []), *(newer.attachments if newer else [])],
        macro=data.get("macro") or None,
        updated_ms=desk.now_ms,
    )
