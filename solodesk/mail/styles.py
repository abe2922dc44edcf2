"""The few CSS declarations mail may keep, with values a QTextBrowser survives.

Knows nothing of tags. Anything that could load, move, hide or blow up is dropped; colours are
written as #rrggbb and text sizes in px, so that what was cleaned once is cleaned.
"""

import re
from functools import lru_cache

from solodesk.mail import colours

MAX_WIDTH = 560
_COLOURS = frozenset({"color", "background-color"})
_WORDS = {
    "font-weight": re.compile(r"bold|bolder|lighter|normal|[1-9]00"),
    "font-style": re.compile(r"italic|oblique|normal"),
    "text-align": re.compile(r"left|right|center|justify|start|end"),
    "text-decoration": re.compile(r"(?:none|underline|overline|line-through|blink|\s)+"),
    "text-transform": re.compile(r"uppercase|lowercase|capitalize|none"),
    "vertical-align": re.compile(r"top|middle|bottom|baseline|sub|super|text-top|text-bottom"),
    "white-space": re.compile(r"pre-wrap|pre-line|normal|pre"),
    "border-collapse": re.compile(r"collapse|separate"),
    "border-style": re.compile(r"(?:none|hidden|solid|dotted|dashed|double|groove|ridge|inset"
                               r"|outset|\s)+"),
    "list-style-type": re.compile(r"none|disc|circle|square|decimal(?:-leading-zero)?|"
                                  r"(?:lower|upper)-(?:alpha|roman|latin)"),
    "direction": re.compile(r"ltr|rtl"),
}  # fmt: skip
_SIDES = r"(?:-(?:top|right|bottom|left))?"
_LENGTHS = re.compile(rf"margin{_SIDES}|padding{_SIDES}|text-indent|border-spacing")
_BORDER = re.compile(rf"border{_SIDES}|border-width|border-color|border{_SIDES}-(?:width|color)")
_BORDER_WIDTHS = {"thin": "1px", "medium": "3px", "thick": "5px"}
_BORDER_STYLES = frozenset({"none", "hidden", "solid", "dotted", "dashed", "double", "groove",
                            "ridge", "inset", "outset"})  # fmt: skip
_UNSAFE = re.compile(
    r"url\s*\(|\\|expression|image-set|image\s*\(|element\s*\(|cross-fade|paint\s*\(|@|/\*|"
    r"javascript|attr\s*\(|var\s*\(|env\s*\(|[<>&\x00-\x08]",
    re.IGNORECASE,
)
_LOADS = re.compile(r"url\s*\(\s*['\"]?\s*(?:https?:)?//", re.IGNORECASE)
_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|"
    r"max-height\s*:\s*0(?:px)?\s*(?:;|$|!)|opacity\s*:\s*0(?:\.0*)?\s*(?:;|$|!))",
    re.IGNORECASE,
)
_LENGTH = re.compile(r"(-?\d{0,9}(?:\.\d{0,9})?)\s*(px|pt|em|rem|ex|in|cm|mm|pc|%)?", re.IGNORECASE)
_TO_PX = {
    "pt": 4 / 3,
    "em": 16.0,
    "rem": 16.0,
    "ex": 8.0,
    "in": 96.0,
    "cm": 37.8,
    "mm": 3.78,
    "pc": 16.0,
}
_NAMED_SIZES = {
    "xx-small": 9,
    "x-small": 10,
    "small": 13,
    "medium": 16,
    "large": 18,
    "x-large": 24,
    "xx-large": 32,
}
_FAMILY = re.compile(r"[\w\s,'\u2019.-]{1,300}")
_FONT = re.compile(
    r"((?:italic|oblique|bold|bolder|normal|[1-9]00)\s+){0,3}"
    r"([\d.]{1,6}(?:px|pt|em|rem|%))(?:\s*/\s*([\d.]{1,6}(?:px|pt|em|%)?))?\s+(.{1,300})",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:url|image-set|[\w-]{0,30}-gradient)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)", re.IGNORECASE
)
_MAX_STYLE = 4000
_MAX_TEXT_PX = 72


def hides(style: str) -> bool:
    """The element is not meant to be seen."""
    return bool(_HIDES.search(style))


def loads(style: str) -> int:
    """How many remote things a style would fetch."""
    return len(_LOADS.findall(style))


def clean_style(style: str) -> str:
    """`style` with only allowed, harmless declarations, lower-case names, lengths clamped."""
    return ";".join(
        cleaned for part in style[:_MAX_STYLE].split(";")[:60] if part and (cleaned := _kept(part))
    )


def colour_in(style: str, name: str) -> colours.Colour | None:
    """The last colour that a cleaned style gives to `name`."""
    found = None
    for part in style.split(";"):
        if part.startswith(name) and part[len(name) : len(name) + 1] == ":":
            found = colours.read(part[len(name) + 1 :])
    return found


@lru_cache(maxsize=8192)
def _kept(declaration: str) -> str:
    """One declaration cleaned; empty when it may not stay. Mail repeats few of them for ever."""
    name, _colon, value = declaration.partition(":")
    name = name.strip().lower()
    value = re.sub(r"\s*!\s*important", "", value, flags=re.IGNORECASE).strip().replace('"', "'")
    if name == "background":
        return _background(value)
    if not value or len(value) > 400 or _UNSAFE.search(value):
        return ""
    if name == "font":
        return _font(value)
    if name in _COLOURS:
        colour = colours.read(value)
        return "" if colour is None else f"{name}:{colours.written(colour)}"
    if name in _WORDS:
        return _word(name, value.lower())
    if name in _SIZED:
        return _SIZED[name](value)
    if _LENGTHS.fullmatch(name):
        return f"{name}:{value}" if _small_lengths(value) else ""
    return _border(name, value) if _BORDER.fullmatch(name) else ""


def _word(name: str, value: str) -> str:
    if not _WORDS[name].fullmatch(value):
        return ""
    return "white-space:pre-wrap" if name == "white-space" and value == "pre" else f"{name}:{value}"


def _background(value: str) -> str:
    """Only the colour of a background; where a gradient stands, its first colour."""
    if len(value) > 2000:
        return ""
    bare = _URL.sub(" ", value)
    gradient = "" if "gradient" not in value.lower() else value.partition("(")[2]
    for words in (bare, gradient):
        for word in re.findall(
            r"#[0-9a-f]+|(?:rgb|hsl)a?\([^()]*\)|[a-z]+", words[:600], re.IGNORECASE
        ):
            colour = colours.read(word)
            if colour is not None:
                return f"background-color:{colours.written(colour)}"
    return ""


def _font(value: str) -> str:
    """The shorthand taken apart, since a QTextBrowser does not know it."""
    match = _FONT.fullmatch(value)
    if match is None:
        return ""
    parts = [_font_size(match[2]), _family(match[4])]
    before = value[: match.start(2)].lower()
    if "bold" in before or re.search(r"[6-9]00", before):
        parts.append("font-weight:bold")
    if "italic" in before or "oblique" in before:
        parts.append("font-style:italic")
    if match[3]:
        parts.append(_line_height(match[3]))
    return ";".join(part for part in parts if part)


def _family(value: str) -> str:
    return f"font-family:{value}" if _FAMILY.fullmatch(value) else ""


def _line_height(value: str) -> str:
    bare = not re.search(r"[a-z%]", value, re.IGNORECASE)
    size = _pixels(value + "em" if bare else value)
    if size is None or not 12 <= size <= 60:
        return ""
    return f"line-height:{value}"


def _pixels(value: str) -> float | None:
    match = _LENGTH.fullmatch(value.strip())
    if match is None or match[1] in {"", "-", ".", "-."}:
        return None
    unit = (match[2] or "px").lower()
    number = float(match[1])
    return number / 100 * 16 if unit == "%" else number * _TO_PX.get(unit, 1.0)


def _font_size(value: str) -> str:
    """In whole px; sizes relative to the surrounding text are left to it."""
    value = value.lower()
    if value in _NAMED_SIZES:
        return f"font-size:{_NAMED_SIZES[value]}px"
    size = _pixels(value)
    if size is None or size < 1 or value.endswith(("em", "%", "ex")):
        return ""
    return f"font-size:{min(round(size), _MAX_TEXT_PX)}px"


def _width(value: str) -> str:
    size = _pixels(value)
    if value.endswith("%"):
        return f"width:{value}" if size is not None and 0 < size <= 16 else ""
    if size is None or size < 1:
        return ""
    return f"width:{value}" if size <= MAX_WIDTH else "width:100%"


def _border(name: str, value: str) -> str:
    """A border in the one form a QTextBrowser reads: width, style, colour (#rrggbb)."""
    if not re.fullmatch(r"[\w\s#.,()%'-]{1,100}", value) or not _small_lengths(value, most=20):
        return ""
    words = [_border_word(word) for word in re.findall(r"[\w-]+\([^()]*\)|[^\s]+", value)]
    if any(word is None for word in words) or len(words) > 4:
        return ""
    widths = [word for word in words if word and word.endswith("px")]
    hues = [word for word in words if word and word.startswith("#")]
    others = [word for word in words if word and word not in widths and word not in hues]
    return f"{name}:{' '.join((*widths, *others, *hues))}"


def _border_word(word: str) -> str | None:
    """One part of a border; None when it is none."""
    plain = word.lower()
    size = _pixels(plain)
    if size is not None:
        return f"{max(1, round(size)) if size else 0}px"
    if plain in _BORDER_WIDTHS:
        return _BORDER_WIDTHS[plain]
    if plain in _BORDER_STYLES:
        return plain
    colour = colours.read(plain)
    return None if colour is None else colours.written(colour)


def _small_lengths(value: str, most: int = 120) -> bool:
    """Only words and lengths between 0 and `most` pixels."""
    if not re.fullmatch(r"[\w\s#.,()%'+-]{1,200}", value):
        return False
    for word in value.split()[:8]:
        size = _pixels(word)
        if size is not None and not 0 <= size <= most:
            return False
    return True


_SIZED = {
    "font-size": _font_size,
    "width": _width,
    "line-height": _line_height,
    "font-family": _family,
}
