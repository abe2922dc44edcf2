"""Makes a fresh store from schema.sql and tells which version an existing one has.

Alembic's table `alembic_version` is kept by hand here, so that nobody waits for Alembic to be
imported unless a store must really be migrated.
"""

import os
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.domain.marks import SEGMENTER_VERSION
from solodesk.store.driver import Connection, begin, commit, rollback

HEAD = "0002"
"""Revision of schema.sql."""
OLDER: tuple[str, ...] = ("0001",)
"""Revisions that can be migrated to `HEAD`, oldest first."""

FIRST_NUMBER = 1001
"""The first ticket is #1001: short enough to say, long enough to look like a number."""


def schema_sql() -> str:
    """The commented schema."""
    return Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")


def statements(script: str) -> list[str]:
    """The script's statements, comments removed (no string in the schema holds -- or ;)."""
    plain = "\n".join(line.partition("--")[0].rstrip() for line in script.splitlines())
    return [part.strip() for part in plain.split(";") if part.strip()]


def revision(link: Connection) -> str | None:
    """The store's revision; None for an empty file.

    Raises KnownError store_newer (written by a newer SoloDesk) or store_damaged (not ours).
    """
    tables = {row[0] for row in link.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not tables:
        return None
    if "alembic_version" not in tables or "meta" not in tables:
        raise KnownError("store_damaged", detail="not a SoloDesk store")
    row = link.execute("SELECT version_num FROM alembic_version").fetchone()
    found = "" if row is None else str(row[0])
    if found != HEAD and found not in OLDER:
        raise KnownError("store_newer", found=found, known=HEAD)
    return found


def create(link: Connection) -> None:
    """Make the schema in an empty file, unless another process has just done it."""
    begin(link, write=True)
    try:
        if revision(link) is None:
            for statement in statements(schema_sql()):
                link.execute(statement)
            stamp(link, HEAD)
            link.executemany(
                "INSERT INTO meta (key, value) VALUES (?, ?)",
                (
                    ("next_ticket_number", str(FIRST_NUMBER)),
                    ("segmenter_version", SEGMENTER_VERSION),
                    ("device", os.urandom(8).hex()),
                ),
            )
        commit(link)
    except BaseException:
        rollback(link)
        raise


def stamp(link: Connection, number: str) -> None:
    """Write the revision down the way Alembic does."""
    link.execute(
        "CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    link.execute("DELETE FROM alembic_version")
    link.execute("INSERT INTO alembic_version (version_num) VALUES (?)", (number,))
