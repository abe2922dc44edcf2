"""Messages and their words. The path all mail comes in by: nothing slow is imported here at the
start. Where they lie is in places.py, what they mention in threads.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from solodesk.domain.ids import AccountId, CustomerId, MessageId, TicketId
from solodesk.store import rows, specs
from solodesk.store.driver import Value
from solodesk.store.gateway import KNOWN, Repository
from solodesk.store.repositories.files import FileTexts, may_hold_words
from solodesk.store.spec import Json, to_json
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, pack_texts, unpack_texts

_SLIP = "slip"
_WORDS = ("text", "new_text")
INDEXED = frozenset(
    ("doc", "direction", "kind", "language", "attachments", "subject", "from_name",
     "from_address", "recipients", "text")
)  # fmt: skip
"""Columns whose change changes what the search index holds of a message."""


class Messages(Repository[rows.Message, MessageId]):
    """Table message."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.MESSAGE)

    def add(self, **columns: Any) -> MessageId:
        """Store a message; `doc` is made from `received_ms` unless it is given.

        Its words come as `text` and `new_text`, or as `words`: both packed (words.py).
        """
        packed = columns.pop("words", None)
        said = Texts(*(columns.pop(name, "") for name in _WORDS))
        if "doc" not in columns:
            received = columns.setdefault("received_ms", self._tx.now_ms)
            columns["doc"] = self._free_doc(received // 1000)
        made = MessageId(self.insert(columns))
        cell = self._packed(said) if packed is None else packed
        self._tx.run("INSERT INTO words (message_id, data) VALUES (?, ?)", (made, cell))
        if columns.get("attachments") and may_hold_words(columns["attachments"]):
            FileTexts(self._tx).expect(made)
        self._keep(_slip(made, columns))
        return made

    def _packed(self, said: Texts) -> bytes:
        return pack_texts(said, self._tx.newest_dictionary())

    def _free_doc(self, first: int) -> int:
        """A free search rowid at or soon after `first`: few look-ups, however many messages have
        the same time."""
        if not self._is_doc(first):
            return first
        taken, step = first, 1
        while self._is_doc(first + step):
            taken, step = first + step, step * 2
        free = first + step
        while free - taken > 1:
            middle = (taken + free) // 2
            if self._is_doc(middle):
                taken = middle
            else:
                free = middle
        return free

    def _is_doc(self, doc: int) -> bool:
        return self._tx.one("SELECT 1 FROM message WHERE doc = ?", (doc,)) is not None

    def texts(self, ids: Iterable[MessageId]) -> dict[MessageId, Texts]:
        """The words of messages; without those that have none."""
        found = self._tx.all(
            "SELECT message_id, data FROM words WHERE message_id IN (SELECT value FROM"
            " json_each(?))",
            (to_json([int(i) for i in ids]),),
        )
        return {MessageId(i): unpack_texts(cell, self._tx.dictionary) for i, cell in found}

    def text_of(self, message: MessageId) -> Texts:
        """The words of one message; empty when there are none."""
        return self.texts([message]).get(message, Texts())

    def of_ticket(self, ticket: TicketId) -> list[rows.Message]:
        """A ticket's messages, oldest first, duplicates included."""
        return self.select("WHERE ticket_id = ? ORDER BY received_ms, id", (ticket,))

    def slips(self, ids: Iterable[MessageId]) -> list[rows.Slip]:
        """Messages without their words, oldest first; those that exist."""
        wanted = {int(i) for i in ids}
        known = self._tx.known
        found = [known[_SLIP, i] for i in wanted if (_SLIP, i) in known]
        unread = wanted - {int(slip.id) for slip in found}
        if unread:
            cells = self._tx.link.execute(
                f"{specs.SLIP.select} WHERE id IN (SELECT value FROM json_each(?))",
                (to_json(sorted(unread)),),
            )
            for row in cells:
                found.append(specs.SLIP.load(row))
                self._keep(found[-1])
        return sorted(found, key=lambda slip: (slip.received_ms, slip.id))

    def _keep(self, slip: rows.Slip) -> None:
        """Remember a message's row without its words until the transaction ends."""
        if self._tx.writing and len(self._tx.known) < KNOWN:
            self._tx.known[_SLIP, int(slip.id)] = slip

    def change(self, key: Sequence[Value], values: Mapping[str, Any]) -> bool:
        """As for every table; a remembered row that changes is forgotten."""
        for row_id in key:
            self._tx.known.pop((_SLIP, cast("int", row_id)), None)
        if values.keys() & INDEXED and self._rewords(key, values):
            from solodesk.store.search import Search

            Search(self._tx).reword(MessageId(cast("int", key[0])))
        said = {name: values[name] for name in _WORDS if name in values}
        told = bool(said) and self._say(MessageId(cast("int", key[0])), said)
        rest = {name: value for name, value in values.items() if name not in said}
        return super().change(key, rest) or told

    def _rewords(self, key: Sequence[Value], values: Mapping[str, Any]) -> bool:
        """Whether this change changes what the search index holds of a message."""
        names = [name for name in values if name in INDEXED and name not in _WORDS]
        if names:
            now = self._tx.one(f"SELECT {', '.join(names)} FROM message WHERE id = ?", key)
            columns = self._spec.columns
            if now is not None and now != tuple(columns[n].stored(values[n]) for n in names):
                return True
        message = MessageId(cast("int", key[0]))
        return "text" in values and values["text"] != self.text_of(message).text

    def _say(self, message: MessageId, said: Mapping[str, str]) -> bool:
        """Change the words of a message; undo does not know them."""
        before = self.text_of(message)
        after = replace(before, **said)
        if after == before:
            return False
        self._tx.run(
            "UPDATE words SET data = ? WHERE message_id = ?", (self._packed(after), message)
        )
        self._tx.touch("message", message)
        return True

    def slips_of_ticket(self, ticket: TicketId) -> list[rows.Slip]:
        """A ticket's messages without their words, oldest first, duplicates included."""
        return self.slips(self.ids_of_ticket(ticket))

    def new_text(self, message: MessageId) -> str:
        """The words of a message without quoted history; empty when there is no such message."""
        return self.text_of(message).new_text

    def in_sent(self, ids: Iterable[MessageId]) -> frozenset[MessageId]:
        """Those of these messages that lie in a Sent folder."""
        found = self._tx.all(
            "SELECT p.message_id FROM json_each(?) j CROSS JOIN place p ON p.message_id = j.value"
            " JOIN folder f ON f.id = p.folder_id WHERE f.role = 'sent'",
            (to_json([int(i) for i in ids]),),
        )
        return frozenset(MessageId(row[0]) for row in found)

    def latest_of_customer_ms(self, customer: CustomerId) -> int | None:
        """When a customer's latest message was received."""
        found: int | None = self._tx.value(
            "SELECT max(received_ms) FROM message WHERE customer_id = ?", (customer,)
        )
        return found

    def ids_of_ticket(self, ticket: TicketId) -> list[MessageId]:
        """Their ids, oldest first."""
        found = self._tx.all(
            "SELECT id FROM message WHERE ticket_id = ? ORDER BY received_ms, id", (ticket,)
        )
        return [MessageId(row[0]) for row in found]

    def last_of_ticket(self, ticket: TicketId, direction: str | None = None) -> rows.Message | None:
        """The newest message of a ticket (in one direction), duplicates aside."""
        return self.first(
            "WHERE ticket_id = ? AND duplicate_of IS NULL AND (?2 IS NULL OR direction = ?2)"
            " ORDER BY received_ms DESC, id DESC LIMIT 1",
            (ticket, direction),
        )

    def by_rfc_id(self, rfc_id: str) -> list[rows.Message]:
        """Messages with that Message-ID, oldest first (it is a hint: there may be several)."""
        found = self._tx.all(
            "SELECT m.id FROM mention x CROSS JOIN message m ON m.id = x.message_id"
            " WHERE x.rfc_id = ?1 AND m.rfc_id = ?1",
            (rfc_id,),
        )
        known = self.many([MessageId(row[0]) for row in found]) if found else []
        return sorted(known, key=lambda message: (message.received_ms, message.id))

    def by_sha(self, sha256: bytes) -> list[rows.Message]:
        """Messages with exactly these raw bytes."""
        return self.select("WHERE sha256 = ? ORDER BY id", (sha256,))

    def of_outbox(self, outbox: int) -> rows.Message | None:
        """The message an outbox row became."""
        return self.first("WHERE id = (SELECT message_id FROM outbox WHERE id = ?)", (outbox,))

    def of_customer(self, customer: CustomerId, limit: int = 1_000) -> list[rows.Message]:
        """A customer's messages, newest first."""
        return self.select(
            "WHERE customer_id = ? ORDER BY received_ms DESC LIMIT ?", (customer, limit)
        )

    def count(self, account: AccountId | None = None) -> int:
        """How many messages there are (of one mailbox)."""
        if account is None:
            return int(self._tx.value("SELECT count(*) FROM message"))
        return int(self._tx.value("SELECT count(*) FROM message WHERE account_id = ?", (account,)))

    def count_between(self, start_ms: int, end_ms: int, direction: str | None = None) -> int:
        """Messages of [start, end), in, out or both; imported history left out (figures)."""
        return int(
            self._tx.value(
                "SELECT count(*) FROM message WHERE received_ms >= ? AND received_ms < ?"
                " AND history = 0 AND (direction = ? OR ? IS NULL)",
                (start_ms, end_ms, direction, direction),
            )
        )


def _slip(message: MessageId, columns: Mapping[str, Any]) -> rows.Slip:
    """The row just stored without its words."""
    given = {name: columns[name] for name in specs.SLIP.names if name in columns}
    for name, value in given.items():
        if type(value) is Json:
            given[name] = value.value
    return rows.Slip(id=message, **given)
