"""Runs of one command over copies of one store, disturbed at a chosen system call."""

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.engine.receiving import receive
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts, sending
from solodesk.services.importing import import_paths
from solodesk.services.units import Store
from tests.support import oracle
from tests.support.dovecot import Mailbox
from tests.support.program import solodesk
from tests.support.shop import QUICK
from tests.support.soak import some_of
from tests.support.strace import Traced, traced


@dataclass(slots=True)
class Laboratory:
    """A folder in a known state, and a command; `reset` puts the world around it back."""

    start: Path
    data: Path
    password: str
    arguments: tuple[str, ...]
    again: Callable[[Path], None] = lambda _data: None
    """The same command in this process: quicker, for the runs nothing disturbs."""
    reset: Callable[[], None] = lambda: None
    struck: list[str] = field(default_factory=list)
    """Where a fault really hit."""

    def renew(self) -> None:
        """Everything as before the first run."""
        shutil.rmtree(self.data, ignore_errors=True)
        if self.start.exists():
            shutil.copytree(self.start, self.data)
        self.reset()

    def traced(self, inject: str | None = None) -> Traced:
        """The command under strace."""
        log = self.data.with_suffix(".strace")
        words = [sys.executable, "-m", "solodesk", "--json", "--data", str(self.data)]
        return traced([*words, *self.arguments], password=self.password, inject=inject, log=log)

    def undisturbed(self) -> tuple[Traced, oracle.Meaning]:
        """The run everything is compared with."""
        self.renew()
        done = self.traced()
        assert done.code == 0, done.errors
        assert oracle.problems(self.data) == []
        return done, oracle.meaning(self.data)

    def recovers(self, at: str, expected: oracle.Meaning) -> None:
        """Legal now; run again: the same end state; once more: nothing written."""
        assert oracle.problems(self.data) == [], at
        self.again(self.data)
        assert oracle.problems(self.data) == [], at
        assert oracle.meaning(self.data) == expected, at
        before = oracle.exactly(self.data)
        self.again(self.data)
        assert oracle.exactly(self.data) == before, at


def points(done: Traced, calls: tuple[str, ...], sample: int) -> list[tuple[str, int]]:
    """Where to strike: calls as often as they were made, spread over the run."""
    return some_of([(call, n) for call in calls for n in range(1, done.calls[call] + 1)], sample)


def connect(data: Path, box: Mailbox, smtp_port: int = 9) -> None:
    """`account add` without a live test."""
    words = ["account", "add", box.address, "--name", "Shop", "--user", box.user, "--no-test"]
    words += ["--imap", f"{box.host}:{box.port}", "--imap-tls", "plain", "--history-days", "0"]
    words += ["--smtp", f"127.0.0.1:{smtp_port}", "--smtp-tls", "plain"]
    code, _lines, errors = solodesk(data, *words)
    assert code == 0, errors


def now_ms() -> int:
    """The wall clock, which the program uses too."""
    return int(time.time() * 1000)


@contextmanager
def store_of(data: Path) -> Iterator[Store]:
    """The store of a data folder, opened as after a restart."""
    store = Store.open(DataFolder(data), SystemClock(), origin="cli")
    try:
        yield store
    finally:
        store.close()


def sync_again(data: Path, password: str) -> None:
    """What `sync` does, in this process."""
    with store_of(data) as store:
        sending.recover(store)
        with store.read() as reader:
            (row,) = reader.accounts.all()
        with ImapSource(accounts.receiving(row), password, QUICK) as source:
            assert not any(each.missing for each in receive(store, row.id, source))


def send_again(data: Path, password: str) -> None:
    """What `send` does shortly after a `sync`; the owner says "now" to what waits for its time."""
    with store_of(data) as store:
        sending.recover(store)
        with store.write() as desk:
            for row in desk.outbox.in_state("retrying"):
                desk.outbox.update(row.id, not_before_ms=None)
        sending.send_due(store, lambda _account: password, timeouts=QUICK)


def import_again(data: Path, folder: Path, own: str) -> None:
    """What `import` does."""
    with store_of(data) as store:
        assert list(import_paths(store, [folder], own=frozenset({own})))
