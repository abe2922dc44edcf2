"""What the screens read: the store's read models and raw bytes.

Every function takes a reader and changes nothing. What one message shows: services/showing.py.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError
from solodesk.domain.ids import CustomerId, MessageId, TicketId
from solodesk.domain.views import (
    ConversationItem,
    CustomerCard,
    OutboxRow,
    SearchHit,
    Tag,
    TicketRow,
    View,
)
from solodesk.services.units import Reader

if TYPE_CHECKING:
    from solodesk.domain.search_tree import SearchQuery


def ids(
    reader: Reader, view: View, *, tag: str | None = None, newest: bool = False
) -> list[TicketId]:
    """Ids of a view in its order."""
    return reader.lists.ids(view, tag=tag, newest=newest)


def rows(reader: Reader, wanted: Iterable[TicketId]) -> dict[TicketId, TicketRow]:
    """The list's rows of these tickets."""
    return reader.lists.rows(wanted)


def counts(reader: Reader) -> dict[View, int]:
    """How many tickets each view holds."""
    return reader.lists.counts()


def tag_counts(reader: Reader) -> list[tuple[Tag, int]]:
    """Tags with the number of their open and waiting tickets."""
    return reader.lists.tag_counts()


def conversation(reader: Reader, ticket: TicketId) -> tuple[ConversationItem, ...]:
    """Everything said in a ticket, oldest first."""
    return reader.lists.conversation(ticket)


def customer_card(reader: Reader, customer: CustomerId) -> CustomerCard | None:
    """What the customer panel shows."""
    return reader.lists.customer_card(customer)


def outbox(
    reader: Reader, *, ended: bool = False, ticket: TicketId | None = None
) -> list[OutboxRow]:
    """Mail on its way out, all or that of one ticket."""
    return reader.lists.outbox(ended=ended, ticket=ticket)


def by_number(reader: Reader, number: int) -> TicketId | None:
    """The ticket the owner calls `number`."""
    return reader.lists.by_number(number)


def search(
    reader: Reader, query: "SearchQuery", limit: int = 50, by: str = "newest"
) -> list[SearchHit]:
    """Messages that match."""
    return reader.lists.search(query, limit, by)


def find_tickets(reader: Reader, query: "SearchQuery", limit: int | None = None) -> list[TicketId]:
    """Tickets that match."""
    return reader.lists.find_tickets(query, limit)


def found_in(
    reader: Reader, query: "SearchQuery", tickets: Iterable[TicketId]
) -> dict[TicketId, SearchHit]:
    """The newest hit of a search in each of these tickets."""
    return reader.lists.found_in(query, tickets)


def raw(reader: Reader, message: MessageId) -> bytes:
    """A message byte for byte; KnownError("no_such_message") when it is not kept."""
    found = reader.raw.get(message)
    if found is None:
        raise KnownError("no_such_message", message=int(message))
    return found


def attachment(reader: Reader, message: MessageId, index: int) -> bytes:
    """The decoded bytes of one attachment."""
    from solodesk.mail.files import attachment_bytes

    return attachment_bytes(raw(reader, message), index)
