"""Canned responses: found as typed, filled in the right language, kept as packs."""

import pytest

from solodesk.base import resources
from solodesk.base.errors import KnownError
from solodesk.domain.pieces import PieceKind, joined
from solodesk.services import customers, macros, responses
from tests.services.inbox import Inbox


@pytest.fixture
def stocked(inbox: Inbox) -> Inbox:
    """With the starter pack."""
    pack = resources.read_text("packs", "starter.json")
    with inbox.store.write() as desk:
        responses.import_json(desk, pack)
        macros.import_json(desk, pack)
    return inbox


def names(box: Inbox, typed: str, language: str | None = None) -> list[str]:
    with box.store.read() as reader:
        return [m.name for m in responses.find(reader, typed, language=language)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("/ref", "Refund — on its way"),
        ("refno", "Refund — not possible"),
        ("order", "Ask for the order number"),
        ("、tk", "退款已处理"),
        ("tkycl", "退款已处理"),
        ("tuikuan", "退款已处理"),
        ("退款", "退款已处理"),
        ("refnd on its", "Refund — on its way"),
        ("tracking", "Shipping — on its way"),
    ],
)
def test_the_picker_finds_what_was_meant(stocked: Inbox, typed: str, first: str) -> None:
    assert names(stocked, typed)[0] == first


def test_nothing_typed_shows_the_most_used_and_nonsense_finds_nothing(stocked: Inbox) -> None:
    with stocked.store.write() as desk:
        responses.used(desk, "/thx")
    assert names(stocked, "")[0] == "Thanks — glad it worked"
    assert names(stocked, "zzzqqq") == []


def test_filled_in_for_the_customer_in_the_language_they_wrote(stocked: Inbox) -> None:
    en = stocked.mail("Where is my refund? I asked last week.").ticket
    zh = stocked.mail("您好，我的退款什么时候到账？", subject="退款").ticket
    with stocked.store.write() as desk:
        customers.set_greeting(desk, stocked.customer(en), "Ms Chen")
    with stocked.store.read() as reader:
        english = responses.prepare(reader, "/ref", en)
        chinese = responses.prepare(reader, "ref", zh)
    assert english.language == "en"
    assert joined(english.pieces).startswith(
        "Hi Ms Chen,\n\nyour refund for order ▢ order number ▢"
    )
    assert english.blanks == ("order_number",)
    assert "7 September 2026" in joined(english.pieces)
    assert chinese.language == "zh"
    assert "Ms Chen，您好！" in joined(chinese.pieces)
    assert "2026年9月7日" in joined(chinese.pieces)


def test_a_greeting_is_never_a_blank(inbox: Inbox) -> None:
    ticket = inbox.mail("Hello there, this is English.").ticket
    with inbox.store.write() as desk:
        responses.save(desk, "Hi", {"": "{{ customer.greeting }}!"})
    with inbox.store.read() as reader:
        pieces = responses.prepare(reader, "Hi", ticket).pieces
        nobody = responses.prepare(reader, "Hi", None, language="zh").pieces
    assert [(p.kind, p.text) for p in pieces] == [
        (PieceKind.VALUE, "Hello"),
        (PieceKind.TEXT, "!"),
    ]
    assert joined(nobody) == "您好!"


def test_broken_bodies_and_taken_names_are_refused(inbox: Inbox) -> None:
    with inbox.store.write() as desk:
        made = responses.save(desk, "A", {"en": "x"}, shortcut="a")
        responses.save(desk, "A", {"en": "y", "zh": "z"}, canned=made)
    with pytest.raises(KnownError, match="name_taken"), inbox.store.write() as desk:
        responses.save(desk, "A", {"en": "x"})
    with pytest.raises(KnownError, match="template_broken"), inbox.store.write() as desk:
        responses.save(desk, "B", {"en": "{{ x "})
    with pytest.raises(KnownError, match="empty_response"), inbox.store.write() as desk:
        responses.save(desk, "B", {"en": "  "})
    with inbox.store.read() as reader:
        assert [r.bodies for r in responses.all(reader)] == [{"en": "y", "zh": "z"}]


def test_packs_go_out_and_come_back(stocked: Inbox) -> None:
    with stocked.store.read() as reader:
        pack = responses.export_json(reader)
        before = [responses.as_json(r) for r in responses.all(reader)]
    with stocked.store.write() as desk:
        responses.delete(desk, "/ref")
        responses.import_json(desk, pack)
    with stocked.store.read() as reader:
        assert [responses.as_json(r) for r in responses.all(reader)] == before
    for bad in ("nonsense", '{"responses": 5}', '[{"name": 5}]', '[{"name": "x", "bodies": []}]'):
        with pytest.raises(KnownError), stocked.store.write() as desk:
            responses.import_json(desk, bad)


def test_every_body_of_the_starter_pack_renders(stocked: Inbox) -> None:
    with stocked.store.read() as reader:
        for response in responses.all(reader):
            for language in response.bodies:
                prepared = responses.prepare(reader, response.name, None, language=language)
                assert responses.prepared_html(prepared.pieces).startswith("<p>")
