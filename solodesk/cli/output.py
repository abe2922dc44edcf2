"""What a command says: JSON lines or plain text on stdout, progress and faults on stderr.

The only place that writes to the streams. Must not know any command.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TextIO

from solodesk.base.errors import KnownError

# All controls but tab and line feed, and what turns the direction of a line around.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Output:
    """The two streams and the form chosen."""

    json: bool
    out: TextIO
    err: TextIO

    def line(self, data: Mapping[str, Any], text: str | None = None) -> None:
        """One record: its JSON with --json, else `text` (nothing when it is None)."""
        if self.json:
            # JSON may hold DEL and the C1 controls as they are; a terminal would obey them.
            line = _CONTROLS.sub(_escaped, json.dumps(data, ensure_ascii=False))
            self.out.write(line + "\n")
        elif text is not None:
            self.out.write(harmless(text) + "\n")
        self.out.flush()

    def text(self, text: str) -> None:
        """Plain text for people; silent with --json."""
        if not self.json:
            self.out.write(harmless(text) + "\n")
            self.out.flush()

    def progress(self, text: str) -> None:
        """A message on stderr."""
        self.err.write(harmless(text) + "\n")
        self.err.flush()

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns for people, headed; wide characters count two."""
        if self.json or not rows:
            return
        widths = [max(width(row[i]) for row in (headings, *rows)) for i in range(len(headings))]
        for row in (headings, *rows):
            cells = [pad(cell, w) for cell, w in zip(row, widths, strict=True)]
            self.text("  ".join(cells).rstrip())

    def fault(self, error: KnownError) -> int:
        """Tell a known fault; returns the exit code."""
        from solodesk.wording.errors import told

        words = told(error.code, error.params)
        if self.json:
            data: dict[str, Any] = {
                "error": error.code,
                "message": words.message,
                "hint": words.hint,
            }
            facts = {k: list(v) if isinstance(v, tuple) else v for k, v in error.params.items()}
            self.err.write(json.dumps({**data, "params": facts}, ensure_ascii=False) + "\n")
        else:
            self.err.write(harmless(f"{words.message} {words.hint}".strip()) + "\n")
        return error.exit_code

    def wrong_use(self, message: str, hint: str) -> int:
        """Tell wrong use; returns exit code 2."""
        if self.json:
            data = {"error": "wrong_use", "message": message, "hint": hint}
            self.err.write(json.dumps(data, ensure_ascii=False) + "\n")
        else:
            self.err.write(harmless(f"{message}\n{hint}".rstrip()) + "\n")
        return 2


def harmless(text: str) -> str:
    """Text whose control characters, which a terminal obeys, are shown as �; lines and tabs stay.

    Mail is hostile: a subject must not recolour, clear or answer for the owner's terminal.
    """
    return _CONTROLS.sub("�", text)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def width(text: str) -> int:
    """Columns a text takes in a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def pad(text: str, columns: int) -> str:
    """`text` followed by spaces up to a width."""
    return text + " " * max(0, columns - width(text))


def cut(text: str, columns: int) -> str:
    """`text` on one line, at most so wide, with … when something is left out."""
    plain = " ".join(text.split())
    if width(plain) <= columns:
        return plain
    kept = ""
    for c in plain:
        if width(kept + c) >= columns:
            break
        kept += c
    return kept + "…"
