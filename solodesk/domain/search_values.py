"""The values of search operators: days, lengths of time, comparisons, states, languages, kinds,
in English and Chinese. Every function returns None for what it does not know.
"""

import re
from datetime import date, timedelta
from types import MappingProxyType

from solodesk.domain.message import Kind

_TODAY = frozenset({"today", "今天", "今日"})
_YESTERDAY = frozenset({"yesterday", "昨天", "昨日"})
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_AGO = re.compile(r"(\d{1,4})\s*([a-z]+|天|日|周|星期|个月|月|年|小时|时|分钟|分)", re.ASCII)
_HOUR = 3_600_000
_UNITS = MappingProxyType(
    {
        "min": 60_000, "mins": 60_000, "minute": 60_000, "minutes": 60_000, "分": 60_000,
        "分钟": 60_000,
        "h": _HOUR, "hour": _HOUR, "hours": _HOUR, "时": _HOUR, "小时": _HOUR,
        "d": 24 * _HOUR, "day": 24 * _HOUR, "days": 24 * _HOUR, "天": 24 * _HOUR,
        "日": 24 * _HOUR,
        "w": 168 * _HOUR, "week": 168 * _HOUR, "weeks": 168 * _HOUR, "周": 168 * _HOUR,
        "星期": 168 * _HOUR,
        "m": 720 * _HOUR, "month": 720 * _HOUR, "months": 720 * _HOUR, "月": 720 * _HOUR,
        "个月": 720 * _HOUR,
        "y": 8_760 * _HOUR, "year": 8_760 * _HOUR, "years": 8_760 * _HOUR, "年": 8_760 * _HOUR,
    }
)  # fmt: skip
_STATES = MappingProxyType(
    {
        "open": "open", "待回复": "open", "未完成": "open", "处理中": "open",
        "waiting": "waiting", "等待": "waiting", "等待客户": "waiting",
        "closed": "closed", "done": "closed", "已完成": "closed", "已关闭": "closed",
        "unread": "unread", "未读": "unread", "read": "read", "已读": "read",
        "snoozed": "snoozed", "稍后": "snoozed", "稍后提醒": "snoozed",
        "hidden": "hidden", "已隐藏": "hidden",
        "spam": "spam", "垃圾": "spam", "垃圾邮件": "spam",
    }
)  # fmt: skip
_FILES = frozenset({"attachment", "attachments", "file", "files", "附件", "文件"})
_LANGUAGES = MappingProxyType(
    {
        "english": "en", "英文": "en", "英语": "en", "chinese": "zh", "中文": "zh", "汉语": "zh",
        "japanese": "ja", "日文": "ja", "日语": "ja", "korean": "ko", "韩文": "ko", "韩语": "ko",
        "german": "de", "deutsch": "de", "德语": "de", "french": "fr", "français": "fr",
        "法语": "fr", "spanish": "es", "español": "es", "西班牙语": "es", "italian": "it",
        "意大利语": "it", "portuguese": "pt", "葡萄牙语": "pt", "russian": "ru", "俄语": "ru",
        "dutch": "nl", "荷兰语": "nl", "thai": "th", "泰语": "th", "arabic": "ar",
        "阿拉伯语": "ar", "cn": "zh", "jp": "ja", "kr": "ko",
    }
)  # fmt: skip
_CODE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*", re.ASCII)
_KINDS = MappingProxyType(
    {kind.value: kind.value for kind in Kind}
    | {
        "people": "person", "customer": "person", "人": "person", "客户": "person",
        "mine": "own", "自己": "own", "auto": "auto_reply", "autoreply": "auto_reply",
        "auto-reply": "auto_reply", "自动回复": "auto_reply", "bounced": "bounce",
        "退信": "bounce", "newsletter": "list", "列表": "list", "订阅": "list", "调查": "survey",
        "评价": "survey", "报告": "report", "回执": "report",
    }
)  # fmt: skip
_SIGNS = MappingProxyType(
    {
        "<": "<", "<=": "<=", "=<": "<=", "=": "=", "==": "=", ":": "=", ">": ">", ">=": ">=",
        "=>": ">=", "≤": "<=", "≥": ">=", "": "=",
    }
)  # fmt: skip


def day(text: str, today: date) -> date | None:
    """A day: 2026-10-05, 20261005, 2026-10, 2026年10月, 2026, today, 昨天, 7d, 2周 (ago)."""
    text = text.strip().lower()
    if text in _TODAY:
        return today
    try:
        if text in _YESTERDAY:
            return today - timedelta(days=1)
        # "2026年" is a year, "2年" is a time ago.
        if not re.fullmatch(r"\d{4}年", text):
            ago = span(text)
            if ago is not None:
                return today - timedelta(days=ago // (24 * _HOUR))
        match = _COMPACT.fullmatch(text) or _DAY.fullmatch(text)
        if match is None:
            return None
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except (ValueError, OverflowError):
        return None


def span(text: str, *, minutes: bool = False) -> int | None:
    """A length of time in milliseconds: 7d, 24h, 2w, 3m (months, or `minutes`), 2天."""
    match = _AGO.fullmatch(text.strip().lower())
    if match is None:
        return None
    unit = "min" if minutes and match[2] == "m" else match[2]
    length = _UNITS.get(unit)
    return None if length is None else int(match[1]) * length


def sign(text: str) -> str | None:
    """A comparison in its plain form: < <= = >= >"""
    return _SIGNS.get(text.translate({0xFF1C: "<", 0xFF1E: ">", 0xFF1D: "=", 0xFF1A: ":"}))


def state(text: str) -> str | None:
    """A state of tickets by its English or Chinese name."""
    return _STATES.get(text.lower())


def is_file(text: str) -> bool:
    """Whether the word means an attachment."""
    return text.lower() in _FILES


def language(text: str) -> str | None:
    """The first part of a language's code, from a code or a name."""
    text = text.strip().lower()
    named = _LANGUAGES.get(text)
    if named is not None:
        return named
    match = _CODE.fullmatch(text)
    return None if match is None else match[1]


def kind(text: str) -> str | None:
    """A kind of message by its name."""
    return _KINDS.get(text.lower())
