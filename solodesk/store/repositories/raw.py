"""Raw bytes of messages, compressed, and the dictionaries they are compressed with."""

from solodesk.domain.ids import MessageId
from solodesk.store.compression import pack, unpack
from solodesk.store.transaction import Transaction

AS_IT_CAME = 0
"""The form of bytes that are kept as they came."""


class RawMail:
    """Table raw: every message byte for byte, compressed."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def add(self, message: MessageId, raw: bytes, packed: bytes | None = None) -> None:
        """Keep the bytes of a message; `packed` when they were compressed already."""
        data = self._packed(raw) if packed is None else packed
        row = (message, AS_IT_CAME, data)
        self._tx.run("INSERT INTO raw (message_id, form, data) VALUES (?, ?, ?)", row)

    def _packed(self, raw: bytes) -> bytes:
        return pack(raw, self._tx.newest_dictionary())

    def replace(self, message: MessageId, raw: bytes) -> None:
        """Keep these bytes instead (the rest of a message has come)."""
        row = (AS_IT_CAME, self._packed(raw), message)
        self._tx.run("UPDATE raw SET form = ?, data = ? WHERE message_id = ?", row)

    def get(self, message: MessageId) -> bytes | None:
        """The bytes as they came, or None when they were erased."""
        row = self._tx.one("SELECT data FROM raw WHERE message_id = ?", (message,))
        return None if row is None else unpack(row[0], self._tx.dictionary)

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
