"""Access tokens: one renewal at a time, none before its time, none with a token taken back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from solodesk.base.errors import NeedsOwner
from solodesk.base.log import Redactor
from solodesk.engine.tokens import Tokens
from solodesk.mail import oauth
from solodesk.mail.oauth_client import Authority
from solodesk.services.sign_in import Kept
from tests.support import authority as support

ME = "ling@shop.example"


def first(there: support.Authority) -> Kept:
    """A sign-in, by a code typed elsewhere."""
    there.conduct.user = ME
    asked = Authority(
        "Test", support.CLIENT_ID, ("mail",), ca_file=str(there.certificates.ca),
        authorize=f"{there.url}/authorize", token=f"{there.url}/token",
        device=f"{there.url}/device",
    )  # fmt: skip
    got = oauth.begin_device(asked).finish(threading.Event())
    there.asked.clear()
    assert got.refresh is not None
    return Kept(asked, got.refresh)


def test_many_ask_and_one_renews(authority: support.Authority) -> None:
    tokens, kept = Tokens(Redactor()), first(authority)
    newer: list[Kept] = []
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _n: tokens.of(ME, kept, newer.append), range(16)))
    assert len(found) == 1
    assert len(authority.asked) == 1
    assert [each.refresh in authority.given for each in newer] == [True]
    tokens.of(ME, newer[0], newer.append, renew=True)  # the server refused it
    assert len(authority.asked) == 2


def test_one_that_ends_soon_is_renewed(authority: support.Authority) -> None:
    tokens, kept = Tokens(Redactor()), first(authority)
    authority.conduct.lifetime_s = 60
    authority.conduct.rotate = False
    tokens.put(ME, oauth.refresh(kept.authority, kept.refresh).access, until=0.0)
    tokens.of(ME, kept, lambda _newer: None)
    assert len(authority.asked) == 2


def test_taken_back_is_asked_about_once(authority: support.Authority) -> None:
    tokens, kept = Tokens(Redactor()), first(authority)
    authority.revoke()
    for _attempt in range(3):
        with pytest.raises(NeedsOwner) as told:
            tokens.of(ME, kept, lambda _newer: None)
        assert told.value.code == "sign_in_expired"
        assert told.value.params["address"] == ME
    assert len(authority.asked) == 1


def test_logs_do_not_show_them(authority: support.Authority) -> None:
    redactor = Redactor()
    tokens, kept = Tokens(redactor), first(authority)
    newer: list[Kept] = []
    access = tokens.of(ME, kept, newer.append)
    cleaned = redactor.clean(f"failed with {access} and {newer[0].refresh}")
    assert access not in cleaned
    assert newer[0].refresh not in cleaned
