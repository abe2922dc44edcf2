"""Safe HTML of a mail that brings no grounds of its own, as it can be read on a dark window.

Greys give way to the window's own ink; colours are lightened until they can be read; white grounds
go. Reads only what `safewriter` wrote.
"""

import re

from solodesk.mail import colours
from solodesk.mail.elements import PLACEHOLDER

_TAG = re.compile(r"<[a-z][^<>]*>")
_COLOUR = re.compile(
    r"((?<![-\w])color:|background-color:)(#[0-9a-f]{6})(;?)"
    r'|( color="| bgcolor=")(#[0-9a-f]{6})(")'
)
_READABLE = 4.5
_STEPS = 10
_ON_DARK = "color:#b6becc;background-color:#2b323e"


def on_dark(html: str, ground: str) -> str:
    """`html` with colours that reach a contrast of 4.5 on `ground` (#rrggbb)."""
    dark = colours.read(ground) or (21, 24, 30)

    def tag(match: re.Match[str]) -> str:
        found = match[0]
        if "#" not in found:
            return found
        if PLACEHOLDER in found:
            return found.replace(PLACEHOLDER, _ON_DARK)
        bare = _COLOUR.sub(lambda part: _one(part, dark), found)
        return bare.replace(' style=""', "").replace(';"', '"')

    return _TAG.sub(tag, html)


def _one(part: re.Match[str], dark: colours.Colour) -> str:
    name, value, end = part.groups()[:3] if part[1] else part.groups()[3:]
    if name.startswith(("background", " bgcolor")):
        return ""
    colour = colours.read(value)
    if colour is None or (colours.is_grey(colour) and colours.luminance(colour) < 0.3):
        return ""
    return f"{name}{colours.written(lightened(colour, dark))}{end}"


def lightened(colour: colours.Colour, ground: colours.Colour) -> colours.Colour:
    """The nearest lighter shade of a colour that can be read on `ground`."""
    for step in range(_STEPS + 1):
        share = step / _STEPS
        red, green, blue = (round(part + (255 - part) * share) for part in colour)
        if colours.contrast((red, green, blue), ground) >= _READABLE:
            return red, green, blue
    return colours.WHITE
