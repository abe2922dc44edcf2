"""The command palette (Ctrl+K): commands, macros, canned responses and tickets in one list.

Enter does it, Esc returns exactly where you were. This module must not do anything itself: it
emits what was chosen.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from solodesk.ui.actions import native
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import pixmap
from solodesk.ui.overlay import Overlay
from solodesk.ui.palette_entries import Entry, Sort, arranged
from solodesk.wording.gettext import _

AnyIndex = QModelIndex | QPersistentModelIndex
Finder = Callable[[str, Callable[[str, list[Entry]], None]], None]
"""Looks in the store for words and answers later with (words, entries)."""

ENTRY: Final = Qt.ItemDataRole.UserRole
_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class EntriesModel(QAbstractListModel):
    """The lines of the palette."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Entry] = []

    def set_lines(self, lines: Sequence[Entry]) -> None:
        """Show these lines instead."""
        self.beginResetModel()
        self.lines = list(lines)
        self.endResetModel()

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid() or self.lines[index.row()].sort is Sort.HEADING:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.lines[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.title, entry.detail, entry.keys) if part)
        return None


class EntryDelegate(QStyledItemDelegate):
    """Icon, words, detail, and the key in a box: that is how people learn the keys."""

    def __init__(self, appearance: Appearance, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = appearance

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        entry = index.data(ENTRY)
        return QSize(self._look.px(200), self._look.px(30 if entry.sort is Sort.HEADING else 40))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry = index.data(ENTRY)
        if not isinstance(entry, Entry):
            return
        look, px, tokens = self._look, self._look.px, self._look.tokens
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(px(18), 0, -px(18), 0)
        if entry.sort is Sort.HEADING:
            painter.setFont(look.font(11, semibold=True))
            painter.setPen(tokens.text_3)
            painter.drawText(box.adjusted(0, px(6), 0, 0), _LEFT, entry.title)
            painter.restore()
            return
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, tokens.selection)
        if entry.icon:
            ratio = painter.device().devicePixelRatioF()
            middle = box.y() + (box.height() - px(16)) // 2
            painter.drawPixmap(box.x(), middle, pixmap(entry.icon, tokens.text_2, px(16), ratio))
        right = self._paint_key(painter, box, native(entry.keys)) if entry.keys else box.right()
        self._paint_words(painter, box.adjusted(px(28), 0, right - box.right() - px(12), 0), entry)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, entry: Entry) -> None:
        look, px, tokens = self._look, self._look.px, self._look.tokens
        font = look.font(13, medium=True, text=entry.title)
        painter.setFont(font)
        painter.setPen(tokens.text)
        room = box.width() if not entry.detail else box.width() * 3 // 4
        elide = Qt.TextElideMode.ElideRight
        shown = QFontMetrics(font).elidedText(entry.title, elide, room)
        painter.drawText(box, _LEFT, shown)
        if not entry.detail:
            return
        left = QFontMetrics(font).horizontalAdvance(shown) + px(12)
        rest = box.adjusted(left, 0, 0, 0)
        painter.setFont(look.font(12))
        painter.setPen(tokens.text_3)
        detail = painter.fontMetrics().elidedText(entry.detail, elide, rest.width())
        painter.drawText(rest, _LEFT, detail)

    def _paint_key(self, painter: QPainter, box: QRect, keys: str) -> int:
        look, px, tokens = self._look, self._look.px, self._look.tokens
        shown = keys.replace("+", " ").replace("Shift", "⇧") if len(keys) > 1 else keys
        font = look.font(11)
        width = QFontMetrics(font).horizontalAdvance(shown) + px(12)
        height = px(18)
        frame = QRectF(
            box.right() - width + 0.5, box.y() + (box.height() - height) // 2 + 0.5, width, height
        )
        painter.setPen(tokens.border)
        painter.setBrush(tokens.bg)
        painter.drawRoundedRect(frame, px(4), px(4))
        painter.setFont(font)
        painter.setPen(tokens.text_3)
        painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter), shown)
        return round(frame.x())


class PaletteField(QLineEdit):
    """The words; arrows and Enter belong to the list."""

    moved = Signal(int)
    chosen = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8,
        }  # fmt: skip
        if event.key() in steps:
            self.moved.emit(steps[Qt.Key(event.key())])
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class Palette(Overlay):
    """600 units wide, near the top."""

    chosen = Signal(object)
    """The `Entry`."""

    def __init__(
        self,
        appearance: Appearance,
        commands: Callable[[str], list[Entry]],
        find: Finder,
        parent: QWidget,
    ) -> None:
        super().__init__(appearance, parent, "palette", 600)
        self._commands = commands
        self._find = find
        self._found: list[Entry] = []
        self._moved = False
        self.field = PaletteField(self.card)
        self.field.setProperty("plain", True)
        self._icon = QLabel(self.card)
        top = QWidget(self.card)
        row = QHBoxLayout(top)
        row.setContentsMargins(18, 0, 18, 0)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self.field, 1)
        self._top = top
        line = QWidget(self.card)
        line.setFixedHeight(1)
        line.setObjectName("paletteLine")
        self.model = EntriesModel(self)
        self.list = QListView(self.card)
        self.list.setModel(self.model)
        self.list.setItemDelegate(EntryDelegate(appearance, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setProperty("ground", "raised")
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.clicked.connect(self._on_list_clicked)
        self.column.addWidget(top)
        self.column.addWidget(line)
        self.column.addWidget(self.list, 1)
        self.column.addSpacing(8)
        self._timer = QTimer(self, singleShot=True, interval=60)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.moved.connect(self._on_field_moved)
        self.field.chosen.connect(self._on_field_chosen)
        self.field.left.connect(self.leave)

    def open(self) -> None:
        """Empty, with the recent commands."""
        look = self._look
        self._top.setFixedHeight(look.px(52))
        self.field.setFont(look.font(16))
        self.field.setPlaceholderText(_("What do you want to do?"))
        self.field.setAccessibleName(_("Command palette"))
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(pixmap("search", look.tokens.text, look.px(18), ratio))
        self.field.clear()
        self._found = []
        self._fill()
        super().open()
        self.field.setFocus()

    def card_height(self, room: int) -> int:
        lines = sum(30 if e.sort is Sort.HEADING else 40 for e in self.model.lines)
        return min(room, self._look.px(52 + 1 + lines + 10), self._look.px(53 + 420))

    def entry(self) -> Entry | None:
        """The line that Enter would choose."""
        found = self.list.currentIndex().data(ENTRY)
        return found if isinstance(found, Entry) else None

    def _fill(self) -> None:
        words = self.field.text().strip()
        self.model.set_lines(arranged(words, self._commands(words), self._found))
        self._step(0, 1)
        self.place()

    def _step(self, start: int, by: int) -> None:
        row, lines = start, self.model.lines
        way = 1 if by >= 0 else -1
        while 0 <= row < len(lines) and lines[row].sort is Sort.HEADING:
            row += way
        if 0 <= row < len(lines):
            self.list.setCurrentIndex(self.model.index(row))
            if row <= 1:
                self.list.scrollToTop()

    def _on_field_text_changed(self) -> None:
        self._found = []
        self._moved = False
        self._fill()
        self._timer.start()

    def _on_timer_timeout(self) -> None:
        words = self.field.text().strip()
        if words and self.isVisible():
            self._find(words, self._on_found)

    def _on_found(self, words: str, entries: list[Entry]) -> None:
        if words != self.field.text().strip():
            return
        before = self.entry() if self._moved else None
        self._found = entries
        self._fill()
        if before is not None and before in self.model.lines:
            self.list.setCurrentIndex(self.model.index(self.model.lines.index(before)))

    def _on_field_moved(self, by: int) -> None:
        self._moved = True
        row = max(0, min(len(self.model.lines) - 1, self.list.currentIndex().row() + by))
        self._step(row, by)

    def _on_field_chosen(self) -> None:
        self._choose(self.entry())

    def _on_list_clicked(self, index: QModelIndex) -> None:
        self._choose(index.data(ENTRY))

    def _choose(self, entry: Entry | None) -> None:
        if entry is None or entry.sort is Sort.HEADING:
            return
        self.leave()
        self.chosen.emit(entry)
