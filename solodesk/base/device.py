"""Settings of this device: the window, the language, the theme.

They stand as JSON in the config folder, apart from the business in the store, so that a store
moved to another computer does not bring a window's place along. A file that cannot be read gives
the defaults: nothing here is worth an error. This module must not hold secrets or business.
"""

import contextlib
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, get_args

Theme = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class DeviceSettings:
    """What one device remembers.

    `language`: `system`, or a code of ours (`en`, `zh`). `text_size`: percent of the system's,
    80 to 200. `window`: Qt's saved geometry as base64, empty at first. `panes`: widths of the
    three panes in pixels, empty at first.
    """

    language: str = "system"
    theme: Theme = "system"
    text_size: int = 100
    window: str = ""
    panes: tuple[int, ...] = ()


def settings_file(config_folder: Path) -> Path:
    """The file within the config folder (`paths.config_folder()`)."""
    return config_folder / "device.json"


def load(file: Path) -> DeviceSettings:
    """The settings; defaults for whatever is missing or makes no sense."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return DeviceSettings()
    if not isinstance(said, dict):
        return DeviceSettings()
    usual = DeviceSettings()
    size, panes = said.get("text_size"), said.get("panes")
    return DeviceSettings(
        language=_text(said.get("language"), usual.language),
        theme=_theme(said.get("theme")),
        text_size=min(200, max(80, size)) if isinstance(size, int) else usual.text_size,
        window=_text(said.get("window"), usual.window),
        panes=_widths(panes) if isinstance(panes, list) else usual.panes,
    )


def _text(value: object, usual: str) -> str:
    return value if isinstance(value, str) else usual


def _theme(value: object) -> Theme:
    return next((theme for theme in get_args(Theme) if theme == value), "system")


def _widths(values: list[object]) -> tuple[int, ...]:
    widths = tuple(value for value in values if isinstance(value, int) and value >= 0)
    return widths if len(widths) == len(values) else ()


def save(file: Path, settings: DeviceSettings) -> None:
    """Write the settings in one step: a crash leaves the old file or the new one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".device-", suffix=".json")
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            json.dump(asdict(settings), out, ensure_ascii=False, indent=2)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
