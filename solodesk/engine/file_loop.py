"""The thread that keeps the search whole: an outdated index is made anew, attachments and Chinese
names are read when nothing more urgent is going on.

It waits until the first sync is over, reads a few files a minute's breath apart, and lets its child
go when there is nothing left. Must not hold the store while a file is read.
"""

import threading

from solodesk.engine.file_reader import FileReader
from solodesk.engine.guard import contained
from solodesk.services import file_texts, housekeeping
from solodesk.services.units import Store

_QUIET_S = 20.0
_EVERY_S = 10.0
_PAUSE_S = 0.05
_TURN_S = 60.0


class FileLoop:
    """Looks for files to read."""

    def __init__(self, store: Store, *, quiet_s: float = _QUIET_S) -> None:
        """Begins `quiet_s` after the start."""
        self._store = store
        self._quiet_s = quiet_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="files")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the thread to end."""
        self._stop.set()

    def join(self, seconds: float) -> bool:
        """Wait for the end; False when it takes longer."""
        if self._thread.is_alive():
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._stop.wait(self._quiet_s)
        while not self._stop.is_set():
            with contained("search index"):
                while not self._stop.is_set() and housekeeping.mend_search(self._store):
                    self._breathe()
            with contained("file reader"):
                if not self._busy() and (file_texts.waiting(self._store) or self._names()):
                    self._turn()
            self._stop.wait(_EVERY_S)

    def _turn(self) -> None:
        with FileReader() as reading:
            while not self._stop.is_set() and housekeeping.spell_names(self._store, reading.spell):
                self._breathe()
            file_texts.read_waiting(
                self._store,
                reading,
                seconds=_TURN_S,
                stop=self._stop.is_set,
                pause=self._breathe,
            )

    def _breathe(self) -> None:
        self._stop.wait(_PAUSE_S)

    def _names(self) -> bool:
        with self._store.read() as reader:
            return bool(reader.search.names_to_spell()[0])

    def _busy(self) -> bool:
        """A first sync has both processors at work."""
        with self._store.read() as reader:
            return any(row.first_sync_done_ms is None for row in reader.accounts.all())
