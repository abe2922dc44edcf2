"""The only importer of `sqlite3`: opens connections and names what goes wrong with them.

One place, so that an encrypting build of SQLite can take its place. It must not know a table.
"""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from solodesk.base.errors import KnownError

Connection = sqlite3.Connection
Cursor = sqlite3.Cursor
Error = sqlite3.Error
IntegrityError = sqlite3.IntegrityError
Value = str | int | float | bytes | None
"""What SQLite stores in one cell."""
Params = Sequence[Value]

BUSY_MS = 10_000
"""How long a writer waits for another process before the store counts as locked."""

_BUSY = 5
_ASK_AGAIN_S = 0.001
_STATEMENTS = 512
_CACHE_KIB = 4_096
_PAGE = 8_192
_HEADER = 100
_MAGIC = b"SQLite format 3\x00"

_CODES = {
    3: "store_unreachable",  # PERM
    5: "store_locked",  # BUSY
    6: "store_locked",  # LOCKED
    8: "store_unreachable",  # READONLY
    10: "store_unreachable",  # IOERR
    11: "store_damaged",  # CORRUPT
    13: "disk_full",  # FULL
    14: "store_unreachable",  # CANTOPEN
    26: "store_damaged",  # NOTADB
}


def known(error: sqlite3.Error, path: Path) -> KnownError | None:
    """The known fault behind an error of SQLite, or None when it is a bug of ours."""
    number = getattr(error, "sqlite_errorcode", None)
    code = None if number is None else _CODES.get(number & 0xFF)
    if "Could not decode to UTF-8" in str(error):
        # We only ever write valid text.
        code = "store_damaged"
    return None if code is None else KnownError(code, path=str(path), detail=str(error))


@contextmanager
def faults(path: Path, *, looking: bool = False, reading: bool = False) -> Iterator[None]:
    """Within, errors of SQLite that are ordinary faults are raised as `KnownError`.

    Codes: store_locked, store_damaged, store_unreachable, disk_full. `looking` = nothing but the
    file is looked at: then text that is no UTF-8 can only come from it (SQLite quotes what it
    stumbles over in its messages). `reading` = a write that is refused is a bug, no fault.
    """
    try:
        yield
    except UnicodeDecodeError as error:
        if not looking:
            raise
        raise KnownError("store_damaged", path=str(path), detail="unreadable text") from error
    except sqlite3.Error as error:
        fault = known(error, path)
        if fault is None or (reading and "attempt to write" in str(error)):
            raise
        raise fault from error


def connect(
    path: Path, *, reader: bool = False, durable: bool = False, busy_ms: int = BUSY_MS
) -> Connection:
    """A connection with our pragmas; transactions are begun and ended by the caller.

    `reader` refuses every write; `durable` waits for the disk at each commit (the outbox).
    The connection may be closed from another thread, but is used by one at a time.
    """
    link = sqlite3.connect(
        path,
        timeout=busy_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=_STATEMENTS,
    )
    try:
        link.execute("PRAGMA foreign_keys = ON")
        link.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
        link.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        link.execute("PRAGMA temp_store = MEMORY")
        # A crafted file must not make us call functions by its schema.
        link.execute("PRAGMA trusted_schema = OFF")
        if reader:
            link.execute("PRAGMA query_only = ON")
    except BaseException:
        link.close()
        raise
    return link


def use_wal(link: Connection) -> None:
    """Turn the write-ahead log on; it stays on with the file, as does the page size of a new one.

    Mail fills bigger pages better (measured: 2 % smaller, 4 % less work than with 4 KiB).
    """
    link.execute(f"PRAGMA page_size = {_PAGE}")
    link.execute("PRAGMA journal_mode = WAL")


def begin(
    link: Connection,
    *,
    write: bool,
    busy_ms: int = BUSY_MS,
    waiting: Callable[[], None] | None = None,
) -> None:
    """Open a transaction: a writer's takes the write lock at once, a reader's snapshot is made by
    its first read.

    A writer asks again every millisecond: SQLite's own waiting grows to 100 ms a turn and would
    miss the short pauses the engine leaves (measured at p95: 130 ms that way, 7 this way).
    `waiting` is called each time it has to wait.
    """
    if not write:
        link.execute("BEGIN")
        return
    end = time.monotonic() + busy_ms / 1000
    link.execute("PRAGMA busy_timeout = 0")
    try:
        while True:
            try:
                link.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != _BUSY or time.monotonic() > end:
                    raise
                if waiting is not None:
                    waiting()
                time.sleep(_ASK_AGAIN_S)
            else:
                return
    finally:
        link.execute(f"PRAGMA busy_timeout = {busy_ms}")


def commit(link: Connection) -> None:
    """End the transaction and keep it."""
    link.execute("COMMIT")


def to_disk(path: Path) -> None:
    """Wait until everything committed so far is on the disk, as a durable connection would.

    For the rare transaction that only turns out to need it: the log is written, not yet synced.
    KnownError store_unreachable when the disk refuses.
    """
    log = path.with_name(path.name + "-wal")
    try:
        # Windows flushes only what is open for writing.
        number = os.open(log, os.O_RDWR | getattr(os, "O_BINARY", 0))
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except FileNotFoundError:
        return  # moved into the file meanwhile, which waits for the disk by itself
    except OSError as error:
        raise KnownError("store_unreachable", path=str(path), detail=str(error)) from error


def rollback(link: Connection) -> None:
    """End the transaction, if one is open, and forget it."""
    if link.in_transaction:
        link.execute("ROLLBACK")


def data_version(link: Connection) -> int:
    """A number that differs after another connection has committed (microseconds to ask)."""
    return int(link.execute("PRAGMA data_version").fetchone()[0])


def quick_check(link: Connection) -> tuple[str, ...]:
    """What SQLite finds wrong with the file; empty when it is sound."""
    found = tuple(str(row[0]) for row in link.execute("PRAGMA quick_check(20)"))
    return () if found == ("ok",) else found


def schema_of(link: Connection) -> dict[str, str]:
    """Every named part of the schema and the words that make it, spaces evened out.

    Left out: automatic indexes and the search's inner tables.
    """
    rows = link.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {
        str(name): " ".join(str(sql).replace("(", "( ").replace(")", " )").split())
        for name, sql in rows
        if not str(name).startswith(("search_", "sqlite_"))
    }


def cut_short(path: Path) -> bool:
    """True when the file is no SQLite file or ends before the pages its header promises.

    A look at 100 bytes, for the start-up; `quick_check` is the thorough way.
    """
    size = path.stat().st_size
    if size == 0:
        return False
    with path.open("rb") as file:
        head = file.read(_HEADER)
    if len(head) < _HEADER or not head.startswith(_MAGIC):
        return True
    page = int.from_bytes(head[16:18], "big")
    page = 65_536 if page == 1 else page
    promised = int.from_bytes(head[28:32], "big")
    # The page count is valid only when these two agree, and pages may still be in the log.
    if head[24:28] != head[92:96] or path.with_name(path.name + "-wal").exists():
        return False
    return size < promised * page


def private(path: Path) -> None:
    """Make the file readable by its owner only, where the system knows such a thing."""
    if os.name == "posix":
        path.chmod(0o600)


def copy(source: Path, target: Path) -> None:
    """Copy a store in use to a new file, complete and without a log beside it."""
    origin = connect(source, reader=True)
    try:
        made = sqlite3.connect(target, isolation_level=None)
        try:
            private(target)
            origin.backup(made, pages=2_000, sleep=0.005)
            made.execute("PRAGMA journal_mode = DELETE")
        finally:
            made.close()
    finally:
        origin.close()
