"""Opening a folder for reading, and what a server tells about it without being asked for a list.

EXAMINE with QRESYNC (RFC 7162) tells in one answer what vanished and what changed since a modseq;
STATUS tells the counters of a folder that is not open. Nothing here marks or moves mail. Pure
functions on imaplib's connection and its answers; must not decide what to believe.
"""

import imaplib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from solodesk.mail.imap_fetch import flag_line

MAX_UID = 2**32 - 1
# imaplib refuses words it does not know.
imaplib.Commands.setdefault("NOTIFY", ("AUTH", "SELECTED"))
_CODE = re.compile(rb"\[([A-Z-]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_STATUS = re.compile(rb"\b([A-Z-]+) (\d{1,20})", re.IGNORECASE)
_SET = re.compile(rb"[0-9:,*]+$")
_ALL = re.compile(rb"\bALL ([0-9:,]+)", re.IGNORECASE)
_COUNTERS = ("UIDVALIDITY", "UIDNEXT", "MESSAGES")
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Since:
    """How far a folder is known here: the server may tell only what happened after it."""

    uidvalidity: int
    modseq: int


@dataclass(frozen=True, slots=True)
class Delta:
    """What happened in a folder since a modseq.

    `vanished`: UIDs that are gone, as ranges, in which others may be that we never knew.
    `flags`: (seen, answered) by UID of what is new or changed.
    """

    vanished: Ranges
    flags: dict[int, tuple[bool, bool]]


@dataclass(frozen=True, slots=True)
class FolderState:
    """What EXAMINE or STATUS said. `modseq` None: no CONDSTORE for this folder; `delta` only when
    the server was asked for it and answered for the same UIDVALIDITY."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int
    modseq: int | None
    delta: Delta | None = field(default=None, compare=False)


def examine(imap: Any, name: str, quoted: str, since: Since | None = None) -> FolderState:
    """Open a folder read-only; imaplib's error when refused. `quoted`: its name on the wire."""
    asked = () if since is None else (f"(QRESYNC ({since.uidvalidity} {since.modseq}))",)
    _open(imap, "EXAMINE", quoted, *asked)
    state = _opened(imap, name)
    if since is None or state.uidvalidity != since.uidvalidity or state.modseq is None:
        return state
    told = imap.untagged_responses
    flags = dict(each for line in told.get("FETCH", ()) if (each := flag_line(line)) is not None)
    gone = [each for line in told.get("VANISHED", ()) for each in _vanished(line)]
    delta = Delta(tuple(gone), flags)
    return FolderState(name, state.uidvalidity, state.uidnext, state.exists, state.modseq, delta)


def select(imap: Any, name: str, quoted: str) -> FolderState:
    """Open a folder for the changes the owner switched on; imaplib's error when it is refused, or
    when it may only be read."""
    _open(imap, "SELECT", quoted)
    if "READ-ONLY" in imap.untagged_responses:
        imap.is_readonly = True
        raise imap.error(b"this folder can only be read")
    return _opened(imap, name)


def _open(imap: Any, command: str, *arguments: str) -> None:
    imap.untagged_responses = {}
    imap.is_readonly = command == "EXAMINE"
    kind, data = imap._simple_command(command, *arguments)
    if kind != "OK":
        imap.state = "AUTH"
        raise imap.error(data[-1] if data else b"refused")
    imap.state = "SELECTED"


def _opened(imap: Any, name: str) -> FolderState:
    told = imap.untagged_responses
    codes = {}
    for line in told.get("OK", ()):
        match = _CODE.match(line) if isinstance(line, bytes) else None
        if match:
            codes[match[1].upper()] = match[2] or b""
    exists = told.get("EXISTS") or [b"0"]
    modseq = None if b"NOMODSEQ" in codes else number(codes.get(b"HIGHESTMODSEQ"))
    return FolderState(
        name,
        number(codes.get(b"UIDVALIDITY")) or 0,
        number(codes.get(b"UIDNEXT")) or 0,
        number(exists[-1]) or 0,
        modseq or None,
    )


def status(imap: Any, name: str, quoted: str, *, modseq: bool) -> FolderState:
    """The counters of a folder that is not open (RFC 9051 6.3.11); imaplib's error on refusal."""
    items = " ".join((*_COUNTERS, *(("HIGHESTMODSEQ",) if modseq else ())))
    imap.untagged_responses.pop("STATUS", None)
    kind, data = imap._simple_command("STATUS", quoted, f"({items})")
    if kind != "OK":
        raise imap.error(data[-1] if data else b"refused")
    return state_of_status(name, imap.untagged_responses.pop("STATUS", []))


def notify(imap: Any, quoted: Sequence[str]) -> None:
    """Ask for news of these folders and of the open one (RFC 5465); imaplib's error on refusal."""
    events = "(MessageNew MessageExpunge FlagChange)"
    wanted = f"(selected-delayed {events}) (mailboxes ({' '.join(quoted)}) {events})"
    kind, data = imap._simple_command("NOTIFY", f"SET {wanted}")
    if kind != "OK":
        raise imap.error(data[-1] if data else b"refused")


def state_of_status(name: str, lines: Sequence[Any]) -> FolderState:
    """The counters in a STATUS answer; 0 for what is not said. The name in it may be a literal."""
    said: dict[bytes, int] = {}
    for line in lines:
        text = line[-1] if isinstance(line, tuple) else line
        inner = bytes(text).rpartition(b"(")[2]
        said.update((key.upper(), int(value)) for key, value in _STATUS.findall(inner))
    return FolderState(
        name,
        said.get(b"UIDVALIDITY", 0),
        said.get(b"UIDNEXT", 0),
        said.get(b"MESSAGES", 0),
        said.get(b"HIGHESTMODSEQ") or None,
    )


def number(value: bytes | None) -> int | None:
    """The number a server wrote; None when it is none."""
    digits = (value or b"").strip()
    return int(digits) if digits.isdigit() and len(digits) <= 20 else None


def _vanished(line: Any) -> Ranges:
    match = _SET.search(line) if isinstance(line, bytes) else None
    return ranges_of(match[0]) if match else ()


def ranges_of(uid_set: bytes) -> Ranges:
    """`1:3,7` as ((1, 3), (7, 7)); pieces that are no UIDs are left out."""
    found = []
    for piece in uid_set.split(b","):
        low, _, high = piece.partition(b":")
        first, last = number(low), number(high or low)
        if first is None or last is None or not 0 < first <= MAX_UID or not 0 < last <= MAX_UID:
            continue
        found.append((min(first, last), max(first, last)))
    return tuple(found)


def width(ranges: Iterable[tuple[int, int]]) -> int:
    """How many UIDs ranges name, at most."""
    return sum(high - low + 1 for low, high in ranges)


def esearch(imap: Any, *criteria: str, at_most: int) -> set[int] | None:
    """UIDs by SEARCH RETURN (ALL) (RFC 4731), which writes 50,000 of them in a few bytes.

    None when the server does not answer in that form or names more than `at_most`.
    """
    for name in ("ESEARCH", "SEARCH"):
        imap.untagged_responses.pop(name, None)
    kind, data = imap._simple_command("UID", "SEARCH", "RETURN (ALL)", *criteria)
    if kind != "OK":
        raise imap.error(data[-1] if data else b"refused")
    lines = imap.untagged_responses.pop("ESEARCH", None)
    if not lines or any(isinstance(line, tuple) for line in lines):
        return None
    matches = [_ALL.search(line) for line in lines]
    ranges = [each for match in matches if match for each in ranges_of(match[1])]
    if width(ranges) > at_most:
        return None
    return {uid for low, high in ranges for uid in range(low, high + 1)}
