"""The few changes to a mailbox the owner may switch on: flags, and moving mail to another folder.

A message leaves a folder by MOVE (RFC 6851), or by COPY, \\Deleted and UID EXPUNGE (RFC 4315) of
exactly that UID; a plain EXPUNGE, which would remove what others marked, is never said. Works on
the folder that is open for writing. Must not decide what is changed.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from solodesk.mail.imap_connect import known_faults
from solodesk.mail.imap_fetch import uid_sets
from solodesk.mail.imap_select import FolderState, number, ranges_of, width
from solodesk.mail.server import Server

_COPYUID = re.compile(rb"\[COPYUID (\d{1,10}) ([0-9:,]+) ([0-9:,]+)\]", re.IGNORECASE)
_MOST = 10_000
NewPlaces = dict[int, tuple[int, int]]
"""(UIDVALIDITY, UID) at the new place by old UID, as far as the server tells (UIDPLUS)."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A folder that is open for changes. Every failure is a `KnownError`."""

    imap: Any
    server: Server
    state: FolderState
    quote: Callable[[str], str]

    def add_flag(self, uids: Iterable[int], flag: str) -> None:
        """Set a system flag on these UIDs; those that are gone are passed over."""
        with known_faults(self.server):
            _add_flag(self.imap, uids, flag)

    def move(self, uids: Iterable[int], folder: str) -> NewPlaces:
        """Move messages by MOVE."""
        with known_faults(self.server):
            return _carried(self.imap, "MOVE", uids, self.quote(folder))

    def copy(self, uids: Iterable[int], folder: str) -> NewPlaces:
        """Copy messages to another folder."""
        with known_faults(self.server):
            return _carried(self.imap, "COPY", uids, self.quote(folder))

    def remove(self, uids: Iterable[int]) -> None:
        """Remove exactly these UIDs (UIDPLUS)."""
        wanted = list(uids)
        with known_faults(self.server):
            _add_flag(self.imap, wanted, "\\Deleted")
            for chosen in uid_sets(wanted):
                _say(self.imap, "EXPUNGE", chosen)


def _add_flag(imap: Any, uids: Iterable[int], flag: str) -> None:
    for chosen in uid_sets(uids):
        _say(imap, "STORE", chosen, "+FLAGS.SILENT", f"({flag})")


def _carried(imap: Any, command: str, uids: Iterable[int], quoted: str) -> NewPlaces:
    found: NewPlaces = {}
    for chosen in uid_sets(uids):
        said = [*_say(imap, command, chosen, quoted), *imap.untagged_responses.get("OK", ())]
        for line in said:
            match = _COPYUID.search(line) if isinstance(line, bytes) else None
            if match is not None:
                found.update(_pairs(number(match[1]) or 0, match[2], match[3]))
    return found


def _pairs(validity: int, old: bytes, new: bytes) -> NewPlaces:
    before, after = ranges_of(old), ranges_of(new)
    if width(before) != width(after) or width(before) > _MOST:
        return {}
    came = [uid for low, high in before for uid in range(low, high + 1)]
    went = [uid for low, high in after for uid in range(low, high + 1)]
    return {uid: (validity, at) for uid, at in zip(came, went, strict=True)}


def _say(imap: Any, command: str, *arguments: str) -> list[Any]:
    imap.untagged_responses.pop("OK", None)
    tag = imap._command("UID", command, *arguments)
    kind, data = imap._command_complete("UID", tag)
    if kind != "OK":
        raise imap.error(data[-1] if data else f"{command} refused".encode())
    return list(data)
