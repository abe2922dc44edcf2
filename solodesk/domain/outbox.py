"""The states of mail on its way out, which changes are legal, and when to try again.

    held ──▶ queued ──▶ sending ──▶ sent
     │  ◀──    │  ◀──┐     ├──▶ retrying ──▶ sending …
     ▼         ▼     │     ├──▶ failed ──▶ queued (the owner retries)
    cancelled  cancelled   └──▶ uncertain ──▶ sent (found, or the owner says so)
                                          ──▶ queued (the owner: send it again)

A doubtful send never leaves `uncertain` by itself except when its copy is found. This module
must not read a clock nor roll dice: both are handed in.
"""

from enum import StrEnum
from typing import Final

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS


class OutboxState(StrEnum):
    """Where a message is on its way out (product.md, Words)."""

    HELD = "held"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    RETRYING = "retrying"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    CANCELLED = "cancelled"


class HoldReason(StrEnum):
    """Why a message is held back."""

    UNDO_WINDOW = "undo_window"
    LATER = "later"
    NEW_MAIL = "new_mail"
    ANSWERED_ELSEWHERE = "answered_elsewhere"
    ANYWAY = "anyway"
    """No longer held back: the owner lets it leave although the mailbox was not read."""


class Phase(StrEnum):
    """How far an SMTP conversation got, in order; from `data_sent` on a break is doubtful."""

    CONNECTED = "connected"
    MAIL_SENT = "mail_sent"
    RCPT_SENT = "rcpt_sent"
    DATA_SENT = "data_sent"
    ACCEPTED = "accepted"


_S = OutboxState
_LEGAL: Final[dict[OutboxState, frozenset[OutboxState]]] = {
    _S.HELD: frozenset({_S.QUEUED, _S.SENDING, _S.CANCELLED}),
    _S.QUEUED: frozenset({_S.SENDING, _S.HELD, _S.CANCELLED}),
    _S.SENDING: frozenset({_S.SENT, _S.RETRYING, _S.UNCERTAIN, _S.FAILED}),
    _S.RETRYING: frozenset({_S.SENDING, _S.QUEUED, _S.HELD, _S.FAILED, _S.CANCELLED, _S.SENT}),
    _S.UNCERTAIN: frozenset({_S.SENT, _S.QUEUED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.QUEUED, _S.CANCELLED, _S.SENT}),
    _S.SENT: frozenset(),
    _S.CANCELLED: frozenset(),
}

CANCELLABLE: Final = frozenset({_S.HELD, _S.QUEUED, _S.RETRYING})
"""States from which the owner can still take a message back."""

ON_ITS_WAY: Final = frozenset({_S.HELD, _S.QUEUED, _S.SENDING, _S.RETRYING})
"""The ticket counts as answered for the lists (not for the figures)."""

NEEDS_OWNER: Final = frozenset({_S.FAILED, _S.UNCERTAIN})
"""Red and on top until the owner decides."""

ENDED: Final = frozenset({_S.SENT, _S.CANCELLED})

BACK_OFF_MINUTES: Final = (1, 5, 15, 30, 60)
"""Waits after the 1st, 2nd, … attempt; the last repeats (faults.md S4)."""
GIVE_UP_MS: Final = 48 * HOUR_MS
LEAST_ATTEMPTS: Final = 8
"""48 hours of trying, not of a closed laptop or of a clock that jumped (faults.md S7, R22)."""
STALE_MS: Final = 24 * HOUR_MS
JITTER: Final = 0.2


def may_change(before: OutboxState, after: OutboxState) -> bool:
    """Whether an outbox row may go from `before` to `after`."""
    return after in _LEGAL[before]


def before_states(after: OutboxState) -> frozenset[OutboxState]:
    """The states a compare-and-set to `after` may start from."""
    return frozenset(state for state, targets in _LEGAL.items() if after in targets)


def next_attempt_ms(attempts: int, first_ms: int, now_ms: int, chance: float) -> int | None:
    """When to try again after `attempts` attempts, or None when it is time to give up.

    `first_ms` is the moment of the first attempt; `chance` in [0, 1) spreads the wait by ±20 %.
    The last attempt falls on the 48th hour, never after it, unless there were hardly any.
    """
    over = now_ms - first_ms >= GIVE_UP_MS
    if over and attempts >= LEAST_ATTEMPTS:
        return None
    step = BACK_OFF_MINUTES[min(max(attempts, 1), len(BACK_OFF_MINUTES)) - 1]
    wait = round(step * MINUTE_MS * (1 + JITTER * (2 * chance - 1)))
    return now_ms + wait if over else min(now_ms + wait, first_ms + GIVE_UP_MS)


def is_stale(
    state: OutboxState, hold: HoldReason | None, queued_ms: int, due_ms: int | None, now_ms: int
) -> bool:
    """Whether a message waits for more than a day: what it says may no longer hold (S7).

    For mail that was to leave later (`due_ms`) the day begins then.
    """
    if state in ENDED:
        return False
    begun = max(queued_ms, due_ms or 0) if hold is HoldReason.LATER else queued_ms
    return now_ms - begun > STALE_MS


def after_break(phase: Phase | None) -> OutboxState:
    """Where a connection that broke leaves the row: nothing is doubtful before the final dot."""
    if phase in (Phase.DATA_SENT, Phase.ACCEPTED):
        return OutboxState.UNCERTAIN
    return OutboxState.RETRYING
