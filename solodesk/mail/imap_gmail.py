"""Gmail's own names for a message and its conversation (capability X-GM-EXT-1).

A message that lies under several labels has one X-GM-MSGID and several UIDs: who knows the name
need not fetch the bytes again. Must not decide what belongs together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from solodesk.mail import imap_fetch

CAPABILITY = "X-GM-EXT-1"
_ITEMS = "(UID FLAGS INTERNALDATE X-GM-MSGID X-GM-THRID)"


@dataclass(frozen=True, slots=True)
class GmailName:
    """A message's names; both are 64 bits and kept signed, as SQLite has them."""

    uid: int
    msgid: int
    thrid: int
    internal_ms: int | None
    seen: bool
    answered: bool


def fetch_names(imap: Any, uids: Iterable[int]) -> dict[int, GmailName]:
    """The names of the messages that still exist; a message without them is left out."""
    wanted = set(uids)
    found: dict[int, GmailName] = {}
    for chosen in imap_fetch.uid_sets(wanted):
        for line in imap_fetch.lines(imap, chosen, _ITEMS):
            told = imap_fetch.flag_line(line)
            msgid = imap_fetch.named_number(b"X-GM-MSGID", line)
            thrid = imap_fetch.named_number(b"X-GM-THRID", line)
            if told is None or told[0] not in wanted or msgid is None:
                continue
            uid, (seen, answered) = told
            when = imap_fetch.internal_of(line)
            found[uid] = GmailName(uid, _signed(msgid), _signed(thrid or 0), when, seen, answered)
    return found


def _signed(number: int) -> int:
    number &= 2**64 - 1
    return number - 2**64 if number >= 2**63 else number
