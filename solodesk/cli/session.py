"""One run of the command line: the data folder, the clock, the store when it is needed, output."""

from dataclasses import dataclass, field
from pathlib import Path

from solodesk.base.clock import Clock
from solodesk.base.paths import DataFolder
from solodesk.cli.output import Output
from solodesk.services.units import Store


@dataclass(slots=True)
class Session:
    """What every command is handed. The store is opened on first use."""

    folder: DataFolder
    clock: Clock
    output: Output
    profile_log: bool = False
    given: Path | None = None
    """The data folder as given with --data, else None."""
    _store: Store | None = field(default=None, repr=False)

    @property
    def json(self) -> bool:
        """Whether stdout carries JSON lines only."""
        return self.output.json

    @property
    def store(self) -> Store:
        """The store, opened (and made, when new) now; KnownError as `Store.open`."""
        if self._store is None:
            self._store = Store.open(self.folder, self.clock, origin="cli")
        return self._store

    def close(self) -> None:
        """Close what was opened; safe to call twice."""
        if self._store is not None:
            self._store.close()
            self._store = None
