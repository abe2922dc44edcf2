"""Answering: opens the composer, sends, and watches the reply until it has left.

The toast counts down from facts in the store, so it is right after a restart too. This module
must not decide about delivery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QWidget

from solodesk.domain.ids import OutboxId, TicketId
from solodesk.services import lists, macros, replies
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.composer import Composer
from solodesk.ui.conversation.pane import ConversationPane
from solodesk.ui.ops import DeskGate
from solodesk.ui.times import seconds_left
from solodesk.ui.toast import Toast
from solodesk.wording import durations
from solodesk.wording.gettext import _

_COUNTED_S = 120
"""The longest time to take a reply back that can be set."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The reply the toast speaks of."""

    outbox: OutboxId
    name: str


class ReplyCommands(QObject):
    """Reply, note, send, undo send, macros."""

    said = Signal(str)
    """A sentence for the status line."""
    macros_wanted = Signal()
    """The owner wants to look after the macros."""
    ticket_wanted = Signal(object)
    """TicketId of the ticket whose reply was taken back: it is shown again."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        conversation: ConversationPane,
        composer: Composer,
        toast: Toast,
        ids: Callable[[], tuple[TicketId, ...]],
        window: QWidget,
    ) -> None:
        """`ids`: the tickets a macro is about, marked or current."""
        super().__init__(window)
        self._gate = gate
        self._look = appearance
        self._conversation = conversation
        self._composer = composer
        self._toast = toast
        self._ids = ids
        self._window = window
        self._leaving: Leaving | None = None
        self._online = True
        self._macro_keys: list[QShortcut] = []
        self._tick = QTimer(self, interval=500)
        self._tick.timeout.connect(self._on_tick_timeout)
        composer.sent.connect(self._on_composer_sent)
        composer.snooze_requested.connect(self._on_composer_snooze_requested)
        composer.later_requested.connect(self._on_composer_later_requested)
        composer.macros_requested.connect(self._on_composer_macros_requested)

    def bind(self, actions: Actions) -> None:
        """Bind the commands of this module."""
        for mode in ("reply", "reply_all", "forward", "note"):
            actions.bind(f"ticket.{mode}", partial(self.open, mode))
        handlers: dict[str, Callable[[], None]] = {
            "message.new": self.new,
            "reply.send": self._composer.send,
            "reply.send_close": partial(self._composer.send, status_after="closed"),
            "reply.send_snooze": partial(self._on_composer_snooze_requested, self._composer),
            "reply.send_later": partial(self._on_composer_later_requested, self._composer),
            "reply.canned": self._composer.open_picker,
            "reply.attach": self._attach,
            "reply.discard": self._composer.discard,
            "send.undo": self.undo_send,
            "ticket.macro": partial(self._on_composer_macros_requested, self._conversation),
            "ticket.expand_all": self._conversation.expand_all,
            "ticket.collapse_all": self._conversation.collapse_all,
        }
        for command_id, handler in handlers.items():
            actions.bind(command_id, handler)

    def open(self, mode: str) -> None:
        """Open the composer for the ticket on show."""
        ticket = self._conversation.ticket()
        if ticket is not None:
            self._composer.open_for(ticket, mode)

    def new(self) -> None:
        """A new mail."""
        self._composer.open_for(None, "new")

    def load_macro_keys(self) -> None:
        """Favourite macros have keys of their own (Ctrl+Shift+1 … 9)."""
        for shortcut in self._macro_keys:
            shortcut.deleteLater()
        self._macro_keys.clear()
        for macro in self._gate.read(macros.all):
            if macro.key:
                shortcut = QShortcut(QKeySequence(macro.key), self._window)
                shortcut.activated.connect(partial(self.run_macro, macro.name))
                self._macro_keys.append(shortcut)

    def set_online(self, on: bool) -> None:
        """The toast says "when online" while there is no connection."""
        self._online = on

    def insert_response(self, name: str) -> None:
        """A canned response chosen in the palette: into the open draft, or a new reply."""
        if not self._composer.is_open():
            self.open("reply")
        if self._composer.is_open():
            self._composer.insert_response(name)

    def run_macro(self, name: str) -> None:
        """Show what a macro would do with the marked tickets, and do it when the owner agrees."""
        from solodesk.ui.composer.macros import MacroPreview

        ids = self._ids()
        macro = next((m for m in self._gate.read(macros.all) if m.name == name), None)
        if macro is None or not ids:
            return
        preview = MacroPreview(self._gate, self._look, macro, ids, self._window)
        if preview.exec() != QDialog.DialogCode.Accepted:
            return
        row = self._conversation.row()
        params = {"subject": row.subject if row is not None else "", "n": len(ids)}
        self._composer.flush()
        self._gate.act(
            lambda desk: macros.run(desk, macro, ids),
            self._on_macro_ran,
            label=("ticket.macro", params),
        )

    def counting_down(self) -> bool:
        """Whether a reply of this window waits to leave within the next minutes."""
        return self._leaving is not None and self._tick.isActive()

    def undo_send(self) -> None:
        """Take the reply back while it has not left; the draft opens again."""
        leaving = self._leaving
        if leaving is None:
            self.said.emit(_("There is no reply to take back."))
            return
        self._stop_watching()
        self._gate.act(
            lambda desk: replies.cancel(desk, leaving.outbox),
            partial(self._on_cancelled, leaving.outbox),
            durable=True,
            fail=self._on_too_late,
        )

    def edit_again(self, outbox: int) -> None:
        """Bring back what did not leave, to be changed and sent anew."""
        self._gate.act(
            lambda desk: replies.cancel(desk, OutboxId(outbox)),
            partial(self._on_cancelled, OutboxId(outbox)),
            durable=True,
            fail=self._on_too_late,
        )

    def _on_cancelled(self, outbox: OutboxId, _result: object) -> None:
        ticket, mode = self._gate.read(lambda reader: replies.came_from(reader, outbox))
        if ticket != self._conversation.ticket():
            self.ticket_wanted.emit(ticket)
        self._composer.open_for(ticket, mode)

    def _on_too_late(self, _error: object) -> None:
        self.said.emit(_("Already sent."))

    def _attach(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        paths, _chosen = QFileDialog.getOpenFileNames(self._window, _("Attach files"))
        self._composer.attach(paths)

    def _on_macro_ran(self, ran: macros.MacroRun) -> None:
        """A prepared reply is opened, to be read and sent by the owner."""
        ticket = self._conversation.ticket()
        if ticket is None or ticket not in ran.drafts:
            return
        if self._composer.is_open():
            self._composer.reload()
        else:
            self.open("reply")

    def _on_composer_sent(self, outbox: int, name: str, draft: replies.Draft) -> None:
        self._leaving = Leaving(OutboxId(outbox), name)
        self._gate.engine({"do": "send"})
        self._tick.start()
        self._on_tick_timeout()

    def _on_tick_timeout(self) -> None:
        leaving = self._leaving
        if leaving is None:
            return
        rows = self._gate.read(lists.outbox)
        row = next((r for r in rows if r.id == leaving.outbox), None)
        if row is None or row.state not in {"held", "queued"}:
            self._stop_watching()
            if row is None or row.state in {"sending", "sent"}:
                self._toast.say(_("Reply to {name} sent").format(name=leaving.name), "check")
            return
        left = seconds_left(row.not_before_ms or 0, self._gate.now_ms())
        if left > _COUNTED_S:
            # Sent later: said once; nobody watches a day go by second by second.
            time = durations.long(left * 1000)
            words = _("Reply to {name} leaves in {time}").format(name=leaving.name, time=time)
            self._tick.stop()
        elif left > 0:
            words = _("Reply to {name} leaves in {n} s").format(name=leaving.name, n=left)
        elif not self._online:
            words = _("Reply to {name} leaves when you are online").format(name=leaving.name)
            self._tick.stop()
        else:
            words = _("Sending the reply to {name}").format(name=leaving.name)
        self._toast.say(words, "send", "send.undo")

    def _stop_watching(self) -> None:
        self._tick.stop()
        self._leaving = None
        self._toast.hide()

    def _on_composer_snooze_requested(self, anchor: QWidget) -> None:
        from solodesk.ui.dialogs.snooze import SnoozeMenu

        menu = SnoozeMenu(self._gate, self._look, self._window)
        menu.chosen.connect(self._on_snooze_chosen)
        menu.open_at(anchor)

    def _on_snooze_chosen(self, until_ms: int, _wake: bool) -> None:
        self._composer.send(snooze_after_ms=until_ms)

    def _on_composer_later_requested(self, anchor: QWidget) -> None:
        from solodesk.ui.dialogs.snooze import SnoozeMenu

        menu = SnoozeMenu(self._gate, self._look, self._window, with_reply=False)
        menu.chosen.connect(self._on_later_chosen)
        menu.open_at(anchor)

    def _on_later_chosen(self, until_ms: int, _wake: bool) -> None:
        self._composer.send(later_ms=until_ms)

    def _on_composer_macros_requested(self, anchor: QWidget) -> None:
        from solodesk.ui.composer.macros import MacroMenu

        menu = MacroMenu(self._gate, self._look, self._window)
        menu.chosen.connect(self.run_macro)
        menu.manage_requested.connect(self.macros_wanted)
        menu.open_at(anchor)
