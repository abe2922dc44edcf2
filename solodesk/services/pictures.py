"""Pictures from the internet the owner allowed: kept in the cache, fetched for one message.

The permission is a message's own, or its sender's address'; both can be taken back. Files are
named by the digest of their address, so that nothing of a mail becomes a path.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import MessageId
from solodesk.services.units import Desk, Reader, Store

KEPT_DAYS: Final = 30
_DAY_S: Final = 86_400
_ALL_S: Final = 40.0
_MOST: Final = 150
_MOST_BYTES: Final = 40_000_000
_AT_ONCE: Final = 4


def allow(desk: Desk, message: MessageId) -> Changes:
    """Show a message's remote pictures from now on (the owner asked for it)."""
    desk.messages.update(message, remote_allowed=True)
    return desk.changes()


def hide(desk: Desk, message: MessageId) -> Changes:
    """Show a message's remote pictures no longer."""
    desk.messages.update(message, remote_allowed=False)
    return desk.changes()


def allow_sender(desk: Desk, message: MessageId, *, always: bool) -> Changes:
    """Show the pictures of this message's sender from now on, or of none any more."""
    row = desk.messages.get(message)
    if row is None:
        raise KnownError("no_such_message", message=int(message))
    desk.customers.show_pictures(row.from_address, always=always)
    if always:
        desk.messages.update(message, remote_allowed=True)
    else:
        allowed = "WHERE from_address = ? AND remote_allowed = 1"
        for each in desk.messages.select(allowed, (row.from_address,)):
            desk.messages.update(each.id, remote_allowed=False)
    return desk.changes()


def is_allowed(reader: Reader, message: MessageId) -> bool:
    """The owner allowed this message's pictures, or its sender's."""
    row = reader.messages.get(message)
    if row is None:
        return False
    return row.remote_allowed or reader.customers.shows_pictures(row.from_address)


def folder(root: Path) -> Path:
    """Where fetched pictures are kept in a data folder."""
    return root / "cache" / "pictures"


def kept(place: Path, addresses: Iterable[str]) -> dict[str, bytes]:
    """The pictures that were fetched already, by address."""
    found = {}
    for address in addresses:
        try:
            found[address] = (place / _name(address)).read_bytes()
        except OSError:
            continue
    return found


def fetch(
    store: Store, message: MessageId, *, allowed: Callable[[str], bool] | None = None
) -> tuple[int, int]:
    """Fetch what an allowed message shows; (pictures here, pictures that did not come).

    Nothing is fetched without the owner's permission, nor from an IP address that `allowed`
    refuses (None: all that are not public).
    """
    from solodesk.mail import picture_fetch
    from solodesk.services import showing

    with store.read() as reader:
        if not is_allowed(reader, message):
            return 0, 0
        wanted = showing.remote_pictures(reader, message)[:_MOST]
    place = folder(store.path.parent)
    missing = [address for address in wanted if not (place / _name(address)).exists()]
    until, reach = time.monotonic() + _ALL_S, allowed or picture_fetch.is_public
    came, size = len(wanted) - len(missing), 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pictures") as pool:
        for address, data in zip(
            missing,
            pool.map(lambda url: picture_fetch.fetch(url, until, reach), missing),
            strict=True,
        ):
            if data is not None and size + len(data) <= _MOST_BYTES:
                _write(place, _name(address), data)
                size += len(data)
                came += 1
    return came, len(wanted) - came


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


def _name(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()


def _write(place: Path, name: str, data: bytes) -> None:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = place / f"{name}.{os.getpid()}.part"
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    part.replace(place / name)
