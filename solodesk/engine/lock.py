"""One engine on one data folder: an operating system lock held for the process's life.

The lock is the truth; it vanishes with the process, however that ends. Must not look at pids.
"""

import contextlib
from collections.abc import Iterator

from filelock import FileLock, Timeout

from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder


@contextlib.contextmanager
def engine_lock(folder: DataFolder) -> Iterator[None]:
    """Hold the engine's lock; KnownError `already_running` when another process does."""
    folder.create()
    lock = FileLock(folder.engine_lock)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise KnownError("already_running", path=str(folder.root)) from error
    try:
        yield
    finally:
        lock.release()
