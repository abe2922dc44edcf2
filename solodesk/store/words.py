"""What a message says as table words keeps it: its whole text and its new text in one cell.

The new text nearly always begins the whole one: then only its length is kept. Must not run SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass

from solodesk.store.compression import CLOSE, pack, unpack


@dataclass(frozen=True, slots=True)
class Texts:
    """The decoded text of a message, and the same without quoted history and signature."""

    text: str = ""
    new_text: str = ""


def pack_texts(texts: Texts, dictionary: bytes | None = None) -> bytes:
    """The cell: a line with the length of the new text in characters, then the text.

    `+` before the length: the new text is no beginning of the text and stands before it.
    """
    new = texts.new_text
    head = f"{len(new)}\n" if texts.text.startswith(new) else f"+{len(new)}\n{new}"
    return pack((head + texts.text).encode(), dictionary, CLOSE)


def unpack_texts(cell: bytes, find: Callable[[int], bytes | None]) -> Texts:
    """What `pack_texts` was given; `find` gives a dictionary of the store by its number."""
    head, _, text = unpack(cell, find).decode().partition("\n")
    length = int(head)
    if head.startswith("+"):
        return Texts(text[length:], text[:length])
    return Texts(text, text[:length])
