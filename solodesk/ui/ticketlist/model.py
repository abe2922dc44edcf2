"""The list's model: ids in order and a cache of rows, read page by page.

A refresh moves, inserts and removes single rows; the model is reset only when the list shows
something else. This module must not paint and must not know SQL.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from solodesk.domain.ids import TicketId
from solodesk.domain.views import SearchHit, TicketRow
from solodesk.ui.ticketlist.chips import Moment, spoken
from solodesk.ui.ticketlist.source import ListQuery, TicketSource

AnyIndex = QModelIndex | QPersistentModelIndex

ROW: Final = Qt.ItemDataRole.UserRole
TICKET: Final = Qt.ItemDataRole.UserRole + 1
HIT: Final = Qt.ItemDataRole.UserRole + 2

_PAGE: Final = 48
FOUND_AT_ONCE: Final = 100
"""Tickets of a search that are asked for; more when the list is scrolled to its end."""
_MANY: Final = 300
"""More single changes than this are told as one reset: cheaper, and nobody is reading then."""


class TicketListModel(QAbstractListModel):
    """Tickets of one view, tag or search."""

    def __init__(self, source: TicketSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._query = ListQuery()
        self._ids: list[TicketId] = []
        self._cache: dict[TicketId, TicketRow] = {}
        self._hits: dict[TicketId, SearchHit] = {}
        self._limit = FOUND_AT_ONCE
        self._moment = Moment(source.now_ms(), source.zone(), online=True)

    @property
    def query(self) -> ListQuery:
        """What is shown now."""
        return self._query

    @property
    def moment(self) -> Moment:
        """Time, zone and connection as the rows are painted with."""
        return self._moment

    def set_moment(self, moment: Moment) -> None:
        """Time has passed: ages and countdowns are painted anew."""
        self._moment = moment
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))

    def show(self, query: ListQuery) -> None:
        """Show something else, from its top."""
        self.beginResetModel()
        self._query = query
        self._cache.clear()
        self._hits.clear()
        self._limit = FOUND_AT_ONCE
        self._ids = self._read_ids()
        self.endResetModel()

    def refresh(self, changed: Iterable[TicketId] = ()) -> None:
        """Look again: rows of `changed` are re-read, the order follows the store."""
        stale = set(changed)
        for ticket in stale:
            self._cache.pop(ticket, None)
            self._hits.pop(ticket, None)
        self._follow(self._read_ids())
        if stale:
            for row, ticket in enumerate(self._ids):
                if ticket in stale:
                    self.dataChanged.emit(self.index(row), self.index(row))

    def _read_ids(self) -> list[TicketId]:
        return list(self._source.ids(self._query, self._limit if self._query.search else None))

    @property
    def complete(self) -> bool:
        """Whether the list holds all there is; of a search the newest come first."""
        return not self._query.search or len(self._ids) < self._limit

    def canFetchMore(self, parent: AnyIndex) -> bool:
        return not parent.isValid() and not self.complete

    def fetchMore(self, parent: AnyIndex) -> None:
        if self.canFetchMore(parent):
            self._limit *= 4
            self._follow(self._read_ids())

    def row_of(self, ticket: TicketId) -> int:
        """Where a ticket stands, or -1."""
        try:
            return self._ids.index(ticket)
        except ValueError:
            return -1

    def ticket_at(self, row: int) -> TicketId | None:
        """The ticket in that row, or None outside the list."""
        return self._ids[row] if 0 <= row < len(self._ids) else None

    def ticket_row(self, ticket: TicketId) -> TicketRow | None:
        """The row's data, from the cache or the store."""
        if ticket not in self._cache:
            self._load(self.row_of(ticket))
        return self._cache.get(ticket)

    def counting_down(self, now_ms: int) -> bool:
        """Whether a row that was read leaves within two minutes."""
        return any(
            row.outbox_not_before_ms is not None
            and -2_000 < row.outbox_not_before_ms - now_ms < 120_000
            for row in self._cache.values()
        )

    def waited(self, row: TicketRow) -> tuple[int, float] | None:
        """How long the customer has waited for us, or None when it is not our turn."""
        if row.waiting_since_ms is None or row.status not in {"open", "waiting"}:
            return None
        return self._source.waited(row.waiting_since_ms)

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._ids):
            return None
        ticket = self._ids[index.row()]
        if role == TICKET:
            return ticket
        if role == HIT:
            return self._hits.get(ticket)
        if role not in {
            ROW, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole,
        }:  # fmt: skip
            return None
        row = self._row_at(index.row())
        if row is None or role == ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.subject
        return spoken(row, self.waited(row), self._moment)

    def _row_at(self, number: int) -> TicketRow | None:
        ticket = self._ids[number]
        if ticket not in self._cache:
            self._load(number)
        return self._cache.get(ticket)

    def _load(self, number: int) -> None:
        if number < 0:
            return
        start = max(0, number - _PAGE // 4)
        wanted = [t for t in self._ids[start : start + _PAGE] if t not in self._cache]
        self._cache.update(self._source.rows(wanted))
        if self._query.search and wanted:
            self._hits.update(self._source.found(self._query, wanted))

    def _follow(self, new: Sequence[TicketId]) -> None:
        if new == self._ids:
            return
        gone = set(self._ids) - set(new)
        come = set(new) - set(self._ids)
        if len(gone) + len(come) > _MANY:
            self.beginResetModel()
            self._ids = list(new)
            self.endResetModel()
            return
        for row in range(len(self._ids) - 1, -1, -1):
            if self._ids[row] in gone:
                self.beginRemoveRows(QModelIndex(), row, row)
                self._cache.pop(self._ids.pop(row), None)
                self.endRemoveRows()
        self._arrange(new)

    def _arrange(self, new: Sequence[TicketId]) -> None:
        known = set(self._ids)
        for row, ticket in enumerate(new):
            if row < len(self._ids) and self._ids[row] == ticket:
                continue
            if ticket in known:
                old = self._ids.index(ticket, row)
                self.beginMoveRows(QModelIndex(), old, old, QModelIndex(), row)
                self._ids.insert(row, self._ids.pop(old))
                self.endMoveRows()
            else:
                self.beginInsertRows(QModelIndex(), row, row)
                self._ids.insert(row, ticket)
                self.endInsertRows()
