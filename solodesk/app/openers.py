"""Gives the desk's gate its ways into the store. Only `app` knows both.

This module must not know Qt.
"""

from contextlib import AbstractContextManager
from typing import Any

from solodesk.domain.changes import Changes
from solodesk.services.units import Desk, Reader, Store


class StoreOpeners:
    """`ui.ops.Openers` over a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._version = store.data_version()
        self._seq = store.last_seq()

    def read(self) -> AbstractContextManager[Reader]:
        """A consistent snapshot."""
        return self._store.read()

    def write(
        self, *, label: tuple[str, dict[str, Any]] | None = None, durable: bool = False
    ) -> AbstractContextManager[Desk]:
        """A transaction of the owner; with `label` an undo step; `durable` waits for the disk."""
        return self._store.write(label=label, durable=durable)

    def now_ms(self) -> int:
        """The store's clock."""
        return self._store.clock.now_ms()

    def fresh(self) -> Changes:
        """What any process changed since the last call."""
        version = self._store.data_version()
        if version == self._version:
            return Changes()
        self._version = version
        self._seq, changes = self._store.changes_since(self._seq)
        return changes
