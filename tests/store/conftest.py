"""A fresh store for each test."""

from collections.abc import Iterator

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store


@pytest.fixture
def store(data_folder: DataFolder, clock: FixedClock) -> Iterator[Store]:
    """An empty store, closed afterwards."""
    made = Store.open(data_folder, clock, origin="test")
    yield made
    made.close()
