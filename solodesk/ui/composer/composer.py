"""The composer docked under the conversation: drafts as typed, checks, and sending.

What is typed reaches the store within a second, through the gate. Sending is one act of
`services.replies`; this widget decides nothing about delivery. Unread text is never sent: a
canned response goes into the text, and only a press of Send sends it.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QMenu, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.domain.message import Address
from solodesk.services import replies, responses, tickets
from solodesk.services.units import Desk
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.checkbar import CheckBar
from solodesk.ui.composer.editor import Editor
from solodesk.ui.composer.filechips import FileChips
from solodesk.ui.composer.picker import Picker
from solodesk.ui.composer.recipients import RecipientLines
from solodesk.ui.composer.toolbar import ComposerToolbar
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

SAVE_AFTER_MS = 800
_MOST_FILE = 25 * 1024 * 1024


class Composer(QWidget):
    """Write a reply, a note or a new mail. One instance lives as long as the window."""

    sent = Signal(int, str)
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
        self._gate = gate
        self._appearance = appearance
        self._draft: replies.Draft | None = None
        self._mode = "reply"
        self._dirty = False
        self._accepted: frozenset[str] = frozenset()
        self.setObjectName("composer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.flush)
        self._build()
        self._picker = Picker(gate, appearance, self.window() if parent else self)
        self._connect_picker()
        appearance.changed.connect(self._on_appearance_changed)
        self.hide()

    def open_for(self, ticket: TicketId | None, mode: str = "reply") -> None:
        """Open for `ticket`; mode: reply, reply_all, forward, note or new (ticket None)."""
        self.flush()
        self._mode = mode
        self._accepted = frozenset()
        self._draft = self._gate.read(lambda reader: replies.draft_for(reader, ticket, mode=mode))
        self._dirty = False
        self._show_draft()
        self._card.setProperty("mode", "note" if mode == "note" else "mail")
        self._card.style().polish(self._card)
        self._toolbar.set_note_mode(mode == "note")
        self._people.setVisible(mode != "note")
        self._people.show_subject(mode in ("new", "forward"))
        self._checks.clear()
        self.show()
        if mode in ("new", "forward"):
            self._people.focus("to")
        else:
            self._editor.setFocus()
        self.opened.emit()

    def write_to(self, address: str) -> None:
        """Fill in the recipient of a new mail (a mailto link); the rest stays as it is."""
        draft = self._draft
        if draft is None or not address:
            return
        people = (Address("", address),)
        self._people.set_people(people, draft.cc, draft.bcc, draft.subject)

    def ticket(self) -> TicketId | None:
        """The ticket being answered."""
        return self._draft.ticket if self._draft and self.isVisible() else None

    def is_open(self) -> bool:
        """Tell whether something is being written."""
        return self._draft is not None and not self.isHidden()

    def mode(self) -> str:
        """reply, reply_all, forward, note or new."""
        return self._mode

    def close_composer(self) -> None:
        """Leave; the draft is kept."""
        self.flush()
        self._picker.close_picker()
        self._draft = None
        self.hide()
        self.closed.emit()

    def flush(self) -> None:
        """Save the draft now when something was typed since the last time."""
        self._timer.stop()
        if not self._dirty or self._draft is None or self._mode == "note":
            return
        self._dirty = False
        draft = self._current()
        self._draft = draft
        self._gate.act(lambda desk: replies.save_draft(desk, draft), self._on_draft_saved)

    def send(
        self,
        *,
        status_after: str = "waiting",
        snooze_after_ms: int | None = None,
        later_ms: int | None = None,
    ) -> None:
        """Check, then hand over to the outbox; what speaks against it is shown inline."""
        if self._draft is None:
            return
        if self._mode == "note":
            self._save_note()
            return
        self._timer.stop()
        self._dirty = False
        draft = self._current()
        found = self._gate.read(lambda reader: replies.checks(reader, draft))
        open_checks = [check for check in found if check.code not in self._accepted]
        if open_checks:
            self._pending: Callable[[], None] = lambda: self.send(
                status_after=status_after, snooze_after_ms=snooze_after_ms, later_ms=later_ms
            )
            self._checks.show_checks(open_checks)
            if any(check.code == "blank_open" for check in open_checks):
                self._editor.next_blank()
            return

        def act(desk: Desk) -> replies.Sent:
            replies.save_draft(desk, draft)
            return replies.send(
                desk,
                draft,
                status_after=status_after,
                snooze_after_ms=snooze_after_ms,
                later_ms=later_ms,
            )

        self._gate.act(act, self._on_handed_over, fail=self._on_send_failed)

    def insert_response(self, name: str) -> None:
        """Insert the canned response `name`, filled for this customer."""
        ticket = self._draft.ticket if self._draft else None
        prepared = self._gate.read(lambda reader: responses.prepare(reader, name, ticket))
        self._editor.take_slash()
        self._editor.insert_fragment(responses.prepared_html(prepared.pieces))
        if prepared.attachments and self._draft is not None:
            self._draft = replace(
                self._draft, attachments=(*self._draft.attachments, *prepared.attachments)
            )
            self._files.show_files(self._draft.attachments)
        self._gate.act(lambda desk: responses.used(desk, name))
        self._editor.setFocus()
        self._mark_dirty()

    def open_picker(self) -> None:
        """Open the canned responses at the cursor."""
        self._editor.setFocus()
        self._editor.begin_slash()
        self._show_picker()

    def attach(self, paths: list[str]) -> None:
        """Attach files by path; a file that cannot be read is said inline."""
        for path in paths:
            try:
                data = Path(path).read_bytes()
            except OSError:
                self._checks.show_text(_("{name} could not be read.").format(name=Path(path).name))
                continue
            self._attach_bytes(Path(path).name, data)

    def reload(self) -> None:
        """Read the draft again (a macro wrote into it)."""
        if self._draft is not None and self._draft.ticket is not None:
            self._dirty = False
            self.open_for(self._draft.ticket, self._mode)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the text field: the picker first, then Send and Esc."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if self._picker.isVisible() and self._picker.handle_key(event):
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_composer()
                return True
        return super().eventFilter(watched, event)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 12, 24, 12)
        self._card = QFrame()
        self._card.setObjectName("composerCard")
        outer.addWidget(self._card)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        self._people = RecipientLines(self._appearance)
        self._people.edited.connect(self._mark_dirty)
        self._people.identity_menu_requested.connect(self._on_identity_menu_requested)
        column.addWidget(self._people)
        self._checks = CheckBar(self._appearance)
        self._checks.accepted.connect(self._on_checks_accepted)
        column.addWidget(self._checks)
        self._editor = Editor(self._appearance)
        self._editor.setViewportMargins(14, 10, 14, 4)
        self._editor.installEventFilter(self)
        self._editor.edited.connect(self._mark_dirty)
        self._editor.left.connect(self.flush)
        self._editor.files_dropped.connect(self.attach)
        self._editor.image_pasted.connect(self._on_editor_image_pasted)
        column.addWidget(self._editor, 1)
        self._files = FileChips(self._appearance)
        self._files.removed.connect(self._on_files_removed)
        column.addWidget(self._files)
        line = QFrame()
        line.setProperty("line", "h")
        column.addWidget(line)
        self._toolbar = ComposerToolbar(self._appearance)
        self._toolbar.pressed.connect(self._on_toolbar_pressed)
        self._toolbar.send_requested.connect(self._on_toolbar_send_requested)
        column.addWidget(self._toolbar)
        self.setMinimumHeight(self._appearance.px(200))

    def _connect_picker(self) -> None:
        self._editor.slash_typed.connect(self._show_picker)
        self._editor.slash_text_changed.connect(self._on_slash_text_changed)
        self._editor.slash_ended.connect(self._picker.close_picker)
        self._picker.insert_requested.connect(self._on_picker_insert_requested)
        self._picker.copy_requested.connect(self._on_picker_copy_requested)
        self._picker.manage_requested.connect(self.manage_responses_requested)
        self._picker.closed.connect(self._editor.cancel_slash)

    def _show_draft(self) -> None:
        draft = self._draft
        if draft is None:
            return
        self._people.set_people(draft.to, draft.cc, draft.bcc, draft.subject)
        self._people.set_identity(draft.identity_address)
        self._editor.set_html("" if self._mode == "note" else draft.body_html)
        self._files.show_files(() if self._mode == "note" else draft.attachments)
        self._toolbar.set_state("")

    def _current(self) -> replies.Draft:
        if self._draft is None:
            raise KnownError("no_draft")
        return replace(
            self._draft,
            to=self._people.people("to"),
            cc=self._people.people("cc"),
            bcc=self._people.people("bcc"),
            subject=self._people.subject() or self._draft.subject,
            body_html=self._editor.html(),
        )

    def _save_note(self) -> None:
        ticket = self._draft.ticket if self._draft else None
        text = self._editor.plain().strip()
        if ticket is None or not text:
            self.close_composer()
            return
        self._gate.act(
            lambda desk: tickets.add_note(desk, ticket, text),
            self._on_note_added,
            label=("ticket.note", {}),
        )

    def _show_picker(self) -> None:
        if self._mode == "note":
            return
        window = self.window()
        if self._picker.parentWidget() is not window:
            self._picker.setParent(window)
        width, height = self._appearance.px(620), self._appearance.px(246)
        corner = self._card.mapTo(window, self._card.rect().topLeft())
        left = max(8, min(corner.x(), window.width() - width - 8))
        top = max(8, corner.y() - height - 6)
        self._picker.setGeometry(left, top, width, height)
        ticket = self._draft.ticket if self._draft else None
        self._picker.open_for(ticket, None)

    def _attach_bytes(self, name: str, data: bytes) -> None:
        if self._draft is None:
            return
        if len(data) > _MOST_FILE:
            self._checks.show_text(_("{name} is larger than 25 MB.").format(name=name))
            return
        draft = self._current()
        self._gate.act(lambda desk: replies.attach(desk, draft, name, data), self._on_attached)

    def _mark_dirty(self) -> None:
        self._dirty = True
        self._accepted = frozenset()
        self._checks.clear()
        self._toolbar.set_state("")
        if not self._timer.isActive():
            self._timer.start()

    def _on_draft_saved(self, result: object) -> None:
        if not self._dirty:
            self._toolbar.set_state(_("Saved"))

    def _on_attached(self, draft: replies.Draft) -> None:
        if self._draft is not None and draft.ticket == self._draft.ticket:
            self._draft = replace(self._draft, attachments=draft.attachments)
            self._files.show_files(draft.attachments)

    def _on_files_removed(self, place: int) -> None:
        if self._draft is not None:
            kept = tuple(f for at, f in enumerate(self._draft.attachments) if at != place)
            self._draft = replace(self._draft, attachments=kept)
            self._files.show_files(kept)
            self._mark_dirty()

    def _on_note_added(self, result: object) -> None:
        ticket = self._draft.ticket if self._draft else None
        self.close_composer()
        self.note_saved.emit(ticket or 0)

    def _on_handed_over(self, result: replies.Sent) -> None:
        name = self._people.people("to")
        self._draft = None
        self._picker.close_picker()
        self.hide()
        self.closed.emit()
        self.sent.emit(result.outbox, name[0].name or name[0].address if name else "")

    def _on_send_failed(self, error: KnownError) -> None:
        self._checks.show_error(error)

    def _on_checks_accepted(self, codes: frozenset[str]) -> None:
        self._accepted |= codes
        self._checks.clear()
        self._pending()

    def _on_slash_text_changed(self, typed: str) -> None:
        if self._picker.isVisible():
            self._picker.filter(typed)

    def _on_picker_insert_requested(self, name: str, edit_first: bool) -> None:
        self._picker.hide()
        self.insert_response(name)

    def _on_picker_copy_requested(self, name: str) -> None:
        ticket = self._draft.ticket if self._draft else None
        prepared = self._gate.read(lambda reader: responses.prepare(reader, name, ticket))
        QApplication.clipboard().setText("".join(piece.text for piece in prepared.pieces))
        self._editor.take_slash()
        self._picker.hide()
        self._checks.show_text(_("Copied. Paste it into the chat."))
        if ticket is not None:
            self._gate.act(
                lambda desk: tickets.log_contact(
                    desk, ticket, "chat", "out", 0, "".join(p.text for p in prepared.pieces)
                ),
                label=("ticket.contact", {}),
            )

    def _on_editor_image_pasted(self, data: bytes) -> None:
        self._attach_bytes(_("picture") + ".png", data)

    def _on_toolbar_pressed(self, name: str) -> None:
        acts: dict[str, Callable[[], None]] = {
            "bold": self._editor.toggle_bold,
            "list": self._editor.toggle_list,
            "link": self._ask_link,
            "attach": self._ask_files,
            "image": self._ask_files,
            "responses": self.open_picker,
            "macros": self._ask_macros,
            "discard": self.discard,
        }
        acts[name]()

    def discard(self) -> None:
        """Throw the draft away (one undo brings it back)."""
        if self._draft is None:
            return
        ticket = self._draft.ticket
        self._timer.stop()
        self._dirty = False
        if ticket is not None and self._mode != "note":
            self._gate.act(
                lambda desk: replies.discard_draft(desk, ticket), label=("draft.discard", {})
            )
        self._draft = None
        self.hide()
        self.closed.emit()
        self.discarded.emit(ticket or 0)

    def _ask_macros(self) -> None:
        self.macros_requested.emit(self._toolbar)

    def _ask_link(self) -> None:
        self._checks.ask_link(self._editor.set_link)

    def _ask_files(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        paths, _filter = QFileDialog.getOpenFileNames(self, _("Attach files"))
        self.attach(paths)

    def _on_toolbar_send_requested(self, way: str) -> None:
        if way == "send_close":
            self.send(status_after="closed")
        elif way == "send_snooze":
            self.snooze_requested.emit(self._toolbar)
        elif way == "send_later":
            self.later_requested.emit(self._toolbar)
        else:
            self.send()

    def _on_identity_menu_requested(self, anchor: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for identity in self._gate.read(replies.identities):
            action = menu.addAction(f"{identity.name} <{identity.address}>")
            action.setData(identity.id)
        menu.triggered.connect(self._on_identity_triggered)
        menu.popup(anchor.mapToGlobal(anchor.rect().bottomLeft()))

    def _on_identity_triggered(self, action: object) -> None:
        chosen = action.data()  # type: ignore[attr-defined]
        for identity in self._gate.read(replies.identities):
            if identity.id == chosen and self._draft is not None:
                self._draft = replace(
                    self._draft, identity=identity.id, identity_address=identity.address
                )
                self._people.set_identity(identity.address)
                self._mark_dirty()

    def _on_appearance_changed(self) -> None:
        self._editor.restyle()
        self._toolbar.restyle()
