"""kill -9 in the middle of a sync or an import, then once more: as if nothing had happened."""

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from solodesk.base.paths import DataFolder
from tests.e2e.plainly import sound
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import environment, solodesk
from tests.support.waiting import free_port, wait_until

_CUSTOMERS = 90
_EACH = 3
_OWN = "support@shop.example"
# Grows by the second while people wait.
_GROWING = {"oldest_waiting"}


def correspondence(own: str, newest: datetime) -> Iterator[tuple[str, datetime, bytes]]:
    """(folder, time, mail): each customer asks, we answer, they thank us or ask on."""
    for n in range(_CUSTOMERS):
        asked = newest - timedelta(hours=14 * n + 3)
        who, subject = f"C {n} <c{n}@customer.example>", f"Order {n}"
        thanks = ("Thank you!", "And when exactly?")[n % 2]
        question = f"<q{n}@customer.example>"
        steps = [
            ("INBOX", asked, who, own, f"Where is order {n}? 退款 please.", question, None),
            ("Sent", asked + timedelta(hours=1), own, who, "It left today.", f"<a{n}@s>", question),
            ("INBOX", asked + timedelta(hours=2), who, own, thanks,
             f"<t{n}@customer.example>", f"<a{n}@s>"),
        ]  # fmt: skip
        for folder, at, sender, to, text, number, before in steps:
            thread = {"In-Reply-To": before, "References": before} if before else {}
            yield (
                folder,
                at,
                raw_mail(
                    text,
                    subject=subject if before is None else f"Re: {subject}",
                    sender=sender,
                    to=to,
                    at_ms=int(at.timestamp() * 1000),
                    message_id=number,
                    headers=thread,
                ),
            )


def messages(data: Path) -> int:
    """How many messages other programs can see in the store by now."""
    file = DataFolder(data).store
    if not file.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as link:
            return int(link.execute("SELECT count(*) FROM message").fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # the tables are not there yet


def kill_at(data: Path, count: int, *words: str, password: str | None = None) -> int:
    """Start a command and kill it once the store holds `count` messages; how many it held."""
    command = [sys.executable, "-m", "solodesk", "--json", "--data", str(data), *words]
    process = subprocess.Popen(
        command,
        env=environment(password),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        wait_until(lambda: process.poll() is not None or messages(data) >= count, 30)
    finally:
        process.kill()
        said = process.stderr.read() if process.stderr else b""
        code = process.wait(10)
        if process.stderr:
            process.stderr.close()
    assert code == -signal.SIGKILL, f"it had ended with {code}: {said.decode()}"
    wait_until(lambda: not _alive(process.pid), 10, "what it had started ends too")
    return messages(data)


def _alive(session: int) -> bool:
    """Whether a process of this session (the killed one's children) still runs."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            _name, _, rest = stat.read_text(errors="replace").rpartition(") ")
        except OSError:
            continue
        state, _parent, _group, its_session, *_others = rest.split()
        if int(its_session) == session and state != "Z":
            return True
    return False


def state(data: Path) -> dict[str, Any]:
    """Everything the owner sees, by the program."""
    sound(data)
    code, tickets, said = solodesk(data, "tickets", "--view", "all")
    assert code == 0, said
    shown: dict[str, Any] = {"tickets": sorted(tickets, key=lambda line: int(line["ticket"]))}
    for words in (["search", "退款", "--limit", "1000"], ["customer", "list"]):
        lines = solodesk(data, *words)[1]
        kept = [
            {k: v for k, v in line.items() if k not in {"message", "customer"}} for line in lines
        ]
        shown[words[0]] = sorted(kept, key=json.dumps)
    for line in shown["tickets"]:
        line["customer"] = line["customer"]["address"]
    figures = solodesk(data, "figures")[1]
    shown["figures"] = {
        each["figure"]: (each["value"], each["n"])
        for each in figures
        if each["figure"] not in _GROWING
    }
    return shown


@pytest.fixture
def filled(mailbox: Mailbox) -> Mailbox:
    newest = datetime.now(UTC).replace(microsecond=0)
    for folder, at, mail in correspondence(mailbox.address, newest):
        mailbox.append(folder, mail, internaldate=at)
    return mailbox


def connect(data: Path, box: Mailbox) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    words = ["account", "add", box.address, "--imap", f"{box.host}:{box.port}", "--smtp", nowhere]
    words += ["--imap-tls", "plain", "--smtp-tls", "plain", "--no-test", "--password-stdin"]
    assert solodesk(data, *words, stdin="x\n")[0] == 0


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks at processes in /proc")
def test_sync(tmp_path: Path, filled: Mailbox) -> None:
    whole = tmp_path / "whole"
    connect(whole, filled)
    assert solodesk(whole, "sync", password=filled.password)[0] == 0
    expected = state(whole)
    assert len(expected["tickets"]) == _CUSTOMERS
    for count in (1, 60, 200):
        data = tmp_path / f"killed-{count}"
        connect(data, filled)
        held = kill_at(data, count, "sync", password=filled.password)
        assert held < _EACH * _CUSTOMERS
        sound(data)
        code, lines, said = solodesk(data, "sync", password=filled.password)
        assert code == 0, said
        assert sum(line["new"] for line in lines) == _EACH * _CUSTOMERS - held
        assert [line["missing"] for line in lines] == [0, 0]
        assert state(data) == expected


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks at processes in /proc")
def test_import(tmp_path: Path) -> None:
    newest = datetime(2026, 9, 1, tzinfo=UTC)
    in_time = sorted(correspondence(_OWN, newest), key=lambda each: each[1])
    box = tmp_path / "old.mbox"
    parts = [b"From x@y Mon Sep  7 09:00:00 2026\n" + mail + b"\n" for _, _, mail in in_time]
    box.write_bytes(b"".join(parts))
    words = ["import", str(box), "--own", _OWN]
    whole = tmp_path / "whole"
    assert solodesk(whole, *words)[0] == 0
    expected = state(whole)
    assert len(expected["tickets"]) == _CUSTOMERS
    for count in (1, 60, 200):
        data = tmp_path / f"killed-{count}"
        held = kill_at(data, count, *words)
        assert held < _EACH * _CUSTOMERS
        code, lines, said = solodesk(data, *words)
        assert code == 0, said
        assert [line["new"] for line in lines].count(True) == _EACH * _CUSTOMERS - held
        assert state(data) == expected
