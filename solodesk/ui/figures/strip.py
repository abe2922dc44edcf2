"""The permanent strip: four figures, always in sight above the customer (product.md, "Measuring").

It shows ready-made words; which figure is good or bad is decided where the figures are.
A click opens the fuller panel. This module must not compute.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from solodesk.ui.appearance import Appearance, mixed
from solodesk.wording.gettext import _


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure as words. Tones: plain, ok, warn, error."""

    key: str
    title: str
    value: str
    tone: str = "plain"
    note: str = ""
    """Change or number of answers, e.g. "38 m" or "n 17"."""
    direction: str = ""
    """up | down | "": the arrow before the note."""
    note_tone: str = "plain"
    spoken: str = ""
    """The whole figure in a sentence, for screen readers and the tooltip."""


class FiguresStrip(QWidget):
    """Two rows of two figures and the line that says how they are counted."""

    opened = Signal(str)
    """Key of the figure that was clicked."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._cells: tuple[Cell, ...] = ()
        self._basis = ""
        self._hover = -1
        self._focus = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        appearance.changed.connect(self._on_appearance_changed)

    def set_figures(self, cells: Sequence[Cell], basis: str) -> None:
        """Show four figures and their basis, e.g. "goal 4 h, business hours"."""
        self._cells = tuple(cells[:4])
        self._basis = basis
        self.setAccessibleName(_("Figures of this week"))
        self.setAccessibleDescription(". ".join(cell.spoken or cell.title for cell in self._cells))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._look.px(264), 2 * self._look.px(71) + self._look.px(28))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._look.px(200), self.sizeHint().height())

    def box(self, number: int) -> QRect:
        """Where figure `number` (0 to 3) is painted."""
        height = self._look.px(71)
        half = self.width() // 2
        left = half if number % 2 else 0
        return QRect(
            left, (number // 2) * height, half if not number % 2 else self.width() - half, height
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        px, tokens = self._look.px, self._look.tokens
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), tokens.surface)
        for number, cell in enumerate(self._cells):
            self._paint_cell(painter, self.box(number), cell, number)
        half, height = self.width() // 2, px(71)
        painter.fillRect(0, height - 1, self.width(), 1, tokens.border)
        painter.fillRect(0, 2 * height - 1, self.width(), 1, tokens.border)
        painter.fillRect(half - 1, 0, 1, 2 * height, tokens.border)
        painter.setFont(self._look.font(11))
        painter.setPen(tokens.text_3)
        foot = QRect(px(14), 2 * height, self.width() - px(24), self.height() - 2 * height)
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        shown = painter.fontMetrics().elidedText(
            self._basis, Qt.TextElideMode.ElideRight, foot.width()
        )
        painter.drawText(foot, align, shown)
        painter.fillRect(0, self.height() - 1, self.width(), 1, tokens.border)
        painter.end()

    def _paint_cell(self, painter: QPainter, box: QRect, cell: Cell, number: int) -> None:
        px, tokens = self._look.px, self._look.tokens
        tones = {
            "plain": tokens.text, "ok": tokens.ok, "warn": tokens.warn, "error": tokens.error,
        }  # fmt: skip
        if number == self._hover:
            painter.fillRect(box, mixed(tokens.surface, tokens.text, 0.04))
        if self.hasFocus() and number == self._focus:
            painter.setPen(tokens.accent)
            painter.drawRect(box.adjusted(2, 2, -4, -4))
        left, width = box.x() + px(14), box.width() - px(18)
        align = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        title_font = self._look.font(11)
        painter.setFont(title_font)
        painter.setPen(tokens.text_3)
        painter.drawText(QRect(left, box.y() + px(8), width, px(16)), align, cell.title)
        value_font = self._look.font(15, semibold=True, text=cell.value)
        painter.setFont(value_font)
        painter.setPen(tones[cell.tone])
        painter.drawText(QRect(left, box.y() + px(24), width, px(22)), align, cell.value)
        colour = tokens.text_3 if cell.note_tone == "plain" else tones[cell.note_tone]
        line = QRect(left, box.y() + px(45), width, px(15))
        if cell.direction:
            line.setLeft(left + px(12))
        painter.setFont(title_font)
        painter.setPen(colour)
        painter.drawText(line, align, cell.note)
        if cell.direction:
            painter.setBrush(colour)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawPolygon(self._triangle(left, line, cell.direction))

    def _triangle(self, left: int, line: QRect, direction: str) -> QPolygonF:
        width, half = self._look.px(8), self._look.px(3)
        middle = line.y() + line.height() / 2 + 0.5
        tip, base = (
            (middle - half, middle + half) if direction == "up" else (middle + half, middle - half)
        )
        return QPolygonF(
            [QPointF(left, base), QPointF(left + width, base), QPointF(left + width / 2, tip)]
        )

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover = self._at(event.position().toPoint().x(), event.position().toPoint().y())
        cell = self._cells[self._hover] if 0 <= self._hover < len(self._cells) else None
        self.setToolTip(cell.spoken if cell is not None else "")
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._at(event.position().toPoint().x(), event.position().toPoint().y())
        self._open(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: 2, Qt.Key.Key_Up: -2}
        if event.key() in step:
            self._focus = (self._focus + step[Qt.Key(event.key())]) % 4
            self.update()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_Enter}:
            self._open(self._focus)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def _at(self, x: int, y: int) -> int:
        for number in range(len(self._cells)):
            if self.box(number).contains(x, y):
                return number
        return -1

    def _open(self, number: int) -> None:
        self.opened.emit(self._cells[number].key if 0 <= number < len(self._cells) else "")

    def _on_appearance_changed(self) -> None:
        self.updateGeometry()
        self.update()
