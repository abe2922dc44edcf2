"""What a person reads in a message: its text, its HTML, and what hangs on it as files.

Chooses among alternatives, joins the pieces of mixed mails, opens what encloses a mail or files,
and gathers the files. Must not judge who wrote it and must not sanitise (that happens on opening).
"""

import re
from dataclasses import dataclass, field

from solodesk.domain.message import Invitation
from solodesk.mail import charsets, enclosed, invitations, rtf, structure, text
from solodesk.mail.structure import Part, Skeleton

_MAX_TEXT = 2_000_000
_MAX_ENCODED = 9_000_000
"""More of a text part is never read: of three bytes a character and Base64, still 2,000,000."""
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([A-Za-z0-9_.:-]{2,40})", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_SHOWS = re.compile(r"<img|<svg|cid:|>\s*[^\s<&]|^\s*[^\s<]|>\s*&(?!nbsp;|#160;)", re.IGNORECASE)
_SILENT = frozenset(
    {"message/delivery-status", "message/disposition-notification", "message/feedback-report"}
    | {"message/tracking-status", "message/global-delivery-status", "message/global-headers"}
    | {"text/rfc822-headers", "text/x-amp-html", "text/watch-html", "text/x-moz-deleted"}
    | {"application/tlsrpt", "application/pgp-encrypted"}
)
_PLAIN = frozenset(
    {"text/plain", "text/enriched", "text/richtext", "text/markdown", "text/x-markdown"}
)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_RTF = frozenset({"text/rtf", "application/rtf"})
_TEXT_FILES = frozenset(
    {"text/calendar", "text/csv", "text/xml", "text/css", "text/javascript", "text/x-vcalendar"}
    | {"text/vcard", "text/x-vcard", "text/directory", "text/tab-separated-values", "text/rtf"}
    | {"text/x-python", "text/x-shellscript", "text/vbscript", "text/x-log", "text/x-patch"}
    | {"text/x-diff", "text/uri-list", "text/x-csv", "text/comma-separated-values", "text/json"}
)
_HTML_STARTS = ("<!doctype html", "<html", "<body", "<head>", "<table", "<div")
_PLACEHOLDER = re.compile(
    r"does(?: not|n['’]t) support html|requires? (an )?html|html[- ](capable|compatible|enabled)|"
    r"view (this|the) (e-?mail|message) (in|as) |enable html|not displaying html|cannot (?:view|"
    r"display|read) html|html (?:mail|message|version|format)\b|(?:can(?:no|')t|trouble|unable to)"
    r" (?:see|view|viewing|read|reading|display|displaying) |use an html|multi-?part message in|"
    r"mime format|不支持\s*html|支持html|不支持.{0,8}格式|无法(?:正常)?(?:显示|阅读|浏览|查看)|"
    r"html格式|HTML-?(fähig|Mail|Ansicht|Format)|wird nicht (?:richtig|korrekt)|ne "
    r"s'affiche pas|ne supporte pas|no (?:admite|soporta|se (?:ve|muestra))|non supporta|"
    r"HTMLメール",
    re.IGNORECASE,
)
# Without one of these a text is no excuse (a cheap look before the big pattern).
_HINTS = (
    "html", "http", "view", "mime", "display", "can't", "can’t", "cannot", "unable", "trouble",
    "不支持", "无法", "affich", "support", "muestra", "soport", "admite", " ve ", "wird nicht",
)  # fmt: skip
_ONLY_LINK = re.compile(r"\S{0,60}\s*<?https?://\S+>?", re.IGNORECASE)
_NOT_WORD = re.compile(r"[\W_]+")
# What Exchange makes of the text that stands behind a file in a mail of Apple's.
_EXCHANGE_PIECE = re.compile(r"ATT\d{3,6}\.(?:txt|html?)", re.IGNORECASE)
_PGP = "-----BEGIN PGP "
_SHORT = 12
_MOST_ARMOUR = 6
_MOST_CALENDARS = 5
_CLEAR_SIGNED = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:[A-Za-z-]+: [^\n]*\n)*\n?(.*?)\n"
    r"-----BEGIN PGP SIGNATURE-----\n.*?-----END PGP SIGNATURE-----\n?",
    re.DOTALL,
)


@dataclass(slots=True)
class _Segment:
    """One piece of the reading text: its plain form, its HTML form, or both."""

    plain: str | None
    html: str | None


@dataclass(slots=True)
class Body:
    """The reading text of a message and the parts that are files."""

    text: str
    html: str | None
    files: list[Part]
    invitation: Invitation | None = None
    stated: list[str] = field(default_factory=list)
    """Codes of `ParsedMessage.stated`."""


def read_body(skeleton: Skeleton) -> Body:
    """The body of a message, decoded. Never raises for any bytes."""
    reader = _Reader(skeleton)
    segments = reader.walk(skeleton.root)
    html = _join_html(segments)
    plain = _join_plain(segments)
    if not plain and html is None:
        plain, html = reader.spare if reader.spare != ("", None) else reader.named_words()
    if not plain and reader.event_words:
        plain = reader.event_words
    if _PGP in plain:
        reader.state("encrypted:pgp" if f"{_PGP}MESSAGE" in plain else "signed:pgp")
        plain = _without_armour(plain)
    return Body(_tidy(plain), html, reader.files, reader.invitation, reader.stated)


class _Reader:
    def __init__(self, skeleton: Skeleton) -> None:
        self.skeleton = skeleton
        self.files: list[Part] = []
        self.words_seen = False
        self.stated: list[str] = []
        self.invitation: Invitation | None = None
        self.event_words = ""
        self.calendars = 0
        self.spare: tuple[str, str | None] = ("", None)
        """The body out of a winmail.dat, for a mail that has no other."""
        self._enclosures = enclosed.Enclosures(skeleton)

    def state(self, code: str) -> None:
        """Notes once what the mail is besides its words."""
        if code not in self.stated:
            self.stated.append(code)

    def named_words(self) -> tuple[str, str | None]:
        """The first text file that is to be shown ("inline"), for a mail without other words."""
        for part in self.files:
            shown = part.disposition != "attachment" and part.origin is None
            if shown and (part.mime in _PLAIN or part.mime in _HTML):
                segments = self._text(part)
                return _join_plain(segments), _join_html(segments)
        return "", None

    def walk(self, part: Part, *, main: bool = False) -> list[_Segment]:
        """The reading text of a part; `main`: it is the root of a related group."""
        if not part.children:
            return self._leaf(part, main=main)
        subtype = part.mime.partition("/")[2]
        if subtype in {"signed", "encrypted"}:
            self._protected(part, subtype)
        children = part.children
        if subtype == "appledouble" and len(children) > 1:
            children = [c for c in children if c.mime != "application/applefile"]
        found = [
            self.walk(child, main=subtype == "related" and number == 0)
            for number, child in enumerate(children)
        ]
        if subtype == "alternative":
            return self._alternative(found)
        if subtype == "report":
            return found[0]
        segments = [segment for piece in found for segment in piece]
        return _paired(segments) if len(segments) == 2 else segments

    def _protected(self, part: Part, subtype: str) -> None:
        protocol = part.params.get("protocol", "").lower()
        if "pgp" in protocol:
            self.state(f"{subtype}:pgp")
        elif "pkcs7" in protocol:
            self.state(f"{subtype}:smime")

    def _alternative(self, choices: list[list[_Segment]]) -> list[_Segment]:
        """One segment that knows both forms: the first plain one and the last HTML one."""
        plains = [c for c in choices if c and all(s.html is None for s in c)]
        rich = next((c for c in reversed(choices) if any(s.html is not None for s in c)), None)
        if rich is None:
            return _different(plains)
        html = _join_html(rich)
        words = _join_plain(plains[0]) if plains else None
        if words is None and any(s.plain is not None for s in rich):
            return rich
        if words is not None and html is not None:
            if not _speaks(words, html):
                words = None
            elif not _shows_something(html):
                html = None
        return [_Segment(words, html)]

    def _leaf(self, part: Part, *, main: bool) -> list[_Segment]:
        if part.mime in _SILENT:
            if part.mime == "application/pgp-encrypted":
                self.state("encrypted:pgp")
            return []
        return self._text(part) if self._is_text(part, main=main) else self._other(part)

    def _text(self, part: Part) -> list[_Segment]:
        content, defect = structure.content(self.skeleton.raw, part, _MAX_ENCODED)
        if defect:
            self.skeleton.defect(defect)
        if part.end - part.start > _MAX_ENCODED:
            self.skeleton.defect("text_cut")
        if part.mime in _HTML:
            return self._html(_decode_html(content, part.params.get("charset")))
        if enclosed.may_hold_text_files(content):
            content, _ = structure.content(self.skeleton.raw, part)
            content, files = self._enclosures.of_text(content)
            self.files += files
        words = _decode_plain(content, part)
        if words[:1] in {"<", "\n", " "} and _is_html(words):
            return self._html(words)
        self.words_seen = self.words_seen or bool(words.strip())
        return [_Segment(words, None)] if words.strip() else []

    def _html(self, html: str) -> list[_Segment]:
        if not html.strip():
            return []
        self.words_seen = True
        return [_Segment(None, html) if "<" in html else _Segment(html, None)]

    def _is_text(self, part: Part, *, main: bool) -> bool:
        attached = part.disposition == "attachment"
        named = bool(part.filename)
        if part.mime not in _PLAIN and part.mime not in _HTML:
            # A kind of text nobody knows is plain text (RFC 2046 4.1.4).
            known = not part.mime.startswith("text/") or part.mime in _TEXT_FILES
            return not (known or named or attached or self.words_seen)
        if named and _EXCHANGE_PIECE.fullmatch(part.filename):
            return True
        if attached:
            return part.index == 0 and not named
        if not named or main or part.index == 0 or part.parent_subtype == "alternative":
            return True
        return part.disposition != "inline" and not self.words_seen

    def _other(self, part: Part) -> list[_Segment]:
        """What is no text: opened when it encloses something, else a file."""
        if part.end <= part.start and not part.filename:
            return []
        if enclosed.is_tnef(part) and self._tnef(part):
            return []
        if enclosed.is_cms(part):
            kind, inner = self._enclosures.of_cms(part)
            if kind in {"signed", "encrypted"}:
                self.state(f"{kind}:smime")
            if inner is not None:
                return self.walk(inner)
        if part.mime in _RTF and part.parent_subtype == "alternative" and not part.filename:
            return self._rich(part)
        self._note(part)
        self.files.append(part)
        return []

    def _note(self, part: Part) -> None:
        """States what a file means for the whole mail."""
        mime = part.mime
        if mime in invitations.TYPES or part.filename.lower().endswith(".ics"):
            self._event(part)
        elif mime == "message/partial":
            number, total = part.params.get("number", "?"), part.params.get("total", "?")
            self.state(f"partial:{number[:6]}/{total[:6]}")
        elif mime == "message/external-body":
            self.state("external_body")

    def _event(self, part: Part) -> None:
        self.calendars += 1
        if self.invitation is not None or self.calendars > _MOST_CALENDARS:
            return
        content, _ = structure.content(self.skeleton.raw, part)
        method, charset = part.params.get("method", ""), part.params.get("charset")
        self.invitation = invitations.read_invitation(content, method, charset)
        if self.invitation is not None and not self.words_seen:
            self.event_words = invitations.words(content, charset)

    def _tnef(self, part: Part) -> bool:
        opened = self._enclosures.of_tnef(part)
        if opened is None:
            return False
        found, files = opened
        self.state("tnef")
        for file in files:
            self._note(file)
        self.files += files
        if self.spare == ("", None):
            words = found.text or (text.html_to_text(found.html) if found.html else "")
            self.spare = words.replace("\r\n", "\n").replace("\r", "\n"), found.html
        return True

    def _rich(self, part: Part) -> list[_Segment]:
        if self.words_seen:
            return []
        content, _ = structure.content(self.skeleton.raw, part)
        words, html = rtf.read_rtf(content)
        return [_Segment(words, html)] if words or html else []


def _paired(segments: list[_Segment]) -> list[_Segment]:
    """A mailer that put both forms of one text side by side: one segment that knows both."""
    first, second = segments
    if first.plain is None or first.html is not None or second.html is None or second.plain:
        return segments
    plain = _NOT_WORD.sub("", first.plain)
    if not plain or plain != _NOT_WORD.sub("", text.html_to_text(second.html)):
        return segments
    return [_Segment(first.plain, second.html)]


def _different(plains: list[list[_Segment]]) -> list[_Segment]:
    """Plain alternatives, less those that say again what another one says."""
    kept: list[_Segment] = []
    seen = ""
    for choice in plains:
        words = _NOT_WORD.sub("", _join_plain(choice))
        if words and words not in seen:
            kept += choice
            seen += words
    return kept


def _is_html(words: str) -> bool:
    """HTML that is labelled as plain text, and shows something."""
    begins = words[:500].lstrip().lower().startswith(_HTML_STARTS)
    return begins and "</" in words and bool(text.html_to_text(words[:20_000]).strip())


def _decode_html(content: bytes, label: str | None) -> str:
    if not label:
        match = _META.search(content[:3000])
        label = match[1].decode("ascii") if match else None
    return charsets.decode(content, label)


def _decode_plain(content: bytes, part: Part) -> str:
    words = charsets.decode(content, part.params.get("charset"))
    if "\r" in words:
        words = words.replace("\r\n", "\n").replace("\r", "\n")
    words = words[:_MAX_TEXT]
    if part.params.get("format", "").lower() == "flowed":
        words = text.unflow(words, delsp=part.params.get("delsp", "").lower() == "yes")
    if part.mime in {"text/enriched", "text/richtext"}:
        words = text.enriched_to_text(words)
    return words


def _speaks(plain: str, html: str) -> bool:
    """False when the plain form is only an excuse for not being HTML."""
    words = plain.strip()
    if not words:
        return False
    if len(words) > 400:
        return True
    short = len(words) < _SHORT
    low = words.lower()
    hints = any(hint in low for hint in _HINTS)
    if not (short or (hints and (_PLACEHOLDER.search(words) or _ONLY_LINK.fullmatch(words)))):
        return True
    shown = _TAG.sub(" ", html[max(html.find("<body"), html.find("<BODY"), 0) :])
    bare, told = _NOT_WORD.sub("", words), _NOT_WORD.sub("", shown)
    return bare in told or (short and len(told) <= 3 * len(words))


def _shows_something(html: str) -> bool:
    """False for HTML of empty paragraphs."""
    start = max(html.find("<body"), html.find("<BODY"), 0)
    return bool(_SHOWS.search(html, start))


def _join_plain(segments: list[_Segment]) -> str:
    out = []
    for segment in segments:
        if segment.plain is not None:
            out.append(segment.plain.strip("\n"))
        elif segment.html is not None:
            out.append(text.html_to_text(segment.html))
    return "\n\n".join(piece for piece in out if piece)


def _without_armour(words: str) -> str:
    """What PGP signs in the text itself, without its marks."""
    if words.count(_PGP) > _MOST_ARMOUR:
        return words
    return _CLEAR_SIGNED.sub(lambda m: m[1].replace("\n- ", "\n"), words)


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
    """Without blanks at the ends of lines (the mark of a signature keeps its own)."""
    blanks = words.count(" \n") > words.count("\n-- \n")
    if blanks or "\t\n" in words or words[-1:].isspace():
        lines = [line.rstrip() if line != "-- " else line for line in words.split("\n")]
        words = "\n".join(lines)
    return words.strip("\n")
