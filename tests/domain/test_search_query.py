"""What is typed into the search box: understood, never refused, and written down again the same."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solodesk.domain import search_tree as tree
from solodesk.domain import search_values
from solodesk.domain.search_query import parse_query
from solodesk.domain.search_tree import Field, Node, Remark, SearchQuery, Term, leaves
from solodesk.domain.search_written import written

TODAY = date(2026, 9, 7)
DAY_MS = 86_400_000


def ask(typed: str) -> SearchQuery:
    return parse_query(typed, TODAY)


def root(typed: str) -> Node | None:
    """A complete search."""
    return ask(f"{typed} ").root


def word(*tokens: str, prefix: bool = False, field: Field = Field.ANY, said: str = "") -> tree.Word:
    return tree.Word(Term(tokens, prefix, (), said or " ".join(tokens)), field)


def test_words_and_phrases() -> None:
    assert root('refund "order a123"') == tree.And((word("refund"), word("order", "a123")))
    assert root("退款") == word("退", "款", said="退款")
    for typed in ("“退款”", "「退款」", '"退款"', "„退款“"):
        assert root(typed) == word("退", "款", said="退款"), typed


def test_last_word_is_a_prefix_while_typing() -> None:
    assert ask("refund inv").root == tree.And((word("refund"), word("inv", prefix=True)))
    assert ask("i").root == word("i", prefix=True)
    for complete in ("inv ", '"inv"', "inv OR "):
        assert ask(complete).root == word("inv"), complete
    assert ask("退").root == word("退")
    assert root("inv*") == word("inv", prefix=True)


@pytest.mark.parametrize(
    ("typed", "chinese"),
    [
        ("from:wang ", "来自:wang "),
        ("to:wang ", "收件人：wang "),
        ('subject:"order a" ', "主题：“order a” "),
        ("tag:refund", "标签:refund"),
        ("is:open", "状态:待回复"),
        ("is:unread", "是:未读"),
        ("has:attachment", "有:附件"),
        ("before:2026-09-01", "早于:2026年9月1日"),
        ("after:2026-08", "晚于：2026年8月"),
        ("after:yesterday", "晚于:昨天"),
        ("older:7d", "旧于：7天"),
        ("newer:2w", "新于:2周"),
        ("lang:zh", "语言:中文"),
        ("kind:bounce", "类型：退信"),
        ("csat<=2", "满意度≤2"),
        ("rating<=2", "评分＜＝2"),
        ("wait>2d", "等待>2天"),
        ("#123", "＃123"),
        ("-refund ", "－refund "),
        ("a OR b ", "a 或 b "),
        ("(a b) ", "（a b） "),
    ],
)
def test_two_languages(typed: str, chinese: str) -> None:
    assert ask(typed).root is not None
    assert ask(typed) == ask(chinese)


@pytest.mark.parametrize(
    ("typed", "leaf"),
    [
        ("from:王丽", word("王", "丽", field=Field.FROM, said="王丽")),
        ("from: anna", word("anna", field=Field.FROM)),
        ("from:me", tree.Mine(sent=True)),
        ("to:我", tree.Mine(sent=False)),
        ("tag:vip", tree.Tagged("vip")),
        ('tag:"very important"', tree.Tagged("very important")),
        ("is:closed", tree.State("closed")),
        ("has:attachment", tree.HasFile()),
        ("before:today", tree.When(TODAY, before=True)),
        ("after:7d", tree.When(date(2026, 8, 31), before=False)),
        ("older:36h", tree.Age(DAY_MS * 3 // 2, older=True)),
        ("newer:3m", tree.Age(90 * DAY_MS, older=False)),
        ("wait>=30m", tree.Waiting(">=", 1_800_000)),
        ("wait:2d", tree.Waiting("=", 2 * DAY_MS)),
        ("csat=1", tree.Rated("csat", "=", 1)),
        ("nps>8", tree.Rated("nps", ">", 8)),
        ("lang:zh-TW", tree.Language("zh")),
        ("kind:newsletter", tree.KindIs("list")),
        ("#1042", tree.Number(1042)),
    ],
)
def test_operators(typed: str, leaf: Node) -> None:
    assert root(typed) == leaf
    assert root(f"-{typed}") == tree.Not(leaf)
    assert root(f"refund {typed}") == tree.And((word("refund"), leaf))
    assert root(f"{typed} OR refund") == tree.Or((leaf, word("refund")))
    assert not ask(f"{typed} ").remarks


def test_choices_of_one_operator() -> None:
    either = tree.Or((tree.State("open"), tree.State("waiting")))
    assert root("is:open|waiting") == root("is:open is:waiting") == either
    assert root("is:open is:unread") == tree.And((tree.State("unread"), tree.State("open")))
    assert root("lang:zh lang:en") == tree.Or((tree.Language("zh"), tree.Language("en")))
    assert root("#1 #2") == tree.Or((tree.Number(1), tree.Number(2)))
    assert root("tag:a tag:b") == tree.And((tree.Tagged("a"), tree.Tagged("b")))


def test_or_binds_its_neighbours_and_brackets_group() -> None:
    a, b, c, d = (word(each) for each in "abcd")
    assert root("a b OR c d") == tree.And((a, tree.Or((b, c)), d))
    assert root("(a b) OR (c d)") == tree.Or((tree.And((a, b)), tree.And((c, d))))
    assert root("a -(b OR c)") == tree.And((a, tree.Not(tree.Or((b, c)))))
    assert root("NOT a -b") == tree.And((tree.Not(a), tree.Not(b)))
    assert root("a AND b | c") == tree.And((a, tree.Or((b, c))))
    assert root('-"a b"') == tree.Not(word("a", "b"))


def test_numbers_in_pieces_and_in_one() -> None:
    assert root("A-10023") == tree.Word(Term(("a", "10023"), False, ("a10023",), "A-10023"))
    (phone,) = leaves(root("138-0013-8000"))
    assert isinstance(phone, tree.Word)
    assert "13800138000" in phone.term.also
    groups = root("138 0013 8000")
    assert isinstance(groups, tree.Or)
    assert groups.nodes[1] == word("13800138000")
    (abroad,) = leaves(root("+8613800138000"))
    assert isinstance(abroad, tree.Word)
    assert "13800138000" in abroad.term.also


@pytest.mark.parametrize(
    "typed",
    [
        *("from:", "tag:", "is:", "is:op", "before:", "before:20", "older:", "older:7", "csat<"),
        *("wait>", "wait>2", "#", '"', "-", "(", "((", "OR", "lang:", "lang:z", "-from:", "有："),
    ],
)
def test_half_typed_is_left_out(typed: str) -> None:
    assert ask(typed) == SearchQuery()
    assert ask(f"refund {typed}").root in {word("refund"), word("refund", prefix=True)}


@pytest.mark.parametrize(
    ("typed", "remark"),
    [
        ("is:nonsense", Remark("bad_value", "is:", "nonsense")),
        ("before:whenever", Remark("bad_value", "before:", "whenever")),
        ("before:2026-13-45", Remark("bad_value", "before:", "2026-13-45")),
        ("has:x", Remark("bad_value", "has:", "x")),
        ("older:soon", Remark("bad_value", "older:", "soon")),
        ("csat<=many", Remark("bad_value", "csat<=", "many")),
        ("tag:", Remark("no_value", "tag:")),
        ("from: is:open", Remark("no_value", "from:")),
    ],
)
def test_nonsense_is_words_with_a_remark(typed: str, remark: Remark) -> None:
    query = ask(f"{typed} ")
    assert query.remarks == (remark,)
    if remark.code == "bad_value":
        assert [leaf.term.said for leaf in leaves(query.root) if isinstance(leaf, tree.Word)] == [
            typed
        ]


@pytest.mark.parametrize("typed", ["http://a", "12:30", "re: hello", "a:b", "foo)", ":-)"])
def test_what_is_no_operator_is_words_without_a_remark(typed: str) -> None:
    query = ask(f"{typed} ")
    assert not query.remarks
    assert all(isinstance(leaf, tree.Word) for leaf in leaves(query.root))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-05", date(2026, 10, 5)),
        ("20261005", date(2026, 10, 5)),
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
    assert search_values.day(text, TODAY) == day


_SCRAPS = st.lists(
    st.sampled_from(
        [
            *(
                "from:",
                "before:",
                "is:",
                "tag:",
                "来自:",
                "标签：",
                "csat",
                "wait",
                "lang:",
                ":",
                "：",
            ),
            *(
                '"',
                "“",
                "”",
                "#",
                " ",
                " ",
                "1",
                "7d",
                "9" * 30,
                "\x00",
                "-",
                "*",
                "(",
                ")",
                "NEAR",
            ),
            *("OR", "AND", "NOT", "|", "<=", ">", "≤", "open", "2026", "\ud800", "退", "退款", "a"),
            *("A-10023", "138 0013 8000", "me", "é", "ß", "😀", "　", "（", "）"),
        ]
    ),
    max_size=30,
).map("".join)


@given(st.one_of(st.text(max_size=80), _SCRAPS))
def test_never_raises_and_is_read_again_the_same(typed: str) -> None:
    for query in (ask(typed), ask(f"{typed} ")):
        for leaf in leaves(query.root):
            if isinstance(leaf, tree.Word):
                assert leaf.term.tokens
                assert all(c not in '"\x00' for token in leaf.term.tokens for c in token)
        again = parse_query(f"{written(query.root)} ", TODAY)
        if len(written(query.root)) < 450:
            assert again.root == query.root
            assert not again.remarks


@given(st.integers(1, 500))
@example(500)
def test_deep_brackets(depth: int) -> None:
    assert ask("(" * depth + "a" + ")" * depth + " b ") is not None


def test_long_pastes_are_cut() -> None:
    assert len(leaves(ask("word " * 10_000).root)) <= 20
    assert len(leaves(ask(" ".join(map(str, range(10_000)))).root)) <= 21
