"""Signing in through the browser against a real HTTPS authority: PKCE, device codes, refusals."""

import dataclasses
import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import oauth
from solodesk.mail.oauth import SignIn, Tokens
from solodesk.mail.oauth_client import Authority
from tests.support import authority as support
from tests.support.authority import CLIENT_ID, Browser
from tests.support.waiting import free_port

SCOPES = ("https://mail.example/IMAP", "https://mail.example/SMTP")


def microsoft(there: support.Authority) -> Authority:
    return Authority(
        "Microsoft", CLIENT_ID, SCOPES, authority=there.url, ca_file=str(there.certificates.ca)
    )


def other(there: support.Authority) -> Authority:
    return Authority(
        "Another", CLIENT_ID, SCOPES,
        authorize=f"{there.url}/authorize", token=f"{there.url}/token",
        device=f"{there.url}/device", ca_file=str(there.certificates.ca),
        client_secret="not very", parameters=(("access_type", "offline"),),
    )  # fmt: skip


Kind = Callable[[support.Authority], Authority]
both = pytest.mark.parametrize("kind", [microsoft, other])


@pytest.fixture
def browser(authority: support.Authority) -> Browser:
    return Browser(authority.certificates.ca)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def through(sign_in: SignIn, browser: Browser, pool: ThreadPoolExecutor) -> Tokens:
    waiting = pool.submit(sign_in.finish, threading.Event())
    browser.open(sign_in.open_url)
    return waiting.result(10)


@both
def test_by_browser_then_refreshed_without_asking(
    kind: Kind, authority: support.Authority, browser: Browser, pool: ThreadPoolExecutor
) -> None:
    asked = kind(authority)
    authority.conduct.user = "ling@shop.example"
    sign_in = oauth.begin_browser(asked, "ling@shop.example")
    got = through(sign_in, browser, pool)
    assert got.access in authority.given
    assert got.refresh in authority.given
    assert "You are signed in" in browser.pages[0]
    said = authority.authorised[0]
    assert said["login_hint"] == "ling@shop.example"
    assert set(SCOPES) <= set(said["scope"].split())
    assert said["code_challenge_method"] == "S256"
    assert authority.asked[0]["code_verifier"]
    fresh = oauth.refresh(asked, got.refresh or "")
    assert fresh.refresh != got.refresh
    assert authority.asked[-1]["grant_type"] == "refresh_token"
    assert "access" not in repr(fresh).replace("AccessToken", "")


def test_the_secret_of_a_client_and_its_parameters_are_sent(
    authority: support.Authority, browser: Browser, pool: ThreadPoolExecutor
) -> None:
    authority.conduct.client_secret = "not very"
    through(oauth.begin_browser(other(authority), ""), browser, pool)
    assert authority.authorised[0]["access_type"] == "offline"
    assert "not very" not in repr(other(authority))


@both
def test_by_a_code_typed_elsewhere(kind: Kind, authority: support.Authority) -> None:
    authority.conduct.pending = 1
    sign_in = oauth.begin_device(kind(authority))
    assert sign_in.user_code == "ABCD-1234"
    assert sign_in.open_url == f"{authority.url}/type-it"
    got = sign_in.finish(threading.Event())
    assert got.refresh in authority.given
    assert len(authority.asked) == 2


@both
def test_a_sign_in_that_was_taken_back_is_final(kind: Kind, authority: support.Authority) -> None:
    with pytest.raises(NeedsOwner) as told:
        oauth.refresh(kind(authority), "no such token")
    assert told.value.code == "sign_in_expired"
    assert told.value.params["text"] == "The sign-in was taken back."


def test_no_in_the_browser(
    authority: support.Authority, browser: Browser, pool: ThreadPoolExecutor
) -> None:
    authority.conduct.refuse = "access_denied"
    with pytest.raises(NeedsOwner) as told:
        through(oauth.begin_browser(microsoft(authority), ""), browser, pool)
    assert (told.value.code, told.value.params["text"]) == ("sign_in_refused", "access_denied")
    assert "not signed in" in browser.pages[0]


def test_strangers_at_the_port_are_not_heard(
    authority: support.Authority, browser: Browser, pool: ThreadPoolExecutor
) -> None:
    sign_in = oauth.begin_browser(other(authority), "")
    back = parse_qs(urlsplit(sign_in.open_url).query)
    port = urlsplit(back["redirect_uri"][0]).port
    assert port is not None
    waiting = pool.submit(sign_in.finish, threading.Event())
    knocks = (
        ("/?code=evil&state=wrong", f"127.0.0.1:{port}"),
        ("/?code=evil", f"127.0.0.1:{port}"),
        (f"/?code=evil&state={back['state'][0]}", "evil.example"),
    )
    for path, host in knocks:
        knock = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        knock.request("GET", path, headers={"Host": host})
        assert knock.getresponse().status == 400
        knock.close()
    assert not waiting.done()
    browser.open(sign_in.open_url)
    assert waiting.result(10).access
    with pytest.raises(ConnectionRefusedError):
        http.client.HTTPConnection("127.0.0.1", port, timeout=5).connect()


@pytest.mark.parametrize("begin", [lambda a: oauth.begin_browser(a, ""), oauth.begin_device])
def test_given_up(begin: Callable[[Authority], SignIn], authority: support.Authority) -> None:
    authority.conduct.pending = 1000
    sign_in = begin(other(authority))
    stop = threading.Event()
    stop.set()
    with pytest.raises(NeedsOwner) as told:
        sign_in.finish(stop)
    assert told.value.code == "sign_in_not_finished"


def test_what_cannot_be_asked(authority: support.Authority) -> None:
    good = other(authority)
    nobody = f"https://127.0.0.1:{free_port()}/token"
    for asked, code in (
        (dataclasses.replace(good, client_id=""), "client_id_needed"),
        (dataclasses.replace(good, token="http://127.0.0.1/token"), "bad_setting"),
        (dataclasses.replace(good, token=None), "bad_setting"),
        (dataclasses.replace(good, ca_file=None), "certificate_invalid"),
        (dataclasses.replace(good, token=nobody), "unreachable"),
        (dataclasses.replace(good, token=f"{authority.url}/device"), "sign_in_refused"),
    ):
        with pytest.raises(KnownError) as told:
            oauth.refresh(asked, "x")
        assert told.value.code == code
    with pytest.raises(KnownError) as told:
        oauth.begin_device(dataclasses.replace(good, device=None))
    assert told.value.code == "bad_setting"
