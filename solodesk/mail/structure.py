"""The MIME skeleton of raw mail: headers and parts as offsets into the bytes, nothing decoded.

Our own byte scanner instead of `email.feedparser`, because 100,000 empty parts cost that one ten
seconds and 300 levels a RecursionError; this one is linear and capped. It is checked against the
standard library in the tests. Must not know charsets or meanings, must never raise.
"""

import re
from dataclasses import dataclass, field

from solodesk.mail import headers, transfer

MAX_DEPTH = 100
MAX_PARTS = 1000
_MAX_HEADER_BLOCK = 2 * 1024 * 1024
_MAX_HEADERS = 3000
_MAX_FOLDS = 4000
_BLANK = re.compile(rb"\r?\n\r?\n|\r\r")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*")
_KNOWN = re.compile(
    rb"(?im)^(from|to|cc|subject|date|message-id|mime-version|content-type|received|reply-to|"
    rb"content-transfer-encoding|return-path|sender|in-reply-to|references|x-[!-9;-~]+)[ \t]*:"
)
_CONTENT_NAMES = re.compile(r"^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$")
_TRANSPORT_PADDING = b" \t"


@dataclass(slots=True)
class Part:
    """One node: its headers (lower-case name, raw value) and where its body lies in the bytes."""

    fields: list[tuple[str, bytes]]
    start: int
    end: int
    mime: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    disposition: str = ""
    disposition_params: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    parent_subtype: str = ""
    index: int = -1
    """Ordinal among the leaves in document order, -1 for a container."""
    origin: bytes | None = None
    """The bytes `start` and `end` count in, when they are not the message's own (unpack.py)."""

    def first(self, name: str) -> bytes | None:
        """The first header of that (lower-case) name, raw, or None."""
        for key, value in self.fields:
            if key == name:
                return value
        return None

    def all(self, name: str) -> list[bytes]:
        """Every header of that (lower-case) name, raw, in order."""
        return [value for key, value in self.fields if key == name]

    @property
    def content_id(self) -> str | None:
        """The Content-ID without its brackets."""
        raw = self.first("content-id")
        return (headers.text(raw).strip().strip("<>").strip()[:250] or None) if raw else None

    @property
    def filename(self) -> str:
        """The name the sender gave, decoded but not yet made safe; empty when there is none."""
        return self.disposition_params.get("filename") or self.params.get("name") or ""


@dataclass(slots=True)
class Skeleton:
    """A whole message: the root part, its leaves in document order, what was wrong with it."""

    raw: bytes
    root: Part
    leaves: list[Part]
    defects: list[str]
    parts: int = 0

    def defect(self, code: str) -> None:
        """Notes a defect once."""
        if code not in self.defects:
            self.defects.append(code)


def scan(raw: bytes) -> Skeleton:
    """The skeleton of a message's bytes; any bytes have one."""
    start = _skip_lead(raw)
    fields, body = _read_fields(raw, start, len(raw), top=True)
    root = Part(fields, body, len(raw))
    skeleton = Skeleton(raw, root, [], [])
    if any(name == "" for name, _ in fields):
        skeleton.defect("garbage_header_line")
        root.fields = [pair for pair in fields if pair[0]]
    _describe(root, "text/plain")
    _descend(skeleton, root, 0)
    return skeleton


def scan_embedded(raw: bytes, start: int, end: int) -> list[tuple[str, bytes]]:
    """The headers of a message or field block that lies between two offsets."""
    while start < end and raw[start : start + 1] in {b"\r", b"\n"}:
        start += 1
    return [pair for pair in _read_fields(raw, start, end, top=True)[0] if pair[0]]


def _skip_lead(raw: bytes) -> int:
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while start < len(raw) and raw[start] in b"\r\n":
        start += 1
    if raw[start : start + 5] == b"From " or raw[start : start + 6] == b">From ":
        line_end = raw.find(b"\n", start)
        if line_end > 0 and b":" not in raw[start : start + 6]:
            return line_end + 1
    return start


def _read_fields(
    raw: bytes, start: int, end: int, *, top: bool = False
) -> tuple[list[tuple[str, bytes]], int]:
    """Headers from `start` and the offset of the body. A garbage line gets the name ''."""
    if raw[start : start + 1] == b"\n":
        return [], start + 1
    if raw[start : start + 2] == b"\r\n":
        return [], start + 2
    blank = _BLANK.search(raw, start, min(end, start + _MAX_HEADER_BLOCK))
    stop = blank.start() if blank else min(end, start + _MAX_HEADER_BLOCK)
    found: list[tuple[str, list[bytes]]] = []
    at = start
    for line in raw[start:stop].splitlines(keepends=True):
        if line[:1] in {b" ", b"\t"} and found:
            if len(found[-1][1]) < _MAX_FOLDS:
                found[-1][1].append(line)
        elif match := _FIELD.match(line):
            found.append((match[1].decode("ascii").lower(), [line[match.end() :]]))
        elif top and _KNOWN.search(raw, at + len(line), stop):
            found.append(("", []))
        else:
            return _joined(found), at  # the separating blank line is missing: the text begins
        at += len(line)
        if len(found) >= _MAX_HEADERS:
            break
    return _joined(found), blank.end() if blank else stop


def _joined(found: list[tuple[str, list[bytes]]]) -> list[tuple[str, bytes]]:
    return [(name, b"".join(lines).rstrip(b"\r\n")) for name, lines in found]


def _describe(part: Part, default: str) -> None:
    raw = part.first("content-type")
    mime, part.params = headers.parameters(headers.unfold(raw)) if raw else ("", {})
    mime = mime.replace(" ", "")
    if not _CONTENT_NAMES.match(mime):
        mime = "text/plain" if raw and not part.params.get("name") else default
        if raw and part.params.get("boundary"):
            mime = "multipart/mixed"
    part.mime = mime[:120]
    raw = part.first("content-disposition")
    if raw:
        part.disposition, part.disposition_params = headers.parameters(headers.unfold(raw))


def _descend(skeleton: Skeleton, part: Part, depth: int) -> None:
    """Finds the children of a container, or numbers a leaf."""
    skeleton.parts += 1
    if part.mime.startswith("multipart/"):
        if depth >= MAX_DEPTH:
            skeleton.defect("too_deep")
        else:
            spans = _spans(skeleton, part)
            if spans:
                _children(skeleton, part, spans, depth)
                return
            skeleton.defect("no_boundary")
            part.mime, part.params = "text/plain", {}
    part.index = len(skeleton.leaves)
    skeleton.leaves.append(part)


def _children(skeleton: Skeleton, part: Part, spans: list[tuple[int, int]], depth: int) -> None:
    subtype = part.mime.partition("/")[2]
    default = "message/rfc822" if subtype == "digest" else "text/plain"
    for start, end in spans:
        if skeleton.parts >= MAX_PARTS:
            skeleton.defect("too_many_parts")
            return
        fields, body = _read_fields(skeleton.raw, start, end)
        child = Part([pair for pair in fields if pair[0]], min(body, end), end)
        child.parent_subtype = subtype
        _describe(child, default)
        part.children.append(child)
        _descend(skeleton, child, depth + 1)


def _spans(skeleton: Skeleton, part: Part) -> list[tuple[int, int]]:
    """Where the parts between the delimiters lie (RFC 2046 5.1.1)."""
    raw = skeleton.raw
    boundary = part.params.get("boundary", "").rstrip()
    if not boundary:
        boundary = _guess_boundary(raw, part)
        skeleton.defect("no_boundary_parameter")
    if not boundary:
        return []
    mark = b"--" + boundary.encode("utf-8", "replace")[:300]
    spans: list[tuple[int, int]] = []
    open_at, at = -1, part.start
    room = MAX_PARTS - skeleton.parts + 1
    while len(spans) < room:
        at = raw.find(mark, at, part.end)
        if at < 0:
            break
        after, closing = _delimiter_end(raw, at, at + len(mark), part)
        if after < 0:
            at += len(mark)
            continue
        if open_at >= 0:
            spans.append((open_at, _without_newline(raw, open_at, at)))
        open_at = -1 if closing else after
        at = after
    if open_at >= 0 and len(spans) < room:
        skeleton.defect("missing_final_boundary")
        if open_at < part.end:
            spans.append((open_at, part.end))
    return spans


def _delimiter_end(raw: bytes, at: int, after: int, part: Part) -> tuple[int, bool]:
    """(offset behind the delimiter line, whether it closes); offset -1 when it is none."""
    if at > part.start and raw[at - 1] not in b"\r\n":
        return -1, False
    closing = raw[after : after + 2] == b"--"
    if closing:
        after += 2
    while after < part.end and raw[after] in _TRANSPORT_PADDING:
        after += 1
    if after >= part.end:
        return part.end, closing
    if raw[after : after + 2] == b"\r\n":
        return after + 2, closing
    if raw[after] in b"\r\n":
        return after + 1, closing
    return (after, True) if closing else (-1, False)


def _without_newline(raw: bytes, start: int, at: int) -> int:
    """The line break before a delimiter belongs to the delimiter."""
    if at - 2 >= start and raw[at - 2 : at] == b"\r\n":
        return at - 2
    return at - 1 if at - 1 >= start else max(start, at)


def _guess_boundary(raw: bytes, part: Part) -> str:
    match = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$").search(
        raw, part.start, min(part.end, part.start + 5000)
    )
    return match[1].decode("utf-8", "replace") if match else ""


def content(raw: bytes, part: Part) -> tuple[bytes, str | None]:
    """A leaf's decoded bytes and the defect met on the way, if any. Never raises."""
    data = (raw if part.origin is None else part.origin)[part.start : part.end]
    encoding = part.first("content-transfer-encoding")
    if encoding is None:
        return data, None
    return transfer.decode(data, encoding)
