"""The editor's document as small whitelisted HTML, and back.

The whitelist: p, br, b, i, u, a (http, https, mailto), ul, ol, li, blockquote, and two spans,
`data-blank` (a blank still to fill) and `data-value` (filled in from the customer). Whatever
else is in a draft is dropped and its text kept. This module must not know widgets.
"""

from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import cast

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextList,
    QTextListFormat,
)

from solodesk.ui.appearance import Tokens

BLANK = int(QTextFormat.Property.UserProperty) + 1
VALUE = int(QTextFormat.Property.UserProperty) + 2
_SAFE_LINKS = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class BlankRange:
    """Where a blank stands in the document: [start, end) in cursor positions."""

    key: str
    start: int
    end: int


def blank_format(base: QTextCharFormat, key: str, tokens: Tokens) -> QTextCharFormat:
    """Amber: still to be filled in (`chiptext` paints the ground and the dashed line)."""
    style = QTextCharFormat(base)
    style.setProperty(BLANK, key)
    style.setForeground(tokens.warn)
    return style


def value_format(base: QTextCharFormat, key: str, tokens: Tokens) -> QTextCharFormat:
    """The chip of a detail that was filled in from the customer or the ticket."""
    style = QTextCharFormat(base)
    style.setProperty(VALUE, key)
    style.setForeground(tokens.accent)
    style.setFontWeight(QFont.Weight.Medium)
    return style


def plain_format(style: QTextCharFormat) -> QTextCharFormat:
    """`style` without blank or value: what typed text gets."""
    plain = QTextCharFormat(style)
    for key in (BLANK, VALUE):
        plain.clearProperty(key)
    plain.clearBackground()
    plain.clearForeground()
    if style.fontWeight() == QFont.Weight.Medium:
        plain.setFontWeight(QFont.Weight.Normal)
    return plain


def blanks(document: QTextDocument) -> list[BlankRange]:
    """The open blanks in order of appearance; neighbouring fragments of one blank are joined."""
    found: list[BlankRange] = []
    block = document.begin()
    while block.isValid():
        for start, end, style in fragments(block):
            if not style.hasProperty(BLANK):
                continue
            key = str(style.property(BLANK))
            if found and found[-1].end == start and found[-1].key == key:
                found[-1] = BlankRange(key, found[-1].start, end)
            else:
                found.append(BlankRange(key, start, end))
        block = block.next()
    return found


def to_html(document: QTextDocument) -> str:
    """The document in the whitelist above; lists keep their kind, empty lines stay."""
    out: list[str] = []
    open_list = ""
    block = document.begin()
    while block.isValid():
        kind = _list_kind(block)
        if kind != open_list:
            out += [f"</{open_list}>"] if open_list else []
            out += [f"<{kind}>"] if kind else []
            open_list = kind
        tag = "li" if kind else "p"
        inner = "".join(_fragment_html(text, style) for text, style in _runs(block))
        out.append(f"<{tag}>{inner or '<br>'}</{tag}>")
        block = block.next()
    if open_list:
        out.append(f"</{open_list}>")
    return "".join(out)


def insert_html(cursor: QTextCursor, html: str, tokens: Tokens) -> None:
    """Insert whitelisted HTML at `cursor`, in the cursor's font; anything else becomes text."""
    reader = _Inserter(cursor, tokens)
    cursor.beginEditBlock()
    reader.feed(html)
    reader.close()
    reader.finish()
    cursor.endEditBlock()


def plain_text(document: QTextDocument) -> str:
    """The text as a customer would read it; line separators become line ends."""
    return document.toPlainText().replace("\u2028", "\n")


def fragments(block: QTextBlock) -> list[tuple[int, int, QTextCharFormat]]:
    """(start, end, format) of each stretch of one format, in cursor positions."""
    found = []
    walk = block.begin()
    while not walk.atEnd():
        part = walk.fragment()
        if part.isValid():
            found.append((part.position(), part.position() + part.length(), part.charFormat()))
        walk += 1
    return found


def _runs(block: QTextBlock) -> list[tuple[str, QTextCharFormat]]:
    """Neighbouring fragments of one blank or value are one run."""
    found: list[tuple[str, QTextCharFormat]] = []
    walk = block.begin()
    while not walk.atEnd():
        part = walk.fragment()
        if part.isValid():
            found.append((part.text(), part.charFormat()))
        walk += 1
    return found


def _list_kind(block: QTextBlock) -> str:
    owner = cast(QTextList | None, block.textList())  # None outside lists, whatever the stub says
    if owner is None:
        return ""
    numbered = owner.format().style() == QTextListFormat.Style.ListDecimal
    return "ol" if numbered else "ul"


def _fragment_html(text: str, style: QTextCharFormat) -> str:
    inner = escape(text.replace("\ufffc", ""), quote=False).replace("\u2028", "<br>")
    if style.hasProperty(BLANK):
        return f'<span data-blank="{escape(str(style.property(BLANK)))}">{inner}</span>'
    if style.hasProperty(VALUE):
        return f'<span data-value="{escape(str(style.property(VALUE)))}">{inner}</span>'
    if style.fontWeight() >= QFont.Weight.DemiBold:
        inner = f"<b>{inner}</b>"
    if style.fontItalic():
        inner = f"<i>{inner}</i>"
    href = style.anchorHref()
    if href.startswith(_SAFE_LINKS):
        return f'<a href="{escape(href)}">{inner}</a>'
    return inner


class _Inserter(HTMLParser):
    """Walks whitelisted HTML and writes it through a cursor."""

    def __init__(self, cursor: QTextCursor, tokens: Tokens) -> None:
        super().__init__(convert_charrefs=True)
        self._cursor = cursor
        self._tokens = tokens
        self._base = plain_format(cursor.charFormat())
        self._stack: list[QTextCharFormat] = [self._base]
        self._skip = 0
        self._block_open = True
        self._first = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in ("script", "style"):
            self._skip += 1
        elif tag in ("p", "div", "li", "blockquote"):
            self._start_block()
            if tag == "li":
                self._cursor.createList(self._list_style)
        elif tag in ("ul", "ol"):
            decimal = tag == "ol"
            style = QTextListFormat.Style
            self._list_style = style.ListDecimal if decimal else style.ListDisc
        elif tag == "br":
            self._pending_break = True
            self._cursor.insertText("\u2028", self._stack[-1])
        else:
            self._stack.append(self._style_of(tag, values))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._skip = max(0, self._skip - 1)
        elif tag in ("p", "div", "li", "blockquote"):
            self._end_block()
        elif tag not in ("ul", "ol", "br") and len(self._stack) > 1:
            self._stack.pop()

    def handle_data(self, data: str) -> None:
        if self._skip:
            return
        text = data.replace("\r", "").replace("\n", " ") if data.strip() else data.strip("\n\r")
        if text:
            self._cursor.insertText(text, self._stack[-1])
            self._block_open = True

    def finish(self) -> None:
        """What is typed next is plain again."""
        self._cursor.setCharFormat(self._base)

    _list_style = QTextListFormat.Style.ListDisc
    _pending_break = False

    def _start_block(self) -> None:
        # The first paragraph goes on in the line where the cursor stands.
        if not self._first:
            in_list = self._cursor.currentList() is not None
            self._cursor.insertBlock()
            if in_list:
                self._cursor.setBlockFormat(QTextCursor(self._cursor.document()).blockFormat())
        self._first = False
        self._pending_break = False

    def _end_block(self) -> None:
        # A block that holds nothing but a break is an empty line: the block itself is that line.
        if self._pending_break and self._cursor.block().text() == "\u2028":
            self._cursor.deletePreviousChar()
        self._pending_break = False

    def _style_of(self, tag: str, values: dict[str, str]) -> QTextCharFormat:
        style = QTextCharFormat(self._stack[-1])
        if tag == "span" and "data-blank" in values:
            return blank_format(self._base, values["data-blank"], self._tokens)
        if tag == "span" and "data-value" in values:
            return value_format(self._base, values["data-value"], self._tokens)
        if tag in ("b", "strong"):
            style.setFontWeight(QFont.Weight.DemiBold)
        elif tag in ("i", "em"):
            style.setFontItalic(True)
        elif tag == "a" and values.get("href", "").startswith(_SAFE_LINKS):
            style.setAnchor(True)
            style.setAnchorHref(values["href"])
            style.setForeground(self._tokens.accent)
        return style
