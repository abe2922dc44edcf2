"""Bars above the conversation when something needs the owner: not sent, not confirmed, bounced."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.domain.views import ConversationItem, OutboxRow, TicketRow
from solodesk.ui.appearance import Appearance
from solodesk.ui.conversation.outbox_words import Moment, told
from solodesk.ui.icons import icon
from solodesk.wording import labels
from solodesk.wording.gettext import _

_BARS = {"error": "errorBar", "warn": "warnBar", "quiet": "calmBar"}


class Notice(QWidget):
    """A coloured bar: a mark, a title, one plain sentence, and buttons."""

    pressed = Signal(str, int)
    """The act, and the outbox row it is about."""

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        sentence: str,
        buttons: tuple[tuple[str, str], ...] = (),
        *,
        tone: str = "error",
        outbox: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._outbox = outbox
        self.setObjectName(_BARS[tone])
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 10, 20, 10)
        row.setSpacing(12)
        tokens = appearance.tokens
        colour = {"error": tokens.error, "warn": tokens.warn}.get(tone, tokens.text_2)
        mark = QLabel()
        name = "clock" if tone == "quiet" else "circle-alert"
        mark.setPixmap(icon(name, colour, 18).pixmap(18, 18))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, semibold in ((title, True), (sentence, False)):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setFont(appearance.font(13, semibold=semibold))
            if semibold and tone != "quiet":
                label.setProperty("tone", tone)
            words.addWidget(label)
        row.addLayout(words, 1)
        self._acts = [act for act, _text in buttons]
        group = QButtonGroup(self)
        group.idClicked.connect(self._on_group_id_clicked)
        for number, (_act, text) in enumerate(buttons):
            button = QPushButton(text)
            group.addButton(button, number)
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)

    def _on_group_id_clicked(self, number: int) -> None:
        self.pressed.emit(self._acts[number], self._outbox)


def notice_for(
    row: TicketRow,
    items: tuple[ConversationItem, ...],
    leaving: tuple[OutboxRow, ...],
    look: Appearance,
    moment: Moment,
) -> Notice | None:
    """The bar this ticket needs, or None. Acts: those of outbox_words."""
    said = told(row, leaving, moment)
    if said is not None:
        return Notice(
            look, said.title, said.sentence, said.buttons, tone=said.tone, outbox=said.outbox
        )
    if row.alarm == "bounced":
        reasons = [item.bounce_reason for item in items if item.bounce_reason]
        sentence = labels.bounce_reason(reasons[-1]) if reasons else labels.bounce_reason("other")
        return Notice(look, _("Your reply came back"), sentence)
    return None
