"""Dates as mail writes them, good and bad, to UTC milliseconds and the sender's offset.

Must not read the clock: judging that a date lies in the future is the caller's business.
"""

import re
from datetime import date
from typing import Final

EARLIEST_MS: Final = -599_616_000_000
"""1951: before it there was no mail, only clocks that were never set."""
LATEST_MS: Final = 4_102_444_800_000
"""2100."""
_MAX = 200
_DAY_S = 86_400
_UNSET_MS = 2 * _DAY_S * 1000
"""So near to 1970 a clock was never set."""
_EPOCH_DAY = date(1970, 1, 1).toordinal()

_USUAL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-9]{1,2}) ([A-Z][a-z]{2}) ([12][0-9]{3}) "
    r"([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})(?: \([^()]*\))?"
)
_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
_ENGLISH = {name: number for number, name in enumerate(_NAMES.split(), start=1)}
# The first letters of each month in the languages mailers localise into, January first.
_MONTHS = (
    "jan gen ene janv янв січ oca sty led oca tam",
    "feb fév fev févr лют фев şub únor úno lut hel",
    "mar mär mrz maer mars маr мар бер mrt bře maa",
    "apr avr abr апр кві nis kwi dub huh",
    "may mai mag maj май мая тра mei kvě tou",
    "jun juin giu июн чер haz cze čvn kes",
    "jul juil lug июл лип tem lip čvc hei",
    "aug août aou ago авг сер ağu sie srp elo",
    "sep set сен вер eyl wrz zář syy",
    "oct okt ott out окт жов eki paź říj lok",
    "nov ноя лис kas lis marras",
    "dec dez déc dic дек гру ara gru pro jou",
)
_MONTH_OF = {
    name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()
}
_MONTH_OF |= {"juin": 6, "juil": 7, "marr": 11, "list": 11}
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "cest": 120,
    "met": 60, "mest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180,
    "ist": 330, "sgt": 480, "hkt": 480, "awst": 480, "jst": 540, "kst": 540, "aest": 600,
    "aedt": 660, "nzst": 720, "nzdt": 780, "ast": -240, "adt": -180, "est": -300, "edt": -240,
    "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "brt": -180,
}  # fmt: skip
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_TIME = re.compile(
    r"(?<![\d:.])(\d{1,2})\s{0,9}[:：时時]\s{0,9}(\d{1,2})(?:\s{0,9}[:：分]\s{0,9}(\d{1,2}))?"
    r"(?:[.,]\d{1,9})?"
    r"(?:\s*([AaPp])\.?[Mm]\.?(?![A-Za-z]))?"
)
_DOTTED_TIME = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})\.(\d{2})(?![\d.])()")
_AFTERNOON = re.compile(r"下午|晚上|오후|午後")
_MORNING = re.compile(r"上午|凌晨|早上|오전|午前")
_OFFSET = re.compile(
    r"^\W{0,3}?(?:GMT|UTC|UT)?\s*([+-])\s?(\d{1,2}):?(\d{2})?(?!\d)", re.IGNORECASE
)
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_ISO = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"^(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d))?(?=\D|$)")
_YEAR_FIRST = re.compile(r"^(?:19|20)\d\d\b\s*")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")

Day = tuple[int, int, int]
Moment = tuple[int, int | None]


def parse_date(value: str) -> Moment | None:
    """A date header as (UTC milliseconds, offset in minutes or None when it says no zone).

    Reads RFC 5322 with its obsolete forms, RFC 850, asctime, ISO 8601, Chinese dates, month names
    of other languages, seconds since 1970. None when there is no date in it, and when it is the
    very beginning of 1970 or lies before 1951 or after 2100: a clock never set is no date.
    """
    usual = _USUAL.fullmatch(value)
    if usual is not None:
        month = _ENGLISH.get(usual[2])
        if month is not None:
            day = (int(usual[3]), month, int(usual[1]))
            clock = (int(usual[4]), int(usual[5]), int(usual[6]))
            return _moment(day, clock, _offset(usual[7], usual[8], usual[9]))
    value = value.strip()[:_MAX]
    return _odd(value) if value else None


def received_ms(value: str) -> int | None:
    """The time of a Received header: what stands behind its last semicolon that is a date."""
    end = len(value)
    for _ in range(4):
        mark = value.rfind(";", 0, end)
        if mark < 0:
            return None
        found = parse_date(value[mark + 1 :].strip())
        if found is not None:
            return found[0]
        end = mark
    return None


def _odd(value: str) -> Moment | None:
    plain = value
    while "(" in plain and (shorter := _COMMENT.sub(" ", plain)) != plain:
        plain = shorter
    plain = plain.strip()
    if plain.isdecimal() and len(plain) in {9, 10, 13}:
        ms = int(plain) * (1 if len(plain) == 13 else 1000)
        return (ms, None) if _UNSET_MS < ms < LATEST_MS else None
    compact = _COMPACT.match(plain)
    if compact:
        year, month, day, hour, minute, second = (int(part or 0) for part in compact.groups())
        offset = _zone(plain[compact.end() :])
        return _moment((year, month, day), (hour, minute, second), offset)
    time = _TIME.search(plain) or _DOTTED_TIME.search(plain)
    before, after = (plain[: time.start()], plain[time.end() :]) if time else (plain, "")
    clock = _clock(time, before) if time else (0, 0, 0)
    american = time is not None and bool(time[4])
    found = _day(f"{before} {after}" if time is None else f"{before} | {after}", american=american)
    if found is None or (time is None and not _whole(plain)):
        return None
    return _moment(found, clock, _zone(after))


def _whole(value: str) -> bool:
    """A day alone is believed only when its year is written out."""
    return any(len(number) == 4 for number in _NUMBER.findall(value))


def _clock(time: re.Match[str], before: str) -> tuple[int, int, int]:
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    half = (time[4] or "").lower()
    if half == "p" or _AFTERNOON.search(before):
        hour += 12 if hour < 12 else 0
    elif (half == "a" or _MORNING.search(before)) and hour == 12:
        hour = 0
    return hour, minute, second


def _day(text: str, *, american: bool) -> Day | None:
    """(year, month, day) from a date without its time. `american`: 9/7 is the 7th of September."""
    iso = _ISO.search(text)
    if iso:
        return int(iso[1]), int(iso[2]), int(iso[3])
    dates, _, rest = text.partition("|")
    month = _month(dates) or _month(rest)
    if month is None:
        return _numeric_day(text, american=american)
    zone = _OFFSET.match(rest)
    numbers = _NUMBER.findall(dates) + _NUMBER.findall(rest[zone.end() :] if zone else rest)
    if len(numbers) < 2:
        return None
    first, second = numbers[0], numbers[1]
    if len(first) > 2:
        first, second = second, first
    return _full_year(second), month, int(first[:4])


def _month(text: str) -> int | None:
    found = None
    for word in _WORD.findall(text.lower()):
        number = _MONTH_OF.get(word[:4]) or _MONTH_OF.get(word[:3])
        found = number or found  # French and Spanish weekdays begin like March
    return found


def _numeric_day(text: str, *, american: bool) -> Day | None:
    slashed = _SLASHED.search(text)
    if slashed:
        one, two, year = int(slashed[1]), int(slashed[3]), _full_year(slashed[4])
        month_first = slashed[2] == "/" and one <= 12 and (two > 12 or american)
        return (year, one, two) if month_first else (year, two, one)
    numbers = _NUMBER.findall(text.partition("|")[0])
    if len(numbers) == 3 and len(numbers[2]) == 4:
        return int(numbers[2]), int(numbers[1]), int(numbers[0])
    return None


def _full_year(digits: str) -> int:
    """Two digits are of 1970 to 2069, three count from 1900 (RFC 5322 4.3)."""
    year = int(digits[:6])
    if len(digits) == 2:
        return year + (2000 if year < 70 else 1900)
    return year + 1900 if len(digits) == 3 else year


def _zone(after: str) -> int | None:
    """The offset in minutes that stands behind the time, or None."""
    after = _YEAR_FIRST.sub("", after.strip())
    match = _OFFSET.match(after)
    if match:
        return _offset(match[1], match[2], match[3] or "00")
    for word in _WORD.findall(after[:40].lower())[:3]:
        if word in _ZONES:
            return _ZONES[word]
    return None


def _offset(sign: str, hours: str, minutes: str) -> int | None:
    """Minutes east of Greenwich; None for -0000 (RFC 5322 3.3) and for places that are not."""
    size = int(hours) * 60 + int(minutes)
    if size > 15 * 60 or int(minutes) > 59 or (sign == "-" and size == 0):
        return None
    return -size if sign == "-" else size


def _moment(day: Day, clock: tuple[int, int, int], offset: int | None) -> Moment | None:
    hour, minute, second = clock
    if hour > 24 or minute > 59 or second > 60 or (hour == 24 and (minute or second)):
        return None
    try:
        days = date(*day).toordinal() - _EPOCH_DAY
    except (ValueError, OverflowError):
        return None
    seconds = days * _DAY_S + hour * 3600 + minute * 60 + min(second, 59) - (offset or 0) * 60
    ms = seconds * 1000
    believed = EARLIEST_MS <= ms < LATEST_MS and abs(ms) > _UNSET_MS
    return (ms, offset) if believed else None
