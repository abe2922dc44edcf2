"""The words inside attached files, for the search: PDF, office documents, RTF, HTML, text.

Runs in a child that may be killed. Every step is capped (pages, bytes unpacked, cells), XML with a
document type is refused (no entities), and nothing is followed, fetched or run. Must not raise.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from time import monotonic
from xml.parsers import expat

from solodesk.mail import charsets, rtf, sniff, text

_PDF = "application/pdf"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_OPEN = "application/vnd.oasis.opendocument."
_KINDS = {
    "pdf": _PDF, "docx": _WORD, "docm": _WORD, "dotx": _WORD, "xlsx": _EXCEL, "xlsm": _EXCEL,
    "pptx": _SLIDES, "ppsx": _SLIDES, "odt": _OPEN + "text", "ods": _OPEN + "spreadsheet",
    "odp": _OPEN + "presentation", "rtf": "application/rtf", "html": "text/html",
    "htm": "text/html", "txt": "text/plain", "text": "text/plain", "csv": "text/plain",
    "tsv": "text/plain", "md": "text/plain", "log": "text/plain", "ics": "text/plain",
    "vcf": "text/plain", "json": "text/plain", "xml": "text/plain", "yaml": "text/plain",
    "yml": "text/plain", "ini": "text/plain", "tex": "text/plain", "srt": "text/plain",
}  # fmt: skip
_TYPES = frozenset(
    {_PDF, _WORD, _EXCEL, _SLIDES, "application/rtf", "text/rtf", "application/json"}
)
_MOST_PAGES = 300
_MOST_SECONDS = 10.0
_MOST_MEMBERS = 400
_MOST_UNPACKED = 40_000_000
_MOST_RATIO = 300
_MOST_TEXT_BYTES = 3_000_000
_SPACES = re.compile(r"[ \t\x0b\x0c\xa0]+")
_BREAKS = re.compile(r"\s*\n\s*")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": "", "\u200b": "", "\0": " "}
)
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, NotImplementedError)


def readable(name: str, mime: str) -> bool:
    """Is it a kind of file that `attachment_text` knows, by name or by claim?"""
    return _extension(name) in _KINDS or mime in _TYPES or mime.startswith(("text/", _OPEN))


def attachment_text(name: str, mime: str, data: bytes, *, limit: int) -> str:
    """The words of a file, at most `limit` characters; "" when there are none or it cannot be read.

    What it is, is decided by its bytes first, then by its name, then by the claim `mime`.
    """
    if not data or limit <= 0:
        return ""
    kind = sniff.kind_of(data[:_MOST_UNPACKED]) or _KINDS.get(_extension(name), mime)
    try:
        words = _reader(kind)(data, limit)
    except (*_BAD_ZIP, expat.ExpatError, ValueError, LookupError, ArithmeticError, TypeError):
        return ""
    except (RuntimeError, MemoryError, AttributeError):
        return ""  # encrypted archives, exhausted recursion: a broken file has no words
    return _tidied(words, limit)


def _extension(name: str) -> str:
    return name.rpartition(".")[2].lower()


def _reader(kind: str) -> Callable[[bytes, int], str]:
    if kind == _PDF:
        return _pdf
    if kind == _WORD:
        return _word
    if kind == _EXCEL:
        return _excel
    if kind == _SLIDES:
        return _slides
    if kind.startswith(_OPEN):
        return _open_document
    return _words_of(kind)


def _words_of(kind: str) -> Callable[[bytes, int], str]:
    """Readers of what is text already."""
    if kind in {"application/rtf", "text/rtf"}:
        return _rtf
    if kind == "text/html":
        return lambda data, _limit: text.html_to_text(charsets.decode(data[:_MOST_TEXT_BYTES]))
    if kind.startswith("text/") or kind in {"application/json", "application/xml"}:
        return _plain
    return lambda _data, _limit: ""


def _tidied(words: str, limit: int) -> str:
    words = charsets.clean(words[: limit * 3].translate(_LIGATURES))
    return _BREAKS.sub("\n", _SPACES.sub(" ", words)).strip()[:limit]


def _plain(data: bytes, limit: int) -> str:
    head = data[: min(_MOST_TEXT_BYTES, limit * 4)]
    if head.count(0) > len(head) // 50 and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ""  # some program's bytes under a text's name
    return charsets.decode(head)


def _rtf(data: bytes, _limit: int) -> str:
    words, html = rtf.read_rtf(data[:_MOST_UNPACKED])
    return words or (text.html_to_text(html) if html else "")


def _pdf(data: bytes, limit: int) -> str:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    out: list[str] = []
    size = 0
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return ""
        stop = monotonic() + _MOST_SECONDS
        for number, page in enumerate(reader.pages):
            if number >= _MOST_PAGES or size > limit * 2 or monotonic() > stop:
                break
            words = page.extract_text()
            out.append(words)
            size += len(words)
    except PyPdfError:
        pass  # the pages read until then count
    return "\n".join(out)


def _members(data: bytes, wanted: re.Pattern[str]) -> Iterator[bytes]:
    """The archive's members with such names, in order of their numbers, unpacked under caps."""
    left = _MOST_UNPACKED
    with zipfile.ZipFile(BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if wanted.fullmatch(info.filename)]
        for info in sorted(infos[:_MOST_MEMBERS], key=_in_order):
            if left <= 0:
                return
            if info.compress_size * _MOST_RATIO < info.file_size > 1_000_000:
                continue  # a bomb
            with archive.open(info) as member:
                content = member.read(left)
            left -= len(content)
            yield content


def _in_order(info: zipfile.ZipInfo) -> tuple[int, str]:
    digits = re.search(r"(\d{1,6})\.xml$", info.filename)
    return int(digits[1]) if digits else 0, info.filename


class _Words:
    """Collects the characters of chosen elements of an XML document, without building it."""

    def __init__(self, take: frozenset[str], breaks: frozenset[str], limit: int) -> None:
        self.out: list[str] = []
        self._take, self._breaks = take, breaks
        self._open = 0
        self._left = limit * 2

    def read(self, document: bytes) -> None:
        """Adds a document's words; stops at the limit, ExpatError when it is no XML."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._refuse
        parser.buffer_text = True
        for at in range(0, len(document), 65536):
            if self._left <= 0:
                return
            parser.Parse(document[at : at + 65536], False)
        parser.Parse(b"", True)

    def _refuse(self, *_: object) -> None:
        raise ValueError

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        plain = name.rpartition(":")[2]
        if plain in self._take:
            self._open += 1
        if plain in {"tab", "c", "table-cell"}:
            self.out.append("\t")

    def _end(self, name: str) -> None:
        plain = name.rpartition(":")[2]
        if plain in self._take:
            self._open -= 1
        if plain in self._breaks:
            self.out.append("\n")

    def _characters(self, words: str) -> None:
        if self._open > 0 and self._left > 0:
            self.out.append(words)
            self._left -= len(words)


_T = frozenset({"t"})
_PARAGRAPHS = frozenset({"p", "br", "cr", "tr", "row", "si", "h"})


def _gathered(data: bytes, wanted: str, take: frozenset[str], limit: int) -> str:
    words = _Words(take, _PARAGRAPHS, limit)
    for document in _members(data, re.compile(wanted)):
        try:
            words.read(document)
        except (expat.ExpatError, ValueError):
            continue
    return "".join(words.out)


def _word(data: bytes, limit: int) -> str:
    parts = r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\d*\.xml"
    return _gathered(data, parts, _T, limit)


def _slides(data: bytes, limit: int) -> str:
    return _gathered(data, r"ppt/(?:slides/slide|notesSlides/notesSlide)\d+\.xml", _T, limit)


def _open_document(data: bytes, limit: int) -> str:
    return _gathered(data, r"content\.xml", frozenset({"p", "h"}), limit)


def _excel(data: bytes, limit: int) -> str:
    """Names of the sheets, the shared texts, then texts and numbers that stand in the cells."""
    names = re.compile(r"xl/workbook\.xml")
    sheets = [
        found.decode("utf-8", "replace")
        for document in _members(data, names)
        for found in re.findall(rb'<sheet [^>]{0,200}?name="([^"]{1,200})"', document)
    ]
    shared = _gathered(data, r"xl/sharedStrings\.xml", _T, limit)
    cells = _Cells(limit)
    for document in _members(data, re.compile(r"xl/worksheets/sheet\d+\.xml")):
        try:
            cells.read(document)
        except (expat.ExpatError, ValueError):
            continue
    return "\n".join((*sheets, shared, "".join(cells.out)))


class _Cells(_Words):
    """Of a sheet: what stands in the cells themselves, not the numbers of shared texts."""

    def __init__(self, limit: int) -> None:
        super().__init__(frozenset({"t", "v"}), frozenset({"row"}), limit)
        self._shared = False

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        plain = name.rpartition(":")[2]
        if plain == "c":
            self._shared = _attributes.get("t") == "s"
        super()._start(name, _attributes)

    def _characters(self, words: str) -> None:
        if not self._shared:
            super()._characters(words)
