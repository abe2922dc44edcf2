"""The search operators as buttons, so that nobody must know them (ux.md, "Search").

This module must not search.
"""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.wording.gettext import _, marked

OPERATORS = (
    ("from:", marked("from:name")),
    ("subject:", marked("subject:word")),
    ("tag:", marked("tag:name")),
    ("is:open", marked("is:open")),
    ("is:unread", marked("is:unread")),
    ("has:attachment", marked("with a file")),
    ("after:", marked("after:2026-10")),
    ("older:", marked("older:7d")),
    ("-", marked("-without")),
)
_ACROSS = 3


class SearchHints(QWidget):
    """Rows of small buttons; `wanted` is what to add to the words."""

    wanted = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setObjectName("listHeader")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 8, 16, 8)
        grid.setSpacing(6)
        self._buttons = []
        for number, (operator, _words) in enumerate(OPERATORS):
            button = QPushButton(self)
            button.setProperty("keycap", True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(partial(self._on_button_clicked, operator))
            grid.addWidget(button, number // _ACROSS, number % _ACROSS)
            self._buttons.append(button)
        self._note = QLabel(self)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setProperty("tone", "warn")
        grid.addWidget(self._note, grid.rowCount(), 0, 1, _ACROSS)
        self._note.hide()
        self.hide()

    def set_note(self, words: str) -> None:
        """What of the search was not understood; nothing when all was."""
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def restyle(self) -> None:
        """Words and fonts anew."""
        for button, (_operator, words) in zip(self._buttons, OPERATORS, strict=True):
            button.setText(_(words))
            button.setFont(self._look.font(11))
        self._note.setFont(self._look.font(12))

    def _on_button_clicked(self, operator: str, _checked: bool = False) -> None:
        self.wanted.emit(operator)
