"""Saves an attachment where the owner says, under a name that is only a name.

Nothing is opened. An existing file is replaced only when the owner agreed in the system's dialog.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.ids import MessageId
from solodesk.services import lists
from solodesk.services.units import Reader
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

_MOST_NAME: Final = 120
# Control characters, what Windows refuses, and characters that turn reading direction round.
_BAD: Final = re.compile(
    '[\\x00-\\x1f\\x7f<>:"/\\\\|?*\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]'
)
_DEVICE: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """A file name for any system out of whatever a mail calls its attachment."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _BAD.sub("", last).strip(" .")
    if _DEVICE.match(plain):
        plain = f"_{plain}"
    if len(plain) > _MOST_NAME:
        _stem, dot, ending = plain.rpartition(".")
        keep = len(ending) + 1 if dot and len(ending) < 12 else 0
        plain = plain[: _MOST_NAME - keep] + (f".{ending}" if keep else "")
    return plain or _("file")


def free_path(folder: Path, name: str) -> Path:
    """`name` in `folder`, or with " (2)", " (3)" … when there is such a file already."""
    path = folder / name
    number = 2
    while path.exists() or path.is_symlink():
        stem, dot, ending = name.rpartition(".")
        path = folder / (f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})")
        number += 1
    return path


def write(path: Path, data: bytes) -> None:
    """Write a new file; one that exists is replaced whole, never through a link it may be.

    KnownError("cannot_write", path, detail).
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        _replace(path, data)
        return
    except OSError as error:
        raise KnownError("cannot_write", path=str(path), detail=error.strerror or "") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def ask_and_save(gate: DeskGate, message: MessageId, index: int, parent: QWidget) -> Path | None:
    """Let the owner choose a place for an attachment; where it lies now, or None."""

    def read(reader: Reader) -> tuple[str, bytes]:
        row = reader.messages.get(message)
        found = [] if row is None else [a for a in row.attachments if a.get("index") == index]
        name = str(found[0].get("filename") or "") if found else ""
        return safe_name(name), lists.attachment(reader, message, index)

    name, data = gate.read(read)
    places = QStandardPaths.StandardLocation.DownloadLocation
    folder = Path(QStandardPaths.writableLocation(places) or Path.home())
    start = str(free_path(folder, name))
    chosen, _filter = QFileDialog.getSaveFileName(parent, _("Save file"), start)
    if not chosen:
        return None
    write(Path(chosen), data)
    return Path(chosen)


def _replace(path: Path, data: bytes) -> None:
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".solodesk-")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(beside).replace(path)
    except OSError as error:
        raise KnownError("cannot_write", path=str(path), detail=error.strerror or "") from None
