"""schema.sql, a fresh store, Alembic's result and the SQLAlchemy tables are one and the same."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.schema import CreateIndex, CreateTable

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.store import driver, schema, specs
from solodesk.store.backup import check
from solodesk.store.migrate import migrate, upgrade
from solodesk.store.store import Store
from solodesk.store.tables import metadata


def _shape(link: sqlite3.Connection) -> dict[str, Any]:
    """Tables with their columns, keys, references and indexes, whatever the spelling."""
    shape: dict[str, Any] = {}
    for _, name, kind, _, without_rowid, strict in link.execute("PRAGMA main.table_list"):
        if name.startswith(("search", "sqlite_", "alembic")):
            continue
        columns = [
            (c[1], c[2], bool(c[3]) or c[5] > 0, c[4], c[5])
            for c in link.execute(f"PRAGMA table_xinfo({name})")
        ]
        references = sorted(
            (r[3], r[2], r[4] or "id", r[6])
            for r in link.execute(f"PRAGMA foreign_key_list({name})")
        )
        indexes = sorted(
            (
                "" if origin != "c" else index,
                unique,
                partial,
                tuple(r[2] for r in link.execute(f"PRAGMA index_info('{index}')")),
            )
            for _, index, unique, origin, partial in link.execute(f"PRAGMA index_list({name})")
            if origin != "pk"
        )
        shape[name] = (kind, without_rowid, strict, columns, references, indexes)
    return shape


def _indexes(link: sqlite3.Connection) -> dict[str, str]:
    """The wording of every index, spaces aside."""
    found = link.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql NOT NULL"
    )
    return {name: "".join(sql.split()).lower() for name, sql in found}


def _from_script() -> sqlite3.Connection:
    link = sqlite3.connect(":memory:")
    link.executescript(schema.schema_sql())
    return link


def test_every_table_is_strict() -> None:
    link = _from_script()
    shape = _shape(link)
    assert len(shape) > 25
    assert all(table[2] == 1 for table in shape.values())
    with pytest.raises(sqlite3.IntegrityError):
        link.execute("INSERT INTO setting (key, valid_from_ms, value) VALUES ('a', 'today', '1')")
    link.close()


def test_fresh_store_is_the_schema(store: Store) -> None:
    script = _from_script()
    real = driver.connect(store.path)
    assert _shape(real) == _shape(script)
    assert _indexes(real) == _indexes(script)
    assert schema.revision(real) == schema.HEAD
    real.close()
    script.close()


def test_migrating_makes_the_same_schema(tmp_path: Path, store: Store) -> None:
    migrated = driver.connect(tmp_path / "migrated.db")
    upgrade(migrated)
    fresh = driver.connect(store.path)
    assert driver.schema_of(migrated) == driver.schema_of(fresh)
    assert schema.revision(migrated) == schema.HEAD
    migrated.close()
    fresh.close()


def test_sqlalchemy_tables_are_the_schema(store: Store) -> None:
    made = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: made)
    for table in metadata.sorted_tables:
        made.execute(str(CreateTable(table).compile(engine)))
        for index in table.indexes:
            made.execute(str(CreateIndex(index).compile(engine)))
    script = _from_script()
    assert _shape(made) == _shape(script)
    assert _indexes(made) == _indexes(script)
    made.close()
    script.close()


def test_row_types_have_the_tables_columns() -> None:
    link = _from_script()
    for table, spec in specs.ALL.items():
        columns = {row[1] for row in link.execute(f"PRAGMA table_xinfo({table})")}
        assert set(spec.names) == columns, table
    link.close()


def test_fresh_store_needs_no_sqlalchemy(tmp_path: Path) -> None:
    """Start-up reads and the way mail comes in import neither SQLAlchemy nor Alembic."""
    code = (
        "import sys, pathlib\n"
        "from solodesk.base.clock import SystemClock\n"
        "from solodesk.base.paths import DataFolder\n"
        "from solodesk.domain.views import View\n"
        "from solodesk.store.store import Store\n"
        "store = Store.open(DataFolder(pathlib.Path(sys.argv[1])), SystemClock(), origin='desk')\n"
        "with store.read() as reader:\n"
        "    reader.lists.counts(); reader.lists.rows(reader.lists.ids(View.ALL))\n"
        "    reader.settings.get('zone'); list(reader.events.all())\n"
        "store.close()\n"
        "print([m for m in ('sqlalchemy', 'alembic', 'zstandard', 'filelock', 'pypinyin',"
        " 'solodesk.store.rows') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_newer_store_is_refused(data_folder: DataFolder, clock: FixedClock) -> None:
    Store.open(data_folder, clock, origin="test").close()
    link = driver.connect(data_folder.store)
    link.execute("UPDATE alembic_version SET version_num = '0999'")
    before = data_folder.store.stat().st_size
    link.close()
    with pytest.raises(KnownError) as caught:
        Store.open(data_folder, clock, origin="test")
    assert caught.value.code == "store_newer"
    assert caught.value.params["found"] == "0999"
    assert data_folder.store.stat().st_size == before


def test_migration_backs_up_first(
    data_folder: DataFolder, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No older release exists yet: a made-up one, which Alembic cannot find, must lose nothing."""
    Store.open(data_folder, clock, origin="test").close()
    link = driver.connect(data_folder.store)
    link.execute("UPDATE alembic_version SET version_num = '0000'")
    before = driver.schema_of(link)
    monkeypatch.setattr(schema, "OLDER", ("0000",))
    with pytest.raises(CommandError):
        Store.open(data_folder, clock, origin="test")
    assert driver.schema_of(link) == before
    link.close()
    (copy,) = data_folder.backups.iterdir()
    assert copy.name == f"before-{schema.HEAD}-from-0000.db"
    assert check(copy) == ()


def test_migrating_twice_is_once(data_folder: DataFolder, clock: FixedClock) -> None:
    """The second of two processes finds the store up to date when it gets the lock."""
    Store.open(data_folder, clock, origin="test").close()
    assert migrate(data_folder, "0000") is None


def test_failed_migration_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    link = driver.connect(tmp_path / "old.db")
    link.execute("CREATE TABLE undo_step (words TEXT)")
    before = driver.schema_of(link)
    with pytest.raises(Exception, match="already exists"):
        upgrade(link)
    link.close()
    again = driver.connect(tmp_path / "old.db")
    assert driver.schema_of(again) == before
    again.close()
