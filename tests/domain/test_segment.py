"""One spelling for index and query."""

import re
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.script import SIMPLIFIED
from solodesk.domain.segment import flatten, fold, is_cjk, matcher, segment, words


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
    assert words("!!! —— 😀 \x00") == ()


def test_traditional_table_is_sound() -> None:
    """No character leads on to another: folding twice is folding once."""
    assert len(SIMPLIFIED) > 1_000
    assert all(len(simple) == 1 for simple in SIMPLIFIED.values())
    assert not {ord(simple) for simple in SIMPLIFIED.values()} & SIMPLIFIED.keys()


@given(st.text(max_size=60))
def test_segmenting_is_steady(text: str) -> None:
    """Segmented text is storable, and segmenting it again changes no word."""
    once = segment(text)
    once.encode()
    assert "\x00" not in once
    assert words(once) == words(text)


@given(st.text(max_size=60))
def test_flatten_keeps_positions(text: str) -> None:
    assert len(flatten(text)) == len(text)


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
    link = sqlite3.connect(":memory:")
    link.execute(
        "CREATE VIRTUAL TABLE s USING fts5 (t, content='',"
        " tokenize='unicode61 remove_diacritics 2')"
    )
    link.execute("INSERT INTO s (rowid, t) VALUES (1, ?)", (segment(text),))
    phrase = " ".join(words(piece))
    assert link.execute("SELECT rowid FROM s WHERE s MATCH ?", (f'"{phrase}"',)).fetchall() == [
        (1,)
    ]
    link.close()
    pattern = matcher([(words(piece), False)])
    assert pattern is not None
    assert pattern.search(flatten(text)) is not None


def test_matcher_finds_whole_words_and_prefixes() -> None:
    whole = matcher([(("resume",), False)])
    prefix = matcher([(("resu",), True)])
    assert whole is not None
    assert prefix is not None
    assert whole.search(flatten("Mon Résumé.")) is not None
    assert whole.search(flatten("resumes")) is None
    assert prefix.search(flatten("my RÉSUMÉ")) is not None
    assert prefix.search(flatten("presume")) is None
    assert matcher([((), False)]) is None


def test_latin_beside_chinese() -> None:
    pattern = matcher([(("a123",), False)])
    assert pattern is not None
    assert pattern.search(flatten("订单A123已发货")) is not None
    assert is_cjk("退")
    assert not is_cjk("a")
