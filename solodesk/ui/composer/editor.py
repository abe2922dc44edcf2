"""The text field of the composer: rich text with blanks and filled details, drops and pastes.

Typing in a blank replaces it; Tab goes to the next one. A "/" (or 、 or ／) at the start of a
line or after a space asks for the canned responses.
"""

from collections.abc import Callable
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
from PySide6.QtWidgets import QSizePolicy, QWidget

from solodesk.ui.appearance import Appearance
from solodesk.ui.text import richtext
from solodesk.ui.text.chiptext import ChipText
from solodesk.wording.gettext import _

_TRIGGERS = "/、／"
_MOST_PASTED_HTML = 300_000


class Editor(ChipText):
    """Rich text in our small whitelist. Signals are facts; the composer decides."""

    edited = Signal()
    slash_typed = Signal()
    slash_text_changed = Signal(str)
    slash_ended = Signal()
    files_dropped = Signal(list)
    image_pasted = Signal(bytes)
    left = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(appearance, parent=parent)
        self._slash: int | None = None
        self._takes_slash = True
        self._quiet = False
        self.setObjectName("composerText")
        self.setAcceptRichText(True)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportMargins(14, 10, 14, 6)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.restyle()
        self.document().documentLayout().documentSizeChanged.connect(self._on_document_size_changed)
        self.textChanged.connect(self._on_self_text_changed)
        self.cursorPositionChanged.connect(self._on_self_cursor_position_changed)

    def sizeHint(self) -> QSize:
        """As high as the text, from five lines to two fifths of the window."""
        px = self.look.px
        most = max(px(120), self.window().height() * 2 // 5)
        height = int(self.document().size().height()) + 16
        return QSize(px(300), max(px(108), min(height, most)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.look.px(120), self.look.px(64))

    def restyle(self) -> None:
        """Take the interface font, words and colours again, keeping text and cursor."""
        self.take_font()
        self.setAccessibleName(_("Message text"))
        if self.document().characterCount() > 1:
            place = self.textCursor().position()
            self.set_html(self.html())
            self.go_to(place)
        else:
            self.set_html("")

    def set_slash(self, *, on: bool) -> None:
        """Whether "/" asks for canned responses (not in notes)."""
        self._takes_slash = on

    def go_to(self, place: int) -> None:
        """Put the cursor at `place`, or at the end when the text is shorter."""
        cursor = self.textCursor()
        cursor.setPosition(min(place, self.document().characterCount() - 1))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def set_html(self, html: str) -> None:
        """Replace everything by whitelisted HTML; does not count as an edit."""
        self._quiet = True
        self._slash = None
        self.clear()
        self.setCurrentCharFormat(QTextCharFormat())
        cursor = self.textCursor()
        richtext.insert_html(cursor, html, self.look.tokens)
        self.space_lines()
        self.document().clearUndoRedoStacks()
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
        richtext.insert_html(cursor, html, self.look.tokens)
        self.setTextCursor(cursor)
        self.space_lines()
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
        style.setForeground(self.look.tokens.accent)
        if cursor.hasSelection():
            cursor.mergeCharFormat(style)
        else:
            cursor.insertText(address, style)
        self._reset_format()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = _FORMATS.get(event.key())
        if act is not None and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            act(self)
            return
        if event.text() and event.text().isprintable():
            self._leave_special_format()
        super().keyPressEvent(event)
        if event.text() and event.text() in _TRIGGERS:
            self._maybe_slash()

    def focusNextPrevChild(self, next_one: bool) -> bool:
        """Tab goes to the next blank, and out of the field when there is none."""
        return self.next_blank(back=not next_one) or super().focusNextPrevChild(next_one)

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
        elif source.hasImage() and not source.hasText():
            # Office programs add a picture of the words; the words are what is meant.
            image = QImage(source.imageData())
            if not image.isNull():
                self.image_pasted.emit(_png(image))
        elif source.hasHtml() and len(source.html()) < _MOST_PASTED_HTML:
            self._leave_special_format()
            richtext.insert_html(self.textCursor(), _body_of(source.html()), self.look.tokens)
            self.space_lines()
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

    def _maybe_slash(self) -> None:
        if not self._takes_slash:
            return
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock() - 1]
        if not line or line[-1].isspace():
            self._slash = cursor.position()
            self.slash_typed.emit()

    def _on_document_size_changed(self, _size: object) -> None:
        self.updateGeometry()

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
        # A space right after "/" is a dash between words, not the name of a response.
        if position < self._slash or "\n" in typed or typed[:1].isspace():
            self._slash = None
            self.slash_ended.emit()
        else:
            self.slash_text_changed.emit(typed)


_FORMATS: dict[int, Callable[[Editor], None]] = {
    Qt.Key.Key_B: Editor.toggle_bold,
    Qt.Key.Key_I: Editor.toggle_italic,
}


def _png(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    # The stub wants bytes, PySide6 6.12 takes only str.
    image.save(buffer, "PNG")  # type: ignore[call-overload]
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
