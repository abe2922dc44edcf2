"""Reads the strip's figures off the window's thread, when something that counts has changed.

This module must not compute a figure.
"""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from solodesk.services.units import Reader
from solodesk.ui.figures.strip import Cell, FiguresStrip
from solodesk.ui.ops import DeskGate
from solodesk.ui.statusline import StatusLine
from solodesk.wording import durations
from solodesk.wording.gettext import _

_SOON_MS = 400
_EVERY_MS = 60_000


class FiguresFeed(QObject):
    """Feeds the strip and its one-line form in the status line."""

    def __init__(
        self, gate: DeskGate, strip: FiguresStrip, line: StatusLine, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._gate = gate
        self._strip = strip
        self._line = line
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self.refresh)
        self._regular = QTimer(self, interval=_EVERY_MS)
        self._regular.timeout.connect(self.refresh)
        self._regular.start()

    def refresh_soon(self) -> None:
        """After a change; several changes are one reading."""
        self._soon.start()

    def refresh(self) -> None:
        """Read now."""
        self._gate.read_later(_read, self._on_read)

    def _on_read(self, found: tuple[tuple[Cell, ...], str]) -> None:
        cells, basis = found
        self._strip.set_figures(cells, basis)
        self._line.set_figures("   ".join(f"{c.title} {c.value}" for c in cells))


def _read(reader: Reader) -> tuple[tuple[Cell, ...], str]:
    from solodesk.services import figures, settings
    from solodesk.ui.figures.words import cell

    strip = figures.strip(reader)
    goal_s = float(settings.get(reader, "goal_first_s"))
    basis = _("goal {goal}, business hours").format(goal=durations.compact(goal_s * 1000))
    found = (
        strip.first_response, strip.within_goal, strip.oldest_waiting, strip.satisfaction,
    )  # fmt: skip
    return tuple(cell(figure, goal_s) for figure in found), basis
