"""Invitations and locked or partial mail in words, in the current language and the owner's zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from solodesk.base.clock import parse_iso
from solodesk.domain.message import Address, Invitation
from solodesk.wording import dates
from solodesk.wording.gettext import _, current_language, marked

_TITLES = {
    "request": marked("Invitation"),
    "add": marked("Invitation"),
    "publish": marked("Date"),
    "cancel": marked("Cancelled"),
    "counter": marked("Another time is proposed"),
    "declinecounter": marked("The other time does not suit"),
    "refresh": marked("Asks for the invitation again"),
    "reply": marked("Answer to an invitation"),
}
_ANSWERS = {
    "accepted": marked("{name} accepts"),
    "declined": marked("{name} declines"),
    "tentative": marked("{name} may come"),
    "delegated": marked("{name} sends somebody else"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An invitation for people: a title, the event's name, and lines about it."""

    title: str
    name: str
    lines: tuple[str, ...]


def invitation(event: Invitation, zone: ZoneInfo, now_ms: int) -> Told:
    """`event` in words; times in the owner's `zone`."""
    title = _(_TITLES.get(event.method, _TITLES["publish"]))
    if event.answer is not None and event.answered_by is not None:
        title = _(_ANSWERS[event.answer]).format(name=_who(event.answered_by))
    lines = [when(event, zone, now_ms)]
    if event.repeats:
        lines.append(_("repeats"))
    if event.place:
        lines.append(_("Place: {place}").format(place=event.place))
    if event.link:
        lines.append(_("Online: {host}").format(host=urlsplit(event.link).hostname or event.link))
    if event.organiser is not None:
        lines.append(_("From: {name}").format(name=_who(event.organiser)))
    return Told(title, event.summary, tuple(line for line in lines if line))


def _who(person: Address) -> str:
    return person.name or person.address


def when(event: Invitation, zone: ZoneInfo, now_ms: int) -> str:
    """`Mon 7 Sep, 17:00–18:00`, whole days as a range; "" when the event has no time."""
    if event.start is None:
        return ""
    year = dates.local(now_ms, zone).year
    if len(event.start) == len("2026-09-07"):
        return _days(date.fromisoformat(event.start), event.end, year)
    start, end = _moment(event.start, zone), _moment(event.end, zone)
    if start is None:
        return ""
    words = _span(start, end, year)
    if not event.start.endswith("Z"):
        return _("{time} (the sender's own time)").format(time=words)
    there = _elsewhere(start, event.zone, zone)
    return _("{time} ({there})").format(time=words, there=there) if there else words


def _days(first: date, end: str | None, year: int) -> str:
    last = date.fromisoformat(end) if end and len(end) == len("2026-09-07") else first
    if last <= first:
        day_, name = dates.short_date(first, year), dates.weekday(first)
        return f"{day_} {name}" if current_language() == "zh" else f"{name} {day_}"
    return dates.range_of_days(first, last)


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    """A time of an invitation as wall-clock time; None for none or one out of range."""
    if not text:
        return None
    try:
        if text.endswith("Z"):
            return dates.local(parse_iso(text), zone)
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None


def _span(start: datetime, end: datetime | None, year: int) -> str:
    begin = dates.full_moment(start, year)
    if end is None or end <= start:
        return begin
    if end.date() == start.date() or end - start < timedelta(hours=12):
        return f"{begin}–{end:%H:%M}"
    return f"{begin} – {dates.full_moment(end, year)}"


def _elsewhere(start: datetime, name: str | None, zone: ZoneInfo) -> str:
    """The wall-clock time where the organiser wrote it, when it is another than ours."""
    if name is None or name == zone.key:
        return ""
    there = start.astimezone(ZoneInfo(name))
    if there.utcoffset() == start.utcoffset():
        return ""
    city = name.rpartition("/")[2].replace("_", " ")
    return _("{time} in {city}").format(time=f"{there:%H:%M}", city=city)


def stated(code: str) -> str:
    """What a code of `ParsedMessage.stated` means for the owner, "" when nothing."""
    kind, _colon, detail = code.partition(":")
    if kind == "encrypted":
        name = "PGP" if detail == "pgp" else "S/MIME"
        return _(
            "This mail is encrypted ({name}). SoloDesk cannot read it: open it in the mail program"
            " that has your key, or ask for it without encryption."
        ).format(name=name)
    if kind == "partial":
        number, _slash, total = detail.partition("/")
        return _("This is piece {number} of {total} of a mail that was sent in pieces.").format(
            number=number, total=total
        )
    if code == "external_body":
        return _("A part of this mail lies elsewhere on the internet. SoloDesk does not fetch it.")
    return ""
