"""The program under strace's fault injection: killed or refused at exactly the Nth system call.

Each system call is counted by itself and per thread; the one-pass commands write on one thread.
"""

import json
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.components import require_program
from tests.support.program import environment

WRITES = ("pwrite64", "fdatasync", "fsync", "ftruncate", "unlink", "rename")
"""What changes the store's files."""
TALK = ("sendto", "recvfrom")
"""What goes over the network."""
_CALL = re.compile(r"^(?:\d+ +)?(\w+)\(")


@dataclass(frozen=True, slots=True)
class Traced:
    """How a run ended: `code` is -9 when it was killed; `calls` counts the watched calls."""

    code: int
    lines: list[dict[str, Any]]
    errors: str
    calls: Counter[str]

    @property
    def killed(self) -> bool:
        """Whether the injected signal ended it."""
        return self.code in (-signal.SIGKILL, 128 + signal.SIGKILL)


def traced(
    command: Sequence[str], *, password: str, inject: str | None = None, log: Path
) -> Traced:
    """One command under strace.

    `inject` is strace's: `pwrite64:signal=KILL:when=7`, `fdatasync:error=EIO:when=3+`.
    """
    watched = ",".join((*WRITES, *TALK))
    before = [require_program("strace", "strace"), "-f", "-qq", "-o", str(log)]
    before += ["-e", "signal=none", "-s", "0", "-e", f"trace={watched}"]
    before += ["-e", f"inject={inject}"] if inject else []
    done = subprocess.run(
        [*before, *command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(password, {"PYTHONDONTWRITEBYTECODE": "1"}),
        timeout=90,
        check=False,
    )
    found = log.read_text(encoding="utf-8", errors="replace").splitlines()
    calls = Counter(match[1] for line in found if (match := _CALL.match(line)))
    log.unlink()
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.endswith("}")]
    return Traced(done.returncode, lines, done.stderr, calls)
