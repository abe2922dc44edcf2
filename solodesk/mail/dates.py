"""Dates as mail writes them, good and bad, to UTC milliseconds and the sender's offset.

Must not read the clock: judging that a date lies in the future is the caller's business.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_tz

_MAX = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_MONTHS = {
    "mär": "Mar",
    "mrz": "Mar",
    "maerz": "Mar",
    "märz": "Mar",
    "mai": "May",
    "okt": "Oct",
    "dez": "Dec",
    "janv": "Jan",
    "févr": "Feb",
    "fév": "Feb",
    "mars": "Mar",
    "avr": "Apr",
    "juin": "Jun",
    "juil": "Jul",
    "août": "Aug",
    "déc": "Dec",
    "ene": "Jan",
    "abr": "Apr",
    "ago": "Aug",
    "dic": "Dec",
    "set": "Sep",
    "ott": "Oct",
    "gen": "Jan",
    "mag": "May",
    "giu": "Jun",
    "lug": "Jul",
    "maj": "May",
    "mei": "May",
    "mrt": "Mar",
    "fev": "Feb",
    "out": "Oct",
    "sept": "Sep",
}
_WORD = re.compile(r"[^\W\d_]{3,5}\.?")
_NUMERIC = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[T\s,()（）星期周一二三四五六日天上下午]*"
    r"(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?(?:[.,"
    r"]\d+)?\s*(Z|GMT|UTC)?\s*([+-]\d{2}:?\d{2})?"
)


def parse_date(value: str) -> tuple[int, int | None] | None:
    """A date header as (UTC milliseconds, offset in minutes or None when it says no zone).

    Reads RFC 5322 with its obsolete forms, ISO 8601, Chinese dates and abbreviated month names of
    other languages. None when there is no date in it.
    """
    value = value.strip()[:_MAX]
    if not value:
        return None
    found = _rfc5322(value)
    if found is None:
        found = _numeric(value)
    if found is None:
        translated = _WORD.sub(lambda m: _LOCAL_MONTHS.get(m[0].rstrip(".").lower(), m[0]), value)
        found = _rfc5322(translated) if translated != value else None
    return found


def _rfc5322(value: str) -> tuple[int, int | None] | None:
    try:
        parts = parsedate_tz(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    return _instant(year, month, day, hour, minute, second, parts[9])


def _numeric(value: str) -> tuple[int, int | None] | None:
    match = _NUMERIC.search(value)
    if match is None:
        return None
    year, month, day, hour, minute = (int(match[n]) for n in range(1, 6))
    offset: int | None = 0 if match[7] else None
    if match[8]:
        digits = match[8].replace(":", "")
        offset = (int(digits[1:3]) * 3600 + int(digits[3:5]) * 60) * (-1 if digits[0] == "-" else 1)
    return _instant(year, month, day, hour, minute, int(match[6] or 0), offset)


def _instant(
    year: int, month: int, day: int, hour: int, minute: int, second: int, offset_s: int | None
) -> tuple[int, int | None] | None:
    if not 1900 <= year <= 9998:
        return None
    if hour == 24 and minute == 0:
        hour, minute = 23, 59
    try:
        when = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    if offset_s is not None and abs(offset_s) > 15 * 3600:
        offset_s = None  # "-9900" and its like: no such place
    if offset_s is not None:
        when -= timedelta(seconds=offset_s)
    ms = int((when - _EPOCH).total_seconds()) * 1000
    return ms, (None if offset_s is None else offset_s // 60)
