"""Pictures of the real window, made without a screen: for the README, the demo and our own eyes.

A picture shows the data of a folder as it is; nothing is sent or fetched. This module must not
be needed by the window.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from solodesk.app.desk import DeskApp, application
from solodesk.base.clock import Clock
from solodesk.base.device import DeviceSettings, Theme
from solodesk.base.paths import DataFolder

_SETTLE_S = 0.15
_LONGEST_S = 5.0


def main_screenshots(
    folder: DataFolder,
    out_dir: Path,
    *,
    scheme: Theme = "light",
    lang: str = "en",
    size: tuple[int, int] = (1280, 800),
    scenes: Sequence[str] = ("main", "reply", "palette", "keys", "insights"),
    clock: Clock | None = None,
) -> list[Path]:
    """Grab the window in these scenes; returns the PNG files `<scene>-<scheme>-<lang>.png`.

    Needs QT_QPA_PLATFORM=offscreen or a screen. The store must not be open in another window.
    """
    application()
    desk = DeskApp(folder, clock=clock, device=DeviceSettings(language=lang, theme=scheme))
    out_dir.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    try:
        desk.window.resize(*size)
        desk.start()
        for scene in scenes:
            leave = _SCENES[scene](desk)
            settle(desk)
            file = out_dir / f"{scene}-{scheme}-{lang}.png"
            desk.window.grab().save(str(file))
            made.append(file)
            leave()
    finally:
        desk.stop()
    return made


def settle(desk: DeskApp) -> None:
    """Let the window read and paint until nothing is under way."""
    end = time.monotonic() + _LONGEST_S
    quiet_since = time.monotonic()
    while time.monotonic() < end:
        before = time.monotonic()
        QApplication.processEvents()
        # A round that took long did something, which may have asked for more.
        if desk.gate.busy() or time.monotonic() - before > _SETTLE_S / 10:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > _SETTLE_S:
            return


def _nothing() -> None:
    """Nothing to put back."""


def _main(_desk: DeskApp) -> Callable[[], None]:
    return _nothing


def _reply(desk: DeskApp) -> Callable[[], None]:
    desk.window.actions_.run("ticket.reply")
    return desk.window.composer.close_composer


def _picker(desk: DeskApp) -> Callable[[], None]:
    desk.window.actions_.run("ticket.reply")
    settle(desk)
    desk.window.composer.open_picker()
    return desk.window.composer.close_composer


def _palette(desk: DeskApp) -> Callable[[], None]:
    desk.window.palette_.open()
    desk.window.palette_.field.setText("refund")
    return desk.window.palette_.leave


def _keys(desk: DeskApp) -> Callable[[], None]:
    desk.window.actions_.run("help.keys")
    return desk.window.view_commands.sheet.leave


def _insights(desk: DeskApp) -> Callable[[], None]:
    desk.window.actions_.run("go.insights")
    return _nothing


_SCENES: dict[str, Callable[[DeskApp], Callable[[], None]]] = {
    "main": _main,
    "reply": _reply,
    "picker": _picker,
    "palette": _palette,
    "keys": _keys,
    "insights": _insights,
}
