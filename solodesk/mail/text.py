"""HTML bodies and format=flowed to plain text that reads like the mail did.

Quoted blocks come out with "> " before their lines, so that the quote splitter sees the same
picture as in a plain mail. (inscriptis was tried first: it loses the depth of quotes and returns
nothing for deep nesting.) The result is text to read, never markup to show.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from selectolax.lexbor import LexborHTMLParser, LexborNode

from solodesk.mail.htmlguard import guard

MAX_HTML = 3_000_000
_MAX_NESTING = 1000
_MAX_TEXT = 2_000_000
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_SKIPPED = frozenset(
    {
        "script",
        "style",
        "head",
        "title",
        "noscript",
        "template",
        "object",
        "iframe",
        "svg",
        "math",
        "select",
        "textarea",
        "audio",
        "video",
        "canvas",
        "-comment",
        "meta",
        "link",
        "base",
        "xml",
    }
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "tr",
        "caption",
    }
)
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "pre", "blockquote"})
_NEVER_ASKED = frozenset({"br", "b", "i", "a", "img", "tr", "tbody", "strong", "em", "hr"})
_INLINE, _TEXT, _SKIP, _BLOCK, _SPACED, _MARK, _KEPT, _KEPT_BLOCK = range(8)
_QUIET = frozenset({_INLINE, _KEPT, _SKIP})
_KINDS = (
    dict.fromkeys(_BLOCKS, _BLOCK)
    | dict.fromkeys(_PARAGRAPHS, _SPACED)
    | dict.fromkeys(_SKIPPED, _SKIP)
    | dict.fromkeys(("br", "hr", "img", "td", "th"), _MARK)
    | {"-text": _TEXT}
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|max-height\s*:\s*0(?![.\d])|"
    r"(?<![-\w])opacity\s*:\s*0\s*(?:;|!|$)",
    re.IGNORECASE,
)
_KEEPS_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_NO_MARGIN = re.compile(
    r"(?:^|[;\s])margin(?:-bottom)?\s*:\s*0(?:px|pt|cm|in|em|%)?\s*(?:;|!|$)", re.IGNORECASE
)
# Outlook on the web writes its paragraphs' margins in a style sheet of one rule.
_TIGHT_RULE = re.compile(
    r"(?:[\s}>,]|<!--)p\s*\{[^{}]{0,200}?margin(?:-bottom)?\s*:\s*0(?:px|pt|cm|in)?\s*[;}]"
)
_HEAD = 20_000
# What newsletters put between the first words and the rest, so that previews stay short.
_FILLER = re.compile("(?:[\u200c\u2007\u034f][ \xa0\u200b\u200d\u2060\ufeff\u00ad]*){2,}")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u034f]")
_MANY_BREAKS = re.compile(r"\n{3,}")
_DEPTH_LIMIT = 2000


class _Writer:
    """Collects lines; knows the quote depth and how many line breaks are owed."""

    __slots__ = ("blank_owed", "depth", "last_depth", "line", "lines", "pre", "size")

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.blank_owed = False
        self.depth = 0
        self.last_depth = 0
        self.pre = 0
        self.size = 0

    def text(self, content: str) -> None:
        """Words of a text node: runs of white space are one space, except in `pre`."""
        if self.pre:
            for number, piece in enumerate(content.replace("\r\n", "\n").split("\n")):
                if number:
                    self.end_line()
                self._put(piece)
            return
        line = self.line
        content = _SPACE.sub(" ", content)
        if content[:1] == " " and (not line or line[-1][-1:] == " "):
            content = content[1:]
        if content:
            self._put(content)

    def _put(self, content: str) -> None:
        if self.blank_owed and not content.isspace():
            if self.lines and self.lines[-1].strip("> "):
                self.lines.append(("> " * min(self.depth, self.last_depth)).rstrip())
            self.blank_owed = False
        self.size += len(content)
        self.line.append(content)

    def block(self, *, spaced: bool) -> None:
        """A block begins or ends: what stands in the line is a line."""
        if self.line:
            content = "".join(self.line)
            if content.strip():
                self.end_line()
            else:  # a block of nothing but a hard blank is an empty line
                self.blank_owed = self.blank_owed or "\xa0" in content
                self.line = []
        if spaced:
            self.blank_owed = True

    def end_line(self) -> None:
        """The line is over, also when it is empty."""
        content = "".join(self.line)
        content = content.rstrip() if self.pre else content.strip()
        self.line = []
        self.last_depth = self.depth
        if self.depth:
            content = "> " * self.depth + content
        self.lines.append(content if content.strip("> ") else content.rstrip())

    def result(self) -> str:
        """All lines."""
        self.block(spaced=False)
        return "\n".join(self.lines)


def html_to_text(html: str) -> str:
    """The readable text of an HTML body: blocks on lines, "* " for items, "> " for quotes."""
    html = html[:MAX_HTML]
    if html.count("<") > 4000 or len(html) > 60_000:
        html, _ = guard(html, depth=_MAX_NESTING, size=MAX_HTML)
    tree = LexborHTMLParser(html)
    root = tree.body or tree.root
    writer = _Writer()
    if root is not None:
        _write(writer, root, _styled(html.lower()))
    text = writer.result()
    if not text.isascii():
        text = _INVISIBLE.sub("", _FILLER.sub(" ", text)).replace("\xa0", " ")
    return _MANY_BREAKS.sub("\n\n", text).strip("\n")


@dataclass(frozen=True, slots=True)
class _Styled:
    """Which styles a text holds anywhere: elements are asked for theirs only then."""

    hides: bool
    tight: bool
    all_tight: bool
    keeps: bool


def _styled(low: str) -> _Styled:
    return _Styled(
        hides=any(word in low for word in ("none", "hidden", "mso-hide", "max-height", "opacity")),
        tight="msonormal" in low or "margin" in low,
        all_tight="margin" in low[:_HEAD] and bool(_TIGHT_RULE.search(low[:_HEAD])),
        keeps="white-space" in low,
    )


def _write(writer: _Writer, root: LexborNode, styled: _Styled) -> None:
    """Every node in document order, without recursion."""
    stack: list[tuple[LexborNode, str, int]] = []
    node: LexborNode | None = root
    asked = styled.hides or styled.tight or styled.keeps
    while node is not None and writer.size <= _MAX_TEXT:
        tag = node.tag or ""
        kind = _KINDS.get(tag, _INLINE)
        child = None
        if kind == _TEXT:
            writer.text(node.text_content or "")
        elif kind != _SKIP:
            if asked and tag not in _NEVER_ASKED:
                kind = _kind_by_style(writer, node, tag, kind, styled)
            _enter(writer, node, tag, kind)
            if kind != _SKIP:
                child = node.child if len(stack) < _DEPTH_LIMIT else None
                if child is None:
                    _leave(writer, tag, kind)
        if child is not None:
            stack.append((node, tag, kind))
            node = child
            continue
        following = node.next if stack else None
        while following is None and stack:
            parent, tag, kind = stack.pop()
            _leave(writer, tag, kind)
            following = parent.next if stack else None
        node = following


def _kind_by_style(writer: _Writer, node: LexborNode, tag: str, kind: int, styled: _Styled) -> int:
    """The kind of an element, changed by its own style: unseen, tight, or keeping its lines."""
    attributes = node.attributes
    style = attributes.get("style") or ""
    if style:
        if styled.hides and _HIDDEN.search(style):
            return _SKIP
        if styled.keeps and kind in {_BLOCK, _INLINE} and _KEEPS_LINES.search(style):
            writer.pre += 1
            return _KEPT_BLOCK if kind == _BLOCK else _KEPT
    if tag != "p" or not styled.tight:
        return kind
    plain = "MsoNormal" in (attributes.get("class") or "") or _NO_MARGIN.search(style)
    return _BLOCK if styled.all_tight or plain else kind


def walk(root: LexborNode) -> Iterator[tuple[LexborNode, bool]]:
    """Every node going in and coming out, in document order, without recursion."""
    node: LexborNode | None = root
    stack: list[LexborNode] = []
    while node is not None:
        yield node, True
        child = node.child if len(stack) < _DEPTH_LIMIT and not _skips(node) else None
        if child is not None:
            stack.append(node)
            node = child
            continue
        yield node, False
        following = node.next if stack else None
        while following is None and stack:
            parent = stack.pop()
            yield parent, False
            following = parent.next if stack else None
        node = following


def node_words(node: LexborNode, most: int) -> str:
    """The first `most` characters of a node's text, without layout."""
    out, size = [], 0
    for inner, entering in walk(node):
        if entering and inner.tag == "-text":
            piece = inner.text_content or ""
            out.append(piece)
            size += len(piece)
            if size >= most:
                break
    return "".join(out)[:most].replace("\xa0", " ")


def _skips(node: LexborNode) -> bool:
    tag = node.tag
    if tag is None or tag == "-text":
        return False
    if tag in _SKIPPED:
        return True
    style = node.attributes.get("style") if tag not in {"br", "b", "i", "tr", "tbody"} else None
    return bool(style and _HIDDEN.search(style))


def _enter(writer: _Writer, node: LexborNode, tag: str, kind: int) -> None:
    if kind in _QUIET:
        return
    if kind in {_BLOCK, _KEPT_BLOCK}:
        writer.block(spaced=False)
        if tag == "li":
            writer.text("* ")
    elif kind == _SPACED:
        writer.block(spaced=True)
        if tag == "blockquote":
            writer.depth = min(writer.depth + 1, 20)
        elif tag == "pre":
            writer.pre += 1
    else:
        _mark(writer, node, tag)


def _mark(writer: _Writer, node: LexborNode, tag: str) -> None:
    if tag == "br":
        writer.end_line()
    elif tag == "hr":
        writer.block(spaced=False)
        writer.text("-" * 20)
        writer.block(spaced=False)
    elif tag == "img":
        _image(writer, node)
    elif writer.line:  # a further cell
        writer.line.append("  ")


def _image(writer: _Writer, node: LexborNode) -> None:
    alt = (node.attributes.get("alt") or "").strip()
    if alt and len(alt) <= 2 and not alt.isascii():
        writer.text(alt)  # emoji drawn as pictures


def _leave(writer: _Writer, tag: str, kind: int) -> None:
    if kind == _BLOCK:
        writer.block(spaced=False)
    elif kind == _KEPT_BLOCK:
        writer.block(spaced=False)
        writer.pre -= 1
    elif kind == _KEPT:
        writer.pre -= 1
    elif kind == _SPACED:
        writer.block(spaced=True)
        if tag == "blockquote":
            writer.depth = max(0, writer.depth - 1)
        elif tag == "pre":
            writer.pre = max(0, writer.pre - 1)


def unflow(text: str, *, delsp: bool) -> str:
    """format=flowed (RFC 3676) as whole paragraphs: soft line ends joined within a quote depth."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        bare = line.lstrip(">")
        depth = len(line) - len(bare)
        # A stuffed line that begins with the mark is text, and must go on looking like text.
        bare = bare if not depth and bare.startswith(" >") else bare.removeprefix(" ")
        signature = bare == "-- "
        flowed = bare.endswith(" ") and not signature
        body = bare[:-1] if flowed and delsp else bare
        if open_depth == depth and not signature and out:
            out[-1].append(body)
        else:
            out.append([">" * depth + " " if depth else "", body])
        open_depth = depth if flowed else -1
    return "\n".join("".join(pieces) for pieces in out)


_ENRICHED = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]{0,60})>|<<|\n+")
_PARAM = re.compile(r"<param>[^<]*</param>", re.IGNORECASE)


def enriched_to_text(text: str) -> str:
    """text/enriched (RFC 1896) as words: n line breaks stand for n - 1, "<<" for "<"."""

    def plain(match: re.Match[str]) -> str:
        found = match[0]
        if found == "<<":
            return "<"
        if found[0] == "\n":
            return " " if len(found) == 1 else found[1:]
        return "\n" if found.lower() == "<nl>" else ""

    return _ENRICHED.sub(plain, _PARAM.sub("", text))
