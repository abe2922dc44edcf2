"""The form in which raw mail is compressed: parts in base64 stand decoded, where encoding them
again gives the very same bytes. Base64 hides from a compressor what it could shorten.

A folded message is a line of numbers, then its pieces in order: what stands before a part as it
came, the part decoded, and so on; what is left comes last. Must not know what a part means.
"""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from solodesk.store.compression import pack

PLAIN, FOLDED = 0, 1
"""Table raw, column form."""
FOLDED_UP_TO = 8 * 1024 * 1024
"""Bigger messages are kept as they came: folding takes a second copy of them."""
_WORTH = 200

Cell = tuple[int, bytes]
"""Form and compressed bytes of a message."""


@dataclass(frozen=True, slots=True)
class _Part:
    """An encoded part: where it stands, what it says, and how long its lines are."""

    start: int
    end: int
    decoded: bytes
    width: int


def packed_raw(raw: bytes, dictionary: bytes | None = None) -> Cell:
    """A message as table raw keeps it."""
    folded = fold(raw) if len(raw) <= FOLDED_UP_TO else None
    if folded is None:
        return PLAIN, pack(raw, dictionary)
    return FOLDED, pack(folded, dictionary)


def fold(raw: bytes) -> bytes | None:
    """The message folded, or None when nothing in it can be."""
    lowered = raw.lower()
    if b"base64" not in lowered:
        return None
    line_end = b"\r\n" if b"\r\n" in raw[:2000] else b"\n"
    parts = list(_parts(raw, lowered, line_end))
    if not parts:
        return None
    numbers, pieces, at = [], [], 0
    for part in parts:
        numbers.append(b"%d,%d,%d" % (part.start - at, len(part.decoded), part.width))
        pieces += [raw[at : part.start], part.decoded]
        at = part.end
    head = (b"r" if line_end == b"\r\n" else b"n") + b";".join(numbers) + b"\n"
    return b"".join((head, *pieces, raw[at:]))


def unfold(folded: bytes) -> bytes:
    """The message as it came."""
    head, _, rest = folded.partition(b"\n")
    line_end = b"\r\n" if head.startswith(b"r") else b"\n"
    pieces: list[bytes] = []
    at = 0
    for numbers in head[1:].split(b";"):
        before, size, width = map(int, numbers.split(b","))
        decoded = rest[at + before : at + before + size]
        pieces += [rest[at : at + before], _encoded(decoded, width, line_end)]
        at += before + size
    return b"".join((*pieces, rest[at:]))


def _parts(raw: bytes, lowered: bytes, line_end: bytes) -> Iterator[_Part]:
    """Whatever follows a header that names base64, if it can be told again byte for byte."""
    at = 0
    while (named := lowered.find(b"base64", at)) >= 0:
        at = named + 6
        blank = raw.find(line_end * 2, named)
        if blank < 0:
            return
        start = blank + 2 * len(line_end)
        end = raw.find(line_end + b"--", start)
        end = len(raw) if end < 0 else end
        while end > start and raw.startswith(line_end, end - len(line_end)):
            end -= len(line_end)
        if end - start < _WORTH:
            continue
        body = raw[start:end]
        width = body.find(line_end)
        width = len(body) if width < 0 else width
        try:
            decoded = binascii.a2b_base64(body)
        except binascii.Error:
            continue
        if width and _encoded(decoded, width, line_end) == body:
            yield _Part(start, end, decoded, width)
            at = end


def _encoded(decoded: bytes, width: int, line_end: bytes) -> bytes:
    text = binascii.b2a_base64(decoded, newline=False)
    return line_end.join(text[i : i + width] for i in range(0, len(text), width))
