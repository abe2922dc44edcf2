"""Figures of a real store: the owner's hours, goals, filters, the strip, what is accounted for."""

from collections.abc import Iterator

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.figures import Change, Figure
from solodesk.services import business_time, figures
from tests.services.desk_of import Shop, at, open_shop


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock) -> Iterator[Shop]:
    clock.at_ms = at(2026, 11, 2, 8, 30)
    made = open_shop(data_folder, clock)
    yield made
    made.store.close()


def october(shop: Shop, key: str, **options: str) -> Figure:
    with shop.store.read() as reader:
        period = figures.period_of(reader, month_text="2026-10")
        return figures.figures(reader, period, keys=[key], **options)[0]  # type: ignore[arg-type]


def test_a_month_in_business_hours_and_round_the_clock(shop: Shop) -> None:
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 10, 16, 17, 0))
    shop.asks(ticket, at(2026, 10, 16, 17, 0))  # Friday
    shop.answers(ticket, at(2026, 10, 19, 10, 0), close=True)  # Monday
    assert october(shop, "first_response_median").value == 2 * 3600
    assert october(shop, "first_response_median", clock="calendar").value == 65 * 3600
    assert october(shop, "within_goal_first").hits == 1
    assert october(shop, "within_goal_first", clock="calendar").hits == 0


def test_holidays_and_make_up_days_of_china(shop: Shop) -> None:
    shop.set("holidays_country", "CN")
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 10, 3, 21, 14))
    shop.asks(ticket, at(2026, 10, 3, 21, 14))
    shop.answers(ticket, at(2026, 10, 8, 10, 0))
    assert october(shop, "first_response_median").value == 3600
    with shop.store.read() as reader:
        hours = figures.business_hours(reader)
    assert hours.is_open(at(2026, 10, 10, 12, 0))
    assert not hours.is_open(at(2026, 10, 11, 12, 0))
    assert business_time.uncovered_years("CN", (2026, 2029)) == (2029,)
    assert business_time.public_holidays("Atlantis", (2026,)) == (frozenset(), frozenset())


def test_new_hours_and_goals_do_not_rewrite_the_past(shop: Shop) -> None:
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 10, 6, 9, 0))
    shop.asks(ticket, at(2026, 10, 6, 9, 0))
    shop.answers(ticket, at(2026, 10, 6, 12, 0))
    before = october(shop, "within_goal_first")
    shop.set("goal_first_s", 3600, at(2026, 10, 20))
    shop.set("hours", {"sat": [["10:00", "11:00"]]}, at(2026, 10, 20))
    assert october(shop, "within_goal_first") == before
    assert october(shop, "first_response_median").value == 3 * 3600


def test_only_one_mailbox_or_one_tag(shop: Shop) -> None:
    for number, name in enumerate(("Wang Li", "Maya")):
        ticket = shop.ticket(name, "Question", at(2026, 10, 6, 9, 0))
        shop.asks(ticket, at(2026, 10, 6, 9, 0))
        if number:
            with shop.store.write() as desk:
                desk.tags.put(ticket, desk.tags.named("refund").id)
    assert october(shop, "arrivals").value == 2
    assert october(shop, "arrivals", tag="refund").value == 1
    assert october(shop, "arrivals", tag="nothing like that").value == 0


def test_an_old_ticket_still_open_is_not_forgotten(shop: Shop) -> None:
    """It has no event in the month nor later, and still waits."""
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 3, 2, 9, 0))
    shop.asks(ticket, at(2026, 3, 2, 9, 0))
    oldest = october(shop, "oldest_waiting")
    assert oldest.tickets == (ticket,)
    assert oldest.value == (at(2026, 11, 1) - at(2026, 3, 2, 9, 0)) / 1000
    assert october(shop, "open_now").value == 1


def test_the_strip_compares_with_the_same_hours_of_last_week(shop: Shop) -> None:
    shop.clock.at_ms = at(2026, 10, 22, 10, 0)  # Thursday
    for n in range(12):
        for monday, hours in ((12, 3), (19, 1)):
            ticket = shop.ticket(f"C{n}", "Question", at(2026, 10, monday, 9, n))
            shop.asks(ticket, at(2026, 10, monday, 9, n))
            shop.answers(ticket, at(2026, 10, monday, 9 + hours, n * hours), close=True)
    late = shop.ticket("Late", "Thursday noon last week", at(2026, 10, 15, 12, 0))
    shop.asks(late, at(2026, 10, 15, 12, 0))
    shop.rates(late, at(2026, 10, 20), 3)
    with shop.store.read() as reader:
        strip = figures.strip(reader)
    assert strip.first_response.n == 12
    assert strip.first_response.previous_n == 12
    assert strip.first_response.change is Change.BETTER
    assert strip.oldest_waiting.tickets == (late,)
    assert (strip.satisfaction.hits, strip.satisfaction.n) == (1, 1)
    assert not strip.satisfaction.headline
    assert strip.satisfaction.last_90 == (1.0, 1)


def test_every_message_in_the_store_is_accounted_for(shop: Shop) -> None:
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 10, 6, 9, 0))
    shop.asks(ticket, at(2026, 10, 6, 9, 0))
    shop.answers(ticket, at(2026, 10, 6, 10, 0))
    shop.asks(ticket, at(2026, 10, 6, 11, 0), closer=True)
    shop.asks(ticket, at(2026, 10, 31, 23, 59), kind="auto_reply")
    shop.asks(ticket, at(2026, 11, 1, 0, 0))
    with shop.store.read() as reader:
        seen = figures.look(reader, figures.period_of(reader, month_text="2026-10"))
        found = figures.accounting(reader, seen)
    assert found.balanced
    assert (found.received, found.by_class["person"], found.by_class["own"]) == (4, 2, 1)


def test_a_frozen_month_stays_as_it_was_reported(shop: Shop) -> None:
    ticket = shop.ticket("Wang Li", "Refund", at(2026, 10, 6, 9, 0))
    shop.asks(ticket, at(2026, 10, 6, 9, 0))
    shop.answers(ticket, at(2026, 10, 6, 10, 0))
    with shop.store.write() as desk:
        month = figures.period_of(desk, month_text="2026-10")
        assert figures.freeze(desk, month, figures.figures(desk, month))
        assert not figures.freeze(desk, month, ())
        this = figures.period_of(desk)
        assert not figures.freeze(desk, this, ())
        kept = desk.months.get("2026-10")
    assert kept is not None
    first = next(f for f in kept.figures if f["figure"] == "first_response_median")
    assert (first["value"], first["tickets"]) == (3600.0, [])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"month_text": "2026-13"}, "no_such_month"),
        ({"month_text": "October"}, "no_such_month"),
        ({"first": "2026-10-02", "last": "2026-10-01"}, "bad_period"),
        ({"first": "2026-10-02"}, "bad_period"),
        ({"first": "yesterday", "last": "today"}, "bad_period"),
    ],
)
def test_a_period_that_makes_no_sense_is_told(
    shop: Shop, written: dict[str, str], code: str
) -> None:
    with shop.store.read() as reader, pytest.raises(KnownError) as fault:
        figures.period_of(reader, **written)
    assert fault.value.code == code


def test_an_unknown_figure_is_told(shop: Shop) -> None:
    with pytest.raises(KnownError) as fault:
        october(shop, "karma")
    assert fault.value.code == "no_such_figure"
