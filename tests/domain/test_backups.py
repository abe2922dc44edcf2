"""Which nightly backups are kept."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.backups import DAILY, WEEKLY, day_of, is_due, name_of, to_keep

FIRST = date(2026, 1, 1)


def test_a_name_tells_its_day_and_other_files_are_not_ours() -> None:
    assert day_of(name_of(FIRST)) == FIRST
    for name in ("nightly-2026-13-01.db", "before-0002-from-0001.db", "nightly-2026-01-01.db.part"):
        assert day_of(name) is None


@given(st.sets(st.integers(0, 400), min_size=1))
def test_seven_days_and_four_weeks(numbers: set[int]) -> None:
    days = [FIRST + timedelta(days=n) for n in numbers]
    kept = to_keep(days)
    assert kept <= set(days)
    assert max(days) in kept
    assert len(kept) == min(len(days), len(kept))
    assert len(kept) <= DAILY + WEEKLY
    assert set(sorted(days)[-DAILY:]) <= kept
    assert to_keep(kept) == kept


def test_every_day_for_a_quarter_leaves_eleven() -> None:
    there: set[date] = set()
    for n in range(90):
        today = FIRST + timedelta(days=n)
        assert is_due(there, today)
        there = set(to_keep({*there, today}))
        assert not is_due(there, today)
    assert len(there) == DAILY + WEEKLY
    assert (max(there) - min(there)).days >= 21
