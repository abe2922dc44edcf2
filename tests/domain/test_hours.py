"""Business hours: hand-made days, daylight saving, and what must hold for any hours."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import to_ms
from solodesk.domain.hours import BusinessHours, HoursVersion

HOUR = 3_600_000
BERLIN = ZoneInfo("Europe/Berlin")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_SIX = dict.fromkeys(range(5), ((540, 1080),))
ALWAYS = dict.fromkeys(range(7), ((0, 1440),))


Week = Mapping[int, tuple[tuple[int, int], ...]]


def at(zone: ZoneInfo, *parts: int) -> int:
    return to_ms(datetime(*parts, tzinfo=zone))  # type: ignore[arg-type,misc]


def hours(weekly: Week, zone: ZoneInfo = SHANGHAI) -> BusinessHours:
    return BusinessHours(zone, (HoursVersion(weekly),))


def test_a_wait_over_the_weekend_counts_only_open_time() -> None:
    shop = hours(NINE_TO_SIX)
    friday, monday = at(SHANGHAI, 2026, 10, 16, 17, 0), at(SHANGHAI, 2026, 10, 19, 9, 30)
    assert shop.worked_ms(friday, monday) == 1.5 * HOUR


def test_answered_before_opening_is_no_wait() -> None:
    shop = hours(NINE_TO_SIX)
    saturday = at(SHANGHAI, 2026, 10, 17, 20, 0)
    assert shop.worked_ms(saturday, at(SHANGHAI, 2026, 10, 19, 8, 59)) == 0
    assert shop.next_opening(saturday) == at(SHANGHAI, 2026, 10, 19, 9, 0)


def test_lunch_break_is_closed() -> None:
    shop = hours({0: ((540, 720), (780, 1080))})
    assert (
        shop.worked_ms(at(SHANGHAI, 2026, 10, 19, 11, 0), at(SHANGHAI, 2026, 10, 19, 14, 0))
        == 2 * HOUR
    )


def test_holidays_are_closed_and_make_up_days_open() -> None:
    off = frozenset(date(2026, 10, d) for d in range(1, 8))
    version = HoursVersion(NINE_TO_SIX, None, off, frozenset({date(2026, 10, 10)}))
    shop = BusinessHours(SHANGHAI, (version,))
    assert shop.working_days(date(2026, 10, 1), date(2026, 10, 31)) == 18
    eve = at(SHANGHAI, 2026, 9, 30, 18, 0)
    assert shop.next_opening(eve) == at(SHANGHAI, 2026, 10, 8, 9, 0)
    assert (
        shop.worked_ms(at(SHANGHAI, 2026, 10, 10, 0, 0), at(SHANGHAI, 2026, 10, 11, 0, 0))
        == 9 * HOUR
    )


def test_new_hours_do_not_rewrite_the_past() -> None:
    short = HoursVersion(dict.fromkeys(range(7), ((600, 720),)), date(2026, 10, 15))
    shop = BusinessHours(SHANGHAI, (short, HoursVersion(NINE_TO_SIX)))
    wednesday, thursday = at(SHANGHAI, 2026, 10, 14), at(SHANGHAI, 2026, 10, 15)
    assert shop.worked_ms(wednesday, thursday) == 9 * HOUR
    assert shop.worked_ms(thursday, at(SHANGHAI, 2026, 10, 16)) == 2 * HOUR


def test_days_of_23_and_25_hours() -> None:
    shop = hours(ALWAYS, BERLIN)
    assert shop.worked_ms(at(BERLIN, 2026, 3, 29), at(BERLIN, 2026, 3, 30)) == 23 * HOUR
    assert shop.worked_ms(at(BERLIN, 2026, 10, 25), at(BERLIN, 2026, 10, 26)) == 25 * HOUR


def test_a_range_over_midnight_and_new_year_is_counted_once() -> None:
    bar = hours(dict.fromkeys(range(7), ((1320, 120),)))
    evening = at(SHANGHAI, 2026, 12, 31, 12, 0)
    assert bar.worked_ms(evening, at(SHANGHAI, 2027, 1, 1, 12, 0)) == 4 * HOUR
    assert bar.add_worked(evening, 3 * HOUR) == at(SHANGHAI, 2027, 1, 1, 1, 0)


def test_never_open_means_never_due() -> None:
    shut = hours({})
    assert shut.next_opening(0) is None
    assert shut.add_worked(0, 1) is None
    assert shut.worked_ms(0, 10**12) == 0


ranges = st.lists(st.tuples(st.integers(0, 1439), st.integers(0, 1440)), max_size=3).map(tuple)
weeks = st.dictionaries(st.integers(0, 6), ranges, max_size=7)
moments = st.integers(at(BERLIN, 2026, 1, 1), at(BERLIN, 2027, 12, 31))


@given(weeks, moments, moments, moments)
def test_open_time_adds_up_and_never_shrinks(weekly: Week, a: int, b: int, c: int) -> None:
    a, b, c = sorted((a, b, c))
    shop = hours(weekly, BERLIN)
    assert shop.worked_ms(a, b) + shop.worked_ms(b, c) == shop.worked_ms(a, c)
    assert 0 <= shop.worked_ms(a, b) <= b - a


@given(weeks, moments, st.integers(1, 40 * HOUR))
def test_the_moment_a_goal_passes_is_the_first_with_so_much_open_time(
    weekly: Week, start: int, amount: int
) -> None:
    shop = hours(weekly, BERLIN)
    due = shop.add_worked(start, amount)
    if due is not None:
        assert shop.worked_ms(start, due) == amount
        assert shop.worked_ms(start, due - 1) == amount - 1


@given(weeks, moments)
def test_the_next_opening_is_open_and_nothing_lies_before_it(weekly: Week, moment: int) -> None:
    shop = hours(weekly, BERLIN)
    opening = shop.next_opening(moment)
    if opening is not None:
        assert shop.is_open(opening)
        assert shop.worked_ms(moment, opening) == 0
