"""Statistics against values from metrics.md, textbooks and plain arithmetic."""

import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.statistics import (
    Sample,
    counts_differ,
    kaplan_meier,
    kaplan_meier_interval,
    mean_interval,
    median,
    median_difference,
    newcombe,
    nps,
    nps_interval,
    wilson,
)

# Acute leukaemia, 6-MP arm (Gehan 1965; Kaplan–Meier median 23, Cox & Oakes p. 8).
GEHAN = [
    Sample(t, ended)
    for t, ended in (
        *((t, True) for t in (6, 6, 6, 7, 10, 13, 16, 22, 23)),
        *((t, False) for t in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)),
    )
]


def test_wilson_gives_the_values_of_the_law() -> None:
    assert [round(100 * end) for end in wilson(80, 100) or ()] == [71, 87]
    assert [round(100 * end) for end in wilson(4, 5) or ()] == [38, 96]
    assert wilson(0, 0) is None


def test_kaplan_meier_of_a_known_trial() -> None:
    assert kaplan_meier(GEHAN, 0.5).value == 23
    interval = kaplan_meier_interval(GEHAN, 0.5)
    # R: survfit(conf.type = "log-log") gives 13 … NA.
    assert interval == (13, None)


def test_when_half_still_wait_only_a_lower_bound_is_said() -> None:
    found = kaplan_meier([Sample(1), Sample(5, ended=False), Sample(9, ended=False)], 0.5)
    assert found.value is None
    assert found.longer_than == 9


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_without_open_waits_it_is_the_ordinary_median(times: list[int]) -> None:
    assert median([float(t) for t in times]) == pytest.approx(statistics.median(times))


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=1, max_size=40))
def test_waiting_longer_never_lowers_the_median(pairs: list[tuple[int, bool]]) -> None:
    """An open wait that goes on can only raise the figure."""
    before = kaplan_meier([Sample(t, e) for t, e in pairs], 0.5).value
    longer = [Sample(t if e else t + 2000, e) for t, e in pairs]
    after = kaplan_meier(longer, 0.5).value
    assert after is None or (before is not None or after > 0)
    if before is not None and after is not None:
        assert after >= before - 1e-9


def test_newcombe_reproduces_his_table() -> None:
    # Newcombe 1998, table II (a): 56/70 − 48/80, method 10: 0.0524 … 0.3339.
    interval = newcombe(56, 70, 48, 80)
    assert interval is not None
    assert interval == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_nps_is_a_difference_with_an_adjusted_wald_interval() -> None:
    assert nps(5, 2, 10) == pytest.approx(30)
    interval = nps_interval(5, 2, 10)
    assert interval is not None
    # By hand: (5.75 − 2.75) / 13 = 0.2308; √((8.5/13 − 0.0533)/13) · 1.96 = 0.4215.
    assert interval == pytest.approx((-19.07, 65.23), abs=0.1)
    assert nps_interval(0, 0, 0) is None


def test_mean_interval_is_students() -> None:
    # 1…6: mean 3.5, s = 1.8708, t(5) = 2.5706.
    assert mean_interval([1, 2, 3, 4, 5, 6]) == pytest.approx((1.5367, 5.4633), abs=3e-3)


def test_the_bootstrap_tells_a_shift_from_noise_and_repeats_itself() -> None:
    low = [Sample(float(t)) for t in range(100, 140)]
    high = [Sample(float(t)) for t in range(200, 240)]
    shift = median_difference(low, high)
    assert shift is not None
    assert shift[1] < 0
    assert shift == median_difference(low, high)
    same = median_difference(low, low[::-1])
    assert same is not None
    assert same[0] <= 0 <= same[1]
    assert median_difference(low[:4], high) is None


def test_both_ways_of_drawing_agree() -> None:
    """With many samples the median of a draw is found by its rank; the spread stays the same."""
    few = [Sample(t / 3.99) for t in range(399)]
    many = [Sample(t / 4) for t in range(400)]
    later = [Sample(t / 4 + 20, ended=t < 300) for t in range(400)]
    slow, fast = median_difference(few, few), median_difference(many, many)
    assert slow is not None
    assert fast is not None
    assert fast == pytest.approx(slow, rel=0.15)
    shift = median_difference(later, many)
    assert shift is not None
    assert shift == pytest.approx((20 + fast[0], 20 + fast[1]), abs=2)


def test_counts_of_periods_of_different_length_are_compared_by_day() -> None:
    assert counts_differ(128, 121, 31, 30) is False
    assert counts_differ(60, 20, 30, 30) is True
    assert counts_differ(30, 300, 3, 30) is False
    assert counts_differ(0, 0, 1, 1) is None
