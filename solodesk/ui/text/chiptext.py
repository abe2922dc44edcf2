"""Rich text that paints filled-in details and open blanks as rounded chips behind their words.

The composer's field and every preview of a prepared reply are made of it. It must not know what
a detail means.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import (
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextLine,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from solodesk.ui.appearance import Appearance, is_chinese
from solodesk.ui.text import richtext

_SIDE = 2.0
_LINE, _LINE_CJK = 20.25, 21.6


class ChipText(QTextEdit):
    """A text field in our small whitelist, with chips."""

    def __init__(
        self, appearance: Appearance, size: float = 13.5, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.look = appearance
        self._size = size
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(0)
        self.take_font()

    def take_font(self) -> None:
        """Take the interface font again."""
        font = self.look.font(self._size)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(0)

    def show_fragment(self, html: str) -> None:
        """Replace everything by whitelisted HTML."""
        self.clear()
        richtext.insert_html(QTextCursor(self.document()), html, self.look.tokens)
        self.space_lines()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def space_lines(self) -> None:
        """Lines as high as ux.md asks for."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        chinese = is_chinese(self.document().toPlainText())
        style = QTextBlockFormat()
        height = self.look.px((_LINE_CJK if chinese else _LINE) * self._size / 13.5)
        style.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor.mergeBlockFormat(style)

    def text_height(self) -> int:
        """How high the text is at the present width."""
        self.document().setTextWidth(max(40, self.viewport().width()))
        return int(self.document().size().height()) + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        block = self.cursorForPosition(self.viewport().rect().topLeft()).block()
        bottom = self.viewport().height() + self.verticalScrollBar().value()
        while block.isValid():
            if self.document().documentLayout().blockBoundingRect(block).top() > bottom:
                break
            self._paint_block(painter, block)
            block = block.next()
        painter.end()
        super().paintEvent(event)

    def _paint_block(self, painter: QPainter, block: QTextBlock) -> None:
        for start, end, style in richtext.fragments(block):
            if style.hasProperty(richtext.BLANK):
                self._paint_chip(painter, block, start, end, blank=True)
            elif style.hasProperty(richtext.VALUE):
                self._paint_chip(painter, block, start, end, blank=False)

    def _paint_chip(
        self, painter: QPainter, block: QTextBlock, start: int, end: int, *, blank: bool
    ) -> None:
        tokens = self.look.tokens
        layout = block.layout()
        place = self.document().documentLayout().blockBoundingRect(block).topLeft()
        place.setY(place.y() - self.verticalScrollBar().value())
        for number in range(layout.lineCount()):
            line = layout.lineAt(number)
            first = max(start - block.position(), line.textStart())
            last = min(end - block.position(), line.textStart() + line.textLength())
            if first >= last:
                continue
            left, right = _x(line, first), _x(line, last)
            height = min(line.height(), self.fontMetrics().height() + 1.0)
            top = place.y() + line.y() + line.ascent() - self.fontMetrics().ascent() - 0.5
            box = QRectF(place.x() + left - _SIDE, top, right - left + 2 * _SIDE, height)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tokens.warn_soft if blank else tokens.selection)
            painter.drawRoundedRect(box, 3, 3)
            if blank:
                pen = QPen(tokens.warn, 1.3, Qt.PenStyle.DashLine)
                pen.setDashPattern([2.5, 2])
                painter.setPen(pen)
                painter.drawLine(box.bottomLeft(), box.bottomRight())


class ChipPreview(ChipText):
    """A prepared reply to be read: as high as its words, up to `most` design units."""

    def __init__(
        self, appearance: Appearance, most: int = 0, size: float = 13, parent: QWidget | None = None
    ) -> None:
        super().__init__(appearance, size, parent)
        self._most = most
        self.setReadOnly(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def show_fragment(self, html: str) -> None:
        super().show_fragment(html)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._most:
            wanted, most = self.text_height() + 2, self.look.px(self._most)
            policy = Qt.ScrollBarPolicy
            fits = wanted <= most
            self.setVerticalScrollBarPolicy(
                policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
            )
            self.setFixedHeight(min(wanted, most))


def _x(line: QTextLine, position: int) -> float:
    # The stub knows only the C++ form; Python gets (x, position).
    found: tuple[float, int] = line.cursorToX(position)  # type: ignore[assignment]
    return found[0]
