"""Backups from the command line: made, listed, put back, and what was on its way is not resent."""

import json
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.engine.lock import engine_lock
from solodesk.services import settings
from solodesk.services.units import Store
from tests.cli.runner import Cli
from tests.services.inbox import Inbox, open_inbox


@pytest.fixture
def box(cli: Cli, clock: FixedClock) -> Inbox:
    """The command line's data folder with one ticket."""
    made = open_inbox(DataFolder(cli.data).create(), clock)
    made.mail("Where is my lamp?", subject="lamp")
    made.store.close()
    return made


def store_of(cli: Cli, clock: FixedClock) -> Store:
    return Store.open(DataFolder(cli.data), clock, origin="test")


def test_there_and_back(cli: Cli, clock: FixedClock, box: Inbox, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "shop.db"
    made = cli.json("backup", "--to", copy)
    assert (made.code, made.line["backup"]) == (0, str(copy))
    store = store_of(cli, clock)
    with store.write() as desk:
        settings.put(desk, "business_name", "Changed Later")
    store.close()
    done = cli.json("restore", copy)
    assert done.code == 0
    assert done.line["uncertain"] == 0
    store = store_of(cli, clock)
    with store.read() as reader:
        assert settings.get(reader, "business_name") == ""
    store.close()
    # What was there is kept, and can be put back the same way.
    assert cli.json("restore", done.line["former"]).code == 0
    store = store_of(cli, clock)
    with store.read() as reader:
        assert settings.get(reader, "business_name") == "Changed Later"
    store.close()


def test_what_was_on_its_way_is_not_sent_again(
    cli: Cli, clock: FixedClock, box: Inbox, tmp_path: Path
) -> None:
    answered = cli.json("reply", 1001, "--text", "Here it is")
    assert answered.code == 0, answered.err
    cli("backup", "--to", tmp_path / "b.db")
    done = cli.json("restore", tmp_path / "b.db")
    assert done.line["uncertain"] == 1
    (row,) = cli.json("outbox").lines
    assert row["state"] == "uncertain"
    assert row["reason"]["code"] == "restored_on_its_way"
    cli.clock.advance(hours=1)
    assert cli.json("outbox").line["state"] == "uncertain"


def test_listed_newest_first(cli: Cli, box: Inbox) -> None:
    assert cli.json("backup").code == 0
    cli.clock.advance(days=1)
    assert cli.json("backup").code == 0
    listed = cli.json("restore", "--list").lines
    assert [(line["sound"], line["tickets"], line["messages"]) for line in listed] == [
        (True, 1, 1),
        (True, 1, 1),
    ]
    assert listed[0]["backup"] > listed[1]["backup"]


def test_a_damaged_backup_is_refused_and_nothing_changes(
    cli: Cli, box: Inbox, tmp_path: Path
) -> None:
    copy = tmp_path / "b.db"
    cli("backup", "--to", copy)
    data = bytearray(copy.read_bytes())
    for at in range(8_192, len(data), 4_096):
        data[at : at + 64] = b"\xff" * 64
    copy.write_bytes(bytes(data))
    said = cli.json("restore", copy)
    assert (said.code, said.error["error"]) == (1, "store_damaged")
    assert cli.json("check").line["sound"]
    nothing = cli.json("restore", tmp_path / "none.db")
    assert nothing.error["error"] == "no_such_file"


def test_over_a_damaged_store(cli: Cli, box: Inbox, tmp_path: Path) -> None:
    copy = tmp_path / "b.db"
    cli("backup", "--to", copy)
    store = DataFolder(cli.data).store
    data = bytearray(store.read_bytes())
    for at in range(8_192, len(data), 4_096):
        data[at : at + 64] = b"\xff" * 64
    store.write_bytes(bytes(data))
    # A log that stayed behind must not be played into the restored store.
    store.with_name(store.name + "-wal").write_bytes(b"stale")
    assert cli.json("check").code == 1
    done = cli.json("restore", copy)
    assert done.code == 0, done.err
    assert "damaged" in done.line["former"]
    assert Path(done.line["former"]).read_bytes() == bytes(data)
    assert cli.json("check").line["sound"]


def test_not_while_the_engine_runs(cli: Cli, box: Inbox, tmp_path: Path) -> None:
    cli("backup", "--to", tmp_path / "b.db")
    with engine_lock(DataFolder(cli.data)):
        said = cli.json("restore", tmp_path / "b.db")
    assert (said.code, said.error["error"]) == (1, "already_running")


def test_check_and_its_report(cli: Cli, box: Inbox, tmp_path: Path) -> None:
    said = cli.json("check", "--report", tmp_path / "r.json")
    assert (said.code, said.line["sound"], said.line["messages"]) == (0, True, 1)
    assert json.loads((tmp_path / "r.json").read_text()) == said.line
    assert "sound" in cli("check").out


def test_restore_wants_a_file(cli: Cli, box: Inbox) -> None:
    assert cli("restore").code == 2
