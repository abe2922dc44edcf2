"""One line of a customer's history: subject left, number or month right; a click opens it."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from solodesk.domain.views import TicketBrief
from solodesk.ui.appearance import Appearance
from solodesk.wording import labels
from solodesk.wording.gettext import _


class HistoryLine(QAbstractButton):
    """A ticket of the customer."""

    activated = Signal(int)

    def __init__(
        self,
        brief: TicketBrief,
        when: str,
        appearance: Appearance,
        *,
        current: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._brief = brief
        self._appearance = appearance
        self._current = current
        is_open = brief.status in ("open", "waiting")
        self._right = f"#{brief.number}" if is_open and brief.number else when
        self.setText(brief.subject or _("(no subject)"))
        self.setAccessibleName(f"{self.text()}, {labels.status(brief.status)}, {when}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._on_self_clicked)

    def sizeHint(self) -> QSize:
        return QSize(160, self._appearance.px(26))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        look, tokens = self._appearance, self._appearance.tokens
        if self.underMouse() or self.hasFocus():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.selection)
            painter.drawRoundedRect(self.rect().adjusted(-2, 0, 2, 0), 5, 5)
        font = look.font(12.5, medium=True, semibold=self._current)
        small = look.font(12)
        right = QFontMetrics(small).horizontalAdvance(self._right)
        room = self.width() - right - 10
        painter.setFont(font)
        painter.setPen(tokens.text)
        cut = QFontMetrics(font).elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(0, 0, room, self.height()), Qt.AlignmentFlag.AlignVCenter, cut)
        painter.setFont(small)
        painter.setPen(tokens.text_3)
        place = QRect(self.width() - right - 1, 0, right + 1, self.height())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, self._right)
        painter.end()

    def _on_self_clicked(self) -> None:
        self.activated.emit(self._brief.id)
