"""As which client a mailbox signs in: given, remembered, the setting, the build; nothing mixed."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.mail.oauth_client import Authority
from solodesk.services import settings, sign_in
from solodesk.services.sign_in import Given, Kept
from solodesk.services.units import Store

ME = "ling@shop.example"
OWN = Given(
    client_id="mine", client_secret="not very", authorize="https://a.example/authorize",
    token="https://a.example/token", scopes=("mail",),
)  # fmt: skip


@pytest.fixture
def store(data_folder: DataFolder, clock: FixedClock) -> Iterator[Store]:
    store = Store.open(data_folder, clock, origin="engine")
    yield store
    store.close()


def code_of(store: Store, preset: str | None, given: Given | None = None) -> str:
    with store.read() as reader, pytest.raises(KnownError) as told:
        sign_in.authority_for(reader, ME, preset, given)
    return told.value.code


def test_no_client_id_ships(store: Store) -> None:
    assert code_of(store, "microsoft") == "client_id_needed"
    assert code_of(store, "google") == "client_id_needed"
    assert code_of(store, None) == "no_authority"
    with store.read() as reader:
        assert not sign_in.known_preset(reader, "microsoft")


def test_the_owners_client_id(store: Store) -> None:
    with store.write() as desk:
        settings.put(desk, "microsoft_client_id", "11-22")
    with store.read() as reader:
        assert sign_in.known_preset(reader, "microsoft")
        asked = sign_in.authority_for(reader, ME, "microsoft")
        said = sign_in.authority_for(reader, ME, "microsoft", Given(client_id="33"))
    assert (asked.client_id, said.client_id) == ("11-22", "33")
    assert asked.authority == "https://login.microsoftonline.com/common"
    assert asked.scopes[0].endswith("/IMAP.AccessAsUser.All")
    assert code_of(store, "google") == "client_id_needed"


def test_an_own_authority_takes_nothing_from_another(store: Store) -> None:
    with store.write() as desk:
        settings.put(desk, "microsoft_client_id", "11-22")
    with store.read() as reader:
        asked = sign_in.authority_for(reader, ME, "microsoft", OWN)
    assert (asked.authority, asked.client_id, asked.scopes) == (None, "mine", ("mail",))
    only_place = Given(token="https://evil.example/token", authorize="https://evil.example/a")
    assert code_of(store, "microsoft", only_place) == "client_id_needed"


def test_what_is_remembered_holds_no_secret_and_is_forgotten(store: Store) -> None:
    with store.write() as desk:
        asked = sign_in.authority_for(desk, ME, None, OWN)
        sign_in.remember(desk, ME, asked)
    with store.read() as reader:
        again = sign_in.authority_for(reader, ME, "microsoft")
        assert sign_in.is_remembered(reader, ME.upper())
        assert "not very" not in str(reader.settings.get("oauth_clients"))
    assert (again.token, again.client_id, again.client_secret) == (asked.token, "mine", None)
    with store.write() as desk:
        sign_in.forget(desk, ME)
    assert code_of(store, None) == "no_authority"


words = st.text(max_size=20)


@given(
    st.builds(
        Authority, name=words, client_id=words, scopes=st.tuples(words), authority=words,
        client_secret=words, parameters=st.lists(st.tuples(words, words)).map(tuple),
    ),
    words,
)  # fmt: skip
def test_what_the_keychain_keeps_comes_back(authority: Authority, refresh: str) -> None:
    back = sign_in.from_text(sign_in.as_text(Kept(authority, refresh)))
    assert back is not None
    assert back.refresh == refresh
    assert (back.authority.client_id, back.authority.scopes) == (
        authority.client_id, authority.scopes,
    )  # fmt: skip
    assert back.authority.parameters == authority.parameters


@pytest.mark.parametrize("text", ["", "a password", "[]", "{}", '{"authority": 1, "refresh": 2}'])
def test_what_is_not_ours_is_no_sign_in(text: str) -> None:
    assert sign_in.from_text(text) is None
