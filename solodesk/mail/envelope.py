"""The headers of one message, read once: who, to whom, when, in answer to what.

Facts only; what they mean (a person, a bounce, a list) is judged in `kinds`.
"""

import re
from dataclasses import dataclass

from solodesk.domain.message import Address
from solodesk.mail import addresses, dates, headers
from solodesk.mail.structure import Part

_MESSAGE_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,900})>")
_MAX_REFERENCES = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """Decoded headers; absent ones are None or empty."""

    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    from_: Address | None
    sender: Address | None
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date_ms: int | None
    date_offset_min: int | None
    received_header_ms: int | None
    names: frozenset[str]
    """Lower-case names of every header present."""

    @property
    def is_reply(self) -> bool:
        """It answers another mail, by header or by the form of its subject."""
        return bool(self.in_reply_to or self.references or REPLY_SUBJECT.match(self.subject))


REPLY_SUBJECT = re.compile(
    r"^\s*(?:re|aw|antw|antwort|sv|vs|rif|res|r|odp|ynt|vá|回复|回覆|答复|答覆|返信|답장|отв|ответ)"
    r"\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]",
    re.IGNORECASE,
)
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:(?:re|aw|回复|答复)\s*[:：]\s*)?(?:fwd?|"
    r"wg|tr|rv|i|enc|vl|vb|doorst|pd|ilt|转发|轉寄|"
    r"轉發|転送|전달|"
    r"пересл|fs)\s*[:：]",
    re.IGNORECASE,
)


def read_envelope(root: Part, hint: str | None) -> Envelope:
    """The envelope of a message; `hint` is the charset of its body, for raw 8-bit headers."""
    date = dates.parse_date(_text(root, "date", hint))
    sender = _mailboxes(root, "sender", hint)
    senders = _mailboxes(root, "from", hint)
    return Envelope(
        message_id=message_id(root.first("message-id") or root.first("message-id:") or b""),
        in_reply_to=message_ids(root.all("in-reply-to")),
        references=message_ids(root.all("references")),
        from_=next((a for a in senders if a.address), senders[0] if senders else None),
        sender=sender[0] if sender else None,
        reply_to=_mailboxes(root, "reply-to", hint),
        to=_mailboxes(root, "to", hint),
        cc=_mailboxes(root, "cc", hint),
        subject=_text(root, "subject", hint),
        date_ms=date[0] if date else None,
        date_offset_min=date[1] if date else None,
        received_header_ms=_received(root),
        names=frozenset(name for name, _ in root.fields),
    )


def message_id(raw: bytes) -> str | None:
    """A Message-ID with its brackets, or None when absent, empty or malformed."""
    found = message_ids([raw])
    if found:
        return found[0]
    bare = headers.text(raw)
    if re.fullmatch(r"[^\s<>@]{1,400}@[^\s<>@]{1,400}", bare):
        return f"<{bare}>"
    return None


def message_ids(raws: list[bytes]) -> tuple[str, ...]:
    """Every well-formed id of some headers, in order, once each; at most the last 200."""
    seen: dict[str, None] = {}
    for raw in raws:
        if not raw:
            continue
        value = headers.unfold(raw)
        for match in _MESSAGE_ID.finditer(value):
            content = match[1]
            if content.strip("@. ") and content.isprintable():
                seen.setdefault(f"<{content}>")
    return tuple(seen)[-_MAX_REFERENCES:]


def _text(root: Part, name: str, hint: str | None) -> str:
    raw = root.first(name)
    return headers.text(raw, hint) if raw else ""


def _mailboxes(root: Part, name: str, hint: str | None) -> tuple[Address, ...]:
    found: list[Address] = []
    for raw in root.all(name)[:20]:
        found.extend(addresses.parse_addresses(raw, hint))
    return tuple(found[: addresses.MAX_ADDRESSES])


def _received(root: Part) -> int | None:
    raw = root.first("received")
    if raw is None:
        return None
    _, mark, stamp = headers.unfold(raw[-2000:]).rpartition(";")
    found = dates.parse_date(stamp) if mark else None
    return found[0] if found else None
