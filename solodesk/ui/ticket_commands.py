"""What the commands on tickets do: one act each through the gate, with its words for undo.

The ids come from the list (marked or current). This module must not paint and must not hold
rules of its own: those are the services'.
"""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QWidget

from solodesk.domain.ids import TicketId
from solodesk.services import surveys, ticket_returns, tickets
from solodesk.services.units import Desk
from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.ops import DeskGate, Label
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.ui.undo_words import act_words
from solodesk.wording.gettext import _

Act = Callable[[Desk, Sequence[TicketId]], object]


class TicketCommands(QObject):
    """Close, snooze, tag and the rest, for the marked tickets."""

    said = Signal(str)
    """A sentence for the status line."""
    undone = Signal(str)
    """A sentence for the status line."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        pane: TicketListPane,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._gate = gate
        self._look = appearance
        self._pane = pane
        self._window = window

    def bind(self, actions: Actions) -> None:
        """Bind the commands of this module."""
        handlers: dict[str, Callable[[], None]] = {
            "ticket.close": self.close,
            "ticket.reopen": self.reopen,
            "ticket.wait": self.wait,
            "ticket.snooze": self.snooze,
            "ticket.unsnooze": self.unsnooze,
            "ticket.tag": self.tag,
            "ticket.priority": self.priority,
            "ticket.read": self.read,
            "ticket.unread": self.unread,
            "ticket.not_customer": self.not_customer,
            "ticket.spam": self.spam,
            "ticket.hide": self.hide,
            "ticket.merge": self.merge,
            "ticket.unmerge": self.unmerge,
            "ticket.survey": self.ask_for_rating,
            "ticket.select": self._pane.view.toggle_mark,
            "edit.undo": self.undo,
        }
        for command_id, handler in handlers.items():
            actions.bind(command_id, handler)

    def ids(self) -> tuple[TicketId, ...]:
        """What an act would be about."""
        return self._pane.view.marked()

    def close(self) -> None:
        """Done with them."""
        self._act("ticket.close", tickets.close)

    def reopen(self) -> None:
        """Back to Needs reply."""
        self._act("ticket.reopen", tickets.reopen)

    def wait(self) -> None:
        """It is the customer's turn."""
        self._act("ticket.wait", lambda desk, ids: tickets.set_status(desk, ids, "waiting"))

    def unsnooze(self) -> None:
        """Awake now."""
        self._act("ticket.unsnooze", tickets.unsnooze)

    def read(self) -> None:
        """Mark as read."""
        self._act(None, tickets.mark_read)

    def unread(self) -> None:
        """Mark as unread."""
        self._act(None, lambda desk, ids: tickets.mark_read(desk, ids, read=False))

    def not_customer(self) -> None:
        """Their senders are not customers, from now on."""
        self._act("ticket.not_customer", tickets.not_customer)

    def spam(self) -> None:
        """Spam, and it stays spam."""
        self._act("ticket.spam", tickets.spam)

    def hide(self) -> None:
        """Out of SoloDesk's views; the mailbox is not touched."""
        self._act("ticket.hide", tickets.hide)

    def priority(self) -> None:
        """High, or normal again when they are high."""
        row = self._pane.model.ticket_row(self.ids()[0]) if self.ids() else None
        wanted = "normal" if row is not None and row.priority == "high" else "high"
        self._act("ticket.priority", lambda desk, ids: tickets.set_priority(desk, ids, wanted))

    def merge(self) -> None:
        """Several marked tickets become one, the oldest."""
        ids = self.ids()
        rows = [row for row in map(self._pane.model.ticket_row, ids) if row is not None]
        if len(rows) < 2:
            self.said.emit(_("Select two or more tickets first, with X."))
            return
        into = min(rows, key=lambda row: row.created_ms).id
        rest = [ticket for ticket in ids if ticket != into]
        self._act("ticket.merge", lambda desk, _ids: tickets.merge(desk, rest, into))

    def unmerge(self) -> None:
        """The ticket merged last into the current one stands by itself again."""
        self._act("ticket.unmerge", lambda desk, ids: ticket_returns.unmerge_last(desk, ids[0]))

    def ask_for_rating(self) -> None:
        """Send the survey mail; the status line says so, and undo takes it back in time."""
        ids = self.ids()
        if len(ids) == 1:
            self._gate.act(
                lambda desk: surveys.send(desk, ids[0]),
                lambda _outbox: self._gate.engine({"do": "send"}),
                label=("survey.send", {}),
                durable=True,
            )

    def snooze(self) -> None:
        """Ask until when."""
        from solodesk.ui.dialogs.snooze import SnoozeMenu

        if not self.ids():
            return
        menu = SnoozeMenu(self._gate, self._look, self._window)
        menu.chosen.connect(self._on_snooze_chosen)
        menu.open_here(self._place())

    def _place(self) -> QPoint:
        """Where a menu opens: under the current row, or over a conversation shown alone."""
        view = self._pane.view
        if not view.isVisible():
            return self._window.mapToGlobal(QPoint(self._window.width() // 4, 96))
        row = view.visualRect(view.currentIndex()).intersected(view.viewport().rect())
        return view.viewport().mapToGlobal(row.bottomLeft() + QPoint(16, 2))

    def _on_snooze_chosen(self, until_ms: int, wake_on_reply: bool) -> None:
        self._act(
            "ticket.snooze",
            lambda desk, ids: tickets.snooze(desk, ids, until_ms, wake_on_reply=wake_on_reply),
        )

    def tag(self) -> None:
        """Choose tags for the marked tickets."""
        from solodesk.ui.tag_menu import TagMenu

        ids = self.ids()
        rows = [row for row in map(self._pane.model.ticket_row, ids) if row is not None]
        if not rows:
            return
        menu = TagMenu(self._gate, self._look, rows, self._window)
        menu.chosen.connect(self._on_tags_chosen)
        menu.open_here(self._place())

    def add_tag(self, name: str) -> None:
        """Add one tag, from the palette."""
        self._act("ticket.tag", lambda desk, ids: tickets.tag(desk, ids, add=(name,)))

    def _on_tags_chosen(self, add: tuple[str, ...], remove: tuple[str, ...]) -> None:
        self._act("ticket.tag", lambda desk, ids: tickets.tag(desk, ids, add=add, remove=remove))

    def undo(self) -> None:
        """Take the last act back."""
        self._gate.act(tickets.undo, self._on_undone)

    def _on_undone(self, result: tickets.UndoResult | None) -> None:
        if result is None or not result.label:
            self.undone.emit("")
            return
        self.undone.emit(act_words(*result.label))
        changed = [t for t in result.changes.tickets if self._pane.model.row_of(TicketId(t)) >= 0]
        if changed:
            self._pane.select(TicketId(min(changed)))

    def _act(self, code: str | None, act: Act) -> None:
        ids = self.ids()
        if not ids:
            return
        label = self._label(code, ids) if code else None
        self._pane.view.clear_marks()
        self._gate.act(lambda desk: act(desk, ids), label=label)

    def _label(self, code: str, ids: Sequence[TicketId]) -> Label:
        row = self._pane.model.ticket_row(ids[0])
        params: dict[str, Any] = {"n": len(ids)}
        if row is not None and len(ids) == 1:
            params["subject"] = row.subject
        return code, params
