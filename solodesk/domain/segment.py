"""Makes text findable: one form for width, case, marks and Chinese script, a space around every
letter of a script without spaces. The same on the index side and on the query side; whatever
changes here needs a new `SEGMENTER_VERSION`, after which the index is rebuilt.

Why single characters: a phrase of single characters finds every substring of any length, which
no word list does. Precomposed Latin diacritics are left to SQLite's tokenizer.
"""

import re
import unicodedata
from itertools import chain

from solodesk.domain.marks import COMBINING, EMOJI, SPACELESS, WIDTHLESS
from solodesk.domain.script import SIMPLIFIED

_CHARACTER = re.compile(f"[{SPACELESS}]")
_RUNS = re.compile(f"[{SPACELESS}]|[^{SPACELESS}]+")
# What SQLite takes for a letter depends on its age: it is given nothing to doubt, no surrogates,
# no private characters but ours.
_TOKENS = re.compile(rf"(?=\w)[{SPACELESS}]|[{EMOJI}]|[^\W{SPACELESS}]+")
_DROPPED = re.compile(f"[{COMBINING}{WIDTHLESS}]+")
_EMOJI = re.compile(f"[{EMOJI}]")
# Greek accents and the Russian ё, which the tokenizer leaves on.
_ACCENTED = re.compile("[\u0386-\u0390\u03aa-\u03b0\u03ca-\u03ce\u0401\u0451\u1f00-\u1fff]")
_TRADITIONAL = re.compile(f"[{''.join(map(chr, SIMPLIFIED))}]")
_FIRST_PRIVATE = 0xE000
_DASHES = r"\-_\u2010-\u2013\u2212"
# No number goes over a line's end: only lines with a digit are looked at (most have none).
_NUMBERED_LINE = re.compile(r"^[^\n\d]*\d[^\n]*", re.MULTILINE)
_DIGIT = re.compile(r"\d")
_NUMBERED = re.compile(
    rf"(?<![^\W_])(?=[a-z{_DASHES}]*\d)[a-z0-9]+(?:[{_DASHES}][a-z0-9]+)+(?![^\W_])"
)
_PHONE = re.compile(rf"(?<![^\W_])(?:\+|\b)\(?\d[\d{_DASHES}. ()/]{{5,22}}\d(?![^\W_])")
_ONE_PIECE = 40
_PHONE_DIGITS = range(7, 16)


def _simplified(match: re.Match[str]) -> str:
    return SIMPLIFIED[ord(match[0])]


def _without_accent(match: re.Match[str]) -> str:
    return unicodedata.normalize("NFD", match[0])[0]


def fold(text: str) -> str:
    """One spelling: full width → half width, capitals → small, traditional → simplified, without
    combining marks and signs of no width."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKC", text).casefold()
    if folded.isascii():
        return folded
    plain = _ACCENTED.sub(_without_accent, _DROPPED.sub("", folded))
    return _TRADITIONAL.sub(_simplified, plain)


def _picture(match: re.Match[str]) -> str:
    """An emoji as a private character: the tokenizer takes it for a letter."""
    code = ord(match[0])
    place = code - 0x1F000 if code >= 0x1F000 else 0xB00 + code - 0x2600
    return chr(_FIRST_PRIVATE + place)


def _spaced(folded: str) -> str:
    if folded.isascii():
        return folded.replace("\x00", " ")
    return _EMOJI.sub(_picture, " ".join(_TOKENS.findall(folded)))


def segment(text: str) -> str:
    """The form that is given to the index: folded, every letter of a script without spaces a word
    of its own, numbers written in pieces (A-10023, 138 0013 8000) once more in one piece."""
    folded = fold(text)
    more = in_one_piece(folded)
    spaced = _spaced(folded)
    return f"{spaced} {' '.join(more)}" if more else spaced


def in_one_piece(folded: str) -> list[str]:
    """Order numbers and telephone numbers of folded text without what stands between their
    pieces; telephone numbers with a country code also as they are dialled at home."""
    if _DIGIT.search(folded) is None:
        return []
    lines = _NUMBERED_LINE.findall(folded)
    found: dict[str, None] = {}
    for match in chain.from_iterable(map(_NUMBERED.finditer, lines)):
        piece = "".join(c for c in match[0] if c.isalnum())
        if len(piece) <= _ONE_PIECE:
            found[piece] = None
    for match in chain.from_iterable(map(_PHONE.finditer, lines)):
        number = match[0]
        digits = "".join(c for c in number if c.isdecimal())
        if len(digits) in _PHONE_DIGITS:
            if len(digits) < len(number):
                found[digits] = None
            if number.startswith(("+", "00")):
                found.update(dict.fromkeys(_at_home(number, digits)))
    return list(found)


def _at_home(number: str, digits: str) -> list[str]:
    """A number with a country code of one to three digits as it may be dialled without it."""
    if not number.startswith("+"):
        digits = digits[2:]
    known = [digits]
    if "(0)" in number:
        known.append("".join(c for c in number.replace("(0)", "") if c.isdecimal()))
    for code in (1, 2, 3):
        rest = digits[code:]
        known += [rest, f"0{rest}"]
    return [each for each in known if len(each) >= _PHONE_DIGITS.start]


def _is_word(character: str) -> bool:
    # What SQLite's unicode61 takes as part of a token: letters, numbers, private use.
    return unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Co"


def words(text: str) -> tuple[str, ...]:
    """The tokens the index makes of `text`, diacritics still on: single letters of scripts without
    spaces and whole words. Numbers stand as they were written."""
    return split(_spaced(fold(text)))


def split(spaced: str) -> tuple[str, ...]:
    """The tokens of text that went through `segment`."""
    found: list[str] = []
    for run in _RUNS.findall(spaced):
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
