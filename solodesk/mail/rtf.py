"""Rich text of Outlook to words: decompressed (MS-OXRTFCP), HTML taken out again (MS-OXRTFEX).

Most RTF in mail is HTML that Exchange wrapped: then the HTML comes out as it went in. The rest
becomes plain text. One linear walk over capped input; never raises.
"""

import re
import struct
from dataclasses import dataclass, field
from itertools import islice

from solodesk.mail import charsets

_MAX_RTF = 8_000_000
_MAX_TOKENS = 500_000
_MAX_DEPTH = 500
_PRESET = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    b"\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+"
    rb"|([^\\{}\r\n]+)|(\\)",
    re.DOTALL,
)
_SILENT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr footerl footerr "
    b"generator themedata colorschememapping datastore latentstyles listtable listoverridetable "
    b"rsidtbl xmlnstbl mmathPr bkmkstart bkmkend fldinst pntext pgptbl filetbl revtbl "
    b"blipuid panose falt".split()
)
_CHARACTERS = {
    b"par": "\n", b"line": "\n", b"sect": "\n", b"page": "\n", b"row": "\n", b"tab": "\t",
    b"cell": "\t", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ", b"zwj": "\u200d",
    b"zwnj": "\u200c",
}  # fmt: skip
_SYMBOLS = {b"~": "\xa0", b"_": "-", b"-": "", b"\n": "\n", b"\r": "\n"}
_FONT_CODECS = {
    0: "cp1252", 128: "cp932", 129: "cp949", 130: "cp1361", 134: "gb18030", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257",
    204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip


def decompress(data: bytes) -> bytes:
    """Compressed RTF as RTF, at most 8 MB of it; empty when it is none."""
    if len(data) < 16:
        return b""
    _size, raw_size, kind = struct.unpack_from("<III", data)
    if kind == 0x414C454D:
        return data[16 : 16 + min(raw_size, _MAX_RTF)]
    if kind != 0x75465A4C:
        return b""
    return _inflate(data, min(raw_size, _MAX_RTF))


def _inflate(data: bytes, size: int) -> bytes:
    out = bytearray(_PRESET)
    limit = size + len(_PRESET)
    at = 16
    while at < len(data) and len(out) < limit:
        control = data[at]
        at += 1
        for bit in range(8):
            if control >> bit & 1:
                if at + 2 > len(data):
                    return bytes(out[len(_PRESET) : limit])
                token = data[at] << 8 | data[at + 1]
                at += 2
                # The window is a ring of 4,096 bytes; its write place is our length in it.
                start = len(out) - ((len(out) - (token >> 4)) % 4096)
                if start == len(out):
                    return bytes(out[len(_PRESET) : limit])
                for step in range((token & 15) + 2):
                    out.append(out[start + step] if start + step >= 0 else 0)
            elif at < len(data):
                out.append(data[at])
                at += 1
    return bytes(out[len(_PRESET) : limit])


@dataclass(slots=True)
class _State:
    """What a group inherits and gives back."""

    silent: bool = False
    html_tag: bool = False
    off: bool = False
    """Inside \\htmlrtf: RTF's own rendering of what the HTML says already."""
    skip: int = 1
    codec: str = "cp1252"


@dataclass(slots=True)
class _Reader:
    out: list[str] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    stack: list[_State] = field(default_factory=list)
    now: _State = field(default_factory=_State)
    fonts: dict[int, str] = field(default_factory=dict)
    font: int = 0
    fonts_open: bool = False
    from_html: bool = False
    to_skip: int = 0
    star: bool = False
    deep: int = 0

    def flush(self) -> None:
        """Bytes of a codepage gathered so far become characters."""
        if self.pending:
            text = charsets.decode(bytes(self.pending), self.now.codec)
            self.pending.clear()
            self.out.append(text)

    def put(self, text: str) -> None:
        """Characters, unless nobody is to see them."""
        if not self._muted():
            self.flush()
            self.out.append(text)

    def put_bytes(self, data: bytes) -> None:
        """Bytes in the current codepage, less those that only stand in for a \\u."""
        if self.to_skip:
            dropped = min(self.to_skip, len(data))
            self.to_skip -= dropped
            data = data[dropped:]
        if data and not self._muted():
            self.pending += data

    def _muted(self) -> bool:
        return self.now.silent or (self.from_html and self.now.off and not self.now.html_tag)


def read_rtf(data: bytes) -> tuple[str | None, str | None]:
    """(text, None) of plain RTF, or (None, html) of RTF made from HTML; (None, None) for none."""
    if not data.lstrip()[:5].startswith(b"{\\rtf"):
        return None, None
    reader = _Reader()
    reader.from_html = b"\\fromhtml" in data[:4000]
    for match in islice(_TOKEN.finditer(data[:_MAX_RTF]), _MAX_TOKENS):
        word, number, code, symbol, brace, words = match.group(1, 2, 3, 4, 5, 6)
        if words is not None:
            reader.star = False
            reader.put_bytes(words)
        elif word is not None:
            _word(reader, word, None if number is None else int(number))
        elif code is not None:
            reader.put_bytes(bytes((int(code, 16),)))
        elif brace is not None:
            _brace(reader, brace)
        elif symbol is not None:
            _symbol(reader, symbol)
    reader.flush()
    result = _joined(reader.out)
    return (None, result) if reader.from_html else (result.strip("\n"), None)


def _joined(pieces: list[str]) -> str:
    text = "".join(pieces).replace("\0", "")
    return charsets.clean(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _brace(reader: _Reader, brace: bytes) -> None:
    reader.flush()
    reader.star, reader.to_skip = False, 0
    if brace == b"{":
        if len(reader.stack) >= _MAX_DEPTH:
            reader.deep += 1
            return
        reader.stack.append(reader.now)
        now = reader.now
        reader.now = _State(now.silent, now.html_tag, now.off, now.skip, now.codec)
    elif reader.deep:
        reader.deep -= 1
    elif reader.stack:
        reader.now = reader.stack.pop()


def _symbol(reader: _Reader, symbol: bytes) -> None:
    if symbol == b"*":
        reader.star = True
    elif symbol in b"\\{}":
        reader.put_bytes(symbol)
    else:
        reader.put(_SYMBOLS.get(symbol, ""))


def _word(reader: _Reader, word: bytes, number: int | None) -> None:
    star, reader.star = reader.star, False
    if word == b"htmltag":
        reader.flush()
        reader.now.html_tag = reader.from_html
        reader.now.silent = reader.now.silent or not reader.from_html
    elif word == b"htmlrtf":
        reader.flush()
        reader.now.off = number != 0
    elif word == b"u":
        reader.put(_character(number or 0))
        reader.to_skip = reader.now.skip
    elif word == b"uc":
        reader.now.skip = min(max(number or 0, 0), 20)
    elif word in {b"f", b"fcharset", b"ansicpg", b"fonttbl", b"deff"}:
        _font(reader, word, number or 0)
    elif word in _SILENT or (star and word != b"htmltag"):
        reader.flush()
        reader.now.silent = True
    elif word in _CHARACTERS and not (reader.from_html and reader.now.html_tag):
        text = _CHARACTERS[word]
        reader.put("\r\n" if reader.from_html and text == "\n" else text)
    elif word in _CHARACTERS:
        reader.put(_CHARACTERS[word])


def _font(reader: _Reader, word: bytes, number: int) -> None:
    reader.flush()
    if word == b"ansicpg":
        reader.now.codec = f"cp{number}" if number != 65001 else "utf-8"
    elif word == b"fonttbl":
        reader.now.silent = reader.fonts_open = True
    elif word == b"fcharset":
        if reader.now.silent and number in _FONT_CODECS and len(reader.fonts) < 1000:
            reader.fonts[reader.font] = _FONT_CODECS[number]
    elif word == b"f":
        reader.font = number
        if not reader.now.silent and reader.fonts.get(number, "cp1252") != "cp1252":
            reader.now.codec = reader.fonts[number]


def _character(number: int) -> str:
    return chr(number & 0xFFFF)  # half of a pair meets the other half when all is joined
