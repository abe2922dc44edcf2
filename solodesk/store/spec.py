"""What a table is to the repositories: its columns, key, how cells become values and back,
what a change of it is called, and whether the owner can take a change back.

Built from the row types (rows.py); no SQL is run here.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from solodesk.store.driver import Value

R = TypeVar("R")

_REQUIRED = object()


def _plain(value: Any) -> Any:
    """What `json` does not know by itself: our frozen values become objects, sets lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, set | frozenset):
        return sorted(value)
    message = f"{type(value).__name__} has no place in JSON"
    raise TypeError(message)


_decode = json.JSONDecoder().raw_decode
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode


def to_json(value: Any) -> str:
    """Compact JSON text of lists, mappings and our frozen values."""
    return _encoder(value)


class Json(NamedTuple):
    """The value of a JSON column with its text, made beforehand."""

    value: Any
    text: str


def encoded(value: Any) -> Json:
    """A value that needs no encoding when it is stored."""
    return Json(value, to_json(value))


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its form (plain, json or bool), and what stands there when nothing is said."""

    name: str
    form: str
    default: Any
    special: str | None
    """'uid' (a fresh one), 'now' (the transaction's time) or None."""

    def read(self, value: Any) -> Any:
        """A value as it would be read after it was stored."""
        return bool(value) if self.form == "bool" else value

    def stored(self, value: Any) -> Value:
        """The cell for a value."""
        if self.form == "plain":
            cell: Value = value
            return cell
        if self.form == "bool":
            return 1 if value else 0
        if value is None:
            return None
        if type(value) is Json:
            return value.text
        return "[]" if value in ([], ()) else _encoder(value)


@dataclass(frozen=True, slots=True)
class Spec(Generic[R]):
    """A table as the repositories see it."""

    table: str
    row: type[R]
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    names: tuple[str, ...]
    touches: tuple[tuple[str, str], ...]
    """(kind of change, column that holds the id)."""
    undo: bool
    kept: frozenset[str]
    """Columns that undo leaves alone."""
    select: str
    insert: str
    given: tuple[Column, ...]
    """Columns of `insert`, in order."""
    place: Mapping[str, int]
    """Where each stands in `insert`."""
    blank: tuple[Value, ...]
    """Their defaults; None for those of `unsaid`."""
    unsaid: tuple[tuple[int, Column], ...]
    """Columns without a constant default, and their places."""
    by_key: str
    load: Callable[[Iterable[Any]], R]

    def cells(
        self, values: Mapping[str, Any], now_ms: int, new_uid: Callable[[int], bytes]
    ) -> list[Value]:
        """The cells of a new row; TypeError when a column is unknown or a needed one missing."""
        if not values.keys() <= self.columns.keys():
            message = f"{self.table} has no column {sorted(values.keys() - self.columns.keys())}"
            raise TypeError(message)
        cells = list(self.blank)
        for name, value in values.items():
            at = self.place.get(name)
            if at is not None:
                cells[at] = self.given[at].stored(value)
        for at, column in self.unsaid:
            if column.name in values:
                continue
            if column.special == "now":
                cells[at] = now_ms
            elif column.special == "uid":
                cells[at] = new_uid(now_ms)
            else:
                message = f"{self.table}.{column.name} must be given"
                raise TypeError(message)
        return cells

    def changed(self, row: R, differing: Mapping[str, Any]) -> R:
        """A row with other values in some columns (ten times quicker than dataclasses.replace)."""
        made = object.__new__(self.row)
        for name in self.names:
            if name in differing:
                value = self.columns[name].read(differing[name])
            else:
                value = getattr(row, name)
            object.__setattr__(made, name, value)
        return made


def _column(field_: Any) -> Column:
    metadata = field_.metadata
    special = "uid" if "uid" in metadata else "now" if "now" in metadata else None
    form = "json" if "json" in metadata else "bool" if field_.type is bool else "plain"
    default: Any = _REQUIRED
    if form == "json":
        empty = metadata["json"]
        default = None if empty is None else _encoder(empty())
    elif field_.default is not MISSING:
        default = int(field_.default) if form == "bool" else field_.default
    return Column(field_.name, form, default, special)


def _is_unsaid(column: Column) -> bool:
    return column.special is not None or column.default is _REQUIRED


def _loader(row: type[R], columns: tuple[Column, ...]) -> Callable[[Iterable[Any]], R]:
    names = tuple(c.name for c in columns)
    decoded = tuple(at for at, c in enumerate(columns) if c.form == "json")
    flags = tuple(at for at, c in enumerate(columns) if c.form == "bool")

    def load(cells: Iterable[Any]) -> R:
        values = list(cells)
        for at in decoded:
            cell = values[at]
            if cell == "[]":
                values[at] = []
            elif cell is not None:
                # We wrote it: no blanks around, one value.
                values[at] = _decode(cell)[0]
        for at in flags:
            values[at] = values[at] != 0
        return row(**dict(zip(names, values, strict=True)))

    return load


def spec(
    table: str,
    row: type[R],
    *touches: tuple[str, str],
    key: tuple[str, ...] = ("id",),
    undo: bool = False,
    kept: tuple[str, ...] = (),
) -> Spec[R]:
    """Describe `table` by its row type; see `Spec` for the rest."""
    columns = tuple(_column(f) for f in fields(row))  # type: ignore[arg-type]
    names = tuple(c.name for c in columns)
    given = tuple(c for c in columns if c.name != "id")
    listed = ", ".join(c.name for c in given)
    marks = ", ".join("?" * len(given))
    return Spec(
        table=table,
        row=row,
        key=key,
        columns={c.name: c for c in columns},
        names=names,
        touches=touches,
        undo=undo,
        kept=frozenset(kept),
        select=f"SELECT {', '.join(names)} FROM {table}",
        insert=f"INSERT INTO {table} ({listed}) VALUES ({marks})",
        given=given,
        place={c.name: at for at, c in enumerate(given)},
        blank=tuple(None if _is_unsaid(c) else c.default for c in given),
        unsaid=tuple((at, c) for at, c in enumerate(given) if _is_unsaid(c)),
        by_key=" AND ".join(f"{name} = ?" for name in key),
        load=_loader(row, columns),
    )
