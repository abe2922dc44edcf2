"""Canned responses in the composer: the picker over the text, inserting, copying for a chat.

Nothing here sends: what is inserted is text to be read first (product.md, "Answering").
"""

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import responses, tickets
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.editor import Editor
from solodesk.ui.composer.picker import Picker
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

_WIDTH, _HEIGHT, _GAP = 620, 250, 6


class Responding(QObject):
    """Owns the picker and moves it over `card`, the frame of the text."""

    files_added = Signal(tuple)
    inserted = Signal()
    said = Signal(str)
    failed = Signal(object)
    manage_requested = Signal()

    def __init__(
        self, gate: DeskGate, appearance: Appearance, editor: Editor, card: QWidget
    ) -> None:
        super().__init__(card)
        self._gate = gate
        self._look = appearance
        self._editor = editor
        self._card = card
        self._ticket: TicketId | None = None
        self.picker = Picker(gate, appearance, card)
        editor.slash_typed.connect(self.show_picker)
        editor.slash_text_changed.connect(self._on_editor_slash_text_changed)
        editor.slash_ended.connect(self.picker.close_picker)
        self.picker.insert_requested.connect(self._on_picker_insert_requested)
        self.picker.copy_requested.connect(self._on_picker_copy_requested)
        self.picker.manage_requested.connect(self._on_picker_manage_requested)
        self.picker.closed.connect(editor.cancel_slash)

    def set_ticket(self, ticket: TicketId | None) -> None:
        """For whom responses are filled in."""
        self._ticket = ticket

    def is_open(self) -> bool:
        """Whether the picker is on show."""
        return self.picker.isVisible()

    def open(self) -> None:
        """Open the picker at the cursor, as if "/" had been typed."""
        self._editor.setFocus()
        if not self.is_open():
            self._editor.begin_slash()
            self.show_picker()

    def takes_key(self, event: QKeyEvent) -> bool:
        """Give a key press of the text field to the picker; True when it used it."""
        return self.is_open() and self.picker.handle_key(event)

    def close(self) -> None:
        """Hide the picker; the text stays."""
        self.picker.close_picker()

    def insert(self, name: str) -> None:
        """Insert the canned response `name`, filled in for this ticket's customer."""
        ticket = self._ticket
        try:
            prepared = self._gate.read(lambda reader: responses.prepare(reader, name, ticket))
        except KnownError as error:
            self.failed.emit(error)
            return
        self._editor.take_slash()
        self.picker.hide()
        self._editor.insert_fragment(responses.prepared_html(prepared.pieces))
        self._gate.act(lambda desk: responses.used(desk, name))
        if prepared.attachments:
            self.files_added.emit(prepared.attachments)
        self._editor.setFocus()
        self.inserted.emit()

    def insert_current(self) -> None:
        """Insert what is chosen in the picker."""
        name = self.picker.current_name()
        if name is None:
            self.close()
        else:
            self.insert(name)

    def show_picker(self) -> None:
        """Show the picker over the text."""
        if self.picker.parentWidget() is not self._card.window():
            self.picker.setParent(self._card.window())
        self.place()
        self.picker.open_for(self._ticket, None)

    def place(self) -> None:
        """Put the picker above the text, inside the window."""
        window = self._card.window()
        px = self._look.px
        width = min(px(_WIDTH), window.width() - 16)
        corner = self._card.mapTo(window, QPoint(0, 0))
        height = min(px(_HEIGHT), window.height() - 16)
        left = max(8, min(corner.x(), window.width() - width - 8))
        self.picker.setGeometry(left, max(8, corner.y() - height - _GAP), width, height)

    def renew(self) -> None:
        """Make the picker again, in the present language and colours."""
        self.picker.restyle()

    def _on_editor_slash_text_changed(self, typed: str) -> None:
        if self.is_open():
            self.picker.filter(typed)

    def _on_picker_insert_requested(self, name: str) -> None:
        self.insert(name)

    def _on_picker_manage_requested(self) -> None:
        self.close()
        self.manage_requested.emit()

    def _on_picker_copy_requested(self, name: str) -> None:
        ticket = self._ticket
        prepared = self._gate.read(lambda reader: responses.prepare(reader, name, ticket))
        text = "".join(piece.text for piece in prepared.pieces)
        QApplication.clipboard().setText(text)
        self._editor.take_slash()
        self.picker.hide()
        self.said.emit(_("Copied. Paste it into the chat."))
        self._gate.act(lambda desk: responses.used(desk, name))
        if ticket is not None:
            self._gate.act(
                lambda desk: tickets.log_contact(desk, ticket, "chat", "out", 0, text),
                label=("ticket.contact", {}),
            )
