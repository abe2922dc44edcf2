"""Bytes of mail to text, whatever the label claims: a ladder of charsets that always ends in text.

Labels in the wild are wrong, vague (gb2312 for gbk, iso-8859-1 for windows-1252) or missing.
This module must not know headers or MIME, must never raise, and never returns lone surrogates.
"""

import codecs
import re
import unicodedata
from functools import lru_cache

_SUPERSETS = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "936": "gb18030",
    "ms936": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "euc-cn": "gb18030",
    "x-euc-cn": "gb18030",
    "gb18030-2000": "gb18030",
    "chinese": "gb18030",
    "csgb2312": "gb18030",
    "gb": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "big5hkscs",
    "big-5": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "cp950": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "csbig5": "big5hkscs",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "ks_c_5601-1989": "cp949",
    "cseuckr": "cp949",
    "x-windows-949": "cp949",
    "korean": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "ms_kanji": "cp932",
    "windows-31j": "cp932",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso_8859-1": "cp1252",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "x-iso-8859-1": "cp1252",
    "ansi": "cp1252",
    "iso-8859-8-i": "cp1255",
    "iso-8859-8-e": "cp1255",
    "iso-8859-8": "cp1255",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "utf-8-mac": "utf-8",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode": "utf-16",
    "unicode-1-1-utf-7": "utf-7",
    "x-unicode-2-0-utf-7": "utf-7",
    "koi8r": "koi8-r",
    "koi8": "koi8-r",
    "win-1251": "cp1251",
    "x-cp1251": "cp1251",
    "x-cp1252": "cp1252",
    "x-euc-jp": "euc-jp",
    "csiso2022jp": "iso-2022-jp",
}
_UNKNOWN = frozenset(
    {
        "",
        "unknown-8bit",
        "x-unknown",
        "unknown",
        "default",
        "8bit",
        "7bit",
        "binary",
        "none",
        "null",
        "us-ascii",
        "ascii",
        "ansi_x3.4-1968",
        "iso646-us",  # 8-bit bytes under it: a false label
        "x-user-defined",
        "user-defined",
        "_charset",
        "charset",
        "default_charset",
        "auto",
        "undefined",
    }
)
# Python codecs that are text encodings for Python's own use, or too slow for hostile input.
_REFUSED = frozenset(
    {
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "punycode",
        "undefined",
        "mbcs",
        "oem",
    }
)
_SINGLE_BYTE = re.compile(r"cp12\d\d|cp874|iso8859|koi8|mac|latin|cp4\d\d|cp8\d\d")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JIS_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\([@BDOPQ]|\([BJIH]|\$A|\$\(C)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Frequent characters of each language: how often they occur tells which decoding makes sense.
_COMMON_ZH = frozenset(
    "的一是不了在有我人这个你们来到时大地为子中说生国年着就那和要她出也得里"
    "后自以会家可下而过天去能对小多然于心学"
    "么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前"
    "些所同日手又行意动方期它头经长儿回位分"
    "爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感您请谢吗呢"
    "订单退款货收件问题电子邮箱客服账号付发票"
    "快递物流寄价格需联系公司产品服务麻烦尽确认"
)
_COMMON_TW = frozenset(
    "的一是不了在有我人這個你們來到時大地為子中說生國年著就那和要她出也得裡"
    "後自以會家可下而過天去能對小多然於心學"
    "麼之都好看起發當沒成只如事把還用第樣道想作種開美總從無情己面最女但現前"
    "些所同日手又行意動方期它頭經長兒回位分"
    "愛老因很給名法間知世什兩次使身者被高已親其進此話常與活正感您請謝嗎呢訂"
    "單退款貨收件問題電郵箱客服帳號付發票"
)
_COMMON_KO = frozenset(
    "이다는을에가의고하지로기사한도리어대인자시해그정부수서나과보일라것들있"
    "안니습합세요주까감은를게면스드문제전환불배송"
    "확녕했않없여오조원구장상성무비"
)
_COMMON_RU = frozenset("оеаинтсрвлкмдпуязыьгбчйхжшюцщэфёіїєґ")
_COMMON_LATIN = frozenset(
    "éèêëàâäáãåçñóòôöõøúùûüíìîïßæœÉÈÀÁÂÄÖÜÅØÇÑÓßšžŠŽý’‘“”–—…•€£§©®°«»¿¡·´ \xa0"
)


def clean(text: str) -> str:
    """The same text as valid Unicode: no lone surrogates, no NUL."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return _SURROGATE.sub("\ufffd", text)


@lru_cache(maxsize=256)
def codec_for(label: str) -> str | None:
    """The Python codec to use for a charset label, or None when the label says nothing.

    Labels are widened to the superset that mailers really mean (gb2312 → gb18030,
    iso-8859-1 → cp1252, ks_c_5601-1987 → cp949).
    """
    name = label.strip().strip("\"'; ").lower().split("*", 1)[0].replace(" ", "")[:60]
    if name in _UNKNOWN:
        return None
    if name in _SUPERSETS:
        return _SUPERSETS[name]
    if name.startswith(("cp-", "x-cp")):
        name = "cp" + name.lstrip("x-cp")
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        dashed = name.replace("_", "-")
        return _SUPERSETS.get(dashed) or (codec_for(dashed) if dashed != name else None)
    if not getattr(info, "_is_text_encoding", True) or info.name in _REFUSED:
        return None
    return None if info.name == "ascii" else _SUPERSETS.get(info.name, info.name)


def decode(data: bytes, label: str | None = None) -> str:
    """The text of `data`; `label` is the charset the mail claims (or None).

    The ladder: UTF-8 where only UTF-8 makes sense, the claimed charset (widened), UTF-8, a guess
    by what the characters would mean, and at last replacement characters. Never raises.
    """
    if (
        data.isascii()
        and b"\x1b" not in data
        and b"~{" not in data
        and (
            not label
            or codec_for(label) not in {"utf-7", "utf-16", "utf-32", "utf-16-le", "utf-16-be"}
        )
    ):
        return clean(data.decode("ascii"))
    for bom, name in _BOMS:
        if data.startswith(bom) and (name == "utf-8-sig" or len(data) % 2 == 0):
            return clean(data.decode(name, "replace"))
    codec = codec_for(label) if label else None
    if codec is not None:
        text = _decode_labelled(data, codec)
        if text is not None:
            return clean(text)
    return clean(guess(data, codec))


def _decode_labelled(data: bytes, codec: str) -> str | None:
    if codec.startswith(("iso2022_jp", "iso-2022-jp")):
        return _decode_jis(data)
    if _SINGLE_BYTE.match(codec):
        # Every byte string is valid here, so a strict UTF-8 success is the stronger evidence.
        utf8 = _strict(data, "utf-8")
        if utf8 is not None:
            return utf8
        return _western(data) if codec == "cp1252" else _strict(data, codec)
    text = _strict(data, codec)
    if text is None and codec == "big5hkscs":
        text = _strict(data, "cp950")
    if text is None and codec == "euc_jp":
        text = _strict(data, "euc_jis_2004")
    if text is None and codec != "utf-8" and (utf8 := _strict(data, "utf-8")) is not None:
        return utf8
    if text is None:
        text = _mostly(data, codec)
    return text


def _western(data: bytes) -> str | None:
    """windows-1252, unless the bytes look far more like another charset (a common false label)."""
    text = _strict(data, "cp1252") or data.decode("latin-1")
    sample = text[:4000]
    return text if _plausible("cp1252", sample) >= 0.2 or len(sample) < 4 else None


def _mostly(data: bytes, codec: str) -> str | None:
    """The labelled decoding with a few broken bytes replaced: better than dropping the label."""
    text = data.decode(codec, "replace")
    bad = text.count("\ufffd")
    high = sum(1 for char in text[:20_000] if char > "\x7f") - min(bad, 20_000)
    return text if bad <= 2 or bad * 8 < high else None


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP with the extensions mailers use (NEC row 13, half-width kana)."""
    text = _strict(data, "iso2022_jp_ext")
    if text is not None:
        return text
    out: list[str] = []
    mode, at = b"(B", 0
    for match in _JIS_ESCAPE.finditer(data):
        out.append(_jis_run(data[at : match.start()], mode))
        mode, at = match[1], match.end()
    out.append(_jis_run(data[at:], mode))
    return "".join(out)


def _jis_run(run: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(b | 0x80 for b in run).decode("cp932", "replace")
    if mode[:1] == b"(":
        return run.decode("utf-8", "replace")
    if mode in {b"$A", b"$(A"}:
        return bytes(b | 0x80 for b in run).decode("gb18030", "replace")
    if mode == b"$(C":
        return bytes(b | 0x80 for b in run).decode("cp949", "replace")
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


def guess(data: bytes, tried: str | None = None) -> str:
    """The most plausible reading of unlabelled (or falsely labelled) bytes. Never raises."""
    utf8 = _strict(data, "utf-8")
    if utf8 is not None and b"\x1b$" not in data:
        return utf8
    if b"\x1b$" in data:
        return _decode_jis(data)
    sample = data[:6000]
    best, best_score = "", 0.0
    for codec, score in _candidates(sample):
        if score > best_score and codec != tried:
            best, best_score = codec, score
    if best and best_score >= 0.25:
        return data.decode(best, "replace")
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 6 < sum(1 for char in text if char > "\x7f"):
        return text
    return data.decode(_detect(sample) or "cp1252", "replace")


def _candidates(sample: bytes) -> list[tuple[str, float]]:
    found = []
    for codec in ("gb18030", "big5hkscs", "cp949", "cp932", "euc_jp", "cp1252", "cp1251", "koi8_r"):
        text = _strict(sample, codec)
        if text is None:  # the sample may end in the middle of a character
            text = _strict(sample[:-1], codec) if len(sample) > 1 else None
        if text is None:
            continue
        found.append((codec, _plausible(codec, text)))
    return found


def _plausible(codec: str, text: str) -> float:
    """Share of the non-ASCII characters that one expects in this charset's language, 0 to 1."""
    high = [char for char in text if char > "\x7f"]
    if not high:
        return 0.0
    if codec in {"cp932", "euc_jp"}:
        kana = sum(1 for char in high if "\u3041" <= char <= "\u30fc" or char in "、。")
        odd = sum(1 for char in high if "\uff61" <= char <= "\uff9f" or char == "\ufffd")
        return max(0.0, (kana * 1.6 - odd * 2) / len(high))
    table = {
        "gb18030": _COMMON_ZH,
        "big5hkscs": _COMMON_TW,
        "cp949": _COMMON_KO,
        "cp1252": _COMMON_LATIN,
    }.get(codec, _COMMON_RU)
    hits = float(sum(1 for char in high if char in table))
    if codec in {"gb18030", "big5hkscs", "cp949"}:
        hits += sum(0.5 for char in high if char in "，。！？：、；“”（）《》")
        if codec == "gb18030":  # level 1 of GB 2312: names and rarer words
            hits += sum(0.45 for char in high if char not in table and _level_one(char))
        odd = sum(1 for char in high if unicodedata.category(char) in {"Co", "Cn"})
        return max(0.0, (hits * 1.7 - odd * 3) / len(high))
    if codec == "cp1252":  # accents stand between letters; runs of them are another charset
        crowded = sum(len(run) for run in re.findall("[\u00a1-\uffff]{4,}", text))
        return max(0.0, (hits - crowded * 2) / len(high))
    lower = sum(1 for char in high if char.islower() and "\u0400" <= char <= "\u04ff")
    mixed = len(re.findall("[а-яё][А-ЯЁ]", text))
    return max(0.0, hits / len(high) * 0.6 + lower / len(high) * 0.4 - mixed * 3 / len(high))


def _level_one(char: str) -> bool:
    code = _strict_encode(char)
    return len(code) == 2 and 0xB0 <= code[0] <= 0xD7 and code[1] >= 0xA1


def _strict_encode(char: str) -> bytes:
    try:
        return char.encode("gb2312")
    except UnicodeError:
        return b""


def _detect(sample: bytes) -> str | None:
    """A statistical guess for what our own tables do not know (Greek, Hebrew, Thai, …)."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample[:2000], steps=3, chunk_size=400).best()
    return best.encoding if best is not None else None
