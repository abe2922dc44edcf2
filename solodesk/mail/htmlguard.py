"""Caps on hostile HTML before any parser sees it: nesting depth, attribute bombs, size.

HTML parsers here are quadratic in nesting depth (50,000 nested divs: seconds). Tags beyond the cap
are dropped, their text stays. Not a sanitiser: the result is as untrusted as the input.
"""

import re

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,40})")
_NOT_NESTING = frozenset(
    {
        "br",
        "img",
        "hr",
        "input",
        "meta",
        "link",
        "area",
        "base",
        "col",
        "embed",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "option",
        "dt",
        "dd",
        "colgroup",
        "param",
    }
)
_FEW_TAGS = 4_000
"""So few that no depth costs a parser more than milliseconds; the writer has its own cap."""
_LONG_TAG = 8_000
_MANY_ATTRIBUTES = 150


def guard(html: str, *, depth: int, size: int) -> tuple[str, bool]:
    """`html` cut to `size` characters and `depth` open elements; True when nesting was cut."""
    html = html[:size]
    pieces = html.split("<")
    if len(pieces) <= _FEW_TAGS and len(max(pieces, key=len)) < _LONG_TAG:
        return html, False
    open_tags: dict[str, int] = {}
    total, kept, cut = 0, 0, False
    out: list[str] = []
    for match in _TAG.finditer(html):
        start = match.start()
        if start < kept:
            continue
        name = match[2].lower()
        drop = _bomb(html, start)
        if not drop and name not in _NOT_NESTING:
            if match[1]:
                known = open_tags.get(name, 0) > 0
                open_tags[name] = open_tags.get(name, 0) - known
                total -= known
            elif total >= depth:
                drop = True
            else:
                open_tags[name] = open_tags.get(name, 0) + 1
                total += 1
        if drop:
            end = html.find(">", match.end())
            out.append(html[kept:start])
            kept, cut = (len(html) if end < 0 else end + 1), True
    out.append(html[kept:])
    return "".join(out), cut


def _bomb(html: str, start: int) -> bool:
    """A tag with so many attributes that only an attacker writes it."""
    stop = start + _LONG_TAG
    if html.find(">", start, stop) >= 0:
        return False
    spaces = html.count(" ", start, stop) + html.count("\n", start, stop)
    return html.count("=", start, stop) > _MANY_ATTRIBUTES or spaces > 5 * _MANY_ATTRIBUTES
