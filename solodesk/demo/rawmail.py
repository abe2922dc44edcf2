"""Bytes of a sample mail, the way its program would have written them.

Charsets differ on purpose (utf-8, iso-8859-1, gb2312 label, GBK, gb18030), as do transfer
encodings and message ids. Deterministic: boundaries come from the message id. Must not be used
for mail that really leaves: that is `mail.build`.
"""

import base64
import hashlib
import quopri
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.utils import format_datetime
from random import Random

from solodesk.demo.files import SampleFile
from solodesk.demo.letters import Letter, full_html, full_text
from solodesk.demo.samples import Mailer, Person

_USER_AGENT = {
    Mailer.OUTLOOK: ("X-Mailer", "Microsoft Outlook 16.0"),
    Mailer.APPLE: ("X-Mailer", "Apple Mail (2.3774.300.61.1.2)"),
    Mailer.IPHONE: ("X-Mailer", "iPhone Mail (22B83)"),
    Mailer.THUNDERBIRD: ("User-Agent", "Mozilla Thunderbird"),
    Mailer.QQ: ("X-Mailer", "QQMail 2.x"),
    Mailer.NETEASE: ("X-Mailer", "Coremail Webmail Server Version XT6.0"),
}
_WITHOUT_HTML = frozenset({Mailer.THUNDERBIRD, Mailer.IPHONE})


@dataclass(frozen=True, slots=True)
class Encoding:
    """How text becomes bytes: the label printed, the codec used, the transfer encoding."""

    label: str
    codec: str
    transfer: str


def encoding_of(person: Person, text: str) -> Encoding:
    """What `person`'s program would choose for `text`; utf-8 where its own cannot write it."""
    chinese = person.lang == "zh"
    choice = Encoding("UTF-8", "utf-8", "base64" if chinese else "quoted-printable")
    if person.charset == "iso-8859-1":
        choice = Encoding("iso-8859-1", "latin-1", "quoted-printable")
    elif person.mailer is Mailer.QQ:
        choice = Encoding("gb18030", "gb18030", "base64")
    elif person.mailer is Mailer.NETEASE:
        choice = Encoding("GBK", "gbk", "base64")
    elif person.mailer is Mailer.OUTLOOK and chinese:
        choice = Encoding("gb2312", "gb18030", "base64")
    elif person.mailer is Mailer.THUNDERBIRD:
        choice = Encoding("UTF-8", "utf-8", "8bit")
    try:
        text.encode(choice.codec)
    except UnicodeEncodeError:
        return Encoding("utf-8", "utf-8", "base64")
    return choice


def new_id(person: Person, rng: Random) -> str:
    """A Message-ID of the shape `person`'s program makes, with brackets."""
    digits = f"{rng.getrandbits(96):024x}"
    domain = person.address.partition("@")[2]
    match person.mailer:
        case Mailer.GMAIL:
            return f"<CAF{digits[:10]}+{digits[10:22].upper()}@mail.{domain}>"
        case Mailer.OUTLOOK:
            return f"<{digits[:12].upper()}.{digits[12:].upper()}@prod.{domain}>"
        case Mailer.APPLE | Mailer.IPHONE:
            d = digits.upper()
            return f"<{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[12:24]}@{domain}>"
        case Mailer.QQ:
            return f"<tencent_{digits.upper()}@{domain}>"
        case Mailer.NETEASE:
            return f"<{digits[:8]}.{digits[8:12]}.{digits[12:]}.Coremail@{domain}>"
        case _:
            return f"<{digits}@{domain}>"


def header(name: str, value: str, label: str = "utf-8") -> bytes:
    """One header line, folded; words outside ASCII as RFC 2047 encoded words in `label`."""
    if value.isascii():
        return _folded(name, value)
    charset = Charset(label)
    charset.header_encoding = QP if label.lower().startswith("iso-8859") else BASE64
    coded = Header(value, charset, maxlinelen=74, header_name=name).encode(linesep="\r\n")
    return f"{name}: {coded}\r\n".encode("ascii")


def _folded(name: str, value: str) -> bytes:
    line, rows = f"{name}:", []
    for word in value.split(" "):
        if len(line) + len(word) > 75 and line.strip() and not line.endswith(":"):
            rows.append(line)
            line = ""
        line += " " + word
    return "\r\n".join([*rows, line]).encode("ascii") + b"\r\n"


def address_header(name: str, person: Person, label: str) -> bytes:
    """`Name: "Display" <address>`; the display name encoded when it must be."""
    if person.name.isascii():
        plain = all(c.isalnum() or c in " '-" for c in person.name)
        shown = person.name if plain else f'"{person.name}"'
        return f"{name}: {shown} <{person.address}>\r\n".encode("ascii")
    coded = header(name, person.name, label).rstrip(b"\r\n")
    return coded + f" <{person.address}>\r\n".encode("ascii")


def _leaf(mime: str, text: str, encoding: Encoding) -> bytes:
    body = "\r\n".join(text.split("\n")).encode(encoding.codec)
    if encoding.transfer == "base64":
        body = _base64(body)
    elif encoding.transfer == "quoted-printable":
        rows = body.split(b"\r\n")
        body = b"\r\n".join(quopri.encodestring(row).replace(b"\n", b"\r\n") for row in rows)
    head = (
        f'Content-Type: {mime}; charset="{encoding.label}"\r\n'
        f"Content-Transfer-Encoding: {encoding.transfer}\r\n\r\n"
    )
    return head.encode("ascii") + body + b"\r\n"


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).rstrip(b"\n").replace(b"\n", b"\r\n")


def attachment(file: SampleFile, label: str = "utf-8") -> bytes:
    """A file as a MIME part; names outside ASCII as RFC 2231 and, for old readers, RFC 2047."""
    if file.name.isascii():
        named, disposed = f'; name="{file.name}"', f'; filename="{file.name}"'
    else:
        coded = Header(file.name, label).encode(linesep="\r\n")
        percent = "".join(f"%{byte:02X}" for byte in file.name.encode())
        named = f';\r\n name="{coded}"'
        disposed = f";\r\n filename*=UTF-8''{percent}"
    kind = "attachment" if file.content_id is None else "inline"
    head = f"Content-Type: {file.mime}{named}\r\nContent-Disposition: {kind}{disposed}\r\n"
    if file.content_id is not None:
        head += f"Content-ID: <{file.content_id}>\r\n"
    head += "Content-Transfer-Encoding: base64\r\n\r\n"
    return head.encode("ascii") + _base64(file.data) + b"\r\n"


def multipart(subtype: str, parts: Sequence[bytes], seed: str, extra: str = "") -> bytes:
    """The parts in a multipart whose boundary comes from `seed`."""
    mark = "----=_Part_" + hashlib.sha256(f"{seed} {subtype}".encode()).hexdigest()[:24]
    head = f'Content-Type: multipart/{subtype}; boundary="{mark}"{extra}\r\n\r\n'
    inner = b"".join(b"--" + mark.encode() + b"\r\n" + part for part in parts)
    return head.encode("ascii") + inner + b"--" + mark.encode() + b"--\r\n"


def body_parts(letter: Letter, encoding: Encoding) -> bytes:
    """Content headers and body of `letter`: plain, or alternative, with its files."""
    text = _leaf("text/plain", full_text(letter) + "\n", encoding)
    inline = [file for file in letter.files if file.content_id is not None]
    attached = [file for file in letter.files if file.content_id is None]
    seed = letter.message_id
    if letter.html is None and letter.sender.mailer in _WITHOUT_HTML and not inline:
        body = text
    else:
        page = f'<html><head></head><body style="font-size:11pt">{full_html(letter)}</body></html>'
        html = _leaf("text/html", page + "\n", encoding)
        if inline:
            parts = [html, *(attachment(file, encoding.label) for file in inline)]
            html = multipart("related", parts, seed)
        body = multipart("alternative", [text, html], seed)
    if attached:
        parts = [body, *(attachment(file, encoding.label) for file in attached)]
        body = multipart("mixed", parts, seed)
    return body


def envelope(letter: Letter, label: str, *, received: bool) -> bytes:
    """The header lines up to MIME-Version, with Return-Path and Received when `received`."""
    date = letter.date.astimezone(letter.sender.zone).replace(microsecond=0)
    out = bytearray()
    if received:
        out += received_header(letter, letter.date + timedelta(seconds=2))
    out += address_header("From", letter.sender, label)
    out += address_header("To", letter.to, label)
    if letter.reply_to is not None:
        out += address_header("Reply-To", letter.reply_to, label)
    out += header("Subject", letter.subject, label)
    out += f"Date: {format_datetime(date)}\r\nMessage-ID: {letter.message_id}\r\n".encode("ascii")
    if letter.in_reply_to is not None:
        out += f"In-Reply-To: {letter.in_reply_to}\r\n".encode("ascii")
    if letter.references:
        out += ("References: " + "\r\n ".join(letter.references) + "\r\n").encode("ascii")
    agent = _USER_AGENT.get(letter.sender.mailer)
    if agent is not None and received:
        out += header(*agent)
    for name, value in letter.headers:
        out += header(name, value, label)
    out += b"MIME-Version: 1.0\r\n"
    return bytes(out)


def received_header(letter: Letter, at: datetime) -> bytes:
    """Return-Path and the topmost Received line, as the shop's mail server writes them."""
    host = "mail." + letter.sender.address.partition("@")[2]
    number = hashlib.sha256(letter.message_id.encode()).hexdigest()[:10].upper()
    when = format_datetime(at.replace(microsecond=0))
    return (
        f"Return-Path: <{letter.sender.address}>\r\n"
        f"Received: from {host} by mx.lin.studio with ESMTPS id {number}\r\n"
        f" for <{letter.to.address}>; {when}\r\n"
    ).encode("ascii")


def raw_of(letter: Letter, *, received: bool = True) -> bytes:
    """The whole mail, CRLF line ends."""
    encoding = encoding_of(letter.sender, full_text(letter) + letter.subject)
    return envelope(letter, encoding.label, received=received) + body_parts(letter, encoding)
