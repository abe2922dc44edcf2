"""What every fault run is held against: the invariants I1, I2, I4 and I9 of faults.md.

Reads the store's file by SQL of its own, so that a fault in our own reading hides nothing.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.outbox import OutboxState
from solodesk.services.units import Store
from tests.support.dovecot import Mailbox

_BOOKKEEPING = {
    "folder": {"synced_ms", "listed_ms"},
    "account": {"last_receive_ms", "state", "detail", "auth_failures"},
    "outgoing_server": {"last_send_ms", "state", "detail"},
}
"""Columns that say when something was looked at, not what is there (I9)."""
_NOT_COMPARED = {"change", "sqlite_sequence", "sqlite_stat1"}


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """The answer of the store's file to a question."""
    with closing(sqlite3.connect(path)) as link:
        return link.execute(sql).fetchall()


def problems(folder: Path) -> list[str]:
    """What is wrong with a store (I4); empty when it is legal."""
    data = DataFolder(folder)
    store = Store.open(data, SystemClock(), origin="test")
    found = list(store.check())
    store.close()
    found += [f"integrity: {row[0]}" for row in rows(data.store, "PRAGMA integrity_check")]
    found += [f"foreign key: {row}" for row in rows(data.store, "PRAGMA foreign_key_check")]
    states = {row[0] for row in rows(data.store, "SELECT DISTINCT state FROM outbox")}
    found += [f"outbox state: {state}" for state in states - {each.value for each in OutboxState}]
    return [each for each in found if each != "integrity: ok"] + _index_problems(data.store)


def _index_problems(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as link:
        try:
            link.execute("INSERT INTO search (search) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            return [f"search: {error}"]
        finally:
            link.rollback()
        found = {row[0] for row in link.execute("SELECT id FROM search_docsize")}
        wanted = {row[0] for row in link.execute("SELECT doc FROM message")}
    return [] if found == wanted else [f"search: {len(found)} indexed of {len(wanted)}"]


def exactly(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the bookkeeping: equal before and after = nothing written."""
    path = DataFolder(folder).store
    with closing(sqlite3.connect(path)) as link:
        names = [
            row[0]
            for row in link.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            if row[0] not in _NOT_COMPARED
        ]
        return {name: list(_content(link, name)) for name in names}


def _content(link: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    left_out = _BOOKKEEPING.get(table, set())
    columns = [row[1] for row in link.execute(f"PRAGMA table_info({table})")]
    chosen = ", ".join(f'"{each}"' for each in columns if each not in left_out)
    yield from sorted(link.execute(f'SELECT {chosen} FROM "{table}"').fetchall(), key=repr)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a store says, without row ids and moments of writing: equal = the same end state.

    `joined_by` is left out: by which sign a mail found its ticket depends on which came first.
    """

    messages: Mapping[str, Any]
    tickets: tuple[Any, ...]
    events: tuple[str, ...]
    places: tuple[Any, ...]
    outbox: tuple[Any, ...]


def meaning(folder: Path) -> Meaning:
    """What the store of a data folder says."""
    path = DataFolder(folder).store
    sha = {row[0]: row[1] for row in rows(path, "SELECT id, lower(hex(sha256)) FROM message")}
    ticket_of = {
        row[0]: row[1] for row in rows(path, "SELECT id, coalesce(merged_into, id) FROM ticket")
    }
    members: dict[int, list[str]] = {}
    for message, ticket in rows(path, "SELECT id, ticket_id FROM message"):
        members.setdefault(ticket_of[ticket], []).append(sha[message])
    name = {ticket: min(shas) for ticket, shas in members.items()}
    return Meaning(
        _messages(path, sha),
        _tickets(path, members),
        tuple(sorted(_events(path, sha, name, ticket_of))),
        tuple(
            sorted(
                rows(
                    path,
                    "SELECT f.name, p.imap_uid, lower(hex(m.sha256)), p.seen, p.answered, p.missed,"
                    " p.gone_ms IS NULL FROM place p JOIN folder f ON f.id = p.folder_id"
                    " LEFT JOIN message m ON m.id = p.message_id",
                )
            )
        ),
        tuple(sorted(rows(path, "SELECT rfc_id, state, found_in_sent FROM outbox"))),
    )


def _messages(path: Path, sha: Mapping[int, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows(
        path,
        "SELECT id, direction, kind, subject, received_ms, duplicate_of, seen, damaged, raw_state"
        " FROM message ORDER BY id",
    ):
        key, copy = sha[row[0]], 2
        while key in found:  # two rows with the same bytes would be a fault, and show
            key, copy = f"{sha[row[0]]} again {copy}", copy + 1
        original = None if row[5] is None else sha[row[5]]
        # Our own mail was accepted when it was accepted; that differs from run to run.
        when = row[4] if row[1] == "in" else None
        found[key] = (*row[1:4], when, original, *row[6:])
    return found


def _tickets(path: Path, members: Mapping[int, list[str]]) -> tuple[Any, ...]:
    found = rows(
        path,
        "SELECT id, number, subject, status, kind, unread, alarm, thanked, created_ms, messages,"
        " attachments, preview, last_direction, from_before, history FROM ticket"
        " WHERE merged_into IS NULL",
    )
    return tuple(sorted(((*row[1:], sorted(members.get(row[0], []))) for row in found), key=repr))


def _events(
    path: Path, sha: Mapping[int, str], name: Mapping[int, str], ticket_of: Mapping[int, int]
) -> Iterator[str]:
    for kind, actor, ticket, message, data in rows(
        path, "SELECT kind, actor, ticket_id, message_id, data FROM event"
    ):
        about = {
            key: value for key, value in json.loads(data).items() if isinstance(value, (str, bool))
        }
        where = name.get(ticket_of.get(ticket, ticket), "?")
        yield f"{kind} {actor} {where[:12]} {sha.get(message, '-')[:12]} {sorted(about.items())}"


def differences(box: Mailbox, folder: Path, *names: str) -> list[str]:
    """What the mailbox holds and the store does not, or differently (I1); empty when equal.

    `names`: the folders to compare, INBOX and Sent without any.
    """
    path = DataFolder(folder).store
    found: list[str] = []
    for name in names or ("INBOX", "Sent"):
        server = dict(zip(box.uids(name), map(digest, box.messages(name)), strict=True))
        here = dict(
            rows(
                path,
                "SELECT p.imap_uid, lower(hex(m.sha256)) FROM place p JOIN folder f"
                f" ON f.id = p.folder_id AND f.uidvalidity = p.uidvalidity"
                f" LEFT JOIN message m ON m.id = p.message_id"
                f" WHERE f.name = '{name}' AND p.gone_ms IS NULL",
            )
        )
        if server != here:
            found.append(f"{name}: on the server {server}, here {here}")
    return found


def digest(raw: bytes) -> str:
    """How the store names bytes."""
    return hashlib.sha256(raw).hexdigest()


def on_server(box: Mailbox, *names: str) -> dict[str, list[tuple[int, frozenset[str], str]]]:
    """UIDs, flags (without \\Recent) and bytes of folders: equal before and after = I2."""
    return {
        name: [
            (uid, frozenset(box.flags(uid, name) - {"\\Recent"}), digest(box.raw(uid, name)))
            for uid in box.uids(name)
        ]
        for name in names or ("INBOX", "Sent")
    }
