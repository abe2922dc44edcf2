"""Messages and their words, where they lie on servers, the Message-IDs they mention, and who
takes part. The path all mail comes in by: nothing slow is imported here at the start.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from solodesk.domain.ids import AccountId, CustomerId, MessageId, TicketId, new_uid
from solodesk.store import rows, specs
from solodesk.store.driver import Value
from solodesk.store.gateway import KNOWN, Gateway, Repository
from solodesk.store.repositories.files import FileTexts, may_hold_words
from solodesk.store.spec import Json, to_json
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, pack_texts, unpack_texts

_MANY = 100
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


class Places(Repository[rows.Place, int]):
    """Table place: the unique key of received mail."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.PLACE)

    def put(self, **columns: Any) -> None:
        """Note that a message lies at a place, unless something is known to lie there."""
        cells = self._spec.cells(columns, self._tx.now_ms, new_uid)
        self._tx.run(f"{self._spec.insert} ON CONFLICT DO NOTHING", cells)

    def at(self, folder: int, uidvalidity: int, imap_uid: int) -> rows.Place | None:
        """What lies at that place."""
        return self.first(
            "WHERE folder_id = ? AND uidvalidity = ? AND imap_uid = ?",
            (folder, uidvalidity, imap_uid),
        )

    def uids(self, folder: int, uidvalidity: int, *, gone: bool = True) -> list[int]:
        """UIDs we have of a folder, ascending; without those that are gone if `gone` is false."""
        found = self._tx.all(
            "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
            " AND (? OR gone_ms IS NULL) ORDER BY imap_uid",
            (folder, uidvalidity, gone),
        )
        return [row[0] for row in found]

    def uids_from(self, folder: int, uidvalidity: int, first: int) -> list[int]:
        """UIDs we have of a folder from `first` on, ascending."""
        found = self._tx.all(
            "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
            " AND imap_uid >= ? ORDER BY imap_uid",
            (folder, uidvalidity, first),
        )
        return [row[0] for row in found]

    def live_within(
        self, folder: int, uidvalidity: int, ranges: Iterable[tuple[int, int]]
    ) -> list[int]:
        """UIDs that are here, not gone, and within any of these ranges, ascending."""
        found: set[int] = set()
        wanted = sorted(ranges)
        if len(wanted) > _MANY:
            # Asking for each would take longer than looking at all.
            for uid in self.uids(folder, uidvalidity, gone=False):
                at = bisect_right(wanted, (uid, 1 << 32)) - 1
                if at >= 0 and uid <= wanted[at][1]:
                    found.add(uid)
            return sorted(found)
        for low, high in wanted:
            rows_ = self._tx.all(
                "SELECT imap_uid FROM place WHERE folder_id = ? AND uidvalidity = ?"
                " AND imap_uid BETWEEN ? AND ? AND gone_ms IS NULL",
                (folder, uidvalidity, low, high),
            )
            found.update(row[0] for row in rows_)
        return sorted(found)

    def flags(
        self, folder: int, uidvalidity: int, uids: Iterable[int] | None = None
    ) -> dict[int, tuple[bool, bool]]:
        """UID → (seen, answered) as the server said last; of `uids` only, when they are given."""
        if uids is None:
            found = self._tx.all(
                "SELECT imap_uid, seen, answered FROM place"
                " WHERE folder_id = ? AND uidvalidity = ?",
                (folder, uidvalidity),
            )
        else:
            found = self._tx.all(
                "SELECT p.imap_uid, p.seen, p.answered FROM json_each(?3) j CROSS JOIN place p"
                " ON p.folder_id = ?1 AND p.uidvalidity = ?2 AND p.imap_uid = j.value",
                (folder, uidvalidity, to_json(list(uids))),
            )
        return {uid: (bool(seen), bool(answered)) for uid, seen, answered in found}

    def count(self, folder: int, uidvalidity: int) -> int:
        """How many messages of the folder are here and not gone from the server."""
        return int(
            self._tx.value(
                "SELECT count(*) FROM place WHERE folder_id = ? AND uidvalidity = ?"
                " AND gone_ms IS NULL",
                (folder, uidvalidity),
            )
        )

    def doubtful(self, folder: int, uidvalidity: int) -> list[rows.Place]:
        """Not marked as gone, but missed by the last pass or of an older UIDVALIDITY."""
        return self.select(
            "WHERE folder_id = ? AND gone_ms IS NULL AND (missed > 0 OR uidvalidity != ?)",
            (folder, uidvalidity),
        )

    def of_message(self, message: MessageId) -> list[rows.Place]:
        """Where a message lies."""
        return self.select("WHERE message_id = ? ORDER BY id", (message,))


class Mentions(Gateway[rows.Mention]):
    """Table mention: Message-IDs and the ticket each leads to."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.MENTION)

    def add(self, rfc_ids: Iterable[str], ticket: TicketId, message: MessageId) -> None:
        """Note that `message` of `ticket` is or mentions these Message-IDs (once each)."""
        self.insert_many(
            {"rfc_id": rfc_id, "ticket_id": ticket, "message_id": message}
            for rfc_id in dict.fromkeys(rfc_ids)
        )

    def find(self, rfc_ids: Sequence[str]) -> list[rows.Mention]:
        """Mentions of any of them, in the order asked for, then oldest first."""
        found = self._tx.all(
            "SELECT m.rfc_id, m.ticket_id, m.message_id FROM json_each(?) j"
            " CROSS JOIN mention m ON m.rfc_id = j.value ORDER BY j.key, m.message_id",
            (to_json(list(rfc_ids)),),
        )
        return [
            rows.Mention(rfc_id=r, ticket_id=TicketId(t), message_id=MessageId(m))
            for r, t, m in found
        ]

    def messages(self, names: Iterable[str]) -> list[MessageId]:
        """The messages that are or mention any of these names, each once."""
        found = self._tx.all(
            "SELECT DISTINCT m.message_id FROM json_each(?) j"
            " CROSS JOIN mention m ON m.rfc_id = j.value",
            (to_json(list(names)),),
        )
        return [MessageId(row[0]) for row in found]

    def of_message(self, message: MessageId) -> list[rows.Mention]:
        """What a message mentions."""
        refs = self._tx.one(
            "SELECT rfc_id, in_reply_to, refs FROM message WHERE id = ?", (message,)
        )
        if refs is None:
            return []
        return self.select(
            "WHERE message_id = ?1 AND (rfc_id = ?2 OR rfc_id IN (SELECT value FROM json_each(?3))"
            " OR rfc_id IN (SELECT value FROM json_each(?4)))",
            (message, *refs),
        )

    def move(self, message: MessageId, ticket: TicketId) -> None:
        """Let what `message` mentions lead to another ticket."""
        for mention in self.of_message(message):
            self.change((mention.rfc_id, message), {"ticket_id": ticket})


class Participants(Gateway[rows.Participant]):
    """Table participant: who takes part in a ticket."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.PARTICIPANT)

    def add(self, ticket: TicketId, addresses: Iterable[str]) -> None:
        """Let these addresses (lower-case) take part, if they do not yet."""
        wanted = dict.fromkeys(addresses)
        there = self.of(ticket) if wanted else frozenset()
        self.insert_many(
            {"ticket_id": ticket, "address": each} for each in wanted if each not in there
        )

    def has(self, ticket: TicketId, address: str) -> bool:
        """Whether an address takes part."""
        return (
            self._tx.one(
                "SELECT 1 FROM participant WHERE ticket_id = ? AND address = ?", (ticket, address)
            )
            is not None
        )

    def of(self, ticket: TicketId) -> frozenset[str]:
        """The addresses that take part."""
        found = self._tx.all("SELECT address FROM participant WHERE ticket_id = ?", (ticket,))
        return frozenset(row[0] for row in found)

    def delete(self, ticket: TicketId, address: str) -> bool:
        """Let an address take part no more."""
        return self.remove(ticket, address)
