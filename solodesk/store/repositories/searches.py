"""Searches the owner keeps as views."""

from solodesk.store import rows, specs
from solodesk.store.gateway import Repository
from solodesk.store.transaction import Transaction


class SavedSearches(Repository[rows.SavedSearch, int]):
    """Table saved_search."""

    __slots__ = ()

    def __init__(self, tx: Transaction) -> None:
        super().__init__(tx, specs.SAVED_SEARCH)

    def all(self) -> list[rows.SavedSearch]:
        """Every one, in the owner's order."""
        return self.select("ORDER BY place, id")

    def by_name(self, name: str) -> rows.SavedSearch | None:
        """One by its name, case aside."""
        return self.first("WHERE name = ? COLLATE NOCASE", (name,))

    def next_place(self) -> int:
        """Behind all others."""
        return int(self._tx.value("SELECT coalesce(max(place), 0) + 1 FROM saved_search"))
