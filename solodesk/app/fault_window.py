"""A small window that says why the desk cannot open, and what to do (ux.md, "Errors").

This module must not try to repair anything.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import pixmap
from solodesk.wording import errors
from solodesk.wording.gettext import _


class FaultWindow(QWidget):
    """Sentence, hint, Close."""

    def __init__(self, error: KnownError, look: Appearance) -> None:
        super().__init__()
        self.setWindowTitle("SoloDesk")
        self.setFixedWidth(look.px(460))
        mark = QLabel(self)
        mark.setPixmap(
            pixmap("circle-alert", look.tokens.error, look.px(24), self.devicePixelRatioF())
        )
        self.sentence = QLabel(errors.sentence(error), self, wordWrap=True)
        self.sentence.setFont(look.font(15, semibold=True))
        self.hint = QLabel(errors.hint(error), self, wordWrap=True)
        self.hint.setFont(look.font(13))
        self.hint.setProperty("tone", "2")
        for label in (self.sentence, self.hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton(_("Close"), self)
        close.setFont(look.font(13))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 20)
        column.setSpacing(10)
        column.addWidget(mark)
        column.addWidget(self.sentence)
        column.addWidget(self.hint)
        column.addSpacing(8)
        column.addLayout(buttons)
