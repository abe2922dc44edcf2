"""A store of version 0001 killed at the Nth write while it is brought up to date: it is whole, old
or new; started again it becomes what an undisturbed run makes of it (faults.md D1, D7)."""

import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store import driver
from solodesk.store.store import Store
from tests.faults.laboratory import points
from tests.store.test_migrations import old_store
from tests.support import oracle
from tests.support.soak import bound
from tests.support.strace import WRITES, traced

_OPEN = """
import sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store
Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="cli").close()
"""
MESSAGES = 300


@pytest.fixture
def start(tmp_path: Path) -> Path:
    """An old store, big enough for a migration of many writes."""
    folder = DataFolder(tmp_path / "start")
    old_store(folder, MESSAGES)
    return folder.root


def opened(data: Path) -> dict[str, list[tuple[object, ...]]]:
    """The store opened (and brought up to date) in this process: every row of it."""
    store = Store.open(DataFolder(data), SystemClock(), origin="test")
    assert store.check() == ()
    store.close()
    return oracle.exactly(data)


def version(data: Path) -> str:
    """What a store says it is, after the log of a killed process was looked at."""
    with closing(sqlite3.connect(DataFolder(data).store)) as link:
        assert driver.quick_check(link) == ()
        assert link.execute("SELECT count(*) FROM message").fetchone() == (MESSAGES,)
        return str(link.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_killed_while_migrating(start: Path, tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "log"
    command = [sys.executable, "-c", _OPEN, str(data)]

    def run(inject: str | None = None) -> bool:
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(start, data)
        return traced(command, password="", inject=inject, log=log).killed

    shutil.copytree(start, data)
    done = traced(command, password="", log=log)
    assert done.code == 0, done.errors
    expected = opened(data)
    struck: set[str] = set()
    where = points(done, WRITES, bound(12, 10_000))
    for call, number in where:
        if run(f"{call}:signal=KILL:when={number}"):
            struck.add(version(data))
        assert opened(data) == expected, f"{call} {number}"
    assert "0001" in struck
