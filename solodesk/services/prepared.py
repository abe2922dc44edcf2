"""What can be done with a message's bytes before the store is touched, in any process.

Reading, compressing and cutting into words take longer than storing; done beforehand (by workers,
engine/parse_pool.py) they cost the write lock nothing. Pure functions: no store is opened here.
What reads mail is loaded when there is mail: a pass with nothing new needs none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from solodesk.domain.message import ParsedMessage
from solodesk.store.raw_form import FOLDED_UP_TO, Cell, packed_raw

if TYPE_CHECKING:
    from solodesk.store.search_words import Words

_PACKED_HERE = FOLDED_UP_TO
"""Bigger messages are compressed by whoever stores them: fewer copies of them in memory."""

Read = Callable[[bytes, frozenset[str]], ParsedMessage]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message's meaning; `packed`: its bytes as the store keeps them; `columns`: its row
    (stored.py, `ready_columns`); `words`: for the search.

    They are None when the one who stores must make them.
    """

    parsed: ParsedMessage
    packed: Cell | None = None
    columns: Mapping[str, Any] | None = None
    words: Words | None = None


class Reading(Protocol):
    """Reads a batch while something else is being done; one batch at a time."""

    def expect(self, messages: int) -> None:
        """So many are going to come: helpers may be started."""

    def use(self, dictionary: bytes) -> None:
        """Compress with this dictionary of the store from now on."""

    def begin(self, raws: Sequence[bytes], own: frozenset[str]) -> None:
        """Take a batch to be read, `own` our addresses; a batch never fetched is forgotten."""

    def end(self) -> list[Prepared]:
        """The batch's messages in order; never raises for a message."""


class ReadHere:
    """Reads in this process, when the result is asked for."""

    def __init__(self) -> None:
        self._batch: tuple[Sequence[bytes], frozenset[str]] = ((), frozenset())

    def expect(self, messages: int) -> None:
        """Nothing to start."""

    def use(self, dictionary: bytes) -> None:
        """Whoever stores compresses here."""

    def begin(self, raws: Sequence[bytes], own: frozenset[str]) -> None:
        """Keep the batch."""
        self._batch = raws, own

    def end(self) -> list[Prepared]:
        """Read it."""
        from solodesk.mail.parse import parse_message

        raws, own = self._batch
        self._batch = (), frozenset()
        return [Prepared(parse_message(raw, own)) for raw in raws]


def prepare(raw: bytes, parsed: ParsedMessage, dictionary: bytes | None = None) -> Prepared:
    """Everything the store needs of a message, without its HTML, which stays in the bytes."""
    from solodesk.services.stored import columns_of, ready_columns
    from solodesk.store.search_words import words_of
    from solodesk.store.words import Texts, pack_texts

    columns = columns_of(parsed)
    words = words_of(
        columns["subject"],
        columns["from_name"],
        columns["from_address"],
        columns["recipients"],
        columns["text"],
        columns["attachments"],
    )
    lean = parsed if parsed.body_html is None else replace(parsed, body_html="")
    packed = packed_raw(raw, dictionary) if len(raw) <= _PACKED_HERE else None
    texts = pack_texts(Texts(parsed.body_text, parsed.new_text), dictionary)
    return Prepared(lean, packed, ready_columns(columns, texts), words)
