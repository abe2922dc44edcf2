"""Header lines to text: unfolding, encoded words (RFC 2047), parameters (RFC 2231), 8-bit.

Works on one header's bytes at a time, with caps, because `email`'s own decoding is quadratic or
raises on hostile input. Must not know what a header means.
"""

import base64
import binascii
import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from solodesk.mail import charsets
from solodesk.mail.charset_labels import FORCED, codec_for

MAX_HEADER = 256 * 1024
_MAX_PARAMETERS = 16 * 1024
_WORD = re.compile(r"=\?([^?\s]{0,60})\?([BbQq])\?")
_FOLD = re.compile(r"\r*\n[ \t]|\r[ \t]")
_CONTROL = re.compile("[\x00-\x08\x0a-\x1f\x7f\x80-\x9f\u2028\u2029]+")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_CONTINUED = re.compile(r"^([^*]{1,60})\*(\d{1,3})?(\*)?$")
_SPECIAL = re.compile(r'[";]|\\.', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
_ENDING = re.compile(r"\.\w{1,5}$")
_USUAL = re.compile(
    r'[\w!#$&^.+/-]+(?:; ?[A-Za-z-]+=(?:"(?:[^"\\%=]|=(?!\?))*"|(?:[^\s"\\%=;(]|=(?!\?))+))*;?',
    re.ASCII,
)
_USUAL_PARAMETER = re.compile(r'; ?([A-Za-z-]+)=(?:"([^"]*)"|([^\s";]+))')
_NAMES = frozenset({"name", "filename"})


def unfold(raw: bytes, hint: str | None = None) -> str:
    """One header value as text: folds removed, 8-bit bytes decoded, encoded words left alone.

    `hint`: the charset raw 8-bit bytes are likely in. At most 256 kB are read.
    """
    if len(raw) > MAX_HEADER:
        raw = raw[:MAX_HEADER]
    if raw.isascii() and b"\x1b" not in raw:
        value = raw.decode("ascii")
    else:
        value = charsets.decode(raw, hint)
    if "\n" in value or "\r" in value:
        value = _FOLD.sub(" ", value)
    return value.strip()


def text(raw: bytes, hint: str | None = None) -> str:
    """One header value as a person reads it: one line, no control characters."""
    value = unfold(raw, hint)
    if "=?" in value:
        value = words(value, hint)
    return one_line(value)


def one_line(value: str) -> str:
    """`value` without line breaks and control characters (no header can be smuggled on)."""
    if value.isprintable():
        return value.strip()
    return charsets.clean(_CONTROL.sub(" ", value).replace("\t", " ")).strip()


def words(value: str, hint: str | None = None) -> str:
    """`value` with its encoded words decoded, also those that a gateway encoded twice.

    Neighbours of the same charset are joined as bytes first, because mailers split them in the
    middle of a character. `hint` counts only when the owner chose it (`charset_labels.forced`).
    """
    if "=?" not in value:
        return value
    forced = hint if hint and hint[0] == FORCED else None
    once = _decoded(value, forced)
    return _decoded(once, forced) if "=?" in once and "?=" in once and once != value else once


def _decoded(value: str, forced: str | None) -> str:
    out: list[str] = []
    pending: list[bytes] = []
    charset = ""
    at = start = close = 0
    while (start := value.find("=?", start)) >= 0:
        match = _WORD.match(value, start)
        if match is None:
            start += 2
            continue
        close = close if close >= match.end() else value.find("?=", match.end())
        if close < 0:
            break
        if value.find("=?", match.end(), close) >= 0:  # not closed: the next one begins before
            start += 2
            continue
        between = value[at:start]
        joined = bool(pending) and not between.strip()
        if pending and not (joined and _alike(match[1], charset)):
            out.append(charsets.decode(b"".join(pending), forced or charset))
            pending = []
        if not joined:
            out.append(between)
        charset = match[1]
        pending.append(_word_bytes(match[2], value[match.end() : close]))
        at = start = close + 2
    if pending:
        out.append(charsets.decode(b"".join(pending), forced or charset))
    out.append(value[at:])
    return "".join(out)


def _alike(one: str, other: str) -> bool:
    return one == other or codec_for(one) == codec_for(other)


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


def parameters(value: str, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """A structured header (`Content-Type`) as its first token, lower-case, and its parameters.

    Parameter names are lower-case; RFC 2231 continuations and percent encoding, encoded words in
    quotes and raw 8-bit text are all resolved. At most 60 parameters are read.
    """
    if len(value) < 300:
        first, found = _usual(value)
        if first:
            return first, dict(found)
    return _odd(value[:_MAX_PARAMETERS], hint)


@lru_cache(maxsize=1024)
def _usual(value: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """What nearly all mailers write, read quickly; ("", ()) when it is anything else."""
    if not value.isprintable() or _USUAL.fullmatch(value) is None:
        return "", ()
    found: dict[str, str] = {}
    for name, quoted, bare in _USUAL_PARAMETER.findall(value):
        found.setdefault(name.lower(), (quoted or bare).strip())
    return value.split(";", 1)[0].lower(), tuple(found.items())


def _odd(value: str, hint: str | None) -> tuple[str, dict[str, str]]:
    pieces = _split_semicolons(value)
    first = pieces[0].partition("(")[0].strip().lower()
    plain: dict[str, str] = {}
    segments: dict[str, list[tuple[int, bool, str]]] = {}
    last = ""
    for piece in pieces[1:60]:
        name, equals, content = piece.partition("=")
        name, content = name.strip().lower(), content.strip()
        if not equals or not name:
            if last and piece.strip() and not _ENDING.search(plain[last]):
                plain[last] = f"{plain[last]};{piece.rstrip()}"  # a name that wanted quotes
            continue
        bare = _unquote(content)
        match = _CONTINUED.match(name)
        if match:
            order = int(match[2] or 0)
            encoded = bool(match[3] or not match[2])
            segments.setdefault(match[1], []).append((order, encoded, bare))
        else:
            shown = one_line(words(bare, hint))
            plain.setdefault(name, _unpercent(shown) if name in _NAMES else shown)
        last = name if name in _NAMES and name in plain and content[:1] != '"' else ""
    for name, parts in segments.items():
        plain[name] = one_line(_rfc2231(parts, hint))
    return first, plain


def _split_semicolons(value: str) -> list[str]:
    if '"' not in value:
        return value.split(";")
    out, start, quoted = [], 0, False
    for match in _SPECIAL.finditer(value):
        char = match[0]
        if char == '"' or (char == '\\"' and not quoted):
            quoted = not quoted
        elif (char == ";" or (char == "\\;" and not quoted)) and not quoted:
            out.append(value[start : match.end() - 1])
            start = match.end()
    out.append(value[start:])
    return out


def _unquote(content: str) -> str:
    if len(content) >= 2 and content[0] == '"':
        end = content.rfind('"')
        inner = content[1:end] if end > 0 else content[1:]
        # Windows paths in names are not escapes: only \" and \\ are undone.
        return _ESCAPED.sub(r"\1", inner)
    return content


def _unpercent(name: str) -> str:
    """A file name in plain per cents, as browsers send it; "100%25" is left alone."""
    if "%" not in name or not name.isascii():
        return name
    data = unquote_to_bytes(name)
    try:
        return name if data.isascii() else one_line(data.decode("utf-8"))
    except UnicodeError:
        return name


def _rfc2231(parts: list[tuple[int, bool, str]], hint: str | None) -> str:
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
    return words(charsets.decode(joined, charset or "utf-8"), hint)
