"""What is typed into the search box."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.search_query import SearchQuery, Term, parse_day, parse_query

TODAY = date(2026, 9, 7)


def ask(typed: str) -> SearchQuery:
    return parse_query(typed, TODAY)


def test_words_and_phrases() -> None:
    assert ask('refund "order a123" ').text == (Term(("refund",)), Term(("order", "a123")))
    assert ask("退款 ").text == (Term(("退", "款")),)
    assert ask("“退款”").text == (Term(("退", "款")),)


def test_last_word_is_a_prefix_while_typing() -> None:
    assert ask("refund inv").text == (Term(("refund",)), Term(("inv",), prefix=True))
    assert ask("refund inv ").text[-1] == Term(("inv",))
    assert ask('"inv"').text == (Term(("inv",)),)
    assert ask("i").text == (Term(("i",)),)
    assert ask("退").text == (Term(("退",)),)


@pytest.mark.parametrize(
    ("typed", "chinese"),
    [
        ("from:wang ", "来自:wang "),
        ('subject:"order a" ', "主题：“order a” "),
        ("tag:refund", "标签:refund"),
        ("is:open", "状态:待回复"),
        ("is:unread", "是:未读"),
        ("has:attachment", "有:附件"),
        ("before:2026-09-01", "早于:2026年9月1日"),
        ("after:2026-08", "晚于：2026年8月"),
        ("after:yesterday", "晚于:昨天"),
    ],
)
def test_operators_in_two_languages(typed: str, chinese: str) -> None:
    assert ask(typed)
    assert ask(typed) == ask(chinese)


def test_all_operators_together() -> None:
    query = ask(
        "from:王丽 tag:vip is:open is:waiting has:attachment before:today after:7d #1042 退款"
    )
    assert query == SearchQuery(
        text=(Term(("退", "款")),),
        from_=(Term(("王", "丽")),),
        tags=("vip",),
        states=frozenset({"open", "waiting"}),
        attachment=True,
        before=TODAY,
        after=date(2026, 8, 31),
        number=1042,
    )


@pytest.mark.parametrize(
    "typed",
    ["is:nonsense", "before:whenever", "before:2026-13-45", "http://a", "12:30", "has:x", "tag:"],
)
def test_what_makes_no_sense_is_words(typed: str) -> None:
    query = ask(typed)
    assert query.text
    assert query == SearchQuery(text=query.text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-05", date(2026, 10, 5)),
        ("2026/10", date(2026, 10, 1)),
        ("2026", date(2026, 1, 1)),
        ("2026年", date(2026, 1, 1)),
        ("2周", date(2026, 8, 24)),
        ("3m", date(2026, 6, 9)),
        ("9999y", None),
        ("0000", None),
        ("", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert parse_day(text, TODAY) == day


@given(
    st.one_of(
        st.text(max_size=80),
        st.lists(
            st.sampled_from(
                [
                    *(
                        "from:",
                        "before:",
                        "is:",
                        "tag:",
                        "来自:",
                        "标签：",
                        ":",
                        '"',
                        "“",
                        "#",
                        " ",
                    ),
                    *("1", "9" * 30, "\x00", "-", "*", "(", "NEAR", "OR", "\ud800", "退", "a"),
                ]
            ),
            max_size=30,
        ).map("".join),
    )
)
def test_never_raises(typed: str) -> None:
    query = ask(typed)
    "".join(query.tags).encode()
    for term in (*query.text, *query.from_, *query.subject):
        assert term.tokens
        assert all(c not in '"\x00' for token in term.tokens for c in token)


def test_long_pastes_are_cut() -> None:
    assert len(ask("word " * 10_000).text) <= 20
