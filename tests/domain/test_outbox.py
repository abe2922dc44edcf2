"""Mail on its way out: legal changes and the times of new attempts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.outbox import (
    CANCELLABLE,
    ENDED,
    GIVE_UP_MS,
    LEAST_ATTEMPTS,
    MINUTE_MS,
    OutboxState,
    Phase,
    after_break,
    before_states,
    may_change,
    next_attempt_ms,
)


def test_sent_and_cancelled_are_final() -> None:
    for state in ENDED:
        assert not any(may_change(state, other) for other in OutboxState)


def test_a_message_being_sent_cannot_be_cancelled() -> None:
    assert before_states(OutboxState.CANCELLED) >= CANCELLABLE
    assert OutboxState.SENDING not in before_states(OutboxState.CANCELLED)


def test_a_doubtful_send_never_goes_back_to_sending_by_itself() -> None:
    assert not may_change(OutboxState.UNCERTAIN, OutboxState.SENDING)
    assert not may_change(OutboxState.UNCERTAIN, OutboxState.RETRYING)


@pytest.mark.parametrize(
    ("phase", "state"),
    [
        (None, OutboxState.RETRYING),
        (Phase.RCPT_SENT, OutboxState.RETRYING),
        (Phase.DATA_SENT, OutboxState.UNCERTAIN),
        (Phase.ACCEPTED, OutboxState.UNCERTAIN),
    ],
)
def test_a_break_is_doubtful_only_after_the_final_dot(
    phase: Phase | None, state: OutboxState
) -> None:
    assert after_break(phase) is state


def test_waits_grow_to_an_hour() -> None:
    waits = [next_attempt_ms(n, 0, 0, 0.5) for n in range(1, 8)]
    assert waits == [m * MINUTE_MS for m in (1, 5, 15, 30, 60, 60, 60)]


@given(st.integers(0, 400), st.integers(0, 3 * GIVE_UP_MS), st.floats(0, 1, exclude_max=True))
def test_the_next_attempt_is_later_and_never_after_48_hours(
    attempts: int, now_ms: int, chance: float
) -> None:
    due = next_attempt_ms(attempts, 0, now_ms, chance)
    if now_ms >= GIVE_UP_MS:
        assert (due is None) == (attempts >= LEAST_ATTEMPTS)
    else:
        assert due is not None
        assert now_ms < due <= GIVE_UP_MS
    assert due is None or now_ms < due <= now_ms + 72 * MINUTE_MS
