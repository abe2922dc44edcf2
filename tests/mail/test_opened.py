"""What mail encloses (winmail.dat, S/MIME, uuencode, yEnc, calendars): bounded for any bytes, and
files can be fetched again by their index."""

import binascii
import hashlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.mail import rtf, smime, sniff, tnef, transfer
from solodesk.mail.attachments import safe_name
from solodesk.mail.files import attachment_bytes, inline_images
from solodesk.mail.form_fields import Foreign, read_fields
from solodesk.mail.forms import NO_REPLY
from solodesk.mail.invitations import read_invitation, words
from solodesk.mail.parse import parse_message
from tests.mail import tnef_files
from tests.mail.mails import cases

_WHOLE = tnef_files.tnef(
    tnef_files.properties(
        (0x0037, "Subject"), (0x1009, tnef_files.compressed_rtf(rb"{\rtf1 hi \u246?}"))
    ),
    tnef_files.file("a.pdf", b"%PDF-1.7", (0x3712, "cid@x")),
)
_OPENED = [case for case in cases() if case.name.startswith(("tnef/", "attachments/", "bodies/"))]


@pytest.mark.parametrize("case", _OPENED, ids=lambda case: case.name)
def test_a_described_file_is_fetched_by_its_index(case: object) -> None:
    raw = getattr(case, "raw")  # noqa: B009
    for file in parse_message(raw).attachments:
        data = attachment_bytes(raw, file.index)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.size, file.sha256)


def test_pictures_inside_winmail_are_shown() -> None:
    raw = tnef_files.mail(
        tnef_files.tnef(
            tnef_files.properties((0x1013, b'<p><img src="cid:p1"></p>')),
            tnef_files.file("p.png", b"\x89PNG\r\n\x1a\n", (0x3712, "p1"), (0x370E, "image/png")),
        )
    )
    assert inline_images(raw.encode()) == {"p1": ("image/png", b"\x89PNG\r\n\x1a\n")}


def _soon(start: float) -> None:
    assert time.perf_counter() - start < 2


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=300), at=st.integers(0, len(_WHOLE)))
def test_any_tnef_is_read_or_refused(data: bytes, at: int) -> None:
    start = time.perf_counter()
    for hostile in (tnef.SIGNATURE + data, _WHOLE[:at] + data, _WHOLE[:at] + data + _WHOLE[at:]):
        found = tnef.read_tnef(hostile)
        assert found is None or len(found.files) <= 200
    _soon(start)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_any_rtf_is_read(data: bytes) -> None:
    for words_, html in (rtf.read_rtf(b"{\\rtf1" + data), rtf.read_rtf(rtf.decompress(data))):
        (words_ or html or "").encode("utf-8")
    header = len(data).to_bytes(4, "little") + b"\xff\xff\xff\x7fLZFu\0\0\0\0"
    assert len(rtf.decompress(header + data)) <= 8_000_000


def test_compressed_rtf_repeats_itself() -> None:
    # Two literals, then "from where I stand minus two, ten bytes", then the end mark.
    here = 207 + 2
    token = ((here - 2) << 4 | 8).to_bytes(2, "big")
    end = ((here + 10) << 4).to_bytes(2, "big")
    body = b"\x0cab" + token + end
    head = (len(body) + 12).to_bytes(4, "little") + (12).to_bytes(4, "little") + b"LZFu\0\0\0\0"
    assert rtf.decompress(head + body) == b"ab" * 6


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_cms_is_told(data: bytes) -> None:
    assert smime.read_cms(data).kind
    assert smime.read_cms(b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02" + data).kind


@given(st.text(max_size=300), st.text("./\\:conaux\u202e~ \0", max_size=40))
def test_any_name_is_safe_on_every_system(text: str, odd: str) -> None:
    name = safe_name(odd + text + odd, "application/pdf", 0)
    assert name
    assert len(name.encode()) <= 150
    assert not set(name) & set('/\\:*?"<>|\0\n\r\u202e')
    assert name[0] != "."
    assert name[-1] not in ". "
    assert name.split(".")[0].strip().lower() not in {"con", "aux", "nul", "prn", "com1", "lpt9"}
    assert safe_name(name, "application/pdf", 0) == name


_EVENT = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=A/B:20260907T090000\nRRULE:X\n"


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.integers(0, len(_EVENT)))
def test_any_calendar_is_read(text: str, at: int) -> None:
    data = (_EVENT[:at] + text + "\n" + _EVENT[at:]).encode("utf-8", "replace")
    found = read_invitation(data)
    if found is not None:
        f"{found.summary}{found.place}{found.start}{found.end}".encode()
    words(data).encode()


@given(
    year=st.integers(1, 9999), month=st.integers(0, 13), day=st.integers(0, 32),
    rule=st.sampled_from(["-1SU", "2MO", "5FR", "", "XX", "-5MO"]), to=st.integers(-2400, 2400),
)  # fmt: skip
def test_any_date_and_rule_give_a_time(year: int, month: int, day: int, rule: str, to: int) -> None:
    zone = (
        f"BEGIN:VTIMEZONE\nTZID:Z\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETTO:{to:+05d}\n"
        f"RRULE:FREQ=YEARLY;BYDAY={rule};BYMONTH={month}\nEND:STANDARD\nEND:VTIMEZONE\n"
    )
    event = f"BEGIN:VEVENT\nDTSTART;TZID=Z:{year:04d}{month:02d}{day:02d}T030000\nEND:VEVENT"
    found = read_invitation(f"BEGIN:VCALENDAR\n{zone}{event}".encode())
    assert found is not None
    assert found.start is None or found.start[4] == "-"


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=2000), name=st.text("abc .", min_size=1, max_size=20))
def test_uuencoded_bytes_come_back(data: bytes, name: str) -> None:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    text = b"hello\nbegin 644 " + name.encode() + b"\n" + lines + b"`\nend\nbye\n"
    found = transfer.uuencoded(text)
    if data and name.strip():
        assert [(f.name, f.data) for f in found] == [(name.strip().encode(), data)]
        assert text[: found[0].start] + text[found[0].end :] == b"hello\nbye\n"


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000))
def test_yenc_bytes_come_back(data: bytes) -> None:
    coded = b"".join(
        b"=" + bytes(((b + 106) % 256,)) if (b + 42) % 256 in (0, 10, 13, 61)
        else bytes(((b + 42) % 256,))
        for b in data
    )  # fmt: skip
    text = b"=ybegin line=128 size=9 name=x.bin\r\n" + coded + b"\r\n=yend size=9\r\n"
    assert [f.data for f in transfer.yencoded(text)] == [data]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"base64", b"x-uuencode", b"qp", b"x-yenc", b"?"]))
def test_any_transfer_encoding_ends_in_bytes(data: bytes, encoding: bytes) -> None:
    assert len(transfer.decode(data, encoding)[0]) <= len(data) + 64


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"MZ", b"<", b""])
)
def test_any_bytes_have_a_kind_or_none(data: bytes, start: bytes) -> None:
    sniff.holds_danger(start + data, sniff.kind_of(start + data))


@pytest.mark.parametrize(
    "hostile",
    ["*" * 2000 + "\n", "a" + " " * 2000 + "\n", "Name" * 500 + "\n",
     "Message: " + "_ " * 900 + "\n", "\t|:=" * 500 + "\n", "name\n" * 3],
)  # fmt: skip
def test_fields_of_hostile_text_are_read_soon(hostile: str) -> None:
    start = time.perf_counter()
    read_fields(hostile * 400, Foreign(frozenset(), NO_REPLY))
    _soon(start)


def test_many_open_groups_and_blocks_are_bounded() -> None:
    start = time.perf_counter()
    rtf.read_rtf(b"{\\rtf1" + b"{" * 300_000)
    transfer.uuencoded(b"begin 644 a\nM\n" * 20_000)
    read_invitation(b"BEGIN:VTIMEZONE\n" * 50_000 + b"BEGIN:VEVENT\nDTSTART:20260907\n")
    tnef.read_tnef(tnef.SIGNATURE + b"\0\0" + tnef_files.attribute(2, 0x00069002, b"") * 100_000)
    _soon(start)
