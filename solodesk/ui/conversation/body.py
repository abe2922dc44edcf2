"""Shows one message's text or sanitised HTML, sized to its content.

Mail is hostile: this browser never opens a link by itself, never fetches anything and never
reads a local file. The only resources it knows are the pictures handed to it.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache, partial
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QEvent, Qt, QUrl, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QCursor,
    QFontDatabase,
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
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QToolTip, QWidget

from solodesk.services import links
from solodesk.services.showing import on_dark
from solodesk.ui.appearance import LIGHT, Appearance, Tokens
from solodesk.ui.widgets import plain_tip
from solodesk.wording import mail_words

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'）】」]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}。，；：！？"
_START_TAG = re.compile(r"<[a-z][^<>]*>")
_TEXT_SIZE = re.compile(r"font-size:(\d{1,2})px")
_FAMILIES = re.compile(r'font-family:([^;"]{1,300});?')
_WIDEST_PICTURE = 640
"""Pictures that do not say their width are shown no wider, in pixels."""
_LINE_HEIGHT = 20.25
_LINE_HEIGHT_CJK = 21.6
_MOST_BLOCKS = 4000
_MAX_IMAGE_PIXELS = 40_000_000
_KEEP = Qt.AspectRatioMode.KeepAspectRatio
_ENCODED = QUrl.ComponentFormattingOption.FullyEncoded
_MARGINS = 32
_NORMAL = 100
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class MailBody(QTextBrowser):
    """A read-only text or HTML body as high as its content; the pane around it scrolls."""

    link_activated = Signal(str, str)
    """Where a link goes, and what it shows."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._inline: dict[str, QImage] = {}
        self._html = ""
        self._narrow = 0
        """The width for which the mail's fixed widths were taken back; 0: they stand."""
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
        self.highlighted.connect(self._on_self_highlighted)

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

    def show_html(
        self, html: str, images: Mapping[str, bytes], *, paints: bool | None = None
    ) -> None:
        """Show HTML that `mail.sanitise` made; `images` are pictures by Content-ID or address.

        `paints`: it brings grounds of its own (None: look for some).
        """
        self._inline = {
            QUrl(key).toString(): image
            for key, data in images.items()
            if (image := _decode(data)) is not None
        }
        paints = "background" in html or "bgcolor" in html if paints is None else paints
        self._paper = self._appearance.tokens.dark and paints
        self._apply_colours()
        tokens = LIGHT if self._paper else self._appearance.tokens
        self.document().setDefaultStyleSheet(f"a {{ color: {tokens.accent.name()}; }}")
        if self._appearance.tokens.dark and not self._paper:
            html = on_dark(html, self._appearance.tokens.bg.name())
        self._html = self._sized(html)
        self._narrow = 0
        self._set_html(self._html)

    def _set_html(self, html: str) -> None:
        self.setHtml(html)
        self._drop_empty_end()
        self._space_lines(html)
        self._fit()

    def _sized(self, html: str) -> str:
        """Text sizes given in pixels grow with the window's text; fonts nobody has give way."""
        scaled = self._appearance.text_percent != _NORMAL

        def size(match: re.Match[str]) -> str:
            return f"font-size:{self._appearance.px(int(match[1]))}px"

        def tag(match: re.Match[str]) -> str:
            found = match[0]
            if "font-family:" in found:
                found = _FAMILIES.sub(_present, found)
            return _TEXT_SIZE.sub(size, found) if scaled else found

        return _START_TAG.sub(tag, html) if "font-" in html else html

    def loadResource(self, kind: int, url: QUrl | str) -> object:
        """Answer only `cid:` images that came inside the mail; everything else is empty."""
        address = QUrl(url) if isinstance(url, str) else url
        if kind == QTextDocument.ResourceType.ImageResource.value:
            known = address.path() if address.scheme() == "cid" else address.toString()
            return self._inline.get(known, QImage())
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
        paper = f"color: {tokens.text.name()}; background-color: {tokens.bg.name()};"
        self.setStyleSheet(paper if self._paper else "")
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
        wide = self.document().idealWidth() > width + 1
        if self._html and (wide or self._narrow) and self._renarrow(width, wide=wide):
            return
        height = math.ceil(self.document().size().height()) + 2
        bar = self.horizontalScrollBar()
        if wide:
            height += bar.sizeHint().height()
        if height != self.height() or self.minimumHeight() != height:
            self.setFixedHeight(height)

    def _renarrow(self, width: int, *, wide: bool) -> bool:
        """Take back a mail's fixed widths where they do not fit, give them back where they do."""
        if wide and self._narrow != width:
            self._narrow = width
            self._set_html(_START_TAG.sub(partial(_narrowed, width=width), self._html))
            return True
        if self._narrow and width > self._narrow:
            self._narrow = 0
            self._set_html(self._html)
            return True
        return False

    def _on_self_highlighted(self, url: QUrl) -> None:
        """Where the link under the mouse goes, before anybody clicks it."""
        address = url.toString(_ENCODED)
        place = self.cursorForPosition(self.viewport().mapFromGlobal(QCursor.pos()))
        target = links.target(_link_text(place), address) if address else None
        if target is None:
            QToolTip.hideText()
            return
        words = mail_words.link_words(target.kind, target.where, target.url, target.through)
        if target.warning is not None:
            words = f"{words}\n{mail_words.link_warning(target.warning)}"
        QToolTip.showText(QCursor.pos(), plain_tip(words), self.viewport())

    def _on_self_anchor_clicked(self, url: QUrl) -> None:
        self.link_activated.emit(url.toString(_ENCODED), _link_text(self.textCursor()))


def _link_text(place: QTextCursor) -> str:
    """What the link at a place in the text shows; empty when there is none."""
    fragments = []
    walk = place.block().begin()
    while not walk.atEnd():
        fragments.append(walk.fragment())
        walk += 1
    here = [
        at for at, part in enumerate(fragments)
        if part.charFormat().isAnchor() and part.position() <= place.position()
        and place.position() <= part.position() + part.length()
    ]  # fmt: skip
    if not here:
        return ""
    address = fragments[here[-1]].charFormat().anchorHref()
    first = last = here[-1]
    while first > 0 and fragments[first - 1].charFormat().anchorHref() == address:
        first -= 1
    while last + 1 < len(fragments) and fragments[last + 1].charFormat().anchorHref() == address:
        last += 1
    return "".join(part.text() for part in fragments[first : last + 1])


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


def _present(match: re.Match[str]) -> str:
    """A list of fonts as far as they are here; without any, the window's own font is used."""
    return _fonts_here(match[1])


@lru_cache(maxsize=512)
def _fonts_here(listed: str) -> str:
    names = [name.strip().strip("'").lower() for name in listed.split(",")]
    here = _installed()
    if any(name in here for name in names):
        return f"font-family:{listed};"
    generic = next((name for name in ("serif", "monospace") if name in names), None)
    return f"font-family:{generic};" if generic else ""


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    return frozenset(name.lower() for name in QFontDatabase.families())


def _narrowed(match: re.Match[str], *, width: int) -> str:
    """A start tag whose fixed widths go where they are over what there is room for."""
    tag = match[0]
    given = re.search(r' width="(\d+)"', tag)
    pixels = int(given[1]) if given else 0
    if tag.startswith("<table"):
        return re.sub(r' width="\d+"', ' width="100%"', tag) if pixels > width * 0.8 else tag
    if tag.startswith("<img"):
        if pixels <= width - _MARGINS:
            return tag
        return re.sub(r' (?:width|height)="\d+"', "", tag)[:-1] + f' width="{width - _MARGINS}">'
    if pixels > width * 0.5 and tag.startswith(("<td", "<th")):
        return tag.replace(given[0], "") if given else tag
    return tag


def _decode(data: bytes) -> QImage | None:
    """A picture, made small enough where it does not say how wide it is to be shown."""
    holder = QByteArray(data)
    buffer = QBuffer(holder)
    buffer.open(QBuffer.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MAX_IMAGE_PIXELS:
        return None
    if size.width() > 2 * _WIDEST_PICTURE:
        reader.setScaledSize(size.scaled(2 * _WIDEST_PICTURE, size.height(), _KEEP))
    image = reader.read()
    if image.isNull():
        return None
    if image.width() > _WIDEST_PICTURE:
        image.setDevicePixelRatio(image.width() / _WIDEST_PICTURE)
    return image
