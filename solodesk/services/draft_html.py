"""The small HTML of drafts: made from filled-in pieces, and read again when a reply leaves.

Whitelist: p br b i u a ul ol li blockquote, and two spans, `data-blank` and `data-value`. What
leaves has neither of the spans. Must not trust its input: it is rebuilt, never passed through.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from solodesk.domain.pieces import Piece, PieceKind

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_SAME: Final = {"p", "b", "i", "u", "ul", "ol", "li", "blockquote"}
_RENAMED: Final = {
    "strong": "b",
    "em": "i",
    "div": "p",
    "pre": "p",
    "code": "",
    "hr": "",
    "img": "",
    **{f"h{n}": "p" for n in range(1, 7)},
}
_BLOCKS: Final = {"p", "li", "blockquote", "ul", "ol"}
_LINK: Final = re.compile(r"(?:https?://|mailto:)[^\s\"<>]+", re.IGNORECASE)
_DROPPED: Final = {"script", "style", "head", "title"}

# Private-use characters that stand for a piece while Markdown is rendered.
_OPEN, _CLOSE = "\ue000", "\ue001"
_MARK: Final = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_BLANK_SPAN: Final = re.compile(r'<span data-blank="([^"]*)">[^<]*</span>')
_QUOTED_MARK: Final = re.compile(r"%EE%80%80(\d+)%EE%80%81")


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as it would leave: HTML fragment, plain text, and the blanks still open."""

    html: str
    text: str
    blanks: tuple[str, ...]


def from_pieces(pieces: Sequence[Piece]) -> str:
    """The draft HTML of a filled-in canned response; its Markdown is rendered, values never are."""
    source = "".join(
        re.sub(f"[{_OPEN}{_CLOSE}]", "", piece.text)
        if piece.kind is PieceKind.TEXT
        else f"{_OPEN}{index}{_CLOSE}"
        for index, piece in enumerate(pieces)
    )
    html = str(_markdown().render(source))
    html = _QUOTED_MARK.sub(lambda m: quote(pieces[int(m[1])].text, safe=""), html)
    reader = _Reader(pieces=pieces, keep_spans=True)
    reader.feed(html)
    reader.close()
    return reader.html()


def from_text(text: str) -> str:
    """The draft HTML of plain text: a paragraph a block, a break a line."""
    blocks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip("\n"))
    lines = ("<br>".join(escape(line) for line in block.split("\n")) for block in blocks)
    return "".join(f"<p>{line}</p>" for line in lines)


def read(body: str) -> Written:
    """Read a draft's HTML: cleaned, as text, and its open blanks in order."""
    reader = _Reader(pieces=(), keep_spans=False)
    reader.feed(body)
    reader.close()
    return Written(reader.html(), reader.text(), tuple(dict.fromkeys(reader.blanks)))


def fill(body: str, answers: Mapping[str, str]) -> str:
    """A draft with its blanks filled where `answers` has their key; filled ones become values."""

    def filled(match: re.Match[str]) -> str:
        answer = answers.get(unescape(match[1]), "")
        if not answer.strip():
            return match[0]
        shown = escape(answer, quote=False).replace("\n", "<br>")
        return f'<span data-value="{match[1]}">{shown}</span>'

    return _BLANK_SPAN.sub(filled, body)


@cache
def _markdown() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image"])


@dataclass
class _Reader(HTMLParser):
    """Rebuilds the whitelisted HTML and the text beside it."""

    pieces: Sequence[Piece]
    keep_spans: bool
    blanks: list[str] = field(default_factory=list)
    _html: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _open: list[tuple[str, str]] = field(default_factory=list)
    _lists: list[int | None] = field(default_factory=list)
    _links: list[str] = field(default_factory=list)
    _silent: int = 0

    def __post_init__(self) -> None:
        HTMLParser.__init__(self, convert_charrefs=True)

    def html(self) -> str:
        """The HTML, every tag closed."""
        closing = "".join(f"</{out}>" for _tag, out in reversed(self._open) if out)
        return "".join(self._html) + closing

    def text(self) -> str:
        """The words, blocks apart by one empty line at most."""
        joined = "".join(self._text)
        return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", joined)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An opening tag: kept, renamed or dropped."""
        if tag in _DROPPED:
            self._silent += 1
            return
        if tag == "br":
            self._html.append("<br>")
            self._text.append("\n")
            return
        values = {name: value or "" for name, value in attrs}
        out = tag if tag in _SAME else _RENAMED.get(tag, "")
        start = f"<{out}>" if out else ""
        if tag == "a" and _LINK.fullmatch(values.get("href", "").strip()):
            out = "a"
            self._links.append(values["href"].strip())
            start = f'<a href="{escape(self._links[-1])}">'
        elif tag == "span" and "data-blank" in values:
            self.blanks.append(values["data-blank"])
        if tag in ("br", "hr", "img"):
            return
        self._open.append((tag, out))
        self._html.append(start)
        self._start_block(tag, out)

    def _start_block(self, tag: str, out: str) -> None:
        if tag in ("ul", "ol"):
            self._lists.append(0 if tag == "ol" else None)
        if out == "li":
            self._text.append("\n" + self._bullet())
        elif out in _BLOCKS and not self._in_item():
            self._text.append("\n\n")

    def _in_item(self) -> bool:
        return any(out == "li" for _tag, out in self._open[:-1])

    def _bullet(self) -> str:
        if not self._lists or self._lists[-1] is None:
            return "- "
        self._lists[-1] += 1
        return f"{self._lists[-1]}. "

    def handle_endtag(self, tag: str) -> None:
        """A closing tag: closes what it opened, and what was left open within."""
        if tag in _DROPPED:
            self._silent = max(0, self._silent - 1)
            return
        if not any(opened == tag for opened, _out in self._open):
            return
        while self._open:
            opened, out = self._open.pop()
            self._html.append(f"</{out}>" if out else "")
            self._end_block(opened, out)
            if opened == tag:
                return

    def _end_block(self, tag: str, out: str) -> None:
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if out == "a" and self._links:
            target = self._links.pop()
            shown = "".join(self._text[-1:]).strip()
            if not target.startswith("mailto:") and shown not in (target, target.rstrip("/")):
                self._text.append(f" ({target})")
        if out in _BLOCKS and out != "li":
            self._text.append("\n")

    def handle_data(self, data: str) -> None:
        """Words; between blocks only white space is expected and dropped."""
        if self._silent:
            return
        at = 0
        for match in _MARK.finditer(data) if self.pieces else ():
            self._words(data[at : match.start()])
            self._piece(self.pieces[int(match[1])])
            at = match.end()
        self._words(data[at:])

    def _words(self, words: str) -> None:
        if not words or (not words.strip() and not self._open):
            return
        plain = words.replace("\n", " ") if not self.pieces else words.replace("\n", "")
        self._html.append(escape(plain, quote=False))
        self._text.append(plain.replace("\u00a0", " "))

    def _piece(self, piece: Piece) -> None:
        shown = escape(piece.text, quote=False).replace("\n", "<br>")
        blank = piece.kind is PieceKind.BLANK
        name = "data-blank" if blank else "data-value"
        self._html.append(f'<span {name}="{escape(piece.key)}">{shown}</span>')
        self._text.append(piece.text)
