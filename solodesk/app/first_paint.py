"""Writes down when the window was first painted (performance.md, "start to first painted list").

One line of JSON: milliseconds since the process began. This module must not change what it
measures: it looks once and goes.
"""

import json
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt

_CLOCK_TICKS = 100


class FirstPaint(QObject):
    """An event filter on the window that removes itself after the first painting."""

    def __init__(self, file: Path, parent: QObject) -> None:
        super().__init__(parent)
        self._file = file
        self._done = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self._done:
            self._done = True
            watched.removeEventFilter(self)
            # Comes when the painting in hand is on the screen, before all that waits for it.
            urgent = Qt.EventPriority.HighEventPriority.value
            QCoreApplication.postEvent(self, QEvent(QEvent.Type.User), urgent)
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            self._write()
            return True
        return super().event(event)

    def _write(self) -> None:
        said = {"event": "first_paint", "ms": round(milliseconds_since_start(), 1)}
        with self._file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(said) + "\n")


def milliseconds_since_start() -> float:
    """Wall time since this process began, where the system tells; else its own CPU time."""
    stat = Path("/proc/self/stat")
    if not stat.exists():
        return time.process_time() * 1000
    started = int(stat.read_text().rpartition(")")[2].split()[19]) / _CLOCK_TICKS
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    return (uptime - started) * 1000
