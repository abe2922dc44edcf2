"""What the owner typed into the search box, understood.

Grammar: words and "phrases"; `from: subject: tag:` with a word or phrase, `is:` open, waiting,
closed, unread, snoozed, hidden or spam, `has:attachment`, `before:` and `after:` with a date
(2026-10-05, 2026-10, 2026, today, yesterday, 7d, 2w, 3m), `#123`; Chinese names of the operators
and of their values.
Whatever is not understood is a word. Parsing never raises.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from solodesk.domain.segment import is_cjk, words

MAX_TYPED = 500
"""Characters looked at; nobody types more, and pasted mails would only be slow."""
_MAX_TERMS = 20


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand beside each other; with `prefix` the last may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Everything must hold. Days are calendar days of the owner's zone."""

    text: tuple[Term, ...] = ()
    from_: tuple[Term, ...] = ()
    subject: tuple[Term, ...] = ()
    tags: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    """open | waiting | closed | spam | unread | snoozed | hidden"""
    attachment: bool = False
    before: date | None = None
    """Received before this day began."""
    after: date | None = None
    """Received when this day had begun."""
    number: int | None = None

    def __bool__(self) -> bool:
        return self != SearchQuery()

    @property
    def has_words(self) -> bool:
        """True when the index must be asked."""
        return bool(self.text or self.from_ or self.subject)


_OPERATORS = {
    "from": "from", "来自": "from", "來自": "from", "发件人": "from", "發件人": "from",
    "subject": "subject", "主题": "subject", "主題": "subject", "标题": "subject",
    "tag": "tag", "label": "tag", "标签": "tag", "標籤": "tag",
    "is": "is", "状态": "is", "狀態": "is", "是": "is",
    "has": "has", "包含": "has", "有": "has",
    "before": "before", "早于": "before", "早於": "before", "之前": "before",
    "after": "after", "晚于": "after", "晚於": "after", "之后": "after", "之後": "after",
}  # fmt: skip
_STATES = {
    "open": "open", "待回复": "open", "未完成": "open",
    "waiting": "waiting", "等待": "waiting", "等待客户": "waiting",
    "closed": "closed", "done": "closed", "已完成": "closed", "已关闭": "closed",
    "unread": "unread", "未读": "unread",
    "snoozed": "snoozed", "稍后": "snoozed", "稍后提醒": "snoozed",
    "hidden": "hidden", "已隐藏": "hidden",
    "spam": "spam", "垃圾": "spam", "垃圾邮件": "spam",
}  # fmt: skip
_ATTACHMENT = frozenset({"attachment", "attachments", "file", "附件"})
_TODAY = frozenset({"today", "今天"})
_YESTERDAY = frozenset({"yesterday", "昨天"})

_NAME = "|".join(sorted(map(re.escape, _OPERATORS), key=len, reverse=True))
_PIECE = re.compile(
    rf'(?:(?P<op>{_NAME})[:：]\s*)?(?:["“”](?P<phrase>[^"“”]*)(?P<end>["“”]?)|(?P<word>[^\s"“”]+))',
    re.IGNORECASE,
)
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
_NUMBER = re.compile(r"#(\d{1,15})", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?", re.ASCII)
_AGO = re.compile(r"(\d{1,4})(d|w|m|y|天|周|个月|月|年)", re.ASCII)
_DAYS = {"d": 1, "天": 1, "w": 7, "周": 7, "m": 30, "个月": 30, "月": 30, "y": 365, "年": 365}


def parse_query(typed: str, today: date) -> SearchQuery:
    """Understand what was typed; `today` is the day in the owner's zone. Never raises."""
    typed = _UNSTORABLE.sub(" ", typed[:MAX_TYPED])
    still_typing = bool(typed) and not typed[-1].isspace()
    found = _Found()
    pieces = list(_PIECE.finditer(typed))
    for piece in pieces[:_MAX_TERMS]:
        last = still_typing and piece is pieces[-1] and not piece["end"]
        phrase = piece["phrase"] is not None
        value = piece["phrase"] if phrase else piece["word"]
        operator = _OPERATORS.get((piece["op"] or "").lower())
        if operator is None or not found.take(operator, value, last, today):
            found.word(piece[0] if operator else value, last, phrase=phrase)
    return found.query()


class _Found:
    """Collects what the pieces say."""

    def __init__(self) -> None:
        self.terms: dict[str, list[Term]] = {"text": [], "from": [], "subject": []}
        self.tags: list[str] = []
        self.states: set[str] = set()
        self.attachment = False
        self.days: dict[str, date] = {}
        self.number: int | None = None

    def take(self, operator: str, value: str, last: bool, today: date) -> bool:
        """Take an operator's value; False when it makes no sense and is but words."""
        if operator in {"from", "subject"}:
            return self._add(operator, value, last)
        if operator == "tag":
            self.tags.append(value)
            return bool(value)
        if operator == "is":
            state = _STATES.get(value.lower())
            if state is not None:
                self.states.add(state)
            return state is not None
        if operator == "has":
            self.attachment = self.attachment or value.lower() in _ATTACHMENT
            return value.lower() in _ATTACHMENT
        day = parse_day(value, today)
        if day is not None:
            self.days[operator] = day
        return day is not None

    def word(self, value: str, last: bool, *, phrase: bool) -> None:
        """Take a word or phrase; a lone `#123` is a ticket's number."""
        number = None if phrase else _NUMBER.fullmatch(value)
        if number is not None and self.number is None:
            self.number = int(number[1])
            return
        self._add("text", value, last and not phrase)

    def _add(self, where: str, value: str, last: bool) -> bool:
        tokens = words(value)
        if tokens:
            # One letter would match half of all words; a CJK character is a whole word.
            prefix = last and len(tokens[-1]) > 1 and not is_cjk(tokens[-1][-1])
            self.terms[where].append(Term(tokens, prefix))
        return bool(tokens)

    def query(self) -> SearchQuery:
        """All of it."""
        return SearchQuery(
            text=tuple(self.terms["text"]),
            from_=tuple(self.terms["from"]),
            subject=tuple(self.terms["subject"]),
            tags=tuple(dict.fromkeys(tag for tag in self.tags if tag)),
            states=frozenset(self.states),
            attachment=self.attachment,
            before=self.days.get("before"),
            after=self.days.get("after"),
            number=self.number,
        )


def parse_day(text: str, today: date) -> date | None:
    """A day as people type it, or None: 2026-10-05, 2026-10, 2026年10月, today, 昨天, 7d, 2周."""
    text = text.strip().lower()
    if text in _TODAY:
        return today
    try:
        if text in _YESTERDAY:
            return today - timedelta(days=1)
        ago = _AGO.fullmatch(text)
        # "2026年" is a year, "2年" is a time ago.
        if ago is not None and not (ago[2] == "年" and len(ago[1]) == 4):
            return today - timedelta(days=int(ago[1]) * _DAYS[ago[2]])
        day = _DAY.fullmatch(text)
        return None if day is None else date(int(day[1]), int(day[2] or 1), int(day[3] or 1))
    except (ValueError, OverflowError):
        return None
