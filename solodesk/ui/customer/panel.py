"""The customer beside the conversation: who they are, how to greet them, their whole history."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.changes import Changes
from solodesk.domain.ids import CustomerId, TicketId
from solodesk.domain.views import CustomerCard, TicketBrief
from solodesk.services import customers, lists, settings
from solodesk.ui.appearance import Appearance
from solodesk.ui.customer.history import HistoryLine
from solodesk.ui.ops import DeskGate
from solodesk.ui.widgets import Avatar, ElidedLabel
from solodesk.wording import dates, labels
from solodesk.wording.gettext import _, ngettext

_EARLIER_AT_FIRST = 5


class CustomerPanel(QScrollArea):
    """Reads through the gate; greeting and note are saved when the field is left."""

    ticket_activated = Signal(int)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._appearance = appearance
        self._customer: CustomerId | None = None
        self._ticket: TicketId | None = None
        self._all_shown = False
        self._card: CustomerCard | None = None
        self._zone = ZoneInfo("UTC")
        self._now = 0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(_("Customer"))
        gate.changed.connect(self._on_gate_changed)
        appearance.changed.connect(self._show)
        self._show()

    def show_customer(self, customer: CustomerId | None, ticket: TicketId | None = None) -> None:
        """Show `customer`; `ticket` is the one open beside it."""
        if customer != self._customer:
            self._all_shown = False
        self._customer, self._ticket = customer, ticket
        self._read()
        self._show()

    def _read(self) -> None:
        customer = self._customer
        self._card = None
        if customer is not None:
            self._card, self._zone, self._now = self._gate.read(
                lambda reader: (
                    lists.customer_card(reader, customer),
                    settings.zone(reader),
                    reader.now_ms,
                )
            )

    def _show(self) -> None:
        page = QWidget()
        page.setProperty("ground", "surface")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(14, 14, 14, 14)
        self._column.setSpacing(0)
        if self._card is not None:
            self._fill(self._card)
        self._column.addStretch(1)
        # setWidget would delete the old page at once, perhaps under the line being pressed.
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.setWidget(page)

    def _fill(self, card: CustomerCard) -> None:
        self._column.addLayout(self._head(card))
        self._column.addSpacing(14)
        self._column.addLayout(self._facts(card))
        self._column.addSpacing(12)
        self._column.addWidget(self._note(card))
        if card.tickets <= 1:
            self._column.addSpacing(12)
            self._column.addWidget(self._quiet(_("First time writing — say hello.")))
        self._briefs(_("Open tickets"), card.open)
        shown = card.earlier if self._all_shown else card.earlier[:_EARLIER_AT_FIRST]
        self._briefs(_("Earlier"), shown)
        if len(shown) < len(card.earlier):
            more = QPushButton(_("Show all {count}").format(count=len(card.earlier)))
            more.setProperty("link", True)
            more.setFont(self._appearance.font(12))
            more.clicked.connect(self._on_more_clicked)
            self._column.addWidget(more, 0, Qt.AlignmentFlag.AlignLeft)

    def _head(self, card: CustomerCard) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        avatar = Avatar(self._appearance, 36)
        avatar.set_name(card.name, card.addresses[0] if card.addresses else "")
        row.addWidget(avatar)
        words = QVBoxLayout()
        words.setSpacing(0)
        who = card.name or (card.addresses[0] if card.addresses else "")
        name = ElidedLabel(who)
        name.setFont(self._appearance.font(15, semibold=True, text=who))
        words.addWidget(name)
        address = ElidedLabel(card.addresses[0] if card.addresses else "")
        address.setFont(self._appearance.font(12))
        address.setProperty("tone", "3")
        words.addWidget(address)
        if len(card.addresses) > 1:
            count = len(card.addresses) - 1
            text = ngettext("+{count} address", "+{count} addresses", count).format(count=count)
            more = self._quiet(text)
            more.setToolTip("\n".join(card.addresses[1:]))
            words.addWidget(more)
        row.addLayout(words, 1)
        return row

    def _facts(self, card: CustomerCard) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(5)
        grid.setColumnMinimumWidth(0, self._appearance.px(84))
        grid.setColumnStretch(1, 1)
        self._greeting = GreetingField(card.greeting or "", self._appearance)
        self._greeting.setAccessibleName(_("Greeting"))
        self._greeting.setToolTip(_("How you greet this customer in canned responses"))
        self._greeting.editingFinished.connect(self._on_greeting_editing_finished)
        since = dates.month_year(card.first_seen_ms, self._zone)
        tickets = _("{count} since {month}").format(count=card.tickets, month=since)
        rows: list[tuple[str, QWidget]] = [
            (_("Greeting"), self._greeting.holder()),
            (_("Tickets"), self._fact(tickets)),
        ]
        if card.company:
            rows.append((_("Company"), self._fact(card.company)))
        if card.last_rating is not None:
            scale, value, rated_ms = card.last_rating
            day = dates.day(rated_ms, self._zone, self._now)
            rating = f"{labels.rating_mark(scale, value)} {labels.rating(scale, value)}, {day}"
            rows.append((_("Last rating"), self._fact(rating)))
        if card.languages:
            names = ", ".join(labels.language(code) for code in card.languages[:3])
            rows.append((_("Language"), self._fact(names)))
        for place, (title, value_widget) in enumerate(rows):
            label = self._quiet(title)
            grid.addWidget(label, place, 0)
            grid.addWidget(value_widget, place, 1)
        return grid

    def _note(self, card: CustomerCard) -> QWidget:
        box = QFrame()
        box.setObjectName("noteBox")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(box)
        column.setContentsMargins(8, 4, 8, 4)
        self._note_field = NoteField(card.note)
        self._note_field.setFont(self._appearance.font(12))
        self._note_field.setPlaceholderText(_("Note — only you see this"))
        self._note_field.left.connect(self._on_note_field_left)
        column.addWidget(self._note_field)
        return box

    def _briefs(self, title: str, briefs: tuple[TicketBrief, ...]) -> None:
        if not briefs:
            return
        self._column.addSpacing(12)
        label = QLabel(title)
        label.setProperty("tone", "3")
        label.setFont(self._appearance.font(11, semibold=True))
        self._column.addWidget(label)
        self._column.addSpacing(4)
        for brief in briefs:
            when = dates.month(brief.last_message_ms, self._zone, self._now)
            line = HistoryLine(brief, when, self._appearance, current=brief.id == self._ticket)
            line.activated.connect(self.ticket_activated)
            self._column.addWidget(line)

    def _fact(self, text: str) -> ElidedLabel:
        label = ElidedLabel(text)
        label.setFont(self._appearance.font(12))
        return label

    def _quiet(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("tone", "3")
        label.setFont(self._appearance.font(12))
        label.setWordWrap(True)
        return label

    def _on_more_clicked(self) -> None:
        self._all_shown = True
        self._show()

    def _on_greeting_editing_finished(self) -> None:
        customer, text = self._customer, self._greeting.text().strip()
        if customer is not None and self._greeting.isModified():
            self._greeting.setModified(False)
            self._gate.act(
                lambda desk: customers.set_greeting(desk, customer, text or None),
                label=("customer.greeting", {}),
            )

    def _on_note_field_left(self, text: str) -> None:
        customer = self._customer
        if customer is not None:
            self._gate.act(
                lambda desk: customers.set_note(desk, customer, text), label=("customer.note", {})
            )

    def _on_gate_changed(self, changes: Changes) -> None:
        if self._customer is None:
            return
        before = self._card
        self._read()
        editing = before is not None and (self._greeting.hasFocus() or self._note_field.hasFocus())
        if self._card != before and not editing:
            self._show()


class GreetingField(QLineEdit):
    """How the owner greets this customer: as wide as its words."""

    def __init__(self, text: str, appearance: Appearance) -> None:
        super().__init__(text)
        self._look = appearance
        self.setProperty("quiet", True)
        self.setFont(appearance.font(12))
        self.setPlaceholderText(_("Hello"))
        self.textChanged.connect(self._fit)
        self._fit()

    def holder(self) -> QWidget:
        """The field at the left of its cell."""
        cell = QWidget()
        row = QHBoxLayout(cell)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self)
        row.addStretch(1)
        return cell

    def _fit(self) -> None:
        words = self.text() or self.placeholderText()
        width = self.fontMetrics().horizontalAdvance(words) + self._look.px(20)
        self.setFixedWidth(max(self._look.px(52), min(width, self._look.px(150))))


class NoteField(QPlainTextEdit):
    """A small text field that tells its text when it is left and was changed."""

    left = Signal(str)

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._saved = text
        self.setTabChangesFocus(True)
        self.setAccessibleName(_("Note about this customer"))
        self.setStyleSheet(
            "QPlainTextEdit, QPlainTextEdit:focus"
            " { background: transparent; border: none; padding: 0; }"
        )
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        text = self.toPlainText().strip()
        if text != self._saved:
            self._saved = text
            self.left.emit(text)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        lines = max(1, min(8, round(self.document().size().height())))
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 10)
