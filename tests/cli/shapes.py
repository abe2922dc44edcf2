"""The JSON shapes of cli.md, as types."""

from typing import Any

TEXT, NUMBER, FLAG = str, int, bool
MAYBE_TEXT: Any = (str, None)
PERSON: Any = {"name": str, "address": str}

ATTACHMENT: Any = {
    "filename": str,
    "mime": str,
    "size": int,
    "sha256": str,
    "inline": bool,
    "content_id": MAYBE_TEXT,
    "dangerous": bool,
}
PARSE: Any = {
    "path": str,
    "raw_sha256": str,
    "size": int,
    "message_id": MAYBE_TEXT,
    "in_reply_to": [str],
    "references": [str],
    "from": (PERSON, None),
    "sender": (PERSON, None),
    "reply_to": [PERSON],
    "to": [PERSON],
    "cc": [PERSON],
    "subject": str,
    "date": MAYBE_TEXT,
    "date_offset_min": (int, None),
    "kind": str,
    "kind_because": [str],
    "language": MAYBE_TEXT,
    "body_text": str,
    "body_html": MAYBE_TEXT,
    "new_text": str,
    "closer": bool,
    "attachments": [ATTACHMENT],
    "bounce": (dict, None),
    "survey": (dict, None),
    "damaged": bool,
    "defects": [str],
}
IMPORT: Any = {
    **PARSE,
    "ticket": int,
    "message": int,
    "joined_by": str,
    "suggested": (int, None),
    "duplicate_of": (int, None),
}
TICKET: Any = {
    "ticket": int,
    "subject": str,
    "customer": ({"id": int, "name": str, "address": str}, None),
    "status": str,
    "snoozed_until": MAYBE_TEXT,
    "priority": str,
    "tags": [str],
    "kind": str,
    "messages": int,
    "created": str,
    "last_message": str,
    "waiting_since": MAYBE_TEXT,
    "first_response_s": (int, float, None),
    "goal_due": MAYBE_TEXT,
    "unread": bool,
    "from_before": bool,
}
CONVERSATION: Any = {
    "message": (int, None),
    "direction": str,
    "kind": str,
    "from": (PERSON, None),
    "to": [PERSON],
    "date": str,
    "text": str,
    "new_text": str,
    "attachments": [ATTACHMENT],
    "joined_by": MAYBE_TEXT,
    "state": MAYBE_TEXT,
}
OUTBOX: Any = {
    "outbox": int,
    "ticket": int,
    "state": str,
    "message_id": str,
    "attempts": int,
    "not_before": MAYBE_TEXT,
    "phase": MAYBE_TEXT,
    "recipients": [{"address": str, "state": str, "reply": MAYBE_TEXT}],
    "reason": ({"code": str, "message": str}, None),
    "queued_at": str,
}
SEARCH: Any = {
    "ticket": int,
    "message": int,
    "date": str,
    "customer": str,
    "subject": str,
    "snippet": str,
}
CUSTOMER: Any = {
    "customer": int,
    "name": str,
    "greeting": MAYBE_TEXT,
    "addresses": [str],
    "tickets": int,
    "first_seen": str,
    "last_rating": (dict, None),
    "purchases": int,
}
SURVEY: Any = {
    "survey": int,
    "ticket": int,
    "scale": str,
    "sent": MAYBE_TEXT,
    "rating": (int, None),
    "comment": MAYBE_TEXT,
}
RENDER: Any = {
    "path": str,
    "blocked_remote": int,
    "trackers": int,
    "flattened": bool,
    "truncated": bool,
    "links": [{"text": str, "url": str, "warning": MAYBE_TEXT}],
}
ERROR: Any = {"error": str, "message": str, "hint": str}
_SERVER: Any = {"host": str, "port": int, "tls": str}
ACCOUNT: Any = {
    "account": int,
    "address": str,
    "imap": _SERVER,
    "smtp": _SERVER,
    "user": str,
    "last_receive": MAYBE_TEXT,
    "last_send": MAYBE_TEXT,
    "state": str,
    "detail": (dict, None),
}
SYNC: Any = {
    "account": int,
    "folder": str,
    "server": int,
    "here": int,
    "missing": int,
    "new": int,
    "damaged": int,
    "seconds": float,
}
FOLDERS: Any = {
    "account": int,
    "folder": str,
    "server": int,
    "here": int,
    "missing": int,
    "missing_uids": [int],
    "changed": str,
}
FIGURE: Any = {
    "figure": str,
    "value": (int, float, None),
    "unit": str,
    "n": int,
    "interval": ([float], [int], None),
    "censored": int,
    "left_out": dict,
    "previous": (int, float, None),
    "change": MAYBE_TEXT,
    "tickets": [int],
    "definition": str,
}
REPORT: Any = {"format": str, "path": str, "pages": (int, None)}
RESPONSE: Any = {"name": str, "shortcut": str, "tags": [str], "bodies": dict, "used": int}
MACRO: Any = {"name": str, "key": MAYBE_TEXT, "actions": [dict], "used": int}
SETTING: Any = {"key": str, "value": object, "default": object, "type": str}
BOUNCE: Any = {
    "recipients": [{"address": str, "status": str, "action": str}],
    "reason": str,
    "permanent": bool,
    "original_message_id": MAYBE_TEXT,
}
