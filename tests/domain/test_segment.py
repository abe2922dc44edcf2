"""One spelling for index and query."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.script import SIMPLIFIED
from solodesk.domain.search_tree import Term
from solodesk.domain.segment import fold, segment, split, words
from solodesk.domain.snippet import Looker


def in_index(text: str, phrase: tuple[str, ...]) -> bool:
    """Whether SQLite's index finds the phrase in the text."""
    link = sqlite3.connect(":memory:")
    link.execute(
        "CREATE VIRTUAL TABLE s USING fts5 (t, content='',"
        " tokenize='unicode61 remove_diacritics 2')"
    )
    link.execute("INSERT INTO s (rowid, t) VALUES (1, ?)", (segment(text),))
    asked = f'"{" ".join(phrase)}"'
    found = link.execute("SELECT rowid FROM s WHERE s MATCH ?", (asked,)).fetchall()
    link.close()
    return found == [(1,)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Order A123", "order a123"),
        ("ＡＢＣ１２３", "abc123"),
        ("申請退貨", "申请退货"),
        ("ﾃｽﾄ", "テスト"),
        ("Straße", "strasse"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


def test_every_cjk_character_is_a_word() -> None:
    assert segment("订单A123已发货").split() == ["订", "单", "a123", "已", "发", "货"]
    assert words("退款，谢谢！ Order-A123 한국") == (
        "退",
        "款",
        "谢",
        "谢",
        "order",
        "a123",
        "한",
        "국",
    )


def test_what_has_no_words() -> None:
    assert words("!!! —— \u200b \x00 \ue001") == ()


def test_traditional_table_is_sound() -> None:
    """No character leads on to another: folding twice is folding once."""
    assert len(SIMPLIFIED) > 1_000
    assert all(len(simple) == 1 for simple in SIMPLIFIED.values())
    assert not {ord(simple) for simple in SIMPLIFIED.values()} & SIMPLIFIED.keys()


@given(st.text(max_size=60))
def test_the_real_index_finds_every_text_by_its_own_words(text: str) -> None:
    """Whatever a text holds, it is storable, and its words as a phrase find it."""
    once = segment(text)
    once.encode()
    assert "\x00" not in once
    found = words(text)
    assert split(once)[: len(found)] == found
    if found:
        assert in_index(text, found)


_TEXT = st.text(alphabet="退款退貨單单ABcé 1。,\n", min_size=1, max_size=30)


@given(_TEXT, st.data())
def test_every_run_of_chinese_is_found_by_the_real_index(text: str, data: st.DataObject) -> None:
    """SQLite's index finds any substring of Chinese characters, and the snippet's matcher too."""
    runs = re.findall("[退款貨單单]+", text)
    if not runs:
        return
    run = data.draw(st.sampled_from(runs))
    start = data.draw(st.integers(0, len(run) - 1))
    piece = run[start : data.draw(st.integers(start + 1, len(run)))]
    assert in_index(text, words(piece))
    assert Looker([Term(words(piece))]).finds(text)


def test_each_letter_of_scripts_without_spaces_is_a_word() -> None:
    assert words("ขอคืนเงิน") == ("ข", "อ", "ค", "น", "เ", "ง", "น")
    assert words("iPhone15手机壳") == ("iphone15", "手", "机", "壳")
    assert words("환불 かえきん") == ("환", "불", "か", "え", "き", "ん")


def test_marks_and_signs_of_no_width_are_no_part_of_words() -> None:
    assert words("re\u00adfund 退\u200b款 كِتَاب") == ("refund", "退", "款", "كتاب")
    assert words("e\u0301te\u0301") == words("été")


def test_each_emoji_is_a_word_of_its_own() -> None:
    assert len(words("👍🏽👍 ok😀")) == 5
    assert words("😀") == words(" 😀!")
    assert words("😀") != words("😁")


def test_numbers_in_pieces_stand_in_one_piece_too() -> None:
    for text, number in (
        ("order A-10023.", "a10023"),
        ("tel 138 0013 8000", "13800138000"),
        ("(138) 0013-8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("+44 (0)20 7946 0958", "02079460958"),
        ("0086 13800138000", "13800138000"),
    ):
        assert number in segment(text).split(), text
    assert segment("well-known man") == "well-known man"
    assert segment("1 2 3") == "1 2 3"
