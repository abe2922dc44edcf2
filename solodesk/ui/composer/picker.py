"""The picker of canned responses: matches on the left, the reply as it would read on the right.

Enter inserts, Shift+Enter copies the filled text for a chat, Tab inserts and goes to the first
blank, Esc leaves what was typed. It never sends.
"""

from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import responses
from solodesk.ui.appearance import Appearance
from solodesk.ui.ops import DeskGate
from solodesk.ui.text.chiptext import ChipPreview
from solodesk.wording import errors, labels
from solodesk.wording.gettext import _, ngettext

_MOST_ROWS = 20
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Choice:
    """One row: the response's name, shortcut, and what stands small below it."""

    name: str
    detail: str


class ChoiceModel(QAbstractListModel):
    """The matches, best first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: list[Choice] = []

    def set_choices(self, choices: list[Choice]) -> None:
        """Show other matches."""
        self.beginResetModel()
        self._choices = choices
        self.endResetModel()

    def choice(self, row: int) -> Choice | None:
        """The match in `row`."""
        return self._choices[row] if 0 <= row < len(self._choices) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        choice = self.choice(index.row())
        if choice is None:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{choice.name}, {choice.detail}"
        if role == Qt.ItemDataRole.UserRole:
            return choice
        return None


class ChoiceDelegate(QStyledItemDelegate):
    """Paints a match in two lines."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, self._appearance.px(50))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice = index.data(Qt.ItemDataRole.UserRole)
        if not isinstance(choice, Choice):
            return
        look, tokens = self._appearance, self._appearance.tokens
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.selection)
            painter.drawRoundedRect(area, 6, 6)
        inner = area.adjusted(10, 7, -10, -6)
        half = inner.height() // 2
        for place, (text, font, colour) in enumerate(
            (
                (choice.name, look.font(13, medium=True), tokens.text),
                (choice.detail, look.font(11.5), tokens.text_3),
            )
        ):
            painter.setFont(font)
            painter.setPen(colour)
            line = QRect(inner.left(), inner.top() + place * half, inner.width(), half)
            cut = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, cut)
        painter.restore()


class Picker(QFrame):
    """A floating card over the composer. It takes keys handed on by the editor."""

    insert_requested = Signal(str)
    copy_requested = Signal(str)
    manage_requested = Signal()
    closed = Signal()

    def __init__(self, gate: DeskGate, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self._gate = gate
        self._appearance = appearance
        self._ticket: TicketId | None = None
        self._language: str | None = None
        self.setObjectName("picker")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(Qt.GlobalColor.black if appearance.tokens.dark else Qt.GlobalColor.gray)
        self.setGraphicsEffect(shadow)
        self._model = ChoiceModel(self)
        self._build()
        self.restyle()
        self.hide()

    def restyle(self) -> None:
        """Take words, fonts and lengths again."""
        look = self._appearance
        for label, text in zip(self._keys, _key_words(), strict=True):
            label.setText(text)
            label.setFont(look.font(11.5))
        self._manage.setText(_("Manage responses"))
        self._manage.setFont(look.font(11.5))
        self._empty.setText(_("Write an answer once, use it forever."))
        for widget in (self._list, self._empty):
            widget.setFixedWidth(look.px(248))
        self._preview.take_font()
        self._blanks.setFont(look.font(12))

    def current_name(self) -> str | None:
        """The response that is chosen."""
        choice = self._current()
        return None if choice is None else choice.name

    def open_for(self, ticket: TicketId | None, language: str | None) -> None:
        """Show all responses for `ticket`, best guess first; `language` chooses the variant."""
        self._ticket = ticket
        self._language = language
        self.filter("")
        self.show()
        self.raise_()

    def filter(self, typed: str) -> None:
        """Show what matches `typed`; closes when a typed space finds nothing."""
        found = self._gate.read(
            lambda reader: responses.find(reader, typed, language=self._language, limit=_MOST_ROWS)
        )
        self._model.set_choices([_choice(match) for match in found])
        self._empty.setVisible(not found)
        self._list.setVisible(bool(found))
        if found:
            self._list.setCurrentIndex(self._model.index(0, 0))
        elif typed.endswith(" ") or len(typed) > 20:
            self.close_picker()
        self._show_preview()

    def handle_key(self, event: QKeyEvent) -> bool:
        """Use a key press meant for the picker; True when it was used."""
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_picker()
            return True
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._move(1 if key == Qt.Key.Key_Down else -1)
            return True
        choice = self._current()
        if choice is None:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.copy_requested.emit(choice.name)
            else:
                self.insert_requested.emit(choice.name)
            return True
        if key == Qt.Key.Key_Tab:
            self.insert_requested.emit(choice.name)
            return True
        return False

    def close_picker(self) -> None:
        """Hide; the "/" stays in the text."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(1, 1, 1, 1)
        outer.setSpacing(0)
        body = QHBoxLayout()
        body.setSpacing(0)
        self._list = QListView()
        self._list.setModel(self._model)
        self._list.setItemDelegate(ChoiceDelegate(self._appearance, self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.setViewportMargins(6, 6, 6, 6)
        self._list.setObjectName("pickerList")
        self._list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._list.setAccessibleName(_("Canned responses"))
        self._list.clicked.connect(self._on_list_clicked)
        self._list.selectionModel().currentChanged.connect(self._on_list_current_changed)
        body.addWidget(self._list)
        self._empty = QLabel()
        self._empty.setProperty("tone", "3")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        body.addWidget(self._empty)
        line = QFrame()
        line.setProperty("line", "v")
        body.addWidget(line)
        right = QVBoxLayout()
        right.setContentsMargins(16, 12, 16, 12)
        right.setSpacing(6)
        self._preview = ChipPreview(self._appearance)
        right.addWidget(self._preview, 1)
        self._blanks = QLabel()
        self._blanks.setProperty("tone", "warn")
        right.addWidget(self._blanks)
        body.addLayout(right, 1)
        outer.addLayout(body, 1)
        outer.addWidget(self._make_foot())

    def _make_foot(self) -> QWidget:
        foot = QWidget()
        foot.setObjectName("pickerFoot")
        foot.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(foot)
        row.setContentsMargins(14, 4, 8, 4)
        row.setSpacing(14)
        self._keys = [QLabel() for _word in _key_words()]
        for label in self._keys:
            label.setProperty("tone", "3")
            row.addWidget(label)
        row.addStretch(1)
        self._manage = QPushButton()
        self._manage.setObjectName("quietLink")
        self._manage.setCursor(Qt.CursorShape.PointingHandCursor)
        self._manage.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._manage.clicked.connect(self.manage_requested)
        row.addWidget(self._manage)
        return foot

    def _current(self) -> Choice | None:
        return self._model.choice(self._list.currentIndex().row())

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if count:
            row = (self._list.currentIndex().row() + step) % count
            self._list.setCurrentIndex(self._model.index(row, 0))

    def _show_preview(self) -> None:
        choice = self._current()
        if choice is None:
            self._preview.clear()
            self._blanks.clear()
            return
        try:
            prepared = self._gate.read(
                lambda reader: responses.prepare(
                    reader, choice.name, self._ticket, language=self._language
                )
            )
        except KnownError as error:
            self._preview.setPlainText(errors.sentence(error))
            self._blanks.clear()
            return
        self._preview.show_fragment(responses.prepared_html(prepared.pieces))
        count = len(prepared.blanks)
        text = ngettext(
            "{count} blank to fill before it can be sent",
            "{count} blanks to fill before it can be sent",
            count,
        )
        self._blanks.setText(text.format(count=count) if count else "")

    def _on_list_clicked(self, index: QModelIndex) -> None:
        choice = self._model.choice(index.row())
        if choice is not None:
            self.insert_requested.emit(choice.name)

    def _on_list_current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self._show_preview()


def _key_words() -> tuple[str, ...]:
    return (_("↑↓ choose"), _("↵ insert"), _("⇧↵ copy for chat"), _("⇥ edit first"))


def _choice(match: responses.Match) -> Choice:
    parts = [f"/{match.shortcut.lstrip('/')}"] if match.shortcut else []
    if match.used:
        text = ngettext("used {count} time", "used {count} times", match.used)
        parts.append(text.format(count=match.used))
    elif match.language:
        parts.append(labels.language(match.language))
    return Choice(match.name, " · ".join(parts))
