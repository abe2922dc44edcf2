"""Header lines cut apart: which fields there are, and where the text begins.

Works on the bytes of a message between two offsets, in one pass, with caps. Must not decode
anything nor know what a field means.
"""

import re
from functools import lru_cache
from typing import Final

MANY: Final = ("", b"many")
"""Ends the fields when there were too many; of the rest only what a mail needs was read."""
_MAX_HEADER_BLOCK = 4 * 1024 * 1024
_MAX_HEADERS = 3000
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
# Field after field in one call; the third group holds a line that is none.
_FIELDS = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)\n?|([^\n]+\n?|\n)")
_FOLDED = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*")
_USUAL_BLOCK = 32_768
_KNOWN = re.compile(
    rb"(?im)^(from|to|cc|subject|date|message-id|mime-version|content-type|received|reply-to|"
    rb"content-transfer-encoding|return-path|sender|in-reply-to|references|x-[!-9;-~]{1,80})[ \t]*:"
)
# Read also where there are too many headers before them.
_NEEDED = re.compile(
    rb"(?im)^(from|to|cc|subject|date|message-id|content-type|reply-to|sender|in-reply-to|"
    rb"content-transfer-encoding|references|auto-submitted)[ \t]*:[ \t]*"
)
_BLANKS = b" \t"


def read_fields(
    raw: bytes, start: int, end: int, *, top: bool = False
) -> tuple[list[tuple[str, bytes]], int]:
    """Headers from `start` and the offset of the body. A garbage line gets the name ''."""
    if raw.startswith(b"\n", start):
        return [], start + 1
    if raw.startswith(b"\r\n", start):
        return [], start + 2
    limit = min(end, start + _MAX_HEADER_BLOCK)
    stop, body = _blank_line(raw, start, limit)
    if raw.find(b"\n", start, stop) < 0 and raw.find(b"\r", start, stop) >= 0:
        # Carriage returns alone: the same with line feeds, of the same length.
        fields, at = _lines(raw[start:stop].replace(b"\r", b"\n"), 0, stop - start, top=top)
        return fields, body if at < 0 else start + at
    if stop - start <= _USUAL_BLOCK:
        found = _FIELDS.findall(raw[start:stop])
        if not any(odd for _, _, odd in found):
            return [(_small(name), value.rstrip(b"\r\n")) for name, value, _ in found], body
    fields, at = _lines(raw, start, stop, top=top)
    return fields, body if at < 0 else at


@lru_cache(maxsize=1024)
def _small(name: bytes) -> str:
    return name.decode("ascii").lower()


def _blank_line(raw: bytes, start: int, limit: int) -> tuple[int, int]:
    """Where the headers end and where the body begins, for any kind of line break."""
    first = raw.find(b"\n", start, limit)
    bare = raw.find(b"\r\r", start, first if first >= 0 else limit)
    if bare >= 0 and raw[bare + 2 : bare + 3] != b"\n":
        return bare + 1, bare + 2
    wide = raw.find(b"\n\r\n", start, limit)
    narrow = raw.find(b"\n\n", start, limit if wide < 0 else wide + 1)
    if narrow >= 0:
        return narrow + 1, narrow + 2
    if wide >= 0:
        return wide + 1, wide + 3
    doubled = raw.find(b"\n\r\r\n", start, limit)
    return (doubled + 1, doubled + 4) if doubled >= 0 else (limit, limit)


def _lines(raw: bytes, start: int, stop: int, *, top: bool) -> tuple[list[tuple[str, bytes]], int]:
    """The fields between two offsets, and where the text begins if no blank line parts them (-1
    otherwise)."""
    found: list[tuple[str, bytes]] = []
    known = -1 if top else 0
    at = start
    while at < stop and len(found) < _MAX_HEADERS:
        end = raw.find(b"\n", at, stop)
        after = end + 1 if end >= 0 else stop
        while after < stop and raw[after] in _BLANKS:  # folded
            end = raw.find(b"\n", after, stop)
            after = end + 1 if end >= 0 else stop
        match = _FIELD.match(raw, at, after)
        if match is not None:
            value = raw[match.end() : after].rstrip(b"\r\n")
            found.append((match[1].decode("ascii").lower(), value))
        else:
            if known < 0:
                known = max((m.start() for m in _KNOWN.finditer(raw, at, stop)), default=0)
            if known <= at:
                return found, at
            found.append(("", b""))
        at = after
    if at < stop:
        found += _needed(raw, at, stop, {name for name, _ in found})
        found.append(MANY)
    return found, -1


def _needed(raw: bytes, at: int, stop: int, have: set[str]) -> list[tuple[str, bytes]]:
    """The first of each header a mail cannot do without, behind too many others."""
    found: dict[str, bytes] = {}
    for match in _NEEDED.finditer(raw, at, stop):
        name = match[1].decode("ascii").lower()
        if name not in have and name not in found:
            value = _FOLDED.match(raw, match.end(), min(stop, match.end() + _USUAL_BLOCK))
            found[name] = value[0].rstrip(b"\r\n") if value else b""
    return list(found.items())
