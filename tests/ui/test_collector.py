"""Cycles that hold widgets end in the window's thread, whichever thread made the garbage."""

import gc
import threading

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from solodesk.ui.collector import Collector


class Knot:
    """A cycle with a widget in it; remembers the thread that took it apart."""

    def __init__(self, ends: list[threading.Thread]) -> None:
        self.me = self
        self.widget = QWidget()
        self._ends = ends

    def __del__(self) -> None:
        self._ends.append(threading.current_thread())


def test_another_thread_collects_nothing(qtbot: QtBot) -> None:
    gc.collect()
    ends: list[threading.Thread] = []
    collector = Collector()
    Knot(ends)
    made = threading.Thread(target=lambda: [[] for _ in range(200_000)] and None)
    made.start()
    made.join()
    assert ends == []
    kept = [[number] for number in range(50_000)]  # enough for its turn to come
    qtbot.waitUntil(lambda: bool(ends), timeout=10_000)
    assert ends == [threading.main_thread()]
    assert len(kept) == 50_000
    collector.stop()
    assert gc.isenabled()
