"""Garbage is collected in the window's thread only, as long as other threads run beside it.

Python collects cycles in whichever thread happens to allocate. A cycle that holds a widget, taken
apart in a thread of the gate, destroys a Qt object where Qt forbids it: a crash, now and then.
This module must not know what the garbage is.
"""

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_EVERY_MS: Final = 500


class Collector(QObject):
    """Collects on a timer from its making until `stop`; the automatic way is off meanwhile."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_on = gc.isenabled()
        gc.disable()
        self._timer = QTimer(self, interval=_EVERY_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._timer.start()

    def stop(self) -> None:
        """Collect what is left, and give the work back to Python. Call it in the window's thread,
        after the other threads have ended."""
        self._timer.stop()
        gc.collect()
        if self._was_on:
            gc.enable()

    def _on_timer_timeout(self) -> None:
        """The oldest generation whose turn has come, by Python's own thresholds."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return
