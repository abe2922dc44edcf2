"""What charset bytes are in when nothing, or something false, is said: by what they would mean.

Each candidate is scored by how often its text holds the letters its languages use most. Must
never raise; it knows no labels and no headers.
"""

import re
from collections.abc import Callable
from typing import Final

from solodesk.mail import charset_codecs

ENOUGH: Final = 0.25
"""A score from which a candidate is believed."""
_SAMPLE = 6000

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
_COMMON_LATIN = frozenset(
    "éèêëàâäáãåçñóòôöõøúùûüíìîïßæœÉÈÊËÀÁÂÃÄÆÖÜÅØÇÑÓÒÔÕÍÌÎÏÚÙÛŒŸÿßšžŠŽý’‘“”–—…•€£§©®°«»¿¡·´ \xa0"
)
_COMMON = {"gb18030": _COMMON_ZH, "big5hkscs": _COMMON_TW, "cp949": _COMMON_KO}
_HIGH_BYTES = bytes(range(128, 256))
_PUNCTUATION_ZH = frozenset("，。！？：、；“”（）《》")
_CROWDED = re.compile("[\u00a1-\uffff]{4,}")
_LEVEL_ONE = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")
_KANJI_ONE = re.compile(rb"[\xb0-\xcf][\xa1-\xfe]")
_BIG5_ONE = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
_CYRILLIC_MIXED = re.compile("[а-яёіїє][А-ЯЁІЇЄ]")
# Small letters in order of how often they are written; capitals count like their small ones.
_ALPHABETS = {
    "cp1251": "оеаинтсрвлкмдпуязыьгбчйхжшюцщэфёъіїєґ",
    "koi8_r": "оеаинтсрвлкмдпуязыьгбчйхжшюцщэфё",
    "cp1253": "αοιετσνηυρκπςμλάίόέωγήδχθφύβξώζψϊ",
    "cp1250": "ąęśłżćńóźíáéěščřžýůúďťňőűöüäôâîăşţ",
    "cp1254": "ışğüöçiâîû",
    "cp1255": "יולהאמתרבשנדחקעפגסצטכםןזךףץ",
    "cp1256": "اليمنوترهبدعفسكقحجشصطخةءئذغثزىأضؤظآإ،؟پچژگ",
    "cp874": "นารอกเงมลยตสวทปดหคพบจขชผถฟซ่้ัิีุูื็์ะำแโใไณญภธษศฉฮ",
}
_AMONG_LATIN = frozenset({"cp1250", "cp1254"})
_NEUTRAL = frozenset("“”‘’–—…«»№€£§©®°·\xa0")
_WEIGHTS = {
    codec: {char: max(0.15, 1 - place / 28) for place, char in enumerate(letters)}
    for codec, letters in _ALPHABETS.items()
}


def best(
    data: bytes, without: str | None = None, among: frozenset[str] | None = None
) -> tuple[str, float]:
    """The codec whose reading of `data` makes most sense, and how much (0 to 1); ("", 0) if none.

    `without`: a codec already found wanting. `among`: only these are tried.
    """
    found, most = "", 0.0
    sample = data[:_SAMPLE]
    for codec, score in _SCORES.items():
        if codec == without or (among is not None and codec not in among):
            continue
        text = strict(sample, codec)
        if text is None and len(data) > _SAMPLE:  # it may end in the middle of a character
            text = strict(sample[:-1], codec)
        worth = 0.0 if text is None else score(codec, text)
        if worth > most:
            found, most = codec, worth
    return found, most


def clearly(codec: str, data: bytes, text: str) -> bool:
    """A quick look at the beginning: does the reading make sense beyond doubt?"""
    table = _COMMON.get(codec)
    if table is None:
        return False
    sample = text[:200]
    if sum(map(table.__contains__, sample)) * 8 >= len(sample):
        return True
    if codec != "gb18030":
        return False
    head = data[:400]
    high = len(head) - len(head.translate(None, _HIGH_BYTES))
    return len(_LEVEL_ONE.findall(head)) * 3 >= high  # two bytes each, two thirds of all


def plausible(codec: str, text: str) -> float:
    """How much sense `text` makes as a reading by that codec, 0 to 1; 1 when nobody can tell."""
    score = _SCORES.get(codec)
    return 1.0 if score is None else score(codec, text)


def detect(sample: bytes) -> str | None:
    """A statistical guess for what our own tables do not know."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample[:2000], steps=3, chunk_size=400).best()
    return found.encoding if found is not None else None


def strict(data: bytes, codec: str) -> str | None:
    """The text of `data`, or None when it is not all in that codec."""
    own = charset_codecs.OWN.get(codec)
    if own is not None:
        text = own(data)
        return None if "\ufffd" in text else text
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _high(text: str) -> list[str]:
    return [char for char in text if char > "\x7f"]


def _japanese(codec: str, text: str) -> float:
    high = _high(text)
    if not high:
        return 0.0
    level_one = 0.0
    if codec == "cp932":  # in EUC, Chinese text would look the same
        level_one = 0.35 * len(_KANJI_ONE.findall(text.encode("euc_jp", "ignore")))
    kana = sum(1 for char in high if "\u3041" <= char <= "\u30fc" or char in "、。")
    odd = sum(1 for char in high if "\uff61" <= char <= "\uff9f" or char == "\ufffd")
    return max(0.0, (kana * 1.6 + level_one - odd * 2) / len(high))


def _east_asian(codec: str, text: str) -> float:
    high = _high(text)
    if not high:
        return 0.0
    table = _COMMON[codec]
    hits = float(sum(1 for char in high if char in table))
    hits += sum(0.5 for char in high if char in _PUNCTUATION_ZH)
    if codec == "gb18030":  # level 1 of GB 2312: names and rarer words
        rare = "".join(char for char in high if char not in table)
        hits += 0.45 * len(_LEVEL_ONE.findall(rare.encode("gb2312", "ignore")))
    elif codec == "big5hkscs":
        rare = "".join(char for char in high if char not in table)
        hits += 0.35 * len(_BIG5_ONE.findall(rare.encode("big5", "ignore")))
    elif all("\uac00" <= char <= "\ud7a3" for char in high):
        hits += 0.35 * sum(1 for char in high if char not in table)
    odd = sum(1 for char in high if "\ue000" <= char <= "\uf8ff" or char == "\ufffd")
    strange = sum(
        1 for char in high if "\u3041" <= char <= "\u30ff" or "\u2460" <= char <= "\u24ff"
    )
    return max(0.0, (hits * 1.7 - odd * 3 - strange * 1.5) / len(high))


def _western(_codec: str, text: str) -> float:
    """Accents stand between letters; runs of them are another charset."""
    high = _high(text)
    if not high:
        return 0.0
    hits = sum(1 for char in high if char in _COMMON_LATIN)
    crowded = sum(len(run) for run in _CROWDED.findall(text))
    return max(0.0, (hits - crowded * 2) / len(high))


def _cased(codec: str, text: str) -> float:
    """Letters weighed by how often their language writes them; capitals inside words count down."""
    high = _high(text)
    if not high:
        return 0.0
    weights = _WEIGHTS[codec]
    worth = sum(weights.get(char.lower(), -0.5) for char in high if char not in _NEUTRAL)
    capitals = sum(1 for char in high if char.isupper())
    mixed = len(_CYRILLIC_MIXED.findall(text))
    if capitals * 2 > len(high):
        worth -= capitals * 0.3
    if codec == "cp874" and not any("\u0e30" <= char <= "\u0e4e" for char in high):
        worth /= 2  # hardly a Thai word has no vowel
    if codec in _AMONG_LATIN:  # accents stand between letters; runs of them are another charset
        worth -= sum(len(run) for run in _CROWDED.findall(text))
    return max(0.0, min(1.0, (worth - mixed * 3) / len(high) * 1.15))


_SCORES: dict[str, Callable[[str, str], float]] = {
    "gb18030": _east_asian,
    "big5hkscs": _east_asian,
    "cp949": _east_asian,
    "cp932": _japanese,
    "euc_jp": _japanese,
    "cp1252": _western,
    "cp1251": _cased,
    "koi8_r": _cased,
    "cp1253": _cased,
    "cp1250": _cased,
    "cp1254": _cased,
    "cp1255": _cased,
    "cp1256": _cased,
    "cp874": _cased,
}
