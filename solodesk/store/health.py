"""Whether a store's file is sound, and what it holds, without changing it.

Works on any file of ours: the store itself or a backup. Must not repair.
"""

from dataclasses import dataclass
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.store import driver, schema


@dataclass(frozen=True, slots=True)
class Health:
    """`problems` is empty when all is well; the last change is UTC milliseconds."""

    problems: tuple[str, ...]
    tickets: int
    messages: int
    newest_ms: int | None


_STATES = "'held','queued','sending','sent','retrying','uncertain','failed','cancelled'"
_QUESTIONS = (
    (
        "{n} rows of the outbox are in no known state",
        f"SELECT count(*) FROM outbox WHERE state NOT IN ({_STATES})",
    ),
    (
        "{n} messages have lost their bytes",
        "SELECT count(*) FROM message m WHERE raw_state = 'whole'"
        " AND NOT EXISTS (SELECT 1 FROM raw r WHERE r.message_id = m.id)",
    ),
    (
        "{n} sent messages are not in their conversation",
        "SELECT count(*) FROM outbox WHERE state = 'sent' AND message_id IS NULL",
    ),
    (
        "{n} messages are not in the search index",
        "SELECT max(0, (SELECT count(*) FROM message WHERE raw_state != 'erased')"
        " - (SELECT count(*) FROM search_docsize))"
        " WHERE NOT EXISTS (SELECT 1 FROM meta WHERE key = 'search_rebuilt')",
    ),
)


def examine(path: Path) -> Health:
    """Look through the whole file; KnownError store_newer, store_damaged, store_unreachable."""
    with driver.faults(path, looking=True):
        if path.stat().st_size == 0 or driver.cut_short(path):
            raise KnownError("store_damaged", path=str(path), detail="the file is cut short")
        link = driver.connect(path, reader=True)
        try:
            if schema.revision(link) is None:
                raise KnownError("store_damaged", path=str(path), detail="not a SoloDesk store")
            problems = list(driver.quick_check(link))
            broken = link.execute("PRAGMA foreign_key_check").fetchall()
            if broken:
                problems.append(f"{len(broken)} broken references")
            for words, question in _QUESTIONS:
                row = link.execute(question).fetchone()
                if row is not None and row[0]:
                    problems.append(words.format(n=row[0]))
            tickets, messages, newest = link.execute(
                "SELECT (SELECT count(*) FROM ticket), (SELECT count(*) FROM message),"
                " (SELECT max(at_ms) FROM event)"
            ).fetchone()
            return Health(tuple(problems), tickets, messages, newest)
        finally:
            link.close()
