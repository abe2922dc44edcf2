"""The composer docked under the conversation: drafts as typed, checks, and sending.

Sending is one act of `services.replies`; this widget decides nothing about delivery. Unread text
is never sent: a canned response goes into the text, and only a press of Send sends it.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import cast

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.domain.message import Address
from solodesk.services import replies
from solodesk.services.drafts import Draft
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.checkbar import CheckBar
from solodesk.ui.composer.editor import Editor
from solodesk.ui.composer.filechips import FileChips, ask_paths, read_files
from solodesk.ui.composer.keeper import DraftKeeper
from solodesk.ui.composer.recipients import NoteTitle, RecipientLines
from solodesk.ui.composer.responding import Responding
from solodesk.ui.composer.sender import Sender, Way
from solodesk.ui.composer.toolbar import ComposerToolbar
from solodesk.ui.composer.writing_place import WritingPlace
from solodesk.ui.ops import DeskGate
from solodesk.wording import checks as words
from solodesk.wording.gettext import _


class Composer(WritingPlace):
    """Write a reply, a note or a new mail. One instance lives as long as the window."""

    sent = Signal(int, str, object)
    """Outbox id and the customer's name: the window shows the toast."""
    note_saved = Signal(int)
    opened = Signal()
    closed = Signal()
    manage_responses_requested = Signal()
    macros_requested = Signal(object)
    snooze_requested = Signal(object)
    later_requested = Signal(object)
    discarded = Signal(int)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._gate, self._look = gate, appearance
        self.setObjectName("composer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._keeper = DraftKeeper(gate, self._current, self)
        self._keeper.saved.connect(self._on_keeper_saved)
        self._keeper.files_changed.connect(self._on_keeper_files_changed)
        self._sender = Sender(gate, self)
        self._sender.handed_over.connect(self._on_sender_handed_over)
        self._sender.noted.connect(self._on_sender_noted)
        self._sender.failed.connect(self._on_sender_failed)
        self._build()
        self._keeper.failed.connect(self._checks.show_error)
        self._connect_responding()
        appearance.changed.connect(self._on_appearance_changed)
        gate.changed.connect(self._on_gate_changed)
        self.hide()

    def open_for(self, ticket: TicketId | None, mode: str = "reply") -> None:
        """Open for `ticket`; mode: reply, reply_all, forward, note or new (ticket None)."""
        if self._keeper.draft is not None:
            self._keeper.leave(self._editor.textCursor().position())
        draft = self._keeper.open(ticket, mode)
        self._sender.begin()
        self._responding.set_ticket(ticket)
        self._show_draft(draft)
        self.show()
        # A forward or a new mail first needs somebody to go to.
        if mode in ("new", "forward") and not draft.to:
            self._people.focus("to")
        else:
            self._editor.setFocus()
        self.opened.emit()

    def write_to(self, address: str) -> None:
        """Fill in the recipient of a new mail (a mailto link); the rest stays as it is."""
        draft = self._keeper.draft
        if draft is not None and address:
            people = (Address("", address),)
            self._people.set_people(people, draft.cc, draft.bcc, draft.subject)

    def ticket(self) -> TicketId | None:
        """The ticket being answered."""
        draft = self._keeper.draft
        return draft.ticket if draft is not None and not self.isHidden() else None

    def is_open(self) -> bool:
        """Tell whether something is being written."""
        return self._keeper.draft is not None and not self.isHidden()

    def mode(self) -> str:
        """reply, reply_all, forward, note or new."""
        return self._keeper.mode

    def close_composer(self) -> None:
        """Leave; the draft is kept."""
        self._keeper.leave(self._editor.textCursor().position())
        self._end()

    def flush(self) -> None:
        """Save the draft now when something was typed since the last time."""
        self._keeper.flush()

    def send(
        self,
        *,
        status_after: str = "waiting",
        snooze_after_ms: int | None = None,
        later_ms: int | None = None,
    ) -> None:
        """Check, then hand over to the outbox; what speaks against it is shown inline.

        With the picker open the chosen response is inserted instead: unread text never leaves.
        """
        if self._responding.is_open():
            self._responding.insert_current()
            return
        # Twice Ctrl+Enter is one reply.
        if self._keeper.draft is None or self._sender.is_busy:
            return
        if self._keeper.is_note:
            self._save_note()
            return
        self._send(Way(status_after, snooze_after_ms, later_ms))

    def insert_response(self, name: str) -> None:
        """Insert the canned response `name`, filled for this customer."""
        self._responding.insert(name)

    def open_picker(self) -> None:
        """Open the canned responses at the cursor."""
        if self.is_open() and not self._keeper.is_note:
            self._responding.open()

    def attach(self, paths: list[str]) -> None:
        """Attach files by path; a file that cannot be read is said inline."""
        files, complaint = read_files(paths)
        if complaint:
            self._checks.show_text(complaint)
        self._keeper.attach(files)

    def reload(self) -> None:
        """Read the draft again (a macro wrote into it)."""
        draft = self._keeper.draft
        if draft is not None and draft.ticket is not None and not self._keeper.is_note:
            self._keeper.settle()
            self._show_draft(self._keeper.open(draft.ticket, self._keeper.mode))
            self._editor.next_blank()

    def discard(self) -> None:
        """Throw the draft away (one undo brings it back)."""
        draft = self._keeper.draft
        if draft is None:
            return
        ticket = draft.ticket
        if not self._keeper.is_note:
            self._keeper.flush()  # so that undo brings back the last words too
            self._gate.act(
                lambda desk: replies.discard_draft(desk, ticket), label=("draft.discard", {})
            )
        self._keeper.forget()
        self._end()
        self.discarded.emit(ticket or 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the text field: the picker first."""
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if pressed and self._responding.takes_key(cast(QKeyEvent, event)):
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_composer()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._responding.is_open():
            self._responding.place()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 12, 24, 12)
        self._card = QFrame(self)
        self._card.setObjectName("composerCard")
        outer.addWidget(self._card)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._people = RecipientLines(self._look, self._card)
        self._people.edited.connect(self._mark_dirty)
        self._people.identity_menu_requested.connect(self._on_people_identity_menu_requested)
        self._people.identity_chosen.connect(self._on_people_identity_chosen)
        self._note_title = NoteTitle(self._look, self._card)
        self._checks = CheckBar(self._look, self._card)
        self._checks.accepted.connect(self._on_checks_accepted)
        self._editor = Editor(self._look, self._card)
        self._editor.installEventFilter(self)
        self._editor.edited.connect(self._mark_dirty)
        self._editor.left.connect(self.flush)
        self._editor.files_dropped.connect(self.attach)
        self._editor.image_pasted.connect(self._on_editor_image_pasted)
        self._files = FileChips(self._look, self._card)
        self._files.removed.connect(self._keeper.remove_file)
        line = QFrame(self._card)
        line.setProperty("line", "h")
        self._toolbar = ComposerToolbar(self._look, self._card)
        self._toolbar.pressed.connect(self._on_toolbar_pressed)
        self._toolbar.send_requested.connect(self._on_toolbar_send_requested)
        for part in (
            self._people,
            self._note_title,
            self._checks,
            self._editor,
            self._files,
            line,
            self._toolbar,
        ):
            column.addWidget(part, 1 if part is self._editor else 0)

    def _connect_responding(self) -> None:
        self._responding = Responding(self._gate, self._look, self._editor, self._card)
        self._responding.files_added.connect(self._keeper.add_files)
        self._responding.inserted.connect(self._mark_dirty)
        self._responding.said.connect(self._checks.show_text)
        self._responding.failed.connect(self._checks.show_error)
        self._responding.manage_requested.connect(self.manage_responses_requested)

    def _show_draft(self, draft: Draft) -> None:
        is_note = self._keeper.is_note
        self._people.set_people(draft.to, draft.cc, draft.bcc, draft.subject)
        self._people.set_identity(draft.identity_address)
        self._people.setVisible(not is_note)
        self._note_title.setVisible(is_note)
        self._people.show_subject(self._keeper.mode in ("new", "forward"))
        self._editor.set_slash(on=not is_note)
        self._editor.set_html(draft.body_html)
        self._editor.go_to(self._keeper.place())
        self._files.show_files(draft.attachments)
        self._checks.clear()
        self._toolbar.set_state("")
        self._toolbar.set_note_mode(is_note)
        mode = "note" if is_note else "mail"
        for widget in (self._card, self._editor):
            widget.setProperty("mode", mode)
            widget.style().unpolish(widget)
            widget.style().polish(widget)

    def _current(self, draft: Draft) -> Draft:
        return replace(
            draft,
            to=self._people.people("to"),
            cc=self._people.people("cc"),
            bcc=self._people.people("bcc"),
            subject=self._people.subject() or draft.subject,
            body_html=self._editor.html(),
        )

    def _send(self, way: Way) -> None:
        # Saved first, in an act of its own: then one undo of the sending brings the words back.
        self._keeper.flush()
        draft = self._keeper.settle()
        if draft is None:
            return
        found = self._sender.findings(draft)
        if found:
            self._sender.pending = way
            self._keeper.unsettle()
            self._checks.show_checks(found)
            if any(check.code == "blank_open" for check in found):
                self._editor.next_blank()
            return
        self._keeper.remember(self._editor.textCursor().position())
        self._sender.send(draft, way)

    def _save_note(self) -> None:
        draft = self._keeper.settle()
        text = self._editor.plain().strip()
        if draft is None or draft.ticket is None or not text:
            self.close_composer()
            return
        self._sender.note(draft.ticket, text)

    def _end(self) -> None:
        self._responding.close()
        self.hide()
        self.closed.emit()

    def _mark_dirty(self) -> None:
        self._keeper.touch()
        self._sender.begin()
        self._checks.clear()
        self._toolbar.set_state("")

    def _on_keeper_saved(self) -> None:
        self._toolbar.set_state(_("Saved"))

    def _on_keeper_files_changed(self, files: tuple[replies.FileRef, ...]) -> None:
        self._files.show_files(files)
        self._mark_dirty()

    def _on_sender_noted(self, ticket: TicketId) -> None:
        if self._keeper.is_note and self.ticket() == ticket:
            self._keeper.forget()
            self._end()
        self.note_saved.emit(ticket)

    def _on_sender_handed_over(self, draft: Draft, result: replies.Sent) -> None:
        now = self._keeper.draft
        # The owner may have gone on to another ticket meanwhile: that draft stays open.
        if now is not None and now.ticket == draft.ticket and not self._keeper.is_note:
            self._keeper.draft = None
            self._end()
        name = draft.to[0].name or draft.to[0].address if draft.to else ""
        self.sent.emit(result.outbox, name, draft)

    def _on_sender_failed(self, error: KnownError) -> None:
        self._keeper.unsettle()
        self._checks.show_error(error)

    def _on_checks_accepted(self, codes: frozenset[str]) -> None:
        self._sender.accept(codes)
        self._checks.clear()
        self._send(self._sender.pending)

    def _on_gate_changed(self, changes: Changes) -> None:
        """Say at once when the customer writes, or somebody answers, while this is written."""
        draft = self._keeper.draft
        busy = self._sender.is_busy or self._keeper.is_note or self._checks.is_asking()
        if draft is None or busy or draft.ticket not in changes.tickets:
            return
        news = self._sender.news(draft)
        if news:
            self._checks.show_text(words.sentence(news[0].code, news[0].params))

    def _on_editor_image_pasted(self, data: bytes) -> None:
        self._keeper.attach([(_("picture") + ".png", data)])

    def _on_toolbar_pressed(self, name: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "bold": self._editor.toggle_bold,
            "list": self._editor.toggle_list,
            "link": partial(self._checks.ask_link, self._on_link_given),
            "attach": self._ask_files,
            "image": partial(self._ask_files, pictures=True),
            "responses": self.open_picker,
            "macros": partial(self.macros_requested.emit, self._toolbar),
            "discard": self.discard,
        }
        acts[name]()

    def _on_link_given(self, address: str) -> None:
        self._editor.set_link(address)
        self._editor.setFocus()

    def _ask_files(self, *, pictures: bool = False) -> None:
        self.attach(ask_paths(self, pictures=pictures))

    def _on_toolbar_send_requested(self, way: str) -> None:
        if way == "send_close":
            self.send(status_after="closed")
        elif way == "send_snooze":
            self.snooze_requested.emit(self._toolbar)
        elif way == "send_later":
            self.later_requested.emit(self._toolbar)
        else:
            self.send()

    def _on_people_identity_menu_requested(self) -> None:
        self._people.offer_identities(self._gate.read(replies.identities))

    def _on_people_identity_chosen(self, identity: replies.Identity) -> None:
        if self._keeper.draft is not None:
            self._keeper.draft = replace(
                self._keeper.draft, identity=identity.id, identity_address=identity.address
            )
            self._people.set_identity(identity.address)
            self._mark_dirty()

    def _on_appearance_changed(self) -> None:
        for part in (self._editor, self._people, self._note_title, self._checks, self._toolbar):
            part.restyle()
        self._responding.renew()
        if self._keeper.draft is not None:
            self._files.show_files(self._keeper.draft.attachments)
