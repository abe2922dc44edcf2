"""Searches kept as views."""

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import MessageId
from solodesk.services import searches
from solodesk.services.units import Store
from tests.services.desk_of import Shop, at, open_shop


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock) -> Shop:
    return open_shop(data_folder, clock)


def save(store: Store, name: str, query: str) -> None:
    with store.write(label=("search.save", {})) as desk:
        searches.save(desk, name, query)


def index(shop: Shop, message: MessageId) -> None:
    with shop.store.write() as desk:
        desk.search.add(message)


def names(store: Store) -> list[tuple[str, str]]:
    with store.read() as reader:
        return [(each.name, each.query) for each in searches.everything(reader)]


def test_saved_changed_deleted_and_taken_back(shop: Shop) -> None:
    store = shop.store
    save(store, " Refunds  today ", "refund  newer:1d")
    save(store, "退款", "退款 is:open")
    assert names(store) == [("Refunds today", "refund newer:1d"), ("退款", "退款 is:open")]
    with store.write(label=("search.change", {})) as desk:
        searches.change(desk, "refunds today", new_name="Refunds", query="refund")
    assert names(store)[0] == ("Refunds", "refund")
    with store.write() as desk:
        desk.undo.undo_last()
    assert names(store)[0] == ("Refunds today", "refund newer:1d")
    with store.write(label=("search.delete", {})) as desk:
        searches.delete(desk, "退款")
    assert len(names(store)) == 1
    with store.write() as desk:
        desk.undo.undo_last()
    assert names(store)[1] == ("退款", "退款 is:open")


@pytest.mark.parametrize(
    ("name", "query", "code"),
    [
        ("", "refund", "empty_name"),
        ("x", "", "empty_query"),
        ("x", "from:", "empty_query"),
        ("x", '"', "empty_query"),
        ("KNOWN", "refund", "name_taken"),
    ],
)
def test_what_cannot_be_saved(shop: Shop, name: str, query: str, code: str) -> None:
    save(shop.store, "Known", "x")
    with pytest.raises(KnownError) as caught:
        save(shop.store, name, query)
    assert caught.value.code == code
    assert names(shop.store) == [("Known", "x")]


def test_a_saved_search_is_always_up_to_date_and_counted(shop: Shop) -> None:
    store = shop.store
    save(store, "open", "is:open")
    save(store, "old", "is:open older:7d")
    shop.clock.at_ms = at(2026, 10, 5, 9)
    ticket = shop.ticket("Mei", "Refund", at(2026, 10, 1, 9))
    index(shop, shop.asks(ticket, at(2026, 10, 1, 9)))
    with store.read() as reader:
        assert searches.counts(reader) == {"open": 1, "old": 0}
    shop.clock.at_ms = at(2026, 10, 9, 9)
    with store.read() as reader:
        assert searches.counts(reader) == {"open": 1, "old": 1}
        assert searches.tickets(reader, "OLD") == [ticket]
    with pytest.raises(KnownError, match="no_such_search"), store.read() as reader:
        searches.tickets(reader, "none")


def test_days_are_the_owners(shop: Shop) -> None:
    """Half past midnight in Shanghai is the day before in London."""
    ticket = shop.ticket("Mei", "Refund", at(2026, 10, 5, 0, 30))
    index(shop, shop.asks(ticket, at(2026, 10, 5, 0, 30)))
    with shop.store.read() as reader:
        found = searches.understood(reader, "after:2026-10-05 before:2026-10-06")
        assert reader.lists.find_tickets(found) == [ticket]
        assert not reader.lists.find_tickets(searches.understood(reader, "before:2026-10-05"))
