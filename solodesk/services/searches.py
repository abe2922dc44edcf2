"""Searches kept as views: saved under a name, changed, deleted, counted.

A saved search is what was typed; it is read anew each time, so `older:7d` moves with the days.
Must not carry a search out other than by the store's read models.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from solodesk.base.clock import utc
from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.domain.views import SavedSearch
from solodesk.services import settings
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.domain.search_tree import SearchQuery

MOST_COUNTED: Final = 100
"""A count stops here ("99+")."""
_LONGEST_NAME: Final = 60


def everything(reader: Reader) -> tuple[SavedSearch, ...]:
    """All of them, in the owner's order."""
    return tuple(SavedSearch(row.id, row.name, row.query) for row in reader.searches.all())


def get(reader: Reader, name: str) -> SavedSearch:
    """One by its name; KnownError no_such_search."""
    row = reader.searches.by_name(name.strip())
    if row is None:
        raise KnownError("no_such_search", name=name)
    return SavedSearch(row.id, row.name, row.query)


def understood(reader: Reader, typed: str) -> SearchQuery:
    """A complete search, dates by the owner's days."""
    from solodesk.domain.search_query import parse_query

    return parse_query(f"{typed} ", today(reader))


def typed(reader: Reader, words: str) -> SearchQuery:
    """A search that is still being typed: the last word may go on."""
    from solodesk.domain.search_query import parse_query

    return parse_query(words, today(reader))


def today(reader: Reader) -> date:
    """The day it is for the owner; the search's own dates then follow the same zone."""
    zone = settings.zone(reader)
    reader.search.zone = zone
    return utc(reader.now_ms).astimezone(zone).date()


def save(desk: Desk, name: str, query: str) -> Changes:
    """Keep a search under a name. KnownError empty_name, empty_query, name_taken."""
    desk.searches.add(
        name=_free_name(desk, name),
        query=_meant(desk, query),
        place=desk.searches.next_place(),
    )
    return desk.changes()


def change(
    desk: Desk, name: str, *, new_name: str | None = None, query: str | None = None
) -> Changes:
    """Another name or other words. KnownError as for `save`, and no_such_search."""
    found = get(desk, name)
    values = {}
    if new_name is not None:
        values["name"] = _free_name(desk, new_name, besides=found.id)
    if query is not None:
        values["query"] = _meant(desk, query)
    desk.searches.update(found.id, **values)
    return desk.changes()


def delete(desk: Desk, name: str) -> Changes:
    """Forget one; can be undone. KnownError no_such_search."""
    desk.searches.delete(get(desk, name).id)
    return desk.changes()


def tickets(reader: Reader, name: str, limit: int | None = None) -> list[TicketId]:
    """The tickets it finds now, newest first."""
    return reader.lists.find_tickets(understood(reader, get(reader, name).query), limit)


def counts(reader: Reader) -> dict[str, int]:
    """How many tickets each finds now, by name, at most `MOST_COUNTED`."""
    return {
        each.name: len(
            reader.lists.find_tickets(understood(reader, each.query), limit=MOST_COUNTED)
        )
        for each in everything(reader)
    }


def _free_name(desk: Desk, name: str, *, besides: int | None = None) -> str:
    name = " ".join(name.split())[:_LONGEST_NAME]
    if not name:
        raise KnownError("empty_name")
    other = desk.searches.by_name(name)
    if other is not None and other.id != besides:
        raise KnownError("name_taken", name=name)
    return name


def _meant(desk: Desk, query: str) -> str:
    query = " ".join(query.split())
    if not understood(desk, query):
        raise KnownError("empty_query")
    return query
