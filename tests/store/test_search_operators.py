"""Every operator, its opposite and choices, on a real index; and "found" means "really there"."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain import search_tree as tree
from solodesk.domain.ids import CustomerId, TicketId
from solodesk.domain.search_query import parse_query
from solodesk.domain.search_tree import Node
from solodesk.domain.segment import fold, words
from solodesk.domain.views import SearchHit
from solodesk.store.spelling import all_runs
from solodesk.store.store import Store
from tests.store import samples

TODAY = date(2026, 9, 7)
DAY = 86_400_000
NOW = 1_788_771_600_000


def find(store: Store, typed: str, by: str = "newest") -> list[SearchHit]:
    with store.read() as reader:
        return reader.lists.search(parse_query(typed, TODAY), 200, by)


def texts(store: Store, typed: str) -> set[str]:
    """The snippets of what a complete search finds, in either order."""
    newest = {hit.snippet for hit in find(store, f"{typed} ")}
    assert {hit.snippet for hit in find(store, f"{typed} ", by="relevance")} == newest
    return newest


def letter(store: Store, text: str, **columns: Any) -> TicketId:
    """A message in a ticket of its own; `ticket_…` columns are the ticket's."""
    own = {k.removeprefix("ticket_"): v for k, v in columns.items() if k.startswith("ticket_")}
    rest = {k: v for k, v in columns.items() if not k.startswith("ticket_")}
    with store.write() as desk:
        made = samples.ticket(desk, **own)
        samples.letter(desk, text, ticket_id=made, **{"subject": "s", **rest})
    return made


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("kind:list", {"news"}),
        ("kind:person|bounce", {"hello", "undeliverable", "frage"}),
        ("-kind:person", {"news", "undeliverable", "reply"}),
        ("lang:de", {"frage"}),
        ("lang:de OR kind:list", {"frage", "news"}),
        ("has:attachment", {"frage"}),
        ("-has:attachment kind:person", {"hello", "undeliverable"} - {"undeliverable"}),
        ("from:me", {"reply"}),
        ("to:anna", {"reply"}),
        ("from:anna", {"hello"}),
        ("-from:anna -from:me kind:person", {"frage"}),
        ("subject:s -hello -frage", {"news", "undeliverable", "reply"}),
        ("(hello OR frage) -has:attachment", {"hello"}),
        ("NOT (hello OR news)", {"undeliverable", "reply", "frage"}),
    ],
)
def test_facts_of_messages(store: Store, typed: str, found: set[str]) -> None:
    file = [{"filename": "a.pdf", "inline": False}]
    letter(store, "hello", from_name="Anna", from_address="anna@x.example", language="en")
    letter(store, "news", kind="list", language="en", from_name="Shop")
    letter(store, "undeliverable", kind="bounce", from_name="Mailer")
    letter(store, "frage", language="de-AT", attachments=file, from_name="Bernd")
    letter(
        store, "reply", kind="own", direction="out", from_name="Me",
        recipients={"to": [["Anna", "anna@x.example"]]},
    )  # fmt: skip
    assert texts(store, typed) == found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("is:open", {"one", "four"}),
        ("is:waiting OR is:closed", {"two", "three"}),
        ("-is:open", {"two", "three"}),
        ("is:unread", {"one"}),
        ("is:read", {"two", "three", "four"}),
        ("is:snoozed", {"four"}),
        ("tag:vip", {"two"}),
        ("tag:vi*", {"two"}),
        ("-tag:vip -is:open", {"three"}),
        ("tag:退款", {"three"}),
        ("tag:tuikuan", {"three"}),
        ("tag:tk", {"three"}),
        ("vip", {"two"}),
        ("tuikuan", {"three"}),
        ("two vip", {"two"}),
        ("one vip", set()),
        ("-vip is:waiting", set()),
        ("#1001 OR #1003", {"one", "three"}),
        ("-#1001 is:open", {"four"}),
        ("wait>2d", {"four"}),
        ("wait<=2d", {"one"}),
        ("wait:1d", {"one"}),
        ("older:7d", {"four"}),
        ("newer:7d", {"one", "two", "three"}),
        ("newer:7d -is:open", {"two", "three"}),
        ("csat<=2", {"two"}),
        ("csat>2 OR nps>8", {"three"}),
        ("nps:3", set()),
        ("rating>0 -csat<=2", {"three"}),
    ],
)
def test_facts_of_tickets(store: Store, typed: str, found: set[str]) -> None:
    one = letter(store, "one", ticket_unread=True, ticket_waiting_since_ms=NOW - DAY)
    two = letter(store, "two", ticket_status="waiting", ticket_unread=False)
    three = letter(store, "three", ticket_status="closed", ticket_unread=False)
    letter(
        store, "four", received_ms=NOW - 10 * DAY, ticket_snoozed_until_ms=NOW + DAY,
        ticket_waiting_since_ms=NOW - 10 * DAY, ticket_unread=False,
    )  # fmt: skip
    with store.write() as desk:
        for ticket in (one, two, three):
            desk.tickets.give_number(ticket)
        desk.tags.put(two, desk.tags.named("VIP").id)
        desk.tags.put(three, desk.tags.named("退款").id)
        for ticket, scale, rating in ((two, "csat3", 1), (three, "nps", 9)):
            desk.surveys.add(
                token=f"{int(ticket):032x}", ticket_id=ticket, customer_id=CustomerId(1),
                address="a@b.example", scale=scale, rating=rating, expires_ms=0,
            )  # fmt: skip
    assert texts(store, typed) == found


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("ขอคืนเงินค่ะ", "คืนเงิน"),
        ("환불 부탁드립니다", "부탁"),
        ("환불 부탁드립니다", "\u1107\u116e\u1110\u1161\u11a8"),
        ("返金をお願いします", "お願い"),
        ("ﾍﾝｷﾝ", "ヘンキン"),
        ("iPhone15手机壳", "iphone15"),
        ("iPhone15手机壳", "手机壳"),
        ("iPhone15手机壳", "iPhone15 手机壳"),
        ("请尽快退\n> 款，谢谢", "退款"),
        ("please refund\n> my order", '"refund my order"'),
        ("Ｏｒｄｅｒ　１２３", "order 123"),
        ("İstanbul Straße Ærø", "istanbul strasse"),
        ("naïve co\u0301te\u0301", "naive cote"),
        ("thanks 👍🏽", "👍"),
        ("привет Ёлка", "ПРИВЕТ елка"),
        ("Η επιστροφή χρημάτων", "ΕΠΙΣΤΡΟΦΗ χρηματων"),
        ("हिन्दी में", "हिन्दी"),
        ("see order_number_7", "order number 7"),
        ("we're here", "we're"),
        ("C++ & C#", "c++"),
    ],
)
def test_many_scripts(store: Store, text: str, typed: str) -> None:
    letter(store, text, from_name="x", from_address="x@y.example")
    letter(store, "something else", from_name="x", from_address="x@y.example")
    (hit,) = find(store, f"{typed} ")
    assert hit.snippet == " ".join(text.split())
    assert hit.marks


def test_notes_and_the_owners_words_about_customers(store: Store) -> None:
    plain = letter(store, "hello")
    with store.write() as desk:
        customer = samples.customer(desk, "138", "m@x.example")
        named = samples.ticket(desk, customer_id=customer)
        samples.letter(desk, "good day", ticket_id=named, from_name="138", subject="s")
    with store.write(label=("ticket.note", {})) as desk:
        note = desk.notes.add(ticket_id=plain, text="客户很急，請退貨")
    (hit,) = find(store, "退货 ")
    assert (hit.ticket, [hit.snippet[a:b] for a, b in hit.marks]) == (plain, ["退貨"])
    assert {h.ticket for h in find(store, "hello 退货 ")} == {plain}
    with store.write(label=("customer.name", {})) as desk:
        desk.customers.update(customer, name="王小丽", note="prefers the phone", company="Acme")
    for typed in ("王小丽 ", "wangxiaoli", "wxl", "phone ", "acme ", "from:acme ", "good phone "):
        assert {h.ticket for h in find(store, typed)} == {named}, typed
    assert find(store, "hello phone ") == []
    with store.write(label=("ticket.note", {})) as desk:
        desk.notes.update(note, text="nothing more")
    assert find(store, "退货 ") == []
    with store.write() as desk:
        desk.undo.undo_last()
    assert len(find(store, "退货 ")) == 1
    with store.write() as desk:
        desk.notes.update(note, deleted_ms=1)
    assert find(store, "退货 ") == []


def test_names_are_found_before_and_after_they_were_spelt(store: Store) -> None:
    with store.write() as desk:
        for number, name in enumerate(("王丽", "李雷", "欧阳娜娜", "Bob")):
            address = f"{number}@x.example"
            ticket = samples.ticket(desk, customer_id=samples.customer(desk, name, address))
            samples.letter(desk, name, ticket_id=ticket, from_name=name, from_address=address)

    def check() -> None:
        for typed, expected in (
            ("wangli", "王丽"), ("wang", "王丽"), ("wl", "王丽"), ("lei", "李雷"),
            ("ouyangnana", "欧阳娜娜"), ("oynn", "欧阳娜娜"), ("nana", "欧阳娜娜"),
            ("from:wangl", "王丽"),
        ):  # fmt: skip
            assert {hit.snippet for hit in find(store, typed)} == {expected}, typed
        assert find(store, "zhang") == []

    check()
    with store.write() as desk:
        reach, names = desk.search.names_to_spell()
        assert set(names) >= {"王丽", "李雷"}
        desk.search.keep_spelt(reach, all_runs(names))
        assert desk.search.names_to_spell() == ("", [])
    check()


def test_numbers_however_they_are_written(store: Store) -> None:
    forms = ["A-10023", "A10023", "a–10023"]
    phones = ["138 0013 8000", "13800138000", "138-0013-8000", "+86 138 0013 8000"]
    for text in (*forms, *phones):
        letter(store, f"see {text} please", from_name="x", from_address="x@y.example")
    for typed in forms[:2]:
        assert len(find(store, f"{typed} ")) == 3, typed
    for typed in phones[:3]:
        assert len(find(store, f"{typed} ")) == 4, typed
    assert len(find(store, "+8613800138000 ")) == 4
    assert find(store, "A-10024 ") == find(store, "13800138001 ") == []


def test_exact_numbers_and_addresses_come_first_by_relevance(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        desk.tickets.update(ticket, number=1042)
        samples.letter(desk, "the one", ticket_id=ticket, received_ms=1, subject="s")
        samples.letter(desk, "1042 pieces, write to li@corp.example", subject="s")
        samples.letter(desk, "by li", from_address="li@corp.example", received_ms=2, subject="s")
    assert find(store, "1042 ", by="relevance")[0].snippet == "the one"
    assert find(store, "li@corp.example ", by="relevance")[0].snippet == "by li"
    with store.write() as desk:
        (row,) = desk.messages.select("WHERE from_address = 'li@corp.example'")
        desk.mentions.add([str(row.rfc_id)], row.ticket_id, row.id)
    assert [hit.snippet for hit in find(store, f"{row.rfc_id} ")] == ["by li"]


def test_a_customers_name_stands_above_the_text(store: Store) -> None:
    letter(store, "anna " * 20, received_ms=NOW - DAY, from_name="Bob")
    letter(store, "hello", received_ms=NOW - 200 * DAY, from_name="Anna")
    assert find(store, "anna ", by="relevance")[0].snippet == "hello"
    assert find(store, "anna ")[1].snippet == "hello"


def test_the_index_follows_every_change_of_a_message(store: Store) -> None:
    with store.write() as desk:
        made = samples.letter(desk, "apple pie", subject="fruit", language="en")
    with store.write(label=("message.redecode", {})) as desk:
        desk.messages.update(made, text="梨子 pie", subject="pear", kind="list", language="zh")
    assert find(store, "apple ") == find(store, "fruit ") == find(store, "kind:person ") == []
    assert len(find(store, "梨子 pear kind:list lang:zh ")) == 1
    with store.write() as desk:
        desk.undo.undo_last()
    assert len(find(store, "fruit kind:person lang:en ")) == 1
    assert find(store, "pear ") == []
    with store.write() as desk:
        desk.search.remove(made)
        desk.messages.update(made, text="", subject="gone")
    assert find(store, "pie ") == find(store, "gone ") == find(store, "kind:person ") == []
    with store.read() as reader:
        count = reader._tx.value("SELECT count(*) FROM search WHERE search MATCH 'fruit OR pie'")
    assert count == 0


def test_rows_of_found_tickets_say_where(store: Store) -> None:
    with store.write() as desk:
        ticket = samples.ticket(desk)
        samples.letter(desk, "old refund", ticket_id=ticket, received_ms=1, subject="s")
        samples.letter(desk, "new Refund", ticket_id=ticket, received_ms=2, subject="s")
        samples.letter(desk, "thanks", ticket_id=ticket, received_ms=3, subject="s")
        other = samples.ticket(desk)
        samples.letter(desk, "refund", ticket_id=other, subject="s")
    for typed in ("refund", "r", "re"):
        with store.read() as reader:
            found = reader.lists.found_in(parse_query(typed, TODAY), [ticket])
        assert list(found) == [ticket]
        hit = found[ticket]
        assert hit.snippet == "new Refund", typed
        assert hit.snippet[slice(*hit.marks[0])].startswith("R")


# -- found = really there


_TOKENS = [
    "refund",
    "refunds",
    "Re",
    "退款",
    "退貨",
    "款",
    "单号",
    "A-12",
    "café",
    "vip",
    "王",
    "x",
]
_LETTERS = st.lists(st.sampled_from([*_TOKENS, "，", "\n", " ", "."]), max_size=8).map(" ".join)


def _holds(text: str, term: tree.Term) -> bool:
    """The naive truth: the words stand beside each other, marks and capitals aside."""
    have, wanted = [_plain(each) for each in words(text)], [_plain(each) for each in term.tokens]
    for start in range(len(have) - len(wanted) + 1):
        piece = have[start : start + len(wanted)]
        if piece[:-1] == wanted[:-1] and (
            piece[-1] == wanted[-1] or (term.prefix and piece[-1].startswith(wanted[-1]))
        ):
            return True
    return any(each in fold(text).replace("-", "").split() for each in term.also)


def _plain(token: str) -> str:
    return token.replace("é", "e")


def _fits(node: Node, text: str, subject: str, status: str) -> bool:
    if isinstance(node, tree.Not):
        return not _fits(node.node, text, subject, status)
    if isinstance(node, tree.And):
        return all(_fits(each, text, subject, status) for each in node.nodes)
    if isinstance(node, tree.Or):
        return any(_fits(each, text, subject, status) for each in node.nodes)
    if isinstance(node, tree.State):
        return node.name == status
    assert isinstance(node, tree.Word)
    if node.field is tree.Field.SUBJECT:
        return _holds(subject, node.term)
    return _holds(text, node.term) or _holds(subject, node.term)


@pytest.fixture(scope="module")
def shelf(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Store, list[tuple[str, ...]]]]:
    """A few hundred random bilingual letters, and what they say."""
    import random

    dice = random.Random(7)
    folder = DataFolder(tmp_path_factory.mktemp("shelf"))
    store = Store.open(folder, FixedClock(NOW), origin="test")
    letters: list[tuple[str, ...]] = []
    with store.write() as desk:
        for number in range(300):
            text = " ".join(dice.choices([*_TOKENS, "，", "\n"], k=dice.randint(0, 9)))
            subject = " ".join(dice.choices(_TOKENS, k=dice.randint(0, 2)))
            status = dice.choice(("open", "waiting", "closed"))
            ticket = samples.ticket(
                desk, status=status, subject="", last_message_ms=NOW - number * 1000
            )
            message = samples.letter(
                desk, text, ticket_id=ticket, subject=subject, from_name="", from_address="",
                recipients={}, received_ms=NOW - number * 1000,
            )  # fmt: skip
            letters.append((str(int(message)), text, subject, status))
    yield store, letters
    store.close()


_PIECES = st.recursive(
    st.one_of(
        st.sampled_from(_TOKENS),
        st.sampled_from(["is:open", "is:closed", "subject:refund", "主题：退款", "re*", "单*"]),
        st.tuples(st.sampled_from(_TOKENS), st.sampled_from(_TOKENS)).map(
            lambda pair: f'"{pair[0]} {pair[1]}"'
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        inner.map(lambda one: f"-{one}"),
    ),
    max_leaves=5,
)


@given(_PIECES, st.sampled_from(["", " "]))
@settings(max_examples=120, deadline=None)
def test_found_is_really_there(
    shelf: tuple[Store, list[tuple[str, ...]]], typed: str, end: str
) -> None:
    """Against a naive search of every letter: nothing missing, nothing too much, newest first."""
    store, letters = shelf
    query = parse_query(f"{typed}{end}", TODAY)
    assert query.root is not None
    there = [
        int(message) for message, text, subject, status in letters
        if _fits(query.root, text, subject, status)
    ]  # fmt: skip
    with store.read() as reader:
        hits = reader.lists.search(query, 1000)
        best = reader.lists.search(query, 1000, "relevance")
        tickets = reader.lists.find_tickets(query)
        few = reader.lists.search(query, 7)
    assert [int(hit.message) for hit in hits] == there
    assert sorted(int(hit.message) for hit in best) == sorted(there)
    assert len(tickets) == len(there)
    assert [int(hit.message) for hit in few] == there[:7]
    for hit in hits:
        assert all(0 <= a < b <= len(hit.snippet) for a, b in hit.marks)
