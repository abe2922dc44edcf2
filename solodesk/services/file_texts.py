"""The words inside attachments become searchable, some messages at a time, after the mail is in.

Each message is tried once: read, empty or failed is kept. The reader is a child that may be killed
(engine/file_reader.py). Must not keep the write lock while a file is read.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId
from solodesk.services.units import Store

LIMIT: Final = 200_000
"""Characters kept of all attachments of a message."""
_AT_ONCE: Final = 8
_LARGEST: Final = 40 * 1024 * 1024
"""Bigger messages are not read for their files' words."""
Named = tuple[int, str, str]
"""An attachment: its index in the message, file name, type."""


class Reading(Protocol):
    """Reads files in a process of its own."""

    def read(self, raw: bytes, files: Sequence[Named]) -> str | None:
        """The words of these attachments, "" for none; None when the reader died or stalled."""


def waiting(store: Store) -> bool:
    """Whether there is something to read."""
    with store.read() as reader:
        return bool(reader.files.waiting(1))


def read_waiting(
    store: Store,
    reading: Reading,
    *,
    seconds: float,
    stop: Callable[[], bool] = lambda: False,
    pause: Callable[[], None] = lambda: None,
) -> int:
    """Read what waits, latest first, for so many seconds at most; returns how many messages."""
    end = time.monotonic() + seconds
    count = 0
    while True:
        with store.read() as reader:
            ids = reader.files.waiting(_AT_ONCE)
        if not ids:
            return count
        for message in ids:
            if stop() or time.monotonic() > end:
                return count
            _read_one(store, reading, message)
            count += 1
            pause()


def _read_one(store: Store, reading: Reading, message: MessageId) -> None:
    with store.read() as reader:
        row = reader.messages.get(message)
        raw = reader.raw.get(message) if row is not None and row.size <= _LARGEST else None
    files: list[Named] = []
    if row is not None and raw is not None:
        files = [(int(a["index"]), str(a["filename"]), str(a["mime"])) for a in row.attachments]
    text = reading.read(raw, files) if raw is not None and files else ""
    with store.write(actor=Actor.ENGINE) as desk:
        if text is None:
            desk.files.fail(message)
        elif not text:
            desk.files.put(message, "")
        else:
            desk.search.remove(message)
            desk.files.put(message, text[:LIMIT])
            desk.search.add(message)
