"""The final bytes of a message of ours: what is checked here is exactly what goes out.

Written out by hand rather than with `email.message.EmailMessage`, whose header writing has let
decoded line breaks become header lines (CVE-2024-6923) and differs between Python versions.
Whatever comes in — a customer's subject, name or file name — can only ever become a value: it is
cleaned, encoded, and the finished bytes are parsed again and compared before they are given back.
Must not know who is a customer, choose recipients, or touch the network.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta, timezone
from email.utils import format_datetime

from solodesk.base.clock import utc
from solodesk.domain.message import Address
from solodesk.mail.build_check import check_final
from solodesk.mail.build_headers import (
    address_list,
    content_type_name,
    disposition,
    id_list,
    one_id,
    plain_address,
    safe_name,
    single_line,
    unstructured,
)
from solodesk.mail.build_parts import Part, boundary, encode_binary, encode_text

_MIME = re.compile(r"^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}$")
_EXTRA_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9-]{0,70}$")
_CONTENT_ID = re.compile(r"[^A-Za-z0-9.@_+-]")
_OURS = frozenset(
    {
        *("from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to"),
        *("references", "reply-to", "mime-version", "content-type", "content-disposition"),
        *("content-transfer-encoding", "content-id"),
    }
)


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file sent along; `content_id` (without brackets) is set for images shown in the HTML."""

    name: str
    mime: str
    data: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """Everything a message of ours says. `bcc` goes into the envelope only, never into the bytes.

    `message_id`, `in_reply_to` and `references` carry angle brackets. `offset_min` is the owner's
    zone at `date_ms`, in minutes east of UTC.
    """

    from_: Address
    to: tuple[Address, ...]
    subject: str
    text: str
    message_id: str
    date_ms: int
    offset_min: int = 0
    html: str | None = None
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    attachments: tuple[OutgoingFile, ...] = ()
    inline: tuple[OutgoingFile, ...] = ()
    extra_headers: tuple[tuple[str, str], ...] = ()


def new_message_id(domain: str) -> str:
    """A fresh Message-ID on `domain` with 128 random bits, so that nobody can guess it."""
    host = plain_address(f"x@{domain}").partition("@")[2]
    return f"<{secrets.token_hex(16)}@{host}>"


def envelope(mail: OutgoingMail) -> tuple[str, ...]:
    """The addresses the message goes to (to, cc, bcc), each once, as SMTP wants them.

    KnownError `bad_address` or `address_not_ascii`.
    """
    everyone = (*mail.to, *mail.cc, *mail.bcc)
    return tuple(dict.fromkeys(plain_address(each.address) for each in everyone))


def build(mail: OutgoingMail) -> bytes:
    """The message as bytes: CRLF, ASCII, lines ≤ 998 (RFC 5322, 2045–2047, 2231).

    KnownError `bad_address` / `address_not_ascii` for an address that cannot be written;
    ValueError for an extra header that is not one (a bug of the caller).
    """
    headers = _headers(mail)
    body = _body(mail)
    final = Part((*headers, *body.headers), body.body).bytes()
    check_final(final, [name for name, _ in (*headers, *body.headers)], mail.text, mail.html)
    return final


def _headers(mail: OutgoingMail) -> list[tuple[str, str]]:
    zone = timezone(timedelta(minutes=mail.offset_min))
    headers = [("From", address_list("From", (mail.from_,)))]
    for name, people in (("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if people:
            headers.append((name, address_list(name, people)))
    headers.append(("Subject", unstructured("Subject", mail.subject)))
    headers.append(("Date", format_datetime(utc(mail.date_ms).astimezone(zone))))
    headers.append(("Message-ID", one_id(mail.message_id)))
    answered = id_list((mail.in_reply_to,) if mail.in_reply_to else ())
    if answered:
        headers.append(("In-Reply-To", answered))
    chain = id_list(mail.references)
    if chain:
        headers.append(("References", chain))
    for name, value in mail.extra_headers:
        if not _EXTRA_NAME.match(name) or name.lower() in _OURS:
            message = f"not an extra header: {name!r}"
            raise ValueError(message)
        headers.append((name, unstructured(name, value)))
    headers.append(("MIME-Version", "1.0"))
    return headers


def _body(mail: OutgoingMail) -> Part:
    part = encode_text("plain", mail.text)
    if mail.html is not None:
        rich = encode_text("html", mail.html)
        if mail.inline:
            rich = _multipart("related", [rich, *(_file(each, True) for each in mail.inline)])
        part = _multipart("alternative", [part, rich])
    files = mail.attachments if mail.html is not None else (*mail.attachments, *mail.inline)
    if files:
        part = _multipart("mixed", [part, *(_file(each, False) for each in files)])
    return part


def _file(file: OutgoingFile, inline: bool) -> Part:
    name = safe_name(file.name)
    # A message part may not be base64 (RFC 2046 5.2.1) and a multipart is not a file.
    mime = file.mime.lower().strip()
    if not _MIME.match(mime) or mime.startswith(("message/", "multipart/")):
        mime = "application/octet-stream"
    headers = [
        ("Content-Type", mime + content_type_name(name)),
        ("Content-Disposition", disposition("inline" if inline else "attachment", name)),
    ]
    if inline and file.content_id:
        clean = _CONTENT_ID.sub("", single_line(file.content_id))[:200]
        headers.append(("Content-ID", f"<{clean}>"))
    return encode_binary(headers, file.data)


def _multipart(kind: str, parts: list[Part]) -> Part:
    pieces = [part.bytes() for part in parts]
    mark = boundary(pieces)
    line = b"--" + mark.encode("ascii")
    body = b"".join(line + b"\r\n" + piece + b"\r\n" for piece in pieces) + line + b"--\r\n"
    return Part((("Content-Type", f'multipart/{kind};\r\n boundary="{mark}"'),), body)
