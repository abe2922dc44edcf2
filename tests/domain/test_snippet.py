"""Pieces of the original text with the hits in them."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.search_query import parse_query
from solodesk.domain.search_tree import Word, leaves
from solodesk.domain.segment import words
from solodesk.domain.snippet import LENGTH, Looker, cut, flat


def looker(typed: str) -> Looker:
    found = leaves(parse_query(typed, date(2026, 9, 7)).root, positive=True)
    return Looker([leaf.term for leaf in found if isinstance(leaf, Word)])


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("退款 ", "我要申請退 \n款，谢谢", ["退 款"]),
        ("退货 ", "申請退貨", ["退貨"]),
        ("resume ", "Mon Résumé.", ["Résumé"]),
        ("resu", "my re\u0301sume\u0301s", ["re\u0301su"]),
        ("strasse ", "die Straße 5", ["Straße"]),
        ("13800138000 ", "tel 138-0013 8000!", ["138-0013 8000"]),
        ("138-0013-8000 ", "13800138000", ["13800138000"]),
        ("A10023 ", "no. a-10023", ["a-10023"]),
        ("A-10023 ", "no. A10023", ["A10023"]),
        ("a123 ", "订单A123已发货", ["A123"]),
        ("คืน ", "ขอคืนเงิน", ["คืน"]),
        ("😀 ", "hi 😀!", ["😀"]),
        ("ＡＢＣ ", "see abc", ["abc"]),
        ('"my order" ', "on my\norder", ["my order"]),
        ("ref", "refund prefer", ["ref"]),
        ("ref ", "refund", []),
        ("is:open ", "is open", []),
        ("-refund x ", "refund x", ["x"]),
    ],
)
def test_what_is_marked(typed: str, text: str, marked: list[str]) -> None:
    shown, marks = cut(text, looker(typed))
    assert [shown[start:end] for start, end in marks] == marked


def test_the_piece_around_the_first_hit() -> None:
    text = "word " * 1000 + "我要申請退貨，\n謝謝 " + "end " * 500
    shown, marks = cut(text, looker("退货"))
    assert [shown[start:end] for start, end in marks] == ["退貨"]
    assert "\n" not in shown
    assert len(shown) <= LENGTH


_TEXT = st.text(alphabet="退款退貨單单ABcéßＡ１2 -。,\n\u0301\u200b😀ก", max_size=40)


@given(_TEXT, st.data())
def test_every_word_of_a_text_is_marked_in_it(text: str, data: st.DataObject) -> None:
    found = words(text)
    if not found:
        return
    token = data.draw(st.sampled_from(found))
    if re.fullmatch("[\ue000-\uf8ff]", token):
        return
    shown, marks = cut(text, looker(f'"{token}"'))
    assert marks
    assert all(0 <= start < end <= len(shown) for start, end in marks)


@given(st.text(max_size=60))
def test_places_lie_in_the_text(text: str) -> None:
    plain = flat(text)
    for at in range(len(plain.text)):
        start, end = plain.span(at, at + 1)
        assert 0 <= start < end <= len(text)
