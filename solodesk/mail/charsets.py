"""Bytes of mail to text, whatever the label claims: a ladder of charsets that always ends in text.

This module must not know headers or MIME, must never raise, and never returns lone surrogates.
Labels are read in `charset_labels`, odd decoders stand in `charset_codecs`, and what nothing is
said about is judged in `charset_guess`.
"""

import codecs
import re

from solodesk.mail import charset_codecs, charset_guess
from solodesk.mail.charset_labels import FORCED, codec_for

__all__ = ["clean", "codec_for", "decode", "guess", "guess_codec"]

_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_ASCII = (
    "hz utf-7 x-utf-16 utf-16-le utf-16-be utf-32 utf-32-le utf-32-be utf-16 iso2022_jp iso2022_kr "
    "x-iso-2022-cn x-viscii cp037 cp500 cp1026 cp1140 cp273 cp424 cp875"
)
_SEVEN_BIT = frozenset(_NOT_ASCII.split())
"""Charsets in which bytes below 128 may mean something else than ASCII."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", 1),
    (codecs.BOM_UTF32_LE, "utf-32", 4),
    (codecs.BOM_UTF32_BE, "utf-32", 4),
    (codecs.BOM_UTF16_LE, "utf-16", 2),
    (codecs.BOM_UTF16_BE, "utf-16", 2),
)
_EAST_ASIAN = frozenset({"gb18030", "big5hkscs", "cp949", "cp932", "euc_jp", "johab", "hz"})
_SECOND = {"big5hkscs": "cp950", "euc_jp": "euc_jis_2004"}
_SAMPLE = 6000


def clean(text: str) -> str:
    """The same text as valid Unicode: no lone surrogates, no NUL."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    return _SURROGATE.sub("\ufffd", text)


def decode(data: bytes, label: str | None = None) -> str:
    """The text of `data`; `label` is the charset the mail claims, or None.

    The ladder: the owner's choice (`charset_labels.forced`), a byte order mark, UTF-8 where only
    UTF-8 makes sense, the claimed charset (widened), a guess by what the characters would mean,
    and at last replacement characters. Never raises.
    """
    if label and label[0] == FORCED:
        return clean(_obey(data, label[1:]))
    codec = codec_for(label) if label else None
    if codec not in _SEVEN_BIT:
        try:
            text = data.decode("ascii")
        except UnicodeDecodeError:
            pass
        else:
            if "\x1b" not in text and "\x00" not in text:
                return text
    return clean(_ladder(data, codec))


def _obey(data: bytes, codec: str) -> str:
    own = charset_codecs.OWN.get(codec)
    return data.decode(codec, "replace") if own is None else own(data)


def _ladder(data: bytes, codec: str | None) -> str:
    for mark, name, width in _BOMS:
        if data.startswith(mark) and len(data) % width == 0:
            return data.decode(name, "replace").lstrip("\ufeff")
    if codec is not None:
        text = _labelled(data, codec)
        if text is not None:
            return text
    return guess(data, codec)


def _labelled(data: bytes, codec: str) -> str | None:
    """The reading by the label, or None when the label is plainly false."""
    if codec == "utf-8":
        return _utf8(data)
    if codec in _SEVEN_BIT:
        return _seven_bit(data, codec)
    utf8 = charset_guess.strict(data, "utf-8")
    if utf8 is not None and (codec not in _EAST_ASIAN or _only_utf8(utf8)):
        # Any bytes are valid in a single-byte charset: strict UTF-8 is the stronger evidence.
        return utf8
    text = charset_guess.strict(data, codec)
    if text is None and codec in _SECOND:
        text = charset_guess.strict(data, _SECOND[codec])
    if text is None:
        return utf8 or _mostly(data, codec)
    return None if _doubtful(data, codec, text) else text


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if b"\xed" in data:
        text = charset_codecs.cesu8(data)
        if "\ufffd" not in text:
            return text
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text[:20_000] if char > "\x7f") - min(bad, 20_000)
    return text if good >= max(1, bad * 2) or (good and bad == 1) else None


def _seven_bit(data: bytes, codec: str) -> str | None:
    own = charset_codecs.OWN.get(codec)
    if own is not None:
        return own(data)
    text = charset_guess.strict(data, codec)
    if text is None and data.isascii():
        return data.decode("ascii")
    return _mostly(data, codec) if text is None else text


def _only_utf8(text: str) -> bool:
    """Most of what is not ASCII took three bytes: East Asian charsets make no such runs."""
    high = [char for char in text[:2000] if char > "\x7f"]
    return sum(1 for char in high if char >= "\u0800") * 2 > len(high)


def _doubtful(data: bytes, codec: str, text: str) -> bool:
    """Whether another charset makes far more sense of the bytes than the one claimed."""
    if charset_guess.clearly(codec, data, text):
        return False
    sample = text[:400]
    high = sum(1 for char in sample if char > "\x7f")
    asian = codec in _EAST_ASIAN
    enough = 0.2 if codec == "cp1252" else 0.55 if asian else 0.3
    if high < 4 or charset_guess.plausible(codec, sample) >= enough:
        return False
    score = charset_guess.plausible(codec, text[:_SAMPLE])
    other, better = charset_guess.best(data, codec, _EAST_ASIAN if asian else None)
    return bool(other) and better > max(0.45, score + (0.5 if asian else 0.3))


def _mostly(data: bytes, codec: str) -> str | None:
    """The labelled reading with a few broken bytes replaced: better than dropping the label."""
    text = data.decode(codec, "replace")
    bad = text.count("\ufffd")
    high = sum(1 for char in text[:20_000] if char > "\x7f") - min(bad, 20_000)
    return text if bad <= 2 or bad * 8 < high else None


def guess(data: bytes, tried: str | None = None) -> str:
    """The most plausible reading of unlabelled (or falsely labelled) bytes. Never raises."""
    if b"\x1b$" in data or (b"\x1b(" in data and data.isascii()):
        return charset_codecs.iso_2022_jp(data)
    wide = _wide(data)
    if wide is not None:
        return wide
    utf8 = charset_guess.strict(data, "utf-8")
    if utf8 is not None:
        return utf8
    found, score = charset_guess.best(data, tried)
    if found and score >= charset_guess.ENOUGH:
        return _obey(data, found)
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") * 6 < sum(1 for char in text if char > "\x7f"):
        return text
    return _obey(data, _detected(data) or "cp1252")


def guess_codec(data: bytes) -> str | None:
    """The codec that makes most sense of unlabelled bytes, or None when they are UTF-8 or ASCII."""
    if charset_guess.strict(data, "utf-8") is not None:
        return None
    found, score = charset_guess.best(data)
    return found if found and score >= charset_guess.ENOUGH else None


def _wide(data: bytes) -> str | None:
    """UTF-16 that says so nowhere: every other byte is NUL."""
    sample = data[:400]
    nuls = sample.count(0)
    if len(data) < 4 or nuls * 5 < len(sample) * 2:
        return None
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 8 > max(even, odd):
        return None
    return data.decode("utf-16-be" if even > odd else "utf-16-le", "replace")


def _detected(data: bytes) -> str | None:
    found = charset_guess.detect(data[:_SAMPLE])
    return codec_for(found) if found else None
