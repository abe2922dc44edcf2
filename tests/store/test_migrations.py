"""Stores of older versions come up to date with all their data, in one step or not at all."""

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId
from solodesk.store import driver, schema
from solodesk.store.backup import check
from solodesk.store.compression import pack
from solodesk.store.migrate import upgrade
from solodesk.store.store import Store
from solodesk.store.words import Texts

TEXTS = (
    Texts("Where is my order?", "Where is my order?"),
    Texts("It left today.\n> Where is my order?", "It left today."),
    Texts("> It left today.\n谢谢！", "谢谢！"),
    Texts("", ""),
)
START_MS = 1_700_000_000_500


def old_store(folder: DataFolder, messages: int = len(TEXTS)) -> None:
    """A store as version 0001 wrote it: one ticket, four messages within two seconds, or more."""
    folder.create()
    link = driver.connect(folder.store)
    driver.use_wal(link)
    upgrade(link, "0001")
    link.execute("INSERT INTO meta VALUES ('device', 'd'), ('segmenter_version', '1')")
    link.execute(
        "INSERT INTO ticket (id, uid, number, subject, status, kind, priority,"
        " snooze_wake_on_reply, from_before, history, unread, thanked, created_ms, last_message_ms,"
        " messages, attachments, preview, last_direction) VALUES (1, x'01', 1001, 'Order', 'open',"
        " 'person', 'normal', 1, 0, 0, 1, 0, 1, 1, 4, 0, 'p', 'in')"
    )
    link.execute("BEGIN")
    for number in range(1, messages + 1):
        add_message(link, number, TEXTS[(number - 1) % len(TEXTS)])
    link.execute("COMMIT")
    link.close()


def add_message(link: sqlite3.Connection, number: int, said: Texts) -> None:
    """A message row of 0001 with its bytes, place and event."""
    raw = f"Subject: {number}\r\n\r\n".encode()
    received = START_MS + 300 * (len(TEXTS) - number)
    values = {
        "id": number, "uid": number.to_bytes(16, "big"), "ticket_id": 1,
        "doc": received << 8, "sha256": hashlib.sha256(raw).digest(), "size": len(raw),
        "rfc_id": f"<{number}@a.example>", "direction": "in", "kind": "person",
        "kind_because": "[]", "from_name": "Mei", "from_address": "mei@a.example",
        "recipients": json.dumps({"to": [["", "me@shop.example"]]}), "subject": f"s{number}",
        "received_ms": received, "in_reply_to": "[]", "refs": "[]", "text": said.text,
        "new_text": said.new_text, "has_html": 0, "attachments": "[]", "closer": 0,
        "auto_headers": 0, "damaged": 0, "defects": "[]", "joined_by": "new",
        "duplicate_of": 1 if number == 4 else None, "history": 0, "raw_state": "whole",
        "seen": 0, "remote_allowed": 0,
    }  # fmt: skip
    marks = ", ".join("?" * len(values))
    link.execute(
        f"INSERT INTO message ({', '.join(values)}) VALUES ({marks})", tuple(values.values())
    )
    link.execute("INSERT INTO raw VALUES (?, 0, ?)", (number, pack(raw)))
    link.execute(
        "INSERT INTO event (uid, device, at_ms, recorded_ms, actor, kind, ticket_id, message_id,"
        " data) VALUES (?, 'd', ?, 2, 'customer', 'received', 1, ?, '{}')",
        (number.to_bytes(16, "big"), received, number),
    )
    link.execute(
        "INSERT INTO search (rowid, subject, people, body) VALUES (?, '', '', ?)",
        (received << 8, said.text),
    )


def test_a_store_of_0001_keeps_all_it_has(data_folder: DataFolder, clock: FixedClock) -> None:
    old_store(data_folder)
    store = Store.open(data_folder, clock, origin="test")
    try:
        with store.read() as reader:
            ids = [MessageId(number) for number in range(1, len(TEXTS) + 1)]
            assert [reader.messages.text_of(i) for i in ids] == list(TEXTS)
            assert reader.raw.get(ids[2]) == b"Subject: 3\r\n\r\n"
            rows = [reader.messages.get(i) for i in ids]
            assert [row.subject for row in rows if row is not None] == ["s1", "s2", "s3", "s4"]
            assert [row.duplicate_of for row in rows if row is not None] == [None, None, None, 1]
            docs = [row.doc for row in rows if row is not None]
            assert docs == [1_700_000_003, 1_700_000_002, 1_700_000_001, 1_700_000_000]
            assert [event.message for event in reader.events.all()] == [4, 3, 2, 1]
            assert reader.search.outdated()
        assert store.check() == ()
        with store.write(actor=Actor.ENGINE) as desk:
            while not desk.search.rebuild_part(2):
                pass
        with store.read() as reader:
            assert not reader.search.outdated()
    finally:
        store.close()
    (copy,) = data_folder.backups.iterdir()
    assert copy.name == f"before-{schema.HEAD}-from-0001.db"
    assert check(copy) == ()


def test_migrated_and_fresh_stores_are_one(
    tmp_path: Path, data_folder: DataFolder, clock: FixedClock
) -> None:
    old_store(data_folder)
    Store.open(data_folder, clock, origin="test").close()
    fresh = DataFolder(tmp_path / "fresh")
    Store.open(fresh, clock, origin="test").close()
    shapes = []
    for folder in (data_folder, fresh):
        link = driver.connect(folder.store)
        shapes.append(driver.schema_of(link))
        link.close()
    assert shapes[0] == shapes[1]


def test_a_migration_that_breaks_leaves_the_old_store(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    old_store(data_folder)
    link = driver.connect(data_folder.store)
    link.execute("CREATE TABLE words (a INTEGER)")
    before = driver.schema_of(link)
    with pytest.raises(Exception, match="already exists"):
        Store.open(data_folder, clock, origin="test")
    assert driver.schema_of(link) == before
    assert link.execute("SELECT count(*) FROM message").fetchone() == (4,)
    link.close()
