"""The small HTML of drafts."""

from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.pieces import Piece, PieceKind
from solodesk.services import draft_html
from solodesk.services.templates import render

EVIL = '<img src=x onerror="alert(1)"> **bold** [x](javascript:1) {{7*7}}'


def test_markdown_is_rendered_but_values_never_are() -> None:
    pieces = render("Hi {{ c.name }},\n**soon**\n\n- one\n- two", {"c": {"name": EVIL}})
    html = draft_html.from_pieces(pieces)
    assert "<b>soon</b>" in html
    assert "<img" not in html
    assert "&lt;img src=x" in html
    assert "**bold**" in html
    written = draft_html.read(html)
    assert EVIL in written.text
    assert "- one\n- two" in written.text
    assert "span" not in written.html


def test_blanks_are_found_again() -> None:
    pieces = render("Order {{ ask.order_number }} and {{ ask.day }}", {})
    written = draft_html.read(draft_html.from_pieces(pieces))
    assert written.blanks == ("order_number", "day")


def test_a_value_within_a_link_stays_a_part_of_the_address() -> None:
    pieces = render("[track](https://t.example/?n={{ c.n }})", {"c": {"n": 'a" b<'}})
    html = draft_html.from_pieces(pieces)
    assert html == '<p><a href="https://t.example/?n=a%22%20b%3C">track</a></p>'


def test_what_leaves_is_rebuilt_from_a_whitelist() -> None:
    written = draft_html.read(
        '<p style="x" onclick="y">a<script>evil()</script><a href="javascript:x">b</a>'
        '<a href="https://ok.example/">c</a><img src="http://t/1.gif"></p><h1>H</h1>'
    )
    assert written.html == '<p>ab<a href="https://ok.example/">c</a></p><p>H</p>'
    assert written.text == "abc (https://ok.example/)\n\nH"


def test_plain_text_keeps_its_lines() -> None:
    text = "Hi,\nline <two>\n\nsecond & last"
    assert draft_html.read(draft_html.from_text(text)).text == text


@given(st.text())
def test_reading_never_raises_and_gives_balanced_safe_html(body: str) -> None:
    written = draft_html.read(body)
    assert "<script" not in written.html.lower()
    assert draft_html.read(written.html).html == written.html


@given(st.text(alphabet=st.characters(blacklist_categories=["Cs"])), st.text(max_size=20))
def test_any_value_survives_as_text(value: str, before: str) -> None:
    pieces = (Piece(PieceKind.TEXT, "x"), Piece(PieceKind.VALUE, value, "c.n"))
    html = draft_html.from_pieces(pieces)
    assert html.startswith('<p>x<span data-value="c.n">')
