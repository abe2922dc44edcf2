"""A filled-in text in pieces: plain text, values of this customer, and blanks still to fill.

The composer paints pieces as words and chips; the command line joins them. A value is only ever
a value: it is never read as a template again (faults.md X10). This module must not fill anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class PieceKind(StrEnum):
    """What a piece is."""

    TEXT = "text"
    VALUE = "value"
    BLANK = "blank"


@dataclass(frozen=True, slots=True)
class Piece:
    """One stretch of text. `key` names the placeholder of a value or blank, '' for plain text."""

    kind: PieceKind
    text: str
    key: str = ""


def blanks_in(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """Keys of the blanks, each once, in order."""
    return tuple(dict.fromkeys(p.key for p in pieces if p.kind is PieceKind.BLANK))


def joined(pieces: Iterable[Piece]) -> str:
    """The text of pieces in one; a blank shows as its label in ▢ … ▢."""
    return "".join(f"▢ {p.text} ▢" if p.kind is PieceKind.BLANK else p.text for p in pieces)
