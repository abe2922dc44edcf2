"""A dark note at the bottom that goes away by itself: "Reply to Wang Li leaves in 9 s".

One at a time; it never takes the focus, and what it offers also has a key. This module must not
send or undo anything.
"""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from solodesk.ui.actions import native
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import command
from solodesk.ui.icons import pixmap

STAY_MS = 6000


class Toast(QFrame):
    """Shown over the lower left of `parent`."""

    wanted = Signal(str)
    """Command id of its button."""

    def __init__(self, appearance: Appearance, parent: QWidget, above: QWidget) -> None:
        """`above`: the widget at the bottom that must stay in sight."""
        super().__init__(parent)
        self._look = appearance
        self._over = parent
        self._above = above
        self.setObjectName("toast")
        self._command = ""
        self._icon, self._text = QLabel(self), QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton(self)
        self._button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._button.clicked.connect(self._on_button_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(12)
        for part in (self._icon, self._text, self._button):
            row.addWidget(part)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.hide)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(20, 24, 33, 70))
        self.setGraphicsEffect(shadow)
        parent.installEventFilter(self)
        self.hide()

    def say(
        self, text: str, icon_name: str, command_id: str = "", *, stay_ms: int = STAY_MS
    ) -> None:
        """Show `text`, with a button for a command when one is named."""
        self._command = command_id
        tint = self._look.tokens.toast_text
        self._icon.setPixmap(pixmap(icon_name, tint, self._look.px(16), self.devicePixelRatioF()))
        self._text.setFont(self._look.font(13))
        changed = self._text.text() != text
        self._text.setText(text)
        self._button.setVisible(bool(command_id))
        if command_id:
            entry = command(command_id)
            key = native(entry.keys[0]).replace("+", " ") if entry.keys else ""
            self._button.setFont(self._look.font(13))
            self._button.setText(f"{entry.plain_title}   {key}" if key else entry.plain_title)
        self._place()
        self.show()
        self.raise_()
        self._timer.start(stay_ms)
        if changed:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        self.adjustSize()
        bottom = self._over.height() - self._above.height() - self.height() - self._look.px(16)
        self.move(self._look.px(20), bottom)

    def _on_button_clicked(self) -> None:
        self.hide()
        self.wanted.emit(self._command)
