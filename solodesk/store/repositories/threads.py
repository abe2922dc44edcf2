"""What threading asks for: the Message-IDs ever mentioned, and who takes part in a ticket."""

from collections.abc import Iterable, Sequence

from solodesk.domain.ids import MessageId, TicketId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway
from solodesk.store.spec import to_json
from solodesk.store.transaction import Transaction


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
