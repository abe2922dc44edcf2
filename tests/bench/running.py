"""The engine at work: a first sync with somebody using the store, later passes, news to the screen.

python -m tests.bench.running first DATA ADDRESS   one first sync by a real engine
python -m tests.bench.running passes DATA          passes with nothing new, and with ten new, on one
                                                   open connection

Each says one line of JSON. `SOLODESK_PASSWORD` holds the mailbox's password.
"""

import contextlib
import imaplib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.corpus import write_maildir
from tests.bench.timing import percentile, told
from tests.support.dovecot import PASSWORD, DovecotServer, Mailbox

if TYPE_CHECKING:
    from solodesk.domain.ids import TicketId

_FIRST = 50
_BETWEEN_WRITES_S = 0.03
_PASSES = 30
_TENS = 7
_NEW = 10
_BIG = 100 * 1000 * 1000
_GIVE_UP_S = 1_800


def measure(work: Path, messages: int) -> list[str]:
    """What the engine does while it runs, on a mailbox of `messages`."""
    from tests.bench import sync

    server = DovecotServer()
    server.start()
    os.environ["SOLODESK_PASSWORD"] = PASSWORD
    try:
        box = server.new_mailbox("support@solodesk.example")
        size = sync.fill(box, messages)
        data = work / "running"
        sync.add_account(box, data)
        first = told("tests.bench.running", "first", str(data), box.address)
        lines = [
            f"The engine at work: {messages} messages, {size / 1e6:.0f} MB",
            f"  sign-in to the first {_FIRST} in the store    {first['first_ms']:9.0f} ms",
            f"  whole first sync                          {first['whole_s']:9.1f} s"
            f" = {messages / first['whole_s']:.0f} msgs/s, with somebody writing all the time",
            f"  the desk's writes meanwhile (n={len(first['writes_ms'])})"
            f"       p50 {percentile(first['writes_ms'], 0.5):6.1f}"
            f"  p95 {percentile(first['writes_ms'], 0.95):6.1f}"
            f"  max {max(first['writes_ms']):6.1f} ms",
            f"  peak memory of the engine                 {first['engine_mb']:9.0f} MB",
            f"  peak memory of a worker                   {first['worker_mb']:9.0f} MB",
            f"  store                                     {stored(data) / size:9.2f} × the mail",
        ]
        passes = told("tests.bench.running", "passes", str(data))
        for name, key in (("nothing new", "idle"), (f"{_NEW} new", "ten")):
            p50, p95 = percentile(passes[key], 0.5), percentile(passes[key], 0.95)
            what = f"a pass with {name} (n={len(passes[key])})"
            lines.append(f"  {what:42}p50 {p50:6.1f}  p95 {p95:6.1f} ms")
        news = told("tests.bench.screen", str(data), box.address, str(box.port))
        lines.append(
            f"  * EXISTS to the painted row (n={len(news)})     "
            f"p50 {percentile(news, 0.5):6.0f}  max {max(news):6.0f} ms"
        )
        lines.append(
            f"  a message of {_BIG / 1e6:.0f} MB: peak memory      {_big(box, data):9.0f} MB"
        )
        return ["\n".join(lines)]
    finally:
        server.stop()
        server.remove()


def stored(data: Path) -> int:
    """Bytes of the store and all that lies beside it."""
    return sum(path.stat().st_size for path in data.rglob("*") if path.is_file())


def _big(box: Mailbox, data: Path) -> float:
    """Peak memory in MB of the process that fetches one huge message, and of its workers."""
    head = b"From: ana@client.example\r\nSubject: Plans\r\n\r\n"
    line = b"Q" * 76 + b"\r\n"
    box.deliver(head + line * (_BIG // len(line)), seen=True)
    set_whole = ["settings", "set", "whole_mail_mb", "200"]
    program = [sys.executable, "-m", "solodesk", "--data", str(data)]
    subprocess.run([*program, *set_whole], check=True, capture_output=True)
    with _watched([*program, "sync"]) as (process, peaks):
        process.wait(_GIVE_UP_S)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, "sync")
    return max(peaks.values())


@contextlib.contextmanager
def _watched(command: Sequence[str]) -> Iterator[tuple[subprocess.Popen[str], dict[int, float]]]:
    """A running command, and the peak memory in MB of its processes by process number."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    peaks: dict[int, float] = {}
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.02):
            for pid in (process.pid, *_children(process.pid)):
                peaks[pid] = max(peaks.get(pid, 0.0), _peak_mb(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield process, peaks
    finally:
        over.set()
        thread.join()
        if process.poll() is None:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
        process.wait()


def _children(pid: int) -> list[int]:
    try:
        said = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        # Workers are started by threads: every thread has its own children.
        for task in Path(f"/proc/{pid}/task").iterdir():
            said += " " + (task / "children").read_text(encoding="ascii")
    except OSError:
        return []
    return sorted({int(each) for each in said.split()})


def _peak_mb(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return 0.0
    return int(line.split()[1]) / 1024


def _first(data: Path, address: str) -> dict[str, object]:
    """A real engine's first sync, while this process writes as a desk does."""
    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.domain.views import View
    from solodesk.services import tickets
    from solodesk.services.units import Store

    store = Store.open(DataFolder(data), SystemClock(), origin="desk")
    with store.read() as reader:
        account = next(a.id for a in reader.accounts.all() if a.address == address)
    writes: list[float] = []
    known: Sequence[TicketId] = ()
    first_ms = 0.0
    command = [sys.executable, "-m", "solodesk", "--data", str(data), "engine"]
    with _watched(command) as (process, peaks):
        signed_in = _signed_in(process)
        done = False
        while not done:
            with store.read() as reader:
                row = reader.accounts.get(account)
                done = row is not None and row.first_sync_done_ms is not None
                if not known and reader.messages.count() >= _FIRST:
                    first_ms = (time.perf_counter() - signed_in) * 1000
                    known = reader.lists.ids(View.ALL, newest=True)
            if known:
                ticket = known[len(writes) % len(known)]
                priority = ("high", "normal")[len(writes) // len(known) % 2]
                start = time.perf_counter()
                with store.write() as desk:
                    tickets.set_priority(desk, [ticket], priority)
                writes.append((time.perf_counter() - start) * 1000)
            time.sleep(_BETWEEN_WRITES_S if known else 0.005)
        whole = time.perf_counter() - signed_in
        _end(process)
    store.close()
    workers = [peak for pid, peak in peaks.items() if pid != process.pid]
    return {
        "first_ms": first_ms,
        "whole_s": whole,
        "writes_ms": writes,
        "engine_mb": peaks[process.pid],
        "worker_mb": max(workers, default=0.0),
    }


def _signed_in(process: subprocess.Popen[str]) -> float:
    """Waits for the engine's first sign-in; its moment. What it says later is thrown away."""
    out = process.stdout
    assert out is not None
    for line in out:
        if json.loads(line).get("news") == "connectivity":
            break
    moment = time.perf_counter()
    threading.Thread(target=out.read, daemon=True).start()
    return moment


def _end(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(60)


def _passes(data: Path) -> dict[str, list[float]]:
    """Milliseconds of passes on one open connection: over an unchanged mailbox, and ten new."""
    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.engine.receiving import receive
    from solodesk.mail.imap import ImapSource
    from solodesk.services import accounts
    from solodesk.services.units import Store

    store = Store.open(DataFolder(data), SystemClock(), origin="engine")
    with store.read() as reader:
        row = reader.accounts.all()[0]
    idle: list[float] = []
    ten: list[float] = []
    password = os.environ["SOLODESK_PASSWORD"]
    with ImapSource(accounts.receiving(row), password) as source:
        for _ in range(_PASSES + 2):
            start = time.perf_counter()
            receive(store, row.id, source)
            idle.append((time.perf_counter() - start) * 1000)
        for seed in range(_TENS + 1):
            _append(row.imap_port, row.user, password, seed + 5_000)
            start = time.perf_counter()
            new = sum(each.new for each in receive(store, row.id, source))
            ten.append((time.perf_counter() - start) * 1000)
            if new != _NEW:
                message = f"{new} new messages instead of {_NEW}"
                raise ValueError(message)
    store.close()
    return {"idle": idle[2:], "ten": ten[1:]}


def _append(port: int, user: str, password: str, seed: int) -> None:
    """Ten more mails, put there by another program."""
    with tempfile.TemporaryDirectory() as folder, imaplib.IMAP4("127.0.0.1", port) as other:
        write_maildir(Path(folder), _NEW, seed=seed)
        other.login(user, password)
        for file in sorted(Path(folder).glob("cur/*")):
            other.append("INBOX", "", "", file.read_bytes())


def main() -> None:
    """What the command line names."""
    what, data = sys.argv[1], Path(sys.argv[2])
    if what == "first":
        said: object = _first(data, sys.argv[3])
    else:
        said = _passes(data)
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
