"""The `parse` JSON of cli.md, literally: keys, order and forms are an interface others read.

New keys may be added at the end; none may be renamed without a CHANGELOG entry.
"""

from typing import Any

from solodesk.base.clock import utc_iso
from solodesk.domain.message import (
    Address,
    Attachment,
    Bounce,
    Invitation,
    ParsedMessage,
    SurveyAnswer,
)


def iso_time(ms: int | None) -> str | None:
    """UTC milliseconds as `2026-09-07T09:00:00Z`; None stays None."""
    return None if ms is None else utc_iso(ms)


def address_to_dict(address: Address | None) -> dict[str, str] | None:
    """`{"name": …, "address": …}`; None stays None."""
    return None if address is None else {"name": address.name, "address": address.address}


def attachment_to_dict(file: Attachment) -> dict[str, Any]:
    """One attachment as cli.md has it, with its `index` added."""
    return {
        "filename": file.filename,
        "mime": file.mime,
        "size": file.size,
        "sha256": file.sha256,
        "inline": file.inline,
        "content_id": file.content_id,
        "dangerous": file.dangerous,
        "index": file.index,
        "sniffed": file.sniffed,
    }


def parsed_to_dict(p: ParsedMessage, path: str | None, body_html: str | None) -> dict[str, Any]:
    """One line of `parse`. `body_html` is the sanitised HTML (`sanitise`), or None."""
    return {
        "path": path,
        "raw_sha256": p.raw_sha256,
        "size": p.size,
        "message_id": p.message_id,
        "in_reply_to": list(p.in_reply_to),
        "references": list(p.references),
        "from": address_to_dict(p.from_),
        "sender": address_to_dict(p.sender),
        "reply_to": _addresses(p.reply_to),
        "to": _addresses(p.to),
        "cc": _addresses(p.cc),
        "subject": p.subject,
        "date": iso_time(p.date_ms),
        "date_offset_min": p.date_offset_min,
        "kind": p.kind.value,
        "kind_because": list(p.kind_because),
        "language": p.language,
        "body_text": p.body_text,
        "body_html": body_html,
        "new_text": p.new_text,
        "closer": p.closer,
        "attachments": [attachment_to_dict(file) for file in p.attachments],
        "bounce": _bounce(p.bounce),
        "survey": _survey(p.survey),
        "damaged": p.damaged,
        "defects": list(p.defects),
        "customer": address_to_dict(p.customer),
        "invitation": invitation_to_dict(p.invitation),
        "stated": list(p.stated),
    }


def invitation_to_dict(event: Invitation | None) -> dict[str, Any] | None:
    """A calendar event; None stays None."""
    if event is None:
        return None
    return {
        "method": event.method,
        "summary": event.summary,
        "start": event.start,
        "end": event.end,
        "zone": event.zone,
        "place": event.place,
        "organiser": address_to_dict(event.organiser),
        "repeats": event.repeats,
        "answer": event.answer,
        "answered_by": address_to_dict(event.answered_by),
        "link": event.link,
    }


def _addresses(addresses: tuple[Address, ...]) -> list[dict[str, str] | None]:
    return [address_to_dict(address) for address in addresses]


def _bounce(bounce: Bounce | None) -> dict[str, Any] | None:
    if bounce is None:
        return None
    return {
        "recipients": [
            {"address": r.address, "status": r.status, "action": r.action}
            for r in bounce.recipients
        ],
        "reason": bounce.reason,
        "permanent": bounce.permanent,
        "original_message_id": bounce.original_message_id,
    }


def _survey(survey: SurveyAnswer | None) -> dict[str, Any] | None:
    if survey is None:
        return None
    return {"token": survey.token, "digit": survey.digit, "comment": survey.comment}
