"""The files of a draft, each with a way to take it out again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.ui.widgets import short_name
from solodesk.wording import numbers
from solodesk.wording.gettext import _

_MOST_FILE: Final = 25 * 1024 * 1024
_PER_ROW: Final = 2
_LEFT: Final = Qt.AlignmentFlag.AlignLeft


def read_files(paths: Sequence[str]) -> tuple[list[tuple[str, bytes]], str]:
    """(name, bytes) of the files that can be attached, and a sentence about one that cannot."""
    files: list[tuple[str, bytes]] = []
    complaint = ""
    for path in map(Path, paths):
        name = path.name
        try:
            if not path.is_file():
                complaint = _("{name} is no file.").format(name=name)
            elif path.stat().st_size > _MOST_FILE:
                complaint = _("{name} is larger than 25 MB.").format(name=name)
            else:
                files.append((name, path.read_bytes()))
        except OSError:
            complaint = _("{name} could not be read.").format(name=name)
    return files, complaint


def ask_paths(parent: QWidget, *, pictures: bool) -> list[str]:
    """Let the owner choose files."""
    from PySide6.QtWidgets import QFileDialog

    kinds = _("Pictures") + " (*.png *.jpg *.jpeg *.gif *.webp)" if pictures else ""
    return QFileDialog.getOpenFileNames(parent, _("Attach files"), "", kinds)[0]


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
        self._row = QGridLayout(self)
        self._row.setContentsMargins(14, 0, 14, 8)
        self._row.setSpacing(6)
        self._row.setColumnStretch(_PER_ROW, 1)
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
            words = f"{short_name(file.name)} · {numbers.file_size(file.size)}"
            chip = QPushButton(words.replace("&", "&&"))
            chip.setObjectName("fileChip")
            chip.setIcon(icon("x", self._appearance.tokens.text_3, 12))
            chip.setFont(self._appearance.font(12))
            chip.setToolTip(_("Take this file out"))
            chip.setAccessibleName(_("Take out {name}").format(name=file.name))
            self._group.addButton(chip, place)
            self._row.addWidget(chip, place // _PER_ROW, place % _PER_ROW, _LEFT)
        self.setVisible(bool(files))
