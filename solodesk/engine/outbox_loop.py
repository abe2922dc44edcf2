"""Sends what is due, when it is due, on one thread: one message leaves at a time.

    waiting ──time of the next row, or wake()──▶ receive first? ──▶ asks the account, waits
       ▲                                              │ no
       └──────────────────────────────── sending ◀────┘

Must not receive: after more than 5 minutes without, it asks the account's loop and leaves that
account's rows alone until a pass has ended well.
"""

import threading
import time
from collections.abc import Callable

from solodesk.base.errors import KnownError
from solodesk.domain.ids import AccountId, OutboxId
from solodesk.engine.guard import contained
from solodesk.services import sending
from solodesk.services.sending import SecretOf
from solodesk.services.units import Store

_LONGEST_S = 30.0
_SHORTEST_S = 0.05
_LOOK_S = 1.0


class OutboxLoop:
    """The thread that sends."""

    def __init__(
        self,
        store: Store,
        secret_of: SecretOf,
        receive_first: Callable[[AccountId], None],
        sent: Callable[[list[OutboxId]], None],
    ) -> None:
        self._store = store
        self._secret_of = secret_of
        self._receive_first = receive_first
        self._sent = sent
        self._stop = threading.Event()
        self._awake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look now: something was queued, or a pass has ended."""
        self._awake.set()

    def stop(self) -> None:
        """Ask the thread to end after the message in hand."""
        self._stop.set()
        self._awake.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end; False when it takes longer."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._awake.clear()
            with contained("outbox"):
                self._once()
            self._rest(self._until_next())

    def _rest(self, seconds: float) -> None:
        """Wait; another process that queues a message is noticed within a second."""
        end = time.monotonic() + seconds
        before = self._version()
        while (left := end - time.monotonic()) > 0:
            if self._awake.wait(min(left, _LOOK_S)) or self._version() != before:
                return

    def _version(self) -> int:
        try:
            return self._store.data_version()
        except KnownError:
            return -1  # the disk has trouble: a change when it is well again

    def _once(self) -> None:
        with self._store.read() as reader:
            behind = {
                account.id
                for account in reader.accounts.all()
                if sending.must_receive_first(reader, account.id)
            }
        for account in behind:
            self._receive_first(account)
        touched = sending.send_due(
            self._store, self._secret_of, ready=lambda account: account not in behind
        )
        if touched:
            self._sent(touched)

    def _until_next(self) -> float:
        try:
            with self._store.read() as reader:
                at, now = reader.outbox.next_due_ms(), reader.now_ms
        except KnownError:
            return _LONGEST_S
        if at is None or at <= now:
            # Due but not sent: it waits for receiving, for another row, or for the owner.
            return _LONGEST_S
        return min(max((at - now) / 1000, _SHORTEST_S), _LONGEST_S)
