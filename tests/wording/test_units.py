"""Numbers, lengths of time and moments as people read them, in both languages."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import to_ms
from solodesk.wording import dates, durations, labels, numbers
from solodesk.wording.gettext import speaking

ZONE = ZoneInfo("Asia/Shanghai")
MINUTE = 60_000


def at(*parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=ZONE))  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "0 min", "0 分钟"),
        (40, "40 min", "40 分钟"),
        (120, "2 h", "2 小时"),
        (134, "2 h 14 min", "2 小时 14 分"),
        (125, "2 h 05 min", "2 小时 5 分"),
        (1600, "26 h 40 min", "26 小时 40 分"),
        (59.6, "1 h", "1 小时"),
    ],
)
def test_long_durations(minutes: float, english: str, chinese: str) -> None:
    assert durations.long(minutes * MINUTE) == english
    with speaking("zh"):
        assert durations.long(minutes * MINUTE) == chinese


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (40, "40 m", "40 分钟"),
        (26 * 60, "26 h", "26 小时"),
        (47 * 60 + 59, "47 h", "47 小时"),
        (48 * 60, "2 d", "2 天"),
    ],
)
def test_compact_durations(minutes: int, english: str, chinese: str) -> None:
    assert durations.compact(minutes * MINUTE) == english
    with speaking("zh"):
        assert durations.compact(minutes * MINUTE) == chinese


@given(st.integers(0, 10**9))
def test_pieces_say_the_same_as_the_whole(ms: int) -> None:
    for language in ("en", "zh"):
        with speaking(language):
            assert " ".join(f"{n} {unit}" for n, unit in durations.pieces(ms)) == durations.long(ms)


def test_moments() -> None:
    now = at(2026, 11, 20, 12, 0)
    then = at(2026, 11, 4, 9, 12)
    assert dates.moment(then, ZONE, now) == "Wed 4 Nov, 09:12"
    assert dates.moment(at(2026, 11, 20, 9, 5), ZONE, now) == "Today, 09:05"
    assert dates.moment(at(2025, 11, 4, 9, 12), ZONE, now) == "Tue 4 Nov 2025, 09:12"
    assert dates.day(at(2026, 10, 3), ZONE, now) == "3 Oct"
    assert dates.month_year(at(2025, 3, 3), ZONE) == "Mar 2025"
    assert dates.month(at(2026, 9, 1), ZONE, now) == "Sep"
    assert dates.month(at(2025, 9, 1), ZONE, now) == "Sep 2025"
    with speaking("zh"):
        assert dates.moment(then, ZONE, now) == "11月4日 周三 09:12"
        assert dates.day(at(2025, 10, 3), ZONE, now) == "2025年10月3日"
        assert dates.month(at(2026, 9, 1), ZONE, now) == "9月"
        assert dates.long_month(date(2026, 10, 1)) == "2026年10月"


def test_a_moment_is_told_in_the_owners_zone() -> None:
    late = at(2026, 11, 1, 0, 30)
    assert dates.day(late, ZoneInfo("UTC"), late) == "31 Oct"
    assert dates.zone_name(ZONE, late) == "Asia/Shanghai (UTC+8)"
    assert dates.zone_name(ZoneInfo("America/St_Johns"), late) == "America/St_Johns (UTC−2:30)"


def test_ages() -> None:
    now = at(2026, 11, 20)
    assert dates.ago(now, now) == "just now"
    assert dates.ago(now - 2 * MINUTE, now) == "2 min ago"
    assert dates.ago(now - 3 * 60 * MINUTE, now) == "3 h ago"
    assert dates.ago(now - 5 * 24 * 60 * MINUTE, now) == "5 days ago"


def test_numbers() -> None:
    assert numbers.number(61420) == "61,420"
    assert numbers.number(-0.04, 1) == "0.0"
    assert numbers.number(-8.8, 1) == "−8.8"
    assert numbers.percent(0.884) == "88\u202f%"
    assert numbers.percent(0.999) == ">\u202f99\u202f%"
    assert numbers.percent(1.0) == "100\u202f%"
    assert numbers.percent(0.001) == "<\u202f1\u202f%"
    assert numbers.money(61420, "CNY") == "¥61,420"
    assert numbers.money(12.5, "EUR") == "€12.50"
    assert numbers.money(3, "SEK") == "SEK 3"
    assert numbers.file_size(84_211) == "84 KB"
    assert numbers.file_size(999_700) == "1.0 MB"
    assert numbers.file_size(12) == "12 bytes"


def test_labels_never_fail_on_what_a_newer_store_knows() -> None:
    assert labels.status("waiting") == "Waiting for customer"
    assert labels.status("parked") == "parked"
    assert labels.rating("csat3", 3) == "Great"
    assert labels.rating("csat5", 4) == "4 of 5"
    assert labels.rating_mark("csat3", 1) == "🙁"
    with speaking("zh"):
        assert labels.view("needs_reply") == "待回复"
        assert labels.outbox_state("uncertain") == "是否送达待确认"
