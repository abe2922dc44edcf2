"""The owner's calendar: months of any length, changes of clocks, what a period is compared with."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import to_ms
from solodesk.domain.periods import PeriodKind, days, last_days, month, previous, shifted, week_of

HOUR = 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")


def at(*parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=BERLIN))  # type: ignore[arg-type,misc]


def test_a_month_with_a_change_of_clocks_is_an_hour_off() -> None:
    march, october, june = (month(2026, n, BERLIN) for n in (3, 10, 6))
    assert march.end_ms - march.start_ms == (31 * 24 - 1) * HOUR
    assert october.end_ms - october.start_ms == (31 * 24 + 1) * HOUR
    assert june.end_ms - june.start_ms == 30 * 24 * HOUR


@given(
    st.integers(1971, 2100),
    st.integers(1, 12),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Apia", "UTC"]),
)
def test_months_touch_each_other(year: int, number: int, name: str) -> None:
    zone = ZoneInfo(name)
    this = month(year, number, zone)
    following = month(year + number // 12, number % 12 + 1, zone)
    assert this.end_ms == following.start_ms
    assert this.holds(this.start_ms)
    assert not this.holds(this.end_ms)
    assert this.name == f"{year}-{number:02d}"


def test_a_running_month_is_compared_with_the_same_weekdays_four_weeks_earlier() -> None:
    november = month(2026, 11, BERLIN)
    before, until = previous(november, at(2026, 11, 19, 10, 30))
    assert (before.first, before.kind) == (date(2026, 10, 4), PeriodKind.DAYS)
    assert until == at(2026, 10, 22, 10, 30)


def test_a_week_is_compared_up_to_the_same_hour_also_over_a_change_of_clocks() -> None:
    week = week_of(at(2026, 10, 28, 9, 0), BERLIN)
    assert (week.first, week.last) == (date(2026, 10, 26), date(2026, 11, 1))
    before, until = previous(week, at(2026, 10, 28, 9, 0))
    assert before.first == date(2026, 10, 19)
    assert until == at(2026, 10, 21, 9, 0)
    assert shifted(at(2026, 10, 28, 9, 0), -7, BERLIN) == until


def test_days_are_compared_with_whole_weeks_earlier() -> None:
    three = days(date(2026, 10, 5), date(2026, 10, 7), BERLIN)
    assert previous(three, three.end_ms)[0].first == date(2026, 9, 28)
    ten = days(date(2026, 10, 5), date(2026, 10, 14), BERLIN)
    assert previous(ten, ten.end_ms)[0].first == date(2026, 9, 21)
    assert previous(ten, ten.end_ms)[1] == previous(ten, ten.end_ms)[0].end_ms


def test_the_last_days_end_today() -> None:
    ninety = last_days(at(2026, 10, 28, 23, 59), 90, BERLIN)
    assert (ninety.last - ninety.first).days == 89
    assert ninety.last == date(2026, 10, 28)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="month"):
        month(2026, 13, BERLIN)
    with pytest.raises(ValueError, match="before"):
        days(date(2026, 10, 2), date(2026, 10, 1), BERLIN)
