"""The text field of the composer: rich text with blanks and filled details, drops and pastes.

Typing in a blank replaces it; Tab goes to the next one. A "/" (or 、 or ／) at the start of a
line or after a space asks for the canned responses.
"""

from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QImage,
    QInputMethodEvent,
    QKeyEvent,
    QTextCharFormat,
    QTextCursor,
    QTextList,
    QTextListFormat,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.composer import richtext
from solodesk.wording.gettext import _

_TRIGGERS = "/、／"
_MOST_PASTED_HTML = 300_000


class Editor(QTextEdit):
    """Rich text in our small whitelist. Signals are facts; the composer decides."""

    edited = Signal()
    slash_typed = Signal()
    slash_text_changed = Signal(str)
    slash_ended = Signal()
    files_dropped = Signal(list)
    image_pasted = Signal(bytes)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._slash: int | None = None
        self._quiet = False
        self.setAcceptRichText(True)
        self.setTabChangesFocus(True)
        self.setAccessibleName(_("Message text"))
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.restyle()
        self.textChanged.connect(self._on_self_text_changed)
        self.cursorPositionChanged.connect(self._on_self_cursor_position_changed)

    def sizeHint(self) -> QSize:
        return QSize(300, 140)

    def restyle(self) -> None:
        """Take the interface font and colours again, keeping the text."""
        font = self._appearance.font(13.5)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(0)
        if self.document().characterCount() > 1:
            self.set_html(self.html())

    def set_html(self, html: str) -> None:
        """Replace everything by whitelisted HTML; does not count as an edit."""
        self._quiet = True
        self.clear()
        self._reset_format()
        cursor = self.textCursor()
        richtext.insert_html(cursor, html, self._appearance.tokens)
        self._line_height()
        self._quiet = False
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def html(self) -> str:
        """What was written, in the whitelist of `richtext`."""
        return richtext.to_html(self.document())

    def plain(self) -> str:
        """The text alone."""
        return richtext.plain_text(self.document())

    def insert_fragment(self, html: str) -> None:
        """Insert whitelisted HTML at the cursor (a canned response) and go to its first blank."""
        cursor = self.textCursor()
        start = cursor.position()
        richtext.insert_html(cursor, html, self._appearance.tokens)
        self.setTextCursor(cursor)
        self._line_height()
        for blank in richtext.blanks(self.document()):
            if blank.start >= start:
                self._select(blank)
                return

    def open_blanks(self) -> list[str]:
        """Labels of the blanks still to fill, in order."""
        text = self.document().toPlainText()
        return [text[blank.start : blank.end] for blank in richtext.blanks(self.document())]

    def next_blank(self, *, back: bool = False) -> bool:
        """Select the next blank after the cursor, around the end; False when there is none."""
        found = richtext.blanks(self.document())
        if not found:
            return False
        cursor = self.textCursor()
        if back:
            before = [blank for blank in found if blank.end <= cursor.selectionStart()]
            self._select(before[-1] if before else found[-1])
        else:
            after = [blank for blank in found if blank.start >= cursor.selectionEnd()]
            self._select(after[0] if after else found[0])
        return True

    def begin_slash(self) -> None:
        """Start choosing a canned response at the cursor, as if "/" had been typed."""
        self._slash = self.textCursor().position()

    def take_slash(self) -> None:
        """Remove the "/" and what was typed after it; the response comes in its place."""
        if self._slash is None:
            return
        cursor = self.textCursor()
        start = self._slash
        cursor.setPosition(start)
        text = self.document().toPlainText()
        if start > 0 and text[start - 1 : start] in _TRIGGERS:
            cursor.setPosition(start - 1)
        cursor.setPosition(self.textCursor().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        self.setTextCursor(cursor)
        self._slash = None

    def cancel_slash(self) -> None:
        """Leave the "/" as the ordinary text it is."""
        self._slash = None

    def toggle_bold(self) -> None:
        """Make the selection bold, or not."""
        style = QTextCharFormat()
        is_bold = self.fontWeight() >= QFont.Weight.DemiBold
        style.setFontWeight(QFont.Weight.Normal if is_bold else QFont.Weight.DemiBold)
        self.mergeCurrentCharFormat(style)

    def toggle_italic(self) -> None:
        """Make the selection italic, or not."""
        style = QTextCharFormat()
        style.setFontItalic(not self.fontItalic())
        self.mergeCurrentCharFormat(style)

    def toggle_list(self) -> None:
        """Make the lines a list, or plain lines again."""
        cursor = self.textCursor()
        owner = cast(QTextList | None, cursor.currentList())
        if owner is None:
            cursor.createList(QTextListFormat.Style.ListDisc)
            return
        owner.remove(cursor.block())
        style = cursor.blockFormat()
        style.setIndent(0)
        cursor.setBlockFormat(style)

    def set_link(self, address: str) -> None:
        """Link the selection (or insert the address itself)."""
        cursor = self.textCursor()
        style = QTextCharFormat(cursor.charFormat())
        style.setAnchor(True)
        style.setAnchorHref(address)
        style.setForeground(self._appearance.tokens.accent)
        if cursor.hasSelection():
            cursor.mergeCharFormat(style)
        else:
            cursor.insertText(address, style)
        self._reset_format()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            back = event.key() == Qt.Key.Key_Backtab
            if self.next_blank(back=back):
                return
        if event.text() and event.text().isprintable():
            self._leave_special_format()
        super().keyPressEvent(event)
        if event.text() and event.text() in _TRIGGERS:
            self._maybe_slash()

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        if event.commitString():
            self._leave_special_format()
        super().inputMethodEvent(event)
        if event.commitString() and event.commitString()[-1] in _TRIGGERS:
            self._maybe_slash()

    def focusOutEvent(self, event: object) -> None:
        super().focusOutEvent(event)  # type: ignore[arg-type]
        self.left.emit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or source.hasImage() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Files become attachments, pictures are handed on, other things come as our HTML."""
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if paths:
            self.files_dropped.emit(paths)
        elif source.hasImage():
            image = QImage(source.imageData())
            if not image.isNull():
                self.image_pasted.emit(_png(image))
        elif source.hasHtml() and len(source.html()) < _MOST_PASTED_HTML:
            self._leave_special_format()
            richtext.insert_html(
                self.textCursor(), _body_of(source.html()), self._appearance.tokens
            )
        else:
            self._leave_special_format()
            self.textCursor().insertText(source.text())

    def _select(self, blank: richtext.BlankRange) -> None:
        cursor = self.textCursor()
        cursor.setPosition(blank.start)
        cursor.setPosition(blank.end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _leave_special_format(self) -> None:
        """Typed text replaces a blank it stands in, and is never itself blank or value."""
        cursor = self.textCursor()
        for blank in richtext.blanks(self.document()):
            inside = blank.start < cursor.position() < blank.end
            if inside and not cursor.hasSelection():
                self._select(blank)
                cursor = self.textCursor()
        style = richtext.plain_format(cursor.charFormat())
        if cursor.hasSelection():
            cursor.removeSelectedText()
        cursor.setCharFormat(style)
        self.setTextCursor(cursor)
        self.setCurrentCharFormat(style)

    def _reset_format(self) -> None:
        self.setCurrentCharFormat(richtext.plain_format(self.currentCharFormat()))

    def _line_height(self) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        style = cursor.blockFormat()
        style.clearProperty(style.Property.LineHeight)
        style.setLineHeight(150, style.LineHeightTypes.ProportionalHeight.value)
        cursor.mergeBlockFormat(style)

    def _maybe_slash(self) -> None:
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock() - 1]
        if not line or line[-1].isspace():
            self._slash = cursor.position()
            self.slash_typed.emit()

    def _on_self_text_changed(self) -> None:
        if self._quiet:
            return
        self.edited.emit()
        self._tell_slash()

    def _on_self_cursor_position_changed(self) -> None:
        if self._slash is not None and self.textCursor().position() < self._slash:
            self._slash = None
            self.slash_ended.emit()

    def _tell_slash(self) -> None:
        if self._slash is None:
            return
        position = self.textCursor().position()
        typed = self.document().toPlainText()[self._slash : position]
        if position < self._slash or "\n" in typed:
            self._slash = None
            self.slash_ended.emit()
        else:
            self.slash_text_changed.emit(typed)


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, b"PNG")
    return bytes(data.data())


def _body_of(html: str) -> str:
    """What stands between <body> and </body> when there are such tags, else all."""
    low = html.lower()
    start = low.find("<body")
    if start < 0:
        return html
    start = low.find(">", start) + 1
    end = low.rfind("</body>")
    return html[start : end if end > start else len(html)]
