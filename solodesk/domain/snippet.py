"""The piece of a text that a search hit shows, cut from the text as it was written, with the
places of the hits in it. What counts as a hit is what the index counts as one (segment.py).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from solodesk.domain.marks import COMBINING, EMOJI, SPACELESS, WIDTHLESS
from solodesk.domain.script import SIMPLIFIED
from solodesk.domain.search_tree import Term
from solodesk.domain.segment import fold

LENGTH = 160
_BEFORE = 50
_LOOK = 1_500
_MOST = 1_000_000
_SPACE = re.compile(r"\s")
_SPACES = re.compile(r"\s+")
_GONE = re.compile(f"[{COMBINING}{WIDTHLESS}]")
_LETTER = r"[^\W_]"
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


class Looker:
    """Finds a search's words in texts."""

    __slots__ = ("_pattern",)

    def __init__(self, terms: Sequence[Term]) -> None:
        parts = dict.fromkeys(part for term in terms for part in _patterns(term))
        self._pattern = re.compile("|".join(parts)) if parts else None

    def __bool__(self) -> bool:
        return self._pattern is not None

    def finds(self, text: str) -> bool:
        """Whether any of the words is there."""
        return self._pattern is not None and self._pattern.search(flat(text).text) is not None

    def places(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the words are, in order, as (start, end)."""
        if self._pattern is None:
            return ()
        shown = flat(text)
        found = (m.span() for m in self._pattern.finditer(shown.text) if m.end() > m.start())
        return tuple(shown.span(*span) for span in found)

    def first(self, text: str) -> int | None:
        """Where the first of them begins, looking at the beginning first."""
        if self._pattern is None:
            return None
        for end in (_LOOK, _MOST):
            shown = flat(text[:end])
            found = self._pattern.search(shown.text)
            if found is not None:
                return shown.span(*found.span())[0]
            if len(text) <= end:
                break
        return None


def _patterns(term: Term) -> list[str]:
    """Regular expressions for a term and the same number in one piece or in several."""
    patterns = [_phrase(term.tokens, prefix=term.prefix)]
    patterns += [_in_pieces(each, prefix=term.prefix) for each in term.also]
    if _NUMBER.fullmatch(term.tokens[0]) and len(term.tokens) == 1:
        patterns.append(_in_pieces(term.tokens[0], prefix=term.prefix))
    return patterns


def _phrase(tokens: Sequence[str], *, prefix: bool) -> str:
    plain = [_token(token) for token in tokens]
    return _edged(r"[\W_]*".join(re.escape(token) for token in plain), plain, prefix=prefix)


def _token(token: str) -> str:
    private = ord(token) if len(token) == 1 else 0
    if 0xE000 <= private <= 0xF8FF:
        # An emoji, as the segmenter writes it.
        place = private - 0xE000
        return chr(0x1F000 + place if place < 0xB00 else 0x2600 + place - 0xB00)
    return flat(fold(token)).text


def _in_pieces(number: str, *, prefix: bool) -> str:
    return _edged(r"[-_\u2010-\u2013\u2212 ().]{0,2}".join(number), [number], prefix=prefix)


def _edged(body: str, tokens: Sequence[str], *, prefix: bool) -> str:
    """`body` where a word begins and (but for prefixes) ends; a Latin word may touch a Chinese."""
    alone = f"[{SPACELESS}{EMOJI}]"
    first, last = tokens[0][:1], tokens[-1][-1:]
    start = "" if re.match(alone, first) else f"(?:(?<!{_LETTER})|(?<={alone}))"
    end = "" if prefix or re.match(alone, last) else f"(?:(?!{_LETTER})|(?={alone}))"
    return f"{start}{body}{end}"


def cut(text: str, looker: Looker) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of `text` around the first hit, in one line, and the places of the hits in it."""
    start = max(0, (looker.first(text) or 0) - _BEFORE)
    if start:
        # Begin at a word, where one begins soon.
        space = text.find(" ", start, start + 15)
        start = space + 1 if space >= 0 else start
    shown = _SPACES.sub(" ", text[start : start + 2 * LENGTH]).strip()[:LENGTH]
    return shown, looker.places(shown)
