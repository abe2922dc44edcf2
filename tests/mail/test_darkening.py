"""Colours of mail can be read: on paper, on the sender's own grounds, on a dark window."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.mail import colours
from solodesk.mail.darkening import lightened, on_dark
from solodesk.mail.sanitise import sanitise

DARK = "#15181e"
_HUES = st.tuples(*[st.integers(0, 255)] * 3)


@given(_HUES)
@settings(max_examples=200, deadline=None)
def test_every_ink_can_be_read_on_a_dark_window(hue: colours.Colour) -> None:
    shown = on_dark(f'<p style="color:{colours.written(hue)};margin:1px">x</p>', DARK)
    ink = re.search(r"(?<!-)color:(#[0-9a-f]{6})", shown)
    if ink is not None:
        found, ground = colours.read(ink[1]), colours.read(DARK)
        assert found is not None
        assert ground is not None
        assert colours.contrast(found, ground) >= 4.5


def test_black_gives_way_and_hues_keep_their_hue() -> None:
    shown = on_dark(
        '<p style="color:#000000">a</p><b style="color:#1f3864;font-size:9px">b</b>', DARK
    )
    assert shown.startswith("<p>a</p>")
    red, green, blue = lightened((0x1F, 0x38, 0x64), (21, 24, 30))
    assert blue > green > red
    assert "font-size:9px" in shown
    assert on_dark("<p>color:#000000</p>", DARK) == "<p>color:#000000</p>"


def test_only_grounds_of_its_own_put_a_mail_on_paper() -> None:
    assert not sanitise('<p style="color:#123;background:white">x</p>').paints
    assert not sanitise('<img src="http://x.example/p.png" width=300 alt="Logo">').paints
    assert sanitise('<p style="background:#ffe">x</p>').paints
    assert sanitise('<table bgcolor="#fff"><tr><td>x</table>').paints
    assert sanitise("<body bgcolor=black text=white>x").paints


def test_words_nobody_could_read_are_mended() -> None:
    """White words meant for a picture that is not shown."""
    hero = (
        '<td style="background:url(http://x.example/h.jpg)"><h1 style="color:#fff">Sale</h1></td>'
    )
    shown = sanitise(f"<table><tr>{hero}</tr></table>").html
    assert "color:#ffffff" not in shown
    assert "Sale" in shown
    kept = sanitise('<table><tr><td bgcolor="#000"><h1 style="color:#fff">Sale</h1></table>').html
    assert "color:#ffffff" in kept
    inherited = sanitise(
        '<div style="background:#000;color:#fff"><p style="background:#fff">x</p></div>'
    )
    assert re.search(r'<p style="color:#[01][0-9a-f]{5};background-color:#ffffff">', inherited.html)


def test_tiny_invisible_words_are_hidden() -> None:
    assert "preheader" not in sanitise('<p style="color:#fff;font-size:1px">preheader</p>x').html


@given(st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_colour_or_none(text: str) -> None:
    found = colours.read(text)
    assert found is None or all(0 <= part <= 255 for part in found)


def test_colours_in_all_their_forms() -> None:
    same = ("#f00", "#FF0000", "red", "rgb(255,0,0)", "rgb(100%, 0%, 0%)", "hsl(0,100%,50%)",
            "rgba(255,0,0,1)", "#ff0000ff", "#f00f", "ff0000")  # fmt: skip
    assert {colours.read(form) for form in same} == {(255, 0, 0)}
    assert colours.read("transparent") is None
    assert colours.read("rgba(0,0,0,0)") is None
    assert colours.read("rgba(0,0,0,.5)") == (128, 128, 128)
    assert round(colours.contrast((0, 0, 0), (255, 255, 255)), 2) == 21
