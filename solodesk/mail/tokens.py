"""Start tags as an HTML parser serialised them, taken apart. Judges nothing."""

import re
from html import unescape

_SRCSET = re.compile(r' srcset="([^"]*)"')
_VARYING = re.compile(r" (?:title|srcset|data-)")
_APART = re.compile(r' (?:title|srcset|data-[\w-]+)="[^"]*"')
_ATTRIBUTE = re.compile(r'([^\s="/]+)="([^"]*)"')


def read(token: str) -> tuple[str, dict[str, str]]:
    """Name and attributes of a start tag as the parser serialised it."""
    name = token.split(None, 1)[0].lower().rstrip("/") if token else ""
    attributes: dict[str, str] = {}
    if len(name) < len(token):
        for key, value in _ATTRIBUTE.findall(token)[:100]:
            attributes.setdefault(key.lower(), unescape(value) if "&" in value else value)
    return name, attributes


def apart(token: str) -> tuple[str, str]:
    """The address of a link or picture as it stands (with a picture's words after a line break),
    and the tag without it: what the tags of one mail have in common."""
    if token[0] == "a":
        address, token = _taken(token, ' href="')
    else:
        address, token = _taken(token, ' src="')
        if not address and (srcset := _SRCSET.search(token)):
            address = srcset[1].strip().split(" ")[0].rstrip(",")
        words, token = _taken(token, ' alt="')
        address = f"{address}\n{words}"
    return address, _APART.sub("", token) if _VARYING.search(token) else token


def _taken(token: str, name: str) -> tuple[str, str]:
    """The value of an attribute, and the tag without it."""
    start = token.find(name)
    if start < 0:
        return "", token
    end = token.find('"', start + len(name))
    return token[start + len(name) : end], token[:start] + token[end + 1 :]
