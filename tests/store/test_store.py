"""Transactions, snapshots, other processes, and files that are not as they should be."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.domain.ids import TicketId
from solodesk.store import driver
from solodesk.store.backup import backup, check
from solodesk.store.store import KEPT_CHANGES, Store
from tests.store import samples


def test_write_is_kept_and_exception_forgets(store: Store) -> None:
    with store.write() as desk:
        kept = samples.ticket(desk)

    def fail() -> None:
        with store.write() as desk:
            desk.tickets.update(kept, status="closed")
            samples.ticket(desk)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.read() as reader:
        found = reader.tickets.get(kept)
        assert found is not None
        assert found.status == "open"
        assert reader.tickets.get(TicketId(kept + 1)) is None


def test_reader_cannot_write(store: Store) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"), store.read() as reader:
        reader.tickets.add(subject="no")


def test_reader_sees_one_moment_while_a_writer_goes_on(store: Store) -> None:
    with store.write() as desk:
        first = samples.ticket(desk)
    with store.read() as reader:
        assert reader.lists.by_number(1) is None
        with store.write() as desk:
            second = samples.ticket(desk)
        assert reader.tickets.get(second) is None
        assert reader.tickets.get(first) is not None
    with store.read() as reader:
        assert reader.tickets.get(second) is not None


def test_many_threads_write_and_read(store: Store) -> None:
    faults: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(10):
                with store.write(durable=turn % 5 == 0) as desk:
                    samples.letter(desk, f"thread {number} turn {turn}", received_ms=turn)
                with store.read() as reader:
                    assert reader.messages.count() > 0
        except BaseException as error:  # noqa: BLE001 - handed to the test
            faults.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with store.read() as reader:
        assert reader.messages.count() == 40
    assert store.check() == ()


def test_write_within_write_is_a_bug(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError), store.write():
        pass


def test_changes_name_what_changed_and_only_that(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        other = samples.ticket(desk)
        message = samples.letter(desk, "hello", ticket_id=ticket)
    with store.write() as desk:
        assert not desk.tickets.update(ticket, status="open")
        assert not desk.changes()
        assert desk.tickets.update(ticket, status="closed", subject="Refund")
        assert desk.changes().by_kind == {"ticket": frozenset({ticket})}
    with store.write() as desk:
        desk.messages.update(message, ticket_id=other)
        assert desk.changes().by_kind == {
            "ticket": frozenset({ticket, other}),
            "message": frozenset({message}),
        }


def test_unknown_or_missing_column_is_a_bug(store: Store) -> None:
    with store.write() as desk:
        with pytest.raises(TypeError, match="colour"):
            desk.tickets.add(colour="red")
        with pytest.raises(TypeError, match="direction"):
            desk.messages.add(ticket_id=1, sha256=b"")
        with pytest.raises(KeyError):
            desk.tickets.update(samples.ticket(desk), colour="red")


def test_two_processes_see_each_other(store: Store, data_folder: DataFolder) -> None:
    seq, version = store.last_seq(), store.data_version()
    code = (
        "import sys, pathlib\n"
        "from solodesk.base.clock import SystemClock\n"
        "from solodesk.base.paths import DataFolder\n"
        "from solodesk.store.store import Store\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "store = Store.open(folder, SystemClock(), origin='engine')\n"
        "with store.write() as desk:\n"
        "    print(desk.tickets.add(subject='from afar'))\n"
        "store.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(data_folder.root)],
        capture_output=True,
        text=True,
        check=True,
    )
    ticket = int(done.stdout)
    assert store.data_version() != version
    now, changes = store.changes_since(seq)
    assert now > seq
    assert changes.tickets == {ticket}
    assert store.changes_since(now) == (now, type(changes)())
    with store.read() as reader:
        found = reader.tickets.get(TicketId(ticket))
        assert found is not None
        assert found.subject == "from afar"


def test_change_log_is_trimmed_and_says_so(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
    with store.write() as desk:
        for turn in range(KEPT_CHANGES + 600):
            desk._tx.touch("ticket", ticket + turn)
    with store.read() as reader:
        assert reader._tx.value("SELECT count(*) FROM change") <= KEPT_CHANGES
    assert "everything" in store.changes_since(0)[1].by_kind
    assert "everything" not in store.changes_since(store.last_seq() - 5)[1].by_kind


def test_kill_in_a_transaction_keeps_what_was_there(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    store = Store.open(data_folder, clock, origin="test")
    with store.write() as desk:
        kept = samples.letter(desk, "before the crash")
    store.close()
    code = (
        "import sys, pathlib\n"
        "from solodesk.base.clock import SystemClock\n"
        "from solodesk.base.paths import DataFolder\n"
        "from solodesk.store.store import Store\n"
        "from tests.store import samples\n"
        "folder = DataFolder(pathlib.Path(sys.argv[1]))\n"
        "store = Store.open(folder, SystemClock(), origin='engine')\n"
        "with store.write() as desk:\n"
        "    for number in range(300):\n"
        "        samples.letter(desk, 'x' * 20_000, ticket_id=1)\n"
        "    desk.search.flush()\n"
        "    print('in the middle', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(data_folder.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline().strip() == "in the middle"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    child.stdin.close()
    again = Store.open(data_folder, clock, origin="test")
    assert again.check() == ()
    with again.read() as reader:
        assert reader.messages.count() == 1
        assert reader.messages.get(kept) is not None
    again.close()


def test_locked_store_is_told(
    data_folder: DataFolder, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver.begin, "__kwdefaults__", {"busy_ms": 20, "waiting": None})
    store = Store.open(data_folder, clock, origin="test")
    holder = sqlite3.connect(data_folder.store, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(KnownError) as caught, store.write() as desk:
        samples.ticket(desk)
    assert caught.value.code == "store_locked"
    with store.read() as reader:
        assert reader.messages.count() == 0
    holder.execute("ROLLBACK")
    holder.close()
    with store.write() as desk:
        samples.ticket(desk)
    store.close()


def test_full_disk_is_told_and_forgets_only_that_transaction(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)

    def fill() -> None:
        with store.write() as desk:
            pages = desk._tx.value("PRAGMA page_count")
            desk._tx.run(f"PRAGMA max_page_count = {pages + 2}")
            for _ in range(50):
                samples.letter(desk, "x" * 10_000, ticket_id=ticket)

    with pytest.raises(KnownError) as caught:
        fill()
    assert caught.value.code == "disk_full"
    with store.read() as reader:
        assert reader.messages.count() == 0


def _filled(data_folder: DataFolder, clock: FixedClock) -> bytes:
    store = Store.open(data_folder, clock, origin="test")
    with store.write() as desk:
        for number in range(60):
            samples.letter(desk, f"letter {number} " * 40)
    store.close()
    link = driver.connect(data_folder.store)
    link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    link.close()
    return data_folder.store.read_bytes()


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.95])
def test_file_cut_short_is_damaged(
    data_folder: DataFolder, clock: FixedClock, share: float
) -> None:
    whole = _filled(data_folder, clock)
    data_folder.store.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(KnownError) as caught:
        Store.open(data_folder, clock, origin="test")
    assert caught.value.code == "store_damaged"


def test_other_files_are_damaged_stores(data_folder: DataFolder, clock: FixedClock) -> None:
    data_folder.create()
    data_folder.store.write_bytes(b"Dear SQLite, this is a letter." * 200)
    with pytest.raises(KnownError, match="store_damaged"):
        Store.open(data_folder, clock, origin="test")
    data_folder.store.unlink()
    other = sqlite3.connect(data_folder.store)
    other.execute("CREATE TABLE recipes (name TEXT)")
    other.close()
    with pytest.raises(KnownError, match="store_damaged"):
        Store.open(data_folder, clock, origin="test")


def _state(data_folder: DataFolder, clock: FixedClock) -> str:
    """How a file is found: sound, or the code of the fault."""
    store = None
    try:
        store = Store.open(data_folder, clock, origin="test")
        return "store_damaged" if store.check() else "sound"
    except KnownError as fault:
        return fault.code
    finally:
        if store is not None:
            store.close()


def test_flipped_bytes_never_escape_as_a_bug(data_folder: DataFolder, clock: FixedClock) -> None:
    """Wherever the file is hurt: it opens and works, or says store_damaged, nothing else."""
    whole = _filled(data_folder, clock)
    chance = random.Random(4)
    told = 0
    for _ in range(25):
        hurt = bytearray(whole)
        for _ in range(60):
            hurt[chance.randrange(len(hurt))] ^= 0xFF
        for extra in ("-wal", "-shm"):
            data_folder.store.with_name(data_folder.store.name + extra).unlink(missing_ok=True)
        data_folder.store.write_bytes(hurt)
        found = _state(data_folder, clock)
        assert found in {"sound", "store_damaged", "store_newer"}
        told += found != "sound"
    assert told > 5


def test_backup_of_a_store_in_use(store: Store, tmp_path: Path) -> None:
    with store.write() as desk:
        samples.letter(desk, "kept in the copy")
    copy = backup(store.path, tmp_path / "copies" / "one.db")
    with store.write() as desk:
        samples.letter(desk, "after the copy")
    assert check(copy) == ()
    link = sqlite3.connect(copy)
    assert link.execute("SELECT count(*) FROM message").fetchone() == (1,)
    link.close()
    assert sorted(path.name for path in copy.parent.iterdir()) == ["one.db"]
    assert copy.stat().st_mode & 0o077 == 0


def test_actor_and_origin_are_written_down(store: Store) -> None:
    with store.write(actor=Actor.RULE) as desk:
        ticket = samples.ticket(desk)
        desk.event("tagged", ticket=ticket, data={"added": ["x"]})
        desk.event("status", ticket=ticket, actor=Actor.ENGINE, data={"from": "open"}, to="closed")
    with store.read() as reader:
        tagged, status = reader.events.of_ticket(ticket)
        assert tagged.actor is Actor.RULE
        assert (status.actor, dict(status.data)) == (Actor.ENGINE, {"from": "open", "to": "closed"})
        assert reader._tx.value("SELECT DISTINCT origin FROM change") == "test"
