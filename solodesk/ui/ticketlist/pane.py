"""The second column: title and order, the list or its empty state, and the bulk bar.

It emits facts (`ticket_selected`, `command_wanted`); the window acts on them. This module must
not write to the store.
"""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.ids import TicketId
from solodesk.domain.views import View
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import ROW_MENU, command
from solodesk.ui.icons import icon
from solodesk.ui.ticketlist.delegate import TicketDelegate
from solodesk.ui.ticketlist.empty import Emptiness, EmptyState
from solodesk.ui.ticketlist.hints import SearchHints
from solodesk.ui.ticketlist.model import TicketListModel
from solodesk.ui.ticketlist.new_draft import NewDraftLine
from solodesk.ui.ticketlist.source import ListQuery, TicketSource
from solodesk.ui.ticketlist.view import TicketListView
from solodesk.wording.gettext import _, ngettext

_BULK = ("ticket.close", "ticket.snooze", "ticket.tag", "ticket.merge")


def view_title(view: View) -> str:
    """The view's name as the sidebar and the list's header write it."""
    return command(f"view.{view.value}").title if view is not View.SPAM else _("Spam")


class TicketListPane(QWidget):
    """Header, bulk bar, rows."""

    ticket_selected = Signal(object)
    ticket_opened = Signal(object)
    selection_changed = Signal(int)
    command_wanted = Signal(str)
    words_wanted = Signal(str)
    """A search operator to be put into the search box."""
    save_wanted = Signal()
    """The search on show is to become a view."""

    def __init__(
        self,
        source: TicketSource,
        appearance: Appearance,
        actions: Actions,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._look = appearance
        self._actions = actions
        self.model = TicketListModel(source, self)
        self.view = TicketListView(self.model, self)
        self.view.setObjectName("ticketList")
        self.view.setItemDelegate(TicketDelegate(appearance, self.model, self.view))
        self._empty = EmptyState(appearance, self)
        self._empty.wanted.connect(self.command_wanted)
        self._emptiness = Emptiness("inbox", "", "")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._make_header())
        self.hints = SearchHints(appearance, self)
        self.hints.wanted.connect(self.words_wanted)
        column.addWidget(self.hints)
        column.addWidget(self._make_bulk_bar())
        self.new_draft = NewDraftLine(appearance, self)
        self.new_draft.wanted.connect(self.command_wanted)
        column.addWidget(self.new_draft)
        column.addWidget(self._stack)
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view.current_changed.connect(self.ticket_selected)
        self.view.opened.connect(self.ticket_opened)
        self.view.selection_changed.connect(self._on_selection_changed)
        self.view.menu_wanted.connect(self._on_menu_wanted)
        for signal in (self.model.modelReset, self.model.rowsInserted, self.model.rowsRemoved):
            signal.connect(self._on_rows_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def _make_header(self) -> QWidget:
        self._header = QWidget(self)
        self._header.setObjectName("listHeader")
        self._header.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self._header)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._order = QPushButton(self._header)
        self._order.setProperty("flat", True)
        self._order.setObjectName("listOrder")
        # The arrow stands behind the words.
        self._order.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._order.setMenu(self._actions.menu(("list.oldest", "list.newest"), self._order))
        self._save = QPushButton(self._header)
        self._save.setProperty("link", True)
        self._save.clicked.connect(self.save_wanted)
        self._save.hide()
        row = QHBoxLayout(self._header)
        row.setContentsMargins(16, 0, 10, 0)
        row.addWidget(self._title, 1)
        row.addWidget(self._save)
        row.addWidget(self._order)
        return self._header

    def _make_bulk_bar(self) -> QWidget:
        self._bulk = QWidget(self)
        self._bulk.setProperty("ground", "surface")
        self._bulk.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self._bulk)
        row.setContentsMargins(16, 4, 8, 4)
        row.setSpacing(2)
        self._count = QLabel(self._bulk)
        row.addWidget(self._count, 1)
        for command_id in _BULK:
            button = QToolButton(self._bulk)
            button.setDefaultAction(self._actions.action(command_id))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setAccessibleName(command(command_id).plain_title)
            row.addWidget(button)
        self._bulk.hide()
        return self._bulk

    def show_query(self, query: ListQuery) -> None:
        """Show a view, a tag or a search from its top and make its first row current."""
        self.model.show(query)
        self._write_header()
        if self.model.rowCount() and not query.typed:
            self.view.go(0)
        else:
            self.ticket_selected.emit(None)

    def set_emptiness(self, state: Emptiness) -> None:
        """What to say when there is no row."""
        self._emptiness = state
        self._empty.show_state(state)

    def select(self, ticket: TicketId) -> bool:
        """Make a ticket current; False when it is not in this list."""
        row = self.model.row_of(ticket)
        if row >= 0:
            self.view.go(row)
        return row >= 0

    def retranslate(self) -> None:
        """Words anew."""
        self._write_header()
        self._on_selection_changed()

    def _write_header(self) -> None:
        query = self.model.query
        if query.typed:
            n = self.model.rowCount()
            title = ngettext("{n} ticket found", "{n} tickets found", n).format(n=n)
            if not self.model.complete:
                title = _("The newest {n} tickets").format(n=n)
        else:
            title = query.saved or query.title or query.tag or view_title(query.view)
        self._title.setText(title)
        self._order.setText(_("Newest first") if query.newest else _("Oldest first"))
        self._order.setVisible(not (query.search or query.only))
        self._order.setAccessibleName(_("Order: {order}").format(order=self._order.text()))
        self.view.setAccessibleName(title)
        self._save.setVisible(query.typed)
        self._save.setText(_("Save search"))

    def _on_rows_changed(self) -> None:
        empty = self.model.rowCount() == 0
        self._stack.setCurrentWidget(self._empty if empty else self.view)
        if self.model.query.search:
            self._write_header()
        if empty:
            self.ticket_selected.emit(None)

    def _on_selection_changed(self) -> None:
        count = len(self.view.selectionModel().selectedIndexes())
        self._bulk.setVisible(count > 1)
        self._count.setText(ngettext("{n} ticket", "{n} tickets", count).format(n=count))
        self.selection_changed.emit(len(self.view.marked()))

    def _on_menu_wanted(self, where: QPoint) -> None:
        if not self.view.marked():
            return
        menu = self._actions.menu(ROW_MENU, self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def _on_appearance_changed(self) -> None:
        look = self._look
        self._header.setFixedHeight(look.px(48))
        self._title.setFont(look.font(15, semibold=True))
        self._order.setFont(look.font(12))
        self._save.setFont(look.font(12))
        self.hints.restyle()
        self.new_draft.restyle()
        self._actions.dress(_BULK)
        self._count.setFont(look.font(13, semibold=True))
        self._order.setIcon(icon("chevron-down", look.tokens.text_3, look.px(12)))
        for button in self._bulk.findChildren(QToolButton) + self._bulk.findChildren(QPushButton):
            button.setFont(look.font(12))
        self._write_header()
        self.view.doItemsLayout()
        self.view.viewport().update()
