"""Reading mail in processes of their own: killable, and two at a time for a first sync.

A batch is cut in as many pieces as there are workers; a piece goes to a worker in one go, so that
the engine can store the batch before while this one is read. A worker that dies or takes too long
costs the others nothing: its piece is read again message by message, and only the one at fault is
marked as damaged (faults.md R17, X7). Small batches, which is daily life, are read in this process:
mail/parse has its own limits, and a process costs a third of a second to start. Used by one thread.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from solodesk.services.prepared import Prepared, Read, prepare

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess
    from types import TracebackType

BULK = 64
"""From so many messages in a batch on, workers are worth their start."""
_WORKERS = 2
_LIMIT_S = 20.0
_START_S = 60.0
"""A worker's start is no fault of the mail: it has a time of its own."""


@dataclass(slots=True)
class _Worker:
    """A child and the piece it is reading."""

    process: SpawnProcess
    pipe: Connection
    piece: Sequence[bytes] = ()
    since: float = 0.0
    ready: bool = False
    told: bytes | None = None
    """The dictionary it knows."""

    def end(self) -> None:
        """Kill it; it holds nothing that could be lost."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


@dataclass(slots=True)
class _Batch:
    """What is being read: by workers in pieces, or later by ourselves."""

    raws: Sequence[bytes]
    own: frozenset[str]
    spread: bool
    busy: list[_Worker] = field(default_factory=list)


class ParsePool:
    """Workers for one pass; started when first needed, ended with the block."""

    def __init__(
        self, *, workers: int = _WORKERS, limit_s: float = _LIMIT_S, read: Read | None = None
    ) -> None:
        self._size = workers
        self._limit_s = limit_s
        self._given = read
        self._workers: list[_Worker] = []
        self._batch: _Batch | None = None
        self._dictionary: bytes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._workers:
            self._workers.pop().end()

    def expect(self, messages: int) -> None:
        """Start the workers ahead of a flood; they load while the first messages are fetched."""
        if messages >= BULK:
            while len(self._workers) < self._size:
                self._workers.append(self._start())

    def use(self, dictionary: bytes) -> None:
        """Workers are told with their next piece."""
        self._dictionary = dictionary

    def begin(self, raws: Sequence[bytes], own: frozenset[str]) -> None:
        """Take a batch; workers begin at once, this process only when `end` is called."""
        if self._batch is not None:
            self.end()
        batch = _Batch(raws, own, spread=len(raws) >= BULK)
        self._batch = batch
        if batch.spread:
            self.expect(len(raws))
            for number, worker in enumerate(self._workers):
                self._give(worker, raws[number :: self._size], own)
                batch.busy.append(worker)

    def end(self) -> list[Prepared]:
        """What the batch means, in order; damaged where a worker failed or took too long."""
        batch, self._batch = self._batch, None
        if batch is None:
            return []
        if not batch.spread:
            read = _reader(self._given)
            return [prepare(raw, read(raw, batch.own), self._dictionary) for raw in batch.raws]
        found: list[Prepared | None] = [None] * len(batch.raws)
        for number, worker in enumerate(batch.busy):
            found[number :: self._size] = self._take(worker, batch.own)
        return [each for each in found if each is not None]

    def _give(self, worker: _Worker, piece: Sequence[bytes], own: frozenset[str]) -> None:
        worker.piece, worker.since = piece, time.monotonic()
        news = None if worker.told == self._dictionary else self._dictionary
        worker.told = self._dictionary
        try:
            worker.pipe.send((piece, own, news))
        except OSError:
            return  # it died; taking its answer finds out

    def _take(self, worker: _Worker, own: frozenset[str]) -> list[Prepared]:
        """A worker's answer; if there is none, its piece is read one by one."""
        piece, worker.piece = worker.piece, ()
        found, _why = self._answer(worker)
        if found is None:
            return [self._alone(worker, raw, own) for raw in piece]
        return found

    def _alone(self, worker: _Worker, raw: bytes, own: frozenset[str]) -> Prepared:
        self._give(worker, [raw], own)
        found, why = self._answer(worker)
        if found:
            return found[0]
        from solodesk.mail.parse import damaged_message

        return Prepared(damaged_message(raw, why))

    def _answer(self, worker: _Worker) -> tuple[list[Prepared] | None, str]:
        """What the worker says, or None and why it says nothing; then there is a new one."""
        why = "took_too_long"
        try:
            if not worker.ready and worker.pipe.poll(_START_S):
                worker.ready = bool(worker.pipe.recv())
                worker.since = time.monotonic()
            left = max(0.0, worker.since + self._limit_s - time.monotonic())
            if worker.pipe.poll(left):
                found: list[Prepared] = worker.pipe.recv()
                return found, ""
        except (EOFError, OSError):
            why = "reader_died"
        worker.end()
        fresh = self._start()
        worker.process, worker.pipe, worker.ready = fresh.process, fresh.pipe, False
        worker.told = None
        return None, why

    def _start(self) -> _Worker:
        import multiprocessing

        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._given), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, mine)


def _reader(given: Read | None) -> Read:
    """What reads a message; loaded when there is one."""
    if given is not None:
        return given
    from solodesk.mail.parse import parse_message

    return parse_message


def _work(pipe: Connection, given: Read | None) -> None:
    """A worker's life: ready, then a piece in, what it means out, until the pipe ends."""
    from solodesk.base.children import be_modest

    be_modest()
    read = _reader(given)
    pipe.send(True)
    dictionary: bytes | None = None
    while True:
        try:
            piece, own, news = pipe.recv()
            dictionary = news or dictionary
            pipe.send([prepare(raw, read(raw, own), dictionary) for raw in piece])
        except (EOFError, OSError):
            return
