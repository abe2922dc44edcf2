"""The names of charsets as mail writes them, to the codec that is really meant.

Labels in the wild are vague (gb2312 for gbk, iso-8859-1 for windows-1252), misspelt, or say
nothing. Must not look at the bytes.
"""

import codecs
import re
from functools import lru_cache
from typing import Final

FORCED: Final = "\x1f"
"""A label that begins so is the owner's own choice: no doubt, no ladder. No header brings it."""

_JUNK = re.compile(r"[^a-z0-9]")
# Keys are squeezed: small letters and digits only.
_MEANT = {
    "gb18030": (
        "gb gb2312 gb231280 csgb2312 csiso58gb231280 isoir58 gbk csgbk xgbk euccn xeuccn chinese "
        "gb18030 gb180302000 gb180302005 gb180302022 csgb18030 cngb xmacchinesesimp xmacsimpchinese"
    ),
    "hz": "hz hzgb hzgb2312 hzgb23121",
    "big5hkscs": (
        "big5 big5hkscs csbig5 csbig5hkscs cnbig5 xxbig5 big5eten big5hkscs1999 big5hkscs2004 "
        "big5tw xmacchinesetrad xmactradchinese"
    ),
    "cp949": (
        "ksc5601 ksc56011987 ksc56011989 kscksc56011987 ksc56011992 ksx1001 ksx10011992 euckr "
        "cseuckr korean windows949 uhc csksc56011987 isoir149 xmackorean"
    ),
    "cp932": (
        "shiftjis csshiftjis sjis xsjis mskanji windows31j cswindows31j xmsjis xmscp932 ms932 "
        "shiftjis2004 xmacjapanese"
    ),
    "euc_jp": "eucjp xeucjp xeuc cseucpkdfmtjapanese eucjpms ujis eucjpwin",
    "iso2022_jp": (
        "iso2022jp csiso2022jp iso2022jp1 iso2022jp2 csiso2022jp2 iso2022jp3 iso2022jp2004 "
        "iso2022jpext iso2022jpms xiso2022jp xiso2022jpms jis jis7 csjisencoding"
    ),
    "iso2022_kr": "iso2022kr csiso2022kr",
    "x-iso-2022-cn": "iso2022cn iso2022cnext csiso2022cn",
    "cp1252": "latin1 l1 iso88591 isoir100 csisolatin1 xiso88591 ansi xansi western iso8859 cp819",
    "cp1254": "latin5 l5 iso88599 isoir148 csisolatin5",
    "cp1255": "iso88598 iso88598i iso88598e logical csiso88598i hebrew csisolatinhebrew xmachebrew",
    "cp1256": "xmacarabic",
    "cp874": "iso885911 tis620 tis62025330 tis6202533 thai xmacthai",
    "iso8859-15": "latin9 latin0 l9 iso885915euro",
    "mac_roman": "mac macintosh csmacintosh macroman xmacroman applemacroman xmac",
    "mac_latin2": "macce xmacce maccentraleurope xmaccentraleurroman xmaccentraleurope maclatin2",
    "mac_cyrillic": "maccyrillic xmaccyrillic macukrainian xmacukrainian macuk msmaccyrillic",
    "mac_greek": "macgreek xmacgreek",
    "mac_turkish": "macturkish xmacturkish",
    "mac_iceland": "maciceland xmacicelandic macis",
    "mac_croatian": "maccroatian xmaccroatian",
    "mac_romanian": "macromanian xmacromanian",
    "koi8_r": "koi8 koi8r cskoi8r koi",
    "koi8_u": "koi8u koi8ru koi8uni",
    "x-viscii": "viscii viscii11 viscii111 csviscii xviscii",
    "utf-8": "utf8 utf utf8mb4 utf8mb3 unicode11utf8 xunicode20utf8 utf8mac utf8n utf8sig",
    "utf-7": "utf7 csutf7 unicode11utf7 csunicode11utf7 xunicode20utf7",
    "x-utf-16": "utf16 unicode ucs2 iso10646ucs2 csunicode unicodefeff",
    "utf-16-le": "utf16le unicodelittle ucs2le unicodefffe",
    "utf-16-be": "utf16be unicodebig ucs2be",
    "x-cesu-8": "cesu8 cscesu8",
}
_MEANINGS = {name: codec for codec, names in _MEANT.items() for name in names.split()}
_SAY_NOTHING = (
    "unknown unknown8bit xunknown default 8bit 7bit binary none null usascii ascii ansix341968 "
    "ansix341986 iso646us us iso646irv1991 xuserdefined userdefined charset defaultcharset auto "
    "undefined text plain textplain html unspecified other any mixed encoding true false"
)
_SILENT = frozenset(_SAY_NOTHING.split())
_PAGES = {
    "936": "gb18030", "950": "big5hkscs", "951": "big5hkscs", "949": "cp949", "51949": "cp949",
    "1361": "johab", "932": "cp932", "943": "cp932", "51932": "euc_jp", "20932": "euc_jp",
    "50220": "iso2022_jp", "50221": "iso2022_jp", "50222": "iso2022_jp", "50225": "iso2022_kr",
    "50227": "x-iso-2022-cn", "52936": "hz", "51936": "gb18030", "54936": "gb18030",
    "20936": "gb18030", "20866": "koi8_r", "21866": "koi8_u", "878": "koi8_r", "874": "cp874",
    "65000": "utf-7", "65001": "utf-8", "1200": "utf-16-le", "1201": "utf-16-be",
    "10000": "mac_roman", "10006": "mac_greek", "10007": "mac_cyrillic", "10029": "mac_latin2",
    "10081": "mac_turkish", "20127": "ascii", "28591": "cp1252", "28599": "cp1254",
    "28605": "iso8859-15", "38598": "cp1255",
}  # fmt: skip
_PAGE = re.compile(r"^(?:cs|x)*(?:cp|windows|win|ms|ibm|dos|pc|codepage|oem)*(\d{3,5})\w{0,4}$")
_ISO = re.compile(r"^(?:cs|x)*iso8859(\d{1,2})")
# Python codecs that are no charset of mail.
_REFUSED = frozenset(
    {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"}
)


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """The codec to use for a charset label, or None when the label says nothing.

    Names with "x-" are decoders of our own (`charset_codecs`), the others Python's.
    """
    key = _JUNK.sub("", label[:80].lower().split("*", 1)[0].split("//", 1)[0])
    if not key or key in _SILENT:
        return None
    key = key.removeprefix("charset") or key
    codec = _MEANINGS.get(key) or _numbered(key)
    if codec is None:
        codec = _known(label) or _known(key)
    if codec is None and key.startswith("utf8"):
        codec = "utf-8"
    return None if codec == "ascii" else codec


def _numbered(key: str) -> str | None:
    """Code pages and parts of ISO 8859, by their number."""
    iso = _ISO.match(key)
    if iso:
        number = f"iso8859{int(iso[1])}"
        return _MEANINGS.get(number) or _known(f"iso8859-{int(iso[1])}")
    page = _PAGE.match(key)
    if page is None:
        return None
    number = page[1]
    if number.startswith(("285", "286")):
        return _PAGES.get(number) or _known(f"iso8859-{int(number) - 28590}")
    return _PAGES.get(number) or _known(f"cp{number}")


def _known(name: str) -> str | None:
    try:
        info = codecs.lookup(name.strip("\"'; \t"))
    except (LookupError, ValueError, UnicodeError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name in _REFUSED:
        return None
    return _MEANINGS.get(_JUNK.sub("", info.name), info.name)


def forced(label: str | None) -> str | None:
    """The label that makes `charsets.decode` obey: the owner chose this charset by hand.

    None when there is no such charset.
    """
    codec = codec_for(label) if label else None
    if codec is None and label and label.lower() in {"ascii", "us-ascii"}:
        codec = "cp1252"
    return None if codec is None else FORCED + codec
