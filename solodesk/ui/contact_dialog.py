"""Log a contact that was not mail: phone, chat, WeChat, social, in person (product.md, "Tickets").

One act with its undo. This module must not decide what counts as an answer.
"""

from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from solodesk.domain.ids import TicketId
from solodesk.services import tickets
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.ops import DeskGate
from solodesk.wording import labels
from solodesk.wording.gettext import _

_CHANNELS = ("phone", "chat", "wechat", "social", "in_person")


class ContactDialog(DialogFrame):
    """Channel, who began, minutes, and what was said."""

    def __init__(
        self, gate: DeskGate, appearance: Appearance, ticket: TicketId, parent: QWidget
    ) -> None:
        super().__init__(appearance, _("Log a call or chat"), width=460, parent=parent)
        self._gate = gate
        self._ticket = ticket
        self.channel = QComboBox(self)
        for code in _CHANNELS:
            self.channel.addItem(labels.channel(code), code)
        self.direction = QComboBox(self)
        self.direction.addItem(_("The customer contacted me"), "in")
        self.direction.addItem(_("I contacted the customer"), "out")
        self.minutes = QSpinBox(self)
        self.minutes.setRange(0, 600)
        self.minutes.setSuffix(" " + _("min"))
        self.text = QPlainTextEdit(self)
        self.text.setPlaceholderText(_("What was said"))
        self.text.setAccessibleName(_("What was said"))
        form = QFormLayout()
        form.addRow(_("Channel"), self.channel)
        form.addRow(_("Direction"), self.direction)
        form.addRow(_("Minutes"), self.minutes)
        self.body.addLayout(form)
        self.body.addWidget(self.text)
        self.add_cancel()
        self.add_button(_("Log it"), primary=True).clicked.connect(self.accept)
        self.text.setFocus()

    def accept(self) -> None:
        """Write it down."""
        channel, direction = self.channel.currentData(), self.direction.currentData()
        minutes, text = self.minutes.value(), self.text.toPlainText().strip()
        self._gate.act(
            lambda desk: tickets.log_contact(desk, self._ticket, channel, direction, minutes, text),
            label=("ticket.contact", {}),
        )
        super().accept()
