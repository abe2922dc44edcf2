"""Reading a mailbox over IMAP, without leaving a trace in it.

`ImapSource` is one signed-in connection, used by one thread. Folders are opened with EXAMINE and
messages read with BODY.PEEK[], so nothing is marked, moved or deleted; the one write is
`append_sent`, which the caller must be asked for. Every failure is a `KnownError`; after one the
connection is of no more use and is closed. Must not know the store.
"""

import re
import socket
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from solodesk.base.errors import KnownError
from solodesk.mail import imap_fetch
from solodesk.mail.imap_connect import close, connect, known_faults
from solodesk.mail.imap_fetch import Fetched, Summary
from solodesk.mail.imap_folders import FolderName, SyncFolder, choose_folders, folder_of_all
from solodesk.mail.imap_idle import wait_idle
from solodesk.mail.server import Server, Timeouts

IDLE_SECONDS = 8 * 60.0
"""Renewed before the 9 minutes after which routers forget (faults R8)."""
_WINDOW = 25_000
_QUOTE = re.compile(r'["\\\r\n]')


@dataclass(frozen=True, slots=True)
class FolderState:
    """What EXAMINE said. `modseq` None: the server has no CONDSTORE for this folder."""

    name: str
    uidvalidity: int
    uidnext: int
    exists: int
    modseq: int | None


class ImapSource:
    """One connection to one mailbox, signed in."""

    def __init__(self, server: Server, secret: str, timeouts: Timeouts | None = None) -> None:
        self.server = server
        self._client: Any = connect(server, secret, timeouts or Timeouts())
        self._asked: imap_fetch.Asked | None = None
        self._enable()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Sign out and close; never raises."""
        close(self._client)

    def offers(self, capability: str) -> bool:
        """Whether the server offers `capability` after signing in."""
        return bool(self._client.has_capability(capability))

    def _enable(self) -> None:
        """Have the server tell each folder's modseq (RFC 7162); without it we compare it all."""
        if not (self.offers("ENABLE") and self.offers("CONDSTORE")):
            return
        try:
            with known_faults(self.server):
                self._client.enable("CONDSTORE")
        except KnownError as error:
            # A server that stumbles over it may still serve us.
            if error.code != "server_said":
                self.close()
                raise

    def folders(self, more: Collection[str] = ()) -> tuple[SyncFolder, ...]:
        """The folders we read: INBOX, Sent, and those named in `more`."""
        return choose_folders(self._listed(), more)

    def all_mail(self) -> str | None:
        """The folder that holds every message (Gmail's All Mail), where the server has one."""
        return folder_of_all(self._listed())

    def _listed(self) -> list[FolderName]:
        with known_faults(self.server):
            return [
                FolderName(
                    name if isinstance(name, str) else str(name),
                    frozenset(flag.decode("ascii", "replace").lower() for flag in flags),
                    delimiter.decode("ascii", "replace") if delimiter else "",
                )
                for flags, delimiter, name in self._client.list_folders()
            ]

    def examine(self, folder: str) -> FolderState:
        """Open a folder for reading only."""
        with known_faults(self.server):
            said = self._client.select_folder(folder, readonly=True)
        return FolderState(
            folder,
            int(said.get(b"UIDVALIDITY", 0)),
            int(said.get(b"UIDNEXT", 0)),
            int(said.get(b"EXISTS", 0)),
            _modseq(said.get(b"HIGHESTMODSEQ")),
        )

    def uids(self, state: FolderState, since_ms: int | None = None) -> list[int]:
        """UIDs in the folder, ascending; `since_ms`: only what arrived on that UTC day or later.

        Asked in windows of UIDs, so that no answer's line grows without bound (faults R18).
        """
        extra = [] if since_ms is None else ["SINCE", imap_fetch.imap_day(since_ms)]
        found: set[int] = set()
        with known_faults(self.server):
            for chosen in uid_windows(state):
                found.update(self._client.search(["UID", chosen, *extra]))
        return sorted(found)

    def summaries(self, uids: Iterable[int]) -> dict[int, Summary]:
        """Size, date and flags by UID, of what still exists."""
        with known_faults(self.server):
            return imap_fetch.fetch_summaries(self._client._imap, uids)

    def fetch(self, uids: Sequence[int], first_bytes: int | None = None) -> list[Fetched]:
        """The bytes of these messages, without marking them; what is gone is left out."""
        with known_faults(self.server):
            return imap_fetch.fetch_bodies(self._client._imap, uids, first_bytes)

    def ask(self, uids: Sequence[int], first_bytes: int | None = None) -> None:
        """Ask for messages without waiting: they travel while the caller does something else.

        Nothing else may be said to the server before `answer` (at most 300 UIDs).
        """
        with known_faults(self.server):
            self._asked = imap_fetch.ask_bodies(self._client._imap, uids, first_bytes)

    def answer(self) -> list[Fetched]:
        """What was asked for, as `fetch` gives it."""
        asked, self._asked = self._asked, None
        if asked is None:
            return []
        with known_faults(self.server):
            return imap_fetch.answered_bodies(self._client._imap, asked)

    def flags(
        self, uids: Sequence[int], changed_since: int | None = None
    ) -> dict[int, tuple[bool, bool]]:
        """(seen, answered) by UID; with `changed_since` (a modseq) only what changed after it."""
        found: dict[int, tuple[bool, bool]] = {}
        with known_faults(self.server):
            if changed_since is not None:
                modifier = f"(CHANGEDSINCE {changed_since})"
                return imap_fetch.fetch_flags(self._client._imap, "1:*", modifier)
            for chosen in imap_fetch.uid_sets(uids):
                found.update(imap_fetch.fetch_flags(self._client._imap, chosen))
        return found

    def find_message_id(self, folder: str, message_id: str) -> bool:
        """Whether a folder holds a message with this Message-ID (sent copies; faults S1)."""
        if _QUOTE.search(message_id):
            return False
        self.examine(folder)
        with known_faults(self.server):
            return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def append_sent(self, folder: str, raw: bytes) -> None:
        """Put a copy of a message of ours into Sent, marked as read."""
        with known_faults(self.server):
            self._client.append(folder, raw, flags=(b"\\Seen",))

    def idle(
        self,
        seconds: float = IDLE_SECONDS,
        wake: socket.socket | None = None,
        slept: Callable[[], bool] | None = None,
    ) -> bool:
        """Wait for news in the open folder; True is a hint to look again (see `wait_idle`)."""
        with known_faults(self.server):
            return wait_idle(self._client, seconds, wake, slept)

    def noop(self) -> None:
        """Ask whether the connection still lives."""
        with known_faults(self.server):
            self._client.noop()


def uid_windows(state: FolderState) -> list[str]:
    """UID ranges that cover the folder, of about 25,000 messages each.

    UIDs may be sparse (some servers count in seconds), so a window is as wide as the average asks.
    """
    if state.exists <= 2 * _WINDOW or not state.uidnext:
        return ["1:*"]
    width = max(_WINDOW, state.uidnext * _WINDOW // state.exists)
    last = state.uidnext - 1
    return [f"{low}:{min(low + width - 1, last)}" for low in range(1, last + 1, width)]


def _modseq(value: object) -> int | None:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return int(value) if isinstance(value, (int, bytes, str)) else None
