"""What may stand in the HTML we show: elements, attributes and their values.

Pure judgement of one start tag; `safewriter` puts the pieces together.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from solodesk.mail import colours, styles, tokens
from solodesk.mail.escaping import quoted
from solodesk.mail.pictures import is_remote
from solodesk.mail.stylesheet import Ancestor, classes_of

PLACEHOLDER = "color:#57606a;background-color:#eef1f4"


class Kind(Enum):
    """How an element is written."""

    BLOCK = "block"
    INLINE = "inline"
    TABLE = "table"
    LINK = "link"
    PICTURE = "picture"
    VOID = "void"
    LEFT_OUT = "left out"
    NOTHING = "nothing"


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLOCKS = _names("address blockquote center dd div dl dt h1 h2 h3 h4 h5 h6 li ol p pre ul")
_INLINES = _names(
    "abbr b bdi big cite code del em font i ins kbd q s samp small span strike strong sub sup "
    "tt u var"
)
_TABLES = _names("table tbody td tfoot th thead tr caption")
# Written as plain boxes: they begin a line of their own, as in a browser.
_BOXES = _names(
    "article aside body details dir fieldset figcaption figure footer form header hgroup legend "
    "listing main menu nav search section summary"
)
_VOID = _names(
    "area base basefont bgsound br col embed frame hr img image input keygen link meta param "
    "source track wbr"
)
_DROPPED = _names(
    "script style title noscript template svg math object iframe frame frameset select textarea "
    "audio video canvas applet embed noembed noframes xml xmp plaintext head datalist"
)
# A parser treats what is inside these, or lists around them, differently once they are gone.
_BARRIERS = _names("button object applet marquee template select") | (_BOXES - {"body"})

_BOX = _names("align bgcolor style dir")
_LINE = _names("style align dir")
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": _names("style"),
    "font": _names("color face size"),
    "table": _BOX | _names("width border cellpadding cellspacing"),
    "td": _BOX | _names("width valign colspan rowspan"),
    "th": _BOX | _names("width valign colspan rowspan"),
    "tr": _BOX | _names("valign"),
    "tbody": _names("style"),
    "thead": _names("style"),
    "ol": _names("start type style"),
    "ul": _names("type style"),
    "hr": _names("width size color"),
} | dict.fromkeys(
    _names(
        "div p span blockquote h1 h2 h3 h4 h5 h6 li pre center b i u strong em code small dd dt "
        "dl caption address s strike del ins sub sup big cite tt"
    ),
    _LINE,
)
_LOADING = re.compile(r"src|href|data|poster|srcset|background|xlink:href|lowsrc|dynsrc|codebase")
_AUTO_MARGIN = re.compile(r"margin\s*:[^;]*\bauto\b", re.IGNORECASE)
_WIDTH_OF = re.compile(r"(?:^|;)width:([\d.]+(?:%|px)?)")
_PADDED = re.compile(r"padding(?:-left|-right)?\s*:[^;]*[1-9]", re.IGNORECASE)
_PADDING = re.compile(r"padding[-a-z]*:[^;]*;?")
_ALONE = re.compile(r"display\s*:\s*(?:block|table|flex)", re.IGNORECASE)
_SYMBOL_FONT = re.compile(r"font-family:'?(wingdings|symbol|webdings)\b[^;]*;?", re.IGNORECASE)
_LIMITS = {
    "colspan": 40,
    "rowspan": 60,
    "border": 4,
    "cellpadding": 40,
    "cellspacing": 40,
    "size": 7,
    "start": 100_000,
}


@dataclass(frozen=True, slots=True)
class Element:
    """One start tag judged: what is written for it, and what the writer has to know."""

    tag: str
    kind: Kind
    written: str
    close: str
    identity: Ancestor
    ground: colours.Colour | None = None
    ink: colours.Colour | None = None
    hidden: bool = False
    loads: int = 0
    """Remote things this element would load, a picture's own address aside."""
    barrier: bool = False
    stands_alone: bool = False
    """An inline element shown on a line of its own."""
    padded: bool = False
    """A button: its ground reaches beyond its words."""
    paints: bool = False
    """Its ground is more than the white of paper."""
    area: int = 1
    attributes: tuple[int | None, int | None] = (None, None)
    """Width and height of a picture."""
    symbols: str = ""
    block: bool = False
    heading: bool = False
    holds_blocks: bool = False
    coloured: bool = False
    box: str = ""
    """What is written instead where its ground has to reach under all that is in it."""
    quick: bool = False
    """Nothing has to be asked before it is written, its colours aside."""


def identity(name: str, attributes: dict[str, str]) -> Ancestor:
    """What style rules ask of an element."""
    return name, attributes.get("id", ""), classes_of(attributes.get("class", ""))


@lru_cache(maxsize=4096)
def judged(token: str, before: str, after: str) -> Element:
    """A start tag as it may be written; style rules say `before` and `after` its own style.

    Links and pictures stand here without their addresses (`tokens.apart`).
    """
    name, attributes = tokens.read(token)
    if name == "body":
        before = ";".join(filter(None, (_page_colours(attributes), before)))
    raw = ";".join(part for part in (before, attributes.get("style", ""), after) if part)
    who = identity(name, attributes)
    hidden = name in _DROPPED or (bool(raw) and styles.hides(raw))
    loads = styles.loads(raw) + _loads(name, attributes)
    if name in ("img", "image"):
        sizes = _measure(attributes, raw, "width"), _measure(attributes, raw, "height")
        alone = bool(_ALONE.search(raw))
        return Element(
            "img", Kind.PICTURE, "", "", who, hidden=hidden, loads=loads, stands_alone=alone,
            attributes=sizes,
        )  # fmt: skip
    if name in _VOID:
        kind = Kind.VOID if name in ("br", "hr") else Kind.NOTHING
        written = f"<{name}{_written(name, attributes, '')[0]}>" if kind is Kind.VOID else ""
        return Element(name, kind, written, "", who, loads=loads, hidden=hidden)
    kind = _kind(name)
    if kind is Kind.LEFT_OUT or hidden:
        barrier = name in _BARRIERS
        return Element(name, kind, "", "", who, hidden=hidden, loads=loads, barrier=barrier)
    return _boxed(name, kind, attributes, raw, who, loads)


def _boxed(
    name: str, kind: Kind, attributes: dict[str, str], raw: str, who: Ancestor, loads: int
) -> Element:
    tag = "div" if name in _BOXES else name
    cleaned = styles.clean_style(raw) if raw else ""
    symbol = _SYMBOL_FONT.search(cleaned) if "font-family" in cleaned else None
    if symbol:
        cleaned = (cleaned[: symbol.start()] + cleaned[symbol.end() :]).strip(";")
    if name == "body":
        cleaned = _of_page(cleaned)
    padded = kind is Kind.LINK and bool(_PADDED.search(raw)) and "background-color:" in cleaned
    if padded:
        cleaned = _PADDING.sub("", cleaned).strip(";")
    written, ground, ink = _written(tag, attributes, cleaned)
    wrapped = name != "body" or bool(written)
    alone = kind in (Kind.INLINE, Kind.LINK) and bool(_ALONE.search(raw))
    area = _area(attributes) if name in ("td", "th") else 1
    barrier = name in _BARRIERS
    box = (
        _box(attributes, cleaned, page=name == "body")
        if tag == "div" and ground is not None
        else ""
    )
    heading = len(name) == 2 and name[0] == "h" and name != "hr"
    return Element(
        tag=name,
        kind=kind,
        written=f"<{tag}{written}>" if wrapped else "",
        close=f"</{tag}>" if wrapped else "",
        identity=who,
        ground=ground,
        ink=ink,
        loads=loads,
        barrier=barrier,
        stands_alone=alone,
        padded=padded,
        paints=ground is not None and (ground != colours.WHITE or kind is Kind.TABLE),
        area=area,
        symbols=symbol[1].lower() if symbol else "",
        block=kind in (Kind.BLOCK, Kind.TABLE),
        heading=heading,
        holds_blocks=kind in (Kind.BLOCK, Kind.TABLE) and name != "p",
        coloured=ground is not None or ink is not None,
        box=box,
        quick=not (
            loads or barrier or alone or heading or box or area > 1 or name in ("a", "table")
        ),
    )


BOX_END = "</td></tr></tbody></table>"


def _box(attributes: dict[str, str], cleaned: str, *, page: bool) -> str:
    """A box as a table of one cell: Qt paints the ground of a table only under what is inside."""
    placed = "".join(_placed(attributes, cleaned)) or ' width="100%"'
    bare = re.sub(r"(?:^|;)(?:width|margin[-a-z]*):[^;]*", "", cleaned).strip(";")
    bare = bare if "padding" in bare or not page else f"{bare};padding:10px".strip(";")
    style = f' style="{quoted(bare)}"' if bare else ""
    ground = colours.read(attributes.get("bgcolor", ""))
    colour = f' bgcolor="{colours.written(ground)}"' if ground else ""
    return (
        f'<table{placed} border="0" cellspacing="0" cellpadding="0"><tbody><tr><td{colour}{style}>'
    )


def _kind(name: str) -> Kind:
    if name in _TABLES:
        return Kind.TABLE
    if name in _BLOCKS or name in _BOXES:
        return Kind.BLOCK
    if name == "a":
        return Kind.LINK
    return Kind.INLINE if name in _INLINES else Kind.LEFT_OUT


def _page_colours(attributes: dict[str, str]) -> str:
    """The colours of a page as its oldest attributes give them."""
    told = {"background-color": "bgcolor", "color": "text"}
    return ";".join(f"{name}:{attributes[old]}" for name, old in told.items() if old in attributes)


def _of_page(style: str) -> str:
    """What of the body's style holds for a box around everything."""
    return ";".join(
        part
        for part in style.split(";")
        if part.startswith(("background-color:", "color:", "font-", "direction:"))
    )


def _loads(name: str, attributes: dict[str, str]) -> int:
    if name == "a" or not attributes:
        return 0
    return sum(
        is_remote(value)
        for key, value in attributes.items()
        if _LOADING.fullmatch(key) and not (name in ("img", "image") and key == "src")
    )


def _written(
    tag: str, attributes: dict[str, str], cleaned: str
) -> tuple[str, colours.Colour | None, colours.Colour | None]:
    """Attributes as written; the ground and the ink they give."""
    allowed = _ATTRIBUTES.get(tag, frozenset())
    pieces: list[str] = []
    ground = ink = None
    for name, value in attributes.items():
        if name == "style" or name not in allowed:
            continue
        if name in ("bgcolor", "color"):
            colour = colours.read(value)
            if colour is None:
                continue
            ground, ink = (colour, ink) if name == "bgcolor" else (ground, colour)
            written = colours.written(colour)
        else:
            written = _value(tag, name, value)
        if written:
            pieces.append(f' {name}="{written}"')
    if tag == "table":
        pieces += _placed(attributes, cleaned)
    if cleaned and "style" in allowed:
        pieces.append(f' style="{quoted(cleaned)}"')
        ground = styles.colour_in(cleaned, "background-color") or ground
        ink = styles.colour_in(cleaned, "color") or ink
    return "".join(pieces), ground, ink


def _placed(attributes: dict[str, str], cleaned: str) -> list[str]:
    """A table's width and place, which Qt takes from attributes only."""
    pieces = []
    if "width" not in attributes:
        match = _WIDTH_OF.search(cleaned)
        width = _clamp_width(match[1], "table") if match else ""
        if width:
            pieces.append(f' width="{width}"')
    if "align" not in attributes and _AUTO_MARGIN.search(attributes.get("style", "")):
        pieces.append(' align="center"')
    return pieces


def _value(tag: str, name: str, value: str) -> str:
    if name == "width":
        return _clamp_width(value, tag)
    if name in _LIMITS:
        return _clamp(value, _LIMITS[name])
    return value if re.fullmatch(r"[\w#%., -]{1,100}", value) else ""


def _clamp(value: str, most: int) -> str:
    match = re.match(r"\s*[+]?(\d{1,9})", value, re.ASCII)
    return str(min(int(match[1]), most)) if match else ""


@lru_cache(maxsize=512)
def _clamp_width(value: str, tag: str) -> str:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(%|px)?\s*$", value, re.ASCII)
    if match is None:
        return ""
    number = int(match[1])
    if match[2] == "%":
        return f"{min(number, 100)}%" if number else ""
    if number > styles.MAX_WIDTH:
        return "100%" if tag in {"table", "hr"} else ""
    return str(number) if number else ""


def _area(attributes: dict[str, str]) -> int:
    across, down = (int(_clamp(attributes.get(n, ""), _LIMITS[n]) or 1) for n in _SPANS)
    return across * down


_MARKS = re.compile('[&<>"\u00a0]')
_SPANS = ("colspan", "rowspan")


def without_spans(written: str) -> str:
    """A cell that reaches over no others."""
    return re.sub(r' (?:col|row)span="\d+"', "", written)


def with_ink(written: str, ink: colours.Colour | None) -> str:
    """Start tags with another colour of the words inside; None: without one of their own."""
    bare = re.sub(r'(?<![-\w])color:#[0-9a-f]{6};?| color="#[0-9a-f]{6}"', "", written)
    bare = bare.replace(' style=""', "").replace(';"', '"')
    if ink is None:
        return bare
    words = f"color:{colours.written(ink)}"
    if ' style="' in bare:
        return bare.replace(' style="', f' style="{words};', 1)
    if "style" not in _ATTRIBUTES.get(re.split(r"[ >]", bare[1:])[0], ()):
        return bare
    return f'{bare[:-1]} style="{words}">'


def _measure(attributes: dict[str, str], style: str, name: str) -> int | None:
    match = re.match(r"\s*(\d{1,6})(?:\.\d+)?\s*(?:px)?\s*$", attributes.get(name, ""), re.ASCII)
    if match is None:
        match = re.search(
            rf"(?:^|;)\s*{name}\s*:\s*(\d{{1,6}})(?:\.\d+)?px", style, re.IGNORECASE | re.ASCII
        )
    return int(match[1]) if match else None
