"""Fixtures of the use cases' tests."""

from collections.abc import Iterator

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from tests.services.inbox import Inbox, open_inbox


@pytest.fixture
def inbox(data_folder: DataFolder, clock: FixedClock) -> Iterator[Inbox]:
    """A shop whose first sync is over."""
    made = open_inbox(data_folder, clock)
    yield made
    made.store.close()


@pytest.fixture
def first_inbox(data_folder: DataFolder, clock: FixedClock) -> Iterator[Inbox]:
    """A shop whose first sync still runs."""
    made = open_inbox(data_folder, clock, live=False)
    yield made
    made.store.close()
