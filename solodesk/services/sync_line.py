"""Fetching, reading and storing at once, each a batch ahead of the next.

While a batch is stored, the next one is read (by workers, if any) and the one after it travels.
At most three batches are in memory, each cut by number and by bytes. Within a window of UIDs the
oldest come first, so that answers find what they answer; the newest window comes first. Must not
open folders or connections: it is handed a source with the folder open.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_fetch import Fetched
from solodesk.services import settings
from solodesk.services.prepared import Prepared, Reading
from solodesk.services.sync_batch import Intake, Took, take_in
from solodesk.services.sync_suspects import BROKEN
from solodesk.store import dictionaries

_log = logging.getLogger(__name__)
WINDOW = 1_000
"""Of so many messages the oldest is stored first."""
_MESSAGES = 200
_BYTES = 4 * 1024 * 1024
_FIRST_PART = 1024 * 1024
"""Of a message over the owner's limit so much comes: headers and text; it is marked as partial."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """UIDs fetched together; `cursor` is set on the last batch of a window."""

    uids: list[int]
    cursor: int | None
    first_bytes: int | None


class Line:
    """The way of one folder's messages from the server into the store."""

    def __init__(
        self, source: ImapSource, reading: Reading, intake: Intake, stop: threading.Event
    ) -> None:
        with intake.store.read() as reader:
            self._whole_bytes = int(settings.get(reader, "whole_mail_mb")) * 1024 * 1024
            dictionary = reader.dictionaries.newest()
        if dictionary is not None:
            reading.use(dictionary)
        self._samples: list[tuple[bytes, bytes]] | None = [] if dictionary is None else None
        """Messages to learn a dictionary from, while the store has none."""
        self._source = source
        self._reading = reading
        self._intake = intake
        self._stop = stop
        self._being_read: tuple[_Batch, list[Fetched]] | None = None
        self.broke_on: tuple[int, ...] = ()
        """What was being fetched when the connection broke."""

    def run(self, uids: Sequence[int]) -> Iterator[Took]:
        """Take in `uids`, given newest first; what became of each batch.

        After `stop` the batch being read is still stored, and the source is of no more use.
        Raises what the source and the store raise; what had come until then is stored.
        """
        batches = self._batches(uids)
        batch = self._ask(batches)
        while batch is not None:
            try:
                fetched = self._answer(batch)
                coming = self._ask(batches)
            except KnownError:
                yield from self._store()
                raise
            done = self._read(batch, fetched)
            if done is not None:
                yield self._keep(*done)
            batch = coming
        yield from self._store()

    def _batches(self, uids: Sequence[int]) -> Iterator[_Batch]:
        for start in range(0, len(uids), WINDOW):
            chosen = uids[start : start + WINDOW]
            sizes = self._source.summaries(chosen)
            there = sorted(uid for uid in chosen if uid in sizes)
            pieces = list(_cut(there, {uid: self._weight(sizes[uid].size) for uid in there}))
            for piece in pieces:
                last = piece is pieces[-1]
                huge = sizes[piece[0]].size > self._whole_bytes  # then it is alone
                yield _Batch(piece, min(chosen) if last else None, _FIRST_PART if huge else None)

    def _weight(self, size: int) -> int:
        """Bytes a message takes in a batch; one that comes in part is a batch of its own."""
        return size if size <= self._whole_bytes else _BYTES + 1

    def _ask(self, batches: Iterator[_Batch]) -> _Batch | None:
        if self._stop.is_set():
            return None
        batch = next(batches, None)
        if batch is not None:
            self._source.ask(batch.uids, batch.first_bytes)
        return batch

    def _answer(self, batch: _Batch) -> list[Fetched]:
        """The bytes of a batch; what the server itself cannot give does not stop the others."""
        try:
            fetched = self._source.answer()
        except KnownError as error:
            if error.code in BROKEN:
                self.broke_on = tuple(batch.uids)
            if error.code != "server_said":
                raise
            fetched = [got for uid in batch.uids for got in self._alone(uid, batch.first_bytes)]
        return sorted(fetched, key=lambda each: each.uid)

    def _alone(self, uid: int, first_bytes: int | None) -> list[Fetched]:
        try:
            return self._source.fetch([uid], first_bytes)
        except KnownError as error:
            if error.code in BROKEN:
                self.broke_on = (uid,)
            if error.code != "server_said":
                raise
            # It shows as missing, and is tried again in the next pass.
            _log.warning("message %s was refused by the server", uid)
            return []

    def _read(
        self, batch: _Batch, fetched: list[Fetched]
    ) -> tuple[_Batch, list[Fetched], list[Prepared]] | None:
        """Let a batch be read; what was being read before is done then."""
        before = self._being_read
        meanings = [] if before is None else self._reading.end()
        self._reading.begin([each.raw for each in fetched], self._intake.own)
        self._being_read = batch, fetched
        return None if before is None else (*before, meanings)

    def _learn(self, fetched: Sequence[Fetched], meanings: Sequence[Prepared]) -> None:
        """Once enough messages have come, what they have in common is kept for all."""
        if self._samples is None:
            return
        for each, meaning in zip(fetched, meanings, strict=True):
            self._samples.append(dictionaries.sample(each.raw, meaning.parsed.body_text))
        if len(self._samples) < dictionaries.SAMPLES:
            return
        learnt, self._samples = dictionaries.learn(self._samples), None
        if learnt is not None:
            with self._intake.store.write(actor=Actor.ENGINE) as desk:
                desk.dictionaries.add(*learnt)
            self._reading.use(learnt[1])

    def _store(self) -> Iterator[Took]:
        before, self._being_read = self._being_read, None
        if before is not None:
            yield self._keep(*before, self._reading.end())

    def _keep(
        self, batch: _Batch, fetched: Sequence[Fetched], meanings: Sequence[Prepared]
    ) -> Took:
        took = take_in(self._intake, fetched, meanings, cursor=batch.cursor)
        self._learn(fetched, meanings)
        return took


def _cut(uids: Iterable[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """UIDs in their order, cut by number and by bytes, so that memory stays bounded."""
    batch: list[int] = []
    total = 0
    for uid in uids:
        if batch and (total + sizes[uid] > _BYTES or len(batch) >= _MESSAGES):
            yield batch
            batch, total = [], 0
        batch.append(uid)
        total += sizes[uid]
    if batch:
        yield batch
