"""The files of a draft, each with a way to take it out again."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording import numbers
from solodesk.wording.gettext import _


class NamedFile(Protocol):
    """What a draft knows of a file."""

    @property
    def name(self) -> str: ...
    @property
    def size(self) -> int: ...


class FileChips(QWidget):
    """A row of chips; a press removes that file."""

    removed = Signal(int)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(14, 0, 14, 8)
        self._row.setSpacing(6)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self.removed)
        self.hide()

    def show_files(self, files: Sequence[NamedFile]) -> None:
        """Show `files` in order; hidden when there are none."""
        while (entry := self._row.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for button in self._group.buttons():
            self._group.removeButton(button)
        for place, file in enumerate(files):
            chip = QPushButton(f"{file.name} · {numbers.file_size(file.size)}".replace("&", "&&"))
            chip.setObjectName("fileChip")
            chip.setIcon(icon("x", self._appearance.tokens.text_3, 12))
            chip.setToolTip(_("Take this file out"))
            self._group.addButton(chip, place)
            self._row.addWidget(chip)
        self._row.addStretch(1)
        self.setVisible(bool(files))
