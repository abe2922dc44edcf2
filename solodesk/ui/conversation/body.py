"""Shows one message's text or sanitised HTML, sized to its content.

Mail is hostile: this browser never opens a link by itself, never fetches anything and never
reads a local file. The only resources it knows are the inline images handed to it.
"""

import math
import re
from collections.abc import Mapping
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QEvent, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QImage,
    QImageReader,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QWidget

from solodesk.ui.appearance import LIGHT, Appearance, Tokens

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'）】」]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}。，；：！？"
_OWN_COLOURS = re.compile(r"bgcolor|background|(?<![-\w])color\s*[:=]", re.IGNORECASE)
_LINE_HEIGHT = 20.25
_LINE_HEIGHT_CJK = 21.6
_MOST_BLOCKS = 4000
_MAX_IMAGE_PIXELS = 40_000_000
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class MailBody(QTextBrowser):
    """A read-only text or HTML body as high as its content; the pane around it scrolls."""

    link_activated = Signal(str, str)
    """Where a link goes, and what it shows."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._inline: dict[str, QImage] = {}
        self._paper = False
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.document().setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        self.anchorClicked.connect(self._on_self_anchor_clicked)

    def show_text(self, text: str) -> None:
        """Show plain text; web and mail addresses written out become links, nothing else does."""
        self._paper = False
        self._apply_colours()
        self.setPlainText(text)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(self._line_format(text))
        for start, end in _link_ranges(self.document().toPlainText()):
            self._mark_link(start, end)
        self._fit()

    def show_html(self, html: str, images: Mapping[str, bytes]) -> None:
        """Show HTML that `mail.sanitise` made; `images` are the inline parts by Content-ID."""
        self._inline = {key: image for key, data in images.items() if (image := _decode(data))}
        self._paper = self._appearance.tokens.dark and bool(_OWN_COLOURS.search(html))
        self._apply_colours()
        tokens = LIGHT if self._paper else self._appearance.tokens
        self.document().setDefaultStyleSheet(f"a {{ color: {tokens.accent.name()}; }}")
        self.setHtml(html)
        self._drop_empty_end()
        self._space_lines(html)
        self._fit()

    def loadResource(self, kind: int, url: QUrl | str) -> object:
        """Answer only `cid:` images that came inside the mail; everything else is empty."""
        address = QUrl(url) if isinstance(url, str) else url
        if kind == QTextDocument.ResourceType.ImageResource.value:
            if address.scheme() == "cid":
                return self._inline.get(address.path(), QImage())
            return QImage()
        return QByteArray()

    def restyle(self) -> None:
        """Follow a change of light and dark."""
        self._apply_colours()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Let the conversation scroll instead."""
        event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _apply_colours(self) -> None:
        tokens: Tokens = LIGHT if self._paper else self._appearance.tokens
        palette = self.palette()
        ground = QColor(tokens.bg) if self._paper else QColor(0, 0, 0, 0)
        palette.setColor(palette.ColorRole.Base, ground)
        palette.setColor(palette.ColorRole.Text, tokens.text)
        palette.setColor(palette.ColorRole.Link, tokens.accent)
        palette.setColor(palette.ColorRole.Highlight, tokens.selection)
        palette.setColor(palette.ColorRole.HighlightedText, tokens.text)
        self.setPalette(palette)
        # The application's style sheet names a text colour, which wins over a palette.
        self.setStyleSheet(f"color: {tokens.text.name()};" if self._paper else "")
        self.viewport().setAutoFillBackground(self._paper)
        self.document().setDocumentMargin(12 if self._paper else 0)
        self.setFont(self._appearance.font(13.5))
        self.document().setDefaultFont(self._appearance.font(13.5))

    def _line_format(self, text: str) -> QTextBlockFormat:
        """Lines at least as high as ux.md asks for; a line with a picture grows."""
        units = _LINE_HEIGHT_CJK if _CJK.search(text) else _LINE_HEIGHT
        block = QTextBlockFormat()
        block.setLineHeight(
            self._appearance.px(units), QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        )
        return block

    def _space_lines(self, html: str) -> None:
        """Give running text its line height; tables keep the spacing their sender gave them."""
        if "<table" in html or self.document().blockCount() > _MOST_BLOCKS:
            return
        wanted = self._line_format(html)
        block = self.document().begin()
        while block.isValid():
            if block.text().strip():
                QTextCursor(block).mergeBlockFormat(wanted)
            block = block.next()

    def _drop_empty_end(self) -> None:
        """Mailers end what is new with empty lines; they would only push the files away."""
        block = self.document().lastBlock()
        while block.isValid() and not block.text().strip("\u00a0\u2028 \t"):
            before = block.previous()
            if not before.isValid() or self._in_table(before):
                break
            block = before
        # One removal, which may do nothing (a line behind a table has to stay): never a loop.
        cursor = QTextCursor(self.document())
        cursor.setPosition(block.position() + block.length() - 1)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        if not cursor.selectedText().strip("\u00a0\u2028\u2029 \t"):
            cursor.removeSelectedText()

    def _in_table(self, block: QTextBlock) -> bool:
        return cast(QTextTable | None, QTextCursor(block).currentTable()) is not None

    def _mark_link(self, start: int, end: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        style = QTextCharFormat()
        style.setAnchor(True)
        style.setAnchorHref(cursor.selectedText())
        style.setForeground(self._appearance.tokens.accent)
        cursor.mergeCharFormat(style)

    def _fit(self) -> None:
        width = self.viewport().width()
        if width < 40:
            return
        self.document().setTextWidth(width)
        height = math.ceil(self.document().size().height()) + 2
        bar = self.horizontalScrollBar()
        if self.document().idealWidth() > width + 1:
            height += bar.sizeHint().height()
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _on_self_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString(), self._text_of(url.toString()))

    def _text_of(self, address: str) -> str:
        """What the link shows: the text of the anchor under the cursor."""
        block = self.textCursor().block()
        walk = block.begin()
        shown = ""
        while not walk.atEnd():
            part = walk.fragment()
            if part.charFormat().anchorHref() == address:
                shown += part.text()
            elif shown:
                break
            walk += 1
        return shown


def _link_ranges(text: str) -> list[tuple[int, int]]:
    """Character ranges of addresses in `text`, without punctuation that ends a sentence.

    Positions are counted in UTF-16 units, as QTextCursor counts them.
    """
    found = []
    for match in _LINK.finditer(text):
        address = match[0].rstrip(_TRAILING)
        before = len(text[: match.start()].encode("utf-16-le")) // 2
        found.append((before, before + len(address.encode("utf-16-le")) // 2))
    return found[:500]


def _decode(data: bytes) -> QImage | None:
    holder = QByteArray(data)
    buffer = QBuffer(holder)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MAX_IMAGE_PIXELS:
        return None
    image = reader.read()
    return None if image.isNull() else image
