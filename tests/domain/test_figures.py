"""Figures against months worked out by hand, and what may never change them."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.domain.accounting import accounting
from solodesk.domain.events import Actor
from solodesk.domain.figure_set import KEYS, figures
from solodesk.domain.figures import Change, Figure, Verdict
from solodesk.domain.hours import BusinessHours, HoursVersion
from solodesk.domain.ids import TicketId
from solodesk.domain.periods import days, month, previous, week_of
from tests.domain.history import HOUR, OCTOBER, ZONE, History, at


def goal_4h(_first: bool, _start: int, _ticket: TicketId) -> int:
    return 4 * HOUR


def figure(history: History, key: str, now_ms: int | None = None) -> Figure:
    here = history.desk(now_ms=now_ms, goal=goal_4h)
    before = history.desk(month(2026, 9, ZONE), goal=goal_4h)
    return figures(here, before, keys=[key])[0]


def test_the_median_counts_open_waits_as_at_least_so_long() -> None:
    month_ = History()
    for ticket, hours in ((1, 1), (2, 2), (3, 4), (4, 6), (5, 10)):
        month_.asks(ticket, at(5, 8))
        month_.answered(ticket, at(5, 8) + hours * HOUR)
    month_.asks(6, at(5, 8))  # never answered
    found = figure(month_, "first_response_median")
    assert (found.value, found.n, found.censored) == (5 * 3600, 6, 1)
    assert found.tickets == tuple(TicketId(t) for t in range(1, 7))
    assert figure(month_, "first_response_mean").value == pytest.approx(4.6 * 3600)
    assert figure(month_, "first_response_mean").left_out == {"unanswered": 1}
    p90 = figure(month_, "first_response_p90")
    assert (p90.value, p90.n) == (None, 6)


def test_when_most_still_wait_it_says_longer_than() -> None:
    month_ = History()
    month_.asks(1, at(31, 10))
    month_.asks(2, at(31, 12))
    found = figure(month_, "first_response_median")
    assert (found.value, found.longer_than, found.censored) == (None, 14 * 3600, 2)
    assert not found.headline


def test_a_wait_is_an_unbroken_run_and_thanks_are_no_wait() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.asks(1, at(5, 9))
    month_.answered(1, at(5, 10))
    month_.asks(1, at(6, 8))
    month_.asks(1, at(6, 9))
    month_.answered(1, at(6, 11))
    month_.status(1, at(6, 11), "closed", reason="sent")
    month_.asks(1, at(6, 15), closer=True)
    assert figure(month_, "first_response_median").value == 2 * 3600
    later = figure(month_, "next_response_median")
    assert (later.value, later.n, later.left_out) == (3 * 3600, 1, {"closer": 1})
    assert figure(month_, "open_now").value == 0
    assert figure(month_, "messages_per_ticket").value == 6
    assert figure(month_, "reopen_rate").value == 0


def test_closed_without_an_answer_is_neither_hit_nor_miss() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.status(1, at(6, 8), "closed")
    month_.asks(2, at(5, 8))
    month_.answered(2, at(5, 9), Actor.RULE)
    month_.asks(3, at(5, 8))
    month_.answered(3, at(5, 9))
    share = figure(month_, "within_goal_first")
    assert (share.value, share.n, share.hits) == (1.0, 1, 1)
    assert share.left_out == {"closed_unanswered": 1, "by_rule": 1}
    assert figure(month_, "first_response_median").n == 1


def test_opened_again_by_the_owner_the_customer_still_waits() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.status(1, at(5, 9), "closed")
    month_.status(1, at(5, 10), "open")
    month_.answered(1, at(5, 11))
    assert figure(month_, "first_response_median").value == 3 * 3600


def test_what_is_due_counts_once_in_the_month_it_was_decided() -> None:
    month_ = History()
    month_.asks(1, at(30, 22, mon=9))  # goal passes on 1 October, 02:00
    month_.answered(1, at(1, 1))
    month_.asks(2, at(30, 8, mon=9))  # passed in September
    month_.answered(2, at(2, 8))
    month_.asks(3, at(20, 8))  # passed, still open
    month_.asks(4, at(31, 22))  # inside its goal at month's end: pending
    found = figure(month_, "within_goal_first")
    assert (found.hits, found.n, found.left_out) == (1, 2, {"pending": 1})
    assert found.tickets == (TicketId(1), TicketId(3))


def test_a_frozen_month_does_not_see_what_came_later() -> None:
    month_ = History()
    month_.asks(1, at(30, 8))
    before = figure(month_, "first_response_median", now_ms=at(1, 8, mon=11))
    month_.answered(1, at(2, 8, mon=11))
    month_.rated(1, at(3, 8, mon=11), 3)
    assert figure(month_, "first_response_median", now_ms=at(9, 8, mon=11)) == before
    assert figure(month_, "csat", now_ms=at(9, 8, mon=11)).n == 0


def test_business_hours_move_the_start_to_the_next_opening() -> None:
    month_ = History()
    month_.asks(1, at(17, 20))  # Saturday evening
    month_.answered(1, at(19, 10))  # Monday 10:00
    month_.asks(2, at(17, 20))
    month_.answered(2, at(18, 9))  # Sunday: before opening
    weekly = dict.fromkeys(range(5), ((540, 1080),))
    shop = BusinessHours(ZONE, (HoursVersion(weekly),))
    here = month_.desk(clock=shop, goal=goal_4h)
    found = figures(here, here, keys=["first_response_median", "within_goal_first"])
    assert (found[0].value, found[1].hits) == (1800, 2)


def test_undone_events_are_skipped_both_ways() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 10))
    closing = month_.status(1, at(5, 11), "closed")
    month_.add("undone", 1, at(7, 8), event=closing)
    assert figure(month_, "open_now").value == 1
    assert figure(month_, "resolution_first_median").censored == 1


def test_resolution_of_silence_ends_at_the_owners_last_answer() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 10))
    month_.status(1, at(12, 10), "closed", Actor.RULE, reason="silent")
    month_.asks(2, at(5, 8))
    month_.answered(2, at(5, 9))
    month_.status(2, at(5, 9), "closed")
    month_.asks(2, at(6, 8))  # asks on: opened again
    month_.answered(2, at(6, 9))
    month_.status(2, at(6, 10), "closed")
    first = figure(month_, "resolution_first_median")
    full = figure(month_, "resolution_full_median")
    assert (first.value, full.value) == (1.5 * 3600, 14 * 3600)
    assert figure(month_, "resolution_rate").hits == 2
    solved = figure(month_, "first_contact_resolution")
    assert (solved.hits, solved.n) == (1, 2)
    assert figure(month_, "reopen_rate").value == 0.5


def test_young_tickets_are_pending_not_unresolved() -> None:
    month_ = History()
    month_.asks(1, at(30, 8))
    month_.asks(2, at(1, 8))
    rate = figure(month_, "resolution_rate")
    assert (rate.hits, rate.n, rate.left_out) == (0, 1, {"pending": 1})


def test_satisfaction_keeps_scales_apart_and_counts_a_survey_once() -> None:
    month_ = History()
    for ticket in range(1, 5):
        month_.rated(ticket, at(5), 3)
    first = month_.rated(5, at(5), 3, survey=77)
    month_.rated(5, at(6), 1, survey=77, replaces=first)
    month_.rated(6, at(5), 5, "csat5")
    found = figure(month_, "csat")
    assert (found.hits, found.n, found.left_out) == (4, 5, {"other_scale": 1})
    assert [round(100 * end) for end in found.interval or () if end is not None] == [38, 96]


def test_nobody_is_unsatisfied_by_silence() -> None:
    month_ = History()
    for survey, day in ((1, 2), (2, 3), (3, 4), (4, 30)):
        month_.add("survey_sent", survey, at(day), survey=survey, scale="csat3")
    month_.add("survey_bounced", 3, at(4), Actor.ENGINE, survey=3)
    month_.rated(1, at(9), 3, survey=1)
    rate = figure(month_, "csat_response_rate")
    assert (rate.hits, rate.n, rate.left_out) == (1, 2, {"bounced": 1, "pending": 1})
    assert figure(month_, "csat").value == 1.0


def test_nps_and_effort() -> None:
    month_ = History()
    for ticket, value in enumerate((10, 9, 8, 6, 0), 1):
        month_.rated(ticket, at(5), value, "nps")
    for ticket, value in enumerate((7, 5, 4), 10):
        month_.rated(ticket, at(5), value, "ces7")
    assert figure(month_, "nps").value == 0
    assert figure(month_, "ces_mean").value == pytest.approx(16 / 3)
    assert figure(month_, "ces_easy_share").hits == 2


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"kind": "auto_reply"}, "auto_reply"),
        ({"kind": "bounce"}, "bounce"),
        ({"kind": "list"}, "list"),
        ({"kind": "survey"}, "survey"),
        ({"kind": "report"}, "report"),
        ({"history": True}, "history"),
        ({"from_before": True}, "from_before"),
        ({"damaged": True}, "damaged"),
        ({"duplicate": True}, "duplicate"),
        ({"closer": True}, "closer"),
    ],
)
def test_only_people_are_in_the_clocks(data: dict[str, object], reason: str) -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 9))
    plain = figure(month_, "first_response_median")
    month_.asks(2, at(5, 10), **data)
    found = figure(month_, "first_response_median")
    assert (found.value, found.n, found.censored) == (plain.value, 1, 0)
    assert found.left_out == {reason: 1}


def test_tickets_of_the_owner_and_spam_have_no_waits() -> None:
    month_ = History()
    month_.add("started", 1, at(5, 8))
    month_.answered(1, at(5, 8))
    month_.asks(1, at(5, 9))
    month_.asks(2, at(5, 9))
    month_.status(2, at(5, 10), "spam")
    assert figure(month_, "next_response_median").n == 0
    found = figure(month_, "first_response_median")
    assert (found.n, found.left_out) == (0, {"started": 1, "spam": 1})
    assert figure(month_, "answers").value == 1
    assert figure(month_, "arrivals").value == 0


def test_what_the_first_sync_found_is_settled_where_it_happened() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 9))
    month_.asks(2, at(6, 8))  # never answered: from before SoloDesk
    first_sync = at(9, 8, mon=11)
    month_.status(1, first_sync, "closed", Actor.ENGINE, reason="first_sync")
    month_.status(2, first_sync, "closed", Actor.ENGINE, reason="first_sync", from_before=True)
    assert figure(month_, "first_response_median").n == 1
    assert figure(month_, "first_response_median").left_out == {"from_before": 1}
    assert figure(month_, "open_now").value == 0
    assert figure(month_, "resolution_rate").value == 1.0
    month_.asks(2, at(10, 8, mon=11), from_before=True)
    month_.answered(2, at(10, 9, mon=11))
    november = month_.desk(month(2026, 11, ZONE), goal=goal_4h)
    later, due = figures(november, november, keys=["next_response_median", "within_goal_next"])
    assert (later.value, later.n, due.hits) == (3600, 1, 1)


def test_a_conversation_that_began_before_the_history_has_no_first_response() -> None:
    month_ = History()
    month_.answered(1, at(5, 8))
    month_.asks(1, at(5, 9))
    month_.answered(1, at(5, 11))
    assert figure(month_, "first_response_median").n == 0
    assert figure(month_, "next_response_median").value == 2 * 3600
    assert figure(month_, "arrivals").value == 0


def test_a_bad_rating_opens_the_ticket_but_nobody_waits() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.status(1, at(5, 9), "closed")
    month_.status(1, at(6, 9), "open", Actor.CUSTOMER, reason="unhappy_rating")
    assert figure(month_, "oldest_waiting").value is None
    assert figure(month_, "open_now").value == 1


def test_merged_tickets_count_as_one() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.asks(2, at(5, 9))
    month_.add("merged", 2, at(5, 10), into=1)
    month_.answered(1, at(5, 11))
    found = figure(month_, "first_response_median")
    assert (found.value, found.n) == (3 * 3600, 1)
    assert figure(month_, "arrivals").value == 1


def test_a_message_split_off_counts_for_its_new_ticket() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 9))
    second = month_.events[month_.asks(1, at(6, 8)) - 1].message
    month_.add("split", 1, at(6, 9), Actor.OWNER, second, into=2, message=second)
    month_.answered(2, at(6, 10))
    assert figure(month_, "arrivals").value == 2
    assert figure(month_, "first_response_median").value == 1.5 * 3600
    third = month_.events[month_.asks(3, at(7, 8)) - 1].message
    month_.add("joined", 2, at(7, 9), Actor.OWNER, third, message=third)
    assert figure(month_, "arrivals").value == 2


def test_change_needs_data_and_says_about_the_same_for_noise() -> None:
    month_ = History()
    for ticket in range(40):
        month_.asks(ticket, at(5, 8, mon=9))
        month_.answered(ticket, at(5, 8, mon=9) + (ticket % 8 + 1) * HOUR)
        month_.asks(100 + ticket, at(5, 8))
        month_.answered(100 + ticket, at(5, 8) + (ticket % 8 + 1) * HOUR // 4)
    faster = figure(month_, "first_response_median")
    assert faster.change is Change.BETTER
    assert faster.previous == 4.5 * 3600
    assert figure(month_, "within_goal_first").change is Change.BETTER
    assert figure(month_, "arrivals").change is Change.SAME
    few = History(month_.events[:8])
    assert figure(few, "first_response_median").change is None


def test_a_goal_inside_the_interval_is_too_few_to_say() -> None:
    month_ = History()
    for ticket in range(5):
        month_.asks(ticket, at(5, 8))
        month_.answered(ticket, at(5, 8) + (ticket + 1) * HOUR)
    here = month_.desk(goal=goal_4h)
    goals = {"first_response_median": 4 * 3600.0, "within_goal_first": 0.2}
    median, share = figures(here, here, keys=list(goals), goals=goals)
    assert median.verdict is Verdict.TOO_FEW
    assert (share.value, share.verdict) == (0.8, Verdict.MET)


def test_every_message_is_accounted_for_once() -> None:
    month_ = History()
    month_.asks(1, at(5, 8))
    month_.answered(1, at(5, 9))
    month_.asks(1, at(5, 10))
    month_.asks(1, at(5, 11), closer=True)
    month_.asks(2, at(5, 8), kind="bounce")
    month_.asks(3, at(5, 8), damaged=True)
    month_.asks(4, at(5, 8))
    month_.status(4, at(5, 9), "spam")
    month_.asks(5, at(5, 8), duplicate=True)
    month_.asks(6, at(5, 8), history=True)
    found = accounting(month_.desk(), 8, 1)
    assert found.balanced
    assert (found.by_class["person"], found.thanks, found.opened, found.asked_on) == (3, 1, 1, 1)
    assert (found.by_class["own"], found.by_class["spam"], found.history) == (1, 1, 1)
    assert not accounting(month_.desk(), 9, 1).balanced


def test_every_key_of_the_command_line_is_measured() -> None:
    here = History().desk()
    found = figures(here, here)
    assert [f.key for f in found] == list(KEYS)
    assert all(f.n == 0 and f.change is None for f in found)


def test_periods_are_the_owners_calendar() -> None:
    october = month(2026, 10, ZONE)
    assert october.name == "2026-10"
    before, until = previous(october, october.end_ms)
    assert (before.name, until) == ("2026-09", before.end_ms)
    week = week_of(at(22, 10), ZONE)
    last, until = previous(week, at(22, 10))
    assert (last.first.isoformat(), until) == ("2026-10-12", at(15, 10))
    fortnight = days(OCTOBER.first, OCTOBER.first.replace(day=10), ZONE)
    assert previous(fortnight, at(20))[0].name == "2026-09-17..2026-09-26"


moves = st.lists(
    st.tuples(
        st.sampled_from(["asks", "answered", "closed", "open", "waiting", "thanks"]),
        st.integers(1, 4),
        st.integers(0, 30 * 24),
    ),
    max_size=40,
)


def told(script: list[tuple[str, int, int]]) -> History:
    month_ = History()
    for what, ticket, hour in script:
        moment = OCTOBER.start_ms + hour * HOUR
        if what == "asks":
            month_.asks(ticket, moment)
        elif what == "thanks":
            month_.asks(ticket, moment, closer=True)
        elif what == "answered":
            month_.answered(ticket, moment)
        else:
            month_.status(ticket, moment, what)
    return month_


def all_figures(history: History) -> tuple[Figure, ...]:
    here = history.desk(goal=goal_4h)
    return figures(here, here)


@settings(max_examples=60)
@given(moves, st.randoms(use_true_random=False))
def test_the_order_events_were_read_in_changes_nothing(
    script: list[tuple[str, int, int]], dice: random.Random
) -> None:
    month_ = told(script)
    before = all_figures(month_)
    dice.shuffle(month_.events)
    assert all_figures(month_) == before


@settings(max_examples=60)
@given(moves, st.integers(1, 4), st.integers(0, 30 * 24))
def test_an_automatic_mail_changes_nothing_but_what_is_left_out(
    script: list[tuple[str, int, int]], ticket: int, hour: int
) -> None:
    month_ = told(script)
    before = all_figures(month_)
    month_.asks(ticket, OCTOBER.start_ms + hour * HOUR, kind="auto_reply")
    for was, now in zip(before, all_figures(month_), strict=True):
        assert (was.value, was.n, was.censored, was.interval) == (
            now.value,
            now.n,
            now.censored,
            now.interval,
        )
        assert set(now.left_out) - set(was.left_out) <= {"auto_reply"}


@settings(max_examples=60)
@given(moves)
def test_shares_stay_inside_their_intervals(script: list[tuple[str, int, int]]) -> None:
    for found in all_figures(told(script)):
        if found.unit == "share" and found.value is not None and found.interval is not None:
            low, high = found.interval
            assert low is not None
            assert high is not None
            assert 0 <= low <= found.value <= high <= 1
