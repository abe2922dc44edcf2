"""The zone a calendar file's times are in: by its IANA name, or by the rules written in the file.

Outlook names zones "China Standard Time" or "(UTC+01:00) Amsterdam, …" and writes the rules beside
(VTIMEZONE, RFC 5545 3.6.5): those are believed. Must not guess: an unknown zone is None.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

_IANA = re.compile(r"[A-Z][A-Za-z_]{1,20}(?:/[A-Z][A-Za-z0-9_+-]{1,30}){1,2}")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?")
_SHOWN = re.compile(r"\(?(?:UTC|GMT) ?([+-])(\d\d?):?(\d\d)?(?!\d)")
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)")
_BY_DAY = re.compile(r"([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UTC_NAMES = frozenset({"utc", "gmt", "z", "etc/utc", "etc/gmt", "coordinated universal time"})
_MAX_RULES = 200
_LONG_AGO = datetime(1970, 1, 1)  # noqa: DTZ001 - local time of a zone without a name


class ContentLine(Protocol):
    """A line of a calendar file (invitations.Line)."""

    name: str
    parameters: dict[str, str]
    value: str


def zone_of(name: str, zones: Sequence[Sequence[ContentLine]], moment: datetime) -> tzinfo | None:
    """The zone a file calls `name`, as it holds at the local (naive) `moment`.

    `zones` are the lines of the file's VTIMEZONE blocks. A known zone comes as ZoneInfo.
    """
    if name.lower() in _UTC_NAMES:
        return UTC
    known = _known(name)
    if known is not None:
        return known
    for lines in zones:
        if any(line.name == "TZID" and line.value.strip().strip('"') == name for line in lines):
            return _from_rules(lines, moment)
    return _of_windows(name)


def _of_windows(name: str) -> tzinfo | None:
    """The zone of a Windows name without rules: "China Standard Time", "(UTC+08:00) Beijing"."""
    from tzlocal.windows_tz import win_tz

    key = win_tz.get(name)
    if key is not None:
        return _known(key)
    match = _SHOWN.match(name)
    offset = _offset(f"{match[1]}{int(match[2]):02d}{match[3] or '00'}") if match else None
    return None if offset is None else timezone(offset)


def _known(name: str) -> ZoneInfo | None:
    """A zone of the system by its name, also when a maker's prefix stands before it."""
    steps = name[:200].split("/")
    for most in (len(steps), 3, 2):
        key = "/".join(steps[-most:])
        if "/" in key and _IANA.fullmatch(key):
            try:
                return ZoneInfo(key)
            except (ValueError, OSError, KeyError):
                continue  # a name nobody knows: the file's own rules then
    return None


def _from_rules(lines: Sequence[ContentLine], moment: datetime) -> tzinfo | None:
    """The offset of the rule of a VTIMEZONE that began last before `moment`."""
    rules = _rules(lines)[:_MAX_RULES]
    best: tuple[datetime, timedelta] | None = None
    for first, offset, rule in rules:
        for year in (moment.year - 1, moment.year):
            begin = _onset(first, rule, year)
            if begin is not None and begin <= moment and (best is None or begin > best[0]):
                best = begin, offset
    if best is None:
        return timezone(rules[0][1]) if rules else None
    return timezone(best[1])


def _rules(lines: Sequence[ContentLine]) -> list[tuple[datetime, timedelta, str]]:
    """(first onset, offset from UTC, RRULE) of each STANDARD and DAYLIGHT block."""
    rules: list[tuple[datetime, timedelta, str]] = []
    first: datetime | None = None
    offset: timedelta | None = None
    rule = ""
    for line in lines:
        if line.name == "BEGIN":
            first, offset, rule = None, None, ""
        elif line.name == "DTSTART":
            first = _stamp(line.value)
        elif line.name == "TZOFFSETTO":
            offset = _offset(line.value)
        elif line.name == "RRULE":
            rule = line.value.upper()
        elif line.name == "END" and offset is not None:
            rules.append((first or _LONG_AGO, offset, rule))
            offset = None
    return rules


def _stamp(value: str) -> datetime | None:
    match = _STAMP.match(value.strip())
    if match is None:
        return None
    try:
        return datetime(*(int(piece) for piece in match.groups()))  # type: ignore[arg-type] # noqa: DTZ001
    except ValueError:
        return None


def _offset(value: str) -> timedelta | None:
    match = _OFFSET.match(value.strip())
    if match is None:
        return None
    span = timedelta(hours=int(match[2]), minutes=int(match[3]))
    span = span if match[1] == "+" else -span
    return span if abs(span) < timedelta(hours=24) else None


def _onset(first: datetime, rule: str, year: int) -> datetime | None:
    """When a yearly rule begins in a year (local time), None before its first."""
    if "FREQ=YEARLY" not in rule:
        return first if first.year <= year else None
    if year < first.year:
        return None
    parts = dict(piece.partition("=")[::2] for piece in rule.split(";"))
    until = _STAMP.match(parts.get("UNTIL", ""))
    if until and int(until[1]) < year:
        year = int(until[1])
    month = int(parts["BYMONTH"]) if parts.get("BYMONTH", "").isdigit() else first.month
    by_day = _BY_DAY.fullmatch(parts.get("BYDAY", ""))
    try:
        if by_day is None:
            return first.replace(year=year, month=month)
        return _weekday(first, year, month, int(by_day[1] or 1), _DAYS.index(by_day[2]))
    except ValueError:
        return None


def _weekday(first: datetime, year: int, month: int, which: int, day: int) -> datetime | None:
    """The `which`-th weekday of a month (negative: from its end) at the time of `first`."""
    if which > 0:
        start = first.replace(year=year, month=month, day=1)
        return start + timedelta(days=(day - start.weekday()) % 7 + 7 * (which - 1))
    following = first.replace(year=year + (month == 12), month=month % 12 + 1, day=1)
    last = following - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - day) % 7 + 7 * (-which - 1))
