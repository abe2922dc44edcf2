"""Fills the style sheet's template: `@token` becomes a colour, `12u` a length, `%word%` a word.

Why not plain QSS: it knows neither variables nor a text size. This module must not know widgets.
"""

import re
from collections.abc import Callable, Mapping

_COLOUR = re.compile(r"@([a-z_0-9]+)")
_LENGTH = re.compile(r"(?<![\w.#@])(-?\d+(?:\.\d+)?)u\b")


def fill(
    template: str,
    colours: Mapping[str, str],
    px: Callable[[float], int],
    words: Mapping[str, str],
) -> str:
    """The style sheet of `template`; KeyError when it names a colour that does not exist."""
    coloured = _COLOUR.sub(lambda found: colours[found[1]], template)
    sized = _LENGTH.sub(lambda found: f"{px(float(found[1]))}px", coloured)
    for name, value in words.items():
        sized = sized.replace(f"%{name}%", value)
    return sized
