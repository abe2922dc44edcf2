"""Secrets: the contract both keychains keep, and none at all told plainly."""

from collections.abc import Callable

import pytest

from solodesk.base.errors import KnownError
from solodesk.base.keychain import Keychain, Purpose, SessionKeychain, SystemKeychain
from tests.support.secrets import SecretService


@pytest.fixture(params=["system", "session"])
def heard_keychain(request: pytest.FixtureRequest) -> tuple[Keychain, list[str]]:
    """A keychain of each kind, and the secrets it told about."""
    heard: list[str] = []
    if request.param == "session":
        return SessionKeychain(heard.append), heard
    request.getfixturevalue("secret_service")
    return SystemKeychain(heard.append), heard


def test_keeps_apart_replaces_and_forgets(heard_keychain: tuple[Keychain, list[str]]) -> None:
    keychain, heard = heard_keychain
    assert keychain.get("me", Purpose.IMAP) is None
    keychain.set("me", Purpose.IMAP, "first")
    keychain.set("me", Purpose.IMAP, "zweites 密码\n")
    keychain.set("me", Purpose.SMTP, "other")
    assert keychain.get("me", Purpose.IMAP) == "zweites 密码\n"
    assert keychain.get("me", Purpose.SMTP) == "other"
    assert keychain.get("you", Purpose.IMAP) is None
    keychain.delete("me", Purpose.IMAP)
    keychain.delete("me", Purpose.IMAP)
    assert keychain.get("me", Purpose.IMAP) is None
    assert keychain.get("me", Purpose.SMTP) == "other"
    assert {"first", "zweites 密码\n", "other"} <= set(heard)


_ACTS: list[Callable[[Keychain], object]] = [
    lambda keychain: keychain.get("me", Purpose.IMAP),
    lambda keychain: keychain.set("me", Purpose.IMAP, "secret"),
    lambda keychain: keychain.delete("me", Purpose.IMAP),
]


@pytest.mark.parametrize("act", _ACTS, ids=["get", "set", "delete"])
def test_no_keychain_is_a_known_fault(act: Callable[[Keychain], object]) -> None:
    with pytest.raises(KnownError) as caught:
        act(SystemKeychain())
    assert caught.value.code == "no_keychain"
    assert "secret" not in str(caught.value.params)


def test_keychain_that_went_away_is_a_known_fault(secret_service: SecretService) -> None:
    SystemKeychain().set("me", Purpose.IMAP, "secret")
    secret_service.stop()
    with pytest.raises(KnownError, match="no_keychain"):
        SystemKeychain().get("me", Purpose.IMAP)
