"""Keys of addresses and default words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.customers import address_key, default_greeting, first_name


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("Wang.Li+shop@Lumen.CN", "wang.li+shop@lumen.cn"),
        ("info@Bücher.example", "info@xn--bcher-kva.example"),
        ("not an address", "not an address"),
        (" a@b ", "a@b"),
    ],
)
def test_keys(address: str, key: str) -> None:
    assert address_key(address) == key


@given(st.text())
def test_a_key_is_its_own_key(address: str) -> None:
    assert address_key(address_key(address)) == address_key(address)


def test_no_guessed_titles() -> None:
    assert default_greeting("zh") == "您好"
    assert default_greeting(None) == default_greeting("fr") == "Hello"
    assert first_name("Jane Doe") == "Jane"
    assert first_name("王丽") is None
    assert first_name("Jane") is None
