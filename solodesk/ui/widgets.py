"""Small painted parts that several panes share: avatar, chip, elided label, hairline.

They hold no business knowledge; text is always plain text.
"""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QIcon,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QFrame, QLabel, QSizePolicy, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon


class Avatar(QWidget):
    """A round field with the initials of a name."""

    def __init__(
        self, appearance: Appearance, size: int = 28, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._initials = ""
        self._size = size
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def set_name(self, name: str, address: str = "") -> None:
        """Show the initials of `name`, or of the address when there is no name."""
        self._initials = initials(name or address.partition("@")[0])
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = self._appearance.tokens
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._appearance.tokens.chip)
        painter.drawEllipse(self.rect())
        painter.setPen(tokens.text_2)
        size = 11 if self._size < 34 else 13
        painter.setFont(self._appearance.font(size, semibold=True, text=self._initials))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._initials)
        painter.end()

    def _on_appearance_changed(self) -> None:
        side = self._appearance.px(self._size)
        self.setFixedSize(side, side)


def initials(name: str) -> str:
    """One or two letters for a name: "Wang Li" → "WL", "陈小雨" → "陈"."""
    words = [word for word in name.replace("_", " ").replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if not words[0].isascii():
        return words[0][0]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


class Chip(QAbstractButton):
    """A small rounded label that may be pressed: status, tag, reason, state."""

    def __init__(
        self,
        appearance: Appearance,
        text: str = "",
        *,
        icon_name: str = "",
        tone: str = "quiet",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._icon_name = icon_name
        self._tone = tone
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def set_tone(self, tone: str) -> None:
        """Choose the colours: quiet, accent, ok, warn, error or outline."""
        self._tone = tone
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._font())
        width = metrics.horizontalAdvance(self.text()) + 16
        if self._icon_name:
            width += 16 if self.text() else 0
        return QSize(max(width, 22), max(metrics.height() + 3, 18))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = self._colours()
        shape = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(self._outline())
        painter.setBrush(ground.darker(104) if self.underMouse() else ground)
        painter.drawRoundedRect(shape, shape.height() / 2, shape.height() / 2)
        painter.setPen(ink)
        painter.setFont(self._font())
        area = self.rect().adjusted(8, 0, -8, 0)
        if self._icon_name:
            mark: QIcon = icon(self._icon_name, ink, 12)
            mark.paint(painter, area.left() - 1, (self.height() - 12) // 2, 12, 12)
            area.adjust(15, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.text())
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def _font(self) -> QFont:
        return self._appearance.font(11, semibold=self._tone not in ("quiet", "outline"))

    def _colours(self) -> tuple[QColor, QColor]:
        tokens = self._appearance.tokens
        tones = {
            "quiet": (self._appearance.tokens.chip, tokens.text_2),
            "accent": (tokens.selection, tokens.accent),
            "ok": (tokens.ok_soft, tokens.ok),
            "warn": (tokens.warn_soft, tokens.warn),
            "error": (tokens.error_soft, tokens.error),
            "outline": (QColor(0, 0, 0, 0), tokens.text_2),
        }
        return tones[self._tone]

    def _outline(self) -> QPen:
        tokens = self._appearance.tokens
        if self.hasFocus():
            return QPen(tokens.accent, 2)
        if self._tone == "outline":
            return QPen(tokens.border, 1)
        return QPen(Qt.PenStyle.NoPen)


class ElidedLabel(QLabel):
    """A one-line plain text label that ends in "…" when there is no room."""

    clicked = Signal()

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.set_full_text(text)

    def set_full_text(self, text: str) -> None:
        """Show `text`, cut to the width there is; the whole text is the tool tip when cut."""
        self._full = " ".join(text.split())
        self._elide()

    def full_text(self) -> str:
        """The text as given, before cutting."""
        return self._full

    def sizeHint(self) -> QSize:
        return QSize(
            self.fontMetrics().horizontalAdvance(self._full) + 2, super().sizeHint().height()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def _elide(self) -> None:
        cut = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        super().setText(cut)
        self.setToolTip(plain_tip(self._full) if cut != self._full else "")


def short_name(name: str, most: int = 40) -> str:
    """Cut a long file name in its middle, keeping the ending."""
    if len(name) <= most:
        return name
    return name[: most - 12] + "…" + name[-11:]


def plain_tip(text: str) -> str:
    """Escape `text` for a tool tip, which would otherwise guess at rich text."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<qt>{escaped.replace(chr(10), '<br>')}</qt>" if escaped != text else text


class Hairline(QFrame):
    """A one-pixel line in the border colour."""

    def __init__(
        self, appearance: Appearance, *, vertical: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._appearance = appearance
        if vertical:
            self.setFixedWidth(1)
        else:
            self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._appearance.tokens.border)
        painter.end()
