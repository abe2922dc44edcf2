"""The MIME skeleton of raw mail: headers and parts as offsets into the bytes, nothing decoded.

Our own byte scanner instead of `email.feedparser`, because 100,000 empty parts cost that one ten
seconds and 300 levels a RecursionError; this one is linear and capped. It is checked against the
standard library in the tests. Must not know charsets or meanings, must never raise.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from solodesk.mail import headers, transfer
from solodesk.mail.fieldlines import MANY, read_fields

MAX_DEPTH = 100
MAX_PARTS = 1000
BUDGET_S = 1.5
"""The processor's time one message may take; what is not read by then is left out, and said."""
_MAX_TRIES = 200_000
_MAX_UNPACKED = 50_000_000
_BIG = 1_000_000
_CONTENT_NAMES = re.compile(r"^[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+$")
_GUESSED = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,200}?)[ \t]*\r?$")
_TOKEN = re.compile(rb"[A-Za-z0-9_-]+(?: bit)?")
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

    _index: dict[str, list[bytes]] = field(default_factory=dict)
    _indexed: list[tuple[str, bytes]] | None = None

    def first(self, name: str) -> bytes | None:
        """The first header of that (lower-case) name, raw, or None."""
        found = self.all(name)
        return found[0] if found else None

    def all(self, name: str) -> Sequence[bytes]:
        """Every header of that (lower-case) name, raw, in order."""
        if self._indexed is not self.fields:
            index: dict[str, list[bytes]] = {}
            self._index = index
            for key, value in self.fields:
                index.setdefault(key, []).append(value)
            self._indexed = self.fields
        return self._index.get(name, ())

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
    started: float = field(default_factory=time.thread_time)

    def late(self) -> bool:
        """Whether the time for this message is used up (then it has the defect `time_budget`)."""
        if time.thread_time() - self.started < BUDGET_S:
            return False
        self.defect("time_budget")
        return True

    def defect(self, code: str) -> None:
        """Notes a defect once."""
        if code not in self.defects:
            self.defects.append(code)


def scan(raw: bytes) -> Skeleton:
    """The skeleton of a message's bytes; any bytes have one."""
    start = _skip_lead(raw)
    fields, body = read_fields(raw, start, len(raw), top=True)
    root = Part(fields, body, len(raw))
    skeleton = Skeleton(raw, root, [], [])
    if any(name == "" for name, _ in fields):
        skeleton.defect("too_many_headers" if fields[-1] == MANY else "garbage_header_line")
        root.fields = [pair for pair in fields if pair[0]]
    _describe(root, "text/plain")
    _descend(skeleton, root, 0)
    return skeleton


def scan_embedded(raw: bytes, start: int, end: int) -> list[tuple[str, bytes]]:
    """The headers of a message or field block that lies between two offsets."""
    while start < end and raw[start : start + 1] in {b"\r", b"\n"}:
        start += 1
    return [pair for pair in read_fields(raw, start, end, top=True)[0] if pair[0]]


def _skip_lead(raw: bytes) -> int:
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while start < len(raw) and raw[start] in b"\r\n":
        start += 1
    if raw.startswith((b"From ", b">From "), start) and b":" not in raw[start : start + 6]:
        line_end = raw.find(b"\n", start)
        if line_end > 0:
            return line_end + 1
    return start


def _describe(part: Part, default: str, hint: str | None = None) -> None:
    raw = part.first("content-type")
    mime = ""
    if raw:
        mime, part.params = headers.parameters(headers.unfold(raw, hint), hint)
        if " " in mime:
            mime = mime.replace(" ", "")
    if not _CONTENT_NAMES.match(mime):
        mime = "text/plain" if raw and not part.params.get("name") else default
        if raw and part.params.get("boundary"):
            mime = "multipart/mixed"
    part.mime = mime[:120]
    raw = part.first("content-disposition")
    if raw:
        part.disposition, part.disposition_params = headers.parameters(
            headers.unfold(raw, hint), hint
        )


def read_names_in(skeleton: Skeleton, hint: str) -> None:
    """Reads the names of files once more, where they are raw 8-bit bytes, in the charset `hint`."""
    for part in skeleton.leaves:
        for name in ("content-type", "content-disposition"):
            raw = part.first(name)
            if raw is None or raw.isascii():
                continue
            read = headers.parameters(headers.unfold(raw, hint), hint)[1]
            if name == "content-type":
                part.params = part.params | {k: v for k, v in read.items() if k == "name"}
            else:
                part.disposition_params = read


def _descend(skeleton: Skeleton, part: Part, depth: int) -> None:
    """Finds the children of a container, or numbers a leaf."""
    skeleton.parts += 1
    if part.mime.startswith("multipart/"):
        if depth >= MAX_DEPTH:
            skeleton.defect("too_deep")
        else:
            spans = _spans(skeleton, part)
            if not spans and _unpack(part, skeleton.raw):
                spans = _spans(skeleton, part)
            if spans:
                _children(skeleton, part, spans, depth)
                return
            if spans is None:
                skeleton.defect("no_boundary")
            part.mime, part.params = "text/plain", {}
    part.index = len(skeleton.leaves)
    skeleton.leaves.append(part)


def _unpack(part: Part, raw: bytes) -> bool:
    """A multipart that is encoded as a whole (against RFC 2045 6.4) is read from its own bytes."""
    encoding = (part.first("content-transfer-encoding") or b"").strip().lower()
    if encoding not in {b"base64", b"quoted-printable"} or part.origin is not None:
        return False
    if part.end - part.start > _MAX_UNPACKED:
        return False
    part.origin, defect = content(raw, part)
    part.start, part.end = 0, len(part.origin)
    part.fields = [pair for pair in part.fields if pair[0] != "content-transfer-encoding"]
    return defect is None


def _children(skeleton: Skeleton, part: Part, spans: list[tuple[int, int]], depth: int) -> None:
    subtype = part.mime.partition("/")[2]
    default = "message/rfc822" if subtype == "digest" else "text/plain"
    raw = skeleton.raw if part.origin is None else part.origin
    for start, end in spans:
        if skeleton.parts >= MAX_PARTS:
            skeleton.defect("too_many_parts")
            return
        if skeleton.late():
            return
        fields, body = read_fields(raw, start, end)
        child = Part(fields, min(body, end), end, parent_subtype=subtype, origin=part.origin)
        _describe(child, default)
        part.children.append(child)
        _descend(skeleton, child, depth + 1)


def _spans(skeleton: Skeleton, part: Part) -> list[tuple[int, int]] | None:
    """Where the parts between the delimiters lie (RFC 2046 5.1.1); None without a delimiter."""
    raw = skeleton.raw if part.origin is None else part.origin
    boundary = part.params.get("boundary", "").rstrip()
    spans = _between(skeleton, raw, part, boundary) if boundary else None
    if spans is None:
        guessed = _guess_boundary(raw, part)
        if guessed and guessed != boundary:
            spans = _between(skeleton, raw, part, guessed)
            if boundary and spans is not None and len(spans) < 2:
                spans = None  # one line that looks like a delimiter proves nothing
        if spans or not boundary:
            skeleton.defect("wrong_boundary" if boundary else "no_boundary_parameter")
    return spans


def _between(
    skeleton: Skeleton, raw: bytes, part: Part, boundary: str
) -> list[tuple[int, int]] | None:
    mark = b"--" + boundary.encode("utf-8", "replace")[:300]
    spans: list[tuple[int, int]] = []
    open_at, at = -1, part.start
    room = MAX_PARTS - skeleton.parts + 1
    first = -1
    for _ in range(_MAX_TRIES):
        at = raw.find(mark, at, part.end) if len(spans) < room else -1
        if at < 0:
            break
        after, closing = _delimiter_end(raw, at, at + len(mark), part)
        if after < 0:
            at = _next_line(raw, at, part.end)
            continue
        first = at if first < 0 else first
        if open_at >= 0:
            spans.append((open_at, _without_newline(raw, open_at, at)))
        open_at = -1 if closing else after
        at = after
    if open_at >= 0 and len(spans) < room:
        skeleton.defect("missing_final_boundary")
        if open_at < part.end:
            spans.append((open_at, part.end))
    if first >= 0 and not spans:
        part.end = first  # delimiters with nothing between them
    return spans if first >= 0 else None


def _next_line(raw: bytes, at: int, end: int) -> int:
    """Where the next delimiter can stand at the earliest."""
    feed = raw.find(b"\n", at + 1, end)
    back = raw.find(b"\r", at + 1, feed if feed >= 0 else end)
    return back + 1 if back >= 0 else feed + 1 if feed >= 0 else end


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
    match = _GUESSED.search(raw, part.start, min(part.end, part.start + 5000))
    return match[1].decode("utf-8", "replace") if match else ""


def content(raw: bytes, part: Part, limit: int | None = None) -> tuple[bytes, str | None]:
    """A leaf's decoded bytes and the defect met on the way, if any. Never raises.

    `limit`: how many of its encoded bytes are read at most.
    """
    source = raw if part.origin is None else part.origin
    end = part.end if limit is None else min(part.end, part.start + limit)
    encoding = part.first("content-transfer-encoding")
    if encoding is None:
        return source[part.start : end], None
    if b"(" in encoding or b'"' in encoding:
        token = _TOKEN.search(encoding)
        encoding = token[0] if token else encoding
    if end - part.start > _BIG and encoding.strip().lower() == b"base64":
        return transfer.big_base64(memoryview(source)[part.start : end])
    return transfer.decode(source[part.start : end], encoding)
