"""What the first sync does with what it found, so that it does not flood the desk (product.md).

Last word ours and younger than 7 days: waiting; older: closed. Unanswered and idle longer than
the owner's limit: closed, "from before SoloDesk". The rest: open. This module decides only.
"""

from dataclasses import dataclass
from typing import Final

from solodesk.domain.ticket import Status

DAY_MS: Final = 86_400_000
WAITING_WITHIN_MS: Final = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a ticket of the first sync comes to rest."""

    status: Status
    from_before: bool


def landing(*, answered: bool, last_message_ms: int, now_ms: int, idle_close_days: int) -> Landing:
    """Status and mark of one ticket.

    `answered`: no word of the customer waits for an answer. `idle_close_days` 0: nothing is closed.
    """
    idle = now_ms - last_message_ms
    if answered:
        recent = idle < WAITING_WITHIN_MS
        return Landing(Status.WAITING if recent else Status.CLOSED, from_before=False)
    if idle_close_days > 0 and idle > idle_close_days * DAY_MS:
        return Landing(Status.CLOSED, from_before=True)
    return Landing(Status.OPEN, from_before=False)
