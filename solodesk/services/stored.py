"""A parsed message as the store's columns, and back as far as the screens need it.

Must not decide anything about the message.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from solodesk.domain.message import Address, Attachment, ParsedMessage
from solodesk.store.spec import encoded

if TYPE_CHECKING:
    from solodesk.store import rows


def columns_of(parsed: ParsedMessage) -> dict[str, Any]:
    """Columns of table message that follow from the bytes alone."""
    writer = parsed.from_ or parsed.sender or Address("", "")
    return {
        "sha256": bytes.fromhex(parsed.raw_sha256),
        "size": parsed.size,
        "rfc_id": parsed.message_id,
        "kind": parsed.kind.value,
        "kind_because": list(parsed.kind_because),
        "from_name": writer.name,
        "from_address": writer.address,
        "recipients": {
            "to": _pairs(parsed.to),
            "cc": _pairs(parsed.cc),
            "reply_to": _pairs(parsed.reply_to),
        },
        "subject": parsed.subject,
        "date_ms": parsed.date_ms,
        "date_offset_min": parsed.date_offset_min,
        "in_reply_to": list(parsed.in_reply_to),
        "refs": list(parsed.references),
        "language": parsed.language,
        "text": parsed.body_text,
        "new_text": parsed.new_text,
        "has_html": parsed.body_html is not None,
        "attachments": [asdict(a) for a in parsed.attachments],
        "closer": parsed.closer,
        "bounce": None if parsed.bounce is None else asdict(parsed.bounce),
        "survey": None if parsed.survey is None else asdict(parsed.survey),
        "auto_headers": parsed.auto_headers,
        "damaged": parsed.damaged,
        "defects": list(parsed.defects),
    }


_JSON = ("kind_because", "recipients", "in_reply_to", "refs", "attachments", "defects")


def ready_columns(columns: dict[str, Any], texts: bytes) -> dict[str, Any]:
    """The columns with what storing them would have to make, made: JSON, and packed `texts`."""
    ready = {name: encoded(columns[name]) if name in _JSON else columns[name] for name in columns}
    del ready["text"], ready["new_text"]
    return {**ready, "words": texts}


def people(message: rows.Message | rows.Slip, role: str) -> tuple[Address, ...]:
    """The people of a message: role to, cc or reply_to."""
    return tuple(Address(name, address) for name, address in message.recipients.get(role, []))


def order_of(message: rows.Slip) -> tuple[int, int, str]:
    """The order in which messages are told: time, then an answer after what it answers, then
    something that is the same whatever came in first (domain/regroup.py, `Order`)."""
    ids = {*message.refs, *message.in_reply_to}
    return message.received_ms, len(ids), message.sha256.hex()


def attachment(data: dict[str, Any]) -> Attachment:
    """An attachment as it was stored."""
    return Attachment(**data)


def _pairs(people: tuple[Address, ...]) -> list[list[str]]:
    return [[p.name, p.address] for p in people]
