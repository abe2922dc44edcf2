"""One search for the servers of an address, by the engine; it can be stopped. Must not connect."""

from typing import Any

from PySide6.QtCore import QObject, Signal

from solodesk.ui.ops import DeskGate


class ServerSearch(QObject):
    """At most one search at a time; the answer to an older one is not heard any more."""

    started = Signal()
    answered = Signal(dict)
    """The engine's reply for the address asked about last."""

    def __init__(self, gate: DeskGate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate = gate
        self._asked_about = ""
        self._looking = False

    def look(self, address: str) -> None:
        """Ask around, unless just this was asked before or there is no domain yet."""
        if address == self._asked_about or "." not in address.rpartition("@")[2]:
            return
        self.stop()
        self._asked_about, self._looking = address, True
        self.started.emit()
        self._gate.engine(
            {"do": "discover", "address": address}, lambda reply: self._take(address, reply)
        )

    def stop(self) -> None:
        """It is not needed any more."""
        if self._looking:
            self._looking = False
            self._gate.engine({"do": "cancel", "address": self._asked_about})

    def _take(self, address: str, reply: dict[str, Any]) -> None:
        if self._looking and address == self._asked_about:
            self._looking = False
            self.answered.emit(reply)
