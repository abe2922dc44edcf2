"""Where the owner is: view, tag, search or page; which ticket; and what is read again on changes.

It connects sidebar, list, conversation and customer. This module must not write to the store.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from solodesk.domain.changes import Changes
from solodesk.domain.ids import CustomerId, TicketId
from solodesk.domain.views import TicketRow, View
from solodesk.ui.actions import Actions
from solodesk.ui.catalog import When
from solodesk.ui.desk_source import DeskSource, Standing
from solodesk.ui.frame import DeskFrame, Shape
from solodesk.ui.header import SearchBox
from solodesk.ui.sidebar.entries import places
from solodesk.ui.sidebar.sidebar import Sidebar
from solodesk.ui.ticketlist.chips import Moment
from solodesk.ui.ticketlist.empty import emptiness
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.ui.ticketlist.source import ListQuery
from solodesk.ui.times import short_when

_COUNT_MS = 700
"""Saved searches are counted so long after a change: many changes, one count."""


class ShowsTicket(Protocol):
    """The conversation pane, as far as it matters here."""

    def show_ticket(self, ticket: TicketId | None) -> None:
        """Open it, or the empty state."""
        ...

    def take_focus(self) -> None:
        """The keys scroll it from now on."""
        ...


class ShowsCustomer(Protocol):
    """The customer panel, as far as it matters here."""

    def show_customer(self, customer: CustomerId | None, ticket: TicketId | None = None) -> None:
        """Show it, or nothing."""
        ...


class Navigation(QObject):
    """Keeps the panes on the same ticket."""

    standing_changed = Signal(object)
    """`Standing`: counts and states were read again."""
    ticket_shown = Signal(object)
    """TicketId or None."""
    page_wanted = Signal(str)

    def __init__(
        self,
        source: DeskSource,
        sidebar: Sidebar,
        tickets: TicketListPane,
        search: SearchBox,
        frame: DeskFrame,
        actions: Actions,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._sidebar = sidebar
        self._tickets = tickets
        self._search = search
        self._conversation: ShowsTicket | None = None
        self._customer: ShowsCustomer | None = None
        self._frame = frame
        self._actions = actions
        self._before = ListQuery()
        self._page = ""
        self._shown: TicketId | None = None
        self.online = True
        self._standing: Standing | None = None
        self._open_view: View | None = None
        self._found: dict[str, int] = {}
        self._counting = QTimer(self, singleShot=True, interval=_COUNT_MS)
        self._counting.timeout.connect(partial(source.count_saved, self._on_saved_counted))
        self._bind()
        self._connect()
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._on_clock_timeout)
        self._clock.start()

    def _bind(self) -> None:
        view = self._tickets.view
        handlers: dict[str, Callable[[], None]] = {
            f"view.{place.value}": partial(self.show_view, place) for place in View
        }
        handlers |= {
            "list.next": partial(view.step, 1),
            "list.previous": partial(view.step, -1),
            "list.back": self.back,
            "list.oldest": partial(self.set_order, newest=False),
            "list.newest": partial(self.set_order, newest=True),
            "ticket.open": self.open_current,
            "search.focus": self._focus_search,
        }
        for command_id, handler in handlers.items():
            self._actions.bind(command_id, handler)

    def _connect(self) -> None:
        self._sidebar.view_chosen.connect(self.show_view)
        self._sidebar.tag_chosen.connect(self.show_tag)
        self._sidebar.search_chosen.connect(self.show_saved)
        self._sidebar.page_chosen.connect(self.page_wanted)
        self._tickets.ticket_selected.connect(self._on_ticket_selected)
        self._tickets.ticket_opened.connect(self._on_ticket_opened)
        self._tickets.selection_changed.connect(self._on_selection_changed)
        self._search.searched.connect(self._on_searched)
        self._search.left.connect(self._on_search_left)
        self._search.down.connect(self._on_search_down)
        self._search.focused.connect(self._on_search_focused)
        self._tickets.words_wanted.connect(self._search.add_words)

    @property
    def ticket(self) -> TicketId | None:
        """The ticket on show."""
        return self._shown

    def attach(self, conversation: ShowsTicket, customer: ShowsCustomer) -> None:
        """The panes that show what is chosen; they come a moment after the list."""
        self._conversation, self._customer = conversation, customer
        self._open(self._shown)

    def show_view(self, view: View) -> None:
        """Open a view from its top."""
        newest = view not in {View.NEEDS_REPLY, View.WAITING}
        self._show(ListQuery(view, newest=newest))

    def show_tag(self, name: str) -> None:
        """Open a tag."""
        self._show(ListQuery(View.ALL, tag=name, newest=True))

    def show_saved(self, name: str) -> None:
        """Open a saved search, if there is still one of that name."""
        known = self._source.saved(" ".join(name.split()))
        if known is not None:
            query = ListQuery(View.ALL, newest=True, search=known.query, saved=known.name)
            self._show(query)

    def leave_saved(self, name: str) -> None:
        """It is about to be deleted: show something else when it is on show."""
        if self._tickets.model.query.saved == name:
            self.show_view(View.NEEDS_REPLY)

    def show_only(self, title: str, tickets: tuple[TicketId, ...]) -> None:
        """The tickets behind a figure."""
        self._show(ListQuery(View.ALL, newest=True, only=tickets, title=title))

    def mark_page(self, command_id: str) -> None:
        """The sidebar shows that another page is open."""
        self._page = command_id
        self._sidebar.choose("page", command_id)

    def mark_place(self) -> None:
        """The sidebar shows the open page or view again (a dialog over it was closed)."""
        if self._page and self._frame.pages.currentWidget() is not self._frame.inner:
            self._sidebar.choose("page", self._page)
        else:
            self._mark(self._tickets.model.query)

    def set_order(self, *, newest: bool) -> None:
        """Oldest or newest first."""
        self._show(replace(self._tickets.model.query, newest=newest))

    def show_ticket(self, ticket: TicketId) -> None:
        """Go to a ticket wherever it is: in the list on show, else among all."""
        if not self._tickets.select(ticket):
            self._show(ListQuery(View.ALL, newest=True))
            if not self._tickets.select(ticket):
                self._open(ticket)
        self._frame.read(on=True)

    def read_hours(self) -> None:
        """Opening hours for the ages, off the window's thread."""
        self._source.read_hours(self._pass_time)

    def refresh_standing(self) -> Standing:
        """Counts, tags and accounts anew."""
        standing = self._source.standing()
        query = self._tickets.model.query
        open_view = None if query.search or query.tag or query.only else query.view
        self._standing = standing
        self._open_view = open_view
        self._write_places()
        if standing.saved and not self._counting.isActive():
            self._counting.start()
        wakes = standing.next_wake_ms
        now = self._source.now_ms()
        shown = short_when(wakes, now, self._source.zone()) if wakes is not None else None
        self._tickets.set_emptiness(
            emptiness(
                query.view,
                query.search,
                snoozed=standing.counts.get(View.SNOOZED, 0),
                wakes=shown,
                accounts=standing.accounts,
                new_draft=bool(standing.new_draft),
            )
        )
        drafting = query.view is View.DRAFTS and open_view is not None
        self._tickets.new_draft.show_draft(standing.new_draft if drafting else "")
        self.standing_changed.emit(standing)
        return standing

    def _write_places(self) -> None:
        standing = self._standing
        if standing is not None:
            saved = [(each, self._found.get(each.name, 0)) for each in standing.saved]
            listed = places(
                standing.counts, standing.tags, self._open_view, saved, stuck=standing.stuck
            )
            self._sidebar.set_places(listed)

    def _on_saved_counted(self, found: dict[str, int]) -> None:
        if found != self._found:
            self._found = found
            self._write_places()

    def take_changes(self, changes: Changes) -> None:
        """Refresh what a transaction changed, here or in another process."""
        if changes.of("everything") or changes.of("setting"):
            self._source.read_settings()
            self.read_hours()
        stale = changes.tickets
        if changes.of("everything"):
            model = self._tickets.model
            rows = range(model.rowCount())
            stale = frozenset(t for t in map(model.ticket_at, rows) if t is not None)
        self._tickets.model.refresh(TicketId(ticket) for ticket in stale)
        self._pass_time()
        self.refresh_standing()
        if self._shown is not None and self._shown in stale:
            self._show_customer(self._tickets.model.ticket_row(self._shown))

    def show_customer_again(self) -> None:
        """The customer of the ticket on show, after something else stood there."""
        ticket = self._shown
        self._show_customer(self._tickets.model.ticket_row(ticket) if ticket is not None else None)

    def retranslate(self) -> None:
        """Words anew."""
        self._sidebar.retranslate()
        self._tickets.retranslate()
        self.refresh_standing()

    def open_current(self) -> None:
        """Read the current ticket (in a narrow window: instead of the list)."""
        ticket = self._tickets.view.current()
        if ticket is not None:
            self._on_ticket_opened(ticket)

    def back(self) -> None:
        """Back to the list; marks and search are left first."""
        if self._tickets.view.clear_marks():
            return
        if self._frame.pages.currentWidget() is not self._frame.inner:
            self._frame.show_page(None)
            self.mark_place()
        elif self._tickets.model.query.only:
            self._show(self._before)
        elif self._tickets.model.query.typed and self._tickets.view.hasFocus():
            self._search.clear()
            self._show(self._before)
        self._frame.read(on=False)
        self._tickets.view.setFocus()

    def _show(self, query: ListQuery) -> None:
        self._frame.show_page(None)
        self._frame.read(on=False)
        if not (query.typed or query.only):
            self._before = query
        if not query.typed:
            self._tickets.hints.set_note("")
        if not query.typed and self._search.field.text():
            self._search.forget()
        self._pass_time()
        self._tickets.show_query(query)
        self._actions.action("list.oldest").setChecked(not query.newest)
        self._actions.action("list.newest").setChecked(query.newest)
        self.refresh_standing()
        self._mark(query)

    def _mark(self, query: ListQuery) -> None:
        if query.saved:
            self._sidebar.choose("search", query.saved)
        elif query.tag:
            self._sidebar.choose("tag", query.tag)
        else:
            self._sidebar.choose("view", "" if query.search or query.only else query.view.value)

    def _open(self, ticket: TicketId | None) -> None:
        self._shown = ticket
        if self._conversation is not None:
            self._conversation.show_ticket(ticket)
        self._show_customer(self._tickets.model.ticket_row(ticket) if ticket is not None else None)
        self.ticket_shown.emit(ticket)

    def _show_customer(self, row: TicketRow | None) -> None:
        if self._customer is None:
            return
        if row is None and self._shown is not None:
            row = self._source.rows([self._shown]).get(self._shown)
        customer = row.customer_id if row is not None else None
        self._customer.show_customer(customer, self._shown)

    def _pass_time(self) -> None:
        now = self._source.now_ms()
        self._tickets.model.set_moment(Moment(now, self._source.zone(), self.online))

    def _focus_search(self) -> None:
        self._search.field.setFocus()
        self._search.field.selectAll()

    def _on_ticket_selected(self, ticket: TicketId | None) -> None:
        if ticket != self._shown:
            self._open(ticket)
        self._on_selection_changed(len(self._tickets.view.marked()))

    def _on_ticket_opened(self, ticket: TicketId) -> None:
        if ticket != self._shown:
            self._open(ticket)
        if self._frame.shape is Shape.NARROW:
            self._frame.read(on=True)
            # The list is hidden now: without this Enter would press the next button in line.
            if self._conversation is not None:
                self._conversation.take_focus()

    def _on_selection_changed(self, count: int) -> None:
        count = max(count, 1 if self._shown is not None else 0)
        self._actions.set_state(When.TICKETS, on=count >= 1)
        self._actions.set_state(When.TICKET, on=count == 1)
        self._actions.set_state(When.LIST, on=self._tickets.model.rowCount() > 0)

    def _on_searched(self, words: str) -> None:
        means, remark = self._source.means(words) if words else (False, "")
        self._tickets.hints.set_note(remark)
        if means:
            self._show(ListQuery(View.ALL, newest=True, search=words))
        elif not words and self._tickets.model.query.typed:
            self._show(self._before)

    def _on_search_focused(self, on: bool) -> None:
        self._tickets.hints.setVisible(on or bool(self._search.field.text()))

    def _on_search_left(self) -> None:
        self._show(self._before)
        self._tickets.view.setFocus()

    def _on_search_down(self) -> None:
        if self._tickets.model.rowCount():
            self._tickets.view.setFocus()
            if not self._tickets.view.currentIndex().isValid():
                self._tickets.view.go(0)

    def _on_clock_timeout(self) -> None:
        """Ages move by the minute, countdowns by the second."""
        now = self._source.now_ms()
        old = self._tickets.model.moment.now_ms
        counting = self._tickets.model.counting_down(now)
        if counting or now // 60_000 != old // 60_000:
            self._pass_time()
        if now // 60_000 != old // 60_000:
            self.refresh_standing()
