"""The files of a message as chips. Nothing opens by itself; a click asks where to save."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QWidget

from solodesk.domain.message import Attachment
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.ui.widgets import short_name
from solodesk.wording import numbers
from solodesk.wording.gettext import _

_PER_ROW = 2


class FileRow(QWidget):
    """Chips "receipt.pdf · 84 KB"; inline pictures that the text shows are left out."""

    file_requested = Signal(int)

    def __init__(
        self, files: Sequence[Attachment], appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        self._shown = [file for file in files if not file.inline]
        group = QButtonGroup(self)
        group.idClicked.connect(self.file_requested)
        for place, file in enumerate(self._shown):
            size = numbers.file_size(file.size)
            chip = QPushButton(f"{short_name(file.filename)} · {size}".replace("&", "&&"))
            chip.setObjectName("fileChip")
            chip.setFont(appearance.font(12))
            chip.setCursor(Qt.CursorShape.PointingHandCursor)
            tokens = appearance.tokens
            if file.dangerous:
                chip.setIcon(icon("triangle-alert", tokens.warn, 14))
                chip.setToolTip(
                    _("This kind of file can run programs. Save it only if you expect it.")
                )
            else:
                chip.setIcon(icon("paperclip", tokens.text_2, 14))
            chip.setAccessibleName(_("File {name}, {size}").format(name=file.filename, size=size))
            group.addButton(chip, file.index)
            grid.addWidget(chip, place // _PER_ROW, place % _PER_ROW, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(_PER_ROW, 1)

    def is_empty(self) -> bool:
        """Tell whether there is nothing to show."""
        return not self._shown
