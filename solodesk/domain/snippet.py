"""The piece of a text that a search hit shows, cut from the text as it was written, with the
places of the hits in it. What counts as a hit is what the index counts as one (segment.py).
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from solodesk.domain.marks import COMBINING, EMOJI, SPACELESS, WIDTHLESS
from solodesk.domain.script import SIMPLIFIED
from solodesk.domain.search_tree import Term
from solodesk.domain.segment import fold

LENGTH = 160
_BEFORE = 50
_LOOKS = (300, 3_000)
_MOST = 1_000_000
_ALONE = re.compile(f"[{SPACELESS}{EMOJI}]")
_BETWEEN = r"[-_\u2010-\u2013\u2212 ().]{0,2}"
_GONE = re.compile(f"[{COMBINING}{WIDTHLESS}]")
_NUMBER = re.compile(r"(?=.*\d)[a-z0-9]{5,40}")


class _Plain(dict[int, str]):
    """A translation table that fills itself: a character → what it is looked for as."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        found = "" if _GONE.match(character) else _bare(character)
        self[code] = found
        return found


def _bare(character: str) -> str:
    if _SPACELESS.match(character):
        return unicodedata.normalize("NFKC", character).translate(SIMPLIFIED)
    folded = unicodedata.normalize("NFKC", character).casefold()
    letters = unicodedata.normalize("NFD", folded)
    return _GONE.sub("", letters).translate(SIMPLIFIED)


_SPACELESS = re.compile(f"[{SPACELESS}]")
_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Flat:
    """A text in the spelling of searches; `places` where each character was, None: the same."""

    text: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a piece of it stands in the original."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1


def flat(text: str) -> Flat:
    """Small, half width, simplified, without marks; every character knows where it came from."""
    if text.isascii():
        return Flat(text.lower())
    plain = text.translate(_PLAIN)
    if len(plain) == len(text) and _GONE.search(text) is None:
        return Flat(plain)
    return Flat(plain, [at for at, each in enumerate(text) for _ in _PLAIN[ord(each)]])


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A phrase: its body and whether its ends must be ends of words. The body alone is the regular
    expression: a literal beginning lets the search skip through the text."""

    body: re.Pattern[str]
    starts: bool
    ends: bool

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where it stands."""
        for match in self.body.finditer(text):
            start, end = match.span()
            if self.starts and start and _joined(text[start - 1]):
                continue
            if self.ends and end < len(text) and _joined(text[end]):
                continue
            yield start, end


def _joined(character: str) -> bool:
    """Whether a neighbour makes one word with a Latin letter or a digit."""
    return character.isalnum() and _ALONE.match(character) is None


class Looker:
    """Finds a search's words in texts."""

    __slots__ = ("_patterns",)

    def __init__(self, terms: Sequence[Term]) -> None:
        parts = dict.fromkeys(part for term in terms for part in _patterns(term))
        # Phrases of single characters need no look at their neighbours: one expression for all.
        free = [body for body, starts, ends in parts if not (starts or ends)]
        bound = [part for part in parts if part[1] or part[2]]
        if free:
            bound.append(("|".join(sorted(free, key=len, reverse=True)), False, False))
        self._patterns = [_Pattern(re.compile(body), *ends) for body, *ends in bound]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def finds(self, text: str) -> bool:
        """Whether any of the words is there."""
        return self.first(text) is not None

    def places(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words are, in order, apart from each other, as (start, end)."""
        shown = flat(text)
        spans = sorted(span for pattern in self._patterns for span in pattern.spans(shown.text))
        found: list[tuple[int, int]] = []
        for start, end in spans:
            if end > start and (not found or start >= found[-1][1]):
                found.append((start, end))
        return tuple(shown.span(*span) for span in found)

    def first(self, text: str) -> int | None:
        """Where the first of them begins, looking at the beginning first."""
        for end in (*_LOOKS, _MOST) if self._patterns else ():
            shown = flat(text[:end])
            # What touches the cut may go on behind it.
            most = len(shown.text) - (1 if len(text) > end else -1)
            firsts = (next(pattern.spans(shown.text), None) for pattern in self._patterns)
            found = [span for span in firsts if span is not None and span[1] < most]
            if found:
                return shown.span(*min(found))[0]
            if len(text) <= end:
                break
        return None


def _patterns(term: Term) -> list[tuple[str, bool, bool]]:
    """A term, and the same number in one piece or in several: (body, begins, ends a word)."""
    plain = [_token(token) for token in term.tokens]
    patterns = [_edged(r"[\W_]*".join(map(re.escape, plain)), plain, prefix=term.prefix)]
    numbers = [*term.also, *(term.tokens if len(term.tokens) == 1 else ())]
    patterns += [
        _edged(_BETWEEN.join(number), [number], prefix=term.prefix)
        for number in numbers
        if _NUMBER.fullmatch(number)
    ]
    return patterns


def _token(token: str) -> str:
    private = ord(token) if len(token) == 1 else 0
    if 0xE000 <= private <= 0xF8FF:
        # An emoji, as the segmenter writes it.
        place = private - 0xE000
        return chr(0x1F000 + place if place < 0xB00 else 0x2600 + place - 0xB00)
    return flat(fold(token)).text


def _edged(body: str, tokens: Sequence[str], *, prefix: bool) -> tuple[str, bool, bool]:
    starts = _ALONE.match(tokens[0][:1]) is None
    return body, starts, not prefix and _ALONE.match(tokens[-1][-1:]) is None


def cut(text: str, looker: Looker) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of `text` around the first hit, in one line, and the places of the hits in it."""
    at = looker.first(text)
    start = max(0, (at or 0) - _BEFORE)
    if start:
        # Begin at a word, where one begins soon.
        space = text.find(" ", start, start + 15)
        start = space + 1 if space >= 0 else start
    shown = " ".join(text[start : start + 2 * LENGTH].split())[:LENGTH]
    return shown, () if at is None else looker.places(shown)
