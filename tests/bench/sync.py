"""First sync and later passes: SoloDesk against the bare fetch and the programs of peers.py."""

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import peers
from tests.bench.corpus import write_maildir
from tests.bench.timing import Runner, in_turn, table
from tests.support.dovecot import DovecotServer, Mailbox

_FLOOR = "bare IMAP fetch"
_OURS = "solodesk sync"
_NEW = 10
_SEEDS = itertools.count(1_000)


def fill(box: Mailbox, messages: int) -> int:
    """Put the corpus into the server's Maildir; returns its bytes."""
    total = write_maildir(box.maildir, messages)
    box.server.own(box.maildir, *box.maildir.rglob("*"))
    return total


def _floor(box: Mailbox) -> Runner:
    words = ["-m", "tests.bench.rawfetch", str(box.port), box.user, box.password]
    return Runner(_FLOOR, [sys.executable, *words])


def _ours(box: Mailbox, data: Path) -> Runner:
    """Our whole process from an empty data folder; the account is made before the clock starts."""
    program = [sys.executable, "-m", "solodesk", "--data", str(data)]
    environment = {"SOLODESK_PASSWORD": box.password}
    return Runner(_OURS, [*program, "sync"], lambda: add_account(box, data), environment)


def add_account(box: Mailbox, data: Path) -> None:
    """An empty data folder with the mailbox's account and nothing else."""
    shutil.rmtree(data, ignore_errors=True)
    add = [sys.executable, "-m", "solodesk", "--data", str(data), "account", "add", box.address]
    add += ["--imap", f"127.0.0.1:{box.port}", "--imap-tls", "plain", "--user", box.user]
    add += ["--smtp", "127.0.0.1:9", "--smtp-tls", "plain", "--no-test"]
    add += ["--password-env", "SOLODESK_PASSWORD", "--history", "all"]
    # Nothing is closed for its age: the window's first list is then full.
    add += ["--idle-close-days", "0"]
    environment = {**os.environ, "SOLODESK_PASSWORD": box.password}
    subprocess.run(add, check=True, env=environment, capture_output=True)


def prepare(work: Path, messages: int) -> None:
    """The store (and the peer's Maildir and index) of the corpus, without measuring."""
    server = DovecotServer()
    server.start()
    try:
        box = server.new_mailbox("support@solodesk.example")
        fill(box, messages)
        peer = peers.indexed(box, work)
        in_turn([_ours(box, work / "data"), *([peer] if peer else [])], 1, warm=False)
    finally:
        server.stop()
        server.remove()


def measure(work: Path, messages: int, runs: int, programs: Path | None) -> list[str]:
    """Tables of a first sync, of a pass with nothing new and with ten; `work` is left full.

    `programs`: the virtual environment of the peers that are Python programs, or None.
    """
    server = DovecotServer()
    server.start()
    try:
        box = server.new_mailbox("support@solodesk.example")
        size = fill(box, messages)
        ours = _ours(box, work / "data")
        there = [peers.indexed(box, work), peers.offlineimap(box, work, programs)]
        rivals = [each for each in there if each is not None]
        against = rivals[0].name if rivals else _FLOOR
        runners = [_floor(box), *rivals, ours]
        in_turn(runners, runs)
        title = f"First sync, {messages} messages, {size / 1e6:.0f} MB"
        tables = [table(title, runners, peer=against, messages=messages)]
        stored = sum(path.stat().st_size for path in (work / "data").rglob("*") if path.is_file())
        tables.append(f"store {stored / 1e6:.0f} MB = {stored / size:.2f} × the mail's bytes")
        slow = peers.helpdesk(server, work, programs)
        if slow is not None:
            in_turn([slow], runs, warm=False)
            tables.append(_against_helpdesk(slow, ours, messages))
        compare = rivals[-1].name if rivals else _OURS
        tables += _later([*rivals, ours], box, max(runs, 5), compare)
        return tables
    finally:
        server.stop()
        server.remove()


def _against_helpdesk(slow: Runner, ours: Runner, messages: int) -> str:
    theirs, rate = peers.HELPDESK_MESSAGES / slow.median, messages / ours.median
    return (
        f"{slow.name}: {theirs:.0f} msgs/s (of a mailbox of {peers.HELPDESK_MESSAGES}); "
        f"{_OURS} is {rate / theirs:.0f} × as fast"
    )


def _later(runners: Sequence[Runner], box: Mailbox, runs: int, compare: str) -> list[str]:
    """The passes after the first one: nothing new, then ten new messages before each."""

    def deliver() -> None:
        before = set(box.maildir.glob("cur/*"))
        write_maildir(box.maildir, _NEW, seed=next(_SEEDS))
        box.server.own(*(set(box.maildir.glob("cur/*")) - before))

    def again(before: Callable[[], None] | None) -> list[Runner]:
        return [Runner(each.name, each.command, before, each.environment) for each in runners]

    idle, ten = again(None), again(deliver)
    in_turn(idle, runs)
    in_turn(ten, runs)
    return [
        table("Again, nothing new", idle, peer=compare),
        table(f"Again, {_NEW} new messages", ten, peer=compare),
    ]
