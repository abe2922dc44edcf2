"""The store of one process: opens the file, hands out readers and transactions, tells what changed.

Every thread gets connections of its own. It must not know any use case.
"""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from solodesk.base.clock import Clock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.changes import Changes, changes_from
from solodesk.domain.events import Actor
from solodesk.store import driver, schema
from solodesk.store.transaction import FOLLOWED, Label, Recorder, Transaction
from solodesk.store.uow import Desk, Reader
from solodesk.store.wish import Wish

KEPT_CHANGES = 10_000
_TRIM_EVERY = 512

# Only the engine moves the log into the file; others do when it has grown because none runs.
_ENGINE_PAGES = 2_000
_OTHER_PAGES = 4_000


class _Links:
    """A thread's connections, closed with the thread."""

    def __init__(self) -> None:
        self.open: dict[str, driver.Connection] = {}
        self.reading: Reader | None = None
        self.writing = False
        self.known: dict[str, tuple[int, dict[tuple[str, int], Any]]] = {}
        """By connection: rows it has seen, and the data version they are of."""

    def take_known(self, kind: str, link: driver.Connection) -> dict[tuple[str, int], Any]:
        """Rows remembered from this connection's last transaction, unless somebody else wrote."""
        version, rows = self.known.pop(kind, (0, {}))
        return rows if version == driver.data_version(link) else {}

    def close(self) -> None:
        """Close them; a transaction left open is rolled back by SQLite."""
        while self.open:
            _, link = self.open.popitem()
            link.close()

    def __del__(self) -> None:
        self.close()


class Store:
    """One store, used from any thread of this process."""

    def __init__(self, folder: DataFolder, clock: Clock, origin: str) -> None:
        self.folder = folder
        self.clock = clock
        self.origin = origin
        self._path = folder.store
        self._local = threading.local()
        self._links: weakref.WeakSet[_Links] = weakref.WeakSet()
        self._links_lock = threading.Lock()
        # Writers of one process queue here instead of polling the file's lock.
        self._writers = threading.Lock()
        self._closed = False
        self.wish = Wish(self._path)
        """For those who write for long: whether somebody else waits to write."""

    @classmethod
    def open(cls, folder: DataFolder, clock: Clock, *, origin: str) -> "Store":
        """Open the store of a data folder, making or migrating it first where needed.

        `origin` names this process in table change ('desk', 'engine', 'cli').
        Raises KnownError: store_newer, store_damaged, store_locked, store_unreachable, disk_full.
        """
        folder.create()
        store = cls(folder, clock, origin)
        with driver.faults(folder.store, looking=True):
            store._prepare()
        return store

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def _prepare(self) -> None:
        fresh = not self._path.exists() or self._path.stat().st_size == 0
        if not fresh and driver.cut_short(self._path):
            raise KnownError("store_damaged", path=str(self._path), detail="the file is cut short")
        link = driver.connect(self._path)
        try:
            if fresh:
                driver.private(self._path)
            driver.use_wal(link)
            found = schema.revision(link)
            if found is None:
                schema.create(link)
            elif found != schema.HEAD:
                link.close()
                from solodesk.store.migrate import migrate

                migrate(self.folder, found)
        finally:
            link.close()

    # -- connections

    def _mine(self) -> _Links:
        links: _Links | None = getattr(self._local, "links", None)
        if links is None:
            links = _Links()
            self._local.links = links
            with self._links_lock:
                self._links.add(links)
        return links

    def _link(self, kind: str) -> driver.Connection:
        if self._closed:
            message = "the store is closed"
            raise RuntimeError(message)
        links = self._mine()
        link = links.open.get(kind)
        if link is None:
            link = driver.connect(self._path, reader=kind == "read", durable=kind == "durable")
            pages = _ENGINE_PAGES if self.origin == "engine" else _OTHER_PAGES
            link.execute(f"PRAGMA wal_autocheckpoint = {pages}")
            links.open[kind] = link
        return link

    def close(self) -> None:
        """Close every connection of this process; no thread may be using one."""
        self._closed = True
        with self._links_lock:
            for links in list(self._links):
                links.close()

    # -- reading

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """A consistent snapshot; within it a second `read` of the thread is the same one."""
        links = self._mine()
        if links.reading is not None:
            yield links.reading
            return
        with driver.faults(self._path, reading=True):
            link = self._link("read")
            driver.begin(link, write=False)
            tx = Transaction(link, self.clock.now_ms(), self.origin, Actor.ENGINE, writing=False)
            links.reading = Reader(tx)
            try:
                yield links.reading
            finally:
                links.reading = None
                driver.rollback(link)

    # -- writing

    @contextmanager
    def write(
        self, *, actor: Actor = Actor.OWNER, label: Label | None = None, durable: bool = False
    ) -> Iterator[Desk]:
        """A transaction, kept when the block ends and forgotten when it raises.

        With `label` (code, params) it is an act the owner can undo. `durable` waits for the disk;
        a transaction that turns out to be about the outbox does so in any case.
        """
        links = self._mine()
        if links.writing:
            message = "a transaction of this thread is open already"
            raise RuntimeError(message)
        if not self._take_turn():
            raise KnownError("store_locked", path=str(self._path))
        try:
            links.writing = True
            with driver.faults(self._path):
                kind = "durable" if durable else "write"
                link = self._link(kind)
                driver.begin(link, write=True, waiting=self.wish.tell)
                known = links.take_known(kind, link)
                try:
                    tx = Transaction(
                        link, self.clock.now_ms(), self.origin, actor, writing=True, known=known
                    )
                    if label is not None:
                        tx.recorder = Recorder(link, label, tx.now_ms)
                    desk = Desk(tx)
                    yield desk
                    self._finish(desk, tx)
                    version = driver.data_version(link)
                    driver.commit(link)
                except BaseException:
                    with suppress(driver.Error):
                        driver.rollback(link)
                    raise
                links.known[kind] = (version, tx.known)
                if tx.outgoing and not durable:
                    driver.to_disk(self._path)
        finally:
            links.writing = False
            self._writers.release()

    def _take_turn(self) -> bool:
        """Wait for the other threads of this process; False when it takes too long."""
        if self._writers.acquire(blocking=False):
            return True
        self.wish.tell()
        return self._writers.acquire(timeout=driver.BUSY_MS / 1000)

    def _finish(self, desk: Desk, tx: Transaction) -> None:
        """What every transaction does last: the index, the step, what others should look at."""
        for work in tx.at_end:
            work()
        if tx.unindexed or any(kind in FOLLOWED for kind, _ in tx.touched):
            desk.search.flush()
        if tx.recorder is not None and tx.recorder.step is not None:
            tx.recorder.close()
            desk.undo.trim()
        if not tx.touched:
            return
        tx.run_many(
            "INSERT INTO change (kind, id, origin) VALUES (?, ?, ?)",
            ((kind, row_id, self.origin) for kind, row_id in sorted(tx.touched)),
        )
        last = int(tx.value("SELECT max(seq) FROM change"))
        if last % _TRIM_EVERY < len(tx.touched):
            tx.run("DELETE FROM change WHERE seq <= ?", (last - KEPT_CHANGES,))

    # -- what others did

    def data_version(self) -> int:
        """A number that differs once another connection has committed; cheap enough to poll."""
        with driver.faults(self._path):
            return driver.data_version(self._link("read"))

    def last_seq(self) -> int:
        """Where `changes_since` would stand now."""
        with self.read() as reader:
            return reader.lists.last_change()

    def changes_since(self, seq: int) -> tuple[int, Changes]:
        """(new position, what changed after `seq`, by any process, this one included).

        When so much happened that the log no longer reaches back to `seq`, the changes hold the
        kind 'everything'.
        """
        with self.read() as reader:
            last, pairs, complete = reader.lists.changes_after(seq)
        if not complete:
            return last, Changes({"everything": frozenset({0})})
        return last, changes_from(pairs)

    # -- health

    def check(self) -> tuple[str, ...]:
        """What SQLite finds wrong with the file; empty when it is sound. Reads all of it."""
        with driver.faults(self._path, looking=True):
            return driver.quick_check(self._link("read"))
