"""Bulk FETCH: UID sets compressed and cut, answers read without IMAPClient's parser.

RFC 9051 6.4.5 / 7.5.2. Uses UIDs only, BODY.PEEK[] only (the \\Seen flag stays as it is), and
takes only answers that carry the UID asked for: what a server volunteers is left alone, and what
was expunged meanwhile is simply absent. Must not select folders.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from solodesk.base.clock import to_ms

MAX_SET = 4000
"""Characters of one UID set; servers refuse command lines of 8 kB and more."""
_UID = re.compile(rb"\bUID (\d{1,10})", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})", re.IGNORECASE)
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.IGNORECASE)
_DATE = re.compile(rb'\bINTERNALDATE "([^"]{1,40})"', re.IGNORECASE)
_BODY = re.compile(rb"\bBODY\[\](?:<0>)? \{\d+\}$", re.IGNORECASE)
_WHEN = re.compile(r"^\s*(\d{1,2})-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)$")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


@dataclass(frozen=True, slots=True)
class Summary:
    """A message on the server without its bytes; `internal_ms` None when unreadable."""

    uid: int
    size: int
    internal_ms: int | None
    seen: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class Fetched:
    """A message's bytes; `whole` is False when only the first part was asked for."""

    uid: int
    raw: bytes
    internal_ms: int | None
    seen: bool
    answered: bool
    whole: bool


def uid_sets(uids: Iterable[int], limit: int = MAX_SET) -> Iterator[str]:
    """The UIDs as sets like `1:5,7,9:12`, each at most `limit` characters."""
    out = ""
    for low, high in _runs(sorted(set(uids))):
        piece = str(low) if low == high else f"{low}:{high}"
        if out and len(out) + 1 + len(piece) > limit:
            yield out
            out = ""
        out = f"{out},{piece}" if out else piece
    if out:
        yield out


def _runs(ordered: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(1, len(ordered) + 1):
        if at == len(ordered) or ordered[at] != ordered[at - 1] + 1:
            yield ordered[start], ordered[at - 1]
            start = at


def fetch_summaries(imap: Any, uids: Iterable[int]) -> dict[int, Summary]:
    """Size, date and flags of the messages that still exist."""
    wanted = set(uids)
    found: dict[int, Summary] = {}
    for chosen in uid_sets(wanted):
        for line, _body in _fetch(imap, chosen, "(UID FLAGS INTERNALDATE RFC822.SIZE)"):
            uid, size = _number(_UID, line), _number(_SIZE, line)
            if uid in wanted and size is not None:
                found[uid] = Summary(uid, size, _internal(line), *_flags(line))
    return found


def fetch_flags(imap: Any, chosen: str, modifier: str = "") -> dict[int, tuple[bool, bool]]:
    """(seen, answered) by UID; `modifier` may be `(CHANGEDSINCE n)`."""
    found: dict[int, tuple[bool, bool]] = {}
    for line, _body in _fetch(imap, chosen, "(UID FLAGS)", modifier):
        told = flag_line(line)
        if told is not None:
            found[told[0]] = told[1]
    return found


def flag_line(line: Any) -> tuple[int, tuple[bool, bool]] | None:
    """UID and (seen, answered) of one FETCH answer without literals; None when it lacks them."""
    if not isinstance(line, bytes):
        return None
    uid = _number(_UID, line)
    return None if uid is None or not _FLAGS.search(line) else (uid, _flags(line))


def lines(imap: Any, chosen: str, items: str) -> list[bytes]:
    """The FETCH answers for a UID set, literals aside."""
    return [line for line, _body in _fetch(imap, chosen, items)]


def named_number(name: bytes, line: bytes) -> int | None:
    """The number that follows `name` in a FETCH answer."""
    match = re.search(rb"\b" + name + rb" (\d{1,20})\b", line, re.IGNORECASE)
    return int(match[1]) if match else None


def internal_of(line: bytes) -> int | None:
    """INTERNALDATE of a FETCH answer in UTC milliseconds."""
    return _internal(line)


def fetch_bodies(imap: Any, uids: Iterable[int], first_bytes: int | None = None) -> list[Fetched]:
    """The messages that still exist, in the server's order; NIL and absent ones are left out.

    With `first_bytes` only so much of each message is asked for.
    """
    wanted = frozenset(uids)
    found: list[Fetched] = []
    for chosen in uid_sets(wanted):
        data = _said(imap, _ask(imap, chosen, _bodies_of(first_bytes)))
        found += _bodies(data, wanted, first_bytes)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A FETCH the server has been sent and has not been heard on yet."""

    tag: bytes
    wanted: frozenset[int]
    first_bytes: int | None


def ask_bodies(imap: Any, uids: Iterable[int], first_bytes: int | None = None) -> Asked:
    """Send the FETCH of `fetch_bodies` and do not wait; ValueError for more than one UID set."""
    wanted = frozenset(uids)
    (chosen,) = uid_sets(wanted)
    return Asked(_ask(imap, chosen, _bodies_of(first_bytes)), wanted, first_bytes)


def answered_bodies(imap: Any, asked: Asked) -> list[Fetched]:
    """Wait for what was asked for."""
    return _bodies(_said(imap, asked.tag), asked.wanted, asked.first_bytes)


def _bodies_of(first_bytes: int | None) -> str:
    part = "BODY.PEEK[]" if first_bytes is None else f"BODY.PEEK[]<0.{first_bytes}>"
    return f"(UID FLAGS INTERNALDATE {part})"


def _bodies(data: list[Any], wanted: frozenset[int], first_bytes: int | None) -> list[Fetched]:
    found: dict[int, Fetched] = {}
    for line, body in _answers(data):
        uid = _number(_UID, line)
        if uid in wanted and body is not None and uid not in found:
            whole = first_bytes is None or len(body) < first_bytes
            found[uid] = Fetched(uid, body, _internal(line), *_flags(line), whole)
    return list(found.values())


def _fetch(
    imap: Any, chosen: str, items: str, modifier: str = ""
) -> Iterator[tuple[bytes, bytes | None]]:
    return _answers(_said(imap, _ask(imap, chosen, items, modifier)))


def _ask(imap: Any, chosen: str, items: str, modifier: str = "") -> bytes:
    imap.untagged_responses.pop("FETCH", None)
    arguments = (chosen, items, modifier) if modifier else (chosen, items)
    tag: bytes = imap._command("UID", "FETCH", *arguments)
    return tag


def _said(imap: Any, tag: bytes) -> list[Any]:
    """The FETCH lines up to the command's end; imaplib's error when it was refused."""
    kind, data = imap._command_complete("UID", tag)
    if kind != "OK":
        raise imap.error(data[-1] if data else b"FETCH refused")
    lines: list[Any] = imap.untagged_responses.pop("FETCH", [])
    return lines


def _answers(data: list[Any]) -> Iterator[tuple[bytes, bytes | None]]:
    """Each answer as its line without literals, and the literal of BODY[] if there is one."""
    line, body = b"", None
    for piece in data:
        if piece is None:
            continue
        if isinstance(piece, tuple):
            line += piece[0]
            if _BODY.search(piece[0]):
                body = piece[1]
            continue
        yield line + piece, body
        line, body = b"", None


def _number(pattern: re.Pattern[bytes], line: bytes) -> int | None:
    match = pattern.search(line)
    return int(match[1]) if match else None


def _flags(line: bytes) -> tuple[bool, bool]:
    match = _FLAGS.search(line)
    flags = match[1].lower().split() if match else []
    return b"\\seen" in flags, b"\\answered" in flags


def _internal(line: bytes) -> int | None:
    match = _DATE.search(line)
    return internal_date(match[1].decode("ascii", "replace")) if match else None


def internal_date(text: str) -> int | None:
    """UTC milliseconds of ` 7-Sep-2026 09:00:00 +0200`, None when it is no such date."""
    match = _WHEN.match(text)
    if match is None or match[2].lower() not in _MONTHS:
        return None
    month = _MONTHS.index(match[2].lower()) + 1
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        zone = timezone(offset if match[7] == "+" else -offset)
        clock = (int(match[4]), int(match[5]), int(match[6]))
        return to_ms(datetime(int(match[3]), month, int(match[1]), *clock, tzinfo=zone))
    except (ValueError, OverflowError):
        return None


def imap_day(ms: int) -> str:
    """The UTC day of `ms` as IMAP's SEARCH wants it, `7-Sep-2026`, whatever the locale."""
    day = datetime.fromtimestamp(ms / 1000, UTC)
    return f"{day.day}-{_MONTHS[day.month - 1].capitalize()}-{day.year:04d}"
