"""The dialog behind "Decide…": what is known of a reply whose delivery was never confirmed."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from solodesk.domain.views import OutboxRow
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.icons import icon
from solodesk.wording import dates
from solodesk.wording.gettext import _

_CHOICES = ("keep", "delivered", "again", "give_up")


class DecideDialog(DialogFrame):
    """Emits `decided(outbox, 'delivered' | 'again' | 'give_up')`; looking on changes nothing."""

    decided = Signal(int, str)

    def __init__(
        self,
        row: OutboxRow,
        zone: ZoneInfo,
        now_ms: int,
        appearance: Appearance,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(
            appearance,
            _("Did this reply reach {name}?").format(name=row.customer_name),
            _("SoloDesk cannot know for certain. This is what it found:"),
            parent=parent,
        )
        self._row = row
        queued = dates.moment(row.queued_ms, zone, now_ms)
        accepted = row.phase in ("data_sent", "accepted")
        facts = (
            (accepted, _("The whole reply was handed over"), queued),
            (False, _("The mail server’s confirmation did not come"), ""),
            (row.found_in_sent, _("It is in your Sent folder"), ""),
        )
        if not row.found_in_sent:
            facts = (*facts[:2], (False, _("It is not in your Sent folder"), ""))
        rows = QVBoxLayout()
        rows.setSpacing(0)
        for is_good, text, when in facts:
            rows.addWidget(self.line())
            rows.addWidget(self._fact(is_good, text, when))
        rows.addWidget(self.line())
        self.body.addLayout(rows)
        self._group = QButtonGroup(self)
        name = row.customer_name
        texts = (
            (_("Keep looking"), _("Nothing is sent.")),
            (
                _("It was probably delivered"),
                _("Mark it as sent, for example because {name} has answered or you asked.").format(
                    name=name
                ),
            ),
            (_("Send it again"), _("{name} may get the same reply twice.").format(name=name)),
            (_("Give up"), _("Nothing more is sent; your words come back as a draft.")),
        )
        for number, (title, detail) in enumerate(texts):
            self.body.addLayout(self._choice(number, title, detail))
        self.body.addStretch(1)
        self.add_cancel()
        self._go = self.add_button(texts[0][0], primary=True)
        self._go.clicked.connect(self._on_go_clicked)
        self._group.idClicked.connect(self._on_group_id_clicked)

    def choose(self, choice: str) -> None:
        """Select keep, delivered, again or give_up."""
        self._group.button(_CHOICES.index(choice)).setChecked(True)
        self._on_group_id_clicked(_CHOICES.index(choice))

    def _fact(self, is_good: bool, text: str, when: str) -> QWidget:
        tokens = self.appearance.tokens
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 7, 0, 7)
        row.setSpacing(10)
        mark = QLabel()
        name, colour = ("check", tokens.ok) if is_good else ("x", tokens.error)
        mark.setPixmap(icon(name, colour, 16).pixmap(16, 16))
        row.addWidget(mark)
        row.addWidget(self.label(text), 1)
        moment = self.label(when, tone="3", size=12)
        moment.setWordWrap(False)
        row.addWidget(moment)
        return holder

    def _choice(self, number: int, title: str, detail: str) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(1)
        button = QRadioButton(title)
        button.setFont(self.appearance.font(13, semibold=True))
        button.setChecked(number == 0)
        self._group.addButton(button, number)
        column.addWidget(button)
        words = self.label(detail, tone="2", size=12)
        words.setContentsMargins(self.appearance.px(24), 0, 0, 0)
        column.addWidget(words)
        return column

    def _on_group_id_clicked(self, number: int) -> None:
        self._go.setText(self._group.button(number).text())

    def _on_go_clicked(self) -> None:
        choice = _CHOICES[self._group.checkedId()]
        if choice != "keep":
            self.decided.emit(self._row.id, choice)
        self.accept()
