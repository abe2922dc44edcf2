"""Header lines to text: unfolding, encoded words (RFC 2047), parameters (RFC 2231), 8-bit.

Works on one header's bytes at a time, with caps, because `email`'s own decoding is quadratic or
raises on hostile input. Must not know what a header means.
"""

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

from solodesk.mail import charsets

MAX_HEADER = 64 * 1024
_WORD = re.compile(
    r"=\?([A-Za-z0-9_.:+-]{1,40})(?:\*[A-Za-z0-9-]{0,20})?\?([BbQq])\?((?:[^?]|"
    r"\?(?!=)){0,4000}?)\?="
)
_FOLD = re.compile(r"\r?\n[ \t]|\r[ \t]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CONTINUED = re.compile(r"^(.+?)\*(\d{1,3})?(\*)?$")


def unfold(raw: bytes, hint: str | None = None) -> str:
    """One header value as text: folds removed, 8-bit bytes decoded, encoded words left alone."""
    value = charsets.decode(raw[:MAX_HEADER], hint)
    return _FOLD.sub(" ", value).strip() if "\n" in value or "\r" in value else value.strip()


def text(raw: bytes, hint: str | None = None) -> str:
    """One header value as a person reads it: one line, no control characters."""
    return one_line(words(unfold(raw, hint)))


def one_line(value: str) -> str:
    """`value` without line breaks and control characters (no header can be smuggled on)."""
    if value.isprintable():
        return value.strip()
    return charsets.clean(_CONTROL.sub(" ", value).replace("\t", " ")).strip()


def words(value: str) -> str:
    """`value` with its encoded words decoded.

    Neighbours of the same charset are joined as bytes first, because mailers split them in the
    middle of a character.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    pending: list[bytes] = []
    charset, at = "", 0
    for match in _WORD.finditer(value):
        between = value[at : match.start()]
        neighbour = bool(pending) and not between.strip()
        if pending and not (neighbour and match[1].lower() == charset):
            out.append(charsets.decode(b"".join(pending), charset))
            pending = []
        if not neighbour:
            out.append(between)
        charset = match[1].lower()
        pending.append(_word_bytes(match[2], match[3]))
        at = match.end()
    if pending:
        out.append(charsets.decode(b"".join(pending), charset))
    out.append(value[at:])
    return "".join(out)


def _word_bytes(encoding: str, body: str) -> bytes:
    data = body.encode("utf-8", "surrogatepass")
    if encoding in "bB":
        return lenient_base64(data)
    return _Q_ESCAPE.sub(lambda m: bytes((int(m[1], 16),)), data.replace(b"_", b" "))


def lenient_base64(data: bytes) -> bytes:
    """Base64 with missing padding, blanks or stray characters; decodes what it can."""
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        pass
    out = []
    for run in data.split(b"="):  # words padded one by one and glued together
        core = _NOT_BASE64.sub(b"", run)
        if len(core) % 4 == 1:
            core = core[:-1]
        out.append(binascii.a2b_base64(core + b"=" * (-len(core) % 4)))
    return b"".join(out)


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured header (`Content-Type`) as its first token, lower-case, and its parameters.

    Parameter names are lower-case; RFC 2231 continuations and percent encoding, encoded words in
    quotes and raw 8-bit text are all resolved. At most 60 parameters are read.
    """
    pieces = _split_semicolons(value[: MAX_HEADER // 4])
    first = pieces[0].strip().lower() if pieces else ""
    plain: dict[str, str] = {}
    segments: dict[str, list[tuple[int, bool, str]]] = {}
    for piece in pieces[1:60]:
        name, equals, content = piece.partition("=")
        name = name.strip().lower()
        if not equals or not name:
            continue
        content = _unquote(content.strip())
        match = _CONTINUED.match(name)
        if match:
            order = int(match[2] or 0)
            segments.setdefault(match[1], []).append(
                (order, bool(match[3] or not match[2]), content)
            )
        else:
            plain.setdefault(name, one_line(words(content)))
    for name, parts in segments.items():
        plain[name] = one_line(_rfc2231(parts))
    return first, plain


def _split_semicolons(value: str) -> list[str]:
    if '"' not in value:
        return value.split(";")
    out, start, quoted, skip = [], 0, False, False
    for at, char in enumerate(value):
        if skip:
            skip = False
        elif char == "\\" and quoted:
            skip = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            out.append(value[start:at])
            start = at + 1
    out.append(value[start:])
    return out


def _unquote(content: str) -> str:
    if len(content) >= 2 and content[0] == '"':
        end = content.rfind('"')
        inner = content[1:end] if end > 0 else content[1:]
        # Windows paths in names are not escapes: only \" and \\ are undone.
        return re.sub(r'\\(["\\])', r"\1", inner)
    return content


def _rfc2231(parts: list[tuple[int, bool, str]]) -> str:
    parts.sort(key=lambda part: part[0])
    charset: str | None = None
    data: list[bytes] = []
    for order, encoded, content in parts:
        value = content
        if encoded and order == parts[0][0] and value.count("'") >= 2:
            charset, _, value = value.split("'", 2)
        raw = value.encode("utf-8", "surrogatepass")
        data.append(unquote_to_bytes(raw) if encoded else raw)
    joined = b"".join(data)
    return words(charsets.decode(joined, charset or "utf-8"))
