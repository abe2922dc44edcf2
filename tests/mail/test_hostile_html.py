"""Whatever HTML comes: what is shown is harmless, stays what it is when cleaned again, and costs a
bounded time."""

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from solodesk.mail.sanitise import sanitise
from tests.mail.harmless import harmless
from tests.mail.hostile import BEACONS, SCRIPTS

FORMS = [form.replace("B/", "b.example/") for form in (*BEACONS, *SCRIPTS)]

# The targets of links, which only open when asked, and what is words.
_SEEN = re.compile(r' href="[^"]*"|(?<=>)[^<]+')


def _check(html: str) -> None:
    for remote in (False, True):
        safe = sanitise(html, remote=remote)
        harmless(safe.html, frozenset(safe.remote) if remote else frozenset())
        again = sanitise(safe.html, remote=remote)
        assert again.html == safe.html


def test_there_are_enough_forms() -> None:
    assert len(set(BEACONS)) >= 120
    assert len(set(SCRIPTS)) >= 80


@pytest.mark.parametrize("form", FORMS)
def test_a_form_does_nothing(form: str) -> None:
    _check(form)
    _check(f"<p>before</p>{form}<p>after</p>")
    shown = sanitise(f"<p>before</p>{form}<p>after</p>")
    assert "before" in shown.html
    assert "b.example" not in _SEEN.sub("", shown.html)


def _choice(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


_NAMES = _choice(
    "a b p i div span table tr td th tbody ul li ol dl dt dd h1 h2 pre font center blockquote "
    "img br hr script style svg math mtext mglyph mi annotation-xml foreignObject title desc "
    "noscript template xmp plaintext textarea iframe object embed form input button select "
    "option body html head meta base link frameset frame marquee section article details "
    "caption col colgroup nobr image o:p v:rect applet ruby rt dir menu fieldset legend "
    "noembed noframes wbr keygen x-y "
)
_VALUES = st.sampled_from(
    [
        "", "x", "http://b.example/p", "//b.example/p", "javascript:alert(1)", "cid:a@b", "file:///x",
        "data:image/png;base64,AAAA", "data:text/html,x", "color:red;background:url(http://b/p)",
        "display:none", "display:block;color:#fff", "font-size:1px;color:#fff", "width:9999px",
        "background:#000 url(//b/p)", "padding:9px;background:#00f;color:#fff;display:block",
        "color:re\\64 ;x:y", '"', "'", "'\"><img src=x onerror=alert(1)>", "--></style></script>",
        "</title>", "<!--", "1", "99999", "50%", "-1", "\u202e", "\uff1c", "font-family:Wingdings",
        "text/html", "red", "#fff", "rgba(0,0,0,.5)", "mailto:a@b.example", "https://x.example/?a=1&b",
        "vbscript:x", "tel:+123", "background:#00f;color:#fff;padding:9px 0",
        "background:#fff;color:#fff;width:300px;margin:0 auto",
        "color:var(--x)", "direction:rtl;border:1px solid red",
    ]
)  # fmt: skip
_KEYS = _choice(
    "href src style class id background bgcolor color width height alt title onclick srcset "
    "poster data action formaction align dir colspan rowspan cellpadding encoding xlink:href "
    "type face size "
)
_TEXT = st.one_of(
    st.sampled_from(
        [
            "x",
            " ",
            "\n",
            "&lt;",
            "&amp;",
            "&",
            "<",
            ">",
            '"',
            "'",
            "\x00",
            "\u202e",
            "]]>",
            "-->",
            "<!--",
            "<![CDATA[",
            "&nbsp;",
            "&#x3c;b",
            "\ud800",
            "x" * 600,
            "</",
            "<p",
            "\u00a0",
        ]
    ),
    st.text(max_size=6),
)
_QUOTES = st.sampled_from(['"', "'", ""])


@st.composite
def _tags(draw: st.DrawFn) -> str:
    name = draw(_NAMES)
    if draw(st.integers(0, 3)) == 0:
        return f"</{name}>"
    written = ""
    for _ in range(draw(st.integers(0, 3))):
        quote = draw(_QUOTES)
        written += f" {draw(_KEYS)}={quote}{draw(_VALUES)}{quote}"
    return f"<{name}{written}{draw(st.sampled_from(['>', '>', '>', '/>', '', ' >']))}"


_CSS = st.sampled_from(
    ["<style>*{color:#fff}</style>", "<style>p,td{display:none}</style>",
     "<style>.x>b{color:red}</style>", "<style>#x *{color:red!important}",
     "<style>div div a{display:block;background:#0f0;padding:3px}</style>",
     "<style>@media screen{b{color:#123}}</style>", "<style>a{}}b{color:url(x)}</style>"]
)  # fmt: skip
_SOUP = st.lists(st.one_of(_tags(), _tags(), _TEXT, st.sampled_from(FORMS), _CSS), max_size=14).map(
    "".join
)


@given(_SOUP)
@settings(max_examples=250, deadline=None)
def test_any_soup_is_harmless_and_cleaned_once_for_all(html: str) -> None:
    _check(html)


@st.composite
def _mutated(draw: st.DrawFn) -> str:
    """Known forms, cut and glued at any place."""
    text = "".join(draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=4)))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        text = text[:at] + draw(_TEXT) + text[at + cut :]
    return text


@given(_mutated())
@settings(max_examples=150, deadline=None)
def test_any_mutation_is_harmless(html: str) -> None:
    _check(html)


@given(st.text(max_size=200))
@example("<pre>\n\nx</pre>")
@example("<p> <b> x")
@settings(max_examples=80, deadline=None)
def test_any_text_is_harmless(html: str) -> None:
    _check(html)


_BOMBS = {
    "nested tables": "<table><tr><td>" * 20_000 + "deep",
    "nested boxes": "<div>" * 100_000 + "words",
    "nested unknown": "<x-y>" * 100_000 + "words",
    "nested bold": "<b>" * 30_000 + "words" + "</i>" * 30_000,
    "misnested": "<b><i><a href='http://x.example/'><p>" * 20_000,
    "attributes": "<p " + "a=1 " * 400_000 + ">x",
    "one attribute": '<p style="' + "color:red;" * 300_000 + '">x',
    "many pictures": '<img src="http://x.example/p" width=300>' * 60_000,
    "many cells": "<table><tr>" + "<td>x" * 300_000,
    "much text": "<p>" + "word " * 1_000_000,
    "one word": "x" * 5_000_000,
    "brackets": "<" * 2_000_000,
    "comments": "<!--" * 500_000,
    "entities": "&amp;" * 1_000_000,
    "much style": "<style>" + "p b i{color:red}" * 200_000 + "</style><p><b><i>x",
    "deep selectors": "<style>" + "div div div div b{color:red}" * 60 + "</style>" + "<div>" * 90
    + "<b>x</b>" * 20_000,
    "open style": "<style>" + "a{" * 500_000,
    "links": '<a href="http://x.example/">www.y.example</a>' * 60_000,
    "spans": "<table>" + "<tr><td colspan=40 rowspan=60>x" * 30_000,
}  # fmt: skip


@pytest.mark.parametrize("bomb", _BOMBS)
def test_a_bomb_is_bounded(bomb: str) -> None:
    begun = time.process_time()
    safe = sanitise(_BOMBS[bomb])
    assert time.process_time() - begun < 2.5
    assert len(safe.html) < 310_000
    harmless(safe.html)
    assert sanitise(safe.html).html == safe.html


def test_a_whole_long_mail_can_be_asked_for() -> None:
    long = "<p>" + "word " * 100_000 + "end</p>"
    assert sanitise(long).truncated
    assert "end" in sanitise(long, limit=2_000_000).html
