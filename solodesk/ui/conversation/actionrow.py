"""The row under a conversation while nothing is being written: reply, note, snooze, close."""

from functools import partial

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording.gettext import _


class ActionRow(QWidget):
    """Asks for commands by their catalogue id."""

    command_requested = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._closed = False
        self.setObjectName("actionRow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 12, 24, 12)
        row.setSpacing(8)
        self._buttons: dict[str, tuple[QPushButton, str]] = {}
        for command, icon_name in (
            ("ticket.reply", "reply"),
            ("ticket.note", "sticky-note"),
            ("ticket.snooze", "moon"),
            ("ticket.close", "check"),
        ):
            if command == "ticket.close":
                row.addStretch(1)
            row.addWidget(self._button(command, icon_name))
        self.restyle()

    def set_closed(self, *, closed: bool) -> None:
        """A closed ticket is opened again instead of closed."""
        self._closed = closed
        self.restyle()

    def restyle(self) -> None:
        """Take words and colours again."""
        last = (_("Open again"), "Shift+E") if self._closed else (_("Close"), "E")
        words = {
            "ticket.reply": (_("Reply"), "R"),
            "ticket.note": (_("Note"), "N"),
            "ticket.snooze": (_("Snooze"), "H"),
            "ticket.close": last,
        }
        tokens = self._look.tokens
        for command, (button, icon_name) in self._buttons.items():
            text, key = words[command]
            button.setText(text)
            button.setFont(self._look.font(13, medium=True))
            button.setToolTip(f"{text} ({key})")
            name = "inbox" if command == "ticket.close" and self._closed else icon_name
            primary = command == "ticket.reply"
            button.setIcon(icon(name, tokens.on_accent if primary else tokens.text_2, 16))

    def _button(self, command: str, icon_name: str) -> QPushButton:
        button = QPushButton()
        button.setIconSize(QSize(16, 16))
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        if command == "ticket.reply":
            button.setProperty("primary", True)
        button.clicked.connect(partial(self._ask, command))
        self._buttons[command] = button, icon_name
        return button

    def _ask(self, command: str) -> None:
        again = command == "ticket.close" and self._closed
        self.command_requested.emit("ticket.reopen" if again else command)


class EmptyPlace(QWidget):
    """What stands in the pane while no ticket is chosen."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addStretch(1)
        self._mark, self._text = QLabel(), QLabel()
        self._text.setProperty("tone", "3")
        for label in (self._mark, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addStretch(1)
        self.restyle()

    def restyle(self) -> None:
        """Take words and colours again."""
        self._mark.setPixmap(icon("mail-open", self._look.tokens.text_3, 28).pixmap(28, 28))
        self._text.setText(_("Pick a ticket — or press J."))
        self._text.setFont(self._look.font(13))
