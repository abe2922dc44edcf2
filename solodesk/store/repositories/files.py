"""The text inside messages' attachments, and which are still to be read."""

from collections.abc import Iterable, Mapping
from typing import Any

from solodesk.domain.ids import MessageId
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, pack_texts

_WORDLESS = ("image/", "audio/", "video/")


def may_hold_words(attachments: Iterable[Any]) -> bool:
    """Whether one of these attachments (objects or JSON) is worth a look; pictures are not."""
    return any(not _mime(each).startswith(_WORDLESS) for each in attachments)


def _mime(attachment: Any) -> str:
    if isinstance(attachment, Mapping):
        return str(attachment.get("mime", ""))
    return str(getattr(attachment, "mime", ""))


class FileTexts:
    """Table file_text."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def expect(self, message: MessageId) -> None:
        """A message's attachments are to be read (again)."""
        self._tx.run(
            "INSERT INTO file_text (message_id, state) VALUES (?, 'waiting')"
            " ON CONFLICT (message_id) DO UPDATE SET state = 'waiting', data = NULL",
            (message,),
        )

    def waiting(self, most: int) -> list[MessageId]:
        """Messages whose attachments nobody has tried to read, latest first."""
        found = self._tx.all(
            "SELECT message_id FROM file_text WHERE state = 'waiting'"
            " ORDER BY message_id DESC LIMIT ?",
            (most,),
        )
        return [MessageId(row[0]) for row in found]

    def put(self, message: MessageId, text: str) -> None:
        """What was read; nothing is "empty". The caller keeps the index in step."""
        said = pack_texts(Texts(text), self._tx.newest_dictionary()) if text else None
        self._set(message, "read" if text else "empty", said)

    def fail(self, message: MessageId) -> None:
        """It could not be read and is not tried again."""
        self._set(message, "failed", None)

    def _set(self, message: MessageId, state: str, data: bytes | None) -> None:
        self._tx.run(
            "UPDATE file_text SET state = ?, data = ? WHERE message_id = ?", (state, data, message)
        )

    def forget(self, message: MessageId) -> None:
        """The message's words go (it is erased)."""
        self._tx.run("DELETE FROM file_text WHERE message_id = ?", (message,))

    def state(self, message: MessageId) -> str | None:
        """waiting | read | empty | failed, or None when there is nothing to read."""
        found: str | None = self._tx.value(
            "SELECT state FROM file_text WHERE message_id = ?", (message,)
        )
        return found
