"""A panel over the dimmed window: the palette and the cheat sheet stand in one.

It closes on Esc or a click beside it and gives the focus back to where it was. This module must
not know what stands in it.
"""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QVBoxLayout,
    QWidget,
)

from solodesk.ui.appearance import Appearance


class Overlay(QWidget):
    """Covers its parent; `card` is the panel in it."""

    def __init__(self, appearance: Appearance, parent: QWidget, name: str, width: int) -> None:
        super().__init__(parent)
        self._look = appearance
        self._over = parent
        self._width = width
        self._before: QWidget | None = None
        self.card = QFrame(self)
        self.card.setObjectName(name)
        self.column = QVBoxLayout(self.card)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        shadow = QGraphicsDropShadowEffect(self.card)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(20, 24, 33, 60))
        self.card.setGraphicsEffect(shadow)
        parent.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it over the whole parent and take the focus."""
        self._before = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        self.setFocus()

    def leave(self) -> None:
        """Close it; the focus goes back to where it was."""
        if not self.isVisible():
            return
        before, self._before = self._before, None
        self.hide()
        if before is not None and before.isVisible():
            before.setFocus()

    def card_height(self, room: int) -> int:
        """How high the card wants to be, at most `room`."""
        return min(room, self.card.sizeHint().height())

    def place(self) -> None:
        """Lay the card out again."""
        parent = self._over
        self.setGeometry(parent.rect())
        px = self._look.px
        width = min(px(self._width), parent.width() - px(32))
        top = px(84) if parent.height() > px(560) else px(24)
        height = self.card_height(parent.height() - top - px(48))
        self.card.setGeometry((parent.width() - width) // 2, top, width, height)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(10, 12, 16, 71 if not self._look.tokens.dark else 140))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.card.geometry().contains(event.position().toPoint()):
            self.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        # Nothing typed here is a command of the window below.
        event.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False
