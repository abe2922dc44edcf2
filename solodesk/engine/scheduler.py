"""What happens by the clock besides mail: snoozed tickets wake, hidden mail is forgotten, the index
is mended, the store is backed up once a day. One thread, deadlines in the store.

Deadlines are wall-clock times in the store, so sleep, crashes and closed windows only delay them.
Housekeeping begins some minutes after the start, goes in small parts, and waits between them so
that nobody waits for it. Must not do anything but at its time.
"""

import threading
import time
from collections.abc import Callable

from solodesk.domain.events import Actor
from solodesk.engine.guard import contained
from solodesk.services import housekeeping, picture_cache, tickets
from solodesk.services.units import Store

_EVERY_S = 5.0
_QUIET_S = 300.0
"""After the start there is mail to fetch and a window to draw."""
_HOUSE_S = 3_600.0
_PAUSE_S = 0.05


def run_due(store: Store) -> bool:
    """Do what is due now; returns whether anything was."""
    with store.read() as reader:
        if not reader.tickets.due(reader.now_ms):
            return False
    with store.write(actor=Actor.ENGINE) as desk:
        return bool(tickets.wake_due(desk))


def keep_house(store: Store, stop: threading.Event) -> None:
    """Do all that is due, part by part, until done or asked to stop; faults are KnownErrors."""
    while not stop.is_set() and housekeeping.forget_hidden(store):
        stop.wait(_PAUSE_S)
    if not stop.is_set():
        picture_cache.forget_old(store.path.parent, time.time())
        housekeeping.nightly_backup(store)


class Scheduler:
    """The thread that looks at the clock."""

    def __init__(
        self,
        store: Store,
        changed: Callable[[], None],
        tick: Callable[[], None],
        *,
        quiet_s: float = _QUIET_S,
    ) -> None:
        """`changed` is told when something was done, `tick` called at every look; housekeeping
        begins after `quiet_s`."""
        self._house_at = time.monotonic() + quiet_s
        self._store = store
        self._changed = changed
        self._tick = tick
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scheduler")

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
        while not self._stop.is_set():
            with contained("scheduler"):
                if run_due(self._store):
                    self._changed()
            with contained("scheduler's tick"):
                self._tick()
            if time.monotonic() >= self._house_at:
                self._house_at = time.monotonic() + _HOUSE_S
                with contained("housekeeping"):
                    keep_house(self._store, self._stop)
            self._stop.wait(_EVERY_S)
