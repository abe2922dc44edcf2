"""Reading a mailbox over IMAP, without leaving a trace in it.

`ImapSource` is one signed-in connection, used by one thread. Folders are opened with EXAMINE and
messages read with BODY.PEEK[], so nothing is marked, moved or deleted; what writes is
`append_sent` and what `writing` gives, which the owner must have switched on. Every failure is a
`KnownError`; after one the connection is of no more use and is closed. Must not know the store.
"""

import contextlib
import re
import socket
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from solodesk.base.errors import KnownError
from solodesk.mail import imap_fetch, imap_gmail, imap_select
from solodesk.mail.imap_connect import close, connect, known_faults
from solodesk.mail.imap_fetch import Fetched, Summary
from solodesk.mail.imap_folders import (
    FolderName,
    SyncFolder,
    choose_folders,
    folder_for_closed,
    folder_of_all,
)
from solodesk.mail.imap_gmail import GmailName
from solodesk.mail.imap_idle import SLICE, wait_idle
from solodesk.mail.imap_select import FolderState, Since
from solodesk.mail.imap_write import Writing
from solodesk.mail.server import Server, Timeouts

IDLE_SECONDS = 8 * 60.0
"""Renewed before the 9 minutes after which routers forget (faults R8)."""
_WINDOW = 25_000
_QUOTE = re.compile(r'["\\\r\n]')


class ImapSource:
    """One connection to one mailbox, signed in."""

    def __init__(self, server: Server, secret: str, timeouts: Timeouts | None = None) -> None:
        self.server = server
        self._client: Any = connect(server, secret, timeouts or Timeouts())
        self._asked: imap_fetch.Asked | None = None
        self.resyncs = False
        """Whether the server tells what vanished and changed when a folder is opened (QRESYNC)."""
        self.opened: str | None = None
        """The folder that is open for reading."""
        self.notified = False
        """Whether the server tells in IDLE what happens in other folders (NOTIFY)."""
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
        """Have the server tell each folder's modseq, and what vanished where it can (RFC 7162);
        without it we compare it all."""
        if not (self.offers("ENABLE") and (self.offers("CONDSTORE") or self.offers("QRESYNC"))):
            return
        wanted = "QRESYNC" if self.offers("QRESYNC") else "CONDSTORE"
        try:
            with known_faults(self.server):
                enabled = self._client.enable(wanted)
            self.resyncs = wanted == "QRESYNC" and b"QRESYNC" in {e.upper() for e in enabled}
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

    def examine(self, folder: str, since: Since | None = None) -> FolderState:
        """Open a folder for reading only; with `since` the answer may hold what happened after.

        `since` is only asked of servers that offer it; one that stumbles over it is not asked
        again on this connection.
        """
        imap, quoted = self._client._imap, self._quoted(folder)
        self.opened = None
        state = self._examine(imap, folder, quoted, since)
        self.opened = folder
        return state

    def _examine(self, imap: Any, folder: str, quoted: str, since: Since | None) -> FolderState:
        if since is not None and self.resyncs:
            try:
                with known_faults(self.server):
                    return imap_select.examine(imap, folder, quoted, since)
            except KnownError as error:
                if error.code != "server_said":
                    raise
                self.resyncs = False
        with known_faults(self.server):
            return imap_select.examine(imap, folder, quoted)

    def status(self, folder: str) -> FolderState:
        """The counters of a folder without opening it; a server that refuses STATUS is asked by
        opening it."""
        modseq = self.offers("CONDSTORE") or self.offers("QRESYNC")
        try:
            with known_faults(self.server):
                imap = self._client._imap
                return imap_select.status(imap, folder, self._quoted(folder), modseq=modseq)
        except KnownError as error:
            if error.code != "server_said":
                raise
        return self.examine(folder)

    def _quoted(self, folder: str) -> str:
        quoted: bytes = self._client._normalise_folder(folder)
        return quoted.decode("ascii")

    def uids(self, state: FolderState, since_ms: int | None = None) -> list[int]:
        """UIDs in the folder, ascending; `since_ms`: only what arrived on that UTC day or later.

        Asked in a compressed form where that is offered, else in windows of UIDs, so that no
        answer's line grows without bound (faults R18).
        """
        extra = () if since_ms is None else ("SINCE", imap_fetch.imap_day(since_ms))
        if self.offers("ESEARCH"):
            with known_faults(self.server):
                # More may have come since the folder was opened, but not without end.
                most = 2 * state.exists + 10_000
                found = imap_select.esearch(self._client._imap, "UID", "1:*", *extra, at_most=most)
            if found is not None:
                return sorted(found)
        listed: set[int] = set()
        with known_faults(self.server):
            for chosen in uid_windows(state):
                listed.update(self._client.search(["UID", chosen, *extra]))
        return sorted(listed)

    def uids_from(self, first: int) -> list[int]:
        """UIDs of the open folder from `first` on, ascending."""
        with known_faults(self.server):
            # `n:*` names the last message even when its UID is smaller.
            return sorted(u for u in self._client.search(["UID", f"{first}:*"]) if u >= first)

    def uids_within(self, uids: Sequence[int], since_ms: int) -> list[int]:
        """Those of `uids` that arrived on that UTC day or later, ascending."""
        found: set[int] = set()
        with known_faults(self.server):
            for chosen in imap_fetch.uid_sets(uids):
                day = imap_fetch.imap_day(since_ms)
                found.update(self._client.search(["UID", chosen, "SINCE", day]))
        return sorted(found & set(uids))

    def gmail_names(self, uids: Iterable[int]) -> dict[int, GmailName]:
        """Gmail's names of messages, by UID; empty on any other server."""
        if not self.offers(imap_gmail.CAPABILITY):
            return {}
        with known_faults(self.server):
            return imap_gmail.fetch_names(self._client._imap, uids)

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
        return bool(self.search("HEADER", "Message-ID", message_id))

    def search(self, *criteria: str) -> list[int]:
        """UIDs of the open folder that meet these criteria (RFC 9051 6.4.4), ascending."""
        if any(_QUOTE.search(each) for each in criteria):
            return []
        with known_faults(self.server):
            return sorted(self._client.search(list(criteria)))

    def folder_for_closed(self, named: str) -> str | None:
        """Where mail of closed tickets goes: the folder the owner named, else the server's own."""
        return folder_for_closed(self._listed(), named)

    def create(self, folder: str) -> None:
        """Make a folder the owner named, and subscribe to it so that other programs show it."""
        with known_faults(self.server):
            self._client.create_folder(folder)
            self._client.subscribe_folder(folder)

    def writing(self, folder: str) -> Writing:
        """Open a folder for the changes the owner switched on."""
        with known_faults(self.server):
            imap = self._client._imap
            self.opened = None
            state = imap_select.select(imap, folder, self._quoted(folder))
        return Writing(imap, self.server, state, self._quoted)

    def append_sent(self, folder: str, raw: bytes) -> None:
        """Put a copy of a message of ours into Sent, marked as read."""
        with known_faults(self.server):
            self._client.append(folder, raw, flags=(b"\\Seen",))

    def idle(
        self,
        seconds: float = IDLE_SECONDS,
        wake: socket.socket | None = None,
        slept: Callable[[], bool] | None = None,
        slice_s: float = SLICE,
    ) -> bool:
        """Wait for news in the open folder; True is a hint to look again (see `wait_idle`)."""
        with known_faults(self.server):
            return wait_idle(self._client, seconds, wake, slept, slice_s)

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Answers must come within `seconds` in here: short questions show a dead line soon."""
        sock = self._client.socket()
        before = sock.gettimeout()
        sock.settimeout(seconds)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                sock.settimeout(before)

    def notify(self, folders: Sequence[str]) -> bool:
        """Have the server tell in IDLE what happens in these folders too (RFC 5465), if it can."""
        self.notified = False
        if not folders or not (self.offers("NOTIFY") and self.offers("IDLE")):
            return False
        try:
            with known_faults(self.server):
                imap_select.notify(self._client._imap, [self._quoted(each) for each in folders])
            self.notified = True
        except KnownError as error:
            if error.code != "server_said":
                raise
        return self.notified

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
