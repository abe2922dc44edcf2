"""The conversation of a ticket as one list: mail, notes, contacts, and replies on their way."""

import html
import json
import re
from typing import Any

from solodesk.domain.ids import MessageId, OutboxId, TicketId
from solodesk.domain.message import Address, Attachment
from solodesk.domain.views import ConversationItem
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, unpack_texts

_MESSAGE = (
    "SELECT m.id, m.direction, m.kind, m.from_name, m.from_address, m.recipients, m.received_ms,"
    " m.date_offset_min, m.subject, w.data, m.has_html, m.attachments, m.joined_by,"
    " m.kind_because, (SELECT s.number FROM ticket s WHERE s.id = m.suggested_ticket_id), m.closer,"
    " m.bounce, m.damaged, m.remote_allowed, m.outbox_id,"
    " (SELECT o.state FROM outbox o WHERE o.id = m.outbox_id), m.raw_state,"
    " coalesce((SELECT a.pictures FROM customer_address a WHERE a.address = m.from_address), 0),"
    " CASE WHEN instr(m.kind_because, 'contact_form') THEN"
    " (SELECT coalesce(nullif(c.name, ''), (SELECT min(a.address) FROM customer_address a"
    " WHERE a.customer_id = c.id)) FROM customer c WHERE c.id = m.customer_id) END"
    " FROM message m LEFT JOIN words w ON w.message_id = m.id"
    " WHERE m.ticket_id = ? AND m.duplicate_of IS NULL"
)
_NOTE = (
    "SELECT id, kind, channel, direction, minutes, text, at_ms FROM note"
    " WHERE ticket_id = ? AND deleted_ms IS NULL"
)
_LEAVING = (
    "SELECT o.id, o.draft, o.queued_ms, o.state, i.name, i.address,"
    " coalesce(o.hold_reason, '') IN ('new_mail', 'answered_elsewhere') FROM outbox o"
    " JOIN identity i ON i.id = o.identity_id"
    " WHERE o.ticket_id = ? AND o.message_id IS NULL AND o.state != 'cancelled'"
    " AND o.purpose != 'acknowledgement'"
)
_NOBODY = Address("", "")
_BLOCK = re.compile(r"<br\s*/?>|</(?:p|div|li|h\d|blockquote|tr)>", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def people(listed: Any) -> tuple[Address, ...]:
    """Addresses from their stored form: [name, address] pairs, objects or plain addresses."""
    found = []
    for person in listed or ():
        if isinstance(person, str):
            found.append(Address("", person))
        elif isinstance(person, dict):
            found.append(Address(str(person.get("name") or ""), str(person.get("address") or "")))
        else:
            found.append(Address(str(person[0] or ""), str(person[1] or "")))
    return tuple(found)


def attachments(listed: Any) -> tuple[Attachment, ...]:
    """Attachments from their stored form; what a draft does not say gets its plain value."""
    return tuple(
        Attachment(
            index=int(a.get("index", number)),
            filename=str(a.get("filename") or a.get("name") or ""),
            mime=str(a.get("mime") or "application/octet-stream"),
            size=int(a.get("size") or 0),
            sha256=str(a.get("sha256") or ""),
            inline=bool(a.get("inline")),
            content_id=a.get("content_id"),
            dangerous=bool(a.get("dangerous")),
            sniffed=a.get("sniffed"),
        )
        for number, a in enumerate(listed or ())
    )


def plain(body: str) -> str:
    """The words of a draft's small HTML."""
    return html.unescape(_TAG.sub("", _BLOCK.sub("\n", body))).strip()


def _words(draft: dict[str, Any]) -> str:
    return str(draft.get("text") or plain(str(draft.get("body") or draft.get("body_html") or "")))


def conversation(tx: Transaction, ticket: TicketId) -> tuple[ConversationItem, ...]:
    """Everything said in a ticket, oldest first; what is still leaving comes last."""
    said = [_message(tx, row) for row in tx.all(_MESSAGE, (ticket,))]
    said += [_note(row) for row in tx.all(_NOTE, (ticket,))]
    said.sort(key=lambda item: (item.at_ms, item.message or 0, item.note or 0))
    leaving = [_leaving(row) for row in tx.all(f"{_LEAVING} ORDER BY o.id", (ticket,))]
    return (*said, *leaving)


def _message(tx: Transaction, row: tuple[Any, ...]) -> ConversationItem:
    recipients = json.loads(row[5])
    said = Texts() if row[9] is None else unpack_texts(row[9], tx.dictionary)
    bounce = None if row[16] is None else json.loads(row[16])
    out = row[1] == "out"
    return ConversationItem(
        type=row[1],
        message=MessageId(row[0]),
        note=None,
        kind=row[2],
        from_=Address(row[3], row[4]),
        to=people(recipients.get("to")),
        cc=people(recipients.get("cc")),
        at_ms=row[6],
        date_offset_min=row[7],
        subject=row[8],
        text=said.text,
        new_text=said.new_text,
        has_html=bool(row[10]),
        attachments=attachments(json.loads(row[11])),
        joined_by=row[12],
        kind_because=tuple(json.loads(row[13])),
        suggested_ticket=row[14],
        closer=bool(row[15]),
        bounce_reason=None if bounce is None else bounce.get("reason"),
        damaged=bool(row[17]),
        remote_allowed=bool(row[18] or row[22]),
        outbox=None if row[19] is None else OutboxId(row[19]),
        state=(row[20] or "sent") if out else None,
        channel=None,
        direction=row[1],
        minutes=None,
        partial=row[21] == "partial",
        pictures_always=bool(row[22]),
        visitor=row[23] or "",
    )


def _note(row: tuple[Any, ...]) -> ConversationItem:
    return _item(
        kind=row[1], note=row[0], text=row[5], at_ms=row[6], channel=row[2], direction=row[3],
        minutes=row[4],
    )  # fmt: skip


def _leaving(row: tuple[Any, ...]) -> ConversationItem:
    draft = json.loads(row[1])
    recipients = draft.get("recipients") or draft
    return _item(
        kind="out", note=None, text=_words(draft),
        at_ms=row[2], channel=None, direction="out", minutes=None,
        sender=Address(row[4], row[5]), to=people(recipients.get("to")),
        cc=people(recipients.get("cc")), subject=str(draft.get("subject") or ""),
        files=attachments(draft.get("attachments")), outbox=OutboxId(row[0]), state=row[3],
        held_back=bool(row[6]),
    )  # fmt: skip


def _item(
    *,
    kind: str,
    note: int | None,
    text: str,
    at_ms: int,
    channel: str | None,
    direction: str | None,
    minutes: int | None,
    sender: Address = _NOBODY,
    to: tuple[Address, ...] = (),
    cc: tuple[Address, ...] = (),
    subject: str = "",
    files: tuple[Attachment, ...] = (),
    outbox: OutboxId | None = None,
    state: str | None = None,
    held_back: bool = False,
) -> ConversationItem:
    """An item that is no stored message."""
    return ConversationItem(
        type=kind,
        message=None,
        note=note,
        kind="own",
        from_=sender,
        to=to,
        cc=cc,
        at_ms=at_ms,
        date_offset_min=None,
        subject=subject,
        text=text,
        new_text=text,
        has_html=False,
        attachments=files,
        joined_by=None,
        kind_because=(),
        suggested_ticket=None,
        closer=False,
        bounce_reason=None,
        damaged=False,
        remote_allowed=False,
        outbox=outbox,
        state=state,
        held_back=held_back,
        channel=channel,
        direction=direction,
        minutes=minutes,
    )
