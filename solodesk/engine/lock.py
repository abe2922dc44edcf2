"""One engine on one data folder: an operating system lock held for the process's life.

The lock is the truth; it vanishes with the process, however that ends. Must not look at pids.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder


@contextlib.contextmanager
def engine_lock(folder: DataFolder) -> Iterator[None]:
    """Hold the engine's lock; KnownError `already_running` when another process does."""
    folder.create()
    handle = os.open(folder.engine_lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(handle)
        except OSError as error:
            raise KnownError("already_running", path=str(folder.root)) from error
        yield
    finally:
        os.close(handle)  # lets go of the lock, too


if sys.platform == "win32":

    def _take(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:

    def _take(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
