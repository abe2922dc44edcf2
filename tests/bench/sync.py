"""First sync, and a pass with nothing new: SoloDesk against the bare fetch and mbsync + notmuch."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.bench.corpus import write_maildir
from tests.bench.timing import Runner, in_turn, table
from tests.support.dovecot import DovecotServer, Mailbox

_FLOOR = "bare IMAP fetch"
_PEER = "mbsync + notmuch new"
_OURS = "solodesk sync"
_MBSYNCRC = """\
FSync no
IMAPStore far
Host 127.0.0.1
Port {port}
User {user}
Pass "{password}"
SSLType None
AuthMechs LOGIN

MaildirStore near
Inbox {work}/mail/INBOX

Channel c
Far :far:
Near :near:
Sync Pull
Create Near
SyncState {work}/state/
"""
_NOTMUCHRC = """\
[database]
path={work}/mail
[user]
name=o
primary_email=support@solodesk.example
[new]
ignore=.uidvalidity
"""


def fill(box: Mailbox, messages: int) -> int:
    """Put the corpus into the server's Maildir; returns its bytes."""
    total = write_maildir(box.maildir, messages)
    box.server.own(box.maildir, *box.maildir.rglob("*"))
    return total


def _floor(box: Mailbox) -> Runner:
    words = ["-m", "tests.bench.rawfetch", str(box.port), box.user, box.password]
    return Runner(_FLOOR, [sys.executable, *words])


def _peer(box: Mailbox, work: Path) -> Runner | None:
    """mbsync without fsync, then notmuch's index; None when they are not installed."""
    if shutil.which("mbsync") is None or shutil.which("notmuch") is None:
        return None
    near = work / "peer"
    facts = {"port": box.port, "user": box.user, "password": box.password, "work": near}
    (work / "mbsyncrc").write_text(_MBSYNCRC.format(**facts), encoding="utf-8")
    (work / "notmuchrc").write_text(_NOTMUCHRC.format(work=near), encoding="utf-8")

    def before() -> None:
        shutil.rmtree(near, ignore_errors=True)
        for name in ("mail", "state"):
            (near / name).mkdir(parents=True)

    command = f"mbsync -qq -c '{work}/mbsyncrc' c && notmuch new --quiet"
    environment = {"NOTMUCH_CONFIG": str(work / "notmuchrc")}
    return Runner(_PEER, ["sh", "-c", command], before, environment)


def _ours(box: Mailbox, data: Path) -> Runner:
    """Our whole process from an empty data folder; the account is made before the clock starts."""
    program = [sys.executable, "-m", "solodesk", "--data", str(data)]
    server = ["--imap", f"127.0.0.1:{box.port}", "--imap-tls", "plain"]
    outgoing = ["--smtp", "127.0.0.1:9", "--smtp-tls", "plain", "--no-test"]
    environment = {"SOLODESK_PASSWORD": box.password}

    def before() -> None:
        shutil.rmtree(data, ignore_errors=True)
        add = ["account", "add", box.address, *server, *outgoing, "--user", box.user]
        add += ["--password-env", "SOLODESK_PASSWORD", "--history", "all"]
        # Nothing is closed for its age: the window's first list is then full.
        add += ["--idle-close-days", "0"]
        subprocess.run([*program, *add], check=True, env=_with(environment), capture_output=True)

    return Runner(_OURS, [*program, "sync"], before, environment)


def _with(extra: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **extra}


def prepare(work: Path, messages: int) -> None:
    """The store (and the peer's Maildir and index) of the corpus, without measuring."""
    server = DovecotServer()
    server.start()
    try:
        box = server.new_mailbox("support@solodesk.example")
        fill(box, messages)
        peer = _peer(box, work)
        in_turn([_ours(box, work / "data"), *([peer] if peer else [])], 1, warm=False)
    finally:
        server.stop()
        server.remove()


def measure(work: Path, messages: int, runs: int) -> list[str]:
    """Tables of a first sync and of a pass with nothing new; `work` is left filled with mail."""
    server = DovecotServer()
    server.start()
    try:
        box = server.new_mailbox("support@solodesk.example")
        size = fill(box, messages)
        ours = _ours(box, work / "data")
        peer = _peer(box, work)
        runners = [_floor(box), *([peer] if peer else []), ours]
        in_turn(runners, runs)
        title = f"First sync, {messages} messages, {size / 1e6:.0f} MB"
        against = _PEER if peer else _FLOOR
        tables = [table(title, runners, peer=against, messages=messages)]
        stored = sum(path.stat().st_size for path in (work / "data").rglob("*") if path.is_file())
        tables.append(f"store {stored / 1e6:.0f} MB = {stored / size:.2f} × the mail's bytes")
        again = [
            Runner(runner.name, runner.command, None, runner.environment)
            for runner in runners
            if runner.name != _FLOOR
        ]
        in_turn(again, runs)
        tables.append(table("Again, nothing new", again, peer=_PEER if peer else _OURS))
        return tables
    finally:
        server.stop()
        server.remove()
