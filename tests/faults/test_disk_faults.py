"""A disk that is full or breaks from the Nth write on: told plainly, nothing half, and all is well
when it is well again (faults.md D2, D3)."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import mails
from tests.faults.laboratory import Laboratory, connect, now_ms, points, send_again, sync_again
from tests.support import oracle
from tests.support.dovecot import Mailbox
from tests.support.program import solodesk
from tests.support.unreliable_smtp import UnreliableSmtp

_TOLD = {"disk_full", "store_unreachable", "store_damaged"}


@pytest.fixture
def lab(tmp_path: Path, mailbox: Mailbox) -> Laboratory:
    mails.fill(mailbox, now_ms())
    return Laboratory(tmp_path / "start", tmp_path / "data", mailbox.password, ())


def faults(errors: str) -> set[str]:
    """Codes of the faults a run told; AssertionError for anything else on stderr."""
    assert "Traceback" not in errors, errors
    return {json.loads(line)["error"] for line in errors.splitlines()}


@pytest.mark.parametrize(
    ("error", "calls", "lasting"),
    [
        ("ENOSPC", ("pwrite64",), "+"),
        ("EIO", ("pwrite64", "ftruncate"), ""),
        ("EIO", ("fdatasync", "fsync"), ""),
    ],
)
def test_sync(
    lab: Laboratory, mailbox: Mailbox, error: str, calls: tuple[str, ...], lasting: str
) -> None:
    connect(lab.start, mailbox)
    lab.arguments = ("sync",)
    lab.again = lambda data: sync_again(data, mailbox.password)
    before = oracle.on_server(mailbox)
    done, expected = lab.undisturbed()
    for call, number in points(done, calls, 4):
        lab.renew()
        at = f"{call} {number} {error}"
        run = lab.traced(f"{call}:error={error}:when={number}{lasting}")
        said = faults(run.errors)
        assert said <= _TOLD, f"{at}: {run.errors}"
        assert (run.code == 0) == (not said), at
        lab.struck += [at] if said else []
        lab.recovers(at, expected)
    assert oracle.on_server(mailbox) == before
    assert lab.struck or error == "EIO"


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[UnreliableSmtp]:
    with UnreliableSmtp(sent=mailbox) as server:
        yield server


@pytest.mark.parametrize(
    ("error", "calls", "lasting"),
    [("ENOSPC", ("pwrite64",), "+"), ("EIO", ("fdatasync", "pwrite64"), "")],
)
def test_send(
    lab: Laboratory,
    mailbox: Mailbox,
    smtp: UnreliableSmtp,
    error: str,
    calls: tuple[str, ...],
    lasting: str,
) -> None:
    connect(lab.start, mailbox, smtp.port)
    for words in (["sync"], ["reply", "1003", "--text", "It left today.", "--no-delay"]):
        assert solodesk(lab.start, *words, password=lab.password)[0] == 0
    lab.arguments = ("send",)
    done, _meaning = lab.undisturbed()
    for call, number in points(done, calls, 5):
        for uid in mailbox.uids("Sent", 'HEADER Subject "Re: "'):
            mailbox.delete(uid, "Sent")
        smtp.kept.clear()
        lab.renew()
        at = f"{call} {number} {error}"
        run = lab.traced(f"{call}:error={error}:when={number}{lasting}")
        assert faults(run.errors) <= _TOLD, f"{at}: {run.errors}"
        smtp.quiet()
        assert oracle.problems(lab.data) == [], at
        sync_again(lab.data, lab.password)
        send_again(lab.data, lab.password)
        smtp.quiet()
        assert len(smtp.kept) <= 1, at
        ((_rfc_id, state, _found),) = oracle.meaning(lab.data).outbox
        assert state == ("sent" if smtp.kept else "uncertain"), at
