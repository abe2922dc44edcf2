"""Brings a store of an older SoloDesk up to date: a checked backup first, then all revisions in
one transaction. Alembic and SQLAlchemy are imported here and nowhere else at run time.
"""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from filelock import FileLock, Timeout
from sqlalchemy import create_engine, event
from sqlalchemy.pool import StaticPool

from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.store import driver, schema
from solodesk.store.backup import backup

_WAIT_S = 10.0


def migrate(folder: DataFolder, found: str) -> Path | None:
    """Migrate the store of a folder from revision `found`; returns the backup made before.

    None when another process has migrated it meanwhile. Raises KnownError store_locked when
    the store is being migrated, restored or encrypted by another process.
    """
    try:
        with FileLock(folder.store_lock, timeout=_WAIT_S), driver.faults(folder.store):
            link = driver.connect(folder.store)
            try:
                if schema.revision(link) == schema.HEAD:
                    return None
                copy = folder.backups / f"before-{schema.HEAD}-from-{found}.db"
                backup(folder.store, copy)
                upgrade(link)
            finally:
                link.close()
            return copy
    except Timeout as error:
        raise KnownError("store_locked", path=str(folder.store)) from error


def upgrade(link: driver.Connection, to: str = "head") -> None:
    """Run the missing revisions on a connection: all of them, or none."""
    # Rebuilding a table drops it for a moment; its references are checked at the end instead.
    link.execute("PRAGMA foreign_keys = OFF")
    engine = create_engine("sqlite://", creator=lambda: link, poolclass=StaticPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # pysqlite begins too late for DDL; with isolation_level None it is ours to do.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise KnownError("store_damaged", detail=f"{len(broken)} broken references")
    finally:
        link.execute("PRAGMA foreign_keys = ON")
