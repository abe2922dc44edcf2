"""Where the list's rows come from: a query, ids in order, and rows by id.

The list asks for ids once and for rows page by page. This module must not know Qt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from solodesk.domain.ids import TicketId
from solodesk.domain.views import SearchHit, TicketRow, View


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the list shows: a view, a tag, or the tickets found by a search."""

    view: View = View.NEEDS_REPLY
    tag: str | None = None
    newest: bool = False
    search: str = ""
    only: tuple[TicketId, ...] = ()
    """Just these tickets, under `title`: the ones behind a figure."""
    title: str = ""
    saved: str = ""
    """The name of the saved search whose words `search` are."""

    @property
    def typed(self) -> bool:
        """A search from the search box."""
        return bool(self.search) and not self.saved


class TicketSource(Protocol):
    """Reads for the list, each a few milliseconds."""

    def ids(self, query: ListQuery, limit: int | None = None) -> Sequence[TicketId]:
        """All ids of the list, in its order; of a search the newest `limit`."""
        ...

    def found(self, query: ListQuery, ids: Sequence[TicketId]) -> dict[TicketId, SearchHit]:
        """Where a search's words stand in these tickets."""
        ...

    def rows(self, ids: Sequence[TicketId]) -> dict[TicketId, TicketRow]:
        """Rows of these ids; tickets that are gone are missing."""
        ...

    def now_ms(self) -> int:
        """The time, UTC milliseconds."""
        ...

    def zone(self) -> ZoneInfo:
        """The owner's time zone."""
        ...

    def waited(self, since_ms: int) -> tuple[int, float]:
        """(clock milliseconds since then, share of the response goal used, 1.0 = goal reached)."""
        ...
