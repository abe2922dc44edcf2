"""What is typed into the search box, cut into pieces: operators with their values, words, phrases,
brackets and the words that join. What they mean together is search_query.py's.
"""

import re
from dataclasses import dataclass

MOST = 60
"""Pieces looked at."""
_NAMES = {
    "from": "from", "来自": "from", "來自": "from", "发件人": "from", "發件人": "from",
    "to": "to", "cc": "to", "收件人": "to", "发给": "to", "發給": "to",
    "subject": "subject", "主题": "subject", "主題": "subject", "标题": "subject",
    "tag": "tag", "label": "tag", "标签": "tag", "標籤": "tag",
    "is": "is", "in": "is", "状态": "is", "狀態": "is", "是": "is",
    "has": "has", "包含": "has", "有": "has",
    "before": "before", "早于": "before", "早於": "before", "之前": "before",
    "after": "after", "晚于": "after", "晚於": "after", "之后": "after", "之後": "after",
    "since": "after", "older": "older", "旧于": "older", "舊於": "older",
    "newer": "newer", "新于": "newer", "新於": "newer",
    "lang": "lang", "language": "lang", "语言": "lang", "語言": "lang",
    "kind": "kind", "类型": "kind", "類型": "kind",
}  # fmt: skip
_MEASURES = {
    "csat": "csat", "满意度": "csat", "滿意度": "csat", "ces": "ces", "nps": "nps",
    "rating": "", "rated": "", "评分": "", "評分": "", "评价": "", "評價": "",
    "wait": "wait", "waiting": "wait", "等待": "wait", "等了": "wait",
}  # fmt: skip
_OR = frozenset({"OR", "|", "||", "或", "或者", "｜"})
_AND = frozenset({"AND", "&", "&&", "和", "且", "并且"})

_QUOTES = '"“”„‟＂「」『』«»'
_SIGN = "[<>=＜＞＝≤≥:：]"


def _any(names: dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_PIECE = re.compile(
    rf"(?P<minus>[-－−]+(?=[^\s\-－−]))?"
    rf"(?:(?P<op>{_any(_NAMES)})[:：]\s*|(?P<measure>{_any(_MEASURES)})\s*(?P<sign>{_SIGN}+)\s*)?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)(?P<end>[{_QUOTES}]?)(?P<star>\*?)"
    rf"|(?P<word>[^\s{_QUOTES}()（）][^\s{_QUOTES}]*))?",
    re.IGNORECASE,
)
_OPERATOR = re.compile(rf"(?:{_any(_NAMES)})[:：]|(?:{_any(_MEASURES)})\s*{_SIGN}", re.IGNORECASE)
_OPEN, _CLOSE = "(（", ")）"


@dataclass(slots=True)
class Piece:
    """One thing typed: an operator (or '') with its value, or a sign: ( ) OR AND"""

    operator: str
    value: str
    raw: str
    sign: str = ""
    measure: str = ""
    minus: bool = False
    phrase: bool = False
    prefix: bool = False
    last: bool = False
    """Still being typed."""


def cut(typed: str) -> list[Piece]:
    """What was typed, in pieces."""
    still_typing = bool(typed) and not typed[-1].isspace()
    pieces: list[Piece] = []
    at, depth, minus = 0, 0, False
    while at < len(typed) and len(pieces) < MOST:
        if typed[at].isspace():
            at, minus = at + 1, False
            continue
        if typed[at] in _OPEN + _CLOSE:
            opens = typed[at] in _OPEN
            pieces.append(Piece("(" if opens else ")", "", "", minus=minus))
            depth, minus, at = max(0, depth + (1 if opens else -1)), False, at + 1
            continue
        match = _PIECE.match(typed, at)
        if match is None or match.end() == at:
            # A lone quotation mark, or a dash before a bracket.
            minus, at = typed[at] in "-－−", at + 1
            continue
        end = match.end()
        word = match["word"]
        if word and match["op"] and _OPERATOR.match(word):
            # "from: is:open": the first has no value yet.
            word, end = "", match.start("word")
        if word and depth and word[-1] in _CLOSE:
            surplus = _surplus(word)
            end -= surplus
            word = word[: len(word) - surplus]
        piece = _piece(match, word)
        if match["minus"] and not (match["op"] or match["measure"] or piece.value or piece.phrase):
            minus, at = True, match.end("minus")
            continue
        piece.minus = piece.minus or minus
        piece.last = still_typing and end == len(typed) and not match["end"]
        pieces.append(piece)
        at, minus = end, False
    return pieces


def _surplus(word: str) -> int:
    """How many closing brackets at the end of a word belong to a bracket before it."""
    open_, close = (sum(c in signs for c in word) for signs in (_OPEN, _CLOSE))
    at_end = len(word) - len(word.rstrip(_CLOSE))
    return min(at_end, max(0, close - open_))


def _piece(match: re.Match[str], word: str | None) -> Piece:
    phrase = match["phrase"]
    value = word or "" if phrase is None else phrase
    prefix = bool(match["star"])
    if phrase is None and len(value) > 1 and value.endswith("*"):
        value, prefix = value.rstrip("*"), True
    name = (match["op"] or "").lower()
    measure = match["measure"]
    operator = "measure" if measure else _NAMES.get(name, "")
    bare = phrase is None and not operator and not match["minus"]
    if bare and (value in _OR or value in _AND or value == "NOT"):
        operator = "OR" if value in _OR else "AND" if value in _AND else "NOT"
    head = f"{match['op']}:" if name else f"{measure}{match['sign']}" if measure else ""
    return Piece(
        operator,
        value,
        head + value,
        sign=match["sign"] or "",
        measure=_MEASURES.get((measure or "").lower(), ""),
        minus=bool(match["minus"]),
        phrase=phrase is not None,
        prefix=prefix,
    )
