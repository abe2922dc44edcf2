"""Writes the elements of a mail anew, as what a QTextBrowser survives: the wall of `sanitise`.

Reads the serialised tree of an HTML parser. Nothing of it is copied: every tag that is written is
made here from the lists in `elements`, every attribute from a value that was judged, every text
with its brackets escaped. So the result is harmless whatever the parser made of the mail.
"""

import re
from dataclasses import dataclass, field
from html import unescape

from solodesk.mail import colours, elements, pictures, tokens
from solodesk.mail import links as link_rules
from solodesk.mail.elements import Element, Kind
from solodesk.mail.escaping import quoted, symbols, with_breaks
from solodesk.mail.escaping import text as escaped
from solodesk.mail.pictures import Picture, Pictures
from solodesk.mail.stylesheet import Places, Rule, Sheet, names_of, told

MAX_OUTPUT = 300_000
MAX_TABLE_DEPTH = 8
MAX_DEPTH = 100
_MAX_LINKS = 2000
_MAX_SPANNED = 3000
_INK: colours.Colour = (27, 31, 39)
_UNREADABLE = 1.5
_TOKENS = re.compile(r"([^<]*)<(!--.*?--|[^>]*)>", re.DOTALL)
_HALF_LIGHT = 0.4
_TINY = re.compile(r"font-size:[1-3]px")
_LONG = 500

Frame = tuple[str, str, colours.Colour, colours.Colour, Element, int]
"""An open element: its tag as read, what closes it here, ground, ink, itself, its place."""
_NOBODY = Element("", Kind.BLOCK, "", "", ("", "", frozenset()), holds_blocks=True)
_ROOT: Frame = ("", "", colours.WHITE, _INK, _NOBODY, 0)


@dataclass(slots=True)
class Writer:
    """Walks a serialised tree and writes what Qt may see; the results are the fields."""

    sheet: Sheet
    remote: bool
    limit: int = MAX_OUTPUT
    out: list[str] = field(default_factory=list)
    links: list[link_rules.Link] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)
    flattened: bool = False
    truncated: bool = False
    joined: bool = False
    """Words may have become one long word."""
    run_on: int = 0
    paints: bool = False
    """The mail brings grounds of its own: it is shown on paper."""
    doubtful: bool = False
    """A parser may read the result differently: something was left out, or stands oddly."""
    size: int = 0
    hidden_at: int = 0
    stack: list[Frame] = field(default_factory=lambda: [_ROOT])
    flat: bool = False
    """The innermost open table is written as plain boxes."""
    flat_tables: list[bool] = field(default_factory=list)
    """For every open table: is it written as plain boxes?"""
    tables_seen: int = 0
    spanned: int = 0
    link: tuple[str, bool] | None = None
    link_words: list[str] = field(default_factory=list)
    places: Places | None = None
    known: dict[tuple[str, int], Element] = field(default_factory=dict)
    plain: dict[str, Element] = field(default_factory=dict)
    """Start tags judged, where what stands around cannot matter."""
    depending: dict[str, list[Rule]] = field(default_factory=dict)
    in_line: bool = False
    """Words stand before on the same line."""
    break_wanted: bool = False

    def run(self, source: str) -> None:
        """Writes every token of `source`."""
        self.places = Places(self.sheet) if self.sheet.asked else None
        for text, token in _TOKENS.findall(source):
            if text and not self.hidden_at:
                self._text(text)
            mark = token[:1]
            if mark == "/":
                self._close(token[1:])
            elif mark != "!":
                self._open(token)
            if self.size > self.limit:
                self.truncated = True
                break
        while len(self.stack) > 1:
            self._close(self.stack[-1][0])

    def _put(self, piece: str) -> None:
        self.out.append(piece)
        self.size += len(piece)

    def _text(self, words: str) -> None:
        if not words.isspace():
            if self.break_wanted:
                self._break()
            self.in_line = True
        if len(words) > _LONG // 2 or self.size > self.limit - _LONG:
            words = self._fitting(words)
        if ">" in words:
            words = words.replace(">", "&gt;")
        letters = self.stack[-1][4].symbols
        if letters:
            words = symbols(words, letters)
        if self.link is not None:
            self.link_words.append(words)
        if self.out:
            before = self.out[-1]
            self.run_on = self.run_on + len(words) if before[-1:] != ">" else 0
            self.joined = self.joined or self.run_on > _LONG // 2
            if words[:1] == "\n" and before.startswith("<pre"):
                words = "\n" + words  # a parser drops the first line break of a <pre>
        self.out.append(words)
        self.size += len(words)

    def _fitting(self, words: str) -> str:
        """As much of the words as the limit leaves room for."""
        self.joined = True
        room = max(0, self.limit + 1 - self.size)
        if len(words) <= room:
            return words
        words = words[:room]
        cut = words.rfind("&", -12)
        self.truncated = True
        self.size = self.limit + 1
        return words[:cut] if cut >= 0 and ";" not in words[cut:] else words

    def result(self) -> str:
        """Everything written. A word of 100,000 letters, which takes Qt seconds, is broken."""
        html = "".join(self.out).lstrip()
        return with_breaks(html) if self.joined else html

    def _break(self) -> None:
        self.break_wanted = False
        self._put("<br>")

    def _look(self, token: str) -> Element:
        """What a start tag becomes here, with the rules that hold for it."""
        if not self.sheet.rules:
            made = self.plain[token] = elements.judged(token, "", "")
            return made
        if token not in self.depending:
            name, attributes = tokens.read(token)
            rules = self.sheet.candidates(elements.identity(name, attributes))
            if not any(rule.around for rule in rules):
                made = self.plain[token] = elements.judged(token, *told(rules))
                return made
            self.depending[token] = rules
        key = token, self.stack[-1][5]
        if key not in self.known:
            around = [frame[4].identity for frame in self.stack[1:]]
            names = frozenset(name for element in around for name in names_of(element))
            holding = [
                rule
                for rule in self.depending[token]
                if rule.needs <= names and self.sheet.holds(rule, around)
            ]
            self.known[key] = elements.judged(token, *told(holding))
        return self.known[key]

    def _open(self, token: str) -> None:
        source = ""
        if token[:2] == "a " or token[:4] == "img ":
            source, token = tokens.apart(token)
        element = (
            self.plain.get(token) or self.known.get((token, self.stack[-1][5])) or self._look(token)
        )
        if self.hidden_at or not element.quick or self.flat or len(self.stack) >= MAX_DEPTH:
            self._open_slowly(element, source)
            return
        _tag, _close, ground, ink, parent, place = self.stack[-1]
        if element.block:
            self.in_line = self.break_wanted = False
            if not parent.holds_blocks:
                self.doubtful = True
        elif self.break_wanted:
            self._break()
        written = element.written
        if element.coloured:
            ground, ink = element.ground or ground, element.ink or ink
            if colours.contrast(ground, ink) < _UNREADABLE:
                self._open_slowly(element, source)
                return
            self.paints = self.paints or element.paints
        if self.places is not None:
            place = self.places.inside(place, element.identity)
        self.stack.append((element.tag, element.close, ground, ink, element, place))
        self.out.append(written)
        self.size += len(written)

    def _open_slowly(self, element: Element, source: str) -> None:
        kind = element.kind
        if self.hidden_at or element.hidden:
            self._open_hidden(element, source)
            return
        self.pictures.blocked += element.loads
        if kind is Kind.VOID:
            self._put(element.written)
            self.in_line = self.break_wanted = False
        elif kind is Kind.PICTURE:
            self._picture(pictures.read(source, element.attributes), element.stands_alone)
        elif kind is not Kind.NOTHING:
            self._open_box(element, source)

    def _open_box(self, element: Element, source: str) -> None:
        if element.block and not self.stack[-1][4].holds_blocks:
            self.doubtful = True
        ground, ink, written = self._inked(element)
        if ground is None:
            self._push(element, "", self.stack[-1][2], ink)
            self.hidden_at = len(self.stack)
        elif len(self.stack) >= MAX_DEPTH:
            self.doubtful = self.flattened = True
            self._push(element, "", ground, ink)
        elif element.kind is Kind.TABLE:
            self._open_table_part(element, written, ground, ink)
        elif element.kind is Kind.LINK:
            self._open_link(element, source, written, ground, ink)
        elif element.kind is Kind.LEFT_OUT:
            self.doubtful = self.doubtful or element.barrier
            self._push(element, "", ground, ink)
        elif element.box and self._takes_box(ground):
            box = element.box if written == element.written else elements.with_ink(element.box, ink)
            self._open_ground(element, box, ground, ink)
        else:
            self._begin_line(element)
            # A heading may stand in a heading only where something else stands between.
            between = element.heading and any(
                frame[4].kind is Kind.LEFT_OUT for frame in self.stack
            )
            self.doubtful = self.doubtful or element.barrier or between
            self._push(element, element.close, ground, ink)
            self._put(written)

    def _takes_box(self, ground: colours.Colour) -> bool:
        """A ground that differs from the one around, and room for one more table."""
        return ground != self.stack[-1][2] and len(self.flat_tables) < self._table_depth()

    def _open_ground(
        self, element: Element, box: str, ground: colours.Colour, ink: colours.Colour
    ) -> None:
        self.tables_seen += 1
        self.flat_tables.append(False)
        self.flat = False
        self.in_line = self.break_wanted = False
        self.doubtful = self.doubtful or element.barrier
        self._push(element, elements.BOX_END, ground, ink)
        self._put(box)

    def _begin_line(self, element: Element) -> None:
        if element.block:
            self.in_line = self.break_wanted = False
            return
        if element.stands_alone and self.in_line:
            self.break_wanted = True
        if self.break_wanted:
            self._break()

    def _push(
        self, element: Element, close: str, ground: colours.Colour, ink: colours.Colour
    ) -> None:
        place = self.stack[-1][5]
        if self.places is not None:
            place = self.places.inside(place, element.identity)
        self.stack.append((element.tag, close, ground, ink, element, place))

    def _open_hidden(self, element: Element, source: str) -> None:
        if element.kind is Kind.PICTURE:
            self.pictures.count_hidden(pictures.read(source, element.attributes).source)
        elif element.kind not in (Kind.VOID, Kind.NOTHING):
            self._push(element, "", *self.stack[-1][2:4])
            self.hidden_at = self.hidden_at or len(self.stack)

    def _inked(self, element: Element) -> tuple[colours.Colour | None, colours.Colour, str]:
        """Ground, ink and start tag; a colour that nobody could read on its ground is mended.

        No ground: its tiny words are not meant to be seen.
        """
        around, before = self.stack[-1][2:4]
        ground, ink = element.ground or around, element.ink or before
        if not element.coloured or colours.contrast(ground, ink) >= _UNREADABLE:
            self.paints = self.paints or element.paints
            return ground, ink, element.written
        if _TINY.search(element.written):
            return None, ink, ""
        self.paints = self.paints or element.paints
        if colours.contrast(ground, before) >= _UNREADABLE:
            return ground, before, elements.with_ink(element.written, None)
        ink = _INK if colours.luminance(ground) > _HALF_LIGHT else colours.WHITE
        return ground, ink, elements.with_ink(element.written, ink)

    def _close(self, tag: str) -> None:
        stack = self.stack
        known, close, _ground, _ink, element, _place = stack[-1]
        if known == tag and element.quick and not self.hidden_at:
            stack.pop()
            if close:
                self.out.append(close)
                self.size += len(close)
            if element.block:
                self.in_line = self.break_wanted = False
        elif known == tag or any(frame[0] == tag for frame in stack[1:]):
            while self._pop() != tag:
                pass

    def _pop(self) -> str:
        tag, close, _ground, _ink, element, _place = self.stack.pop()
        if self.hidden_at > len(self.stack):
            self.hidden_at = 0
        if (tag == "table" or close == elements.BOX_END) and self.flat_tables:
            self.flat_tables.pop()
            self.flat = bool(self.flat_tables) and self.flat_tables[-1]
        if tag == "a":
            self._close_link()
        if close:
            self._put(close)
            if element.block:
                self.in_line = self.break_wanted = False
            elif element.stands_alone and self.in_line:
                self.break_wanted = True
        return tag

    def _open_table_part(
        self, element: Element, written: str, ground: colours.Colour, ink: colours.Colour
    ) -> None:
        if element.tag == "table":
            self.tables_seen += 1
            self.flat = len(self.flat_tables) >= self._table_depth()
            self.flat_tables.append(self.flat)
        self.in_line = self.break_wanted = False
        if self.flat:
            self.flattened = self.doubtful = True
            boxed = element.tag in {"tr", "table", "caption"}
            self._push(element, "</div>" if boxed else "", ground, ink)
            self._put("<div>" if boxed else " " if element.tag in {"td", "th"} else "")
            return
        if element.area > 1:
            self.spanned += element.area
            if self.spanned > _MAX_SPANNED:
                written = elements.without_spans(written)
        self._push(element, element.close, ground, ink)
        self._put(written)

    def _table_depth(self) -> int:
        """Each level doubles the layout time of what is inside: many tables may nest less."""
        return MAX_TABLE_DEPTH if self.tables_seen < 300 else 3 if self.tables_seen < 1000 else 1

    def _open_link(
        self,
        element: Element,
        source: str,
        written: str,
        ground: colours.Colour,
        ink: colours.Colour,
    ) -> None:
        url = link_rules.tidy_url(unescape(source)) if source else None
        self._close_link()
        self._begin_line(element)
        if not url or len(self.links) >= _MAX_LINKS:
            self._push(element, "</span>", ground, ink)
            self._put(written.replace("<a", "<span", 1))
            return
        self.link, self.link_words = (url, element.padded), []
        self._push(element, "</a>", ground, ink)
        self._put(f'<a href="{quoted(url)}"{written[2:]}')
        if element.padded:
            self._put("&nbsp;&nbsp;")

    def _close_link(self) -> None:
        if self.link is None:
            return
        url, padded = self.link
        if padded:
            self._put("&nbsp;&nbsp;")
        shown = " ".join(unescape("".join(self.link_words)).split())[:500]
        self.links.append(link_rules.Link(shown, url, link_rules.warning_for(shown, url)))
        self.link = None

    def _picture(self, picture: Picture, stands_alone: bool) -> None:
        words = self.pictures.judge(picture, remote=self.remote, in_link=self.link is not None)
        self.truncated = self.truncated or self.pictures.too_many
        if words == "":
            return
        if self.break_wanted or (stands_alone and self.in_line):
            self._break()
        if words is None:
            tag = pictures.tag(picture)
            self.out.append(tag)
            self.size += len(tag) if len(tag) < 4000 else 200  # embedded pixels cost no layout
        else:
            if self.link is not None and picture.alt:
                self.link_words.append(escaped(picture.alt))
            self._put(f'<span style="{elements.PLACEHOLDER}">{escaped(words)}</span>')
        self.in_line = True
        self.break_wanted = stands_alone
