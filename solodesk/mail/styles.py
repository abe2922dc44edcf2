"""The few CSS declarations mail may keep, with values a QTextBrowser survives.

Knows nothing of tags. Anything that could load, move, hide or blow up is dropped.
"""

import re

MAX_WIDTH = 560
ALLOWED = frozenset(
    {
        "color",
        "background-color",
        "background",
        "font-family",
        "font-size",
        "font-weight",
        "font-style",
        "text-align",
        "text-decoration",
        "text-indent",
        "text-transform",
        "vertical-align",
        "line-height",
        "white-space",
        "margin",
        "margin-top",
        "margin-right",
        "margin-bottom",
        "margin-left",
        "padding",
        "padding-top",
        "padding-right",
        "padding-bottom",
        "padding-left",
        "border",
        "border-top",
        "border-right",
        "border-bottom",
        "border-left",
        "border-color",
        "border-style",
        "border-width",
        "border-collapse",
        "border-spacing",
        "width",
        "list-style-type",
        "direction",
    }
)
_UNSAFE = re.compile(
    r"url\s*\(|\\|expression|image-set|@|/\*|javascript|attr\s*\(|var\s*\(|[<>\x00-\x08]",
    re.IGNORECASE,
)
_LOADS = re.compile(r"url\s*\(\s*['\"]?\s*(?:https?:)?//", re.IGNORECASE)
_HIDES = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
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
_COLOUR_ONLY = re.compile(
    r"^(#[0-9a-f]{3,8}|[a-z]{3,25}|rgba?\([\d\s.,%/]{1,40}\)|hsla?\([\d\s.,%/deg]{1,40}\))"
    r"(?:\s+(?:none|repeat|no-repeat|scroll|0|0%|top|left|center))*$",
    re.IGNORECASE,
)
_MAX_STYLE = 4000


def hides(style: str) -> bool:
    """The element is not meant to be seen."""
    return bool(_HIDES.search(style))


def loads(style: str) -> int:
    """How many remote things a style would fetch."""
    return len(_LOADS.findall(style))


def clean_style(style: str) -> str:
    """`style` with only allowed, harmless declarations, lower-case names, lengths clamped."""
    kept = []
    for declaration in style[:_MAX_STYLE].split(";")[:60]:
        name, colon, value = declaration.partition(":")
        name = name.strip().lower()
        value = value.strip().replace('"', "'")
        value = re.sub(r"\s*!\s*important", "", value, flags=re.IGNORECASE)
        if colon and name in ALLOWED and value and not _UNSAFE.search(value):
            cleaned = _value(name, value)
            if cleaned:
                kept.append(cleaned)
    return ";".join(kept)


def _value(name: str, value: str) -> str | None:
    if name == "background":
        match = _COLOUR_ONLY.match(value)
        return f"background-color:{match[1]}" if match else None
    if name == "font-size":
        return _font_size(value)
    if name == "width":
        return _width(value)
    if name == "white-space":
        return (
            f"white-space:{value}"
            if value.lower() in {"pre-wrap", "pre-line", "normal"}
            else ("white-space:pre-wrap" if value.lower() == "pre" else None)
        )
    if name == "line-height":
        size = _pixels(value if re.search(r"[a-z%]", value, re.IGNORECASE) else value + "em")
        return f"line-height:{value}" if size is not None and 12 <= size <= 60 else None
    if name == "text-indent" or name.startswith(("margin", "padding", "border-spacing")):
        return f"{name}:{value}" if _small_lengths(value) else None
    if name.startswith("border"):
        return f"{name}:{value}" if _small_lengths(value, most=20) else None
    return f"{name}:{value}"


def _pixels(value: str) -> float | None:
    match = _LENGTH.fullmatch(value.strip())
    if match is None or match[1] in {"", "-", ".", "-."}:
        return None
    unit = (match[2] or "px").lower()
    number = float(match[1])
    return number / 100 * 16 if unit == "%" else number * _TO_PX.get(unit, 1.0)


def _font_size(value: str) -> str | None:
    if re.fullmatch(r"(?:x{1,2}-)?(?:small|large)|medium|smaller|larger", value, re.IGNORECASE):
        return f"font-size:{value}"
    size = _pixels(value)
    if size is None or size < 1:
        return None
    return f"font-size:{value}" if size <= 72 else "font-size:72px"


def _width(value: str) -> str | None:
    if value.endswith("%"):
        size = _pixels(value)
        return f"width:{value}" if size is not None and 0 < size <= 16 else None
    size = _pixels(value)
    if size is None or size < 1:
        return None
    return f"width:{value}" if size <= MAX_WIDTH else "width:100%"


def _small_lengths(value: str, most: int = 120) -> bool:
    """Every length in a shorthand is between 0 and `most` pixels."""
    for word in value.split()[:8]:
        size = _pixels(word)
        if size is not None and not 0 <= size <= most:
            return False
    return True
