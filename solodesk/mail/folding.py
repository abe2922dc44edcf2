"""Quoted history in HTML mail: what to show, and what to put behind "Show earlier text".

The same safety rule as in `quotes`: when words of the sender follow quoted ones, or nothing would
be left, everything is shown. Works on the HTML as sent (the marks of mailers are class names,
which sanitising removes); both results must still be sanitised.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from solodesk.mail import quotes
from solodesk.mail.charsets import clean
from solodesk.mail.headerblock import unknown_block_end
from solodesk.mail.htmlguard import guard
from solodesk.mail.text import html_to_text, node_words, walk
from solodesk.mail.words import plain, words

_MAX_DEPTH = 200
_MAX_SIZE = 2_000_000
_CONTAINERS = (
    "div.gmail_quote",
    "blockquote.gmail_quote",
    "blockquote[type=cite]",
    "div.gmail_quote_container",
    "div[class*=yahoo_quoted]",
    "div[id*=yahoo_quoted]",
    "blockquote#isReplyContent",
    "div#isReplyContent",
    "div.protonmail_quote",
    "blockquote.protonmail_quote",
    "div.tutanota_quote",
    "blockquote.tutanota_quote",
    "div.zmail_extra",
    "includetail",
    "div#origbody",
    "#OLK_SRC_BODY_SECTION",
    "div.front-blockquote",
    "blockquote.front-blockquote",
    "div.hse-quote",
    "div.aol_quote",
    "div.ms-outlook-mobile-reference-message",
    "div#mail-editor-reference-message-container",
    "div.mailspring-quote",
    "[name=messageReplySection]",
    "div.spark_quote",
    "div.hey_quote",
    "div#original-content",
    "div.lark-mail-quote",
    "div.history-quote-wrapper",
    "div#lark-mail-quote",
    "blockquote.iosymail",
    "div.ntes-mailmaster-quote",
    "div[id^=lark-mail-quote]",
    "div.mail-quote-collapse",
    "div#mail-app-auto-quote",
    "[data-marker=__QUOTED_TEXT__]",
    "blockquote.cite",
    "blockquote.cite2",
    "blockquote.history_container",
    "blockquote.missive_quote",
    "div.missive_quote",
    "div[name=quote]",
    "div[name=quoted-content]",
)
_REST = (
    "div#divRplyFwdMsg",
    "div#appendonsend",
    "div#x_divRplyFwdMsg",
    "div#x_appendonsend",
    "div#reply-intro",
    "hr#stopSpelling",
    "div.OutlookMessageHeader",
    "div#reply-marker",
    "hr#zwchr",
)
_RULED = 'div[style*="border-top:solid"], div[style*="border-top: 1"], div[style*="border-top:1"]'
_HINTS = (
    "gmail_quote", "blockquote", "yahoo_quoted", "ReplyContent", "_quote", "zmail_extra", "-quote",
    "includetail", "origbody", "OLK_SRC", "RplyFwdMsg", "appendonsend", "reference-message",
    "ReplySection", "original-content", "reply-intro", "stopSpelling", "MessageHeader",
    "reply-marker", "zwchr", "__QUOTED_TEXT__", "auto-quote", 'name="quote', "missive_quote",
    "border-top",
)  # fmt: skip
"""Some of the names above must stand in the HTML before it is looked at."""
_RULE_STARTS = frozenset({"--", "—-", "——", "__", "==", "**", "- ", "－－"})
_WORDY = re.compile(r"[^\W_]")


def fold_quotes_html(html: str) -> tuple[str, str | None]:
    """(visible HTML, quoted HTML or None). Nothing is lost: what is not in one is in the other."""
    source, _ = guard(clean(html), depth=_MAX_DEPTH, size=_MAX_SIZE)
    if len(source) < len(html):
        return html, None  # capped: show it whole rather than fold what was not read
    tree = LexborHTMLParser(source)
    root = tree.body or tree.root
    if root is None:
        return html, None
    marked = _marked(tree, root)
    if not marked or not _safe(root, {node.mem_id for node in marked}):
        return html, None
    quoted = "\n".join(node.html or "" for node in marked)
    if quotes.answered_inside(html_to_text(quoted).split("\n")):
        return html, None
    for node in marked:
        node.decompose()
    return tree.html or "", quoted


def lines_above_quotes(body: str, html: str) -> str | None:
    """The first lines of `body` (the text of `html`, however wrapped) that stand above its history.

    None when the structure of the HTML tells of no history, or the two do not agree.
    """
    if not any(hint in html for hint in _HINTS):
        return None
    visible, quoted = fold_quotes_html(html)
    if quoted is None:
        return None
    wanted = _letters(html_to_text(visible))
    lines = body.split("\n")
    read = ""
    for number, line in enumerate(lines, 1):
        read += _letters(line)
        if len(read) >= len(wanted):
            rest = any(_WORDY.search(below) for below in lines[number:])
            return "\n".join(lines[:number]) if read == wanted and rest else None
    return None


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _marked(tree: LexborHTMLParser, root: LexborNode) -> list[LexborNode]:
    """The nodes that hold history, outermost only, in document order."""
    found: dict[int, LexborNode] = {}
    for node in _containers(tree):
        for part in (*_introduction(node), node):
            found[part.mem_id] = part
    for node in _rests(tree, root):
        for part in _with_following(node, root):
            found[part.mem_id] = part
    return _outermost(root, set(found))


def _containers(tree: LexborHTMLParser) -> list[LexborNode]:
    out = []
    for selector in _CONTAINERS:
        out += [node for node in tree.css(selector)[:50] if not _is_forward(node)]
    for node in tree.css("blockquote")[:50]:
        if _introduction(node) or _introduces_itself(node):
            out.append(node)
    return out


def _introduces_itself(node: LexborNode) -> bool:
    """The quote begins with the sentence "On … X wrote:" (mail.ru)."""
    lines = html_to_text((node.html or "")[:3000]).split("\n")
    first = next((line.lstrip("> ") for line in lines if line.strip("> ")), "")
    return quotes.is_attribution(first) and not _is_forward(node)


def _ruled_header(node: LexborNode) -> bool:
    """Outlook's box with a line on top holds a header block, in whatever language."""
    lines = html_to_text((node.html or "")[:6000]).split("\n")
    return unknown_block_end(lines, 0) is not None


def _is_forward(node: LexborNode) -> bool:
    low, known = plain(node_words(node, 200)).lower(), words()
    return any(phrase in low for phrase in (*known.forwards, *known.begin_forwards))


def _introduction(node: LexborNode) -> list[LexborNode]:
    """The sentence "On … X wrote:" that stands before a quote, with what separates them."""
    before: list[LexborNode] = []
    sibling = node.prev
    while sibling is not None and len(before) < 6:
        words = node_words(sibling, 500).strip()
        before.append(sibling)
        if words:
            prefix = "moz-cite-prefix" in (sibling.attributes.get("class") or "")
            return before if prefix or quotes.is_attribution(words) else []
        sibling = sibling.prev
    return []


def _rests(tree: LexborHTMLParser, root: LexborNode) -> list[LexborNode]:
    """Nodes from which on everything in the same box is history."""
    out = [node for selector in _REST for node in tree.css(selector)[:5]]
    out += [node for node in tree.css(_RULED)[:10] if _ruled_header(node)]
    tried = 0
    for node, entering in walk(root):
        if not entering or node.tag != "-text":
            continue
        words = (node.text_content or "").strip()
        if words[:2] in _RULE_STARTS and len(words) < 120 and quotes.is_rule(words):
            out.append(node)
        elif tried < 12 and len(words) < 400 and quotes.is_header_label(words):
            tried += 1
            header = _header_from(node, root)
            if header is not None:
                return [*out, header]
    return out


def _header_from(label: LexborNode, root: LexborNode) -> LexborNode | None:
    """The outermost-needed box whose text begins with the block "From: … Subject: …"."""
    node: LexborNode | None = label
    for _ in range(7):
        if node is None or node.mem_id == root.mem_id:
            return None
        if quotes.begins_with_header(_following_text(node)):
            return node
        if _words_before(node):
            return None
        node = node.parent
    return None


def _following_text(node: LexborNode) -> str:
    pieces: list[str] = []
    size = 0
    current: LexborNode | None = node
    while current is not None and size < 6000:
        piece = (current.html or "")[:6000]
        pieces.append(piece)
        size += len(piece)
        current = current.next
    return html_to_text("".join(pieces))


def _with_following(node: LexborNode, root: LexborNode) -> list[LexborNode]:
    """A node, its later siblings, and those of the boxes that begin with it."""
    top = node
    while top.parent is not None and top.parent.mem_id != root.mem_id and not _words_before(top):
        top = top.parent
    if top.mem_id != node.mem_id and not _has_words_before_in_body(top):
        top = node
    out: list[LexborNode] = []
    current: LexborNode | None = top
    while current is not None and len(out) < 5000:
        out.append(current)
        current = current.next
    return out


def _words_before(node: LexborNode) -> bool:
    sibling = node.prev
    while sibling is not None:
        if _WORDY.search(node_words(sibling, 400)):
            return True
        sibling = sibling.prev
    return False


def _has_words_before_in_body(node: LexborNode) -> bool:
    current: LexborNode | None = node
    while current is not None:
        if _words_before(current):
            return True
        current = current.parent
    return False


def _outermost(root: LexborNode, ids: set[int]) -> list[LexborNode]:
    out: list[LexborNode] = []
    inside = 0
    for node, entering in walk(root):
        if node.mem_id not in ids:
            continue
        if entering:
            if not inside:
                out.append(node)
            inside += 1
        else:
            inside -= 1
    return out


def _safe(root: LexborNode, ids: set[int]) -> bool:
    """Words are left, none of them follows the history, and they do not point into it."""
    inside, seen = 0, False
    left: list[str] = []
    for node, entering in walk(root):
        if node.mem_id in ids:
            inside += 1 if entering else -1
            seen = True
        elif entering and not inside and node.tag == "-text":
            words = node.text_content or ""
            if seen and _WORDY.search(words):
                return False
            left.append(words)
    visible = "".join(left)
    return bool(_WORDY.search(visible)) and not quotes.points_below(visible)
