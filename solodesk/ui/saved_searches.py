"""Saved searches in the window: kept from the list's header, changed and deleted in the sidebar.

This module must not carry a search out.
"""

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from solodesk.services import searches
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.saved_search import SavedSearchDialog
from solodesk.ui.navigation import Navigation
from solodesk.ui.ops import DeskGate
from solodesk.ui.sidebar.sidebar import Sidebar
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.wording.gettext import _


class SavedSearches(QObject):
    """What is done with them."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        sidebar: Sidebar,
        tickets: TicketListPane,
        navigation: Navigation,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._gate = gate
        self._look = appearance
        self._navigation = navigation
        self._window = window
        self._tickets = tickets
        sidebar.search_menu_wanted.connect(self._on_menu_wanted)
        tickets.save_wanted.connect(self.save)

    def save(self) -> None:
        """Give the search on show a name."""
        self._ask(self._tickets.model.query.search, "")

    def change(self, name: str) -> None:
        """Another name or other words."""
        self._ask("", name)

    def delete(self, name: str) -> None:
        """Forget one; undo brings it back."""
        self._navigation.leave_saved(name)
        self._gate.act(lambda desk: searches.delete(desk, name), label=("search.delete", {}))

    def _ask(self, words: str, name: str) -> None:
        known = self._gate.read(lambda reader: searches.get(reader, name)) if name else None
        dialog = SavedSearchDialog(self._gate, self._look, words, known, self._window)
        dialog.accepted.connect(lambda: self._navigation.show_saved(dialog.name.text()))
        dialog.open()

    def _on_menu_wanted(self, name: str, where: QPoint) -> None:
        menu = QMenu(self._window)
        menu.addAction(_("Change…"), lambda: self.change(name))
        menu.addAction(_("Delete"), lambda: self.delete(name))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)
