"""Links that lie are told, honest ones are left in peace, wrappers are seen through."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solodesk.mail.links import host_of, registered, tidy_url, warning_for
from solodesk.mail.redirects import unwrap
from solodesk.services.links import target

_SAFE = "https://eur01.safelinks.protection.outlook.com/?url="
_V2 = "https://urldefense.proofpoint.com/v2/url?u=https-3A__{host}_pay&d=x"
_V3 = "https://urldefense.com/v3/__https://{host}/pay__;!!abc!def$"
LYING = [
    ("www.bank.com", "http://evil.test/", "other_host"),
    ("https://bank.com/login", "https://bank.com.evil.test/", "other_host"),
    ("bank.com", "https://bank-com.test/", "other_host"),
    ("https://www.paypal.com", "https://paypal.com.secure.ru/x", "other_host"),
    ("Log in at https://bank.com/login today", "https://evil.test/", "other_host"),
    ("www.bank.co.uk", "https://evil.co.uk/", "other_host"),
    ("bank.github.io", "https://evil.github.io/", "other_host"),
    ("192.0.2.7", "https://evil.test/", "other_host"),
    ("bank.com\u200b", "https://evil.test/", None),  # an invisible letter: no address, no claim
    ("click", "https://bank.com@evil.test/", "userinfo"),
    ("click", "https://bank.com:80@evil.test/", "userinfo"),
    ("click", "https://bank.com%2Flogin@evil.test/", "userinfo"),
    ("click", "http://3232235777/", "number_host"),
    ("click", "http://0x7f.1/", "number_host"),
    ("click", "http://0x7f000001/", "number_host"),
    ("click", "http://0177.0.0.01/", "number_host"),
    ("click", "http://192.168.1.1/", "number_host"),
    ("click", "http://127.1/", "number_host"),
    ("click", "http://[::1]/", "number_host"),
    ("click", "http://[::ffff:7f00:1]/", "number_host"),
    ("click", "http://１２７.0.0.1/", "number_host"),
    ("click", "https://xn--80ak6aa92e.com/", "lookalike_host"),
    ("click", "https://раypal.com/", "lookalike_host"),
    ("click", "https://paypaӏ.com/", "lookalike_host"),
    ("click", "https://gοοgle.com/", "lookalike_host"),
    ("click", "https://bank.com\u2044login.evil.test/", "lookalike_host"),
    ("a\u202egpj", "https://x.test/", "bidi"),
    ("click", "https://x.test/%E2%80%AEfdp.exe", "bidi"),
    ("me@shop.com", "mailto:evil@x.test", "other_address"),
    ("https://bank.com", _SAFE + "https%3A%2F%2Fevil.test%2F&data=1", "other_host"),
    ("https://bank.com", _V2.format(host="evil.test"), "other_host"),
    ("https://bank.com", _V3.format(host="evil.test"), "other_host"),
    ("https://bank.com", "https://www.google.com/url?q=https://evil.test/&sa=D", "other_host"),
    ("click", _SAFE + "http%3A%2F%2F185.23.1.9%2F", "number_host"),
    ("https://bank.com", "https://l.facebook.com/l.php?u=https%3A%2F%2Fevil.test", "other_host"),
]
HONEST = [
    ("Shop", "https://shop.com/"),
    ("shop.com", "https://www.shop.com/x?y=1"),
    ("www.shop.co.uk", "https://news.shop.co.uk/"),
    ("https://shop.com/a", "https://click.shop.com/t/123"),
    ("例子.中国", "http://例子.中国/"),
    ("сахар.рф", "https://сахар.рф/"),
    ("München", "https://münchen.de/"),
    ("Ελλάδα", "https://ελλάδα.ευ/"),
    ("invoice.pdf", "https://files.test/1"),
    ("Node.js", "https://nodejs.org/"),
    ("v1.2", "https://x.test/"),
    ("e.g.", "https://x.test/"),
    ("read more at shop.com", "https://track.test/1"),
    ("me@shop.com", "mailto:me@shop.com?subject=x"),
    ("Me <me@shop.com>", "mailto:me@shop.com"),
    ("+49 30 1234", "tel:+49301234"),
    ("claymonthly.example", "https://x.us5.list-manage.com/track/click?u=1&id=2"),
    ("https://www.shop.com/sale", "https://u123.ct.sendgrid.net/ls/click?upn=abc"),
    ("shop.com", "https://click.pstmrk.it/3s/shop.com%2Fa/1/2"),
    ("https://shop.com", _SAFE + "https%3A%2F%2Fwww.shop.com%2F&data=1"),
    ("https://shop.com/pay", _V2.format(host="shop.com")),
    ("https://shop.com/pay", _V3.format(host="shop.com")),
    ("shop.com", "https://mandrillapp.com/track/click/1/shop.com?p=abc"),
    ("youtube.com", "https://www.youtube.com/watch?v=1"),
    ("Our terms (PDF)", "https://cdn.shop.com/t.pdf"),
    ("github.com/a/b", "https://github.com/a/b/issues/1"),
    ("hello.world", "https://example.com/"),
]


@pytest.mark.parametrize(("text", "url", "warning"), LYING)
def test_what_lies_is_told(text: str, url: str, warning: str | None) -> None:
    tidy = tidy_url(url)
    assert tidy is not None
    assert warning_for(text, tidy) == warning


@pytest.mark.parametrize(("text", "url"), HONEST)
def test_what_is_honest_is_left_in_peace(text: str, url: str) -> None:
    tidy = tidy_url(url)
    assert tidy is not None
    assert warning_for(text, tidy) is None


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " JAVA\tSCRIPT:x", "data:text/html,x", "file:///etc/passwd", "ftp://x/",
     "smb://x/y", "//x.test", "/x", "x", "", "http://", "http:///", "https://<x>/", "about:blank",
     "ms-word:ofe|u|http://x", "tel:javascript", "tel:", "blob:https://x/1", 'http://x"y/',
     "view-source:http://x", "intent://x#Intent;end", "\\\\x\\y", "qrc:/x", "http://%/",
     "vbscript:x", "http://./", "http://x..y/"],
)  # fmt: skip
def test_nothing_else_opens(url: str) -> None:
    assert tidy_url(url) is None
    assert target("click", url) is None


@given(st.text(max_size=60) | st.text(alphabet="htps:/.@%\\#?[]xn-0a1 é。", max_size=40))
@settings(max_examples=300, deadline=None)
def test_tidy_is_tidy_and_only_web_mail_and_phone(url: str) -> None:
    for candidate in (url, f"http://{url}", f"https://x.test/{url}", f"mailto:{url}"):
        tidy = tidy_url(candidate)
        if tidy is not None:
            assert tidy_url(tidy) == tidy
            assert tidy.partition(":")[0].lower() in {"http", "https", "mailto", "tel"}
            warning_for(url, tidy)
            unwrap(tidy)


def test_the_real_host_is_shown_through_wrappers() -> None:
    found = target("x", _SAFE + "https%3A%2F%2Fshop.com%2Fa")
    assert found is not None
    assert (found.where, found.through) == ("shop.com", "eur01.safelinks.protection.outlook.com")
    hidden = target("x", "https://x.us5.list-manage.com/track/click?u=1")
    assert hidden is not None
    assert (hidden.where, hidden.through) == ("", "x.us5.list-manage.com")
    plain = target("x", "https://münchen.de/")
    assert plain is not None
    assert (plain.where, plain.through, plain.kind) == ("xn--mnchen-3ya.de", "", "web")
    phone = target("call", "tel:+49 30-12")
    assert phone is not None
    assert (phone.kind, phone.url) == ("phone", "tel:+4930-12")


def test_registered_domains_are_those_of_the_public_list() -> None:
    assert registered("a.b.shop.co.uk") == "shop.co.uk"
    assert registered("evil.github.io") == "evil.github.io"
    assert host_of("https://X.Test:8080/") == "x.test"
