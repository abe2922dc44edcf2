"""winmail.dat opened: the body and the files that Outlook wraps in TNEF (MS-OXTNEF, MS-OXCMSG).

A reader of our own: the libraries for it are LGPL and unkept, and what a desk needs is the words
and the files. Linear, capped in depth and number, and never raising: whatever is cut off or
senseless ends the reading, and what was read until then counts.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from solodesk.mail import charsets, rtf

SIGNATURE = b"\x78\x9f\x3e\x22"
_MAX_FILES = 200
_MAX_PROPERTIES = 4000
_MAX_DEPTH = 5
_MESSAGE, _ATTACHMENT = 1, 2
_BODY, _MESSAGE_PROPERTIES, _CODEPAGE = 0x800C, 0x9003, 0x9007
_RENDERING, _DATA, _TITLE, _FILE_PROPERTIES = 0x9002, 0x800F, 0x8010, 0x9005
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8}
_FIXED |= {0x40: 8, 0x48: 16, 0x01: 4}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_PR_SUBJECT, _PR_BODY, _PR_RTF, _PR_HTML = 0x0037, 0x1000, 0x1009, 0x1013
_PR_FILE, _PR_SHORT_NAME, _PR_LONG_NAME, _PR_SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_PR_MIME, _PR_CID, _PR_CODEPAGE = 0x370E, 0x3712, 0x3FDE


@dataclass(slots=True)
class TnefFile:
    """A file inside: its name (may be empty), type (may be empty), Content-ID and bytes."""

    name: str = ""
    mime: str = ""
    content_id: str | None = None
    data: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What a winmail.dat holds; `whole` when nothing of it was cut off."""

    text: str | None = None
    html: str | None = None
    subject: str = ""
    files: list[TnefFile] = field(default_factory=list)
    whole: bool = True


def read_tnef(data: bytes, depth: int = 0) -> Tnef | None:
    """The content of TNEF bytes, or None when they are none. Never raises."""
    if not data.startswith(SIGNATURE):
        return None
    tnef = Tnef()
    codec = "cp1252"
    compressed = b""
    for level, tag, value in _attributes(data, tnef):
        if tag == _CODEPAGE and len(value) >= 4:
            codec = _codec(struct.unpack_from("<I", value)[0])
        elif tag == _BODY and level == _MESSAGE:
            tnef.text = charsets.decode(value.rstrip(b"\0"), codec)
        elif tag == _MESSAGE_PROPERTIES and level == _MESSAGE:
            compressed = _message(tnef, value, codec) or compressed
        elif tag == _RENDERING and len(tnef.files) < _MAX_FILES:
            tnef.files.append(TnefFile())
        elif level == _ATTACHMENT and tnef.files:
            _file(tnef, tag, value, codec, depth)
    if compressed and not tnef.html:
        words, tnef.html = rtf.read_rtf(rtf.decompress(compressed))
        tnef.text = tnef.text or words
    tnef.files = [file for file in tnef.files if file.data or file.name]
    return tnef


def _attributes(data: bytes, tnef: Tnef) -> Iterator[tuple[int, int, bytes]]:
    """(level, tag, value) of each attribute until the bytes end or make no sense."""
    at = 6
    while at + 9 <= len(data):
        level, tag, size = data[at], *struct.unpack_from("<II", data, at + 1)
        end = at + 9 + size
        if level not in {_MESSAGE, _ATTACHMENT} or end > len(data):
            tnef.whole = False
            return
        yield level, tag & 0xFFFF, data[at + 9 : end]
        at = end + 2  # the checksum


def _message(tnef: Tnef, value: bytes, codec: str) -> bytes:
    """Fills in the message's own properties; returns the compressed RTF."""
    compressed = b""
    html: str | bytes | int | None = None
    for tag, content in _properties(value, codec):
        if tag == _PR_SUBJECT and isinstance(content, str):
            tnef.subject = content
        elif tag == _PR_BODY and isinstance(content, str):
            tnef.text = content
        elif tag == _PR_HTML and content:
            html = content
        elif tag == _PR_RTF and isinstance(content, bytes):
            compressed = content
        elif tag == _PR_CODEPAGE and isinstance(content, int):
            codec = _codec(content)
    if isinstance(html, bytes | str):
        tnef.html = charsets.decode(html, codec) if isinstance(html, bytes) else html
    return compressed


def _file(tnef: Tnef, tag: int, value: bytes, codec: str, depth: int) -> None:
    file = tnef.files[-1]
    if tag == _DATA:
        file.data = value
    elif tag == _TITLE and not file.name:
        file.name = charsets.decode(value.rstrip(b"\0"), codec)
    elif tag == _FILE_PROPERTIES:
        _file_properties(tnef, file, value, codec, depth)


def _file_properties(tnef: Tnef, file: TnefFile, value: bytes, codec: str, depth: int) -> None:
    names: dict[int, str] = {}
    for tag, content in _properties(value, codec):
        if tag == _PR_FILE and isinstance(content, bytes):
            if content.startswith(SIGNATURE):
                _embedded(tnef, content, names.get(_PR_SHOWN_NAME, ""), depth)
                file.data = b""  # a picture of an icon stands in for it
            elif content and not file.data:
                file.data = content
        elif tag in {_PR_LONG_NAME, _PR_SHORT_NAME, _PR_SHOWN_NAME} and isinstance(content, str):
            names[tag] = content
        elif tag == _PR_MIME and isinstance(content, str):
            file.mime = content.lower()
        elif tag == _PR_CID and isinstance(content, str):
            file.content_id = content.strip("<> ") or None
    best = names.get(_PR_LONG_NAME) or file.name or names.get(_PR_SHORT_NAME)
    file.name = best or (names.get(_PR_SHOWN_NAME, "") if file.data else "")


def _embedded(tnef: Tnef, data: bytes, name: str, depth: int) -> None:
    """A message attached to the message: its words as a file, its files beside ours."""
    inner = read_tnef(data, depth + 1) if depth < _MAX_DEPTH else None
    if inner is None:
        return
    words = inner.html if inner.html is not None else inner.text
    if words:
        kind = ("text/html", ".html") if inner.html is not None else ("text/plain", ".txt")
        title = (inner.subject or name or "message") + kind[1]
        tnef.files.append(TnefFile(title, kind[0], None, words.encode("utf-8", "replace")))
    tnef.files.extend(inner.files[: max(0, _MAX_FILES - len(tnef.files))])


def _codec(page: int) -> str:
    return {65001: "utf-8", 20127: "ascii", 28591: "cp1252", 1200: "utf-16-le"}.get(
        page, f"cp{page}"
    )


def _properties(data: bytes, codec: str) -> Iterator[tuple[int, str | bytes | int]]:
    """(tag, value) of each MAPI property; of several values only the first."""
    try:
        yield from _read_properties(data, codec)
    except struct.error:
        return


def _read_properties(data: bytes, codec: str) -> Iterator[tuple[int, str | bytes | int]]:
    count, at = min(struct.unpack_from("<I", data)[0], _MAX_PROPERTIES), 4
    for _ in range(count):
        kind, tag = struct.unpack_from("<HH", data, at)
        at = _behind_name(data, at + 4) if tag >= 0x8000 else at + 4
        many, kind = bool(kind & 0x1000), kind & 0xEFFF
        size = _FIXED.get(kind)
        if size is None and kind not in {_STRING8, _UNICODE, _OBJECT, _BINARY}:
            return
        values = 1
        if many or size is None:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        if values > len(data):
            return
        for number in range(values):
            length = size
            if length is None:
                (length,) = struct.unpack_from("<I", data, at)
                at += 4
            if at + length > len(data):
                return
            if number == 0:
                yield tag, _value(kind, data[at : at + length], codec)
            at += length + -length % 4


def _behind_name(data: bytes, at: int) -> int:
    """The offset behind a named property's name: a GUID, then a number or a text."""
    form, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 if form == 0 else at + 24 + int(length) + int(-length % 4)


def _value(kind: int, content: bytes, codec: str) -> str | bytes | int:
    if kind == _UNICODE:
        return charsets.clean(content.decode("utf-16-le", "replace")).rstrip("\0")
    if kind == _STRING8:
        return charsets.decode(content.rstrip(b"\0"), codec)
    if kind == _OBJECT:
        return content[16:]  # behind the name of its interface
    if kind == 0x03:
        return int.from_bytes(content, "little")
    return content
