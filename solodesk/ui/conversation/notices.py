"""Bars above the conversation when something needs the owner: not sent, not confirmed, bounced."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.domain.views import ConversationItem, TicketRow
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording import labels
from solodesk.wording.gettext import _


class Notice(QWidget):
    """A coloured bar: a mark, a title, one plain sentence, and buttons."""

    pressed = Signal(str)

    def __init__(
        self,
        appearance: Appearance,
        title: str,
        sentence: str,
        buttons: tuple[tuple[str, str], ...] = (),
        *,
        tone: str = "error",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("errorBar" if tone == "error" else "warnBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(24, 10, 20, 10)
        row.setSpacing(12)
        colour = appearance.tokens.error if tone == "error" else appearance.tokens.warn
        mark = QLabel()
        mark.setPixmap(icon("circle-alert", colour, 18).pixmap(18, 18))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        for text, semibold in ((title, True), (sentence, False)):
            label = QLabel(text)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setFont(appearance.font(13, semibold=semibold))
            if semibold:
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
        self.pressed.emit(self._acts[number])


def notice_for(
    row: TicketRow, items: tuple[ConversationItem, ...], look: Appearance
) -> Notice | None:
    """The bar this ticket needs, or None. Acts: look, decide, edit, retry, outbox."""
    ours = [item for item in items if item.type == "out" and item.outbox is not None]
    state = ours[-1].state if ours else row.outbox_state
    name = row.customer_name or row.customer_address
    if state == "uncertain":
        return Notice(
            look,
            _("Sent, not confirmed"),
            _(
                "The connection broke while this reply was handed over. It may have reached {name}."
                " SoloDesk has not sent it again."
            ).format(name=name),
            (("look", _("Look again")), ("decide", _("Decide…"))),
        )
    if state == "failed":
        return Notice(
            look,
            _("This reply did not go out"),
            _("The mail server refused it. Nothing reached {name}.").format(name=name),
            (("edit", _("Edit again")), ("retry", _("Try again"))),
        )
    if state == "held":
        return _held_notice(row, look)
    if row.alarm == "bounced":
        reasons = [item.bounce_reason for item in items if item.bounce_reason]
        sentence = labels.bounce_reason(reasons[-1]) if reasons else labels.bounce_reason("other")
        return Notice(look, _("Your reply came back"), sentence)
    return None


def _held_notice(row: TicketRow, look: Appearance) -> Notice | None:
    # Held with a time it leaves by itself; without one it waits for the owner.
    if row.alarm is None and (row.outbox_state != "held" or row.outbox_not_before_ms is not None):
        return None
    return Notice(
        look,
        _("New mail came in before your reply left"),
        _("Your reply waits. Read the new message first, or send it anyway."),
        (("edit", _("Edit again")), ("retry", _("Send anyway"))),
        tone="warn",
    )
