"""Search: everything is found, newest first, and only what is asked for."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import MessageId
from solodesk.domain.search_query import parse_query
from solodesk.domain.views import SearchHit
from solodesk.store.store import Store
from tests.store import samples

TODAY = date(2026, 9, 7)


def find(store: Store, typed: str, limit: int = 50, by: str = "newest") -> list[SearchHit]:
    with store.read() as reader:
        return reader.lists.search(parse_query(typed, TODAY), limit, by)


def texts(store: Store, typed: str) -> list[str]:
    return [hit.snippet for hit in find(store, typed)]


def write(store: Store, *letters: str) -> None:
    with store.write() as desk:
        for number, text in enumerate(letters):
            samples.letter(desk, text, received_ms=1_000 + number, subject="s")


def test_chinese_words_of_any_length(store: Store) -> None:
    write(store, "我要申请退款，谢谢", "發票還沒收到", "收款单已发", "款项退还")
    assert texts(store, "退款") == ["我要申请退款，谢谢"]
    assert texts(store, "请退款") == ["我要申请退款，谢谢"]
    assert texts(store, "款") == ["款项退还", "收款单已发", "我要申请退款，谢谢"]
    assert texts(store, "发票") == ["發票還沒收到"]
    assert texts(store, "發票") == ["發票還沒收到"]
    assert texts(store, "退 款") == ["款项退还", "我要申请退款，谢谢"]
    assert texts(store, "退货") == []


def test_accents_case_and_width_do_not_matter(store: Store) -> None:
    write(store, "My résumé is attached", "ORDER Ａ１２３", "café")
    assert texts(store, "resume ") == ["My résumé is attached"]
    assert texts(store, "RÉSUMÉ ") == ["My résumé is attached"]
    assert texts(store, "a123") == ["ORDER Ａ１２３"]
    assert texts(store, "cafe") == ["café"]


def test_prefix_only_while_typing(store: Store) -> None:
    write(store, "the refund")
    assert texts(store, "ref")
    assert not texts(store, "ref ")
    assert texts(store, "refund ")
    assert not texts(store, "ref the")
    assert texts(store, "the ref")


def test_phrases(store: Store) -> None:
    write(store, "please refund my order", "order a refund")
    assert texts(store, '"my order"') == ["please refund my order"]
    assert texts(store, "order refund ") == ["order a refund", "please refund my order"]


def test_people_and_subject(store: Store) -> None:
    with store.write() as desk:
        samples.letter(desk, "hello", from_name="王丽", from_address="li@corp.example")
        samples.letter(
            desk, "hello", from_name="Bob", from_address="bob@example.com", subject="Invoice 7",
            recipients={"to": [["王丽", "li@corp.example"]]},
        )  # fmt: skip
        samples.letter(desk, "Invoice inside", attachments=[{"filename": "Rechnung.pdf"}])
    assert len(find(store, "来自:王丽")) == 1
    assert len(find(store, "王丽")) == 2
    assert len(find(store, "from:li@corp.example")) == 1
    assert len(find(store, "from:corp")) == 1
    assert len(find(store, "subject:invoice")) == 1
    assert len(find(store, "invoice")) == 2
    assert len(find(store, "rechnung has:attachment")) == 1


def test_names_by_pinyin(store: Store) -> None:
    with store.write() as desk:
        for name, address in (("王丽", "w@a.example"), ("李雷", "l@a.example")):
            ticket = samples.ticket(desk, customer_id=samples.customer(desk, name, address))
            samples.letter(desk, name, ticket_id=ticket, from_name=name, from_address=address)
    for typed in ("wangli", "wang", "wan", "wl", "wang li ", "WangL", "from:wangli"):
        assert texts(store, typed) == ["王丽"], typed
    assert texts(store, "from:lei") == ["李雷"]
    assert texts(store, "li ") == ["李雷", "王丽"]
    assert texts(store, "zhang") == []


def test_operators(store: Store) -> None:
    with store.write() as desk:
        shop = ZoneInfo("Asia/Shanghai")
        for day, status in ((1, "open"), (2, "waiting"), (3, "closed")):
            moment = int(datetime(2026, 9, day, 0, 30, tzinfo=shop).timestamp() * 1000)
            ticket = samples.ticket(desk, status=status, unread=day == 1, last_message_ms=moment)
            desk.tickets.give_number(ticket)
            samples.letter(desk, f"day {day}", ticket_id=ticket, received_ms=moment)
        tag = desk.tags.named("VIP")
        desk.tags.put(ticket, tag.id)
        hidden = samples.ticket(desk, hidden_ms=1)
        samples.letter(desk, "day 4", ticket_id=hidden)
    assert texts(store, "day is:open") == ["day 1"]
    assert texts(store, "is:waiting") == ["day 2"]
    assert texts(store, "is:open is:closed") == ["day 3", "day 1"]
    assert texts(store, "is:unread day") == ["day 1"]
    assert texts(store, "标签:vip") == ["day 3"]
    assert texts(store, "#1002") == ["day 2"]
    assert texts(store, "day 4 ") == []
    assert texts(store, "day is:hidden") == ["day 4"]
    with store.read() as reader:
        reader.search.zone = shop
        query = parse_query("day after:2026-09-02 before:2026-09-03", TODAY)
        assert [hit.snippet for hit in reader.lists.search(query)] == ["day 2"]
        reader.search.zone = UTC
        assert [hit.snippet for hit in reader.lists.search(query)] == ["day 3"]


def test_operators_alone_find_older_messages_of_a_ticket(store: Store) -> None:
    day = 86_400_000
    with store.write() as desk:
        ticket = samples.ticket(desk)
        file = [{"filename": "a.pdf"}]
        samples.letter(desk, "first", ticket_id=ticket, received_ms=day, attachments=file)
        samples.letter(desk, "second", ticket_id=ticket, received_ms=2 * day)
        samples.letter(desk, "third", ticket_id=ticket, received_ms=3 * day)
    assert texts(store, "before:1970-01-04") == ["second"]
    assert texts(store, "before:1970-01-04 after:1970-01-02") == ["second"]
    assert texts(store, "has:attachment") == ["first"]
    assert texts(store, "is:open") == ["third"]
    assert texts(store, "after:1970-01-05") == []


def test_find_tickets_names_each_once_by_newest_match(store: Store) -> None:
    with store.write() as desk:
        one, two = samples.ticket(desk), samples.ticket(desk)
        samples.letter(desk, "refund", ticket_id=one, received_ms=1)
        samples.letter(desk, "refund", ticket_id=two, received_ms=2)
        samples.letter(desk, "refund", ticket_id=one, received_ms=3)
    with store.read() as reader:
        query = parse_query("refund", TODAY)
        assert reader.lists.find_tickets(query) == [one, two]
        assert reader.lists.find_tickets(query, limit=1) == [one]
        assert reader.lists.find_tickets(parse_query("", TODAY)) == []


def test_newest_first_however_it_came_in(store: Store) -> None:
    with store.write() as desk:
        for second in (5, 1, 9, 9, 3):
            samples.letter(desk, "refund", received_ms=1000 * second)
    with store.write() as desk:
        samples.letter(desk, "refund", received_ms=4000)
    assert [hit.at_ms // 1000 for hit in find(store, "refund")] == [9, 9, 5, 4, 3, 1]


def test_many_mails_of_one_moment(store: Store) -> None:
    """More than fit in a millisecond: every one keeps a place of its own."""
    with store.write() as desk:
        ticket = samples.ticket(desk)
        for _ in range(600):
            samples.letter(desk, "same", ticket_id=ticket, received_ms=-5)
    assert len(find(store, "same", limit=1000)) == 600


def test_relevance_prefers_the_subject(store: Store) -> None:
    with store.write() as desk:
        samples.letter(desk, "your invoice", subject="Refund", received_ms=1)
        samples.letter(desk, "refund " + "other words " * 50, subject="Hello", received_ms=2)
    assert [hit.subject for hit in find(store, "refund ", by="relevance")] == ["Refund", "Hello"]
    assert [hit.subject for hit in find(store, "refund ")] == ["Hello", "Refund"]


def test_removed_and_duplicate_mail_is_not_found(store: Store) -> None:
    with store.write() as desk:
        gone = samples.letter(desk, "申請退貨 résumé")
        kept = samples.letter(desk, "申請退貨 résumé")
        samples.letter(desk, "申請退貨 résumé", duplicate_of=kept)
    with store.write() as desk:
        desk.search.remove(gone)
    assert [hit.message for hit in find(store, "退货")] == [kept]
    with store.read() as reader:
        count = reader._tx.value("SELECT count(*) FROM search WHERE search MATCH 'resume'")
    assert count == 2


def test_rebuild_makes_the_same_index(store: Store) -> None:
    write(store, *(f"letter {n} 退款 résumé" for n in range(30)))
    with store.write() as desk:
        desk.meta.set("segmenter_version", "0")
        assert desk.search.outdated()
        assert desk.search.rebuild() == 30
        assert not desk.search.outdated()
    assert len(find(store, "退款")) == 30
    assert len(find(store, "letter 7 ")) == 1


def test_snippet_is_the_original_text_with_marks(store: Store) -> None:
    write(store, "word " * 100 + "我要申請退貨，\n謝謝 Résumé " + "end " * 50)
    (hit,) = find(store, "退货")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["退貨"]
    assert "\n" not in hit.snippet
    assert len(hit.snippet) <= 160
    (hit,) = find(store, "resume 谢谢")
    assert {hit.snippet[start:end] for start, end in hit.marks} == {"謝謝", "Résumé"}


def test_match_in_quoted_text_shows_there(store: Store) -> None:
    with store.write() as desk:
        samples.letter(desk, "Yes.\n> the old refund", new_text="Yes.")
    (hit,) = find(store, "refund")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["refund"]


def test_word_across_a_line_wrap(store: Store) -> None:
    write(store, "请尽快退\n款")
    (hit,) = find(store, "退款")
    assert [hit.snippet[start:end] for start, end in hit.marks] == ["退 款"]


@settings(max_examples=150, deadline=None)
@given(
    typed=st.lists(
        st.one_of(
            st.text(max_size=6),
            st.sampled_from(
                ["from:", "is:open ", "tag:", "after:9999", "before:0001-01-01", '"', "*"]
            ),
            st.sampled_from(
                [" NEAR ", " OR ", " NOT ", "-", "^", "(", "body:", "#1", "\ud800", "退"]
            ),
        ),
        max_size=6,
    ).map("".join)
)
def test_nothing_typed_breaks_the_search(shared_store: Store, typed: str) -> None:
    for by in ("newest", "relevance"):
        for hit in find(shared_store, typed, by=by):
            assert all(0 <= s < e <= len(hit.snippet) for s, e in hit.marks)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    from solodesk.base.clock import FixedClock
    from solodesk.base.paths import DataFolder

    store = Store.open(DataFolder(tmp_path_factory.mktemp("s")), FixedClock(10**12), origin="t")
    write(store, "退款 NEAR OR body", "a b c 1", "Ünïcode ﬁ İstanbul ẞ", "\x00 odd \U0001f600")
    yield store
    store.close()


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_rebuilt_in_parts_while_mail_comes_and_goes(tmp_path_factory: Any, data: Any) -> None:
    """Whatever is added or removed between the parts, each message is found once, or not at all."""
    folder = DataFolder(tmp_path_factory.mktemp("parts"))
    store = Store.open(folder, FixedClock(1_788_771_600_000), origin="test")
    there: dict[int, int] = {}

    def come(received_ms: int) -> None:
        with store.write() as desk:
            made = samples.letter(desk, "apple pie", received_ms=received_ms, subject="s")
            there[int(made)] = int(made)

    for at in data.draw(st.lists(st.integers(1, 50), min_size=1, max_size=8)):
        come(at)
    with store.write() as desk:
        desk.meta.set("segmenter_version", "0")
    whole = False
    while not whole:
        for at in data.draw(st.lists(st.integers(1, 60), max_size=2)):
            come(at)
        if there and data.draw(st.booleans()):
            gone = there.pop(data.draw(st.sampled_from(sorted(there))))
            with store.write() as desk:
                desk.search.remove(MessageId(gone))
                desk.messages.update(MessageId(gone), text="", new_text="", subject="")
        with store.write() as desk:
            whole = desk.search.rebuild_part(2)
    found = [int(hit.message) for hit in find(store, "apple", limit=99)]
    with store.read() as reader:
        outdated = reader.search.outdated()
    store.close()
    assert sorted(found) == sorted(there.values())
    assert not outdated
