"""Makes text findable: one form for width, case and Chinese script, a space around every CJK
character. The same on the index side and on the query side; whatever changes here needs a new
`SEGMENTER_VERSION`, after which the index is rebuilt.

Why single characters: a phrase of single characters finds every substring of any length, which
no word list does. Latin diacritics are left to SQLite's tokenizer.
"""

import re
import unicodedata
from collections.abc import Sequence

from solodesk.domain.script import SIMPLIFIED

SEGMENTER_VERSION = "1"

CJK = (
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
"""Inside of a regular expression's set: kana, Han, Hangul."""

_CHARACTER = re.compile(f"[{CJK}]")
_RUNS = re.compile(f"[{CJK}]|[^{CJK}]+")
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")


def fold(text: str) -> str:
    """One spelling: full width → half width, capitals → small, traditional → simplified."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text).casefold().translate(SIMPLIFIED)


def segment(text: str) -> str:
    """The form that is given to the index: folded, every CJK character a word of its own."""
    folded = fold(text)
    if not folded.isascii():
        folded = " ".join(_RUNS.findall(folded))
    return _UNSTORABLE.sub(" ", folded)


def _is_word(character: str) -> bool:
    # What SQLite's unicode61 takes as part of a token: letters, numbers, private use.
    return unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Co"


def words(text: str) -> tuple[str, ...]:
    """The tokens the index makes of `text`, diacritics still on: CJK characters and whole words."""
    found: list[str] = []
    for run in _RUNS.findall(segment(text)):
        current: list[str] = []
        for character in run:
            if _is_word(character) or (current and unicodedata.category(character)[0] == "M"):
                current.append(character)
            elif current:
                found.append("".join(current))
                current = []
        if current:
            found.append("".join(current))
    return tuple(found)


def is_cjk(character: str) -> bool:
    """True for a character that is a word of its own."""
    return _CHARACTER.match(character) is not None


# -- finding the words again in the text as it was written (for snippets)


def _base(character: str) -> str:
    """One character for one: small, half width, without diacritics, simplified."""
    compatible = unicodedata.normalize("NFKC", character)
    plain = compatible if len(compatible) == 1 else character
    first = unicodedata.normalize("NFD", plain)[0] if not is_cjk(plain) else plain
    lower = first.lower()
    lower = lower if len(lower) == 1 else first
    return lower.translate(SIMPLIFIED)


class _OneForOne(dict[int, str]):
    """A translation table that fills itself: code point → its base character."""

    def __missing__(self, code: int) -> str:
        found = _base(chr(code))
        self[code] = found
        return found


_ONE_FOR_ONE = _OneForOne()


def flatten(text: str) -> str:
    """`text` in one spelling, character for character, so that positions stay the same."""
    return text.lower() if text.isascii() else text.translate(_ONE_FOR_ONE)


def matcher(phrases: Sequence[tuple[tuple[str, ...], bool]]) -> re.Pattern[str] | None:
    """A pattern that finds phrases (words, is a prefix) in flattened text; None without words."""
    parts: list[str] = []
    for tokens, prefix in phrases:
        if not tokens:
            continue
        flat = [flatten(token) for token in tokens]
        body = r"[\W_]*".join(re.escape(token) for token in flat)
        start = "" if is_cjk(flat[0][0]) else r"(?<![^\W_])"
        end = "" if prefix or is_cjk(flat[-1][-1]) else r"(?![^\W_])"
        # A Latin word may touch a CJK character: both are words of their own.
        if start:
            start = f"(?:(?<![^\\W_])|(?<=[{CJK}]))"
        if end:
            end = f"(?:(?![^\\W_])|(?=[{CJK}]))"
        parts.append(f"{start}{body}{end}")
    return re.compile("|".join(parts)) if parts else None
