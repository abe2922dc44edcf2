"""Dictionaries: what the mail of one store has in common, so that each message keeps its own only.

Made once, from the first few hundred messages of a first sync. Frames name the dictionary they
need, so a store keeps every one it ever had. Must not be made of mail of another store.
"""

from collections.abc import Sequence

from solodesk.store.raw_form import fold
from solodesk.store.transaction import Transaction

SAMPLES = 250
"""So many messages are enough (measured: 1,000 gain another half per cent)."""
_SAMPLE = 4_000
_LOOKED_AT = 20_000
"""Bytes of a message."""
_SIZE = 112_640


def sample(raw: bytes, text: str) -> tuple[bytes, bytes]:
    """What is looked at of a message: its beginning as it is kept, and that of its words."""
    begun = raw[:_LOOKED_AT]
    return (fold(begun) or begun)[:_SAMPLE], text[:_SAMPLE].encode("utf-8", "replace")


def learn(samples: Sequence[tuple[bytes, bytes]]) -> tuple[int, bytes] | None:
    """A dictionary (number, bytes) for mail like these samples; None when they have too little in
    common."""
    import zstandard

    pieces: list[bytes | bytearray | memoryview[int]] = []
    for pair in samples:
        pieces += pair
    try:
        made = zstandard.train_dictionary(_SIZE, pieces)
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
