"""Bulk reading of mail in child processes that can be killed for one message.

A hostile mail may cost a worker its time or its life; it then comes back as damaged mail, and the
next one is read by a fresh worker. Small batches are read right here: starting workers costs more
than they save. Must not store, fetch, or keep workers longer than a pass.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from solodesk.base.children import be_modest
from solodesk.domain.message import ParsedMessage
from solodesk.mail.parse import damaged_message, parse_message

BULK = 64
"""From so many messages in a batch on, workers are worth their start."""
_WORKERS = 2
_LIMIT_S = 20.0

Read = Callable[[bytes, frozenset[str]], ParsedMessage]


@dataclass(slots=True)
class _Worker:
    """A child, what it is reading (its index in the batch), and since when."""

    process: SpawnProcess
    pipe: Connection
    at: int | None = None
    since: float = 0.0

    def end(self) -> None:
        """Kill it; it holds nothing that could be lost."""
        self.pipe.close()
        self.process.kill()
        self.process.join()
        self.process.close()


class ParsePool:
    """Workers for one pass; started when first needed, ended with the block."""

    def __init__(
        self, *, workers: int = _WORKERS, limit_s: float = _LIMIT_S, read: Read = parse_message
    ) -> None:
        self._size = workers
        self._limit_s = limit_s
        self._read = read
        self._workers: list[_Worker] = []

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

    def parse_all(self, raws: Sequence[bytes], own: frozenset[str]) -> list[ParsedMessage]:
        """The meaning of each message, in order; damaged where a worker failed or took too long."""
        if len(raws) < BULK:
            return [self._read(raw, own) for raw in raws]
        while len(self._workers) < self._size:
            self._workers.append(self._start())
        found: dict[int, ParsedMessage] = {}
        left = iter(range(len(raws)))
        for worker in self._workers:
            self._hand_out(worker, left, raws, own)
        while any(worker.at is not None for worker in self._workers):
            busy = [worker for worker in self._workers if worker.at is not None]
            ready = wait([worker.pipe for worker in busy], self._patience(busy))
            for worker in busy:
                if worker.pipe in ready:
                    self._collect(worker, raws, found)
                elif time.monotonic() - worker.since > self._limit_s:
                    self._give_up(worker, raws, found, "took_too_long")
                if worker.at is None:
                    self._hand_out(worker, left, raws, own)
        return [found[at] for at in range(len(raws))]

    def _patience(self, busy: Sequence[_Worker]) -> float:
        """Seconds until the first of them has used up its time."""
        return max(0.0, min(each.since for each in busy) + self._limit_s - time.monotonic()) + 0.01

    def _hand_out(
        self, worker: _Worker, left: Iterator[int], raws: Sequence[bytes], own: frozenset[str]
    ) -> None:
        at = next(left, None)
        if at is None:
            return
        worker.at, worker.since = at, time.monotonic()
        try:
            worker.pipe.send((raws[at], own))
        except OSError:
            return  # it died; collecting its answer finds out

    def _collect(
        self, worker: _Worker, raws: Sequence[bytes], found: dict[int, ParsedMessage]
    ) -> None:
        try:
            parsed = worker.pipe.recv()
        except (EOFError, OSError):
            self._give_up(worker, raws, found, "reader_died")
            return
        if worker.at is not None:
            found[worker.at] = parsed
        worker.at = None

    def _give_up(
        self, worker: _Worker, raws: Sequence[bytes], found: dict[int, ParsedMessage], why: str
    ) -> None:
        if worker.at is not None:
            found[worker.at] = damaged_message(raws[worker.at], why)
        worker.end()
        fresh = self._start()
        worker.process, worker.pipe, worker.at = fresh.process, fresh.pipe, None

    def _start(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        mine, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, self._read), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, mine)


def _work(pipe: Connection, read: Read) -> None:
    """A worker's life: a message in, its meaning out, until the pipe ends."""
    be_modest()
    while True:
        try:
            raw, own = pipe.recv()
            pipe.send(read(raw, own))
        except (EOFError, OSError):
            return
