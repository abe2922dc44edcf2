"""The composition root: a lean start, one window a folder, the engine child, plain faults."""

import subprocess
import sys
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLockFile
from pytestqt.qtbot import QtBot

from solodesk.app.desk import DeskApp
from solodesk.app.fault_window import FaultWindow
from solodesk.base.device import DeviceSettings
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.base.singletons import keep_singletons
from solodesk.domain.changes import Changes
from solodesk.ui.appearance import Appearance
from solodesk.ui.engine_link import EngineLink

_START = """
import sys
from pathlib import Path
from solodesk.app.desk import DeskApp, application
from solodesk.base.device import DeviceSettings
from solodesk.base.paths import DataFolder
application()
desk = DeskApp(DataFolder(Path(sys.argv[1])), device=DeviceSettings())
desk.start()
desk.window.grab()
heavy = ("imapclient", "imaplib", "smtplib", "msal", "alembic", "typst", "liquid", "holidays",
         "pymap", "sqlalchemy", "keyring", "rapidfuzz", "pypinyin", "nh3", "dns", "xlsxwriter")
print(",".join(name for name in heavy if name in sys.modules))
desk.stop()
"""

_ECHO = """
import json, sys
for line in sys.stdin:
    said = json.loads(line)
    print(json.dumps({"news": "progress", "here": 1}), flush=True)
    print(json.dumps({"id": said["id"], "ok": True, "do": said["do"]}), flush=True)
"""


def test_the_window_starts_without_what_it_does_not_need(data_dir: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _START, str(data_dir)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""


def test_the_engine_answers_and_ends_when_its_input_ends(qtbot: QtBot) -> None:
    keep_singletons()
    link = EngineLink([sys.executable, "-c", _ECHO])
    news: list[dict[str, object]] = []
    replies: list[dict[str, object]] = []
    link.news.connect(news.append)
    link.ask({"do": "sync"}, replies.append)
    link.start()
    qtbot.waitUntil(lambda: bool(replies))
    assert replies == [{"id": 1, "ok": True, "do": "sync"}]
    assert news == [{"news": "progress", "here": 1}]
    link.stop()
    assert not link.running


def test_an_engine_that_dies_is_started_again(qtbot: QtBot, tmp_path: Path) -> None:
    mark = tmp_path / "starts"
    code = f"open({str(mark)!r}, 'a').write('x')"
    link = EngineLink([sys.executable, "-c", code])
    news: list[dict[str, object]] = []
    link.news.connect(news.append)
    link.start()
    qtbot.waitUntil(lambda: mark.exists() and len(mark.read_text()) >= 2, timeout=10_000)
    assert news == []  # once is no alarm
    qtbot.waitUntil(lambda: {"news": "engine", "failing": True} in news, timeout=10_000)
    link.stop()


def test_a_second_window_on_the_same_data_is_told_plainly(
    qtbot: QtBot, data_folder: DataFolder
) -> None:
    data_folder.create()
    first = QLockFile(str(data_folder.root / "desk.lock"))
    assert first.tryLock(0)
    second = QLockFile(str(data_folder.root / "desk.lock"))
    assert not second.tryLock(0)
    window = FaultWindow(KnownError("desk_open_already"), Appearance())
    qtbot.addWidget(window)
    assert window.sentence.text() == "SoloDesk is open already with this data."
    first.unlock()


_STORES = """
import sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.services.units import Store
store = Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="engine")
for news in ("progress", "changed"):
    sys.stdin.readline()
    with store.write() as desk:
        desk.customers.add(name=news)
    print('{"news": "%s"}' % news, flush=True)
sys.stdin.read()
store.close()
"""


def test_what_the_engine_stored_is_looked_at_when_it_says_so(
    qtbot: QtBot, data_folder: DataFolder
) -> None:
    """Not when the timer, which is never started here, comes round."""
    keep_singletons()
    command = [sys.executable, "-c", _STORES, str(data_folder.root)]
    desk = DeskApp(data_folder, device=DeviceSettings(), engine=command)
    assert desk.link is not None
    seen: list[Changes] = []
    desk.gate.changed.connect(seen.append)
    desk.link.start()
    for number in (1, 2):
        desk.link.ask({"do": "go"})
        qtbot.waitUntil(partial(_as_many, seen, number), timeout=20_000)
    assert all(changes.of("customer") for changes in seen)
    desk.stop()


def _as_many(seen: list[Changes], number: int) -> bool:
    return len(seen) == number
