"""Transfer encodings undone: base64, quoted-printable, uuencode and yEnc, as they really come.

Works on bytes only, never raises, and never makes more of them than came in. Must not know
charsets or what the bytes mean.
"""

import binascii
import re
from dataclasses import dataclass

from solodesk.mail import headers

_QP_SOFT = re.compile(rb"=[ \t]*\r?\n")
_AS_IS = frozenset(
    {b"", b"7bit", b"8bit", b"binary", b"7-bit", b"8-bit", b"7bits", b"8bits", b"none", b"utf-8"}
    | {b"us-ascii", b"ascii", b"utf8", b"text", b"plain", b"7", b"8"}
)
_TOKEN = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]*")
_UU_NAMES = frozenset({b"x-uuencode", b"uuencode", b"x-uue", b"uue", b"x-uu"})
_YENC_NAMES = frozenset({b"x-yenc", b"yenc", b"x-yencode"})
_UU_BEGIN = re.compile(rb"(?m)^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n")
_YENC_BEGIN = re.compile(rb"(?m)^=ybegin ([^\r\n]{0,200}?)name=([^\r\n]{0,300})\r?\n")
_YENC_TABLE = bytes((value - 42) % 256 for value in range(256))
_YENC_ESCAPED = bytes((value - 106) % 256 for value in range(256))
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}\Z")
_PADDED = re.compile(rb"=[ \t]*\r?\n(?=[A-Za-z0-9+/])")
_UU_FULL = 45
_MAX_BLOCKS = 50


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file found inside a text: its name as written there, its bytes, and where it stood."""

    name: bytes
    data: bytes
    start: int
    end: int


def decode(data: bytes, encoding: bytes) -> tuple[bytes, str | None]:
    """`data` with the transfer encoding of a part undone, and the defect met on the way, if any.

    `encoding` is the raw header value; labels are believed only as far as the bytes bear them out.
    """
    found = _TOKEN.search(encoding)
    token = found[0].lower() if found else b""
    if token == b"base64":
        return _base64(data)
    if token in {b"quoted-printable", b"quoted_printable", b"qp", b"quotedprintable"}:
        if b"= " in data or b"=\t" in data:  # blanks between the sign and the end of its line
            data = _QP_SOFT.sub(b"=\n", data)
        return binascii.a2b_qp(data), None
    if token in _AS_IS:
        return data, None
    if token in _UU_NAMES:
        files = uuencoded(data)
        return (files[0].data, None) if files else _uu_lines(data)[:2]
    if token in _YENC_NAMES:
        files = yencoded(data)
        return (files[0].data, None) if files else (data, "bad_yenc")
    return data, "unknown_transfer_encoding"


def _base64(data: bytes) -> tuple[bytes, str | None]:
    if _plain_words(data):
        return data, "not_base64"
    try:
        return _base64_runs(data), None
    except (binascii.Error, ValueError):
        return headers.lenient_base64(data), "bad_base64"


def big_base64(data: memoryview) -> tuple[bytes, str | None]:
    """Like `decode` for Base64 of many megabytes: one copy, unless something is odd about it."""
    try:
        decoded = binascii.a2b_base64(data)
    except (binascii.Error, ValueError):
        return _base64(bytes(data))
    if len(decoded) * 3 < len(data) * 2:  # it ended early, or there is much between the lines
        return _base64(bytes(data))
    return decoded, None


def _plain_words(data: bytes) -> bool:
    """Text that only claims to be base64: whole words, with spaces between them."""
    sample = data[:400].strip()
    if sample.count(b" ") < 4 and b"<" not in sample:
        return False
    lines = [line.strip() for line in sample.splitlines()[:-1] or [sample]]
    return not any(len(line) > 30 and _BASE64_LINE.match(line) for line in lines)


def _base64_runs(data: bytes) -> bytes:
    """Base64, also when several padded runs stand one after the other.

    What follows the padding and is no base64 is a mailing list's footer and is left out.
    """
    decoded = binascii.a2b_base64(data)
    first = data.find(b"=")
    padded = _PADDED.search(data, first) if 0 <= first < len(data) - 6 else None
    if padded is None:
        return decoded
    out = [decoded]
    for piece in _PADDED.split(data[padded.end() :])[:10_000]:
        if not _BASE64_LINE.match(b"".join(piece.split(None))) or b" " in piece.strip():
            break
        out.append(binascii.a2b_base64(piece + b"=="))
    return b"".join(out)


def uuencoded(data: bytes) -> list[Enclosed]:
    """The uuencoded files inside a text ("begin 644 name" … "end"); a sentence is none."""
    found: list[Enclosed] = []
    at = 0
    while len(found) < _MAX_BLOCKS and (begin := _UU_BEGIN.search(data, at)):
        start = begin.end()
        if begin[0].startswith(b"begin-base64"):
            stop = data.find(b"\n====", start)
            end = len(data) if stop < 0 else stop + 5
            content, defect = _base64(data[start : len(data) if stop < 0 else stop])
        else:
            content, defect, end = _uu_lines(data, start)
        if content and defect is None:
            found.append(Enclosed(begin[1].strip(), content, begin.start(), end))
            at = end
        else:
            at = start
            if begin[0].startswith(b"begin-base64"):
                break
    return found


def _uu_lines(data: bytes, start: int = 0) -> tuple[bytes, str | None, int]:
    """(bytes, defect, where reading stopped) of uuencoded lines from `start` up to "end"."""
    out: list[bytes] = []
    at = start
    while at < len(data):
        stop = data.find(b"\n", at)
        following = len(data) if stop < 0 else stop + 1
        line = data[at:following].rstrip(b"\r\n")
        at = following
        if line.strip() == b"end":
            return b"".join(out), None, at
        if not line.strip():
            continue
        piece = None if line.startswith(b"begin ") else _uu_line(line)
        if piece is None:
            return b"".join(out), "bad_uuencode", at
        out.append(piece)
    # Cut off before "end": believed only when it looks like a file, not like a sentence.
    whole = bool(out) and len(out[0]) == _UU_FULL
    return b"".join(out), None if whole else "bad_uuencode", at


def _uu_line(line: bytes) -> bytes | None:
    wanted = (((line[0] - 32) & 63) * 4 + 5) // 3
    for attempt in (line, line[: wanted + 1], line[:wanted]):
        try:
            return binascii.a2b_uu(attempt)
        except (binascii.Error, ValueError):
            continue
    return None


def yencoded(data: bytes) -> list[Enclosed]:
    """The yEnc files inside a text ("=ybegin … name=…" to "=yend")."""
    found: list[Enclosed] = []
    at = 0
    while len(found) < _MAX_BLOCKS and (begin := _YENC_BEGIN.search(data, at)):
        stop = data.find(b"\n=yend", begin.end() - 1)
        end = len(data) if stop < 0 else data.find(b"\n", stop + 1) + 1 or len(data)
        body = data[begin.end() : len(data) if stop < 0 else stop]
        if body.startswith(b"=ypart"):
            body = body.partition(b"\n")[2]
        found.append(Enclosed(begin[2].strip(), _yenc_bytes(body), begin.start(), end))
        at = end
    return found


def _yenc_bytes(body: bytes) -> bytes:
    pieces = body.translate(None, b"\r\n").split(b"=")
    escaped = (
        piece[:1].translate(_YENC_ESCAPED) + piece[1:].translate(_YENC_TABLE)
        for piece in pieces[1:]
    )
    return b"".join((pieces[0].translate(_YENC_TABLE), *escaped))
