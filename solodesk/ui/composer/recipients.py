"""The lines over the text: to whom, from which address, copies and subject."""

from collections.abc import Sequence
from email.utils import formataddr, getaddresses
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.message import Address
from solodesk.services.replies import Identity
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
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


class NoteTitle(QLabel):
    """Says in words that this is no mail: the yellow alone must not."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setObjectName("noteTitle")
        self.setContentsMargins(14, 10, 14, 0)
        self.restyle()

    def restyle(self) -> None:
        """Take words and font again."""
        self.setText(_("Note — only you see this"))
        self.setFont(self._appearance.font(11, semibold=True))


class RecipientLines(QWidget):
    """To and From, and on demand Cc, Bcc and the subject."""

    edited = Signal()
    identity_menu_requested = Signal()
    identity_chosen = Signal(object)
    """The `Identity` chosen from the menu."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_narrow = False
        self._fields: dict[str, QLineEdit] = {}
        self._rows: dict[str, QWidget] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self._labels: dict[str, QLabel] = {}
        for key in ("to", "cc", "bcc", "subject"):
            row = self._row(key)
            self._rows[key] = row
            outer.addWidget(row)
            if key == "to":
                outer.addLayout(self._own_row())
        # From line to line by Tab; the buttons stand before them.
        order = (self._copies, self._identity, *self._fields.values())
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        self.restyle()
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
        self._identity.setText(address or _("no address yet"))

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

    def offer_identities(self, identities: Sequence[Identity]) -> None:
        """Show the addresses one can write from."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for identity in identities:
            name = f"{identity.name} <{identity.address}>" if identity.name else identity.address
            action = menu.addAction(name.replace("&", "&&"))
            action.triggered.connect(partial(self._choose, identity))
        menu.popup(self._identity.mapToGlobal(self._identity.rect().bottomLeft()))

    def _choose(self, identity: Identity, _checked: bool = False) -> None:
        self.identity_chosen.emit(identity)

    def restyle(self) -> None:
        """Take words, fonts and colours again."""
        small = self._appearance.font(12)
        words = {
            "to": _("To"), "cc": _("Cc"), "bcc": _("Bcc"), "subject": _("Subject"),
            "from": _("From"),
        }  # fmt: skip
        for key, label in self._labels.items():
            label.setText(words[key])
            label.setFont(small)
        for key, field in self._fields.items():
            field.setFont(small)
            field.setMinimumHeight(self._appearance.px(22))
            field.setAccessibleName(words[key])
        self._copies.setText(_("Cc"))
        self._copies.setFont(small)
        self._identity.setFont(small)
        self._identity.setIcon(icon("chevron-down", self._appearance.tokens.text_3, 12))
        self._identity.setAccessibleName(_("Sending address"))

    def _row(self, key: str) -> QWidget:
        holder = QWidget(self)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        row = QHBoxLayout()
        row.setContentsMargins(14, 5, 12, 5)
        row.setSpacing(8)
        label = QLabel()
        label.setProperty("tone", "3")
        self._labels[key] = label
        field = QLineEdit()
        field.setProperty("plain", True)
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow window the sending address has a row of its own: the names need theirs."""
        super().resizeEvent(event)
        is_narrow = self.width() < self._appearance.px(400)
        if is_narrow is self._is_narrow:
            return
        self._is_narrow = is_narrow
        self._under.setContentsMargins(*((14, 5, 12, 0) if is_narrow else (0, 0, 0, 0)))
        for part in (self._labels["from"], self._identity):
            if is_narrow:
                self._under.insertWidget(self._under.count() - 1, part)
            else:
                self._beside.addWidget(part)

    def _own_row(self) -> QHBoxLayout:
        self._under = QHBoxLayout()
        self._under.setContentsMargins(0, 0, 0, 0)
        self._under.setSpacing(8)
        self._under.addStretch(1)
        return self._under

    def _add_sender(self, row: QHBoxLayout) -> None:
        self._beside = row
        self._copies = QPushButton()
        self._copies.setObjectName("quietLink")
        self._copies.setCursor(Qt.CursorShape.PointingHandCursor)
        self._copies.clicked.connect(self._on_copies_clicked)
        row.addWidget(self._copies)
        row.addSpacing(4)
        label = QLabel()
        label.setProperty("tone", "3")
        self._labels["from"] = label
        row.addWidget(label)
        self._identity = QPushButton()
        self._identity.setObjectName("identityButton")
        self._identity.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self._identity.setIconSize(QSize(12, 12))
        self._identity.setCursor(Qt.CursorShape.PointingHandCursor)
        self._identity.clicked.connect(self._on_identity_clicked)
        row.addWidget(self._identity)

    def _on_field_text_edited(self, text: str) -> None:
        self.edited.emit()

    def _on_copies_clicked(self) -> None:
        self.show_copies(True)
        self.focus("cc")

    def _on_identity_clicked(self) -> None:
        self.identity_menu_requested.emit()
