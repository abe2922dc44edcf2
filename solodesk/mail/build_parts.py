"""Bodies of a message of ours: 7bit, quoted-printable or base64, always CRLF, never 8-bit.

Must not know headers beyond its own Content-* ones.
"""

import base64
import binascii
import re
import secrets
from dataclasses import dataclass

_BREAK = re.compile(r"\r\n|\r|\n")
_ANY_BREAK = re.compile(rb"\r\n|\r|\n")
_FROM = re.compile(rb"^From ", re.MULTILINE)
_ODD = re.compile(rb"[^\t -~]")
_LONG = 78


@dataclass(frozen=True, slots=True)
class Part:
    """A MIME entity: its headers in order, and its body in transfer encoding."""

    headers: tuple[tuple[str, str], ...]
    body: bytes

    def bytes(self) -> bytes:
        """The entity as it stands in a message."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        return lines.encode("ascii") + b"\r\n" + self.body


def wire_lines(text: str) -> str:
    """`text` with CRLF line ends only, without NUL and lone surrogates, ending in one CRLF."""
    clean = text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")
    joined = "\r\n".join(_BREAK.split(clean))
    return joined if joined.endswith("\r\n") else joined + "\r\n"


def encode_text(subtype: str, text: str) -> Part:
    """A text part in the plainest encoding that keeps it safe."""
    data = wire_lines(text).encode("utf-8")
    charset = "us-ascii" if data.isascii() else "utf-8"
    encoding, body = _transfer(data)
    headers = (
        ("Content-Type", f"text/{subtype}; charset={charset}"),
        ("Content-Transfer-Encoding", encoding),
    )
    return Part(headers, body)


def _transfer(data: bytes) -> tuple[str, bytes]:
    if all(_is_plain(line) for line in data.split(b"\r\n")):
        return "7bit", data
    high = sum(byte > 0x7E for byte in data)
    if high * 6 > len(data):
        return "base64", _base64(data)
    # b2a_qp folds with LF when the text has no CRLF of its own.
    quoted = _ANY_BREAK.sub(b"\r\n", binascii.b2a_qp(data, istext=True))
    return "quoted-printable", _FROM.sub(b"=46rom ", quoted)


def _is_plain(line: bytes) -> bool:
    """Whether no relay on the way has a reason to change this line."""
    return (
        len(line) <= _LONG
        and not line.startswith((b"From ", b"."))
        and not line.endswith((b" ", b"\t"))
        and _ODD.search(line) is None
    )


def encode_binary(headers: list[tuple[str, str]], data: bytes) -> Part:
    """A file in base64, with the headers given."""
    return Part((*headers, ("Content-Transfer-Encoding", "base64")), _base64(data))


def _base64(data: bytes) -> bytes:
    text = base64.b64encode(data)
    return b"".join(text[at : at + 76] + b"\r\n" for at in range(0, len(text), 76)) or b"\r\n"


def boundary(pieces: list[bytes]) -> str:
    """A multipart boundary that occurs in none of the pieces."""
    while True:
        mark = f"=_solodesk_{secrets.token_hex(12)}"
        if not any(mark.encode("ascii") in piece for piece in pieces):
            return mark
