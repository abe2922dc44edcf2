"""Tickets: the row of each conversation, found by number, customer and due time."""

from collections.abc import Iterable, Sequence

from solodesk.domain.ids import AccountId, CustomerId, TicketId
from solodesk.store import rows, specs
from solodesk.store.gateway import Repository
from solodesk.store.transaction import Transaction


class Tickets(Repository[rows.Ticket, TicketId]):
    """Table ticket."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.TICKET)

    def by_number(self, number: int) -> rows.Ticket | None:
        """The ticket the owner calls `number`."""
        return self.first("WHERE number = ?", (number,))

    def give_number(self, ticket: TicketId) -> int:
        """The ticket's number, given now when it has none yet; LookupError without a ticket."""
        row = self._tx.one("SELECT number FROM ticket WHERE id = ?", (ticket,))
        if row is None:
            message = f"no ticket {ticket}"
            raise LookupError(message)
        if row[0] is not None:
            return int(row[0])
        number = self.take_numbers(1)
        self.change((ticket,), {"number": number})
        return number

    def take_numbers(self, count: int) -> int:
        """The first of `count` numbers in a row that nobody else will get."""
        number = int(self._tx.value("SELECT value FROM meta WHERE key = 'next_ticket_number'"))
        self._tx.run(
            "UPDATE meta SET value = ? WHERE key = 'next_ticket_number'", (str(number + count),)
        )
        return number

    def give_numbers(self, ids: Iterable[TicketId]) -> None:
        """Give each a number, in the order of `ids`."""
        for ticket in ids:
            self.give_number(ticket)

    def without_number(self, account: AccountId | None = None) -> list[TicketId]:
        """Tickets that have no number yet, oldest first; of a mailbox or none, if one is given."""
        found = self._tx.all(
            "SELECT id FROM ticket WHERE number IS NULL AND merged_into IS NULL"
            " AND (?1 IS NULL OR account_id IS NULL OR account_id = ?1) ORDER BY created_ms, id",
            (account,),
        )
        return [TicketId(row[0]) for row in found]

    def of_customer(
        self, customer: CustomerId, *, since_ms: int | None = None, limit: int = 1_000
    ) -> list[rows.Ticket]:
        """A customer's tickets, latest message first."""
        return self.select(
            "WHERE customer_id = ? AND last_message_ms >= ? ORDER BY last_message_ms DESC LIMIT ?",
            (customer, -(1 << 62) if since_ms is None else since_ms, limit),
        )

    def subjects(
        self, customer: CustomerId, since_ms: int, until_ms: int, limit: int = 50
    ) -> list[tuple[TicketId, str]]:
        """A customer's tickets with their latest message between two moments (both included), not
        merged ones: their subjects, latest first."""
        found = self._tx.all(
            "SELECT id, subject FROM ticket WHERE customer_id = ? AND last_message_ms BETWEEN ?"
            " AND ? AND merged_into IS NULL ORDER BY last_message_ms DESC LIMIT ?",
            (customer, since_ms, until_ms, limit),
        )
        return [(TicketId(ticket), subject) for ticket, subject in found]

    def statuses(self, customer: CustomerId, limit: int) -> list[str]:
        """The statuses of a customer's tickets, latest message first."""
        found = self._tx.all(
            "SELECT status FROM ticket WHERE customer_id = ? ORDER BY last_message_ms DESC LIMIT ?",
            (customer, limit),
        )
        return [row[0] for row in found]

    def of_account(self, account: int) -> list[rows.Ticket]:
        """Tickets that came through a mailbox, oldest first."""
        return self.select("WHERE account_id = ? ORDER BY created_ms, id", (account,))

    def due(self, now_ms: int) -> list[rows.Ticket]:
        """Snoozed tickets whose time has come."""
        return self.select(
            "WHERE snoozed_until_ms IS NOT NULL AND snoozed_until_ms <= ?"
            " ORDER BY snoozed_until_ms",
            (now_ms,),
        )

    def next_due_ms(self) -> int | None:
        """When the next snoozed ticket wakes."""
        found: int | None = self._tx.value(
            "SELECT min(snoozed_until_ms) FROM ticket WHERE snoozed_until_ms IS NOT NULL"
        )
        return found

    def merged_into(self, ticket: TicketId) -> list[rows.Ticket]:
        """Tickets that were merged into this one."""
        return self.select("WHERE merged_into = ? ORDER BY id", (ticket,))

    def final(self, ticket: TicketId) -> TicketId:
        """The ticket that this one was merged into in the end (itself when it was not)."""
        seen = {ticket}
        while True:
            into = self._tx.value("SELECT merged_into FROM ticket WHERE id = ?", (ticket,))
            if into is None or into in seen:
                return ticket
            ticket = TicketId(into)
            seen.add(ticket)

    def idle(self, account: int, before_ms: int) -> list[TicketId]:
        """Open tickets of a mailbox without a message since `before_ms`, oldest first."""
        found = self._tx.all(
            "SELECT id FROM ticket WHERE status = 'open' AND last_message_ms < ? AND account_id = ?"
            " ORDER BY last_message_ms",
            (before_ms, account),
        )
        return [TicketId(row[0]) for row in found]

    def update_many(self, ids: Sequence[TicketId], **columns: object) -> list[TicketId]:
        """Set the same columns on several tickets; returns those that differed."""
        return [ticket for ticket in ids if self.change((ticket,), columns)]
