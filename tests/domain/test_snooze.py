"""Offers of the snooze menu: never a closed hour, never the past, sorted, each moment once."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from solodesk.base.clock import to_ms
from solodesk.domain.hours import BusinessHours, HoursVersion, local_date
from solodesk.domain.snooze import presets

HOUR = 3_600_000
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
SHANGHAI = ZoneInfo("Asia/Shanghai")
Week = Mapping[int, tuple[tuple[int, int], ...]]

_moments = st.integers(1_700_000_000_000, 1_900_000_000_000)
_ranges = st.tuples(st.integers(0, 23), st.integers(1, 8)).map(
    lambda pair: (pair[0] * 60, min(24, pair[0] + pair[1]) * 60)
)
_days = st.one_of(st.just(()), _ranges.map(lambda found: (found,)))
_weeks = st.fixed_dictionaries(dict.fromkeys(range(7), _days))


def shop(week: Week, zone: ZoneInfo = SHANGHAI) -> BusinessHours:
    return BusinessHours(zone, (HoursVersion(week),))


def offered(now: datetime, week: Week | None) -> dict[str, str]:
    hours = None if week is None else shop(week)
    found = presets(to_ms(now), SHANGHAI, hours)
    local = {p.code: datetime.fromtimestamp(p.until_ms / 1000, SHANGHAI) for p in found}
    return {code: f"{moment:%a %H:%M}" for code, moment in local.items()}


OFFICE = dict.fromkeys(range(5), ((540, 1080),)) | {5: (), 6: ()}


@given(now=_moments, week=_weeks, zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_never_a_closed_hour_never_the_past_sorted_and_once(
    now: int, week: Week, zone: ZoneInfo
) -> None:
    hours = shop(week, zone)
    found = presets(now, zone, hours)
    moments = [preset.until_ms for preset in found]
    assert all(moment > now and hours.is_open(moment) for moment in moments)
    assert moments == sorted(set(moments))
    assert len({preset.code for preset in found}) == len(found)


@given(now=_moments, week=_weeks, zone=st.sampled_from(ZONES).map(ZoneInfo))
@example(
    now=1_780_318_800_000,
    week=dict.fromkeys(range(7), ()) | {1: ((1320, 1380),)},
    zone=ZoneInfo("Asia/Shanghai"),
)
def test_what_is_called_today_is_today(now: int, week: Week, zone: ZoneInfo) -> None:
    for preset in presets(now, zone, shop(week, zone)):
        if preset.code == "this_evening":
            assert local_date(preset.until_ms, zone) == local_date(now, zone)
        if preset.code == "later_today":
            assert preset.until_ms - now <= 24 * HOUR


@given(now=_moments, zone=st.sampled_from(ZONES).map(ZoneInfo))
def test_open_round_the_clock_has_the_usual_offers(now: int, zone: ZoneInfo) -> None:
    codes = {preset.code for preset in presets(now, zone, None)}
    assert codes <= {"later_today", "this_evening", "tomorrow", "weekend", "next_week"}
    assert {"later_today", "tomorrow"} <= codes


def test_an_afternoon_in_an_office() -> None:
    wednesday = datetime(2026, 11, 4, 14, 0, tzinfo=SHANGHAI)
    assert offered(wednesday, OFFICE) == {
        "later_today": "Wed 17:00",
        "tomorrow": "Thu 09:00",
        "next_week": "Mon 09:00",
    }


def test_a_friday_evening_is_no_saturday_morning() -> None:
    friday = datetime(2026, 11, 6, 20, 0, tzinfo=SHANGHAI)
    found = offered(friday, OFFICE)
    assert set(found.values()) == {"Mon 09:00"}
    assert "weekend" not in found
    assert "this_evening" not in found


def test_a_shop_that_never_opens_offers_nothing() -> None:
    now = datetime(2026, 11, 4, 14, 0, tzinfo=SHANGHAI)
    assert offered(now, dict.fromkeys(range(7), ())) == {}
