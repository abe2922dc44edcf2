"""Quiet lines inside a message: what was left out, what to know of it, and what can be done."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.domain.views import ConversationItem
from solodesk.services.showing import Shown
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import pixmap
from solodesk.wording import mail_words
from solodesk.wording.gettext import _


class QuietBar(QWidget):
    """A mark, one sentence, and buttons that look like links. `tone`: quiet or warn."""

    pressed = Signal(str)

    def __init__(
        self,
        appearance: Appearance,
        sentence: str,
        buttons: Sequence[tuple[str, str]] = (),
        *,
        icon: str = "",
        tone: str = "quiet",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("quietBar" if tone == "quiet" else "quietWarning")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 7, 12, 7)
        row.setSpacing(8)
        tokens = appearance.tokens
        if icon:
            mark = QLabel()
            size = appearance.px(15)
            colour = tokens.text_3 if tone == "quiet" else tokens.warn
            mark.setPixmap(pixmap(icon, colour, size, self.devicePixelRatioF()))
            mark.setFixedWidth(size)
            row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        words = QLabel(sentence)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setWordWrap(True)
        words.setFont(appearance.font(12))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(words)
        row.addLayout(column, 1)
        self._acts = [act for act, _text in buttons]
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._on_group_id_clicked)
        if buttons:
            column.addLayout(self._links([text for _act, text in buttons], appearance))

    def _links(self, texts: Sequence[str], appearance: Appearance) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(-4, 0, 0, 0)  # their words stand under the sentence
        row.setSpacing(12)
        for number, text in enumerate(texts):
            button = QPushButton(text)
            button.setProperty("link", True)
            button.setFont(appearance.font(12))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._group.addButton(button, number)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _on_group_id_clicked(self, number: int) -> None:
        self.pressed.emit(self._acts[number])


def bars_above(
    item: ConversationItem, shown: Shown | None, look: Appearance, fetching: str | None
) -> list[QuietBar]:
    """What stands between the head of a message and its words."""
    if shown is None:
        return []
    found = []
    if shown.other_address:
        words = mail_words.other_name(item.from_.name, item.from_.address)
        found.append(QuietBar(look, words, icon="triangle-alert", tone="warn"))
    pictures = _pictures(shown, look, fetching)
    if pictures is not None:
        found.append(pictures)
    if shown.truncated:
        buttons = (("whole", _("Show all")), ("original", _("Open in the browser")))
        words = _("This message is very long; its end is not shown.")
        found.append(QuietBar(look, words, buttons, icon="file-text"))
    return found


def _pictures(shown: Shown, look: Appearance, fetching: str | None) -> QuietBar | None:
    """One line for pictures left out, on their way, or spying."""
    spies = mail_words.spies(shown.spies) if shown.spies else ""
    if shown.missing and fetching == "waiting":
        return QuietBar(look, _("Fetching the pictures …"), icon="image")
    if shown.missing:
        again = (("pictures_again", _("Try again")),)
        return QuietBar(look, _("Some pictures could not be fetched."), again, icon="image")
    if shown.blocked:
        words = " ".join(filter(None, (mail_words.pictures_blocked(shown.blocked), spies)))
        buttons = (
            ("pictures", _("Show pictures")),
            ("pictures_always", _("Always from this sender")),
        )
        return QuietBar(look, words, buttons, icon="image")
    return QuietBar(look, spies, icon="eye-off") if spies else None
