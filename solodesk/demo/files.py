"""Small real files for the sample mails: PDF, PNG and text, made by code.

Deterministic; every file opens in ordinary programs. Must not read or write the disk.
"""

import gzip
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

_Pixel = Callable[[int, int], tuple[int, int, int]]
_NOISE = 12
"""How far the grain of a drawn photo goes, in steps of 256."""


@dataclass(frozen=True, slots=True)
class SampleFile:
    """A file to attach: name, MIME type, bytes; `content_id` makes it an inline image."""

    name: str
    mime: str
    data: bytes
    content_id: str | None = None


def png(width: int, height: int, pixel: _Pixel) -> bytes:
    """An 8-bit RGB PNG of `width` x `height`, coloured by `pixel(x, y)` (PNG specification)."""
    rows = b"".join(
        b"\0" + b"".join(bytes(pixel(x, y)) for x in range(width)) for y in range(height)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", _crc(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def _photo(width: int, height: int, pixel: _Pixel) -> bytes:
    """A PNG with the grain of a camera, so that it has the size of a real small photo."""
    grain = random.Random(width * height).randbytes(width * height)  # noqa: S311 - a picture

    def grainy(x: int, y: int) -> tuple[int, int, int]:
        red, green, blue = pixel(x, y)
        shift = grain[y * width + x] % _NOISE
        return max(red - shift, 0), max(green - shift, 0), max(blue - shift, 0)

    return png(width, height, grainy)


def _crc(data: bytes) -> int:
    return zlib.crc32(data) & 0xFFFFFFFF


@cache
def mug_photo() -> bytes:
    """A drawn mug with a crack, 160 x 120."""

    def pixel(x: int, y: int) -> tuple[int, int, int]:
        if abs(x - 80 - (y * 7 % 5)) < 2 and 35 < y < 85:
            return (60, 50, 45)
        if 50 < x < 105 and 30 < y < 100:
            return (150 + (x - 50) // 2, 165 - (x - 50) // 3, 140)
        if 24**2 > (x - 108) ** 2 + (y - 62) ** 2 > 15**2 and x > 104:
            return (160, 160, 140)
        return (236 - y // 4, 230 - y // 4, 220 - y // 5)

    return _photo(160, 120, pixel)


@cache
def frame_photo() -> bytes:
    """A drawn picture frame with a scratch, 160 x 120."""

    def pixel(x: int, y: int) -> tuple[int, int, int]:
        if 20 < x < 140 and 14 < y < 106:
            if not (30 < x < 130 and 24 < y < 96):
                return (172, 128, 82)
            if abs((x - 40) - (y - 30)) < 1:
                return (250, 250, 250)
            return (120, 150, 170 + y // 4) if y < 66 + x // 12 else (70, 90, 100)
        return (242, 240, 236)

    return _photo(160, 120, pixel)


@cache
def tracking_screen() -> bytes:
    """A drawn screen shot of a tracking page, 200 x 120."""

    def pixel(x: int, y: int) -> tuple[int, int, int]:
        if y < 18:
            return (38, 92, 168)
        if y % 24 in (6, 7, 8) and 20 < x < 60 + (y * 13) % 110:
            return (120, 126, 134)
        if (x - 12) ** 2 + (y % 24 - 7) ** 2 < 12:
            return (52, 148, 96) if y < 48 else (200, 204, 210)
        return (250, 250, 252)

    return png(200, 120, pixel)


def pdf(lines: Sequence[str], *, paper: int = 0) -> bytes:
    """A one-page A4 PDF 1.4 with `lines` of Latin text and, when `paper` is set, a grey
    picture of about that many bytes, as a scanner makes it (ISO 32000-1, 7.5)."""
    text = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    picture = "q 400 0 0 300 90 80 cm /Im1 Do Q\n" if paper else ""
    page = f"{picture}BT /F1 13 Tf 18 TL 72 770 Td\n{text}\nET".encode("latin-1", "replace")
    side = int(paper**0.5)
    grey = bytes(230 + (x * x + 3 * y * y + x * y) % 19 for y in range(side) for x in range(side))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources "
        b"<< /Font << /F1 5 0 R >> /XObject << /Im1 6 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length %d >>\nstream\n%s\nendstream"
        % (max(side, 1), max(side, 1), max(side * side, 1), grey or b"\xff"),
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places: list[int] = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        start,
    )
    return bytes(out)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def gzipped(name: str, text: str) -> SampleFile:
    """`text` as `name`.gz, without a time stamp so that the bytes stay the same."""
    packed = gzip.compress(text.encode(), mtime=0)
    return SampleFile(name + ".gz", "application/gzip", packed)


def sample_file(kind: str, lang: str) -> SampleFile:
    """The file a story names: photo, inline_photo, tracking, receipt, order_form or notes.

    Raises ValueError for another word.
    """
    chinese = lang == "zh"
    match kind:
        case "photo":
            return SampleFile("照片.png" if chinese else "photo.png", "image/png", mug_photo())
        case "inline_photo":
            return SampleFile("image001.png", "image/png", frame_photo(), "image001@sample")
        case "tracking":
            return SampleFile("tracking.png", "image/png", tracking_screen())
        case "receipt":
            lines = ["Receipt for order A123", "2 moss mugs  428.00 CNY", "Paid, thank you."]
            return SampleFile("receipt.pdf", "application/pdf", pdf(lines, paper=85_000))
        case "order_form":
            name = "开票资料.pdf" if chinese else "order form.pdf"
            lines = ["Company details", "VAT / tax number: see below", "Thank you."]
            return SampleFile(name, "application/pdf", pdf(lines))
        case "notes":
            text = "需求：\n1. 尺寸 A2\n2. 交期四周以内\n" if chinese else "A2, portrait\n300 dpi\n"
            return SampleFile(
                "需求.txt" if chinese else "notes.txt", "text/plain; charset=utf-8", text.encode()
            )
        case _:
            message = f"no sample file is called {kind!r}"
            raise ValueError(message)
