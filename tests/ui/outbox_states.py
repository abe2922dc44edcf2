"""Replies of the owner in every state of the outbox, for the shop of the mockups."""

from dataclasses import replace
from typing import Any, Final

from solodesk.domain.ids import OutboxId, TicketId
from solodesk.services import replies
from solodesk.services.units import Store

HOUR: Final = 3_600_000
MINUTE: Final = 60_000

_TIMEOUT = {"code": "timeout", "params": {"host": "smtp.lin.studio"}, "since_ms": 0}
_REFUSED = {
    "code": "recipient_refused",
    "params": {"address": "jane@doe.example", "reply": "550 5.1.1 no such user"},
}
_BROKEN = {"code": "connection_lost_after_data", "params": {"host": "smtp.lin.studio"}}

STATES: Final[dict[str, dict[str, Any]]] = {
    "later": {"state": "held", "hold_reason": "later", "after": 19 * HOUR},
    "news": {"state": "held", "hold_reason": "new_mail"},
    "elsewhere": {"state": "held", "hold_reason": "answered_elsewhere"},
    "retrying": {"state": "retrying", "reason": _TIMEOUT, "attempts": 3, "after": 14 * MINUTE},
    "stale": {
        "state": "retrying", "reason": _TIMEOUT, "attempts": 9, "after": 14 * MINUTE,
        "ago": 26 * HOUR,
    },
    "queued": {"state": "queued"},
    "failed": {"state": "failed", "reason": _REFUSED},
    "uncertain": {"state": "uncertain", "reason": _BROKEN, "phase": "data_sent"},
}  # fmt: skip


def queue(
    store: Store, ticket: TicketId, name: str, text: str = "It leaves us tomorrow."
) -> OutboxId:
    """A reply brought into that state, written 20 minutes ago unless the state says else."""
    with store.write() as desk:
        draft = replace(replies.draft_for(desk, ticket), body_html=f"<p>{text}</p>")
        made = replies.send(desk, draft, delay_s=0).outbox
        facts: dict[str, Any] = {"hold_reason": None, "not_before_ms": None, **STATES[name]}
        facts["queued_ms"] = desk.now_ms - facts.pop("ago", 20 * MINUTE)
        after = facts.pop("after", None)
        if after is not None:
            facts["not_before_ms"] = desk.now_ms + after
        desk.outbox.update(made, **facts)
        if name in ("failed", "uncertain"):
            desk.tickets.update(ticket, alarm=name)
    return made
