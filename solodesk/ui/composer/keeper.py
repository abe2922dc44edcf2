"""Keeps the draft being written: read, saved as typed, never more than a second behind.

Notes are kept by ticket as long as the window lives, and where the cursor stood. This module
must not know widgets.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import replies
from solodesk.services.drafts import Draft, FileRef
from solodesk.services.units import Desk
from solodesk.ui.ops import DeskGate

SAVE_AFTER_MS = 400
FileData = tuple[str, bytes]


class DraftKeeper(QObject):
    """`current` gives the draft as it stands in the fields now."""

    saved = Signal()
    failed = Signal(object)
    """KnownError: the draft could not be saved; what was typed stays where it is."""
    files_changed = Signal(object)
    """The files of the draft, whatever changed them."""

    def __init__(
        self, gate: DeskGate, current: Callable[[Draft], Draft], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._current = current
        self._dirty = False
        self._notes: dict[TicketId | None, str] = {}
        self._cursors: dict[tuple[TicketId | None, bool], int] = {}
        self.draft: Draft | None = None
        self.mode = "reply"
        self._timer = QTimer(self, interval=SAVE_AFTER_MS, singleShot=True)
        self._timer.timeout.connect(self.flush)

    @property
    def is_note(self) -> bool:
        """Whether a note is being written: it is no mail and no draft of one."""
        return self.mode == "note"

    def open(self, ticket: TicketId | None, mode: str) -> Draft:
        """Read the draft of `ticket`, or begin one."""
        draft = self._gate.read(lambda reader: replies.draft_for(reader, ticket, mode=mode))
        self.mode = mode
        self._dirty = False
        if mode == "note":
            draft = replace(draft, body_html=self._notes.get(ticket, ""), attachments=())
        self.draft = draft
        return draft

    def now(self) -> Draft | None:
        """The draft as it stands in the fields."""
        return None if self.draft is None else self._current(self.draft)

    def touch(self) -> None:
        """Something was typed: it is saved soon, however long the typing goes on."""
        self._dirty = True
        if not self._timer.isActive():
            self._timer.start()

    def flush(self) -> None:
        """Save now when something was typed since the last time."""
        self._timer.stop()
        draft = self.now()
        if not self._dirty or draft is None:
            return
        self._dirty = False
        if self.is_note:
            self._notes[draft.ticket] = draft.body_html
            return
        self.draft = draft
        self._gate.act(
            lambda desk: replies.save_draft(desk, draft), self._on_saved, fail=self._on_save_failed
        )

    def is_saved(self) -> bool:
        """Whether nothing waits to be saved."""
        return not self._dirty

    def settle(self) -> Draft | None:
        """The draft for an act that saves it itself; nothing is saved behind that act's back."""
        self._timer.stop()
        self._dirty = False
        return self.now()

    def unsettle(self) -> None:
        """That act failed: what was typed still has to be saved."""
        self.touch()

    def leave(self, cursor: int) -> None:
        """Stop writing; the draft and the place in it are kept."""
        self.flush()
        self.remember(cursor)
        self.draft = None

    def remember(self, cursor: int) -> None:
        """Keep the place in the text."""
        if self.draft is not None:
            self._cursors[self.draft.ticket, self.is_note] = cursor

    def place(self) -> int:
        """Where the cursor stood when this draft was last left; 0 for a fresh one."""
        if self.draft is None:
            return 0
        return self._cursors.get((self.draft.ticket, self.is_note), 0)

    def forget(self) -> None:
        """The draft is gone: sent as a note, or thrown away."""
        self._timer.stop()
        self._dirty = False
        if self.draft is not None:
            self._cursors.pop((self.draft.ticket, self.is_note), None)
            if self.is_note:
                self._notes.pop(self.draft.ticket, None)
        self.draft = None

    def attach(self, files: list[FileData]) -> None:
        """Keep the bytes of `files`; `files_changed` tells their references."""
        draft = self.now()
        if draft is None or not files:
            return
        known = len(draft.attachments)

        def act(desk: Desk) -> tuple[Draft, tuple[FileRef, ...]]:
            kept = draft
            for name, data in files:
                kept = replies.attach(desk, kept, name, data)
            return draft, kept.attachments[known:]

        self._gate.act(act, self._on_kept, fail=self.failed.emit)

    def add_files(self, refs: tuple[FileRef, ...]) -> None:
        """Put files whose bytes are kept already into the draft (a canned response's)."""
        if self.draft is not None and refs:
            there = {ref.sha256 for ref in self.draft.attachments}
            new = tuple(ref for ref in refs if ref.sha256 not in there)
            self._set_files((*self.draft.attachments, *new))

    def remove_file(self, place: int) -> None:
        """Take a file out of the draft."""
        if self.draft is not None:
            kept = [ref for at, ref in enumerate(self.draft.attachments) if at != place]
            self._set_files(tuple(kept))

    def _set_files(self, files: tuple[FileRef, ...]) -> None:
        if self.draft is not None:
            self.draft = replace(self.draft, attachments=files)
            self.touch()
            self.files_changed.emit(files)

    def _on_kept(self, result: tuple[Draft, tuple[FileRef, ...]]) -> None:
        of, refs = result
        if self.draft is not None and of.ticket == self.draft.ticket and not self.is_note:
            self.add_files(refs)

    def _on_saved(self, result: object) -> None:
        if not self._dirty:
            self.saved.emit()

    def _on_save_failed(self, error: KnownError) -> None:
        self._dirty = True
        self.failed.emit(error)
