"""Moments in the current language and the owner's zone. Nothing here reads the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from solodesk.wording.gettext import _, current_language, marked

_DAYS = (
    marked("Mon"),
    marked("Tue"),
    marked("Wed"),
    marked("Thu"),
    marked("Fri"),
    marked("Sat"),
    marked("Sun"),
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FULL_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def local(ms: int, zone: ZoneInfo) -> datetime:
    """The moment as wall-clock time of `zone`."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)).astimezone(zone)


def _chinese() -> bool:
    return current_language() == "zh"


def weekday(day_: date) -> str:
    """`Mon`; zh `周一`."""
    return _(_DAYS[day_.weekday()])


def short_month(day_: date) -> str:
    """`Oct`; zh `10月`."""
    return f"{day_.month}月" if _chinese() else _MONTHS[day_.month - 1]


def short_date(day_: date, this_year: int) -> str:
    """`3 Oct`, `3 Oct 2025` of another year; zh `10月3日`, `2025年10月3日`."""
    other = day_.year != this_year
    if _chinese():
        return (
            f"{day_.year}年{day_.month}月{day_.day}日" if other else f"{day_.month}月{day_.day}日"
        )
    return f"{day_.day} {_MONTHS[day_.month - 1]}" + (f" {day_.year}" if other else "")


def long_date(day_: date) -> str:
    """`2 November 2026`; zh `2026年11月2日`."""
    if _chinese():
        return f"{day_.year}年{day_.month}月{day_.day}日"
    return f"{day_.day} {_FULL_MONTHS[day_.month - 1]} {day_.year}"


def long_month(day_: date) -> str:
    """`October 2026`; zh `2026年10月`."""
    if _chinese():
        return f"{day_.year}年{day_.month}月"
    return f"{_FULL_MONTHS[day_.month - 1]} {day_.year}"


def month_name(day_: date) -> str:
    """`October`; zh `10月`."""
    return f"{day_.month}月" if _chinese() else _FULL_MONTHS[day_.month - 1]


def range_of_days(first: date, last: date) -> str:
    """`1–14 October 2026`, `28 September 2026 – 3 October 2026`; zh `2026年10月1日–14日`."""
    if (first.year, first.month) != (last.year, last.month):
        return f"{long_date(first)} – {long_date(last)}"
    if _chinese():
        return f"{long_month(first)}{first.day}日–{last.day}日"
    return f"{first.day}–{last.day} {long_month(first)}"


def moment(ms: int, zone: ZoneInfo, now_ms: int) -> str:
    """`Mon 4 Nov, 09:12`, `Today, 09:12`; zh `11月4日 周一 09:12`, `今天 09:12`."""
    then, now = local(ms, zone), local(now_ms, zone)
    if then.date() == now.date():
        return _("Today, {time}").format(time=f"{then:%H:%M}")
    return full_moment(then, now.year)


def full_moment(then: datetime, this_year: int) -> str:
    """`Mon 4 Nov, 09:12` whatever today is; the year when it is another."""
    day_, name = short_date(then, this_year), weekday(then)
    if _chinese():
        return f"{day_} {name} {then:%H:%M}"
    return f"{name} {day_}, {then:%H:%M}"


def day(ms: int, zone: ZoneInfo, now_ms: int) -> str:
    """`3 Oct`; zh `10月3日`; with the year when it is another."""
    return short_date(local(ms, zone), local(now_ms, zone).year)


def month_year(ms: int, zone: ZoneInfo) -> str:
    """`Mar 2025`; zh `2025年3月`."""
    then = local(ms, zone)
    return (
        f"{then.year}年{then.month}月" if _chinese() else f"{_MONTHS[then.month - 1]} {then.year}"
    )


def month(ms: int, zone: ZoneInfo, now_ms: int) -> str:
    """`Sep`; zh `9月`; with the year when more than a year ago."""
    then, now = local(ms, zone), local(now_ms, zone)
    if (now.year - then.year) * 12 + now.month - then.month >= 12:
        return month_year(ms, zone)
    return short_month(then)


def clock_time(ms: int, zone: ZoneInfo) -> str:
    """`09:12`."""
    return f"{local(ms, zone):%H:%M}"


def ago(ms: int, now_ms: int) -> str:
    """`just now`, `2 min ago`, `3 h ago`, `5 days ago`."""
    minutes = max(0, now_ms - ms) // 60_000
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("{n} min ago").format(n=minutes)
    if minutes < 48 * 60:
        return _("{n} h ago").format(n=minutes // 60)
    return _("{n} days ago").format(n=minutes // (24 * 60))


def zone_name(zone: ZoneInfo, ms: int) -> str:
    """`Asia/Shanghai (UTC+8)`, the offset as it was at the moment."""
    offset = local(ms, zone).utcoffset() or timedelta()
    minutes = int(offset.total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    shown = f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")
    return f"{zone.key} ({shown})"
