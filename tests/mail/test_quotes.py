"""The customer's words are never cut away (product.md, demand 2)."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.base import resources
from solodesk.mail.folding import fold_quotes_html
from solodesk.mail.newwords import new_words
from solodesk.mail.quotes import split_quotes
from solodesk.mail.tails import is_phone_line
from solodesk.mail.text import html_to_text
from solodesk.mail.words import sections
from tests.mail.letters import KEPT, REPLIES, Reply


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: reply.name)
def test_history_and_signatures_go(reply: Reply) -> None:
    assert split_quotes(reply.text).new == reply.new


@pytest.mark.parametrize("text", KEPT)
def test_what_may_be_the_customers_stays(text: str) -> None:
    assert split_quotes(text).new == text


def test_quote_marks_in_a_first_mail_are_the_customers() -> None:
    text = "I see this:\n> Error 500\nwhat now"
    assert split_quotes(text, is_reply=False).new == text


_LINES = st.sampled_from(
    [
        "> quoted",
        ">> twice",
        "my words",
        "",
        "-- ",
        "--",
        "Sent from my iPhone",
        "On Mon, Sep 7, 2026 at 5:00 PM Jo <j@x.example> wrote:",
        "-----Original Message-----",
        "From: Jo <j@x.example>",
        "Sent: Monday, September 7, 2026 5:00 PM",
        "To: me",
        "Subject: x",
        '在 2026-09-07 17:00:00，"张三" <a@b.example> 写道：',
        "| a | b |",
        "________________",
    ]
)


@given(st.lists(_LINES, max_size=14))
@settings(max_examples=200, deadline=None)
def test_never_empty_and_words_after_marked_quotes_stay(lines: list[str]) -> None:
    text = "\n".join(lines)
    new = split_quotes(text).new
    if any(char.isalnum() for char in text):
        assert any(char.isalnum() for char in new)
    marked = "\n".join(
        [
            "> old",
            *(line for line in lines if line in {"> quoted", "my words", ""}),
            "the last word",
        ]
    )
    assert split_quotes(marked).new.count("my words") == marked.count("my words")
    assert "the last word" in split_quotes(marked).new


@given(st.lists(_LINES, max_size=14), st.booleans())
@settings(max_examples=200, deadline=None)
def test_new_words_are_lines_of_the_mail_in_order(lines: list[str], is_reply: bool) -> None:
    text = "\n".join(lines)
    rest = iter(line.strip() for line in lines)
    new = split_quotes(text, is_reply=is_reply, sender="Jo j").new
    assert all(any(line.strip() == other for other in rest) for line in new.split("\n") if line)


@pytest.mark.parametrize("language", sorted(sections()))
def test_every_language_s_own_words_are_understood(language: str) -> None:
    """A header block, a rule and a telephone's line in each language of the resources."""
    part = sections()[language]
    if "from" not in part:
        return
    when = "7.9.2026 17:00"
    for sent in (*part.get("sent", ()), *part.get("date", ())):
        block = f"{part['from'][0]}: Jo <j@x.example>\n{sent}: {when}\n{part['to'][0]}: me"
        block = f"Yes!\n\n{block}\n{part['subject'][0]}: a\n\nold"
        assert split_quotes(block).new == "Yes!", sent
    for original in part.get("original message", ()):
        assert split_quotes(f"Yes!\n\n----- {original} -----\n\nold").new == "Yes!", original
    for forward in part.get("forwarded message", ()):
        text = f"Look\n\n----- {forward} -----\nFrom: Jo\n\nnews"
        assert split_quotes(text).new == text, forward
    for phrase in part.get("sent from", ()):
        line = phrase.replace("…", "iPhone")
        assert is_phone_line(line), line


def test_translators_files_have_only_parts_that_are_read() -> None:
    table = (resources.path("mail", "words") / "README.md").read_text(encoding="utf-8")
    known = set(re.findall(r"\[([^\]]+)\]", table))
    known.add("original message, only above a header block")
    for language, part in sections().items():
        assert set(part) <= known, language


@pytest.mark.parametrize(
    "line",
    ["a" * 440 + ":", "a" * 200 + "@" + "b" * 200 + ":", "From: a", "(" * 440 + ":", "--", "> ",
     "On 7.9.2026 17:00 x@y.example wrote:", "______\nA: b@c.example",
     "Sent from my iPhone\n\n> a"],
    ids=lambda line: line[:12],
)  # fmt: skip
def test_hostile_text_costs_little(line: str) -> None:
    text = f"{line}\n" * (1_500_000 // len(line))
    before = time.process_time()
    split_quotes(text)
    assert time.process_time() - before < 2


_FOLDED = {
    "gmail": '<div>Yes</div><br><div class="gmail_quote">'
    '<div class="gmail_attr">On Mon, Jo wrote:</div>'
    '<blockquote class="gmail_quote">OLD</blockquote></div>',
    "apple": 'Yes<div><blockquote type="cite"><div>On 7 '
    "Sep 2026, at 17:00, Jo wrote:</div>OLD</blockquote>"
    "</div>",
    "thunderbird": '<p>Yes</p><div class="moz-cite-prefix">On 07/09/2026 17:00, Jo wrote:<br></div>'
    '<blockquote type="cite"><p>OLD</p></blockquote>',
    "outlook": "<div class=WordSection1><p>Yes</p><div><div "
    'style="border:none;border-top:solid #E1E1E1 '
    '1.0pt">'
    "<p><b>From:</b> J &lt;j@x.example&gt;<br><b>"
    "Sent:</b> Monday, September 7, 2026 5:00 PM<br>"
    "<b>To:</b> m<br>"
    "<b>Subject:</b> s</p></div></div><p>OLD</p></div>",
    "outlook_web": '<div>Yes</div><div id="appendonsend"></div>'
    '<hr><div id="divRplyFwdMsg"><b>From:</b> J</div>'
    "<div>OLD</div>",
    "qq": "<div>Yes</div><div><includetail><div>---- "
    "原始邮件 ----</div><div>OLD</div></includetail>"
    "</div>",
    "qq_plain": '<div>Yes</div><div style="x">------------------&nbsp;'
    "原始邮件&nbsp;------------------</div><div>OLD</div>",
    "163": '<div>Yes</div><p>在 2026-09-07 17:00:00，"张" '
    '&lt;a@b.example&gt; 写道：</p><blockquote id="isReplyContent">'
    "OLD</blockquote>",
    "rule": "<div>Yes</div><hr><div><b>发件人：</b> J &lt;j@x.example&gt;"
    "<br><b>发送时间：</b> 2026年9月7日 17:00<br><b>收件人：</b>"
    " m<br>"
    "<b>主题：</b> s</div><div>OLD</div>",
}


@pytest.mark.parametrize("html", _FOLDED.values(), ids=_FOLDED.keys())
def test_quoted_html_is_folded(html: str) -> None:
    visible, quoted = fold_quotes_html(html)
    assert "Yes" in visible
    assert "OLD" not in visible
    assert quoted is not None
    assert "OLD" in quoted
    assert "Yes" not in quoted


@pytest.mark.parametrize(
    "html",
    [
        "<blockquote type=cite>OLD</blockquote>",
        "<blockquote type=cite>q1</blockquote><p>answer</p><blockquote type=cite>q2</blockquote>",
        '<p>a</p><div class="moz-cite-prefix">On 07/09/2026 '
        "17:00, J wrote:</div><blockquote type=cite>"
        "q</blockquote><p>below</p>",
        '<div>see</div><div class="gmail_quote"><div '
        'class="gmail_attr">---------- Forwarded message '
        "---------<br>From: x</div>b</div>",
        "<p>nothing quoted</p>",
    ],
)
def test_html_with_answers_below_or_nothing_above_is_shown_whole(html: str) -> None:
    assert fold_quotes_html(html) == (html, None)


_PIECES = st.sampled_from(
    [
        "<p>mine{n}</p>",
        "<blockquote type=cite>old{n}</blockquote>",
        '<div class="gmail_quote"><div>On Mon, 7 Sep 2026 Jo wrote:</div>old{n}</div>',
        '<div id="appendonsend"></div>',
        "<hr>",
        "<div>On 7 Sep 2026 17:00, Jo &lt;j@x.example&gt; wrote:<br></div>",
        "<div><b>From:</b> Jo &lt;j@x.example&gt;<br><b>Sent:</b> 7.9.2026 17:00<br>"
        "<b>To:</b> me<br><b>Subject:</b> x</div>",
        "<div>-----Original Message-----</div>",
        "<table><tr><td>cell{n}</td></tr></table>",
        "<includetail>tail{n}</includetail>",
        "<div>",
        "</div>",
    ]
)


@given(st.lists(_PIECES, max_size=9))
@settings(max_examples=200, deadline=None)
def test_folding_loses_and_repeats_nothing(pieces: list[str]) -> None:
    html = "".join(piece.replace("{n}", str(number)) for number, piece in enumerate(pieces))
    visible, quoted = fold_quotes_html(html)
    words = re.findall(r"[a-z]+\d", html_to_text(html))
    apart = re.findall(r"[a-z]+\d", f"{html_to_text(visible)}\n{html_to_text(quoted or '')}")
    assert sorted(apart) == sorted(words)
    if quoted is not None:
        assert re.search(r"\w", html_to_text(visible))


@given(st.lists(_PIECES, max_size=7))
@settings(max_examples=200, deadline=None)
def test_new_words_of_html_mail_are_lines_of_its_text(pieces: list[str]) -> None:
    html = "".join(piece.replace("{n}", str(number)) for number, piece in enumerate(pieces))
    body = html_to_text(html)
    new = new_words(body, html, is_reply=True, forwarded=False)
    rest = iter(line.strip() for line in body.split("\n"))
    assert all(any(line.strip() == other for other in rest) for line in new.split("\n") if line)
    assert bool(re.search(r"\w", new)) == bool(re.search(r"\w", body))


def test_qq_writes_html_spaces_into_plain_text() -> None:
    body = (
        "请问什么时候退款？\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n"
        '发件人:&nbsp;"Lin"&nbsp;<hello@lin.example>;\n发送时间:&nbsp;2026年9月7日(星期一)&nbsp;下午5:00\n'
        "主题:&nbsp;退款\n\n您好，"
    )
    assert split_quotes(body).new == "请问什么时候退款？"


@pytest.mark.parametrize("wish", ["好的，要红色", "蓝色的有吗", "Red please"])
def test_a_wish_for_a_colour_does_not_point_into_the_history(wish: str) -> None:
    history = '在 2026-10-05 10:00:00，"Lin" <hello@lin.example> 写道：\n\n要哪个？'
    assert split_quotes(f"{wish}\n\n{history}").new == wish
    told = f"见红色部分\n\n{history}"
    assert split_quotes(told).new == told
