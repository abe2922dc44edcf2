"""Pictures that were fetched, and originals opened in the browser: files in the cache.

Pictures are named by the digest of their address, so that nothing of a mail becomes a path.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

KEPT_DAYS: Final = 30
_DAY_S: Final = 86_400


def folder(root: Path) -> Path:
    """Where fetched pictures are kept in a data folder."""
    return root / "cache" / "pictures"


def kept(place: Path, addresses: Iterable[str]) -> dict[str, bytes]:
    """The pictures that were fetched already, by address."""
    found = {}
    for address in addresses:
        try:
            found[address] = (place / name_of(address)).read_bytes()
        except OSError:
            continue
    return found


def forget_old(root: Path, now_s: float) -> int:
    """Drop pictures and opened originals that nobody looked at lately; how many."""
    gone = 0
    for place, days in ((folder(root), KEPT_DAYS), (root / "cache" / "originals", 1)):
        if not place.is_dir():
            continue
        for file in place.iterdir():
            if not file.is_symlink() and file.stat().st_mtime < now_s - days * _DAY_S:
                file.unlink(missing_ok=True)
                gone += 1
    return gone


def name_of(address: str) -> str:
    """The file name of a picture."""
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def write(place: Path, name: str, data: bytes) -> None:
    """Keep a picture, readable by the owner only; a half-written one is never seen."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place / f"{name}.{os.getpid()}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    part.replace(place / name)
