"""Pictures from the internet: the owner's permission, and fetching them for one message.

The permission is a message's own, or its sender's address'; both can be taken back.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import MessageId
from solodesk.services import picture_cache
from solodesk.services.units import Desk, Reader, Store

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
    place = picture_cache.folder(store.path.parent)
    missing = [
        address for address in wanted if not (place / picture_cache.name_of(address)).exists()
    ]
    until, reach = time.monotonic() + _ALL_S, allowed or picture_fetch.is_public
    came, size = len(wanted) - len(missing), 0
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="pictures") as pool:
        for address, data in zip(
            missing,
            pool.map(lambda url: picture_fetch.fetch(url, until, reach), missing),
            strict=True,
        ):
            if data is not None and size + len(data) <= _MOST_BYTES:
                picture_cache.write(place, picture_cache.name_of(address), data)
                size += len(data)
                came += 1
    return came, len(wanted) - came
