"""Reads and writes of one table by its spec: every write notes what changed and, while an act of
the owner is open, how to take it back. Repositories build their named queries on it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Generic, TypeVar, cast

from solodesk.domain.ids import new_uid
from solodesk.store.driver import Params, Value
from solodesk.store.spec import R, Spec
from solodesk.store.transaction import Transaction

K = TypeVar("K", bound=int)
KNOWN = 2_000
"""Rows remembered while nobody else writes: enough for a batch of mail, little in memory."""


class Gateway(Generic[R]):
    """One table in one transaction."""

    __slots__ = ("_spec", "_tx")

    def __init__(self, tx: Transaction, spec: Spec[R]) -> None:
        self._tx = tx
        self._spec = spec

    # -- reads

    def select(self, rest: str = "", params: Params = ()) -> list[R]:
        """Rows of `SELECT … FROM table <rest>`; `rest` is SQL of ours, values go in `params`."""
        load = self._spec.load
        return [load(row) for row in self._tx.link.execute(f"{self._spec.select} {rest}", params)]

    def first(self, rest: str, params: Params = ()) -> R | None:
        """The first such row, or None."""
        row = self._tx.link.execute(f"{self._spec.select} {rest}", params).fetchone()
        return None if row is None else self._spec.load(row)

    def by_key(self, *key: Value) -> R | None:
        """The row of that key, or None."""
        return self.first(f"WHERE {self._spec.by_key}", key)

    # -- writes

    def insert(self, values: Mapping[str, Any]) -> int:
        """Store a row; returns its rowid (0 for tables without one).

        Raises TypeError for unknown or missing columns and the driver's IntegrityError when a
        unique column is taken.
        """
        spec, tx = self._spec, self._tx
        cells = spec.cells(values, tx.now_ms, new_uid)
        row_id = tx.link.execute(spec.insert, cells).lastrowid or 0
        for kind, column in spec.touches:
            tx.touch(kind, row_id if column == "id" else values.get(column))
        if spec.undo and tx.recorder:
            raw = dict(zip((c.name for c in spec.given), cells, strict=True))
            if "id" in spec.columns:
                raw["id"] = row_id
            tx.recorder.entry(spec.table, self._key_of(raw), "insert", None, raw)
        return row_id

    def insert_many(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Store rows of a table without ids, in one statement unless each must be undoable."""
        spec, tx = self._spec, self._tx
        if spec.undo and tx.recorder:
            for values in rows:
                self.insert(values)
            return
        listed = list(rows)
        tx.run_many(spec.insert, [spec.cells(each, tx.now_ms, new_uid) for each in listed])
        for values in listed:
            for kind, column in spec.touches:
                tx.touch(kind, values.get(column))

    def change(self, key: Sequence[Value], values: Mapping[str, Any]) -> bool:
        """Set columns of the row of that key; only those that differ are written.

        Returns whether anything changed (False also when there is no such row).
        """
        spec, tx = self._spec, self._tx
        new = {name: spec.columns[name].stored(value) for name, value in values.items()}
        watched = tuple(column for _, column in spec.touches)
        old = self._cells_of(key, (*new, *watched))
        if old is None:
            return False
        differing = [n for n in new if old[n] != new[n] or type(old[n]) is not type(new[n])]
        if not differing:
            return False
        sets = ", ".join(f"{name} = ?" for name in differing)
        tx.link.execute(
            f"UPDATE {spec.table} SET {sets} WHERE {spec.by_key}",
            [*(new[n] for n in differing), *key],
        )
        self._remember(key[0], {n: values[n] for n in differing})
        was = {name: old[name] for name in watched}
        self._touch(was)
        self._touch({**was, **{n: new[n] for n in differing}})
        undone = [n for n in differing if n not in spec.kept]
        if spec.undo and tx.recorder and undone:
            tx.recorder.entry(
                spec.table,
                dict(zip(spec.key, key, strict=True)),
                "update",
                {n: old[n] for n in undone},
                {n: new[n] for n in undone},
            )
        return True

    def _cells_of(self, key: Sequence[Value], names: Sequence[str]) -> dict[str, Value] | None:
        """Cells of the row of that key, from memory when it is remembered; None without a row."""
        spec, tx = self._spec, self._tx
        row = tx.known.get((spec.table, cast("int", key[0])))
        if row is not None:
            return {name: spec.columns[name].stored(getattr(row, name)) for name in names}
        found = tx.link.execute(
            f"SELECT {', '.join((*names, '1'))} FROM {spec.table} WHERE {spec.by_key}", key
        ).fetchone()
        return None if found is None else dict(zip(names, found, strict=False))

    def _remember(self, row_id: Value, differing: Mapping[str, Any]) -> None:
        """Bring the remembered row in step, if there is one."""
        known, place = self._tx.known, (self._spec.table, cast("int", row_id))
        row = known.get(place)
        if row is not None:
            known[place] = self._spec.changed(row, differing)

    def remove(self, *key: Value) -> bool:
        """Delete the row of that key; returns whether there was one."""
        spec, tx = self._spec, self._tx
        row = tx.link.execute(f"{spec.select} WHERE {spec.by_key}", key).fetchone()
        if row is None:
            return False
        raw = dict(zip(spec.names, row, strict=True))
        tx.link.execute(f"DELETE FROM {spec.table} WHERE {spec.by_key}", key)
        tx.known.clear()
        self._touch(raw)
        if spec.undo and tx.recorder:
            tx.recorder.entry(spec.table, self._key_of(raw), "delete", raw, None)
        return True

    def _key_of(self, raw: Mapping[str, Value]) -> dict[str, Value]:
        return {name: raw[name] for name in self._spec.key}

    def _touch(self, raw: Mapping[str, Value]) -> None:
        for kind, column in self._spec.touches:
            row_id = raw[column]
            if row_id is not None:
                self._tx.touched.add((kind, cast("int", row_id)))


class Repository(Gateway[R], Generic[R, K]):
    """A table whose key is the integer `id`."""

    __slots__ = ()

    def get(self, row_id: K) -> R | None:
        """The row, or None; asked again while nothing changed it, it is not read again."""
        tx, key = self._tx, (self._spec.table, int(row_id))
        row: R | None = tx.known.get(key)
        if row is None:
            row = self.by_key(row_id)
            if row is not None and tx.writing:
                if len(tx.known) >= KNOWN:
                    tx.known.clear()
                tx.known[key] = row
        return row

    def many(self, ids: Sequence[K]) -> list[R]:
        """The rows of these ids that exist, in order of id."""
        marks = ",".join(str(int(i)) for i in ids)
        return self.select(
            "WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (f"[{marks}]",)
        )

    def add(self, **columns: Any) -> K:
        """Store a row from its columns; those left out get the row type's defaults."""
        return cast("K", self.insert(columns))

    def update(self, row_id: K, **columns: Any) -> bool:
        """Set columns; returns whether any of them differed."""
        return self.change((row_id,), columns)

    def delete(self, row_id: K) -> bool:
        """Delete the row; returns whether there was one."""
        return self.remove(row_id)
