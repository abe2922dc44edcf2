"""Start the sample shop's mail servers as a child process, and stop them again.

The child ends when its standard input closes, so it cannot be left over. Must not know what the
mailbox holds.
"""

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from zoneinfo import ZoneInfo

from solodesk.base.children import child_command, creation_flags
from solodesk.base.errors import KnownError

_START_SECONDS = 30.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class DemoMailbox:
    """Where the sample mailbox is served (127.0.0.1, no TLS) and how to sign in."""

    imap_port: int
    smtp_port: int
    user: str
    password: str
    address: str
    name: str
    messages: int


class DemoServer:
    """`with DemoServer(zone) as mailbox:` serves the sample mailbox until the block ends.

    `answer_delay`: seconds until a sample customer answers; `now`: the demo's present moment
    (aware), default the computer's. Raises KnownError("demo_did_not_start") when the child does
    not come up.
    """

    def __init__(
        self,
        zone: ZoneInfo,
        *,
        seed: int = 1,
        answer_delay: float = 3.0,
        sent_copy: bool = True,
        now: datetime | None = None,
    ) -> None:
        self._arguments = [
            "--zone",
            str(zone),
            "--seed",
            str(seed),
            "--answer-delay",
            str(answer_delay),
            "--sent-copy" if sent_copy else "--no-sent-copy",
        ]
        if now is not None:
            self._arguments += ["--now", now.isoformat()]
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id while it runs."""
        return None if self._child is None else self._child.pid

    def __enter__(self) -> DemoMailbox:
        child = subprocess.Popen(
            _command(self._arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            creationflags=creation_flags(),
        )
        self._child = child
        ready = _ready_line(child)
        if ready is None:
            self._stop()
            raise KnownError("demo_did_not_start")
        return ready

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.stdin is not None:
            child.stdin.close()
        try:
            child.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()


def _command(arguments: list[str]) -> list[str]:
    if getattr(sys, "frozen", False):
        return child_command("demo-server", *arguments)
    return [sys.executable, "-m", "solodesk.demo.server", *arguments]


def _ready_line(child: subprocess.Popen[bytes]) -> DemoMailbox | None:
    """What the child says when it is ready; None when it ended or stayed silent too long."""
    if child.stdout is None:
        return None
    watchdog = threading.Timer(_START_SECONDS, child.kill)
    watchdog.start()
    try:
        line = child.stdout.readline()
    finally:
        watchdog.cancel()
        watchdog.join()
    try:
        return DemoMailbox(**json.loads(line))
    except (ValueError, TypeError):
        return None
