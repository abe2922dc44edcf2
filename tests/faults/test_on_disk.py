"""Whatever the owner decides about mail on its way out is on the disk before it is told: a power
cut a moment later neither sends it anew nor forgets it (faults.md S2, `synchronous=FULL`)."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.laboratory import connect, store_of
from tests.support.components import require_program
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import environment, solodesk

_LOG = re.compile(r"^\d+ +(pwrite64|write|fsync|fdatasync)\(\d+<[^>]*solodesk\.db-wal>")


def calls_on_the_log(data: Path, *arguments: str) -> list[str]:
    """What a command did to the write-ahead log, in order: writes and syncs."""
    trace = data.with_suffix(".strace")
    command = [require_program("strace", "strace"), "-f", "-qq", "-y", "-s", "0", "-o", str(trace)]
    command += ["-e", "signal=none", "-e", "trace=pwrite64,write,fsync,fdatasync"]
    command += [sys.executable, "-m", "solodesk", "--json", "--data", str(data), *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(None), timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = trace.read_text(encoding="utf-8", errors="replace").splitlines()
    return [match[1] for line in lines if (match := _LOG.match(line))]


@pytest.fixture
def data(tmp_path: Path, mailbox: Mailbox) -> Iterator[Path]:
    """A desk with one mail; it is open elsewhere, so that no command tidies the log at its end."""
    folder = tmp_path / "data"
    connect(folder, mailbox)
    letter = tmp_path / "letter.eml"
    letter.write_bytes(raw_mail("Where is my order?", to=mailbox.address))
    code, _lines, errors = solodesk(folder, "import", str(letter))
    assert code == 0, errors
    with store_of(folder) as store, store.read() as reader:
        reader.lists.counts()
        yield folder


def test_every_decision_about_mail_on_its_way_is_synced(data: Path) -> None:
    (ticket,) = solodesk(data, "tickets", "--view", "all")[1]
    number = str(ticket["ticket"])
    decisions = (
        ("reply", number, "--text", "It left today."),
        ("outbox", "cancel", "1"),
        ("reply", number, "--text", "It left today.", "--later", "3d"),
        ("outbox", "retry", "2"),
        ("undo",),
        ("survey", "send", number),
    )
    for words in decisions:
        calls = calls_on_the_log(data, *words)
        assert "pwrite64" in calls or "write" in calls, words
        assert calls[-1] in ("fsync", "fdatasync"), f"{words}: {calls}"


def test_a_note_does_not_wait_for_the_disk(data: Path) -> None:
    """What can be typed again is not worth the wait."""
    (ticket,) = solodesk(data, "tickets", "--view", "all")[1]
    calls = calls_on_the_log(data, "note", str(ticket["ticket"]), "--text", "Ask the bank.")
    assert calls, "nothing was written"
    assert calls[-1] not in ("fsync", "fdatasync")
