"""From the start of the process to the first painted ticket list, against a bare Qt window.

python -m tests.bench.window desk DATA     the real desk on a store, without its engine
python -m tests.bench.window floor         a QMainWindow with a QTableView of 100,000 rows

Each says one line of JSON: milliseconds and resident memory in MB. They end at once after that.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.timing import samples_table, told

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_ROWS = 100_000
_FLOOR = "bare Qt window, 100,000 rows"


def measure(data: Path, runs: int) -> list[str]:
    """Start of the window and its memory."""
    module = "tests.bench.window"
    ours: list[dict[str, float]] = []
    floor: list[dict[str, float]] = []
    for number in range(runs + 1):
        floor_said = told(module, "floor")
        said = told(module, "desk", str(data))
        if number:
            # The first round only warms up.
            floor.append(floor_said)
            ours.append(said)
    tables = []
    for key, unit, title in (
        ("ms", "ms", "Process start to first painted ticket list"),
        ("mb", "MB", "Resident memory then"),
    ):
        rows = [("solodesk", [s[key] for s in ours]), (_FLOOR, [s[key] for s in floor])]
        tables.append(samples_table(title, unit, rows))
    return tables


def _age_ms() -> float:
    """Milliseconds since this process began (10 ms ticks)."""
    said = Path("/proc/self/stat").read_text(encoding="ascii")
    began = int(said.rpartition(") ")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - began) * 1000


def _done(age_ms: float) -> None:
    said = Path("/proc/self/status").read_text(encoding="ascii")
    resident = next(line for line in said.splitlines() if line.startswith("VmRSS"))
    megabytes = int(resident.split()[1]) / 1024
    sys.stdout.write(json.dumps({"ms": age_ms, "mb": megabytes}) + "\n")
    sys.stdout.flush()
    os._exit(0)


def when_painted(view: "QWidget", ready: Any, done: Any) -> Any:
    """An event filter that calls `done(moment)` after `view` was painted while `ready()`."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

    class Watch(QObject):
        """Looks at one widget."""

        over = False

        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and not self.over and ready():
                self.over = True
                # Comes when the painting in hand is on the screen, before all that waits for it.
                urgent = Qt.EventPriority.HighEventPriority.value
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), urgent)
            return False

        def event(self, event: QEvent) -> bool:
            if event.type() == QEvent.Type.User:
                done(_age_ms())
                return True
            return super().event(event)

    watch = Watch(view)
    view.installEventFilter(watch)
    return watch


def _desk(data: Path) -> None:
    from solodesk.app.desk import DeskApp, application
    from solodesk.base.device import DeviceSettings
    from solodesk.base.paths import DataFolder
    from solodesk.ui.ticketlist.view import TicketListView

    app = application()
    desk = DeskApp(DataFolder(data), device=DeviceSettings())
    views = desk.window.findChildren(TicketListView)
    watches = [
        when_painted(view.viewport(), lambda view=view: view.model().rowCount() > 0, _done)
        for view in views
    ]
    desk.start()
    app.exec()
    raise SystemExit(1 if watches else 2)


def _floor() -> None:
    from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
    from PySide6.QtWidgets import QApplication, QMainWindow, QTableView

    class Model(QAbstractTableModel):
        """Made-up rows."""

        def rowCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
            return _ROWS

        def columnCount(self, _parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
            return 5

        def data(
            self,
            index: QModelIndex | QPersistentModelIndex,
            role: int = Qt.ItemDataRole.DisplayRole,
        ) -> Any:
            if role == Qt.ItemDataRole.DisplayRole:
                return f"row {index.row()} 退款 column {index.column()}"
            return None

    app = QApplication([])
    window, view = QMainWindow(), QTableView()
    view.setModel(Model(window))
    window.setCentralWidget(view)
    window.resize(1200, 800)
    watch = when_painted(view.viewport(), lambda: True, _done)
    window.show()
    app.exec()
    raise SystemExit(1 if watch else 2)


if __name__ == "__main__":
    if sys.argv[1] == "desk":
        _desk(Path(sys.argv[2]))
    else:
        _floor()
