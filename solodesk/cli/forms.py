"""The JSON forms of cli.md for tickets, conversations and search hits, and their plain lines.

Keys are literal: new ones may be added, none removed or renamed. Must not read the store.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from solodesk.base.errors import KnownError
from solodesk.cli.output import cut
from solodesk.domain.views import ConversationItem, OutboxRow, SearchHit, TicketRow
from solodesk.mail.jsonform import address_to_dict as address
from solodesk.mail.jsonform import attachment_to_dict as attachment
from solodesk.mail.jsonform import iso_time as iso
from solodesk.wording import dates, labels
from solodesk.wording.gettext import _

__all__ = [
    "Moment", "address", "attachment", "conversation", "hit", "iso", "marked_snippet", "outbox",
    "outbox_text", "ticket", "ticket_text", "when_ms",
]  # fmt: skip

_WHEN = re.compile(r"\d{1,4}\s*[mhdw]")


@dataclass(frozen=True, slots=True)
class Moment:
    """What lines for people need: now, and the owner's zone."""

    now_ms: int
    zone: ZoneInfo

    def text(self, ms: int | None) -> str:
        """A time for people, "" for None."""
        return "" if ms is None else dates.moment(ms, self.zone, self.now_ms)


def ticket(row: TicketRow, goal_due_ms: int | None) -> dict[str, Any]:
    """The ticket line."""
    answered = row.first_response_ms
    customer = None
    if row.customer_id is not None:
        customer = {
            "id": int(row.customer_id),
            "name": row.customer_name,
            "address": row.customer_address,
        }
    return {
        "ticket": row.number,
        "subject": row.subject,
        "customer": customer,
        "status": row.status,
        "snoozed_until": iso(row.snoozed_until_ms),
        "priority": row.priority,
        "tags": [tag.name for tag in row.tags],
        "kind": row.kind,
        "messages": row.messages,
        "created": iso(row.created_ms),
        "last_message": iso(row.last_message_ms),
        "waiting_since": iso(row.waiting_since_ms),
        "first_response_s": None if answered is None else (answered - row.created_ms) // 1000,
        "goal_due": iso(goal_due_ms),
        "unread": row.unread,
        "from_before": row.from_before,
        "alarm": row.alarm,
        "thanked": row.thanked,
        "preview": row.preview,
        "outbox": row.outbox_state,
        "has_draft": row.has_draft,
    }


def conversation(item: ConversationItem) -> dict[str, Any]:
    """One thing said, as in `ticket N`."""
    return {
        "message": None if item.message is None else int(item.message),
        "direction": item.type,
        "kind": item.kind,
        "from": address(item.from_),
        "to": [address(person) for person in item.to],
        "date": iso(item.at_ms),
        "text": item.text,
        "new_text": item.new_text,
        "attachments": [attachment(file) for file in item.attachments],
        "joined_by": item.joined_by,
        "state": item.state,
        "cc": [address(person) for person in item.cc],
        "subject": item.subject,
        "kind_because": list(item.kind_because),
        "suggested": item.suggested_ticket,
        "closer": item.closer,
        "bounce": item.bounce_reason,
        "damaged": item.damaged,
        "note": item.note,
        "outbox": None if item.outbox is None else int(item.outbox),
        "channel": item.channel,
        "contact_direction": item.direction if item.type == "contact" else None,
        "minutes": item.minutes,
    }


def hit(found: SearchHit) -> dict[str, Any]:
    """A search hit; the matched parts of the snippet stand in <mark>."""
    return {
        "ticket": found.number,
        "message": int(found.message),
        "date": iso(found.at_ms),
        "customer": found.customer_name,
        "subject": found.subject,
        "snippet": marked_snippet(found.snippet, found.marks),
    }


def marked_snippet(snippet: str, marks: Sequence[tuple[int, int]]) -> str:
    """The snippet as HTML text with `<mark>` around each (start, end)."""
    parts: list[str] = []
    at = 0
    for start, end in marks:
        parts += [escape(snippet[at:start], quote=False)]
        parts += ["<mark>", escape(snippet[start:end], quote=False), "</mark>"]
        at = end
    return "".join((*parts, escape(snippet[at:], quote=False)))


def outbox(row: OutboxRow) -> dict[str, Any]:
    """The outbox line."""
    return {
        "outbox": int(row.id),
        "ticket": row.number,
        "state": row.state,
        "message_id": row.rfc_id,
        "attempts": row.attempts,
        "not_before": iso(row.not_before_ms),
        "phase": row.phase,
        "recipients": [
            {"address": where, "state": state, "reply": reply}
            for where, state, reply in row.recipients
        ],
        "reason": _reason(row.reason),
        "queued_at": iso(row.queued_ms),
        "hold_reason": row.hold_reason if row.state == "held" else None,
        "accepted_at": iso(row.accepted_ms),
        "found_in_sent": row.found_in_sent,
        "purpose": row.purpose,
        "stale": row.stale,
        "subject": row.subject,
    }


def outbox_text(row: OutboxRow, moment: Moment) -> str:
    """The outbox line for people."""
    people = ", ".join(where for where, _state, _reply in row.recipients)
    state = labels.outbox_state(row.state)
    when = moment.text(row.not_before_ms)
    number = "" if row.number is None else f"#{row.number}  "
    line = f"{number}{cut(row.subject, 50)} → {people}: {state}" + (f" ({when})" if when else "")
    old = _("waiting for more than a day; read it again before it leaves")
    return f"{line} — {old}" if row.stale else line


def ticket_text(row: TicketRow, items: Sequence[ConversationItem], moment: Moment) -> str:
    """A ticket with its conversation for people."""
    who = row.customer_name or row.customer_address
    tags = " ".join(f"[{tag.name}]" for tag in row.tags)
    head = f"#{row.number}  {row.subject or _('(no subject)')}"
    lines = [head, f"{who} <{row.customer_address}>  {labels.status(row.status)}  {tags}".rstrip()]
    for item in items:
        name = item.from_.name or item.from_.address or _said_by(item)
        lines += ["", f"── {name} · {moment.text(item.at_ms)}"]
        lines += [item.new_text.strip() or item.text.strip()]
        lines += [f"📎 {file.filename}" for file in item.attachments if not file.inline]
    return "\n".join(lines)


def when_ms(text: str, moment: Moment) -> int:
    """A moment typed by the owner: `3d`, `2h`, `tomorrow 09:00`, `2026-09-07 09:00`, ISO with Z.

    Times without a zone are the owner's. KnownError("bad_time") for anything else,
    KnownError("time_passed") for the past.
    """
    found = _moment(text.strip().lower(), moment)
    if found is None:
        raise KnownError("bad_time", text=text)
    if found <= moment.now_ms:
        raise KnownError("time_passed", time=text)
    return found


def _moment(text: str, moment: Moment) -> int | None:
    from datetime import datetime, timedelta

    from solodesk.base.clock import to_ms, utc
    from solodesk.domain.macros import span_ms

    if _WHEN.fullmatch(text):
        return moment.now_ms + span_ms(text)
    here = utc(moment.now_ms).astimezone(moment.zone)
    day, _space, time = text.partition(" ")
    words = {"tomorrow": 1, "today": 0}
    if day in words:
        text = f"{(here + timedelta(days=words[day])).date().isoformat()} {time or '09:00'}"
    try:
        typed = datetime.fromisoformat(text.upper() if text.endswith("z") else text)
    except ValueError:
        return None
    if typed.tzinfo is None:
        if len(text) <= 10:
            typed = typed.replace(hour=9)
        typed = typed.replace(tzinfo=moment.zone)
    return to_ms(typed)


def _said_by(item: ConversationItem) -> str:
    if item.type == "note":
        return _("Note — only you see this")
    return labels.channel(item.channel) if item.channel else ""


def _reason(reason: tuple[str, Mapping[str, str]] | None) -> dict[str, str] | None:
    if reason is None:
        return None
    from solodesk.wording.errors import told

    code, params = reason
    return {"code": code, "message": told(code, params).message}
