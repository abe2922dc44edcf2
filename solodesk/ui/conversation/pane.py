"""The conversation pane: header, notices, messages oldest first, and the row of actions.

It reads through the gate and asks for commands by their catalogue id; it writes nothing but
"read", "show pictures" and "join", each one act.
"""

from zoneinfo import ZoneInfo

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.domain.views import ConversationItem, TicketRow
from solodesk.services import lists, settings, tickets
from solodesk.ui.appearance import Appearance
from solodesk.ui.conversation.header import ConversationHeader
from solodesk.ui.conversation.message import (
    FoldedMessage,
    HtmlBody,
    MessageCard,
    NoteCard,
    Setting,
)
from solodesk.ui.conversation.notices import notice_for
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.ui.widgets import Hairline
from solodesk.wording.gettext import _, ngettext

COLUMN_WIDTH = 720


class ConversationPane(QWidget):
    """Shows one ticket. Signals are facts or wishes; the window carries them out."""

    command_requested = Signal(str)
    menu_requested = Signal(object)
    outbox_act_requested = Signal(str, int)
    link_requested = Signal(str)
    file_requested = Signal(int, int)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._appearance = appearance
        self._ticket: TicketId | None = None
        self._row: TicketRow | None = None
        self._items: tuple[ConversationItem, ...] = ()
        self._opened: set[tuple[str, int]] = set()
        self._unfolded = False
        self._setting = Setting(appearance, ZoneInfo("UTC"), self._now_ms)
        self.setObjectName("conversationPane")
        self.setMinimumWidth(360)
        self._build()
        gate.changed.connect(self._on_gate_changed)
        appearance.changed.connect(self._on_appearance_changed)
        self.show_ticket(None)

    def show_ticket(self, ticket: TicketId | None) -> None:
        """Open `ticket`, or show the empty state for None."""
        if ticket != self._ticket:
            self._opened.clear()
            self._unfolded = False
        self._ticket = ticket
        self._load()
        if ticket is not None and self._row is not None:
            QTimer.singleShot(0, self, self._scroll_to_last)
            if self._row.unread:
                self._gate.act(lambda desk: tickets.mark_read(desk, [ticket]))

    def ticket(self) -> TicketId | None:
        """The ticket on show."""
        return self._ticket

    def row(self) -> TicketRow | None:
        """The list row of the ticket on show."""
        return self._row

    def set_composer_open(self, is_open: bool) -> None:
        """Hide the row of actions while the composer stands in its place."""
        self._composer_open = is_open
        self._actions.setVisible(not is_open and self._row is not None)

    def expand_all(self) -> None:
        """Open every message."""
        self._unfolded = True
        self._opened.update(_key(item) for item in self._items)
        self._fill()

    def collapse_all(self) -> None:
        """Fold all but the last message again."""
        self._unfolded = False
        self._opened.clear()
        self._fill()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self._scroll.verticalScrollBar()
        if event.key() == Qt.Key.Key_Space:
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            bar.setValue(bar.value() + (-1 if back else 1) * (self._scroll.height() - 40))
            return
        super().keyPressEvent(event)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._header = ConversationHeader(self._appearance)
        self._header.command_requested.connect(self.command_requested)
        self._header.menu_requested.connect(self._on_header_menu_requested)
        outer.addWidget(self._header)
        self._line = Hairline(self._appearance)
        outer.addWidget(self._line)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(0)
        outer.addLayout(self._notices)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("conversation")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll.setAccessibleName(_("Conversation"))
        outer.addWidget(self._scroll, 1)
        self._empty = self._make_empty()
        outer.addWidget(self._empty, 1)
        self._composer_open = False
        self._actions = self._make_actions()
        outer.addWidget(self._actions)
        self._fresh_column()

    def _fresh_column(self) -> None:
        """Start an empty column; the old one goes with all its cards."""
        holder = QWidget()
        holder.setObjectName("conversationColumn")
        sides = QHBoxLayout(holder)
        sides.setContentsMargins(24, 14, 24, 20)
        inner = QWidget()
        inner.setMaximumWidth(COLUMN_WIDTH)
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        sides.addWidget(inner, 1)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(16)
        self._scroll.setWidget(holder)

    def _make_empty(self) -> QWidget:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setSpacing(10)
        column.addStretch(1)
        self._empty_icon = QLabel()
        self._empty_icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._empty_icon)
        text = QLabel(_("Pick a ticket — or press J."))
        text.setProperty("tone", "3")
        text.setFont(self._appearance.font(13))
        text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(text)
        column.addStretch(1)
        self._set_empty_icon()
        return empty

    def _set_empty_icon(self) -> None:
        mark = icon("mail-open", self._appearance.tokens.text_3, 28)
        self._empty_icon.setPixmap(mark.pixmap(28, 28))

    def _make_actions(self) -> QWidget:
        bar = QWidget()
        bar.setObjectName("actionRow")
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(8)
        reply = self._action(_("Reply"), "reply", "R", self._on_reply_clicked)
        reply.setProperty("primary", True)
        reply.setIcon(icon("reply", self._appearance.tokens.on_accent, 16))
        row.addWidget(reply)
        row.addWidget(self._action(_("Note"), "sticky-note", "N", self._on_note_clicked))
        row.addWidget(self._action(_("Snooze"), "moon", "H", self._on_snooze_clicked))
        row.addStretch(1)
        row.addWidget(self._action(_("Close"), "check", "E", self._on_close_clicked))
        return bar

    def _action(self, text: str, icon_name: str, key: str, handler: object) -> QPushButton:
        button = QPushButton(text)
        button.setIcon(icon(icon_name, self._appearance.tokens.text_2, 16))
        button.setIconSize(QSize(16, 16))
        button.setToolTip(f"{text} ({key})")
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(handler)
        return button

    def _now_ms(self) -> int:
        return self._gate.now_ms()

    def _load(self) -> None:
        self._row, self._items = None, ()
        if self._ticket is not None:
            ticket = self._ticket
            rows, self._items, zone = self._gate.read(
                lambda reader: (
                    lists.rows(reader, [ticket]),
                    lists.conversation(reader, ticket),
                    settings.zone(reader),
                )
            )
            self._row = rows.get(ticket)
            self._setting = Setting(self._appearance, zone, self._now_ms)
        shown = self._row is not None
        for widget in (self._header, self._line, self._scroll):
            widget.setVisible(shown)
        self._empty.setVisible(not shown)
        self._actions.setVisible(shown and not self._composer_open)
        if self._row is not None:
            self._header.show_ticket(self._row)
            self._fill()

    def _fill(self) -> None:
        bar = self._scroll.verticalScrollBar()
        place = bar.value()
        self._fresh_column()
        self._fill_notices()
        folded, shown = self._split()
        if folded:
            self._column.addWidget(self._fold_line(len(folded)))
        for item in shown:
            self._column.addWidget(self._card(item))
        self._column.addStretch(1)
        bar.setValue(place)

    def _fill_notices(self) -> None:
        while (entry := self._notices.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if self._row is None:
            return
        notice = notice_for(self._row, self._items, self._appearance)
        if notice is not None:
            notice.pressed.connect(self._on_notice_pressed)
            self._notices.addWidget(notice)

    def _split(self) -> tuple[list[ConversationItem], list[ConversationItem]]:
        """Items behind the fold line, and items on show (open or one line each)."""
        items = list(self._items)
        if self._unfolded or len(items) <= 2:
            return [], items
        mail = [place for place, item in enumerate(items) if item.type in ("in", "out")]
        first_open = mail[-1] if mail else len(items) - 1
        return items[:first_open], items[first_open:]

    def _is_open(self, item: ConversationItem) -> bool:
        mail = [entry for entry in self._items if entry.type in ("in", "out")]
        is_last = bool(mail) and mail[-1] is item
        return is_last or item.type in ("note", "contact") or _key(item) in self._opened

    def _card(self, item: ConversationItem) -> QWidget:
        if item.type in ("note", "contact"):
            return NoteCard(item, self._setting)
        if not self._is_open(item):
            line = FoldedMessage(item, self._setting)
            line.clicked.connect(Opener(self, item).open)
            return line
        card = MessageCard(item, self._setting, self._html_of(item))
        card.link_activated.connect(self.link_requested)
        card.pictures_requested.connect(self._on_card_pictures_requested)
        card.file_requested.connect(self.file_requested)
        card.join_requested.connect(self._on_card_join_requested)
        card.outbox_requested.connect(self._on_card_outbox_requested)
        return card

    def _html_of(self, item: ConversationItem) -> HtmlBody | None:
        message = item.message
        if not item.has_html or message is None:
            return None
        shown = self._gate.read(
            lambda reader: lists.html_body(reader, message, remote=item.remote_allowed)
        )
        if shown is None:
            return None
        return HtmlBody(shown.visible, shown.quoted, shown.blocked_remote, shown.images)

    def _fold_line(self, count: int) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        text = ngettext("{count} earlier message", "{count} earlier messages", count)
        button = QPushButton(text.format(count=count))
        button.setObjectName("foldLine")
        button.setIcon(icon("chevron-right", self._appearance.tokens.text_3, 14))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(self._on_fold_clicked)
        row.addWidget(button)
        row.addWidget(Hairline(self._appearance), 1)
        return line

    def open_item(self, item: ConversationItem) -> None:
        """Open one message that was folded to a line."""
        self._opened.add(_key(item))
        self._fill()

    def _scroll_to_last(self) -> None:
        """Show the top of the newest message, or the end when it is short."""
        bar = self._scroll.verticalScrollBar()
        entries = (self._column.itemAt(place) for place in range(self._column.count()))
        widgets = [entry.widget() for entry in entries if entry is not None]
        cards = [widget for widget in widgets if isinstance(widget, MessageCard)]
        if cards:
            bar.setValue(min(max(cards[-1].y() - 14, 0), bar.maximum()))

    def _on_fold_clicked(self) -> None:
        self._unfolded = True
        self._fill()

    def _on_header_menu_requested(self) -> None:
        self.menu_requested.emit(self._header.menu_anchor())

    def _on_reply_clicked(self) -> None:
        self.command_requested.emit("ticket.reply")

    def _on_note_clicked(self) -> None:
        self.command_requested.emit("ticket.note")

    def _on_snooze_clicked(self) -> None:
        self.command_requested.emit("ticket.snooze")

    def _on_close_clicked(self) -> None:
        self.command_requested.emit("ticket.close")

    def _on_notice_pressed(self, act: str) -> None:
        ours = [
            item.outbox for item in self._items if item.type == "out" and item.outbox is not None
        ]
        if ours:
            self.outbox_act_requested.emit(act, ours[-1])

    def _on_card_outbox_requested(self, outbox: int) -> None:
        self.outbox_act_requested.emit("show", outbox)

    def _on_card_pictures_requested(self, message: int) -> None:
        self._gate.act(lambda desk: lists.allow_pictures(desk, message))

    def _on_card_join_requested(self, message: int, number: int) -> None:
        self._gate.act(
            lambda desk: tickets.join_number(desk, message, number),
            label=("ticket.join", {"number": number}),
        )

    def _on_gate_changed(self, changes: Changes) -> None:
        if self._ticket is not None and self._ticket in changes.tickets:
            self._load()

    def _on_appearance_changed(self) -> None:
        self._header.restyle()
        self._set_empty_icon()
        if self._row is not None:
            self._load()


class Opener:
    """Remembers which folded line opens which message."""

    def __init__(self, pane: ConversationPane, item: ConversationItem) -> None:
        self._pane = pane
        self._item = item

    def open(self) -> None:
        """Open the message."""
        self._pane.open_item(self._item)


def _key(item: ConversationItem) -> tuple[str, int]:
    return item.type, item.message or item.note or 0
