"""`solodesk demo`: the sample shop in a window, or its whole story without one.

The mail servers run in a child process; SoloDesk connects to them as to any account, in a data
folder of its own. Must not touch the owner's data, settings or keychain.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.demo.dressing import dress
from solodesk.demo.process import DemoServer
from solodesk.demo.shop import Shop, open_shop
from solodesk.demo.story import tell_story
from solodesk.domain.hours import local_date
from solodesk.services import figures, reporting, settings
from solodesk.services.units import Store

Say = Callable[[str, str], None]
_QUICK_ANSWER_S = 0.2
_ANSWER_S = 4.0
_PASSWORD = "SOLODESK_PASSWORD"  # noqa: S105 - the name of a variable, see engine/secrets.py


def has_display() -> bool:
    """Whether a window could be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def without_window(folder: DataFolder, say: Say) -> dict[str, Any]:
    """The whole story; returns the summary. KnownError when a step failed."""
    start = time.monotonic()
    out = folder.root / "demo"
    with _shop(folder, _QUICK_ANSWER_S, say) as shop:
        done = tell_story(shop, out / "reports", say)
    done.screenshots = _pictures(folder, out / "screenshots")
    say("screenshots", str(len(done.screenshots)))
    return done.as_json(folder.root, time.monotonic() - start)


def in_window(folder: DataFolder, say: Say) -> int:
    """The window with the sample shop, whose customers answer; returns the exit code."""
    from solodesk.app import desk

    zone = _zone(folder)
    with DemoServer(zone, answer_delay=_ANSWER_S) as mailbox:
        store = Store.open(folder, SystemClock(), origin="demo")
        try:
            shop = open_shop(store, mailbox, zone)
            say("connect", mailbox.address)
            shop.sync()
            dress(shop)
            shop.close()
        finally:
            store.close()
        # The engine is a child of the window and takes the sample password from here; it works
        # for this one loopback server only and is never written down.
        os.environ[_PASSWORD] = mailbox.password
        try:
            return desk.run_window(folder)
        finally:
            del os.environ[_PASSWORD]


@contextmanager
def _shop(folder: DataFolder, answer_delay: float, say: Say) -> Iterator[Shop]:
    zone = _zone(folder)
    with DemoServer(zone, answer_delay=answer_delay) as mailbox:
        store = Store.open(folder, SystemClock(), origin="demo")
        try:
            shop = open_shop(store, mailbox, zone)
            say("connect", mailbox.address)
            try:
                yield shop
            finally:
                shop.close()
        finally:
            store.close()


def _zone(folder: DataFolder) -> ZoneInfo:
    store = Store.open(folder, SystemClock(), origin="demo")
    try:
        with store.read() as reader:
            return settings.zone(reader)
    finally:
        store.close()


def _pictures(folder: DataFolder, to: Path) -> list[Path]:
    """Pictures of the window, the composer and the report, drawn without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from solodesk.app import screenshots

    made = screenshots.main_screenshots(folder, to, scenes=("main", "reply"))
    made += screenshots.main_screenshots(folder, to, scheme="dark", lang="zh", scenes=("main",))
    return [*made, _report_page(folder, to / "report-en.png")]


def _report_page(folder: DataFolder, file: Path) -> Path:
    """The first page of the last full month's report."""
    store = Store.open(folder, SystemClock(), origin="demo")
    try:
        with store.read() as reader:
            last = local_date(reader.now_ms, settings.zone(reader)).replace(day=1)
            last -= timedelta(days=1)
            period = figures.period_month(reader, last.year, last.month)
            file.write_bytes(reporting.preview(reader, period, lang="en", anonymous=True))
    finally:
        store.close()
    return file
