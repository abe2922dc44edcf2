"""What happens by the clock besides mail: snoozed tickets wake. One thread, deadlines in the store.

Deadlines are wall-clock times in the store, so sleep, crashes and closed windows only delay them.
Must not do anything but at its time.
"""

import threading
from collections.abc import Callable

from solodesk.domain.events import Actor
from solodesk.engine.guard import contained
from solodesk.services import tickets
from solodesk.services.units import Store

_EVERY_S = 5.0


def run_due(store: Store) -> bool:
    """Do what is due now; returns whether anything was."""
    with store.read() as reader:
        if not reader.tickets.due(reader.now_ms):
            return False
    with store.write(actor=Actor.ENGINE) as desk:
        return bool(tickets.wake_due(desk))


class Scheduler:
    """The thread that looks at the clock."""

    def __init__(self, store: Store, changed: Callable[[], None], tick: Callable[[], None]) -> None:
        """`changed` is told when something was done, `tick` called at every look."""
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
            self._stop.wait(_EVERY_S)
