"""Delivery reports: which recipients a mail of ours did not reach, and why.

Reads RFC 3464 reports and the free texts of qmail, Exim, Exchange, Lotus, Chinese providers and
their like. Whether a mail *is* a bounce is decided in `kinds` with the evidence found here.
"""

import re

from solodesk.domain.message import Bounce, BounceRecipient
from solodesk.mail import addresses, envelope, headers, reasons, structure
from solodesk.mail.structure import Part, Skeleton

_MAX_RECIPIENTS = 100
_ACTION = re.compile(r"[a-z]+")
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY = re.compile(r"(?:^|[\s:<#'\"])([45])[0-5]\d[ -](?=\S)", re.MULTILINE)
_ID_LINE = re.compile(r"^[> \t]*Message-ID:\s*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'=-]{1,80}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,24}")
_STANDING = re.compile(
    r"^[^\S\n]{0,12}(?:[^\W\d_][^\n:：@<]{0,30}[:：][^\S\n]*)?<?"
    r"([A-Za-z0-9._%+'=-]{1,80}@[A-Za-z0-9.-]{1,120}\.[A-Za-z]{2,24})>?[^\S\n]{0,3}"
    r"(?:$|[:：,;.]|[^\S\n]*\(|\n)",
    re.MULTILINE,
)
"""A line that is an address, begins with "<address>:", or is "To: address"."""
_ORIGINAL_BELOW = re.compile(
    r"^(?:-{2,}.{0,60}(?:copy of the message|original message|returned message|undelivered message|"
    r"message header|原邮件|原始邮件|headers? of).{0,60}|received: from .*|return-path: .*|_{6,}|"
    r"original message (?:headers|follows).*|diagnostic information for administrators.*)$",
    re.IGNORECASE | re.MULTILINE,
)
Report = tuple[list[BounceRecipient], str, str | None]
"""Recipients, what servers said, the Message-ID of our message."""


def read_report(skeleton: Skeleton) -> Report | None:
    """(recipients, diagnostics, id of our message) of a delivery-status report, or None.

    Source: RFC 3464 2.1-2.3 (per-recipient fields), RFC 6522 (the returned message).
    """
    status = next((p for p in skeleton.leaves if p.mime.endswith("delivery-status")), None)
    if status is None:
        return None
    blocks = _blocks(skeleton, status)
    recipients: list[BounceRecipient] = []
    diagnostics: list[str] = []
    original: str | None = None
    for block in blocks:
        original = original or envelope.message_id(
            block.get("original-message-id", "").encode("utf-8", "replace")
        )
        named = [
            block.get(f"{which}-recipient", "").rpartition(";")[2]
            for which in ("final", "original")
        ]
        address = addresses.tidy_address(next((n for n in named if "@" in n), named[0] or named[1]))
        if not address:
            continue
        said = _STATUS.search(block.get("status", "")) or _STATUS.search(
            block.get("diagnostic-code", "")
        )
        action = _ACTION.match(block.get("action", "").lower().strip())
        recipients.append(BounceRecipient(address, said[0] if said else None, _action(action)))
        diagnostics.append(block.get("diagnostic-code", ""))
        if len(recipients) >= _MAX_RECIPIENTS:
            break
    return recipients, "\n".join(diagnostics), original or returned_id(skeleton)


def _action(match: re.Match[str] | None) -> str | None:
    """The action by its RFC name, whatever the mailer called it."""
    if match is None:
        return None
    return "failed" if match[0].startswith(("fail", "error", "reject")) else match[0]


def _blocks(skeleton: Skeleton, part: Part) -> list[dict[str, str]]:
    data, _ = structure.content(skeleton.raw, part)
    blocks = []
    for chunk in re.split(rb"\r?\n[ \t]*\r?\n|\r\r", data[:500_000])[: _MAX_RECIPIENTS + 5]:
        fields = structure.scan_embedded(chunk, 0, len(chunk))
        if fields:
            blocks.append({name: headers.text(value) for name, value in reversed(fields)})
    return blocks


def returned_id(skeleton: Skeleton) -> str | None:
    """The Message-ID of the returned message or of its returned headers."""
    for part in skeleton.leaves:
        if part.mime in {
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
            "message/rfc822-headers",
        }:
            data, _ = structure.content(skeleton.raw, part)
            for name, value in structure.scan_embedded(data, 0, min(len(data), 200_000)):
                if name == "message-id":
                    return envelope.message_id(value)
    return None


def make_bounce(
    recipients: list[BounceRecipient], diagnostics: str, original: str | None, words: str
) -> Bounce:
    """The bounce with its reason judged from statuses, diagnostics and, last, its words."""
    failed = [r for r in recipients if r.action in {None, "failed"}] or recipients
    actions = {r.action for r in recipients}
    delayed_only = bool(actions) and actions <= {"delayed"}
    codes = [r.status or "" for r in failed]
    why = "temporary"
    if not delayed_only:
        why = reasons.reason(codes, diagnostics, _above_original(words))
    permanent = not delayed_only and (
        "failed" in actions or why != "temporary" or any(code.startswith("5") for code in codes)
    )
    return Bounce(tuple(recipients), why, permanent, original)


def from_text(
    words: str, listed: list[str], own: frozenset[str], references: tuple[str, ...]
) -> Bounce:
    """A bounce told in free words; `listed` are addresses of X-Failed-Recipients, if any."""
    above = _above_original(words)
    own_domains = {address.rpartition("@")[2] for address in own}
    named, sure = (listed, True) if listed else _named(above)
    unique = [a for a in named if a.lower() not in own and not _is_robot(a)]
    others = [a for a in unique if a.lower().rpartition("@")[2] not in own_domains]
    unique = (others or unique)[: _MAX_RECIPIENTS if sure else 1]
    said = _STATUS.search(above)
    status = said[0] if said else None
    recipients = [BounceRecipient(address, status, None) for address in unique]
    match = _ID_LINE.search(words)
    original = match[1] if match else (references[-1] if references else None)
    why = reasons.reason([status] if status else [], above)
    code = status[0] if status else next((m[1] for m in [_REPLY.search(above)] if m), None)
    permanent = code != "4" if code else why != "temporary"
    return Bounce(tuple(recipients), why, permanent, original)


def _named(above: str) -> tuple[list[str], bool]:
    """Addresses, and whether they stand where servers name recipients."""
    above = _ID_LINE.sub("", above)
    standing = [m[1] for m in _STANDING.finditer(above)]
    found = standing or _ADDRESS.findall(above)
    tidy = [addresses.tidy_address(a.rstrip(".'")) for a in found]
    unique = list(dict.fromkeys(a for a in tidy if not _is_robot(a)))
    return unique, bool(standing)


def _is_robot(address: str) -> bool:
    return bool(
        re.match(
            r"(?:mailer-daemon|postmaster|no-?reply|mail-daemon|abuse|"
            r"admin(?:istrator)?)@",
            address,
            re.IGNORECASE,
        )
    )


def _above_original(words: str) -> str:
    match = _ORIGINAL_BELOW.search(words, 40)
    return words[: match.start()][:8000] if match else words[:4000]
