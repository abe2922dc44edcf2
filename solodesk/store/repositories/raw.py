"""Raw bytes of messages, compressed."""

from solodesk.domain.ids import MessageId
from solodesk.store.compression import unpack
from solodesk.store.raw_form import FOLDED, Cell, packed_raw, unfold
from solodesk.store.transaction import Transaction


class RawMail:
    """Table raw: every message byte for byte, compressed."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: MessageId, raw: bytes, packed: Cell | None = None) -> None:
        """Keep the bytes of a message; `packed` when they were compressed already."""
        row = (message, *(packed or self._packed(raw)))
        self._tx.run("INSERT INTO raw (message_id, form, data) VALUES (?, ?, ?)", row)

    def _packed(self, raw: bytes) -> Cell:
        return packed_raw(raw, self._tx.newest_dictionary())

    def replace(self, message: MessageId, raw: bytes) -> None:
        """Keep these bytes instead (the rest of a message has come)."""
        row = (*self._packed(raw), message)
        self._tx.run("UPDATE raw SET form = ?, data = ? WHERE message_id = ?", row)

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
