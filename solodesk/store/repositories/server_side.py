"""What a server calls our messages, and what waits to be changed there by the owner's wish."""

from collections.abc import Iterable

from solodesk.domain.ids import AccountId, MessageId
from solodesk.store import rows, specs
from solodesk.store.gateway import Repository
from solodesk.store.spec import to_json
from solodesk.store.transaction import Transaction


class GmailNames:
    """Table gmail: Gmail's names of the message at a place."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def put(self, place: int, msgid: int, thrid: int) -> None:
        """Keep the names of what lies at a place."""
        self._tx.run(
            "INSERT INTO gmail (place_id, msgid, thrid) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (place_id) DO NOTHING",
            (place, msgid, thrid),
        )

    def messages(self, account: AccountId, msgids: Iterable[int]) -> dict[int, MessageId]:
        """The message by Gmail's name, of those this mailbox has."""
        found = self._tx.all(
            "SELECT g.msgid, p.message_id FROM json_each(?) j"
            " CROSS JOIN gmail g ON g.msgid = j.value JOIN place p ON p.id = g.place_id"
            " JOIN folder f ON f.id = p.folder_id"
            " WHERE f.account_id = ? AND p.message_id IS NOT NULL",
            (to_json(list(msgids)), account),
        )
        return {row[0]: MessageId(row[1]) for row in found}


class ServerActs(Repository[rows.ServerAct, int]):
    """Table server_act: changes to a mailbox that the owner switched on."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.SERVER_ACT)

    def of(self, message: MessageId, kind: str) -> rows.ServerAct | None:
        """The act of a kind for a message."""
        return self.first("WHERE message_id = ? AND kind = ?", (message, kind))

    def due(self, account: AccountId, now_ms: int, limit: int = 200) -> list[rows.ServerAct]:
        """What may be done now in a mailbox, oldest first."""
        return self.select(
            "WHERE account_id = ? AND state IN ('waiting', 'doing') AND not_before_ms <= ?"
            " ORDER BY id LIMIT ?",
            (account, now_ms, limit),
        )

    def waiting(self, account: AccountId) -> int:
        """How many acts are still to be done."""
        return int(
            self._tx.value(
                "SELECT count(*) FROM server_act WHERE account_id = ?"
                " AND state IN ('waiting', 'doing')",
                (account,),
            )
        )

    def next_due_ms(self, account: AccountId) -> int | None:
        """When the next act may be done."""
        found: int | None = self._tx.value(
            "SELECT min(not_before_ms) FROM server_act WHERE account_id = ?"
            " AND state IN ('waiting', 'doing')",
            (account,),
        )
        return found
