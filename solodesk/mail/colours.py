"""Colours as mail writes them: read into red, green, blue; compared by contrast.

Knows nothing of tags or style sheets. Never raises: what is no colour is None.
"""

import re
from functools import lru_cache

Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)

_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", re.IGNORECASE)
_FUNCTION = re.compile(r"(rgb|hsl)a?\(\s*([^()]{1,60})\)", re.IGNORECASE)
_NUMBER = re.compile(r"-?(?:\d{1,5}(?:\.\d{0,6})?|\.\d{1,6})%?")
# Names of the system's own colours, as Outlook writes them.
_SYSTEM = {"windowtext": (0, 0, 0), "window": WHITE, "black": (0, 0, 0), "white": WHITE}
_CSS_NAMES = (
    "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige "
    "f5f5dc bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 "
    "brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral "
    "ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b "
    "darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 "
    "darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid "
    "9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b "
    "darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 "
    "deeppink ff1493 deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff "
    "firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc "
    "ghostwhite f8f8ff gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow "
    "adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory "
    "fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon "
    "fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 "
    "lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a "
    "lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 "
    "lightsteelblue b0c4de lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 "
    "magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid "
    "ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee "
    "mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue "
    "191970 mintcream f5fffa mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 "
    "oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid "
    "da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee palevioletred db7093 "
    "papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 "
    "purple 800080 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon "
    "fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 "
    "skyblue 87ceeb slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa "
    "springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 "
    "turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff whitesmoke f5f5f5 yellow ffff00 "
    "yellowgreen 9acd32"
)
_NAMED: dict[str, Colour] = {
    name: (int(code[:2], 16), int(code[2:4], 16), int(code[4:], 16))
    for name, code in re.findall(r"([a-z]+) ([0-9a-f]{6})", _CSS_NAMES)
} | _SYSTEM


@lru_cache(maxsize=4096)
def read(value: str) -> Colour | None:
    """The colour a CSS value or an HTML attribute names; None for none and for see-through ones.

    Half-transparent colours are mixed with white.
    """
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    match = _HEX.fullmatch(value)
    if match:
        return _from_hex(match[1])
    match = _FUNCTION.fullmatch(value)
    return _from_function(match[1].lower(), match[2]) if match else None


def written(colour: Colour) -> str:
    """The form everything here is written in: #rrggbb."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


@lru_cache(maxsize=4096)
def contrast(one: Colour, other: Colour) -> float:
    """Contrast from 1 to 21 (WCAG 2.2, relative luminance)."""
    lights = sorted((luminance(one), luminance(other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def luminance(colour: Colour) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def is_grey(colour: Colour) -> bool:
    """A shade between black and white: no colour a writer chose for its own sake."""
    return max(colour) - min(colour) <= 24


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _from_hex(digits: str) -> Colour | None:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    colour = int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)
    return _mixed(colour, int(digits[6:8], 16) / 255) if len(digits) == 8 else colour


def _from_function(kind: str, inside: str) -> Colour | None:
    parts = _NUMBER.findall(inside)
    if len(parts) < 3:
        return None
    alpha = min(1.0, max(0.0, _share(parts[3], 1.0))) if len(parts) > 3 else 1.0
    if kind == "rgb":
        red, green, blue = (min(255, max(0, round(_share(part, 255.0)))) for part in parts[:3])
        return _mixed((red, green, blue), alpha)
    return _mixed(_from_hsl(parts), alpha)


def _share(number: str, whole: float) -> float:
    return float(number[:-1]) / 100 * whole if number.endswith("%") else float(number)


def _from_hsl(parts: list[str]) -> Colour:
    from colorsys import hls_to_rgb

    hue = float(parts[0].rstrip("%")) % 360 / 360
    share = [min(1.0, max(0.0, float(part.rstrip("%")) / 100)) for part in parts[1:3]]
    red, green, blue = hls_to_rgb(hue, share[1], share[0])
    return round(red * 255), round(green * 255), round(blue * 255)


def _mixed(colour: Colour, alpha: float) -> Colour | None:
    if alpha < 0.05:
        return None
    red, green, blue = (round(part * alpha + 255 * (1 - alpha)) for part in colour)
    return red, green, blue
