"""Suspects: the innocent get through first, and nobody is forgotten."""

from hypothesis import given
from hypothesis import strategies as st

from solodesk.services.sync_suspects import Suspect, groups

DAY = 86_400_000
suspects = st.dictionaries(
    st.integers(1, 60), st.builds(Suspect, st.integers(1, 7), st.integers(0, 3 * DAY)), max_size=40
)


@given(st.sets(st.integers(1, 60)), suspects, st.integers(3 * DAY, 5 * DAY))
def test_everybody_is_tried_once_but_those_who_rest(
    wanted: set[int], known: dict[int, Suspect], now_ms: int
) -> None:
    newest_first = sorted(wanted, reverse=True)
    plain, tried = groups(newest_first, known, now_ms)
    resting = {
        uid for uid, each in known.items() if each.times >= 4 and now_ms - each.last_ms < DAY
    }
    assert plain == [uid for uid in newest_first if uid not in known]
    everybody = [uid for group in (plain, *tried) for uid in group]
    assert sorted(everybody) == sorted(wanted - resting)
    for group in tried:
        assert len(group) == 1 or {known[uid].times for uid in group} == {1}
    firsts = [known[group[0]].times for group in tried]
    assert firsts == sorted(firsts)
