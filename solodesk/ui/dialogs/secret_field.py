"""A field for a password, with an eye to look at what was typed. Must not keep it."""

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QLineEdit

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording.gettext import _


class SecretField(QLineEdit):
    """A line whose text is hidden until the eye is clicked."""

    def __init__(self, appearance: Appearance) -> None:
        super().__init__()
        self._appearance = appearance
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = QAction(self._icon("eye"), _("Show the password"), self)
        self._eye.setCheckable(True)
        self._eye.toggled.connect(self._on_eye_toggled)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)

    def _icon(self, name: str) -> QIcon:
        return icon(name, self._appearance.tokens.text_2, 16)

    def _on_eye_toggled(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode
        self.setEchoMode(mode.Normal if shown else mode.Password)
        self._eye.setIcon(self._icon("eye-off" if shown else "eye"))
