"""The composition root of the window: store, gate, appearance, window, engine.

It puts the parts together and takes them apart in the right order. This module must not hold
behaviour of its own.
"""

import base64
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QLibraryInfo, QLocale, QLockFile, QObject, QTimer, QTranslator
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from solodesk.app.first_paint import FirstPaint
from solodesk.app.openers import StoreOpeners
from solodesk.base import device as devices
from solodesk.base import resources
from solodesk.base.children import child_command
from solodesk.base.clock import Clock, SystemClock
from solodesk.base.device import DeviceSettings, settings_file
from solodesk.base.errors import KnownError, file_fault
from solodesk.base.log import Redactor, writing
from solodesk.base.paths import APP_ID, DataFolder, config_folder
from solodesk.base.singletons import keep_singletons
from solodesk.services.units import Store
from solodesk.ui.appearance import Appearance
from solodesk.ui.engine_link import EngineLink
from solodesk.ui.main_window import MainWindow
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import current_language, set_language

_LOOK_MS = 200
_STORED = frozenset({"changed", "progress"})
"""News of the engine that follow a transaction of its own."""

_log = logging.getLogger(__name__)


class DeskApp(QObject):
    """One open desk: everything that lives as long as the window."""

    def __init__(
        self,
        folder: DataFolder,
        *,
        clock: Clock | None = None,
        device: DeviceSettings | None = None,
        device_file: Path | None = None,
        engine: Sequence[str] | None = None,
    ) -> None:
        """`engine`: the command of the engine child, or None for none (tests, pictures)."""
        super().__init__()
        self._device = device or DeviceSettings()
        self._file = device_file
        self._translators: list[QTranslator] = []
        self._choose_language(self._device.language)
        self.store = Store.open(folder, clock or SystemClock(), origin="desk")
        self.gate = DeskGate(StoreOpeners(self.store), self)
        self.look = Appearance(self)
        self.look.scheme = self._device.theme
        self.look.text_percent = max(80, min(200, self._device.text_size))
        self.look.install()
        self.window = MainWindow(self.gate, self.look, self._device)
        self.link: EngineLink | None = None
        if engine is not None:
            self.link = EngineLink(engine, self)
            self.link.news.connect(self.gate.news)
            self.link.news.connect(self._on_link_news)
            self.gate.asked.connect(self._on_gate_asked)
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.window.closed.connect(self._on_window_closed)
        self.window.language_chosen.connect(self._on_language_chosen)
        self.window.device_changed.connect(self._remember)
        self.window.device_chosen.connect(self._on_device_chosen)

    def start(self) -> None:
        """Show the window; the engine starts after the first painting."""
        self.window.start()
        self.window.show()
        self._timer.start()
        if self.link is not None:
            QTimer.singleShot(0, self.link, self.link.start)

    def stop(self) -> None:
        """Take it apart: no more looking, threads ended, engine ended, store closed."""
        self._timer.stop()
        self.window.shut()
        self.gate.stop()
        if self.link is not None:
            self.link.stop()
        self.store.close()
        for translator in self._translators:
            QApplication.removeTranslator(translator)
        self.window.deleteLater()

    def take_bug(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Something nobody foresaw in a slot: logged whole, told in a line, the desk goes on."""
        _log.error("unforeseen", exc_info=(kind, error, trace))
        if isinstance(error, Exception):
            self.gate.bug.emit(error)

    def _choose_language(self, chosen: str) -> None:
        name = QLocale.system().name() if chosen == "system" else chosen
        set_language(name)
        for translator in self._translators:
            QApplication.removeTranslator(translator)
        self._translators.clear()
        if current_language() != "zh":
            return
        # One translator for each file: a failing second load() clears the first.
        translator = QTranslator(self)
        folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        if translator.load("qtbase_zh_CN", folder):
            QApplication.installTranslator(translator)
            self._translators.append(translator)

    def _remember(self) -> None:
        seen = self.window.remembered()
        self._device = replace(
            self._device,
            theme=self.look.scheme,
            text_size=self.look.text_percent,
            window=base64.b64encode(seen.geometry).decode(),
            panes=seen.panes,
        )
        if self._file is not None:
            devices.save(self._file, self._device)

    def _on_timer_timeout(self) -> None:
        self.gate.look()

    def _on_link_news(self, said: dict[str, object]) -> None:
        """Something was stored just now: looked at at once, not at the timer's next round."""
        if said.get("news") in _STORED:
            self.gate.look()

    def _on_gate_asked(self, request: dict[str, object], done: object) -> None:
        if self.link is not None:
            self.link.ask(request, done if callable(done) else None)

    def _on_window_closed(self) -> None:
        self._timer.stop()

    def _on_language_chosen(self, language: str) -> None:
        self._device = replace(self._device, language=language)
        self._choose_language(language)
        self.window.retranslate()
        self._remember()

    def _on_device_chosen(self, name: str, value: object) -> None:
        if name == "language":
            self._on_language_chosen(str(value))
        elif name == "scheme" and value in {"light", "dark", "system"}:
            self.look.set_scheme(value)
        elif name == "text_percent" and isinstance(value, int):
            self.look.set_text_percent(value)
        self._remember()


def application(arguments: Sequence[str] = ()) -> QApplication:
    """The one QApplication, named and with its icon."""
    keep_singletons()
    present = QApplication.instance()
    if isinstance(present, QApplication):
        return present
    app = QApplication([sys.argv[0] if sys.argv else "solodesk", *arguments])
    app.setApplicationName("SoloDesk")
    app.setApplicationDisplayName("SoloDesk")
    app.setDesktopFileName(APP_ID)
    app.setStyle("Fusion")
    icon = resources.path("icons", "app", "solodesk.svg")
    if icon.is_file():
        QGuiApplication.setWindowIcon(QIcon(str(icon)))
    return app


def run_window(
    folder: DataFolder,
    rest: Sequence[str] = (),
    *,
    profile_log: bool = False,
    engine: bool = True,
) -> int:
    """Open the desk and stay until its window is closed; returns the exit code.

    `rest`: a mailto link to write to. `profile_log`: `logs/start.jsonl` gets a line with the
    milliseconds from the start of the process to the first painted list. A fault that keeps the
    desk from opening (a newer store, a damaged one, another window on the same data) is told in a
    window of its own, in plain words, and then raised as KnownError for those who started us.
    """
    app = application()
    file = settings_file(config_folder())
    device = devices.load(file)
    try:
        folder.create()
    except OSError as error:
        raise _shown(file_fault(error), device) from error
    # Qt's own: importing another lock costs more than the window's first painting.
    lock = QLockFile(str(folder.root / "desk.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        held = lock.error() is QLockFile.LockError.LockFailedError
        code = "desk_open_already" if held else "no_permission"
        raise _shown(KnownError(code, path=str(folder.root)), device)
    try:
        command = child_command("--data", str(folder.root), "engine") if engine else None
        desk = DeskApp(folder, device=device, device_file=file, engine=command)
    except KnownError as error:
        lock.unlock()
        raise _shown(error, device) from error
    hook = sys.excepthook
    try:
        with writing(folder.logs, "desk", Redactor()):
            sys.excepthook = desk.take_bug
            if profile_log:
                log = folder.logs / "start.jsonl"
                desk.window.installEventFilter(FirstPaint(log, desk))
            desk.start()
            for said in rest:
                desk.window.open_address(said)
            return app.exec()
    finally:
        sys.excepthook = hook
        desk.stop()
        lock.unlock()


def _shown(error: KnownError, device: DeviceSettings) -> KnownError:
    """The same fault, once it was read in a window; where nobody sees windows, at once."""
    from solodesk.app.fault_window import FaultWindow

    if application().platformName() in ("offscreen", "minimal"):
        return error

    set_language(QLocale.system().name() if device.language == "system" else device.language)
    look = Appearance()
    look.set_scheme(device.theme)
    look.install()
    window = FaultWindow(error, look)
    window.show()
    application().exec()
    return error
