"""The headers of one message, read once: who, to whom, when, in answer to what.

Facts only; what they mean (a person, a bounce, a list) is judged in `kinds`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from solodesk.domain.message import Address
from solodesk.mail import addresses, dates, headers
from solodesk.mail.charset_labels import FORCED
from solodesk.mail.structure import Part

_MESSAGE_ID = re.compile(r"<([^<>\s\x00-\x1f\x7f]{1,900})>")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_MAX_REFERENCES = 200
_MAX_SUBJECT = 10_000
_USUAL_LIST = 200
_FAST_CLOCK_MS = 15 * 60_000
_DAY_MS = 86_400_000


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
    defects: tuple[str, ...] = ()
    """What is wrong or suspect about the headers (codes)."""

    @property
    def is_reply(self) -> bool:
        """It answers another mail, by header or by the form of its subject."""
        return bool(self.in_reply_to or self.references or REPLY_SUBJECT.match(self.subject))


REPLY_SUBJECT = re.compile(
    r"^\s*(?:re|aw|antw|antwort|sv|vs|rif|res|r|odp|ynt|yan|vá|απ|bls|отв|ответ|відп|השב|رد|回复|回覆|"
    r"答复|答覆|回信|返信|답장|회신)"
    r"\s*(?:\[\d+\]|\(\d+\)|\^\d+)?\s*[:：]",
    re.IGNORECASE,
)
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|i|enc|vl|vb|doorst|pd|ilt|trs|πρθ|fs|пересл|пер|הועבר|إعادة توجيه|"
    r"转发|轉寄|轉發|转寄|転送|전달)\s*[:：]",
    re.IGNORECASE,
)
"""The sender passes something on. "Re: Fwd:" answers, and is none."""


def read_envelope(root: Part, hint: str | None, now_ms: int | None = None) -> Envelope:
    """The envelope of a message; `hint` is the charset of its body, for raw 8-bit headers.

    `now_ms`: no date is later than the day after.
    """
    defects: list[str] = []
    received = _received(root.first("received"))
    date_ms, offset = _date(root, received, defects)
    if date_ms is not None and now_ms is not None and date_ms > now_ms + _DAY_MS:
        date_ms = offset = None
        defects.append("date_in_future")
    senders = _mailboxes(root, "from", hint, defects)
    writer = next((a for a in senders if a.address), senders[0] if senders else None)
    _suspect(root, writer, defects)
    sender = _mailboxes(root, "sender", hint, defects)
    return Envelope(
        message_id=message_id(root.first("message-id") or b""),
        in_reply_to=message_ids(root.all("in-reply-to")),
        references=message_ids(root.all("references")),
        from_=writer,
        sender=sender[0] if sender else None,
        reply_to=_mailboxes(root, "reply-to", hint, defects),
        to=_mailboxes(root, "to", hint, defects),
        cc=_mailboxes(root, "cc", hint, defects),
        subject=_text(root, "subject", hint)[:_MAX_SUBJECT],
        date_ms=date_ms,
        date_offset_min=offset,
        received_header_ms=received,
        names=frozenset([name for name, _ in root.fields]),
        defects=tuple(defects),
    )


def _suspect(root: Part, writer: Address | None, defects: list[str]) -> None:
    """What the owner should be told about who wrote it."""
    if writer is None:
        defects.append("no_from")
    elif addresses.holds_other_address(writer):
        defects.append("name_holds_other_address")
    if len(root.all("from")) > 1:
        defects.append("several_from")
    if any(len(value) > headers.MAX_HEADER for _, value in root.fields):
        defects.append("header_too_long")


def _date(root: Part, received: int | None, defects: list[str]) -> tuple[int | None, int | None]:
    """The time of writing and its offset: never later than the mail's arrival.

    A clock some minutes fast is left alone. Servers' clocks may be wrong too: the latest of
    their times counts.
    """
    raws = root.all("date")
    found = next((d for raw in raws[:5] if (d := dates.parse_date(headers.text(raw)))), None)
    if found is None:
        if raws:
            defects.append("bad_date")
        return None, None
    if received is not None and found[0] > received + _FAST_CLOCK_MS:
        times = [ms for raw in root.all("received")[:20] if (ms := _received(raw)) is not None]
        latest = max(times, default=received)
        if found[0] > latest + _FAST_CLOCK_MS:
            defects.append("date_in_future")
            return latest, found[1]
    return found


def message_id(raw: bytes) -> str | None:
    """A Message-ID with its brackets, or None when absent, empty or malformed."""
    found = message_ids([raw])
    if found:
        return found[0]
    bare = headers.text(raw)
    if re.fullmatch(r"[^\s<>@]{1,400}@[^\s<>@]{1,400}", bare):
        return f"<{bare}>"
    return None


def message_ids(raws: Sequence[bytes]) -> tuple[str, ...]:
    """Every well-formed id of some headers, in order, once each; at most the last 200."""
    seen: dict[str, None] = {}
    for raw in raws:
        value = headers.unfold(raw)
        found = _MESSAGE_ID.findall(value)
        if not found and "<" in value:  # folded in its middle
            found = _MESSAGE_ID.findall(headers.unfold(_FOLD.sub(b"", raw)))
        for content in found:
            if content.strip("@. ") and content.isprintable():
                seen.setdefault(f"<{content}>")
    return tuple(seen)[-_MAX_REFERENCES:]


def _text(root: Part, name: str, hint: str | None) -> str:
    raw = root.first(name)
    return headers.text(raw, hint) if raw else ""


def _mailboxes(root: Part, name: str, hint: str | None, defects: list[str]) -> tuple[Address, ...]:
    raws = root.all(name)
    if not raws:
        return ()
    found: list[Address] = []
    for raw in raws[:20]:
        if len(raw) <= _USUAL_LIST and raw.isascii() and not (hint and hint[0] == FORCED):
            found.extend(_usual_list(raw))
        else:
            found.extend(addresses.read_list(headers.unfold(raw, hint), hint))
        if len(found) > addresses.MAX_ADDRESSES:
            if "too_many_addresses" not in defects:
                defects.append("too_many_addresses")
            break
    return tuple(found[: addresses.MAX_ADDRESSES])


@lru_cache(maxsize=2048)
def _usual_list(raw: bytes) -> tuple[Address, ...]:
    """A short list: the same people stand in most mails of a mailbox."""
    return addresses.read_list(headers.unfold(raw))


def _received(raw: bytes | None) -> int | None:
    """The time a Received header tells, or None."""
    if raw is None:
        return None
    tail = raw[raw.rfind(b";") + 1 :].strip()
    found = dates.parse_date(tail.decode("ascii")) if tail.isascii() and tail != raw else None
    return found[0] if found else dates.received_ms(headers.unfold(raw[-1000:]))
