"""The scrolling column of a conversation: messages oldest first, notes, the fold line.

Cards of things that did not change are kept when the rest is shown anew, so that a draft saved
in the background moves nothing under the reader's eyes. This module must not read the store.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.views import ConversationItem
from solodesk.services.showing import Shown as More
from solodesk.ui.conversation.message import (
    FoldedMessage,
    MessageCard,
    NoteCard,
    Setting,
)
from solodesk.ui.icons import icon
from solodesk.ui.widgets import Hairline
from solodesk.wording.gettext import _, ngettext

COLUMN_WIDTH = 720
Key = tuple[str, int]


def key_of(item: ConversationItem) -> Key:
    """What names an item as long as its ticket is on show."""
    if item.message is None and item.note is None:
        return "leaving", int(item.outbox or 0)
    return item.type, int(item.message or item.note or 0)


@dataclass(frozen=True, slots=True)
class Shown:
    """An item as it is to be shown."""

    item: ConversationItem
    is_open: bool
    more: More | None
    """What the message shows besides its plain text."""
    fetching: str | None = None


@dataclass(slots=True)
class _Held:
    """Cards on show by key, with what they show."""

    cards: dict[Key, tuple[Shown, QWidget]] = field(default_factory=dict)


class CardColumn(QScrollArea):
    """Signals are wishes; the pane carries them out."""

    link_activated = Signal(str, str)
    act_requested = Signal(str, int)
    file_requested = Signal(int, int)
    join_requested = Signal(int, int)
    outbox_requested = Signal(int)
    rest_requested = Signal(int)
    open_requested = Signal(object)
    unfold_requested = Signal()

    def __init__(self, setting: Callable[[], Setting], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._held = _Held()
        self._fold: QPushButton | None = None
        self.setObjectName("conversation")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Conversation"))
        self.start_anew()

    def start_anew(self) -> None:
        """Forget every card: another ticket, other colours, another language."""
        self._held = _Held()
        holder = QWidget()
        holder.setObjectName("conversationColumn")
        sides = QHBoxLayout(holder)
        sides.setContentsMargins(24, 14, 24, 20)
        inner = QWidget()
        inner.setMaximumWidth(self._setting().appearance.px(COLUMN_WIDTH))
        inner.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        sides.addWidget(inner, 1)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(14)
        # setWidget would delete the old column at once, perhaps under a button being pressed.
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.setWidget(holder)

    def show_items(self, folded: int, shown: list[Shown]) -> None:
        """Show `shown` below a line for `folded` earlier messages."""
        before, self._held = self._held, _Held()
        while self._column.takeAt(0) is not None:
            pass
        if self._fold is not None:
            _drop(self._fold.parentWidget())
            self._fold = None
        if folded:
            self._column.addWidget(self._fold_line(folded))
        for entry in shown:
            key = key_of(entry.item)
            known = before.cards.pop(key, None)
            if known is not None and known[0] == entry:
                card = known[1]
            else:
                card = self._card(entry)
                if known is not None:
                    _drop(known[1])
            self._held.cards[key] = entry, card
            self._column.addWidget(card)
        for _entry, card in before.cards.values():
            _drop(card)
        self._column.addStretch(1)

    def cards(self) -> list[QWidget]:
        """The cards from top to bottom."""
        return [card for _entry, card in self._held.cards.values()]

    def scroll_to_last(self) -> None:
        """Show the newest open message from its top, or the end when it is short."""
        self._settle()
        opened = [card for card in self.cards() if isinstance(card, MessageCard)]
        bar, holder = self.verticalScrollBar(), self.widget()
        if opened and holder is not None:
            top = opened[-1].mapTo(holder, opened[-1].rect().topLeft()).y()
            bar.setValue(min(max(top - 14, 0), bar.maximum()))

    def page(self, *, back: bool) -> None:
        """One page down or up."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (-1 if back else 1) * max(40, self.height() - 40))

    def _settle(self) -> None:
        """Let heights that follow from widths be known now: twice, as texts fit after widths."""
        for _round in range(2):
            for widget in (self.widget(), self._column.parentWidget()):
                layout = widget.layout() if widget is not None else None
                if layout is not None:
                    layout.activate()
        holder = self.widget()
        if holder is not None:
            holder.resize(self.viewport().width(), max(holder.sizeHint().height(),
                                                       self.viewport().height()))  # fmt: skip

    def _card(self, entry: Shown) -> QWidget:
        item = entry.item
        if item.type in ("note", "contact"):
            return NoteCard(item, self._setting())
        if not entry.is_open:
            line = FoldedMessage(item, self._setting())
            line.clicked.connect(partial(self.open_requested.emit, key_of(item)))
            return line
        card = MessageCard(item, self._setting(), entry.more, entry.fetching)
        card.link_activated.connect(self.link_activated)
        card.act_requested.connect(self.act_requested)
        card.file_requested.connect(self.file_requested)
        card.join_requested.connect(self.join_requested)
        card.outbox_requested.connect(self.outbox_requested)
        card.rest_requested.connect(self.rest_requested)
        return card

    def _fold_line(self, count: int) -> QWidget:
        look = self._setting().appearance
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        text = ngettext("{count} earlier message", "{count} earlier messages", count)
        self._fold = QPushButton(text.format(count=count))
        self._fold.setObjectName("foldLine")
        self._fold.setFont(look.font(12))
        self._fold.setIcon(icon("chevron-right", look.tokens.text_3, 14))
        self._fold.setCursor(Qt.CursorShape.PointingHandCursor)
        self._fold.clicked.connect(self.unfold_requested)
        row.addWidget(self._fold)
        row.addWidget(Hairline(look), 1)
        return line


def _drop(widget: QWidget | None) -> None:
    """Take a card away; it may be the sender of the signal being handled."""
    if widget is not None:
        widget.hide()
        widget.deleteLater()
