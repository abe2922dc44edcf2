"""The engine process: `solodesk engine`. Requests on stdin, JSON lines on a private stdout.

    lock ▶ store ▶ recover ▶ threads (one an account, outbox, scheduler) ▶ requests … EOF ▶ stop

Whatever else prints goes to stderr. The end of stdin ends the engine after the transactions in
hand. No Qt, no secrets in logs, no work of its own: the threads do it.
"""

import contextlib
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Protocol, TextIO

from solodesk.base.clock import Clock
from solodesk.base.errors import KnownError
from solodesk.base.log import Redactor, writing
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId, OutboxId
from solodesk.engine import protocol
from solodesk.engine.account_loop import AccountLoop
from solodesk.engine.file_loop import FileLoop
from solodesk.engine.lock import engine_lock
from solodesk.engine.outbox_loop import OutboxLoop
from solodesk.engine.requests import Requests
from solodesk.engine.scheduler import Scheduler
from solodesk.engine.secrets import Secrets, open_secrets
from solodesk.services import sending
from solodesk.services.mailbox_sync import Progress
from solodesk.services.units import Store

_log = logging.getLogger(__name__)
_END_S = 6.0


class Stoppable(Protocol):
    """A thread of the engine."""

    def stop(self) -> None:
        """Ask it to end."""

    def join(self, seconds: float) -> bool:
        """Wait for its end; False when it takes longer."""


class Speaker:
    """Writes lines to the desk; any thread may. A desk that is gone is no fault."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lock = threading.Lock()

    def say(self, line: str) -> None:
        """Send one line."""
        with self._lock, contextlib.suppress(BrokenPipeError, ValueError):
            self._out.write(line)
            self._out.flush()


class Engine:
    """The threads of one engine and what they tell each other."""

    def __init__(self, store: Store, secrets: Secrets, say: Callable[[str], None]) -> None:
        self._store = store
        self._secrets = secrets
        self._say = say
        self._loops: dict[AccountId, AccountLoop] = {}
        self._lock = threading.Lock()
        self._outbox = OutboxLoop(store, secrets.for_sending, self._receive_first, self._sent)
        self._scheduler = Scheduler(store, self._changed, self.look_for_accounts)
        self._files = FileLoop(store)
        self._stopping = False

    def start(self) -> None:
        """Settle what a dead engine left, then begin."""
        sending.recover(self._store)
        self._outbox.start()
        self._scheduler.start()
        self._files.start()
        self.look_for_accounts()
        self._say(protocol.news_line("ready"))

    def stop(self) -> bool:
        """End every thread; False when one did not within the time."""
        with self._lock:
            self._stopping = True
            loops = list(self._loops.values())
        threads: list[Stoppable] = [*loops, self._outbox, self._scheduler, self._files]
        for thread in threads:
            thread.stop()
        ended = [thread.join(_END_S) for thread in threads]
        return all(ended)

    def look_for_accounts(self) -> None:
        """Start a thread for each account that has none, end those of accounts that are gone."""
        with self._store.read() as reader:
            present = {account.id for account in reader.accounts.all()}
        with self._lock:
            if self._stopping:
                return
            gone = [self._loops.pop(each) for each in set(self._loops) - present]
            fresh = [
                AccountLoop(self._store, each, self._secrets.of, self)
                for each in sorted(present - set(self._loops))
            ]
            for loop in fresh:
                self._loops[loop.account] = loop
                loop.start()
        for loop in gone:
            loop.stop()
            loop.join(_END_S)

    def sync(self, account: AccountId | None) -> None:
        """Let one account (or all) look for mail now."""
        self.look_for_accounts()
        with self._lock:
            loops = [loop for each, loop in self._loops.items() if account in (None, each)]
        for loop in loops:
            loop.wake()

    def send(self) -> None:
        """Look at the outbox now."""
        self._outbox.wake()

    # What the threads announce.

    def progress(self, account: AccountId, progress: Progress) -> None:
        """A folder got further."""
        said = {"folder": progress.folder, "here": progress.here, "server": progress.server}
        self._say(protocol.news_line("progress", {"account": account, **said}))

    def online(self, account: AccountId, *, online: bool) -> None:
        """The connection came or went."""
        said = {"account": account, "online": online}
        self._say(protocol.news_line("connectivity", said))

    def alarm(self, account: AccountId, error: KnownError) -> None:
        """The owner must act."""
        said = {"account": account, "code": error.code, "params": dict(error.params)}
        self._say(protocol.news_line("alarm", said))

    def received(self, account: AccountId, new: int) -> None:
        """A pass ended well: what waited for it may leave."""
        if new:
            _log.info("account %s: %s new", account, new)
            self._changed()
        self._outbox.wake()

    def _receive_first(self, account: AccountId) -> None:
        self.sync(account)

    def _sent(self, rows: list[OutboxId]) -> None:
        _log.info("outbox: handed over %s", list(rows))
        self._changed()

    def _changed(self) -> None:
        self._say(protocol.news_line("changed"))


def run(folder: DataFolder, clock: Clock) -> int:
    """Be the engine until stdin ends; returns the exit code. KnownError `already_running`."""
    redactor = Redactor()
    with private_stdout() as out, engine_lock(folder), writing(folder.logs, "engine", redactor):
        store = Store.open(folder, clock, origin="engine")
        speaker = Speaker(out)
        secrets = open_secrets(redactor)
        engine = Engine(store, secrets, speaker.say)
        requests = Requests(store, secrets, engine, speaker.say)
        engine.start()
        try:
            requests.serve(sys.stdin)
        except KeyboardInterrupt:
            _log.info("ended by the keyboard")
        finally:
            requests.close()
            ended = engine.stop()
        if not ended:
            # A thread hangs in the network; its transaction is over or will be rolled back.
            logging.shutdown()
            os._exit(0)
        store.close()
    return 0


@contextlib.contextmanager
def private_stdout() -> Iterator[TextIO]:
    """The real stdout as a stream of our own, while fd 1 and `sys.stdout` lead to stderr."""
    sys.stdout.flush()
    own = os.fdopen(os.dup(1), "w", encoding="utf-8")
    kept = sys.stdout
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield own
    finally:
        sys.stdout = kept
        with contextlib.suppress(BrokenPipeError):
            own.flush()
        os.dup2(own.fileno(), 1)
        with contextlib.suppress(BrokenPipeError):
            own.close()
