"""Paints one ticket: name and age, subject and chips, preview (ux.md, "List cards").

Everything is drawn as plain text. This module must not read anything but the row it is given.
"""

from collections.abc import Sequence

from PySide6.QtCore import (
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QTextCharFormat,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from solodesk.domain.views import SearchHit, TicketRow
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import pixmap
from solodesk.ui.ticketlist.chips import Chip, age, marks, outgoing
from solodesk.ui.ticketlist.model import HIT, ROW, TicketListModel
from solodesk.wording.gettext import _

_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_MAX_TAGS = 2
_LEAD = 14
"""Characters before a hit."""


def plain(text: str) -> str:
    """One line of text without control characters, as far as a row can show it."""
    return " ".join(text[:300].split())


def near_hit(
    text: str, places: Sequence[tuple[int, int]]
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The text from shortly before its first hit, for a narrow row."""
    start = places[0][0]
    if start <= _LEAD:
        return text, tuple(places)
    space = text.find(" ", start - _LEAD, start)
    cut = space + 1 if space >= 0 else start - _LEAD // 2
    moved = tuple((a - cut + 1, b - cut + 1) for a, b in places)
    return f"…{text[cut:]}", moved


def subject_marks(hit: SearchHit, row: TicketRow) -> tuple[tuple[int, int], ...]:
    """The hits in a message's subject, where they stand in the ticket's ("Re:" and the like)."""
    if not hit.subject.endswith(row.subject) or plain(row.subject) != row.subject:
        return ()
    more = len(hit.subject) - len(row.subject)
    return tuple((a - more, b - more) for a, b in hit.subject_marks if a >= more)


def _units(text: str, characters: int) -> int:
    """Qt counts UTF-16 units."""
    return len(text[:characters].encode("utf-16-le")) // 2


class TicketDelegate(QStyledItemDelegate):
    """Three lines a ticket, 84 units high."""

    def __init__(
        self, appearance: Appearance, model: TicketListModel, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._look = appearance
        self._model = model

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(self._look.px(200), self._look.px(84))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row = index.data(ROW)
        if not isinstance(row, TicketRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option)
        px = self._look.px
        box = option.rect.adjusted(px(16), px(10), -px(16), 0)
        line = px(18)
        self._first_line(painter, QRect(box.x(), box.y(), box.width(), line), row)
        top = box.y() + line + px(2)
        hit = index.data(HIT)
        in_subject = subject_marks(hit, row) if isinstance(hit, SearchHit) else ()
        self._second_line(painter, QRect(box.x(), top, box.width(), line), row, in_subject)
        top += line + px(1)
        third = QRect(box.x(), top, box.width(), px(17))
        if isinstance(hit, SearchHit) and hit.marks:
            self._snippet(painter, third, hit)
        else:
            self._text(
                painter, third, plain(row.preview), self._look.font(12), self._look.tokens.text_3
            )
        painter.restore()

    def _snippet(self, painter: QPainter, rect: QRect, hit: SearchHit) -> None:
        """The words around the hit."""
        text, places = near_hit(hit.snippet, hit.marks)
        font = self._look.font(12, text=text)
        self._marked(painter, rect, text, font, self._look.tokens.text_3, places)

    def _marked(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        font: QFont,
        colour: QColor,
        places: Sequence[tuple[int, int]],
    ) -> None:
        """One line of text with hits on a coloured ground."""
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        layout = QTextLayout(shown, font, painter.device())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        found = QTextCharFormat()
        found.setBackground(self._look.tokens.warn_soft)
        found.setForeground(self._look.tokens.text)
        ranges = []
        for start, end in places:
            piece = QTextLayout.FormatRange()
            piece.start = _units(shown, start)
            piece.length = _units(shown, min(end, len(shown))) - piece.start
            piece.format = found
            ranges.append(piece)
        layout.setFormats([piece for piece in ranges if piece.length > 0])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(rect.width())
        layout.endLayout()
        painter.setPen(colour)
        top = rect.y() + (rect.height() - line.height()) / 2
        layout.draw(painter, QPointF(rect.x(), top))

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        tokens = self._look.tokens
        rect = option.rect
        state = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        painter.fillRect(rect, tokens.selection if selected else tokens.bg)
        painter.fillRect(QRect(rect.x(), rect.bottom(), rect.width(), 1), tokens.border)
        if selected:
            painter.fillRect(
                QRect(rect.x(), rect.y(), self._look.px(3), rect.height()), tokens.accent
            )
        elif focused:
            painter.setPen(tokens.accent)
            painter.drawRect(rect.adjusted(1, 1, -2, -2))

    def _first_line(self, painter: QPainter, rect: QRect, row: TicketRow) -> None:
        px, tokens = self._look.px, self._look.tokens
        moment = self._model.moment
        chip = outgoing(row, moment)
        if chip is None:
            chip = age(row, self._model.waited(row), moment)
        right = self._chip_right(painter, rect, chip)
        if row.attachments:
            size = px(14)
            right -= size + px(8)
            self._icon(
                painter, "paperclip", tokens.text, QRect(right, rect.y(), size, rect.height())
            )
        name = plain(row.customer_name or row.customer_address or _("Unknown sender"))
        font = self._look.font(13, row.unread, medium=True, text=name)
        space = QRect(rect.x(), rect.y(), right - px(8) - rect.x(), rect.height())
        self._text(painter, space, name, font, tokens.text)

    def _second_line(
        self,
        painter: QPainter,
        rect: QRect,
        row: TicketRow,
        places: Sequence[tuple[int, int]] = (),
    ) -> None:
        px, tokens = self._look.px, self._look.tokens
        subject = plain(row.subject) or _("(no subject)")
        font = self._look.font(13, row.unread, text=subject)
        chips = [*marks(row), *(Chip(tag.name) for tag in row.tags[:_MAX_TAGS])]
        widths = [self._chip_width(chip) for chip in chips]
        wanted = QFontMetrics(font).horizontalAdvance(subject)
        # The subject keeps at least half the line; chips that do not fit are left out.
        while chips and sum(widths) + px(6) * len(chips) > max(
            rect.width() - wanted, rect.width() // 2
        ):
            chips.pop()
            widths.pop()
        room = rect.width() - sum(widths) - px(6) * len(chips)
        width = min(wanted, room)
        space = QRect(rect.x(), rect.y(), width + 1, rect.height())
        if places:
            self._marked(painter, space, subject, font, tokens.text, places)
        else:
            self._text(painter, space, subject, font, tokens.text)
        left = rect.x() + width
        for chip, chip_width in zip(chips, widths, strict=True):
            left += px(6)
            self._chip(painter, QRect(left, rect.y(), chip_width, rect.height()), chip)
            left += chip_width

    def _text(self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor) -> None:
        painter.setFont(font)
        painter.setPen(colour)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, int(_LEFT | Qt.TextFlag.TextSingleLine), shown)

    def _icon(self, painter: QPainter, name: str, colour: QColor, rect: QRect) -> None:
        ratio = painter.device().devicePixelRatioF()
        size = rect.width()
        picture = pixmap(name, colour, size, ratio)
        painter.drawPixmap(rect.x(), rect.y() + (rect.height() - size) // 2, picture)

    def _chip_font(self, chip: Chip) -> QFont:
        loud = chip.tone in {"warn", "error"}
        return self._look.font(11, loud, medium=chip.tone != "quiet", text=chip.text)

    def _chip_width(self, chip: Chip) -> int:
        px = self._look.px
        text = QFontMetrics(self._chip_font(chip)).horizontalAdvance(chip.text)
        sides = px(12) if chip.tone in {"quiet", "warn", "error"} and not chip.icon else px(16)
        return text + sides + (px(15) if chip.icon else 0)

    def _chip_right(self, painter: QPainter, rect: QRect, chip: Chip) -> int:
        width = self._chip_width(chip)
        left = rect.right() + 1 - width
        self._chip(painter, QRect(left, rect.y(), width, rect.height()), chip)
        return left

    def _chip(self, painter: QPainter, rect: QRect, chip: Chip) -> None:
        px, tokens = self._look.px, self._look.tokens
        fills = {
            "plain": (tokens.chip, tokens.text_2),
            "quiet": (None, tokens.text_3),
            "accent": (tokens.selection, tokens.accent),
            "ok": (tokens.ok_soft, tokens.ok),
            "warn": (tokens.warn_soft, tokens.warn),
            "error": (tokens.error_soft, tokens.error),
        }
        ground, colour = fills[chip.tone]
        if ground is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            body = QRectF(rect).adjusted(0, 0.5, 0, -0.5)
            painter.drawRoundedRect(body, px(9), px(9))
        left = rect.x() + (rect.width() - self._chip_inner(chip)) // 2
        if chip.icon:
            size = px(12)
            self._icon(painter, chip.icon, colour, QRect(left, rect.y(), size, rect.height()))
            left += px(15)
        painter.setFont(self._chip_font(chip))
        painter.setPen(colour)
        painter.drawText(
            QRect(left, rect.y(), rect.right() - left + 1, rect.height()), int(_LEFT), chip.text
        )

    def _chip_inner(self, chip: Chip) -> int:
        text = QFontMetrics(self._chip_font(chip)).horizontalAdvance(chip.text)
        return text + (self._look.px(15) if chip.icon else 0)
