"""Killed at the Nth write, for N after N: the store stays legal, the next run ends as if nothing
had happened, and one more writes nothing (faults.md D1, D7, S2, I4, I9)."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store import backup
from solodesk.store.store import Store
from tests.faults import mails
from tests.faults.laboratory import (
    Laboratory,
    connect,
    import_again,
    now_ms,
    points,
    send_again,
    sync_again,
)
from tests.support import oracle
from tests.support.dovecot import Mailbox
from tests.support.program import solodesk
from tests.support.soak import bound
from tests.support.strace import TALK, WRITES, traced
from tests.support.unreliable_smtp import UnreliableSmtp


@pytest.fixture
def lab(tmp_path: Path, mailbox: Mailbox) -> Laboratory:
    return Laboratory(tmp_path / "start", tmp_path / "data", mailbox.password, ())


def strike(lab: Laboratory, call: str, number: int, expected: oracle.Meaning) -> None:
    """Kill at that call, look, run again, and once more."""
    lab.renew()
    done = lab.traced(f"{call}:signal=KILL:when={number}")
    at = f"killed at {call} {number}"
    if done.killed:
        lab.struck.append(at)
    else:
        assert done.code == 0, f"{at}: {done.errors}"
    lab.recovers(at, expected)


def test_sync(lab: Laboratory, mailbox: Mailbox) -> None:
    mails.fill(mailbox, now_ms())
    connect(lab.start, mailbox)
    lab.arguments = ("sync",)
    lab.again = lambda data: sync_again(data, mailbox.password)
    before = oracle.on_server(mailbox)
    done, expected = lab.undisturbed()
    where = points(done, WRITES, 8)
    for call, number in where:
        strike(lab, call, number, expected)
    assert len(lab.struck) >= len(where) * 2 // 3
    assert oracle.differences(mailbox, lab.data) == []
    assert oracle.on_server(mailbox) == before


def test_import_into_a_store_that_is_made_by_it(
    lab: Laboratory, tmp_path: Path, mailbox: Mailbox
) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    for number, (_role, raw, _at) in enumerate(mails.letters(mailbox.address, now_ms())):
        (folder / f"{number:02}.eml").write_bytes(raw)
    lab.arguments = ("import", str(folder), "--own", mailbox.address)
    lab.again = lambda data: import_again(data, folder, mailbox.address)
    done, expected = lab.undisturbed()
    assert len(expected.messages) == 16
    where = points(done, WRITES, 10)
    for call, number in where:
        strike(lab, call, number, expected)
    assert len(lab.struck) >= len(where) * 2 // 3


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[UnreliableSmtp]:
    with UnreliableSmtp(sent=mailbox) as server:
        yield server


def test_send(lab: Laboratory, mailbox: Mailbox, smtp: UnreliableSmtp) -> None:
    mails.fill(mailbox, now_ms())
    connect(lab.start, mailbox, smtp.port)
    for words in (["sync"], ["reply", "1003", "--text", "It left today.", "--no-delay"]):
        code, _lines, errors = solodesk(lab.start, *words, password=lab.password)
        assert code == 0, errors
    lab.arguments = ("send",)

    def as_before() -> None:
        smtp.kept.clear()
        for uid in mailbox.uids("Sent", 'HEADER Subject "Re: "'):
            mailbox.delete(uid, "Sent")

    lab.reset = as_before
    done, _meaning = lab.undisturbed()
    assert len(smtp.kept) == 1
    where = [*points(done, WRITES, bound(7, 10_000)), *points(done, TALK, bound(7, 10_000))]
    for call, number in where:
        _strike_while_sending(lab, smtp, call, number)
    assert len(lab.struck) >= len(where) * 2 // 3


def _strike_while_sending(lab: Laboratory, smtp: UnreliableSmtp, call: str, number: int) -> None:
    """Killed there: never a second copy, never `sent` without one, and Sent settles the doubt."""
    lab.renew()
    at = f"killed at {call} {number}"
    if lab.traced(f"{call}:signal=KILL:when={number}").killed:
        lab.struck.append(at)
    smtp.quiet()
    assert oracle.problems(lab.data) == [], at
    send_again(lab.data, lab.password)
    smtp.quiet()
    assert len(smtp.kept) <= 1, at
    sync_again(lab.data, lab.password)
    ((_rfc_id, state, found),) = oracle.meaning(lab.data).outbox
    # Killed after "about to send the dot" was written and before it left: only the owner knows.
    assert (state, found) == (("sent", 1) if smtp.kept else ("uncertain", 0)), at
    send_again(lab.data, lab.password)
    smtp.quiet()
    assert len(smtp.kept) <= 1, at
    assert oracle.problems(lab.data) == [], at


_BACKUP = """
import sys
from pathlib import Path
from solodesk.store.backup import backup
backup(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_backup(lab: Laboratory, tmp_path: Path) -> None:
    """The last good backup stands until a new one is whole; the store is not touched."""
    store = Store.open(DataFolder(lab.data), SystemClock(), origin="test")
    store.close()
    path, copy = DataFolder(lab.data).store, tmp_path / "backups" / "copy.db"
    command = [sys.executable, "-c", _BACKUP, str(path), str(copy)]
    log = tmp_path / "log"
    first = traced(command, password="", log=log)
    assert first.code == 0, first.errors
    assert backup.check(copy) == ()
    for call, number in points(first, WRITES, 6):
        done = traced(command, password="", inject=f"{call}:signal=KILL:when={number}", log=log)
        lab.struck += [f"{call} {number}"] if done.killed else []
        assert backup.check(copy) == (), f"{call} {number}"
        assert oracle.problems(lab.data) == []
    assert lab.struck
    done = traced(command, password="", log=log)
    assert (done.code, sorted(each.name for each in copy.parent.iterdir())) == (0, ["copy.db"])
