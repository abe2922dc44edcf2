"""Nothing in a mail loads, runs, lies or blows up the viewer."""

import pytest

from solodesk.mail.safewriter import MAX_OUTPUT
from solodesk.mail.sanitise import sanitise


def test_what_was_blocked_is_counted_and_can_be_allowed() -> None:
    html = (
        '<p>Hi <img src="http://s.example/logo.png" '
        'width=900 alt="Our <b>logo"><img src="http://t.example/o.gif" '
        "width=1 height=1></p>"
    )
    safe = sanitise(html)
    assert (safe.blocked_remote, safe.trackers) == (2, 1)
    assert "Our &lt;b&gt;logo" in safe.html
    assert "<img" not in safe.html
    allowed = sanitise(html, remote=True)
    assert (allowed.blocked_remote, allowed.trackers) == (1, 1)
    assert 'src="http://s.example/logo.png"' in allowed.html
    assert 'width="560"' in allowed.html
    assert "t.example" not in allowed.html


def test_styles_and_layout_are_kept() -> None:
    safe = sanitise(
        "<head><title>No</title><style>p.a{color:red;background:url(x)}</style></head>"
        '<p class="a">x</p><table width="900"><tr><td '
        'bgcolor="#fff" colspan="9999">y</td></tr></table>'
        '<img src="cid:p1@x"><div style="font-size:0;'
        'width:2000px;margin-left:-900px;color:blue">'
        "z</div>"
    )
    assert '<p style="color:#ff0000">x</p>' in safe.html
    assert '<table width="100%">' in safe.html
    assert 'bgcolor="#ffffff"' in safe.html
    assert 'colspan="40"' in safe.html
    assert '<img src="cid:p1@x" alt="">' in safe.html
    assert '<div style="width:100%;color:#0000ff">z</div>' in safe.html
    assert "No" not in safe.html


def test_hidden_text_stays_hidden() -> None:
    safe = sanitise(
        '<div style="display:none">preheader<b>x</b>'
        "</div><style>.h{display:none}</style><p class=h>"
        "also</p><p>seen</p>"
    )
    assert safe.html.strip() == "<p>seen</p>"


@pytest.mark.parametrize(
    ("text", "url", "warning"),
    [
        ("www.bank.example", "http://evil.test/", "other_host"),
        ("https://bank.com/login", "https://bank.com.evil.test/", "other_host"),
        ("click", "https://bank.com@evil.test/", "userinfo"),
        ("click", "http://3232235777/", "number_host"),
        ("click", "http://0x7f.1/", "number_host"),
        ("click", "http://192.168.1.1/", "number_host"),
        ("click", "https://xn--80ak6aa92e.com/", "lookalike_host"),
        ("click", "https://раypal.com/", "lookalike_host"),
        ("me@shop.com", "mailto:evil@x.test", "other_address"),
        ("a\u202egpj", "https://x.test/", "bidi"),
        ("Shop", "https://shop.com/", None),
        ("shop.com", "https://www.shop.com/x?y=1", None),
        ("www.shop.co.uk", "https://news.shop.co.uk/", None),
        ("例子.中国", "http://例子.中国/", None),
        ("München", "https://münchen.de/", None),
        ("invoice.pdf", "https://files.test/1", None),
        ("Node.js", "https://nodejs.org/", None),
        ("me@shop.com", "mailto:me@shop.com?subject=x", None),
        ("read more at shop.com", "https://track.test/1", None),
        ("v1.2", "https://x.test/", None),
    ],
)
def test_links_that_lie_are_marked(text: str, url: str, warning: str | None) -> None:
    link = sanitise(f'<a href="{url}">{text}</a>').links[0]
    assert link.warning == warning
    assert link.url.isascii() or link.url.startswith("mailto:")


def test_layout_bombs_are_capped() -> None:
    tables = sanitise("<table><tr><td>" * 3000 + "deep")
    assert tables.flattened
    assert tables.html.count("<table") <= 10
    assert "deep" in tables.html or tables.truncated
    assert sanitise("<div>" * 50_000 + "words").flattened
    long = sanitise("<p>" + "word " * 100_000)
    assert long.truncated
    assert len(long.html) < MAX_OUTPUT + 1000
    many = sanitise("<table>" * 9 + "<tr><td>x" * 1)
    assert many.html.count("<table") == many.html.count("</table>")
    assert sanitise('<img src="cid:x">' * 10_000).html.count("<img") <= 400
