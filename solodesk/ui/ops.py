"""One way for the desk to read, to act and to ask the engine: `DeskGate`.

Acts run one after another on the writer thread, each one transaction and one undo step; their
`Changes` come back as one signal. Short reads run at once in the window's thread, long ones on a
small pool. This module must not know what the services do, nor where the store is.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QThread, Signal, Slot

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.ui.collector import Collector

if TYPE_CHECKING:
    from solodesk.services.units import Desk, Reader

T = TypeVar("T")
R = TypeVar("R")
Label = tuple[str, dict[str, Any]]

_log = logging.getLogger(__name__)


class Openers(Protocol):
    """What the composition root gives: how to open a snapshot and a transaction."""

    def read(self) -> "AbstractContextManager[Reader]":
        """A consistent snapshot for reading."""
        ...

    def write(
        self, *, label: Label | None = None, durable: bool = False
    ) -> "AbstractContextManager[Desk]":
        """A transaction of the owner; with `label` an undo step; `durable` waits for the disk."""
        ...

    def now_ms(self) -> int:
        """The time, UTC milliseconds."""
        ...

    def fresh(self) -> Changes:
        """What changed since the last call, by this process or another; cheap when nothing did."""
        ...


@dataclass(frozen=True, slots=True)
class _Job:
    """Something to run away from the window's thread, and what to tell afterwards."""

    run: Callable[[], tuple[Any, Changes | None]]
    done: Callable[[Any], None] | None
    fail: Callable[[KnownError], None] | None


@dataclass(frozen=True, slots=True)
class _Result:
    job: _Job
    value: Any
    changes: Changes | None
    error: Exception | None


def _attempt(job: _Job) -> _Result:
    try:
        value, changes = job.run()
    except Exception as error:  # noqa: BLE001 - handed to the window's thread, which decides
        return _Result(job, None, None, error)
    return _Result(job, value, changes, None)


class _Writer(QObject):
    """Lives in the writer thread."""

    finished = Signal(object)

    @Slot(object)
    def run(self, job: _Job) -> None:
        self.finished.emit(_attempt(job))


class _Reply(QObject):
    """Carries results of the pool into the window's thread."""

    finished = Signal(object)


def alive(callback: Callable[..., object]) -> bool:
    """False when `callback` is a bound method of a widget that Qt has already deleted."""
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or shiboken6.isValid(owner)


class DeskGate(QObject):
    """The desk's only door to the store and the engine. Made by `app`, handed to the panes."""

    changed = Signal(object)
    """`Changes` of an act here, or made by another process."""
    failed = Signal(object)
    """`KnownError` of an act that nobody else handles."""
    bug = Signal(object)
    """Any other exception of an act: shown as a copyable report."""
    news = Signal(dict)
    """One line from the engine: progress, connectivity, alarm (engine/protocol.py)."""
    asked = Signal(dict, object)
    """A request for the engine and what to do with its reply; the engine link listens."""
    _submitted = Signal(object)

    def __init__(self, openers: Openers, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._openers = openers
        self._busy = 0
        self._thread = QThread()
        self._thread.setObjectName("desk writer")
        self._writer = _Writer()
        self._writer.moveToThread(self._thread)
        self._submitted.connect(self._writer.run)
        self._writer.finished.connect(self._on_writer_finished)
        self._reply = _Reply()
        self._reply.finished.connect(self._on_reply_finished)
        self._collector = Collector(self)
        # Not Qt's pool: its runnables are deleted from C++ while Python still holds them.
        self._pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="desk reader")
        self._thread.start()

    def read(self, fn: "Callable[[Reader], T]") -> T:
        """Run a short read (5 ms at most) now, in the window's thread."""
        with self._openers.read() as reader:
            return fn(reader)

    def read_later(
        self,
        fn: "Callable[[Reader], T]",
        done: Callable[[T], None],
        *,
        fail: Callable[[KnownError], None] | None = None,
    ) -> None:
        """Run a longer read off the window's thread; `done` is called in the window's thread."""

        def run() -> tuple[T, None]:
            with self._openers.read() as reader:
                return fn(reader), None

        self._busy += 1
        self._pool.submit(self._answer, _Job(run, done, fail))

    def act(
        self,
        fn: "Callable[[Desk], R]",
        done: Callable[[R], None] | None = None,
        *,
        label: Label | None = None,
        durable: bool = False,
        fail: Callable[[KnownError], None] | None = None,
    ) -> None:
        """Run one transaction on the writer thread; with `label` it can be undone.

        `durable`: what leaves or is kept from leaving is on the disk before it is told.

        `done(result)` and `fail(error)` are called in the window's thread; without `fail` the
        signal `failed` is emitted.
        """

        def run() -> tuple[R, Changes]:
            with self._openers.write(label=label, durable=durable) as desk:
                value = fn(desk)
                return value, desk.changes()

        self._busy += 1
        self._submitted.emit(_Job(run, done, fail))

    def engine(
        self, request: Mapping[str, Any], done: Callable[[dict[str, Any]], None] | None = None
    ) -> None:
        """Ask the engine (engine/protocol.py); `done` gets its reply, when there is an engine."""
        self.asked.emit(dict(request), done)

    def now_ms(self) -> int:
        """The time, UTC milliseconds."""
        return self._openers.now_ms()

    def look(self, known: Changes | None = None) -> None:
        """Tell what changed in the store, whoever did it; called often, cheap when nothing did."""
        changes = (known or Changes()) | self._openers.fresh()
        if changes:
            self.changed.emit(changes)

    def busy(self) -> bool:
        """Whether acts or reads are still under way."""
        return self._busy > 0

    def stop(self) -> None:
        """Finish what is queued and end the threads; nothing may be asked afterwards."""
        self._pool.shutdown()
        self._thread.quit()
        self._thread.wait()
        self._collector.stop()

    def _answer(self, job: _Job) -> None:
        """Runs on the pool; the result goes to the window's thread."""
        self._reply.finished.emit(_attempt(job))

    @Slot(object)
    def _on_writer_finished(self, result: _Result) -> None:
        self._settle(result)

    @Slot(object)
    def _on_reply_finished(self, result: _Result) -> None:
        self._settle(result)

    def _settle(self, result: _Result) -> None:
        self._busy -= 1
        if result.error is not None:
            self._report(result)
            return
        if result.changes:
            self.look(result.changes)
        done = result.job.done
        if done is not None and alive(done):
            done(result.value)

    def _report(self, result: _Result) -> None:
        error = result.error
        if not isinstance(error, KnownError):
            _log.error("an act or a read failed", exc_info=error)
            self.bug.emit(error)
            return
        fail = result.job.fail
        if fail is not None and alive(fail):
            fail(error)
        else:
            self.failed.emit(error)
