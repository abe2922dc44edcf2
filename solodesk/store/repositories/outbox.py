"""The outbox: every change of state compares and sets, so that two processes never both win."""

from collections.abc import Collection, Iterable
from typing import Any

from solodesk.domain.ids import OutboxId, TicketId
from solodesk.store import rows, specs
from solodesk.store.gateway import Gateway, Repository
from solodesk.store.transaction import Transaction

_LONGEST_MS = 2 * 3_600_000
"""No undo window and no pause between attempts is as long as this."""


class OutboxRows(Repository[rows.Outbox, OutboxId]):
    """Tables outbox and outbox_recipient."""

    __slots__ = ("_recipients",)

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.OUTBOX)
        self._recipients: Gateway[rows.OutboxRecipient] = Gateway(tx, specs.RECIPIENT)

    def add(self, **columns: Any) -> OutboxId:
        """Store a row. Undo of the act cancels it while it has not been taken up."""
        made = OutboxId(self.insert(columns))
        self._tx.outgoing = True
        if self._tx.recorder is not None:
            self._tx.recorder.entry("outbox", {"id": made}, "insert", None, {"id": made})
        return made

    def update(self, row_id: OutboxId, **columns: Any) -> bool:
        """Set columns; `changed_ms` follows."""
        self._tx.outgoing = True
        return super().update(row_id, **{"changed_ms": self._tx.now_ms, **columns})

    def move(self, outbox: OutboxId, expected: Collection[str], state: str, **columns: Any) -> bool:
        """Change the state if it is one of `expected` now; returns whether it was."""
        now = self._tx.value("SELECT state FROM outbox WHERE id = ?", (outbox,))
        if now not in expected:
            return False
        self.update(outbox, state=state, **columns)
        return True

    def due(
        self, now_ms: int, states: Iterable[str] = ("held", "queued", "retrying")
    ) -> list[rows.Outbox]:
        """Rows that may leave now, the longest queued first.

        A held row is due when its time has come and it waits for nothing but time. What we set
        ourselves is never hours away: then the clock was wrong when it was set (faults.md R22).
        """
        found: list[rows.Outbox] = []
        for state in states:
            found += self.select(
                "WHERE state = ? AND (not_before_ms IS NULL OR not_before_ms <= ?"
                " OR (not_before_ms > ? AND coalesce(hold_reason, '') != 'later'))"
                " AND (state != 'held' OR hold_reason IN ('undo_window', 'later'))",
                (state, now_ms, now_ms + _LONGEST_MS),
            )
        return sorted(found, key=lambda row: (row.queued_ms, row.id))

    def next_due_ms(self) -> int | None:
        """When the next row that waits for time alone may leave."""
        found: int | None = self._tx.value(
            "SELECT min(coalesce(not_before_ms, 0)) FROM outbox"
            " WHERE state IN ('held', 'queued', 'retrying')"
            " AND (state != 'held' OR hold_reason IN ('undo_window', 'later'))"
        )
        return found

    def in_state(self, *states: str) -> list[rows.Outbox]:
        """Rows in one of these states, oldest first."""
        return self.select(f"WHERE state IN ({', '.join('?' * len(states))}) ORDER BY id", states)

    def of_ticket(self, ticket: TicketId) -> list[rows.Outbox]:
        """A ticket's rows, oldest first."""
        return self.select("WHERE ticket_id = ? ORDER BY id", (ticket,))

    def automatic_since(self, at_ms: int) -> list[tuple[int, str, int, str]]:
        """(when, to whom, ticket, subject) of mail that rules queued and nobody took back.

        When = left or will leave; rows queued since `at_ms`.
        """
        found = self._tx.all(
            "SELECT coalesce(o.accepted_ms, o.not_before_ms, o.queued_ms), r.address, o.ticket_id,"
            " coalesce(json_extract(o.draft, '$.subject'), '')"
            " FROM outbox o JOIN outbox_recipient r ON r.outbox_id = o.id"
            " WHERE o.queued_ms >= ? AND o.state != 'cancelled'"
            " AND json_extract(o.draft, '$.automatic') IS NOT NULL",
            (at_ms,),
        )
        return [(int(row[0]), str(row[1]), int(row[2]), str(row[3])) for row in found]

    def by_rfc_id(self, rfc_id: str) -> rows.Outbox | None:
        """The row of a Message-ID of ours."""
        return self.first("WHERE rfc_id = ?", (rfc_id,))

    # -- recipients

    def set_recipient(
        self, outbox: OutboxId, address: str, state: str = "unknown", reply: str | None = None
    ) -> bool:
        """Write down how it stands with one recipient; returns whether that is new."""
        if self._recipients.by_key(outbox, address) is not None:
            return self._recipients.change((outbox, address), {"state": state, "reply": reply})
        self._recipients.insert(
            {"outbox_id": outbox, "address": address, "state": state, "reply": reply}
        )
        return True

    def recipients(self, outbox: OutboxId) -> list[rows.OutboxRecipient]:
        """All recipients of a row."""
        return self._recipients.select("WHERE outbox_id = ? ORDER BY address", (outbox,))
