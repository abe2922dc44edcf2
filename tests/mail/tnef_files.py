"""Builds winmail.dat files (MS-OXTNEF) for tests, byte by byte as Outlook does."""

import base64
import struct

_PT_STRING8, _PT_UNICODE, _PT_BINARY, _PT_OBJECT, _PT_LONG = 0x1E, 0x1F, 0x102, 0x0D, 0x03

Property = tuple[int, str | bytes | int | tuple[bytes]]


def properties(*listed: Property) -> bytes:
    """A MAPI property stream; a tuple of bytes becomes an embedded object."""
    out = [struct.pack("<I", len(listed))]
    for tag, value in listed:
        if isinstance(value, int):
            out.append(struct.pack("<HHI", _PT_LONG, tag, value))
            continue
        kind, data = _PT_BINARY, b""
        if isinstance(value, str):
            kind, data = _PT_UNICODE, value.encode("utf-16-le") + b"\0\0"
        elif isinstance(value, tuple):
            kind, data = _PT_OBJECT, b"I" * 16 + value[0]
        else:
            data = value
        out.append(struct.pack("<HHII", kind, tag, 1, len(data)) + data + bytes(-len(data) % 4))
    return b"".join(out)


def attribute(level: int, tag: int, data: bytes) -> bytes:
    """One TNEF attribute with its checksum."""
    return struct.pack("<BII", level, tag, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def file(name: str, data: bytes, *more: Property, codec: str = "cp1252") -> bytes:
    """The attributes of one attached file."""
    return (
        attribute(2, 0x00069002, bytes(14))
        + attribute(2, 0x00018010, name.encode(codec, "replace") + b"\0")
        + attribute(2, 0x0006800F, data)
        + attribute(2, 0x00069005, properties((0x3707, name), *more))
    )


def tnef(message: bytes = b"", files: bytes = b"", codepage: int = 1252) -> bytes:
    """A winmail.dat; `message` is the message's property stream."""
    head = b"\x78\x9f\x3e\x22\x01\x00" + attribute(1, 0x00089006, struct.pack("<I", 0x10000))
    head += attribute(1, 0x00069007, struct.pack("<II", codepage, 0))
    return head + (attribute(1, 0x00069003, message) if message else b"") + files


def compressed_rtf(rtf: bytes) -> bytes:
    """RTF in the compressed form, all of it as literals (MS-OXRTFCP)."""
    body = b"".join(b"\0" + rtf[at : at + 8] for at in range(0, len(rtf), 8))
    return struct.pack("<IIII", len(body) + 12, len(rtf), 0x75465A4C, 0) + body


def mail(data: bytes, words: str = "") -> str:
    """A mail that carries a winmail.dat, as the corpus writes one."""
    encoded = base64.encodebytes(data).decode("ascii").strip()
    head = "From: ann@mail.example\nContent-Type: multipart/mixed; boundary=b\n\n"
    return (
        f"{head}--b\nContent-Type: text/plain\n\n{words}\n--b\n"
        'Content-Type: application/ms-tnef; name="winmail.dat"\n'
        f"Content-Transfer-Encoding: base64\n\n{encoded}\n--b--"
    )
