"""The engine as the desk sees it: a child process that speaks JSON lines.

The truth is in the store; lost lines lose nothing. The link starts the engine, starts it again
when it dies (waiting longer each time), and asks it to end. It must not know what requests mean.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

Reply = Callable[[dict[str, Any]], None]

_WAITS_MS: Final = (500, 2_000, 10_000, 30_000)
_HEALTHY_MS: Final = 60_000
_ALARMING: Final = 3
"""After so many ends in a row the owner is told."""
_END_MS: Final = 8_000
_LONGEST_LINE: Final = 1_000_000

_log = logging.getLogger(__name__)


class EngineLink(QObject):
    """One engine child.

    running ──line──▶ news / reply
       │ ended by itself
       ▼
    waiting (0.5 s … 30 s) ──▶ running
       │ stop()
       ▼
    ended
    """

    news = Signal(dict)
    """A line of the engine, or our own word on it: {"news": "engine", "failing": bool}."""
    running_changed = Signal(bool)

    def __init__(self, command: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._command = list(command)
        self._waiting: dict[int, Reply] = {}
        self._unsent: list[bytes] = []
        self._number = 0
        self._failures = 0
        self._stopping = False
        self._rest = b""
        self._process = QProcess(self)
        self._process.setProgram(self._command[0])
        self._process.setArguments(self._command[1:])
        self._process.setProcessChannelMode(QProcess.ProcessChannelMode.SeparateChannels)
        self._process.readyReadStandardOutput.connect(self._on_process_ready_read)
        self._process.readyReadStandardError.connect(self._on_process_ready_read_error)
        self._process.started.connect(self._on_process_started)
        self._process.finished.connect(self._on_process_finished)
        self._process.errorOccurred.connect(self._on_process_error_occurred)
        self._again = QTimer(self, singleShot=True)
        self._again.timeout.connect(self.start)
        self._healthy = QTimer(self, singleShot=True, interval=_HEALTHY_MS)
        self._healthy.timeout.connect(self._on_healthy_timeout)

    @property
    def running(self) -> bool:
        """Whether the child lives."""
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Start the child."""
        if not self._stopping and not self.running:
            self._process.start()

    def ask(self, request: Mapping[str, Any], done: Reply | None = None) -> None:
        """Send a request; `done` gets the reply. Kept until the engine runs."""
        self._number += 1
        if done is not None:
            self._waiting[self._number] = done
        line = json.dumps({"id": self._number, **request}, ensure_ascii=False).encode() + b"\n"
        if self._process.state() == QProcess.ProcessState.Running:
            self._process.write(line)
        else:
            self._unsent.append(line)

    def stop(self) -> None:
        """Let it finish its transaction and end; kill it only when it does not."""
        self._stopping = True
        self._again.stop()
        self._healthy.stop()
        if not self.running:
            return
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(_END_MS):
            self._process.kill()
            self._process.waitForFinished(1_000)

    def _on_process_started(self) -> None:
        self._healthy.start()
        for line in self._unsent:
            self._process.write(line)
        self._unsent.clear()
        self.running_changed.emit(True)

    def _on_process_ready_read(self) -> None:
        self._rest += bytes(self._process.readAllStandardOutput().data())
        *lines, self._rest = self._rest.split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            self._rest = b""
        for line in lines:
            self._take(line)

    def _take(self, line: bytes) -> None:
        try:
            said = json.loads(line)
        except ValueError:
            _log.warning("a line of the engine is not JSON")
            return
        if not isinstance(said, dict):
            return
        if "news" in said:
            self.news.emit(said)
            return
        done = self._waiting.pop(said.get("id", 0), None)
        if done is not None:
            done(said)

    def _on_process_ready_read_error(self) -> None:
        # The engine logs to its own file; what reaches stderr is worth keeping all the same.
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace").strip()
        if text:
            _log.info("engine: %s", text[:2000])

    def _on_process_finished(self) -> None:
        self._healthy.stop()
        self.running_changed.emit(False)
        lost, self._waiting = self._waiting, {}
        for done in lost.values():
            done({"error": {"code": "engine_stopped", "params": {}}})
        self._plan_again()

    def _on_process_error_occurred(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self._plan_again()

    def _plan_again(self) -> None:
        if self._stopping:
            return
        wait = _WAITS_MS[min(self._failures, len(_WAITS_MS) - 1)]
        self._failures += 1
        if self._failures == _ALARMING:
            self.news.emit({"news": "engine", "failing": True})
        self._again.start(wait)

    def _on_healthy_timeout(self) -> None:
        if self._failures >= _ALARMING:
            self.news.emit({"news": "engine", "failing": False})
        self._failures = 0
