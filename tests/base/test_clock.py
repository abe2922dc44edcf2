"""Times: milliseconds, UTC, and the text form of the command line."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock, SystemClock, parse_iso, to_ms, utc, utc_iso

_ANY_YEAR = st.integers(parse_iso("0001-01-01T00:00:00Z"), parse_iso("9999-12-31T23:59:59Z"))


@given(_ANY_YEAR)
def test_text_and_datetime_keep_the_moment(ms: int) -> None:
    assert parse_iso(utc_iso(ms, milliseconds=True)) == ms
    assert to_ms(utc(ms)) == ms


def test_text_is_as_in_cli_md() -> None:
    assert utc_iso(1_788_771_600_999) == "2026-09-07T09:00:00Z"
    assert utc_iso(1_788_771_600_123, milliseconds=True) == "2026-09-07T09:00:00.123Z"


@pytest.mark.parametrize(
    "text",
    ["2026-09-07T17:00:00+08:00", "2026-09-07T09:00:00", " 2026-09-07 09:00Z ", "20260907T090000Z"],
)
def test_reads_other_iso_forms(text: str) -> None:
    assert utc_iso(parse_iso(text)) == "2026-09-07T09:00:00Z"


def test_refuses_what_is_no_moment() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        parse_iso("next Monday")
    with pytest.raises(ValueError, match="time zone"):
        to_ms(utc(0).replace(tzinfo=None))


def test_clocks() -> None:
    before = time.time_ns() // 1_000_000
    assert before <= SystemClock().now_ms() <= time.time_ns() // 1_000_000
    clock = FixedClock(1_000)
    assert clock.advance(hours=1, seconds=2) == clock.now_ms() == 3_603_000
