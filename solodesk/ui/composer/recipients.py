"""The lines over the text: to whom, from which address, copies and subject."""

from collections.abc import Sequence
from email.utils import formataddr, getaddresses

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.message import Address
from solodesk.ui.appearance import Appearance
from solodesk.wording.gettext import _


def format_addresses(people: Sequence[Address]) -> str:
    """Addresses as a person types them: Wang Li <wang@lumen.example>, …"""
    return ", ".join(
        f"{_quoted(person.name)} <{person.address}>" if person.name else person.address
        for person in people
    )


def _quoted(name: str) -> str:
    special = set('",;<>()[]:@\\')
    return formataddr((name, "x"))[:-4] if name.isascii() and special & set(name) else name


def parse_addresses(text: str) -> tuple[Address, ...]:
    """Read what was typed; full-width separators count, doubles go, order stays."""
    plain = text.translate(str.maketrans("，；;、＜＞", ",,,,<>"))
    found: dict[str, Address] = {}
    for name, address in getaddresses([plain]):
        if "@" in address:
            found.setdefault(address.lower(), Address(name.strip(), address.strip()))
    return tuple(found.values())


class RecipientLines(QWidget):
    """To and From, and on demand Cc, Bcc and the subject."""

    edited = Signal()
    identity_menu_requested = Signal(object)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._fields: dict[str, QLineEdit] = {}
        self._rows: dict[str, QWidget] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        titles = (("to", _("To")), ("cc", _("Cc")), ("bcc", _("Bcc")), ("subject", _("Subject")))
        for key, title in titles:
            row = self._row(key, title)
            self._rows[key] = row
            outer.addWidget(row)
        self.show_copies(False)
        self.show_subject(False)

    def set_people(
        self, to: Sequence[Address], cc: Sequence[Address], bcc: Sequence[Address], subject: str
    ) -> None:
        """Fill in the lines; copies are shown when there are any."""
        values = {
            "to": format_addresses(to),
            "cc": format_addresses(cc),
            "bcc": format_addresses(bcc),
            "subject": subject,
        }
        for key, text in values.items():
            field = self._fields[key]
            field.blockSignals(True)
            field.setText(text)
            field.setCursorPosition(0)
            field.blockSignals(False)
        self.show_copies(bool(cc or bcc))

    def people(self, key: str) -> tuple[Address, ...]:
        """The addresses in line `key`: to, cc or bcc."""
        return parse_addresses(self._fields[key].text())

    def subject(self) -> str:
        """The subject as typed."""
        return self._fields["subject"].text().strip()

    def set_identity(self, address: str) -> None:
        """Show which address the reply comes from."""
        self._identity.setText(f"{address}  ⌄")

    def show_copies(self, shown: bool) -> None:
        """Show or hide Cc and Bcc."""
        self._rows["cc"].setVisible(shown)
        self._rows["bcc"].setVisible(shown)
        self._copies.setVisible(not shown)

    def show_subject(self, shown: bool) -> None:
        """Show or hide the subject (replies keep theirs)."""
        self._rows["subject"].setVisible(shown)

    def focus(self, key: str) -> None:
        """Put the cursor into line `key`."""
        self._fields[key].setFocus()

    def _row(self, key: str, title: str) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(14, 5, 8, 5)
        row.setSpacing(8)
        small = self._appearance.font(12)
        label = QLabel(title)
        label.setProperty("tone", "3")
        label.setFont(small)
        field = QLineEdit()
        field.setProperty("plain", True)
        field.setFont(small)
        field.setMinimumHeight(self._appearance.px(22))
        field.setAccessibleName(title)
        field.textEdited.connect(self._on_field_text_edited)
        label.setBuddy(field)
        row.addWidget(label)
        row.addWidget(field, 1)
        self._fields[key] = field
        if key == "to":
            self._add_sender(row)
        column.addLayout(row)
        line = QFrame()
        line.setProperty("line", "h")
        column.addWidget(line)
        return holder

    def _add_sender(self, row: QHBoxLayout) -> None:
        small = self._appearance.font(12)
        self._copies = QPushButton(_("Cc Bcc"))
        self._copies.setProperty("link", True)
        self._copies.setFont(small)
        self._copies.clicked.connect(self._on_copies_clicked)
        row.addWidget(self._copies)
        label = QLabel(_("From"))
        label.setProperty("tone", "3")
        label.setFont(small)
        row.addWidget(label)
        self._identity = QPushButton()
        self._identity.setObjectName("identityButton")
        self._identity.setProperty("flat", True)
        self._identity.setFont(small)
        self._identity.setCursor(Qt.CursorShape.PointingHandCursor)
        self._identity.setAccessibleName(_("Sending address"))
        self._identity.clicked.connect(self._on_identity_clicked)
        row.addWidget(self._identity)

    def _on_field_text_edited(self, text: str) -> None:
        self.edited.emit()

    def _on_copies_clicked(self) -> None:
        self.show_copies(True)
        self.focus("cc")

    def _on_identity_clicked(self) -> None:
        self.identity_menu_requested.emit(self._identity)
