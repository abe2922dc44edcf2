"""Nothing in a mail loads, runs, lies or blows up the viewer."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.mail.safewriter import MAX_OUTPUT
from solodesk.mail.sanitise import sanitise

_SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href=" jav&#x09;ascript:alert(1)">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<a href="vbscript:x">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "<math><mtext></form><mglyph><style></math>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    '<form action="javascript:alert(1)"><button>x</button></form>',
    '<object data="data:text/html;base64,PHNjcmlwdD4="></object>',
    '<embed src="javascript:alert(1)">',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<style>@import 'javascript:alert(1)';</style>",
    '<div style="width:expression(alert(1))">x</div>',
    "<xss style='behavior:url(x.htc)'>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    '<base href="javascript:/a/-alert(1)///////">',
    '<img src="javascript:alert(1)">',
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<title><img src=x onerror=alert(1)></title>",
    '<p title="--><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    '<a href="file:///etc/passwd">x</a>',
    '<meta http-equiv="refresh" content="0;url=http://e.example/">',
    "<textarea><script>alert(1)</script></textarea>",
    '<a href="qrc:/x">x</a>',
    '<a href="\\\\server\\share">x</a>',
    "<plaintext><script>alert(1)",
    "<select><style></select><img src=x onerror=alert(1)></style>",
]
_BEACONS = [
    '<img src="http://b.example/p.png" width="300">',
    '<img src="//b.example/p.png">',
    '<img src=" https://b.example/p">',
    '<img src="HTTP://b.example/p">',
    '<img srcset="http://b.example/p 1x">',
    '<div style="background:url(http://b.example/p)">x</div>',
    '<div style="background:u\\72l(http://b.example/p)">x</div>',
    "<div style=\"list-style-image:url('http://b.example/p')\">x</div>",
    '<table background="http://b.example/p"><tr><td>x</table>',
    '<td background="http://b.example/p">',
    '<link rel="stylesheet" href="http://b.example/s.css">',
    '<link rel="dns-prefetch" href="//b.example">',
    "<style>@import url(http://b.example/s.css);</style>",
    "<style>p{background:url(http://b.example/p)}</style><p>x</p>",
    '<image src="http://b.example/p">',
    '<input type="image" src="http://b.example/p">',
    '<video poster="http://b.example/p"></video>',
    '<audio src="http://b.example/p"></audio>',
    '<svg><image href="http://b.example/p"/></svg>',
    '<iframe src="http://b.example/"></iframe>',
    '<object data="http://b.example/p"></object>',
    '<embed src="http://b.example/p">',
    '<bgsound src="http://b.example/p">',
    '<body background="http://b.example/p">',
    '<img src="file:///etc/passwd">',
    '<img src="C:\\x.png">',
    '<img src="/etc/passwd">',
    '<img src="x.png">',
    '<img src="qrc:/x.png">',
    '<div style="border:1px solid url(http://b.example/p)">x</div>',
    "<div style=\"background:image-set('http://b.example/p' 1x)\">x</div>",
    '<script src="http://b.example/x.js"></script>',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=">',
    '<base href="http://b.example/"><img src="p.png">',
    '<source src="http://b.example/p">',
    '<img lowsrc="http://b.example/p">',
    '<img src="\\\\b.example\\p">',
    '<p style="behavior:url(http://b.example/x)">x</p>',
    '<img src="htt&#x70;://b.example/p">',
    "<style>*{content:url(http://b.example/p)}</style>",
]
_TAG = re.compile(r"<(/?)([a-z0-9]+)((?:\s[^<>]*)?)>")
_LOADING = re.compile(
    r"(?:src|background|poster|srcset)\s*=\s*\"(?!cid:|data:image/(?:png|jpe?g|gif|webp|bmp);)",
    re.IGNORECASE,
)


def _harmless(html: str) -> None:
    """Only known tags and attributes, nothing that loads, no scripts, every tag closed."""
    for _, tag, rest in _TAG.findall(html):
        assert not _LOADING.search(rest)
        assert tag not in {
            "script",
            "style",
            "iframe",
            "object",
            "embed",
            "svg",
            "math",
            "form",
            "input",
            "meta",
            "link",
            "base",
            "title",
        }
        names = set(re.findall(r'([\w-]+)="', rest))
        assert names <= {
            "href",
            "src",
            "alt",
            "width",
            "height",
            "style",
            "align",
            "valign",
            "bgcolor",
            "dir",
            "border",
            "cellpadding",
            "cellspacing",
            "colspan",
            "rowspan",
            "color",
            "face",
            "size",
            "start",
            "type",
        }
        for href in re.findall(r'href="([^"]*)"', rest):
            assert href.startswith(("http://", "https://", "mailto:"))
        for style in re.findall(r'style="([^"]*)"', rest):
            assert "url" not in style
            assert "\\" not in style
    assert html.count("<") == len(_TAG.findall(html))


@pytest.mark.parametrize("attack", _SCRIPTS)
def test_scripts_do_not_pass(attack: str) -> None:
    safe = sanitise(f"<p>before</p>{attack}<p>after</p>").html
    _harmless(safe)
    assert "before" in safe


@pytest.mark.parametrize("beacon", _BEACONS)
def test_nothing_loads(beacon: str) -> None:
    _harmless(sanitise(f"<p>before</p>{beacon}").html)


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
    assert '<p style="color:red">x</p>' in safe.html
    assert '<table width="100%">' in safe.html
    assert 'bgcolor="#fff"' in safe.html
    assert 'colspan="40"' in safe.html
    assert '<img src="cid:p1@x" alt="">' in safe.html
    assert '<div style="width:100%;color:blue">z</div>' in safe.html
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


@given(
    st.lists(
        st.sampled_from(
            _SCRIPTS
            + _BEACONS
            + [
                "<",
                ">",
                '"',
                "'",
                "&",
                "&lt;",
                "<b>",
                "</b>",
                "<table>",
                "<td>",
                "text",
                "\u202e",
                "\x00",
            ]
        ),
        max_size=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_mixture_is_harmless(pieces: list[str]) -> None:
    _harmless(sanitise("".join(pieces)).html)
