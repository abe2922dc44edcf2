"""Putting a backup in the store's place, and looking whether a store is sound.

What was there is kept beside the backups first. Mail that was on its way when the backup was made
has perhaps left since: it becomes `uncertain` and is looked for in Sent, never sent blindly. Must
not run while an engine or a window has the store open: the caller holds the engine's lock.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from solodesk.base.clock import Clock, utc
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.outbox import OutboxState
from solodesk.services import housekeeping
from solodesk.services.units import Store
from solodesk.store import health
from solodesk.store.backup import backup

_ON_ITS_WAY: Final = tuple(
    state.value
    for state in (
        OutboxState.HELD,
        OutboxState.QUEUED,
        OutboxState.SENDING,
        OutboxState.RETRYING,
    )
)


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the backup used, where the former store lies, mail that became uncertain."""

    backup: Path
    former: Path | None
    uncertain: int


def look(file: Path) -> health.Health:
    """What a backup holds and whether it is sound; KnownError no_such_file, store_newer, …"""
    if not file.is_file():
        raise KnownError("no_such_file", path=str(file))
    return health.examine(file)


def everything(folder: DataFolder) -> list[Path]:
    """The backups of a data folder, newest first; also those made before migrations."""
    nightly = housekeeping.made(folder.backups)
    others = sorted(p for p in folder.backups.glob("*.db") if p not in set(nightly.values()))
    return [nightly[day] for day in sorted(nightly, reverse=True)] + others


def restore(folder: DataFolder, file: Path, clock: Clock) -> Restored:
    """Put `file` in the place of the store; KnownError store_damaged when it is not sound."""
    found = look(file)
    if found.problems:
        raise KnownError("store_damaged", path=str(file), detail=found.problems[0])
    folder.create()
    try:
        with FileLock(folder.store_lock, timeout=10):
            former = _put_aside(folder, utc(clock.now_ms()))
            _put_in_place(folder, file)
    except Timeout as error:
        raise KnownError("store_locked", path=str(folder.store)) from error
    store = Store.open(folder, clock, origin="cli")
    try:
        return Restored(file, former, _doubt(store))
    finally:
        store.close()


def _put_aside(folder: DataFolder, now: datetime) -> Path | None:
    """A copy of the store as it is: whole when it is sound, else its files as they lie."""
    if not folder.store.exists():
        return None
    name = f"before-restore-{now:%Y%m%d-%H%M%S}"
    try:
        return backup(folder.store, _unused(folder.backups, name))
    except KnownError as error:
        if error.code != "store_damaged":
            raise
    aside = _unused(folder.backups, f"{name}-damaged")
    for ending in ("", "-wal", "-shm"):
        there = folder.store.with_name(folder.store.name + ending)
        if there.exists():
            shutil.copy2(there, aside.with_name(aside.name + ending))
    return aside


def _unused(folder: Path, name: str) -> Path:
    """A file that is not there yet: what is restored must not be written over."""
    path, number = folder / f"{name}.db", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.db"
    return path


def _put_in_place(folder: DataFolder, file: Path) -> None:
    fresh = folder.store.with_name(folder.store.name + ".restoring")
    shutil.copyfile(file, fresh)
    fresh.chmod(0o600)
    with fresh.open("rb+") as handle:
        os.fsync(handle.fileno())
    # A log of the former store would be played into the new one (faults.md D4).
    for ending in ("-wal", "-shm"):
        folder.store.with_name(folder.store.name + ending).unlink(missing_ok=True)
    fresh.replace(folder.store)


def _doubt(store: Store) -> int:
    with store.write(actor=Actor.ENGINE, durable=True) as desk:
        rows = desk.outbox.in_state(*_ON_ITS_WAY)
        for row in rows:
            desk.outbox.move(
                row.id,
                _ON_ITS_WAY,
                OutboxState.UNCERTAIN.value,
                hold_reason=None,
                not_before_ms=None,
                reason={"code": "restored_on_its_way", "params": {}},
            )
            if not row.draft.get("automatic"):
                desk.tickets.update(desk.tickets.final(row.ticket_id), alarm="uncertain")
        return len(rows)
