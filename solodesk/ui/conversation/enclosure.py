"""The card above a message that brings an invitation, or that is locked or only a piece."""

from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from solodesk.services.enclosures import Enclosure
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording import enclosures

_ICON = 18


class EnclosureCard(QWidget):
    """Plain text only: what an invitation says, and sentences about locked mail."""

    def __init__(
        self,
        enclosure: Enclosure,
        appearance: Appearance,
        zone: ZoneInfo,
        now_ms: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("quietBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMaximumWidth(appearance.px(682))
        self._look = appearance
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(10)
        event = enclosure.invitation
        mark = QLabel()
        name = "calendar" if event is not None else "lock"
        mark.setPixmap(icon(name, appearance.tokens.text_2, _ICON).pixmap(_ICON, _ICON))
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        self._words = QVBoxLayout()
        self._words.setSpacing(2)
        row.addLayout(self._words, 1)
        spoken: list[str] = []
        if event is not None:
            told = enclosures.invitation(event, zone, now_ms)
            self._add(told.title, 12, tone="3")
            if told.name:
                self._add(told.name, 14, semibold=True)
            for line in told.lines:
                self._add(line, 13)
            spoken += [told.title, told.name, *told.lines]
        for code in enclosure.stated:
            sentence = enclosures.stated(code)
            if sentence:
                self._add(sentence, 13)
                spoken.append(sentence)
        self.setAccessibleName(". ".join(filter(None, spoken)))

    def _add(self, text: str, size: int, *, semibold: bool = False, tone: str = "") -> None:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setFont(self._look.font(size, semibold=semibold, text=text))
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        if tone:
            label.setProperty("tone", tone)
        self._words.addWidget(label)
