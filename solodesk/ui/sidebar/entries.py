"""The sidebar's entries as plain data and as a list model. This module must not paint."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from solodesk.domain.views import SavedSearch, Tag, View
from solodesk.ui.catalog import command
from solodesk.wording.gettext import _, ngettext

AnyIndex = QModelIndex | QPersistentModelIndex

ENTRY: Final = Qt.ItemDataRole.UserRole

VIEWS: Final = (
    View.NEEDS_REPLY, View.WAITING, View.SNOOZED, View.DRAFTS, View.OUTBOX, View.CLOSED,
    View.AUTOMATIC, View.ALL,
)  # fmt: skip
RARE: Final = (View.SPAM, View.HIDDEN)
"""Shown only while they hold something or are open."""
COUNTED: Final = (View.NEEDS_REPLY, View.WAITING, View.SNOOZED, View.DRAFTS, View.OUTBOX)
PAGES: Final = ("go.responses", "go.insights", "go.reports", "settings.open")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: kind view, search, tag, heading or page; `key` is a view, a name or command id."""

    kind: str
    key: str
    title: str
    icon: str | None = None
    colour: str | None = None
    count: int = 0
    alarm: bool = False


def places(
    counts: Mapping[View, int],
    tags: Sequence[tuple[Tag, int]],
    open_view: View | None,
    saved: Sequence[tuple[SavedSearch, int]] = (),
    *,
    stuck: bool = False,
) -> tuple[Entry, ...]:
    """Views, then saved searches and tags under their headings; `stuck`: something in the outbox
    waits for the owner."""
    shown = [*VIEWS, *(v for v in RARE if counts.get(v) or v is open_view)]
    entries = [
        _view_entry(view, counts.get(view, 0), alarm=stuck and view is View.OUTBOX)
        for view in shown
    ]
    if saved:
        entries.append(Entry("heading", "saved", _("Saved searches")))
        entries += [
            Entry("search", each.name, each.name, "search", None, count) for each, count in saved
        ]
    if tags:
        entries.append(Entry("heading", "", _("Tags")))
        entries += [
            Entry("tag", tag.name, tag.name, None, tag.colour, count) for tag, count in tags
        ]
    return tuple(entries)


def _view_entry(view: View, count: int, *, alarm: bool) -> Entry:
    entry = command(f"view.{view.value}")
    title = _("Spam") if view is View.SPAM else entry.title
    shown = count if view in COUNTED else 0
    return Entry("view", view.value, title, entry.icon, None, shown, alarm)


def pages() -> tuple[Entry, ...]:
    """The entries at the bottom."""
    found = (command(command_id) for command_id in PAGES)
    return tuple(Entry("page", entry.id, entry.plain_title, entry.icon) for entry in found)


class EntriesModel(QAbstractListModel):
    """Entries in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: tuple[Entry, ...] = ()

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show these; when only words and counts differ, only those rows are repainted."""
        new = tuple(entries)
        same = [(e.kind, e.key) for e in new] == [(e.kind, e.key) for e in self._entries]
        if not same:
            self.beginResetModel()
            self._entries = new
            self.endResetModel()
            return
        old, self._entries = self._entries, new
        for row, (before, after) in enumerate(zip(old, new, strict=True)):
            if before != after:
                self.dataChanged.emit(self.index(row), self.index(row))

    def find(self, kind: str, key: str) -> int:
        """Row of an entry, or -1."""
        for row, entry in enumerate(self._entries):
            if (entry.kind, entry.key) == (kind, key):
                return row
        return -1

    def entry(self, row: int) -> Entry | None:
        """The entry in that row."""
        return self._entries[row] if 0 <= row < len(self._entries) else None

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None or entry.kind == "heading":
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index.row()) if index.isValid() else None
        if entry is None:
            return None
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if not entry.count:
                return entry.title
            words = ngettext("{title}, {n} ticket", "{title}, {n} tickets", entry.count).format(
                title=entry.title, n=entry.count
            )
            return _("{place}, needs you").format(place=words) if entry.alarm else words
        return None
