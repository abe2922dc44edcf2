"""A copy of the store as one file, made while it is in use, and checked before it counts."""

import os
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.store import driver


def backup(store: Path, to: Path) -> Path:
    """Copy the store at `store` to the file `to` (replaced if it is there); returns `to`.

    Raises KnownError store_damaged when the copy is not sound, disk_full, store_unreachable.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    unfinished = to.with_name(to.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        with driver.faults(store):
            driver.copy(store, unfinished)
        with driver.faults(unfinished):
            problems = check(unfinished)
        if problems:
            raise KnownError("store_damaged", path=str(store), detail=problems[0])
        os.replace(unfinished, to)  # noqa: PTH105 - atomic on every system
    finally:
        unfinished.unlink(missing_ok=True)
    return to


def check(path: Path) -> tuple[str, ...]:
    """What is wrong with a store's file; empty when it is sound."""
    link = driver.connect(path, reader=True)
    try:
        return driver.quick_check(link)
    finally:
        link.close()
