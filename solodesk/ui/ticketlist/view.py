"""The list itself: keys, marking several tickets, context menu.

Single keys belong to the window's commands, so the list neither searches by letter nor lets an
input method begin a word. This module must not know what a command does.
"""

from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QListView, QWidget

from solodesk.domain.ids import TicketId
from solodesk.ui.ticketlist.model import TICKET, TicketListModel

_FLAG = QItemSelectionModel.SelectionFlag
_MOVES: Final = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class TicketListView(QListView):
    """Rows of tickets; one is current, several may be marked."""

    current_changed = Signal(object)
    """TicketId of the current row, or None."""
    selection_changed = Signal()
    opened = Signal(object)
    """TicketId: Enter or a double click."""
    menu_wanted = Signal(object)
    """QPoint on the screen."""

    def __init__(self, model: TicketListModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self._tickets = model
        self._marking = False
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.activated.connect(self._on_activated)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        self.selectionModel().selectionChanged.connect(self._on_selection_changed)

    def current(self) -> TicketId | None:
        """The current row's ticket."""
        return self._tickets.ticket_at(self.currentIndex().row())

    def marked(self) -> tuple[TicketId, ...]:
        """The tickets an act is about: the selected ones in list order, else the current one."""
        rows = sorted(index.row() for index in self.selectionModel().selectedIndexes())
        found = [self._tickets.ticket_at(row) for row in rows]
        chosen = tuple(ticket for ticket in found if ticket is not None)
        current = self.current()
        return chosen or ((current,) if current is not None else ())

    def step(self, by: int) -> None:
        """Go down or up by rows; marked rows stay marked."""
        count = self._tickets.rowCount()
        if not count:
            return
        row = self.currentIndex().row()
        target = max(0, min(count - 1, row + by if row >= 0 else 0))
        self.go(target)

    def go(self, row: int) -> None:
        """Make a row current and visible."""
        flags = _FLAG.NoUpdate if self._marking else _FLAG.ClearAndSelect
        index = self._tickets.index(row)
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def toggle_mark(self) -> None:
        """Mark or unmark the current row (`x`); the next act is about all marked rows."""
        index = self.currentIndex()
        if not index.isValid():
            return
        if not self._marking:
            self._marking = True
            return
        self.selectionModel().select(index, _FLAG.Toggle)

    def clear_marks(self) -> bool:
        """Back to one row; False when there was nothing to clear."""
        several = len(self.selectionModel().selectedIndexes()) > 1
        if not (self._marking or several):
            return False
        self._marking = False
        self.go(max(0, self.currentIndex().row()))
        return True

    def rowsAboutToBeRemoved(  # noqa: N802 - Qt's name
        self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int
    ) -> None:
        """When the current row goes, the next one becomes current, as after closing a ticket."""
        row = self.currentIndex().row()
        if start <= row <= end and end + 1 < self._tickets.rowCount():
            self.go(end + 1)
        super().rowsAboutToBeRemoved(parent, start, end)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _MOVES.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.step(step)
        elif event.text().isprintable() and event.text():
            # Letters are the window's commands, never a search by first letter.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonPress:
            self._marking = False
        return super().viewportEvent(event)

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.data(TICKET))

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.current_changed.emit(current.data(TICKET) if current.isValid() else None)

    def _on_selection_changed(self) -> None:
        self.selection_changed.emit()
