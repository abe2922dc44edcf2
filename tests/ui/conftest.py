"""A real desk for every test that asks: store file, threads, window; taken apart afterwards."""

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from solodesk.app.desk import DeskApp, application
from solodesk.app.screenshots import settle
from solodesk.base.clock import FixedClock
from solodesk.base.device import DeviceSettings
from solodesk.base.paths import DataFolder
from tests.ui.shop import NOW, open_shop


@pytest.fixture(scope="session")
def qapp() -> object:
    """Our own application: named, Fusion."""
    return application()


@pytest.fixture
def desk_clock() -> FixedClock:
    """The time of the mockups."""
    return FixedClock(NOW)


@pytest.fixture
def desk(qtbot: QtBot, data_folder: DataFolder, desk_clock: FixedClock) -> Iterator[DeskApp]:
    """The shop's window, shown and read."""
    open_shop(data_folder, desk_clock).close()
    made = DeskApp(data_folder, clock=desk_clock, device=DeviceSettings(language="en"))
    made.window.resize(1280, 800)
    made.start()
    qtbot.waitExposed(made.window)
    settle(made)
    yield made
    made.stop()
