"""Opening any mail asks nobody and reads nothing of this machine: watched by strace."""

import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.services.units import Store
from tests.mail.hostile import BEACONS, SCRIPTS
from tests.support.mails import raw_mail
from tests.ui.panes.desk import NEAR_MS, account, receive

_ROOT = Path(__file__).resolve().parents[2]
_CALLS = "%network,%file"
_ASKING = re.compile(r"AF_INET|nscd|sendto\(|sendmsg\(|sendmmsg\(")
# Where a program of this kind reads by itself: libraries, fonts, time zones, its own code.
_OWN_PLACES = (
    "/usr/",
    "/lib/",
    "/lib64/",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/ld.so",
    "/proc/self/",
    "/proc/meminfo",
    "/proc/sys/",
    "/sys/",
    "/dev/",
    "/var/cache/fontconfig",
)


def _can_trace() -> bool:
    strace = shutil.which("strace")
    return (
        bool(strace)
        and not subprocess.run(
            [str(strace), "-f", "-o", "/dev/null", "true"], capture_output=True, check=False
        ).returncode
    )


def _fill(folder: DataFolder, host: str, bait: Path) -> int:
    """One mail for each hostile form; its host listens, its files exist."""
    store = Store.open(folder, SystemClock(), origin="test")
    forms = [form.replace("http://B", f"http://{host}").replace("//B", f"//{host}")
             for form in (*BEACONS, *SCRIPTS)]  # fmt: skip
    forms += [
        f'<img src="{bait.as_uri()}">', f'<img src="{bait}">', f'<a href="{bait.as_uri()}">x</a>',
        f'<div style="background:url({bait.as_uri()})">x</div>', f"<img src='file:{bait}'>",
        f'<link rel="stylesheet" href="{bait.as_uri()}">', f'<img src="cid:{bait}">',
        f"<style>@import '{bait.as_uri()}'; p{{background:url({bait})}}</style><p>x",
        f'<img src="cid:../../{bait}">', f'<img src="://{bait}">',
    ]  # fmt: skip
    try:
        with store.write() as desk:
            account(desk)
            for number, form in enumerate(forms):
                words = f"<p>Number {number}</p>{form}<p>The end</p>"
                quoted = f'<div class="gmail_quote">On Monday Lin wrote:<br>{form}</div>'
                raw = raw_mail(
                    words + quoted, subject=_line(form), sender=f"v{number}@mail.example",
                    to="hello@lin.example", at_ms=NEAR_MS,
                )  # fmt: skip
                receive(desk, raw.replace(b"text/plain", b"text/html"), NEAR_MS + number)
    finally:
        store.close()
    return len(forms)


def _line(form: str) -> str:
    """A form as a subject: what stands in the list and over the conversation."""
    return " ".join(re.sub(r"[^ -~]", " ", form).split())[:200]


def _between(trace: str, begin: Path, end: Path) -> list[str]:
    lines = trace.splitlines()
    first, last = (
        max(at for at, line in enumerate(lines) if f'"{mark}"' in line) for mark in (begin, end)
    )
    return lines[first + 1 : last]


def _foreign(line: str, own: tuple[str, ...]) -> str | None:
    """A file the line is about that is not the program's own; None when it is about none."""
    match = re.search(r'"((?:[^"\\]|\\.)*)"', line)
    path = match[1] if match else ""
    if not path.startswith("/") or path.startswith(own) or path in own:
        return None
    return None if any(place.startswith(path.rstrip("/") + "/") for place in own) else path


@pytest.mark.skipif(not _can_trace(), reason="this machine lets nobody trace system calls")
def test_opening_any_mail_asks_nobody_and_reads_no_file(tmp_path: Path) -> None:
    bait = tmp_path / "bait" / "secret.png"
    bait.parent.mkdir()
    bait.write_bytes(b"\x89PNG\r\n\x1a\n")
    folder = DataFolder(tmp_path / "data")
    folder.root.mkdir()
    sink = socket.create_server(("127.0.0.1", 0))
    sink.settimeout(0)
    count = _fill(folder.create(), f"127.0.0.1:{sink.getsockname()[1]}", bait)
    begin, end, log = tmp_path / "begin", tmp_path / "end", tmp_path / "trace"
    command = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "300", "-e", f"trace={_CALLS}",
               "-o", str(log),
               sys.executable, "-m", "tests.support.leak_window", str(folder.root), str(begin),
               str(end)]  # fmt: skip
    done = subprocess.run(
        command, cwd=_ROOT, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(done.stdout) == count
    with pytest.raises(BlockingIOError):
        sink.accept()
    sink.close()
    calls = _between(log.read_text("utf-8", "replace"), begin, end)
    assert len(calls) > 10  # the trace saw the window work
    asked = [line for line in calls if _ASKING.search(line)]
    assert not asked, asked[:5]
    home = (str(folder.root), str(_ROOT), sys.prefix, sys.base_prefix, str(Path.home() / ".cache"))
    read = [path for line in calls if (path := _foreign(line, (*_OWN_PLACES, *home)))]
    assert not read, read[:5]
    assert not [line for line in calls if str(bait.parent) in line or "passwd" in line]
