"""Dictionaries: what the mail of one store has in common, so that each message keeps its own only.

Made once, from the first few hundred messages of a first sync. Frames name the dictionary they
need, so a store keeps every one it ever had. Must not be made of mail of another store.
"""

from collections.abc import Sequence

from solodesk.store.raw_form import fold
from solodesk.store.transaction import Transaction

SAMPLES = 250
"""So many messages are enough (measured: 1,000 gain another half per cent)."""
SAMPLE = 20_000
"""Bytes of a message that are looked at."""
_SIZE = 112_640


def learn(raws: Sequence[bytes]) -> tuple[int, bytes] | None:
    """A dictionary (number, bytes) of the beginnings of messages (`SAMPLE` bytes of each); None
    when they have too little in common."""
    import zstandard

    samples: list[bytes | bytearray | memoryview[int]] = []
    samples += [fold(raw) or raw for raw in raws]
    try:
        made = zstandard.train_dictionary(_SIZE, samples)
    except zstandard.ZstdError:
        return None
    return made.dict_id(), made.as_bytes()


class Dictionaries:
    """Table dictionary."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def newest(self) -> bytes | None:
        """The one to compress with, once there is one."""
        return self._tx.newest_dictionary()

    def add(self, number: int, data: bytes) -> None:
        """Keep a dictionary; from now on it is the one to compress with."""
        self._tx.run(
            "INSERT OR IGNORE INTO dictionary (id, made_ms, data) VALUES (?, ?, ?)",
            (number, self._tx.now_ms, data),
        )
