"""The line under a message of which only the first part was fetched, because it is so big."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from solodesk.ui.widgets import ElidedLabel
from solodesk.wording.gettext import _


class RestBar(QWidget):
    """Says that more is on the server, and asks for it once."""

    wanted = Signal(int)

    def __init__(self, message: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._message = message
        self.setObjectName("quietBar")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 4, 4)
        words = _("This message is very big: only its beginning is here.")
        row.addWidget(ElidedLabel(words), 1)
        self.fetch = QPushButton(_("Fetch the rest"))
        self.fetch.setProperty("link", True)
        self.fetch.clicked.connect(self._on_fetch_clicked)
        row.addWidget(self.fetch)

    def _on_fetch_clicked(self) -> None:
        self.fetch.setEnabled(False)
        self.fetch.setText(_("Fetching …"))
        self.wanted.emit(self._message)
