"""The manager of canned responses: name, shortcut, tags, one text a language, and how it reads.

Texts are templates; customers' words never are. The acts are `services.responses`'.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.domain.views import View
from solodesk.services import lists, responses, template_values, templates
from solodesk.services.units import Desk, Reader
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.manager import ManagerDialog
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.ui.text.chiptext import ChipPreview
from solodesk.wording import errors, labels
from solodesk.wording.gettext import _, current_language, marked, ngettext

_DETAILS: Final = (
    (
        marked("Customer"),
        ("customer.greeting", "customer.name", "customer.first_name", "customer.email",
         "customer.company", "customer.last_order"),
    ),
    (marked("Ticket"), ("ticket.number", "ticket.subject", "ticket.date")),
    (marked("You"), ("me.name", "me.business", "me.signature", "today")),
)  # fmt: skip
_PREVIEW_AFTER_MS: Final = 150


class ResponsesDialog(ManagerDialog):
    """Every canned response."""

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        form = ResponseForm(gate, appearance)
        super().__init__(
            gate,
            appearance,
            (_("Canned responses"), _("Write an answer once, use it forever.")),
            form,
            form,
            parent,
        )
        self.form = form


class ResponseForm(QWidget):
    """One canned response."""

    edited = Signal()
    kind = "canned"

    def __init__(self, gate: DeskGate, appearance: Appearance) -> None:
        super().__init__()
        self._gate = gate
        self._look = appearance
        self._number: int | None = None
        self._bodies: dict[str, str] = {}
        self._ticket = gate.read(_example)
        self._timer = QTimer(self, interval=_PREVIEW_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self._show_preview)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._facts())
        column.addLayout(self._languages())
        self.text = QPlainTextEdit()
        self.text.setFont(appearance.font(13.5))
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Text of the response"))
        self.text.textChanged.connect(self._on_text_changed)
        column.addWidget(self.text, 3)
        column.addWidget(self._shown(), 2)

    def names(self, reader: Reader) -> list[str]:
        """Names of all."""
        return [response.name for response in responses.all(reader)]

    def show_entry(self, name: str | None) -> None:
        """Fill the form."""
        found = None
        if name is not None:
            found = self._gate.read(lambda reader: responses.get(reader, name))
        self._number = None if found is None else found.id
        self._bodies = {} if found is None else dict(found.bodies)
        self.name.setText("" if found is None else found.name)
        self.shortcut.setText("" if found is None else found.shortcut.lstrip("/"))
        self.tags.setText("" if found is None else ", ".join(found.tags))
        self._used.setText("" if found is None else _used(found))
        self._show_tabs()
        if found is None:
            self.name.setFocus()

    def saving(self) -> Callable[[Desk], str]:
        """Save the response as it is in the form."""
        self._keep_text()
        name, shortcut, number = self.name.text(), self.shortcut.text(), self._number
        bodies = dict(self._bodies)
        tags = [tag.strip() for tag in self.tags.text().replace("，", ",").split(",")]

        def act(desk: Desk) -> str:
            responses.save(desk, name, bodies, shortcut=shortcut, tags=tags, canned=number)
            return " ".join(name.split())[: responses.MAX_NAME]

        return act

    def erasing(self, name: str) -> Callable[[Desk], object]:
        """Delete a response."""
        return lambda desk: responses.delete(desk, name)

    def insert_detail(self, key: str) -> None:
        """Put a placeholder at the cursor."""
        self.text.insertPlainText(f"{{{{ {key} }}}}")
        self.text.setFocus()

    def choose_language(self, language: str) -> None:
        """Go to the text in `language`."""
        self._tabs.setCurrentIndex(self._codes.index(language))

    def preview_text(self) -> str:
        """What the preview reads now."""
        return self._preview.toPlainText()

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        self.name, self.shortcut, self.tags = QLineEdit(), QLineEdit(), QLineEdit()
        self.shortcut.setMaximumWidth(self._look.px(120))
        self.shortcut.setPlaceholderText("ref")
        self.tags.setPlaceholderText(_("refund, shipping"))
        for column, (title, field) in enumerate(
            ((_("Name"), self.name), (_("Shortcut /"), self.shortcut), (_("Tags"), self.tags))
        ):
            label = QLabel(title)
            label.setProperty("tone", "3")
            label.setFont(self._look.font(12))
            label.setBuddy(field)
            field.setAccessibleName(title)
            field.textEdited.connect(self.edited)
            grid.addWidget(label, 0, column)
            grid.addWidget(field, 1, column)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(2, 2)
        return grid

    def _languages(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._tabs = QTabBar()
        self._tabs.setDrawBase(False)
        self._tabs.setExpanding(False)
        self._tabs.setAccessibleName(_("Language"))
        self._codes: list[str] = []
        self._tabs.currentChanged.connect(self._on_tabs_current_changed)
        row.addWidget(self._tabs)
        row.addStretch(1)
        detail = QPushButton(_("Insert detail"))
        detail.setAutoDefault(False)
        detail.setIcon(icon("chevron-down", self._look.tokens.text_2, 14))
        detail.clicked.connect(partial(self._offer_details, detail))
        row.addWidget(detail)
        return row

    def _shown(self) -> QWidget:
        box = QWidget()
        box.setProperty("ground", "surface")
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        row = QHBoxLayout()
        self._heading, self._used = QLabel(), QLabel()
        for label in (self._heading, self._used):
            label.setProperty("tone", "3")
            label.setFont(self._look.font(11))
        row.addWidget(self._heading, 1)
        row.addWidget(self._used)
        column.addLayout(row)
        self._preview = ChipPreview(self._look)
        column.addWidget(self._preview, 1)
        self._fault = QLabel()
        self._fault.setProperty("tone", "error")
        self._fault.setWordWrap(True)
        self._fault.setFont(self._look.font(12))
        column.addWidget(self._fault)
        self._fault.hide()
        return box

    def _show_tabs(self) -> None:
        """English and Chinese always; "any language" where a response has such a text."""
        codes = ["en", "zh", *([""] if "" in self._bodies else [])]
        self._tabs.blockSignals(True)
        while self._tabs.count():
            self._tabs.removeTab(0)
        for code in codes:
            mark = "" if self._bodies.get(code) else " +"
            self._tabs.addTab(labels.language(code) + mark if code else _("Any language"))
        self._codes = codes
        written = [place for place, code in enumerate(codes) if self._bodies.get(code)]
        fresh = codes.index("zh" if current_language() == "zh" else "en")
        self._tabs.setCurrentIndex(written[0] if written else fresh)
        self._tabs.blockSignals(False)
        self._language = self._codes[self._tabs.currentIndex()]
        self._show_text()

    def _show_text(self) -> None:
        self.text.blockSignals(True)
        self.text.setPlainText(self._bodies.get(self._language, ""))
        self.text.blockSignals(False)
        self._show_preview()

    def _keep_text(self) -> None:
        body = self.text.toPlainText()
        if body.strip():
            self._bodies[self._language] = body
        else:
            self._bodies.pop(self._language, None)

    def _show_preview(self) -> None:
        body, ticket = self.text.toPlainText(), self._ticket
        language = self._language or "en"

        def read(reader: Reader) -> str:
            known = template_values.values(reader, ticket, language)
            pieces = templates.render(body, known)
            pieces = templates.fill(pieces, template_values.fallbacks(language))
            return responses.prepared_html(pieces)

        try:
            self._preview.show_fragment(self._gate.read(read))
            self._fault.hide()
        except KnownError as error:
            self._fault.setText(f"{errors.sentence(error)} {errors.hint(error)}".strip())
            self._fault.show()
        rows = {} if ticket is None else self._gate.read(lambda r: lists.rows(r, [ticket]))
        name = next((row.customer_name or row.customer_address for row in rows.values()), "")
        self._heading.setText(
            _("How it reads for {name}").format(name=name) if name else _("How it reads")
        )

    def _offer_details(self, anchor: QPushButton, _checked: bool = False) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for title, keys in _DETAILS:
            part = menu.addMenu(_(title))
            for key in keys:
                act = part.addAction(templates.label(key))
                act.triggered.connect(partial(self._insert, key))
        menu.addSeparator()
        blank = menu.addAction(_("A blank to fill"))
        blank.triggered.connect(partial(self._insert, "ask.order_number"))
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _insert(self, key: str, _checked: bool = False) -> None:
        self.insert_detail(key)

    def _on_text_changed(self) -> None:
        self._keep_text()
        self._timer.start()
        self.edited.emit()

    def _on_tabs_current_changed(self, place: int) -> None:
        if place < 0:
            return
        self._keep_text()
        self._language = self._codes[place]
        self._show_text()


def _example(reader: Reader) -> TicketId | None:
    """A ticket to show the text for: the one that has waited longest, else any."""
    for view in (View.NEEDS_REPLY, View.WAITING, View.ALL):
        found = lists.ids(reader, view)
        if found:
            return found[0]
    return None


def _used(response: responses.Response) -> str:
    text = ngettext("used {count} time", "used {count} times", response.used)
    return text.format(count=response.used)
