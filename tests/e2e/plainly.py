"""What every refusal of the program must be like: one plain sentence, nothing on stdout, nothing
lost."""

import json
import re
from pathlib import Path
from typing import Any

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store
from tests.support.program import solodesk

Done = tuple[int, list[dict[str, Any]], str]

# What product.md keeps off the screen, and what only programmers say.
_JARGON = re.compile(
    r"\b(IMAP|SMTP|SSL|TLS|SQL\w*|errno|exceptions?|traceback|threads?|stores?|sync engine|socket|"
    r"database|malformed|None|null|UID\w*|BODY|\w+Error|\w+\(\)|\[[A-Z]+\])\b",
    re.IGNORECASE,
)
_SECOND_SENTENCE = re.compile(r"[.!?] [A-Z]")


def refused(done: Done, code: int, error: str, *, printed: int = 0) -> dict[str, Any]:
    """The one error a command told on stderr, checked for plain words; `printed`: stdout lines."""
    exit_code, lines, errors = done
    assert exit_code == code, errors
    assert len(lines) == printed, lines
    told = [json.loads(line) for line in errors.splitlines()]
    assert len(told) == 1, errors
    (said,) = told
    assert said["error"] == error, said
    plain(said["message"])
    assert said["hint"]
    plain(said["hint"], whole=False)
    return dict(said)


def plain(text: str, *, whole: bool = True) -> None:
    """Words for people; `whole`: one sentence, and no more."""
    assert text.strip() == text
    assert text
    assert "\n" not in text
    assert "{" not in text
    quoted = re.sub(r"“[^”]*”|/\S+", "", text)
    found = _JARGON.search(quoted)
    assert not found, f"{found!r} in {text!r}"
    if whole:
        assert not _SECOND_SENTENCE.search(quoted), text


def tickets(data: Path, *words: str) -> list[dict[str, Any]]:
    """All tickets, by the program."""
    code, lines, errors = solodesk(data, "tickets", "--view", "all", *words)
    assert code == 0, errors
    return lines


def sound(data: Path) -> None:
    """The store opens and SQLite finds nothing wrong with it."""
    store = Store.open(DataFolder(data), SystemClock(), origin="test")
    try:
        assert store.check() == ()
    finally:
        store.close()
