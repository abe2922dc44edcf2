"""What a person reads in a message: its text, its HTML, and what hangs on it as files.

Chooses among alternatives, joins the pieces of mixed mails, and lists the attachments. Must not
judge who wrote it and must not sanitise (that happens on opening).
"""

import hashlib
import re
from dataclasses import dataclass

from solodesk.domain.message import Attachment
from solodesk.mail import attachments, charsets, headers, structure, text
from solodesk.mail.structure import Part, Skeleton

_MAX_TEXT = 2_000_000
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SILENT = frozenset(
    {
        "message/delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
        "message/feedback-report",
        "message/tracking-status",
        "message/global-delivery-status",
        "message/global-headers",
        "text/x-amp-html",
        "text/watch-html",
        "text/x-moz-deleted",
        "application/tlsrpt",
    }
)
_PLAIN = frozenset(
    {"text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
)
_PLACEHOLDER = re.compile(
    r"does not support html|requires? (an )?html|html[- ](capable|compatible|enabled)|view (this|"
    r"the) "
    r"(e-?mail|message) in|enable html|not displaying "
    r"html|不支持\s*html|支持html|HTML-?(fähig|Mail)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Segment:
    """One piece of the reading text: its plain form, its HTML form, or both."""

    plain: str | None
    html: str | None


@dataclass(slots=True)
class Body:
    """The reading text of a message and the leaves that are files."""

    text: str
    html: str | None
    files: list[Part]
    related: set[int]
    """Leaf indexes that lie inside a multipart/related."""


def read_body(skeleton: Skeleton) -> Body:
    """The body of a message, decoded. Never raises for any bytes."""
    reader = _Reader(skeleton)
    segments = reader.walk(skeleton.root, related=False)
    html = _join_html(segments)
    plain = _join_plain(segments)
    return Body(_tidy(plain), html, reader.files, reader.related)


class _Reader:
    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.files: list[Part] = []
        self.related: set[int] = set()
        self.words_seen = False

    def walk(self, part: Part, *, related: bool) -> list[_Segment]:
        if not part.children:
            if related and part.index >= 0:
                self.related.add(part.index)
            return self._leaf(part)
        subtype = part.mime.partition("/")[2]
        inside = related or subtype == "related"
        found = [(child, self.walk(child, related=inside)) for child in part.children]
        if subtype == "alternative":
            return self._alternative([segments for _, segments in found])
        if subtype == "report":
            return found[0][1]
        return [segment for _, segments in found for segment in segments]

    def _alternative(self, choices: list[list[_Segment]]) -> list[_Segment]:
        """One segment that knows both forms: the first plain one and the last HTML one."""
        plain = next((c for c in choices if c and all(s.html is None for s in c)), None)
        rich = next((c for c in reversed(choices) if any(s.html is not None for s in c)), None)
        if rich is None:
            return plain or []
        html = _join_html(rich)
        words = _join_plain(plain) if plain else None
        if words is None and any(s.plain is not None for s in rich):
            return rich
        if words is not None and html is not None and not _speaks(words, html):
            words = None
        return [_Segment(words, html)]

    def _leaf(self, part: Part) -> list[_Segment]:
        if part.mime in _SILENT:
            return []
        if not self._is_text(part):
            if part.end > part.start or part.filename:
                self.files.append(part)
            return []
        content, defect = structure.content(self.skeleton.raw, part)
        if defect:
            self.skeleton.defect(defect)
        if part.mime == "text/html":
            html = _decode_html(content, part.params.get("charset"))
            self.words_seen = self.words_seen or bool(html.strip())
            return [_Segment(None, html)] if html.strip() else []
        words = _decode_plain(content, part)
        self.words_seen = self.words_seen or bool(words.strip())
        return [_Segment(words, None)] if words.strip() else []

    def _is_text(self, part: Part) -> bool:
        if part.mime not in _PLAIN and part.mime != "text/html":
            return False
        if part.disposition == "attachment":
            return False
        named = bool(part.filename)
        return (
            not named or (part.disposition != "inline" and not self.words_seen) or part.index == 0
        )


def _decode_html(content: bytes, label: str | None) -> str:
    if not label:
        match = _META.search(content[:3000])
        label = match[1].decode("ascii") if match else None
    return charsets.decode(content, label)


def _decode_plain(content: bytes, part: Part) -> str:
    words = charsets.decode(content, part.params.get("charset"))
    words = words.replace("\r\n", "\n").replace("\r", "\n")[:_MAX_TEXT]
    if part.params.get("format", "").lower() == "flowed":
        words = text.unflow(words, delsp=part.params.get("delsp", "").lower() == "yes")
    if part.mime in {"text/enriched", "text/richtext"}:
        words = _TAG.sub("", words)
    return words


def _speaks(plain: str, html: str) -> bool:
    """False when the plain form is only an excuse for not being HTML."""
    words = plain.strip()
    if not words:
        return False
    if len(words) > 400:
        return True
    shown = len(_TAG.sub("", html[html.lower().find("<body") :])) if "<" in html else len(html)
    return not (shown > 3 * len(words) and (len(words) < 12 or _PLACEHOLDER.search(words)))


def _join_plain(segments: list[_Segment]) -> str:
    out = []
    for segment in segments:
        if segment.plain is not None:
            out.append(segment.plain.strip("\n"))
        elif segment.html is not None:
            out.append(text.html_to_text(segment.html))
    return "\n\n".join(piece for piece in out if piece)


def _join_html(segments: list[_Segment]) -> str | None:
    if all(segment.html is None for segment in segments):
        return None
    out = []
    for segment in segments:
        if segment.html is not None:
            out.append(segment.html)
        elif segment.plain is not None and segment.plain.strip():
            escaped = segment.plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            out.append(f'<div style="white-space:pre-wrap">{escaped}</div>')
    return "\n".join(out)


def _tidy(words: str) -> str:
    lines = [line.rstrip() if line != "-- " else line for line in words.split("\n")]
    return "\n".join(lines).strip("\n")


def describe_files(skeleton: Skeleton, body: Body) -> tuple[Attachment, ...]:
    """The attachments of a message in document order."""
    shown = _referenced(body.html)
    return tuple(_describe(skeleton, part, body, shown) for part in body.files)


def _referenced(html: str | None) -> frozenset[str]:
    if html is None:
        return frozenset()
    return frozenset(m[1] for m in re.finditer(r"cid:([^\s\"'<>)]{1,250})", html, re.IGNORECASE))


def _describe(skeleton: Skeleton, part: Part, body: Body, shown: frozenset[str]) -> Attachment:
    data, defect = structure.content(skeleton.raw, part)
    if defect:
        skeleton.defect(defect)
    name = part.filename or (
        _embedded_name(skeleton, part) if part.mime == "message/rfc822" else ""
    )
    clean = attachments.safe_name(name, part.mime, part.index)
    content_id = part.content_id
    inline = content_id is not None and (
        content_id in shown
        or (
            part.index in body.related
            and part.mime.startswith("image/")
            and part.disposition != "attachment"
        )
    )
    return Attachment(
        index=part.index,
        filename=clean,
        mime=part.mime,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=inline,
        content_id=content_id,
        dangerous=attachments.is_dangerous(name, clean, part.mime, data),
    )


def _embedded_name(skeleton: Skeleton, part: Part) -> str:
    for key, value in structure.scan_embedded(skeleton.raw, part.start, part.end):
        if key == "subject":
            return headers.text(value).replace("/", "-").replace("\\", "-")[:80] + ".eml"
    return "message.eml"
