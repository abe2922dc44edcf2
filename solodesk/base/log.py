"""Log files without secrets.

`writing` sends the process's log records to a small rotating file; every line, tracebacks
included, goes through a `Redactor` that knows the secrets in use in all the shapes they travel
in. This module must not decide what is worth a line; nobody logs what customers write.
"""

import base64
import json
import logging
import logging.handlers
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from solodesk.base.clock import utc_iso

HIDDEN = "•••"
_SHORTEST = 3  # shorter values would blot out ordinary words
_SHORTEST_ENCODED = 6
_FORMAT = "%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"


class Redactor:
    """Knows secrets and takes them out of texts; any thread may call it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def hide(self, secret: str) -> None:
        """From now on take `secret` out, plain, escaped and in any base64 that holds it."""
        with self._lock:
            self._forms |= _forms(secret)
            longest_first = sorted(self._forms, key=len, reverse=True)
            joined = "|".join(map(re.escape, longest_first))
            self._pattern = re.compile(joined) if joined else None

    def clean(self, text: str) -> str:
        """`text` with every known secret replaced by `HIDDEN`."""
        pattern = self._pattern
        return pattern.sub(HIDDEN, text) if pattern else text


def _forms(secret: str) -> set[str]:
    if len(secret) < _SHORTEST:
        return set()
    raw = secret.encode()
    plain = {secret, repr(secret)[1:-1], repr(raw)[2:-1], quote(secret, safe="")}
    plain.add(json.dumps(secret)[1:-1])
    forms = {form for form in plain if len(form) >= _SHORTEST}
    # Base64 turns three bytes into four letters, so a secret within a longer text (AUTH PLAIN,
    # XOAUTH2) has three shapes. The letters at the edges depend on the neighbours: left out.
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            letters = encode(b"\0" * before + raw).decode().rstrip("=")
            first = (before * 8 + 5) // 6
            whole = (before + len(raw)) * 8 // 6
            core = letters[first:whole]
            if len(core) >= _SHORTEST_ENCODED:
                forms.add(core)
    return forms


class _CleanFormatter(logging.Formatter):
    """Formats a record, traceback included, then takes the secrets out."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(_FORMAT)
        self._redactor = redactor

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002
        return utc_iso(int(record.created * 1000), milliseconds=True)

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.clean(super().format(record))


@contextmanager
def writing(
    folder: Path, program: str, redactor: Redactor, *, level: int = logging.INFO
) -> Iterator[Path]:
    """Within the block the root logger also writes to `folder/program.log`; yields its path.

    One megabyte, five files kept. Each process has its own `program` (`desk`, `engine`, `cli`),
    since two must not rotate one file.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{program}.log"
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=1_000_000, backupCount=5, encoding="utf-8", errors="backslashreplace"
    )
    handler.setFormatter(_CleanFormatter(redactor))
    handler.setLevel(level)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(min(before, level) if before else level)
    try:
        yield path
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()
