"""Where tickets of the first sync come to rest."""

import pytest

from solodesk.domain.first_sync import DAY_MS, Landing, landing
from solodesk.domain.ticket import Status


@pytest.mark.parametrize(
    ("answered", "idle_days", "limit", "status", "mark"),
    [
        (True, 1, 14, Status.WAITING, False),
        (True, 7, 14, Status.CLOSED, False),
        (False, 1, 14, Status.OPEN, False),
        (False, 14, 14, Status.OPEN, False),
        (False, 15, 14, Status.CLOSED, True),
        (False, 15, 30, Status.OPEN, False),
        (False, 900, 0, Status.OPEN, False),
    ],
)
def test_landing(answered: bool, idle_days: int, limit: int, status: Status, mark: bool) -> None:
    now = 1_000 * DAY_MS
    found = landing(
        answered=answered,
        last_message_ms=now - idle_days * DAY_MS,
        now_ms=now,
        idle_close_days=limit,
    )
    assert found == Landing(status, mark)
