"""One account's connection, for as long as the engine runs, on a thread of its own.

           ┌────────────────────── wake() / 5 s … 5 min, ±20 % ◀──────────────────────┐
           ▼                                                                            │
       connecting ──▶ signing in ──▶ ID ──▶ pass ──▶ waiting (IDLE, else 60 s) ──▶ broken
           │              │                  ▲            │ news, wake(), or a minute    ▲
           │              │                  └────────────┘                              │
           │              └── refused: 3 times in a row ──▶ asleep until the owner signs in again
           └── any other fault ──────────────────────────────────────────────────────────┘

A minute of quiet ends in a look at every folder's counters; only when one moved there is a pass.
The thread ends at `stop()`, after the transaction in hand. Must not touch another account.
"""

import logging
import random
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.engine.guard import contained
from solodesk.engine.receiving import note_failure, receive
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_folders import SyncFolder
from solodesk.mail.imap_select import FolderState
from solodesk.services import accounts
from solodesk.services.mailbox_sync import Progress, more_folders
from solodesk.services.units import Store
from solodesk.store import rows

_log = logging.getLogger(__name__)
_LOOK_S = 60.0
_FULL_PASS_S = 15 * 60.0
_BACK_OFF_S = (5, 15, 30, 60, 120, 300)
_OFFLINE_MAX_S = 60
_JITTER = 0.2
_SLEPT_MS = 30_000


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
    ) -> None:
        self.account = account
        self._store = store
        self._secret_of = secret_of
        self._announce = announce
        self._stop = threading.Event()
        self._asked_to_wait_s = 0.0
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
            self._rest(max(_wait_s(failures), self._asked_to_wait_s))

    def _turn(self, failures: int) -> int:
        """One connection, from opening to its end; returns the failures in a row since."""
        try:
            if self._may_sign_in():
                self._connected()
        except KnownError as error:
            if error.code == "no_such_account":
                self._stop.set()  # it was removed
                return failures
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
        offline = error.code in accounts.OFFLINE
        return min(failures + 1, _BACK_OFF_S.index(_OFFLINE_MAX_S) + 1) if offline else failures + 1

    def _connected(self) -> None:
        with self._store.read() as reader:
            row = accounts.get(reader, self.account)
        with ImapSource(accounts.receiving(row), self._secret_of(row)) as source:
            self._asked_to_wait_s = 0.0
            self._announce.online(self.account, online=True)
            with self._store.read() as reader:
                more = more_folders(reader)
            self._keep_up(source, source.folders(more))

    def _keep_up(self, source: ImapSource, folders: tuple[SyncFolder, ...]) -> None:
        """Look, pass when something moved, look again, and wait when nothing did."""
        seen: tuple[FolderState, ...] = ()
        asked, passed = True, 0.0
        while not self._stop.is_set():
            now = self._look(source, folders)
            if asked or now != seen or time.monotonic() - passed > _FULL_PASS_S:
                self._pass(source)
                # As of before the pass: what came during it differs and is fetched next.
                seen, asked, passed = now, False, time.monotonic()
                continue
            self._up_to_date()
            asked = self._wait(source)

    def _up_to_date(self) -> None:
        """Nothing moved: that is news too, for the clock of "receive before sending"."""
        with self._store.write(actor=Actor.ENGINE) as desk:
            accounts.looked(desk, self.account)
        self._announce.received(self.account, 0)

    def _look(self, source: ImapSource, folders: tuple[SyncFolder, ...]) -> tuple[FolderState, ...]:
        """Counters of every folder; INBOX is opened last, for IDLE hears only the open one."""
        return tuple(source.examine(folder.name) for folder in reversed(folders))

    def _pass(self, source: ImapSource) -> None:
        results = receive(
            self._store,
            self.account,
            source,
            on_progress=lambda progress: self._announce.progress(self.account, progress),
            stop=self._stop,
        )
        self._announce.received(self.account, sum(each.new for each in results))

    def _wait(self, source: ImapSource) -> bool:
        """Until there may be news; True when somebody asked for a pass."""
        if source.offers("IDLE"):
            source.idle(_LOOK_S, self._wake, self._sleep_detector())
        else:
            select.select([self._wake], [], [], _LOOK_S)
        return self._drain()

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
        if not self._stop.is_set():
            select.select([self._wake], [], [], seconds)
            self._drain()


def _wait_s(failures: int) -> float:
    step = _BACK_OFF_S[min(failures, len(_BACK_OFF_S)) - 1] if failures else _BACK_OFF_S[0]
    return step * (1 + _JITTER * (2 * random.random() - 1))  # noqa: S311 - no secret
