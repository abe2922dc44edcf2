"""The one sanitiser: HTML of strangers to HTML a hardened QTextBrowser may show.

Caps (`htmlguard`) → an HTML5 parser (lexbor) → everything written anew by `safewriter`, with the
mail's own style sheet (`stylesheet`) put onto the elements: blocked images become their words,
nested tables are flattened (Qt lays them out in exponential time), sizes are clamped, links are
judged. Nothing that passes can load, run or point into this machine. Runs on opening a message,
never at ingest.
"""

import re
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from solodesk.mail import styles, stylesheet
from solodesk.mail.charsets import clean
from solodesk.mail.htmlguard import guard
from solodesk.mail.links import Link
from solodesk.mail.safewriter import MAX_OUTPUT, Writer

MAX_INPUT = 2_000_000
WHOLE = 2_000_000
"""A limit for an owner who asked to see all of a long mail."""
_MAX_DEPTH = 120
_ROUNDS = 4
_RAW = re.compile(
    r"<!--.*?-->|(<(script|style|xmp|iframe|noembed|noframes|plaintext)(?:\s[^>]*)?>).*?(</\2>)",
    re.DOTALL,
)
_RAW_BEGINS = re.compile("<(?:s[ct]|x|if|noe|nof|pl)")
_STYLE = re.compile(r"<style(?:\s[^>]*)?>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """What may be shown, and what was done to it."""

    html: str
    blocked_remote: int
    trackers: int
    flattened: bool
    truncated: bool
    links: tuple[Link, ...]
    spies: tuple[str, ...] = ()
    """Hosts of tracking pixels, which are never loaded."""
    remote: tuple[str, ...] = ()
    """Addresses of the pictures the owner may allow."""
    paints: bool = False
    """It brings grounds of its own and is shown on paper in a dark window."""


def sanitise(html: str, *, remote: bool = False, limit: int = MAX_OUTPUT) -> SafeHtml:
    """The HTML of a mail made safe. `remote`: the owner allowed its pictures.

    Never raises, never fetches; at most `limit` characters of markup (embedded images aside).
    """
    first, doubtful = _once(html, remote=remote, limit=limit)
    safe = first
    for _round in range(_ROUNDS):
        if not doubtful or (not first.truncated and _settled(safe.html)):
            break
        again, doubtful = _once(safe.html, remote=remote, limit=limit)
        if again.html == safe.html:
            break
        safe = replace(first, html=again.html, links=again.links)
    return safe


def _settled(html: str) -> bool:
    """A parser reads it as it stands."""
    body = LexborHTMLParser(html).body
    return body is not None and body.html == f"<body>{html}</body>"


def _once(html: str, *, remote: bool, limit: int) -> tuple[SafeHtml, bool]:
    """Written anew once; True when it may not be settled yet."""
    source = clean(html)
    truncated = len(source) > MAX_INPUT
    source, cut = guard(source, depth=_MAX_DEPTH, size=MAX_INPUT)
    body, css = _parsed(source)
    writer = Writer(sheet=stylesheet.read(css), remote=remote, limit=limit)
    writer.run(body)
    pictures = writer.pictures
    safe = SafeHtml(
        html=writer.result(),
        blocked_remote=pictures.blocked + styles.loads(css),
        trackers=pictures.trackers,
        flattened=writer.flattened or cut,
        truncated=truncated or writer.truncated,
        links=tuple(writer.links),
        spies=tuple(pictures.spies),
        remote=tuple(pictures.wanted),
        paints=writer.paints,
    )
    return safe, writer.doubtful or writer.truncated


def _parsed(source: str) -> tuple[str, str]:
    """The body of a document as a parser writes it, without comments and raw text, and its CSS."""
    tree = LexborHTMLParser(source)
    head, body = tree.head, tree.body
    before = "" if head is None else head.html or ""
    inside = "" if body is None else body.html or ""
    css = "\n".join(
        words for part in (before, inside) if "<style" in part for words in _STYLE.findall(part)
    )
    if _RAW_BEGINS.search(inside):
        inside = _RAW.sub(r"\1\3", inside)
    return inside, css
