"""The one sanitiser: HTML of strangers to HTML a hardened QTextBrowser may show.

css_inline (styles onto elements) → nh3 (allow-list) → our own pass over the clean tokens: blocked
images become their words, nested tables are flattened (Qt lays them out in exponential time),
sizes are clamped, links are judged. Nothing that passes can load, run or point into this machine.
Runs on opening a message, never at ingest.
"""

import re
from dataclasses import dataclass

import nh3

from solodesk.mail import styles
from solodesk.mail.charsets import clean
from solodesk.mail.htmlguard import guard
from solodesk.mail.safewriter import Link, Writer

MAX_INPUT = 2_000_000
_MAX_DEPTH = 120
_MAX_CSS = 150_000
_MAX_CSS_WORK = 3_000_000

_TAGS = frozenset(
    {
        "a",
        "abbr",
        "address",
        "b",
        "bdi",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "caption",
    }
)
_DROPPED_WITH_CONTENT = frozenset(
    {
        "script",
        "style",
        "title",
        "noscript",
        "template",
        "svg",
        "math",
        "object",
        "iframe",
        "frame",
        "frameset",
        "select",
        "textarea",
        "audio",
        "video",
        "canvas",
        "applet",
        "embed",
        "noembed",
        "noframes",
        "xml",
        "xmp",
    }
)
_BOX = {"align", "bgcolor", "style", "dir"}
_ATTRIBUTES = {
    "a": {"href", "style"},
    "img": {"src", "alt", "width", "height", "style"},
    "font": {"color", "face", "size"},
    "table": _BOX | {"width", "border", "cellpadding", "cellspacing", "background"},
    "td": _BOX | {"width", "valign", "colspan", "rowspan", "background"},
    "th": _BOX | {"width", "valign", "colspan", "rowspan", "background"},
    "tr": _BOX | {"valign"},
    "tbody": {"style"},
    "thead": {"style"},
    "ol": {"start", "type", "style"},
    "ul": {"type", "style"},
    "hr": {"width", "size", "color"},
} | {
    tag: {"style", "align", "dir"}
    for tag in (
        "div",
        "p",
        "span",
        "blockquote",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "pre",
        "center",
        "b",
        "i",
        "u",
        "strong",
        "em",
        "code",
        "small",
        "dd",
        "dt",
        "dl",
        "caption",
    )
}
_STYLE_BLOCK = re.compile(r"<style\b[^<>]{0,500}>(.*?)(?:</style|\Z)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CONDITIONAL = re.compile(r"<!\[[^\]]{0,80}\]>", re.IGNORECASE)
_REMOTE_OTHER = re.compile(
    r"<(?:iframe|frame|video|audio|source|embed|object|input|link|track|image)\b[^<>]{0,800}?"
    r"\b(?:src|href|data|poster|srcset)\s*=\s*[\"']?\s*(?:https?:)?//",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """What may be shown, and what was done to it."""

    html: str
    blocked_remote: int
    trackers: int
    flattened: bool
    truncated: bool
    links: tuple[Link, ...]


def sanitise(html: str, *, remote: bool = False) -> SafeHtml:
    """The HTML of a mail made safe. `remote`: the owner allowed pictures from this sender.

    Never raises, never fetches; at most 300 kB of markup (embedded images aside).
    """
    source = clean(html)
    truncated = len(source) > MAX_INPUT
    source, cut = guard(source, depth=_MAX_DEPTH, size=MAX_INPUT)
    source = _COMMENT.sub("", source) if "<!--" in source else source
    source = _CONDITIONAL.sub("", source)
    elsewhere = len(_REMOTE_OTHER.findall(source)) + styles.loads(
        " ".join(_STYLE_BLOCK.findall(source))[:_MAX_CSS]
    )
    cleaned = _allow(_inline_css(source))
    writer = Writer(remote=remote)
    writer.run(cleaned)
    return SafeHtml(
        html="".join(writer.out),
        blocked_remote=writer.blocked + elsewhere,
        trackers=writer.trackers,
        flattened=writer.flattened or cut,
        truncated=truncated or writer.truncated,
        links=tuple(writer.links),
    )


def _inline_css(source: str) -> str:
    """Style blocks moved onto the elements, when that is cheap enough; they are dropped after."""
    blocks = _STYLE_BLOCK.findall(source)
    if not blocks:
        return source
    css = "\n".join(blocks)
    work = css.count("{") * source.count("<")
    if len(css) > _MAX_CSS or work > _MAX_CSS_WORK or _costly(css):
        return source
    import css_inline

    inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)
    try:
        return inliner.inline(source)
    except (css_inline.InlineError, ValueError):
        return source


def _costly(css: str) -> bool:
    """Selectors that backtrack: many descendant steps, or :has and :not nested."""
    return ":has" in css or any(
        selector.count(" ") > 60 or selector.count(":") > 20 or selector.count("~") > 5
        for rule in css.split("}")[:3000]
        for selector in rule.partition("{")[0][-2000:].split(",")[:50]
    )


def _allow(source: str) -> str:
    return nh3.clean(
        source,
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WITH_CONTENT),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "cid", "data"},
        link_rel=None,
        strip_comments=True,
        attribute_filter=_attribute_filter,
    )


def _attribute_filter(tag: str, name: str, value: str) -> str | None:
    """Before nh3 judges a URL: protocol-relative ones are remote; others relative are dropped."""
    if name in {"src", "background"} or (name == "href" and tag == "a"):
        value = re.sub(r"[\x00-\x20]+", "", value) if not value.startswith("data:") else value
        if value.startswith(("//", "\\\\")):
            return "https:" + value.replace("\\", "/")
        return value if re.match(r"(?:https?|mailto|cid|data):", value, re.IGNORECASE) else None
    return value
