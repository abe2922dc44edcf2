"""The conversation pane: header, notices, messages oldest first, and the row of actions.

It reads through the gate and asks for commands by their catalogue id; it writes nothing but
"read", "show pictures" and "join", each one act.
"""

from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.views import ConversationItem, OutboxRow, TicketRow
from solodesk.services import lists, settings, tickets
from solodesk.ui.appearance import Appearance
from solodesk.ui.conversation.actionrow import ActionRow, EmptyPlace
from solodesk.ui.conversation.acts import MessageActs
from solodesk.ui.conversation.cards import CardColumn, Key, Shown, key_of
from solodesk.ui.conversation.header import ConversationHeader
from solodesk.ui.conversation.message import Setting
from solodesk.ui.conversation.notices import notice_for
from solodesk.ui.conversation.outbox_words import Moment
from solodesk.ui.ops import DeskGate

_MOST_OPEN = 8
"""Unread messages opened at once; earlier ones are one line each, a click away."""
_ANY_HEIGHT = 16_777_215
"""Qt's own largest height: no limit."""


class ConversationPane(QWidget):
    """Shows one ticket. Signals are facts or wishes; the window carries them out."""

    command_requested = Signal(str)
    menu_requested = Signal(object)
    outbox_act_requested = Signal(str, int)
    link_requested = Signal(str)
    """An address the owner has seen in full and wants opened."""
    original_ready = Signal(str)
    """A file to open in the owner's browser."""
    file_requested = Signal(int, int)
    files_dropped = Signal(list)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._appearance = appearance
        self._ticket: TicketId | None = None
        self._row: TicketRow | None = None
        self._items: tuple[ConversationItem, ...] = ()
        self._leaving: tuple[OutboxRow, ...] = ()
        self._last_mail: ConversationItem | None = None
        self._opened: set[Key] = set()
        self._news: frozenset[Key] = frozenset()
        """What was unread and unanswered when the ticket was opened: never behind the fold."""
        self._unfolded = False
        self._composer_open = False
        self._writing_new = False
        self._acts = MessageActs(gate, self)
        self._acts.ready.connect(self._fill)
        self._acts.original_ready.connect(self.original_ready)
        self._setting = Setting(appearance, ZoneInfo("UTC"), self._now_ms)
        self.setObjectName("conversationPane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(300)
        self.setAcceptDrops(True)
        self._build()
        gate.changed.connect(self._on_gate_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self.show_ticket(None)

    def show_ticket(self, ticket: TicketId | None) -> None:
        """Open `ticket`, or show the empty state for None."""
        if ticket != self._ticket:
            self._opened.clear()
            self._news = frozenset()
            self._acts.begin(ticket)
            self._unfolded = False
            self._row, self._items = None, ()
            self._cards.start_anew()
        self._ticket = ticket
        self._load()
        if ticket is not None and self._row is not None:
            self._cards.scroll_to_last()
            QTimer.singleShot(0, self._cards, self._cards.scroll_to_last)
            if self._row.unread:
                self._gate.act(lambda desk: tickets.mark_read(desk, [ticket]))

    def ticket(self) -> TicketId | None:
        """The ticket on show."""
        return self._ticket

    def row(self) -> TicketRow | None:
        """The list row of the ticket on show."""
        return self._row

    def take_focus(self) -> None:
        """The keys scroll it from now on."""
        self._cards.setFocus()

    def set_composer_open(self, is_open: bool, *, new: bool = False) -> None:
        """Hide the row of actions while the composer stands in its place; a `new` message has
        nothing to do with the ticket on show, which makes room for it."""
        self._composer_open = is_open
        self._writing_new = is_open and new
        self._show_parts()
        self._fill_notices()

    def expand_all(self) -> None:
        """Open every message."""
        self._unfolded = True
        self._opened.update(key_of(item) for item in self._items)
        self._fill()

    def collapse_all(self) -> None:
        """Fold all but the last message again."""
        self._unfolded = False
        self._opened.clear()
        self._news = frozenset()
        self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._cards.page(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._ticket is not None and event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Files dropped anywhere on the conversation become attachments of the reply."""
        urls = event.mimeData().urls()
        paths = [url.toLocalFile() for url in urls if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._header = ConversationHeader(self._appearance)
        self._header.command_requested.connect(self.command_requested)
        self._header.menu_requested.connect(self._on_header_menu_requested)
        outer.addWidget(self._header)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(0)
        outer.addLayout(self._notices)
        self._cards = CardColumn(lambda: self._setting)
        self._cards.link_activated.connect(self._on_cards_link_activated)
        self._cards.act_requested.connect(self._acts.run)
        self._cards.file_requested.connect(self.file_requested)
        self._cards.join_requested.connect(self._on_cards_join_requested)
        self._cards.outbox_requested.connect(self._on_cards_outbox_requested)
        self._cards.rest_requested.connect(self._on_cards_rest_requested)
        self._cards.open_requested.connect(self._on_cards_open_requested)
        self._cards.unfold_requested.connect(self._on_cards_unfold_requested)
        outer.addWidget(self._cards, 1)
        self._empty = EmptyPlace(self._appearance)
        outer.addWidget(self._empty, 1)
        self._actions = ActionRow(self._appearance)
        self._actions.command_requested.connect(self.command_requested)
        outer.addWidget(self._actions)
        self.setFocusProxy(self._cards)

    def _now_ms(self) -> int:
        return self._gate.now_ms()

    def _load(self) -> None:
        row: TicketRow | None = None
        items: tuple[ConversationItem, ...] = ()
        leaving: tuple[OutboxRow, ...] = ()
        if self._ticket is not None:
            ticket = self._ticket
            rows, items, zone, leaving = self._gate.read(
                lambda reader: (
                    lists.rows(reader, [ticket]),
                    lists.conversation(reader, ticket),
                    settings.zone(reader),
                    tuple(lists.outbox(reader, ended=True, ticket=ticket)),
                )
            )
            row = rows.get(ticket)
            self._setting = Setting(self._appearance, zone, self._now_ms)
        if row is not None and (row, items, leaving) == (self._row, self._items, self._leaving):
            return
        if self._row is None and row is not None and row.unread:
            news = _unanswered(items)
            self._news = frozenset(news)
            self._opened.update(news[-_MOST_OPEN:])
        self._row, self._items, self._leaving = row, items, leaving
        mail = [item for item in items if item.type in ("in", "out")]
        self._last_mail = mail[-1] if mail else None
        if row is not None:
            self._actions.set_closed(closed=row.status == "closed")
        self._show_parts()
        self._fill_notices()
        self._fill()

    def _show_parts(self) -> None:
        """The ticket, an empty place, or only the title of a new message over the composer."""
        shown = self._row is not None and not self._writing_new
        self._header.setVisible(shown or self._writing_new)
        self._cards.setVisible(shown)
        self._empty.setVisible(not shown and not self._writing_new)
        self._actions.setVisible(shown and not self._composer_open)
        if self._writing_new:
            self._header.show_new()
        elif self._row is not None:
            self._header.show_ticket(self._row)
        self.setMaximumHeight(self._header.height() if self._writing_new else _ANY_HEIGHT)

    def _fill(self) -> None:
        folded, shown = self._split()
        entries = [
            Shown(
                item,
                opened,
                self._acts.shown(item) if opened else None,
                self._acts.fetching(item) if opened else None,
            )
            for item in shown
            for opened in (self._is_open(item),)
        ]
        self._cards.show_items(len(folded), entries)

    def _fill_notices(self) -> None:
        while (entry := self._notices.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._row is None or self._writing_new:
            return
        moment = Moment(self._now_ms(), self._setting.zone)
        notice = notice_for(self._row, self._items, self._leaving, self._appearance, moment)
        if notice is not None:
            notice.pressed.connect(self._on_notice_pressed)
            self._notices.addWidget(notice)

    def _split(self) -> tuple[list[ConversationItem], list[ConversationItem]]:
        """Items behind the fold line, and items on show (open or one line each)."""
        items = list(self._items)
        if self._unfolded or len(items) <= 2:
            return [], items
        opened = [
            place
            for place, item in enumerate(items)
            if self._is_open_mail(item) or key_of(item) in self._news
        ]
        first_open = opened[0] if opened else len(items) - 1
        return items[:first_open], items[first_open:]

    def _is_open(self, item: ConversationItem) -> bool:
        return item.type in ("note", "contact") or self._is_open_mail(item)

    def _is_open_mail(self, item: ConversationItem) -> bool:
        return item is self._last_mail or key_of(item) in self._opened

    def _on_cards_open_requested(self, key: Key) -> None:
        self._opened.add(key)
        self._fill()

    def _on_cards_unfold_requested(self) -> None:
        self._unfolded = True
        self._fill()

    def _on_cards_link_activated(self, address: str, text: str) -> None:
        from solodesk.ui.dialogs.link import ask

        wanted = ask(address, text, self._appearance, self.window())
        if wanted is not None:
            self.link_requested.emit(wanted)

    def _on_header_menu_requested(self) -> None:
        self.menu_requested.emit(self._header.menu_anchor())

    def _on_notice_pressed(self, act: str, outbox: int) -> None:
        ticket = self._ticket
        if act == "read":
            self._read_news()
        elif act == "calm" and ticket is not None:
            self._gate.act(lambda desk: tickets.calm(desk, ticket))
        else:
            self.outbox_act_requested.emit(act, outbox)

    def _read_news(self) -> None:
        """Go to what came in after the reply was written."""
        written = max((row.queued_ms for row in self._leaving if row.state == "held"), default=0)
        news = [item for item in self._items if item.message and item.at_ms > written]
        mail = [item for item in self._items if item.type in ("in", "out") and item.message]
        self._opened.update(key_of(item) for item in (news or mail[-1:]))
        self._fill()
        self._cards.scroll_to_last()
        self._cards.setFocus()

    def _on_cards_outbox_requested(self, outbox: int) -> None:
        self.outbox_act_requested.emit("show", outbox)

    def _on_cards_join_requested(self, message: int, number: int) -> None:
        self._gate.act(
            lambda desk: tickets.join_number(desk, MessageId(message), number),
            label=("ticket.join", {"number": number}),
        )

    def _on_cards_rest_requested(self, message: int) -> None:
        # What came is told by the change log; only a refusal is told here.
        self._gate.engine({"do": "fetch_rest", "message": message}, self._take_rest_reply)

    def _take_rest_reply(self, reply: dict[str, Any]) -> None:
        error = reply.get("error")
        if error is None:
            return
        self._cards.start_anew()
        self._fill()
        self._gate.failed.emit(KnownError(str(error.get("code")), **error.get("params", {})))

    def _on_gate_changed(self, changes: Changes) -> None:
        mine = self._ticket in changes.tickets or "everything" in changes.by_kind
        said = any(item.message in changes.of("message") for item in self._items if item.message)
        customer = self._row is not None and self._row.customer_id in changes.of("customer")
        if self._ticket is not None and (mine or said or customer):
            self._acts.forget()
            self._load()

    def _on_appearance_changed(self) -> None:
        self._header.restyle()
        self._actions.restyle()
        self._empty.restyle()
        self._row, self._items = None, ()
        self._cards.start_anew()
        self._load()


def _unanswered(items: tuple[ConversationItem, ...]) -> list[Key]:
    """What the customer wrote since the owner's last answer."""
    mail = [item for item in items if item.type in ("in", "out")]
    last = max((place for place, item in enumerate(mail) if item.type == "out"), default=-1)
    return [key_of(item) for item in mail[last + 1 :]]
