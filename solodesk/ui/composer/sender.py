"""Hands what was written to the services: checks first, then one act, never twice.

This module must not know widgets, and decides nothing about delivery.
"""

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import replies, tickets
from solodesk.services.drafts import Draft
from solodesk.services.units import Desk
from solodesk.ui.ops import DeskGate

_NEWS = frozenset({"new_mail", "answered_elsewhere"})


@dataclass(frozen=True, slots=True)
class Way:
    """How a reply is to leave, and what becomes of its ticket."""

    status_after: str = "waiting"
    snooze_after_ms: int | None = None
    later_ms: int | None = None


class Sender(QObject):
    """One thing is being handed over at a time: a second Ctrl+Enter is no second reply."""

    handed_over = Signal(object, object)
    """The draft and `replies.Sent`."""
    noted = Signal(object)
    """TicketId of the note that was saved."""
    failed = Signal(object)
    """KnownError: nothing was handed over."""

    def __init__(self, gate: DeskGate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate = gate
        self._accepted: frozenset[str] = frozenset()
        self.pending = Way()
        self.is_busy = False

    def begin(self) -> None:
        """Another draft, or another wording: what was accepted before counts no more."""
        self._accepted = frozenset()

    def accept(self, codes: frozenset[str]) -> None:
        """The owner saw these findings and sends anyway."""
        self._accepted |= codes

    def findings(self, draft: Draft) -> list[replies.Check]:
        """What speaks against sending `draft` and was not accepted yet."""
        found = self._gate.read(lambda reader: replies.checks(reader, draft))
        return [check for check in found if check.code not in self._accepted]

    def news(self, draft: Draft) -> list[replies.Check]:
        """What came in while `draft` was written."""
        return [check for check in self.findings(draft) if check.code in _NEWS]

    def send(self, draft: Draft, way: Way) -> None:
        """Queue the reply, in one act that one undo takes back."""
        self.is_busy = True

        def act(desk: Desk) -> replies.Sent:
            return replies.send(
                desk,
                draft,
                status_after=way.status_after,
                snooze_after_ms=way.snooze_after_ms,
                later_ms=way.later_ms,
            )

        self._gate.act(
            act,
            partial(self._on_sent, draft),
            label=("reply.send", {"subject": draft.subject.removeprefix("Re: ")}),
            durable=True,
            fail=self._on_failed,
        )

    def note(self, ticket: TicketId, text: str) -> None:
        """Save a note only the owner sees."""
        self.is_busy = True
        self._gate.act(
            lambda desk: tickets.add_note(desk, ticket, text),
            partial(self._on_noted, ticket),
            label=("ticket.note", {}),
            fail=self._on_failed,
        )

    def _on_sent(self, draft: Draft, result: replies.Sent) -> None:
        self.is_busy = False
        self.handed_over.emit(draft, result)

    def _on_noted(self, ticket: TicketId, _result: object) -> None:
        self.is_busy = False
        self.noted.emit(ticket)

    def _on_failed(self, error: KnownError) -> None:
        self.is_busy = False
        self.failed.emit(error)
