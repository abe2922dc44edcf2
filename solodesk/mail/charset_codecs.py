"""Decoders that Python lacks or has too strict: what mailers write under the names of charsets.

Each takes bytes and gives text, never raises. Must not guess what the bytes are.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable

_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BDOPQ]|\([BJIH]|\$A|\$\(C)")
_CN_SHIFT = re.compile(rb"\x1b\$\)([AGE])|\x0e([^\x0f\n]*)\x0f?|\x1b\$\*[A-Z]|\x1bN|\x0f")
_WESTERN = "".join(
    bytes((byte,)).decode("cp1252" if byte not in b"\x81\x8d\x8f\x90\x9d" else "latin-1")
    for byte in range(256)
)
# RFC 1456: six letters stand among the controls.
_VISCII = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}
_VISCII_HIGH = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡưàáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ"
)
_VISCII_TABLE = "".join(_VISCII.get(byte, chr(byte)) for byte in range(128)) + _VISCII_HIGH


def western(data: bytes) -> str:
    """windows-1252 with its five undefined bytes as controls (as browsers read it)."""
    return codecs.charmap_decode(data, "strict", _WESTERN)[0]


def viscii(data: bytes) -> str:
    """Vietnamese, RFC 1456."""
    return codecs.charmap_decode(data, "replace", _VISCII_TABLE)[0]


def vietnamese(data: bytes) -> str:
    """windows-1258, whose accents are letters of their own, put together."""
    return unicodedata.normalize("NFC", data.decode("cp1258", "replace"))


def cesu8(data: bytes) -> str:
    """UTF-8 in which the halves of a surrogate pair were encoded one by one; else replaced."""
    try:
        halves = data.decode("utf-8", "surrogatepass")
    except UnicodeError:
        return data.decode("utf-8", "replace")
    return halves.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def utf16(data: bytes) -> str:
    """UTF-16 without a mark: big-endian (RFC 2781), unless the other order makes more sense."""
    if data.isascii() and b"\0" not in data:
        return data.decode("ascii")
    if len(data) % 2 == 1:
        data += b"\0"
    if data[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return data.decode("utf-16", "replace")
    big, little = data.decode("utf-16-be", "replace"), data.decode("utf-16-le", "replace")
    return little if _common(little) > _common(big) else big


def _common(text: str) -> int:
    sample = text[:400]
    return sum(1 for char in sample if char < "\u0500" or "\u4e00" <= char <= "\u9fff")


def iso_2022_cn(data: bytes) -> str:
    """Chinese in seven bits by shifts (RFC 1922), its first plane."""

    def run(match: re.Match[bytes]) -> bytes:
        if match[2] is None:
            return b""
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in match[2])

    return _CN_SHIFT.sub(run, data).decode("gb18030", "replace")


def iso_2022_jp(data: bytes) -> str:
    """ISO-2022-JP with the extensions mailers use (NEC row 13, half-width kana)."""
    try:
        return data.decode("iso2022_jp_ext")
    except UnicodeError:
        pass
    out: list[str] = []
    mode, at = b"(B", 0
    for match in _JIS_ESCAPE.finditer(data):
        out.append(_jis_run(data[at : match.start()], mode))
        mode, at = match[1], match.end()
    out.append(_jis_run(data[at:], mode))
    return "".join(out)


def _jis_run(run: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in run).decode("cp932", "replace")
    if mode[:1] == b"(":
        return run.decode("utf-8", "replace")
    if mode in {b"$A", b"$(A"}:
        return bytes(byte | 0x80 for byte in run).decode("gb18030", "replace")
    if mode == b"$(C":
        return bytes(byte | 0x80 for byte in run).decode("cp949", "replace")
    # JIS X 0208 rows to Shift_JIS, whose Windows table knows the vendor rows.
    sjis = bytearray()
    for high, low in zip(run[0::2], run[1::2], strict=False):
        if not 0x21 <= high <= 0x7E:
            sjis += bytes((high, low))
            continue
        second = low + (0x1F if high & 1 else 0x7D)
        second += 1 if high & 1 and second >= 0x7F else 0
        first = ((high - 0x21) >> 1) + 0x81
        sjis += bytes((first if first <= 0x9F else first + 0x40, min(second, 0xFC)))
    return sjis.decode("cp932", "replace")


OWN: dict[str, Callable[[bytes], str]] = {
    "cp1252": western,
    "cp1258": vietnamese,
    "iso2022_jp": iso_2022_jp,
    "x-iso-2022-cn": iso_2022_cn,
    "x-viscii": viscii,
    "x-utf-16": utf16,
    "x-cesu-8": cesu8,
}
"""Codecs of `charset_labels` that are ours: name to decoder."""
