"""Who waits for the write lock says so, and whoever holds it for long gives way at once.

SQLite tells the holder of the lock nothing about those who wait. So a waiting writer touches a
file beside the store; the engine, which writes thousands of messages in a row, looks at that file's
time after each of them. Any process may wait, any may die: an old wish harms nobody. Must not
decide how long a transaction may be.
"""

import contextlib
import os
import time
from pathlib import Path


class Wish:
    """The file of one store."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(store.name + "-wish")

    def tell(self) -> None:
        """Somebody waits. A courtesy: where it cannot be told, the next pause must do."""
        now = time.time_ns()
        try:
            os.utime(self._path, ns=(now, now))
        except FileNotFoundError:
            with contextlib.suppress(OSError):
                self._path.touch(mode=0o600)
        except OSError:
            return

    def told(self) -> int:
        """Another number than before once somebody waits; 0 when nobody ever did."""
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0
