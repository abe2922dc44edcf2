"""One account's connection, for as long as the engine runs, on a thread of its own.

                  ┌──────── 5 s … 5 min, ±20 %; or wake(); or the computer slept ────────┐
                  ▼                                                                      │
       ┌────▶ connecting ──▶ signing in ──▶ ID ──▶ pass over all ──▶ waiting ─fault─▶ broken
       │          │              │                      ▲               │                ▲
       │          │              │                      │               │ news: INBOX    │
       │          │              │                      └──── pass ◀────┤ quiet: if moved│
       │          │              │                                      │ wake(): all    │
       │          │              └── refused 3 times in a row ─▶ asleep │ 15 min: LIST,  │
       │          │                  (looks every 5 s, and at wake(),   │   then all     │
       │          │                  whether it may try again)          │                │
       │          └── any other fault ──────────────────────────────────┼────────────────┘
       └── at once, and nobody is told ◀── the computer slept ──────────┘

Waiting is IDLE where it is offered. After a quiet minute the counters are looked at: EXAMINE of
INBOX, which IDLE hears, and STATUS of the others unless NOTIFY tells of them. An answer to that
must come within 20 s, so that a dead line shows within 80. A server that cannot be reached, that
stands behind a sign-in page or shows somebody else's certificate is offline: it is tried again,
and the password is never blamed. The thread ends at `stop()`, after the transaction in hand. Must
not touch another account.
"""

import contextlib
import logging
import random
import select
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.engine.guard import contained
from solodesk.engine.receiving import note_failure, receive
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_connect import SLEPT
from solodesk.mail.imap_folders import SyncFolder
from solodesk.mail.imap_select import FolderState
from solodesk.mail.server import Timeouts
from solodesk.services import accounts, write_back
from solodesk.services.mailbox_sync import Progress, more_folders
from solodesk.services.units import Store
from solodesk.store import rows

_log = logging.getLogger(__name__)
_JITTER = 0.2
_SLEPT_MS = 30_000
_IN_A_ROW = 4
"""So many passes without waiting, then we wait whatever the counters say: a server may make fun."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a loop waits for what, in seconds."""

    look: float = 60.0
    """Of quiet, before the counters are looked at; IDLE is renewed with it."""
    full: float = 15 * 60.0
    probe: float = 20.0
    """For the answers that show whether the line is alive: look + probe ≤ 90 (faults.md I6)."""
    slice: float = 10.0
    """Between looks at whether the computer slept."""
    back_off: tuple[float, ...] = (5, 15, 30, 60, 120, 300)
    offline: float = 60.0
    """The longest wait while there is no network."""
    timeouts: Timeouts = field(default_factory=lambda: Timeouts(connect=15, read=45))


class Announce(Protocol):
    """What a loop tells the rest of the engine."""

    def progress(self, account: AccountId, progress: Progress) -> None:
        """A folder got further."""

    def online(self, account: AccountId, *, online: bool) -> None:
        """The connection came or went."""

    def alarm(self, account: AccountId, error: KnownError) -> None:
        """The owner must act."""

    def received(self, account: AccountId, new: int) -> None:
        """A pass ended well."""


class AccountLoop:
    """The thread of one account."""

    def __init__(
        self,
        store: Store,
        account: AccountId,
        secret_of: Callable[[rows.Account], str],
        announce: Announce,
        pace: Pace | None = None,
    ) -> None:
        self.account = account
        self._pace = pace or Pace()
        self._store = store
        self._secret_of = secret_of
        self._announce = announce
        self._stop = threading.Event()
        self._asked_to_wait_s = 0.0
        self._slept = False
        self._idles = True
        self._wake, self._waker = socket.socketpair()
        self._waker.setblocking(False)
        self._wake.setblocking(False)
        self._thread = threading.Thread(target=self._run, name=f"account {account}")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look for mail now, also out of a back-off or after refused sign-ins."""
        try:
            self._waker.send(b"x")
        except OSError:
            return  # its buffer is full of wake-ups, or the loop has ended

    def stop(self) -> None:
        """Ask the thread to end; `join` waits for it."""
        self._stop.set()
        self.wake()

    def join(self, seconds: float) -> bool:
        """Wait for the end; False when it takes longer."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        ended = not self._thread.is_alive()
        if ended:
            self._wake.close()
            self._waker.close()
        return ended

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            turn = failures + 1
            with contained(f"account {self.account}"):
                turn = self._turn(failures)
            failures = turn
            if not self._slept:
                self._rest(max(self._wait_s(failures), self._asked_to_wait_s))
            self._slept = False

    def _turn(self, failures: int) -> int:
        """One connection, from opening to its end; returns the failures in a row since."""
        try:
            if self._may_sign_in():
                self._connected()
        except KnownError as error:
            if error.code == "no_such_account":
                self._stop.set()  # it was removed
                return failures
            if error.code == SLEPT:
                self._slept = True
                return 0
            return self._failed(error, failures)
        return 0

    def _may_sign_in(self) -> bool:
        with self._store.read() as reader:
            row = accounts.get(reader, self.account)
        return accounts.may_sign_in(row)

    def _failed(self, error: KnownError, failures: int) -> int:
        if self._stop.is_set():
            return failures
        _log.info("account %s: %s", self.account, error.code)
        state = note_failure(self._store, self.account, error)
        self._announce.online(self.account, online=False)
        if state == "sign_in_needed":
            self._announce.alarm(self.account, error)
        wait_s = error.params.get("wait_s")
        self._asked_to_wait_s = float(wait_s) if isinstance(wait_s, int) else 0.0
        steps = self._pace.back_off
        short = sum(step <= self._pace.offline for step in steps)
        return min(failures + 1, short) if state == "offline" else failures + 1

    def _connected(self) -> None:
        with self._store.read() as reader:
            row = accounts.get(reader, self.account)
        where, secret = accounts.receiving(row), self._secret_of(row)
        with ImapSource(where, secret, self._pace.timeouts) as source:
            self._asked_to_wait_s = 0.0
            self._announce.online(self.account, online=True)
            self._keep_up(source)

    def _keep_up(self, source: ImapSource) -> None:
        """Pass over everything, then over what moves, and wait when nothing does."""
        seen: dict[str, FolderState] = {}
        more, listed = self._more(), 0.0
        folders: Sequence[SyncFolder] = ()
        todo: Sequence[SyncFolder] | None = None
        in_a_row = 0
        while not self._stop.is_set():
            now = time.monotonic()
            if not folders or now - listed > self._pace.full or more != self._more():
                more, listed, todo = self._more(), now, None
                folders = source.folders(more)
                source.notify([each.name for each in folders[1:]])
                self._pass(source, None, seen)
            elif todo:
                self._pass(source, todo if self._first_done() else None, seen)
            else:
                write_back.perform_due(self._store, self.account, source)
            in_a_row += 1
            # Where NOTIFY tells of the others, quiet means that they are quiet too.
            quiet = todo is not None and not todo
            asked = folders[:1] if source.notified and quiet else folders
            with source.within(self._pace.probe):
                todo = self._moved(source, asked, seen)
            if todo and in_a_row < _IN_A_ROW:
                continue
            self._up_to_date()
            in_a_row = 0
            todo = self._wait(source, folders)

    def _first_done(self) -> bool:
        """Whether the first pass over everything has brought everything."""
        with self._store.read() as reader:
            return accounts.get(reader, self.account).first_sync_done_ms is not None

    def _more(self) -> tuple[str, ...]:
        with self._store.read() as reader:
            return more_folders(reader)

    def _moved(
        self, source: ImapSource, folders: Sequence[SyncFolder], seen: dict[str, FolderState]
    ) -> Sequence[SyncFolder]:
        """Folders whose counters are others than when they were passed over last; INBOX is opened
        last, for IDLE hears only the open one."""
        moved = []
        for folder in reversed(folders):
            inbox = folder is folders[0]
            now = source.examine(folder.name) if inbox else source.status(folder.name)
            if _differs(now, seen.get(folder.name)):
                moved.append(folder)
        return moved

    def _up_to_date(self) -> None:
        """Nothing moved: that is news too, for the clock of "receive before sending"."""
        with self._store.write(actor=Actor.ENGINE) as desk:
            accounts.looked(desk, self.account)
        self._announce.received(self.account, 0)

    def _pass(
        self,
        source: ImapSource,
        folders: Sequence[SyncFolder] | None,
        seen: dict[str, FolderState],
    ) -> None:
        results = receive(
            self._store,
            self.account,
            source,
            on_progress=lambda progress: self._announce.progress(self.account, progress),
            stop=self._stop,
            folders=folders,
        )
        # As of the beginning of the pass: what came during it differs and is fetched next.
        seen.update({each.folder: each.state for each in results if each.state is not None})
        self._announce.received(self.account, sum(each.new for each in results))

    def _wait(self, source: ImapSource, folders: Sequence[SyncFolder]) -> Sequence[SyncFolder]:
        """Until there may be news; the folders to pass over then, none after a quiet time."""
        warm_up()
        news = self._idle(source) if source.offers("IDLE") and self._idles else None
        if news is None:
            self._quiet(self._pace.look)
        if self._drain():
            return folders
        return folders[:1] if news else ()

    def _idle(self, source: ImapSource) -> bool | None:
        """Whether IDLE had news; None when the server refused it: then it is not asked again."""
        try:
            with source.within(self._pace.probe):
                return source.idle(
                    self._pace.look, self._wake, self._sleep_detector(), self._pace.slice
                )
        except KnownError as error:
            if error.code != "server_said":
                raise
        self._idles = False
        return None

    def _quiet(self, seconds: float) -> None:
        """Wait, unless somebody wakes us; KnownError when the computer slept meanwhile."""
        slept, end = self._sleep_detector(), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self._wake], [], [], min(left, self._pace.slice))[0]:
                return
            if slept():
                raise KnownError(SLEPT)

    def _sleep_detector(self) -> Callable[[], bool]:
        """Tells whether wall time ran ahead of this process's time: the computer slept."""
        wall, inner = self._store.clock.now_ms(), time.monotonic()

        def slept() -> bool:
            passed = (time.monotonic() - inner) * 1000
            return self._store.clock.now_ms() - wall - passed > _SLEPT_MS

        return slept

    def _drain(self) -> bool:
        try:
            return bool(self._wake.recv(4096))
        except BlockingIOError:
            return False

    def _rest(self, seconds: float) -> None:
        if self._stop.is_set():
            return
        with contextlib.suppress(KnownError):  # awake again: connect at once
            self._quiet(seconds)
        self._drain()

    def _wait_s(self, failures: int) -> float:
        steps = self._pace.back_off
        step = steps[min(failures, len(steps)) - 1] if failures else steps[0]
        return step * (1 + _JITTER * (2 * random.random() - 1))  # noqa: S311 - no secret


def _differs(now: FolderState, before: FolderState | None) -> bool:
    """Whether counters moved; what one of the two answers leaves out does not count."""
    if before is None or now.exists != before.exists:
        return True
    pairs = (
        (now.uidvalidity, before.uidvalidity),
        (now.uidnext, before.uidnext),
        (now.modseq, before.modseq),
    )
    return any(one and other and one != other for one, other in pairs)


def warm_up() -> None:
    """Load what reads and stores mail before it is needed: importing it takes longer than the
    first message may."""
    import solodesk.mail.parse
    import solodesk.services.sync_batch
    import solodesk.services.sync_line  # noqa: F401 - loaded for later
