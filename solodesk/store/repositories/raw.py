"""Raw bytes of messages, compressed."""

from solodesk.domain.ids import MessageId
from solodesk.store.compression import unpack
from solodesk.store.raw_form import FOLDED, Cell, packed_raw, unfold
from solodesk.store.transaction import Transaction

_AT_ONCE = 1024 * 1024
"""Bytes that are written in one go."""


class RawMail:
    """Table raw: every message byte for byte, compressed."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: MessageId, raw: bytes, packed: Cell | None = None) -> None:
        """Keep the bytes of a message; `packed` when they were compressed already."""
        form, data = packed or self._packed(raw)
        if len(data) <= _AT_ONCE:
            row = (message, form, data)
            self._tx.run("INSERT INTO raw (message_id, form, data) VALUES (?, ?, ?)", row)
            return
        room = (message, form, len(data))
        self._tx.run("INSERT INTO raw (message_id, form, data) VALUES (?, ?, zeroblob(?))", room)
        self._fill(message, data)

    def _packed(self, raw: bytes) -> Cell:
        return packed_raw(raw, self._tx.newest_dictionary())

    def _fill(self, message: MessageId, data: bytes) -> None:
        """Write a big cell piece by piece: bound whole, it would be in memory twice."""
        with self._tx.link.blobopen("raw", "data", message) as cell:
            for at in range(0, len(data), _AT_ONCE):
                cell.write(data[at : at + _AT_ONCE])

    def replace(self, message: MessageId, raw: bytes) -> None:
        """Keep these bytes instead (the rest of a message has come)."""
        self._tx.run("DELETE FROM raw WHERE message_id = ?", (message,))
        self.add(message, raw)

    def get(self, message: MessageId) -> bytes | None:
        """The bytes as they came, or None when they were erased."""
        row = self._tx.one("SELECT form, data FROM raw WHERE message_id = ?", (message,))
        if row is None:
            return None
        data = unpack(row[1], self._tx.dictionary)
        return unfold(data) if row[0] == FOLDED else data

    def recent(self, account: int, most: int, size: int = 100_000) -> list[bytes]:
        """The newest received messages of an account, those over `size` bytes aside."""
        rows = self._tx.all(
            "SELECT r.data FROM message m JOIN raw r ON r.message_id = m.id WHERE m.account_id = ?"
            " AND m.direction = 'in' AND m.size <= ? ORDER BY m.doc DESC LIMIT ?",
            (account, size, most),
        )
        return [unpack(row[0], self._tx.dictionary) for row in rows]

    def erase(self, message: MessageId) -> None:
        """Forget the bytes (the owner erases a customer)."""
        self._tx.run("DELETE FROM raw WHERE message_id = ?", (message,))
        self._tx.run("UPDATE message SET raw_state = 'erased' WHERE id = ?", (message,))
        self._tx.touch("message", message)
