"""Words as they stand in HTML, in the very form an HTML parser writes them."""

import re
from html import unescape

_LONG_WORD = re.compile(r"[^\s&<>\u200b-]{500}(?=[^\s&<>\u200b-])|<[^>]*>")
_MARKS = re.compile('[&<>"\u00a0]')
_WINGDINGS = str.maketrans(
    {"§": "▪", "Ø": "➢", "ü": "✓", "l": "●", "n": "■", "q": "❑", "o": "□", "v": "❖", "J": "☺",
     "K": "😐", "L": "☹", "à": "→", "ß": "←", "û": "✗", "x": "☒", "¨": "◻", "F": "☞"}
)  # fmt: skip
_SYMBOL = str.maketrans({"·": "•", "®": "→", "¬": "←"})


def symbols(words: str, font: str) -> str:
    """Letters of the picture fonts (Outlook's bullets and smileys) as the characters they show."""
    return text(unescape(words).translate(_SYMBOL if font == "symbol" else _WINGDINGS))


def quoted(value: str) -> str:
    """An attribute's value in the form a parser would write it."""
    return text(value).replace('"', "&quot;") if _MARKS.search(value) else value


def text(words: str) -> str:
    """Words as they stand between tags, in the form a parser would write them."""
    words = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return words.replace("\u00a0", "&nbsp;")


def with_breaks(html: str) -> str:
    """HTML in which words of hundreds of letters, which take Qt seconds, may break."""
    return _LONG_WORD.sub(_broken, html)


def _broken(match: re.Match[str]) -> str:
    return match[0] if match[0][0] == "<" else match[0] + "\u200b"
