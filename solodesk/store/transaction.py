"""One transaction on one connection: runs SQL, keeps what changed, and records undo entries.

Repositories share it. It must not know any single table's meaning.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from solodesk.domain.changes import Changes, changes_from
from solodesk.domain.events import Actor
from solodesk.store.driver import Connection, Cursor, Params, Value
from solodesk.store.spec import to_json

Label = tuple[str, dict[str, Any]]
FOLLOWED = frozenset(("note", "customer"))
"""Kinds of changes that the search index follows besides mail."""


def pack(values: dict[str, Value]) -> str:
    """Cells as JSON; bytes become {"hex": ...}."""
    return to_json({k: {"hex": v.hex()} if isinstance(v, bytes) else v for k, v in values.items()})


def unpack(text: str) -> dict[str, Value]:
    """The cells that `pack` wrote."""
    return {
        k: bytes.fromhex(v["hex"]) if isinstance(v, dict) else v
        for k, v in json.loads(text).items()
    }


@dataclass(slots=True)
class Recorder:
    """Writes the undo step of an owner's act; the step's row is made with its first entry."""

    link: Connection
    label: Label
    at_ms: int
    step: int | None = None
    events: list[int] = field(default_factory=list)

    def open_step(self) -> int:
        """The id of the step, made on first use."""
        if self.step is None:
            code, params = self.label
            cursor = self.link.execute(
                "INSERT INTO undo_step (label, at_ms, undone_ms, events) VALUES (?, ?, NULL, '[]')",
                (to_json({"code": code, "params": params}), self.at_ms),
            )
            self.step = cursor.lastrowid
        assert self.step is not None  # noqa: S101 - lastrowid of an insert is never None
        return self.step

    def entry(
        self,
        table: str,
        key: dict[str, Value],
        op: str,
        before: dict[str, Value] | None,
        after: dict[str, Value] | None,
    ) -> None:
        """Note one row's change."""
        self.link.execute(
            "INSERT INTO undo_entry (step_id, table_name, row_key, op, before, after)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                self.open_step(),
                table,
                pack(key),
                op,
                None if before is None else pack(before),
                None if after is None else pack(after),
            ),
        )

    def close(self) -> None:
        """Write down which events belong to the step."""
        if self.step is not None and self.events:
            self.link.execute(
                "UPDATE undo_step SET events = ? WHERE id = ?", (to_json(self.events), self.step)
            )


@dataclass(slots=True)
class Transaction:
    """What the repositories of one reader or desk share."""

    link: Connection
    now_ms: int
    origin: str
    actor: Actor
    writing: bool
    recorder: Recorder | None = None
    touched: set[tuple[str, int]] = field(default_factory=set)
    at_end: list[Callable[[], None]] = field(default_factory=list)
    """Work that waits for the end of the transaction (the search index, in order)."""
    outgoing: bool = False
    """It is about mail on its way out: a power cut must not take it back (faults.md S2)."""
    unindexed: dict[Any, Any] = field(default_factory=dict)
    """Messages whose document is made at the end, with words made beforehand (search.py)."""
    taken_out: set[Any] = field(default_factory=set)
    """Messages taken out of the index in this transaction."""
    newest: tuple[bytes | None] | None = None
    """The newest dictionary, once it was asked for."""
    known: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Rows read by their id and not changed since, while writing."""

    def all(self, sql: str, params: Params = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self.link.execute(sql, params).fetchall()

    def one(self, sql: str, params: Params = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        row: tuple[Any, ...] | None = self.link.execute(sql, params).fetchone()
        return row

    def value(self, sql: str, params: Params = ()) -> Any:
        """The first cell of the first row, or None."""
        row = self.link.execute(sql, params).fetchone()
        return None if row is None else row[0]

    def run(self, sql: str, params: Params = ()) -> Cursor:
        """Run a statement that changes something; the caller says what with `touch`."""
        if not sql.startswith("INSERT"):
            self.known.clear()
        return self.link.execute(sql, params)

    def run_many(self, sql: str, params: Iterable[Sequence[Value]]) -> None:
        """Run one statement for many rows."""
        self.link.executemany(sql, params)

    def dictionary(self, number: int) -> bytes | None:
        """A dictionary mail was compressed with."""
        found: bytes | None = self.value("SELECT data FROM dictionary WHERE id = ?", (number,))
        return found

    def newest_dictionary(self) -> bytes | None:
        """The dictionary to compress with, once the store has one."""
        if self.newest is None:
            found = self.value("SELECT data FROM dictionary ORDER BY made_ms DESC LIMIT 1")
            self.newest = (found,)
        return self.newest[0]

    def touch(self, kind: str, row_id: int | None) -> None:
        """Say that a row changed, so that screens and other processes see it."""
        if row_id is not None:
            self.touched.add((kind, row_id))

    def changes(self) -> Changes:
        """What changed so far."""
        step = None if self.recorder is None else self.recorder.step
        return Changes(changes_from(self.touched).by_kind, step)
