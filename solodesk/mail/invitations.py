"""Calendar files in mail (RFC 5545, 5546): the first event of one, for people to read.

Reads what mailers really send: Outlook's zone names with their own rules, Exchange's folded lines,
Google's and Apple's files, lines with LF only. Answers with values, never with sentences: wording
is done where it is shown. Bounded; never raises; must not look at anything but the bytes.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from solodesk.domain.message import Address, Invitation
from solodesk.mail import charsets, vtimezone

TYPES = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_MAX_SIZE = 1_000_000
_MAX_LINES = 20_000
_MAX_VALUE = 20_000
_MAX_ZONES = 50
_MAX_DEPTH = 20
_METHODS = frozenset(
    {"request", "cancel", "reply", "counter", "declinecounter", "publish", "add", "refresh"}
)
_ANSWERS = frozenset({"accepted", "declined", "tentative", "delegated"})
_NAME = re.compile(r"([A-Za-z0-9-]{1,60})([;:])")
_PARAMETER = re.compile(r'([A-Za-z0-9-]{1,60})=("[^"]*"|[^;:"]*)([;:])')
_STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?)?(Z?)")
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?"
)
_ESCAPED = re.compile(r"\\([\\;,nN:\"])")
_MEETING = re.compile(
    r"https://[a-z0-9.-]{0,60}(?:zoom\.(?:us|com\.cn)|teams\.microsoft\.com|teams\.live\.com|"
    r"meet\.google\.com|webex\.com|meeting\.tencent\.com|whereby\.com|meet\.jit\.si|"
    r"gotomeeting\.com|voovmeeting\.com|vc\.feishu\.cn|meeting\.dingtalk\.com)"
    r"/[^\s<>\"'\\,;]{1,500}",
    re.IGNORECASE,
)
_LINKS = (
    "X-GOOGLE-CONFERENCE",
    "X-MICROSOFT-SKYPETEAMSMEETINGURL",
    "X-MICROSOFT-ONLINEMEETINGURL",
    "CONFERENCE",
    "URL",
)
_BREAKS = re.compile(r"[ \t]*\r?\n[ \t]*")


@dataclass(slots=True)
class Line:
    """A content line: NAME;PARAMETER=…:value, names upper-case, the value as written."""

    name: str
    parameters: dict[str, str]
    value: str


@dataclass(slots=True)
class _Calendar:
    method: str = ""
    event: list[Line] = field(default_factory=list)
    zones: list[list[Line]] = field(default_factory=list)
    events: int = 0


def read_invitation(data: bytes, method: str = "", charset: str | None = None) -> Invitation | None:
    """The first event of a calendar file, or None when there is none.

    `method`, `charset`: the parameters of the part's Content-Type.
    """
    text = charsets.decode(data[:_MAX_SIZE], charset or "utf-8")
    calendar = _calendar(text)
    if not calendar.events:
        return None
    event = _by_name(calendar.event)
    told = (calendar.method or method).strip().lower()
    cancelled = _text(event, "STATUS").upper() == "CANCELLED"
    told = told if told in _METHODS else ("cancel" if cancelled else "publish")
    start, end, zone = _when(event, calendar.zones)
    replier = event.get("ATTENDEE") if told in {"reply", "counter"} else None
    answer = replier.parameters.get("PARTSTAT", "").lower() if replier else ""
    return Invitation(
        method=told,
        summary=_text(event, "SUMMARY"),
        start=start,
        end=end,
        zone=zone,
        place=_text(event, "LOCATION"),
        organiser=_person(event.get("ORGANIZER")),
        repeats="RRULE" in event or "RDATE" in event,
        answer=answer if answer in _ANSWERS else None,
        answered_by=_person(replier),
        link=_link(event),
    )


def words(data: bytes, charset: str | None = None) -> str:
    """What an event says in its sender's own words, for a mail that has no other text."""
    calendar = _calendar(charsets.decode(data[:_MAX_SIZE], charset or "utf-8"))
    event = _by_name(calendar.event)
    told = (_unescaped(event[name].value) for name in ("SUMMARY", "LOCATION") if name in event)
    body = _unescaped(event["DESCRIPTION"].value) if "DESCRIPTION" in event else ""
    return "\n\n".join(piece.strip() for piece in (*told, body) if piece.strip())


def _calendar(text: str) -> _Calendar:
    """The method, the zones and the first event (or to-do) of a file."""
    found = _Calendar()
    path: list[str] = []
    for line in _lines(text):
        if line.name == "BEGIN":
            path.append(line.value.strip().upper()[:40])
            _opened(found, path[-1])
        _sort_in(found, path, line)
        if line.name == "END" and path:
            path.pop()
        if len(path) > _MAX_DEPTH:
            break
    return found


def _opened(found: _Calendar, what: str) -> None:
    if what == "VTIMEZONE" and len(found.zones) < _MAX_ZONES:
        found.zones.append([])
    elif what in {"VEVENT", "VTODO"}:
        found.events += 1


def _sort_in(found: _Calendar, path: list[str], line: Line) -> None:
    """A line belongs to the calendar, to the event, to a zone, or to nobody."""
    inside = path[-1] if path else "VCALENDAR"
    if inside == "VCALENDAR":
        if line.name == "METHOD":
            found.method = line.value
    elif inside in {"VEVENT", "VTODO"}:
        if found.events == 1:
            found.event.append(line)
    elif "VTIMEZONE" in path and found.zones:
        found.zones[-1].append(line)


def _lines(text: str) -> Iterator[Line]:
    """Content lines, unfolded; what is none is passed over."""
    whole = ""
    pieces: list[str] = []
    for number, raw in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        if number > _MAX_LINES:
            break
        if raw[:1] in {" ", "\t"} and (whole or pieces):
            pieces.append(raw[1:])
            continue
        line = _line((whole + "".join(pieces))[:_MAX_VALUE])
        if line is not None:
            yield line
        whole, pieces = raw, []
    line = _line((whole + "".join(pieces))[:_MAX_VALUE])
    if line is not None:
        yield line


def _line(text: str) -> Line | None:
    match = _NAME.match(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    mark, at = match[2], match.end()
    while mark == ";":
        parameter = _PARAMETER.match(text, at)
        if parameter is None:
            return None
        parameters[parameter[1].upper()] = parameter[2].strip('"')
        mark, at = parameter[3], parameter.end()
    value = text[at:]
    if parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":  # vCalendar 1.0
        label = parameters.get("CHARSET", "utf-8")
        value = charsets.decode(binascii.a2b_qp(value.encode("utf-8", "replace")), label)
    return Line(match[1].upper(), parameters, value)


def _by_name(lines: list[Line]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(line.name, line)
    return found


def _unescaped(value: str) -> str:
    return charsets.clean(
        _ESCAPED.sub(lambda m: "\n" if m[1] in "nN" else m[1], value).replace("\0", "")
    )


def _text(event: dict[str, Line], name: str) -> str:
    """A value on one line."""
    line = event.get(name)
    return _BREAKS.sub(" ", _unescaped(line.value)).strip()[:500] if line else ""


def _person(line: Line | None) -> Address | None:
    if line is None:
        return None
    address = line.value.strip()
    if address.lower().startswith("mailto:"):
        address = address[7:]
    address = address if "@" in address and " " not in address else ""
    name = charsets.clean(line.parameters.get("CN", "")).strip()
    if not address and not name:
        return None
    return Address("" if name.lower() == address.lower() else name[:200], address[:320])


def _link(event: dict[str, Line]) -> str | None:
    for name in _LINKS:
        line = event.get(name)
        if line is not None and line.value.strip().lower().startswith("https://"):
            return line.value.strip()[:2000]
    for name in ("LOCATION", "DESCRIPTION"):
        line = event.get(name)
        match = _MEETING.search(_unescaped(line.value)) if line else None
        if match:
            return match[0]
    return None


def _when(
    event: dict[str, Line], zones: list[list[Line]]
) -> tuple[str | None, str | None, str | None]:
    """(start, end, zone) as `Invitation` has them."""
    begin = event.get("DTSTART") or event.get("DUE")
    start = _stamp(begin)
    if begin is None or start is None:
        return None, None, None
    stop = _stamp(event.get("DTEND") or event.get("DUE"))
    duration = event.get("DURATION")
    if stop is None and duration is not None:
        stop = _later(start, duration.value)
    if not isinstance(start, datetime):
        last = stop - timedelta(days=1) if stop and not isinstance(stop, datetime) else start
        return start.isoformat(), max(last, start).isoformat(), None
    zone = _zone(begin, start, zones)
    ending = event.get("DTEND")
    same = ending is None or "TZID" not in ending.parameters
    end = None
    if isinstance(stop, datetime):
        end = _utc(stop, zone if same or ending is None else _zone(ending, stop, zones))
    return _utc(start, zone), end, zone.key if isinstance(zone, ZoneInfo) else None


def _zone(line: Line, moment: datetime, zones: list[list[Line]]) -> tzinfo | None:
    name = line.parameters.get("TZID", "").strip()
    return vtimezone.zone_of(name, zones, moment.replace(tzinfo=None)) if name else None


def _stamp(line: Line | None) -> datetime | date | None:
    match = _STAMP.match(line.value.strip()) if line else None
    if match is None:
        return None
    year, month, day = (int(match[number]) for number in (1, 2, 3))
    try:
        if match[4] is None:
            return date(year, month, day)
        hour, minute, second = int(match[4]), int(match[5]), min(int(match[6] or 0), 59)
        zone = UTC if match[7] else None
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


def _later(start: datetime | date, value: str) -> datetime | date | None:
    match = _DURATION.fullmatch(value.strip())
    if match is None or match[1] == "-":
        return None
    weeks, days, hours, minutes, seconds = (int(match[number] or 0) for number in range(2, 7))
    try:
        return start + timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds
        )
    except OverflowError:
        return None


def _utc(moment: datetime, zone: tzinfo | None) -> str:
    """As UTC with Z when its zone is known, else as written."""
    if moment.tzinfo is None and zone is None:
        return moment.isoformat(timespec="seconds")
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    try:
        return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except (OverflowError, ValueError):
        return moment.replace(tzinfo=None).isoformat(timespec="seconds")
