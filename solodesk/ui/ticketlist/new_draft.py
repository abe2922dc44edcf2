"""The line over the drafts for a new message that has no ticket yet. Must not open anything."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording.gettext import _

_LONGEST = 44


class NewDraftLine(QWidget):
    """“New message: Offer for March, to Jane Doe”; a click or Enter goes on writing it."""

    wanted = Signal(str)
    """Command id."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._draft = ""
        self._button = QPushButton(self)
        self._button.setProperty("flat", True)
        self._button.setCursor(Qt.CursorShape.PointingHandCursor)
        self._button.clicked.connect(self._on_button_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._button)
        row.addStretch(1)
        self.hide()

    def show_draft(self, words: str) -> None:
        """Show the line for a draft of these words; "" for none."""
        self._draft = words
        self.setVisible(bool(words))
        self.restyle()

    @property
    def text(self) -> str:
        """What the line says."""
        return self._button.text()

    def restyle(self) -> None:
        """Words, font and colour anew."""
        words = _("New message: {words}").format(words=self._draft)
        self._button.setAccessibleName(words)
        shown = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
        self._button.setText(f" {shown}")
        self._button.setFont(self._look.font(13, semibold=True))
        self._button.setIconSize(QSize(self._look.px(16), self._look.px(16)))
        self._button.setIcon(icon("pencil", self._look.tokens.accent, 16))

    def _on_button_clicked(self) -> None:
        self.wanted.emit("message.new")
