"""The bar inside the composer: what speaks against sending, or one question, in plain words."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from solodesk.base.errors import KnownError
from solodesk.services.replies import Check
from solodesk.ui.appearance import Appearance
from solodesk.wording import checks as words
from solodesk.wording import errors
from solodesk.wording.gettext import _


class CheckBar(QWidget):
    """Hidden while there is nothing to say."""

    accepted = Signal(object)
    """The codes of the checks the owner answered with "Send anyway" (a frozenset)."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._codes: frozenset[str] = frozenset()
        self._answer: Callable[[str], None] | None = None
        self.setObjectName("warnBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(8)
        self._appearance = appearance
        self._asks = False
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setProperty("tone", "warn")
        row.addWidget(self._text, 1)
        self._field = QLineEdit()
        self._field.setPlaceholderText("https://")
        self._field.returnPressed.connect(self._on_field_return_pressed)
        row.addWidget(self._field, 2)
        self._anyway = QPushButton()
        self._anyway.clicked.connect(self._on_anyway_clicked)
        row.addWidget(self._anyway)
        self.restyle()
        self.clear()

    def restyle(self) -> None:
        """Take words and fonts again."""
        self._text.setFont(self._appearance.font(12))
        self._field.setAccessibleName(_("Link"))
        self._anyway.setText(_("Send anyway"))

    def is_asking(self) -> bool:
        """Whether an answer is awaited: nothing may push the question away."""
        return self._asks and not self.isHidden()

    def show_checks(self, found: Sequence[Check]) -> None:
        """Show the checks; only those that do not block can be passed."""
        blocking = [check for check in found if check.blocks]
        shown = blocking or list(found)
        self._say(" ".join(words.sentence(check.code, check.params) for check in shown))
        self._codes = frozenset(check.code for check in shown)
        self._anyway.setVisible(not blocking)
        self._asks = True

    def show_error(self, error: KnownError) -> None:
        """Say why it could not be done."""
        self._say(errors.sentence(error))

    def show_text(self, text: str) -> None:
        """Say one plain sentence."""
        self._say(text)

    def ask_link(self, answer: Callable[[str], None]) -> None:
        """Ask for an address; `answer` gets it when it is a web or mail address."""
        self._say(_("Link to"))
        self._answer = answer
        self._asks = True
        self._field.clear()
        self._field.show()
        self._field.setFocus()

    def text(self) -> str:
        """What is being said."""
        return self._text.text()

    def clear(self) -> None:
        """Hide."""
        self._codes = frozenset()
        self._answer = None
        self._asks = False
        self._text.clear()
        self._field.hide()
        self._anyway.hide()
        self.hide()

    def _say(self, text: str) -> None:
        self.clear()
        self._text.setText(text)
        self.show()

    def _on_anyway_clicked(self) -> None:
        self.accepted.emit(self._codes)

    def _on_field_return_pressed(self) -> None:
        address = self._field.text().strip()
        if address and "://" not in address and not address.startswith("mailto:"):
            address = f"mailto:{address}" if "@" in address else f"https://{address}"
        answer = self._answer
        self.clear()
        if answer is not None and address.startswith(("http://", "https://", "mailto:")):
            answer(address)
