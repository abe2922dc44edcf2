"""What the engine does at its time and in small parts: forget hidden mail, mend the index, back up.

Each function does one part, short enough for a writer to wait for, and tells whether there was
anything to do. Must not wait, and must not touch a mailbox.
"""

from __future__ import annotations

import logging
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from solodesk.domain import backups
from solodesk.domain.events import Actor
from solodesk.domain.hours import local_date
from solodesk.domain.ids import MessageId
from solodesk.domain.outbox import ENDED
from solodesk.services import settings
from solodesk.services.units import Desk, Reader, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from solodesk.store import rows
    from solodesk.store.spelling import Run

_log = logging.getLogger(__name__)
UNDOABLE_MS: Final = 30 * 86_400_000
"""So long a hidden ticket can be brought back (product.md, "Hide")."""
_MESSAGES: Final = 20
_DOCUMENTS: Final = 100


def forget_hidden(store: Store) -> int:
    """Drop the mail of tickets hidden for 30 days, some at a time; returns how many messages.

    Kept: digest, place and Message-ID, so that it never comes in again, and what figures count.
    """
    with store.read() as reader:
        if not _forgettable(reader):
            return 0
    with store.write(actor=Actor.ENGINE) as desk:
        messages = _forgettable(desk)
        for message in messages:
            _forget(desk, message)
        for ticket in {message.ticket_id for message in messages}:
            desk.tickets.update(ticket, preview="")
            for row in desk.outbox.of_ticket(ticket):
                if row.state in {state.value for state in ENDED}:
                    desk.outbox.update(row.id, final=b"", draft={})
            draft = desk.drafts.of_ticket(ticket)
            if draft is not None:
                desk.drafts.delete(draft.id)
        return len(messages)


def _forgettable(reader: Reader) -> list[rows.Message]:
    return reader.messages.select(
        "WHERE raw_state != 'erased' AND ticket_id IN"
        " (SELECT id FROM ticket WHERE hidden_ms IS NOT NULL AND hidden_ms <= ?) LIMIT ?",
        (reader.now_ms - UNDOABLE_MS, _MESSAGES),
    )


def _forget(desk: Desk, message: rows.Message) -> None:
    # Out of the index first: its words are read from the row.
    desk.search.remove(MessageId(message.id))
    desk.files.forget(message.id)
    desk.raw.erase(message.id)
    desk.messages.update(
        message.id, text="", new_text="", has_html=False, attachments=[], survey=None
    )


def mend_search(store: Store) -> bool:
    """Make the next part of an outdated search index anew; whether there was one."""
    with store.read() as reader:
        if not reader.search.outdated():
            return False
    with store.write(actor=Actor.ENGINE) as desk:
        desk.search.rebuild_part(_DOCUMENTS)
    return True


def spell_names(store: Store, spell: Callable[[Sequence[str]], Sequence[Run]]) -> bool:
    """Have the next Chinese names of customers and tags spelt; whether there were any."""
    with store.read() as reader:
        reach, names = reader.search.names_to_spell()
    if not reach:
        return False
    runs = spell(names) if names else ()
    with store.write(actor=Actor.ENGINE) as desk:
        desk.search.keep_spelt(reach, runs)
    return True


def nightly_backup(store: Store) -> Path | None:
    """Today's checked backup, if there is none yet; the old ones that are too many go.

    KnownError store_damaged, disk_full, store_unreachable; then nothing is deleted.
    """
    from solodesk.store.backup import backup

    folder = store.folder.backups
    with store.read() as reader:
        today = local_date(reader.now_ms, settings.zone(reader))
    if not backups.is_due(made(folder), today):
        return None
    copy = backup(store.path, folder / backups.name_of(today))
    _log.info("backup of %s is made and sound", today)
    days = made(folder)
    for day in set(days) - backups.to_keep(days):
        days[day].unlink(missing_ok=True)
    return copy


def made(folder: Path) -> dict[date, Path]:
    """The nightly backups that are there, by day."""
    if not folder.is_dir():
        return {}
    found = ((backups.day_of(path.name), path) for path in folder.iterdir() if path.is_file())
    return {day: path for day, path in found if day is not None}
