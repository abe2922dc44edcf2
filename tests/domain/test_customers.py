"""Keys of addresses and default words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.customers import (
    address_key,
    ascii_domain,
    default_greeting,
    first_name,
    shown_address,
)


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


@pytest.mark.parametrize(
    ("domain", "wire"),
    [
        ("Bücher.Example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例子。example", "xn--fsqu00a.example"),
        ("SHOP.example", "shop.example"),
    ],
)
def test_domains_on_the_wire(domain: str, wire: str) -> None:
    assert ascii_domain(domain) == wire
    assert address_key(f"Ann@{domain}") == f"ann@{wire}"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("kaethe@xn--bcher-kva.example", "kaethe@bücher.example"),
        ("a@xn--fsqu00a.example", "a@例子.example"),
        ("a@xn--80ak6aa92e.com", "a@xn--80ak6aa92e.com"),  # apple in Cyrillic letters
        ("a@xn--e1afmkfd.xn--p1ai", "a@пример.рф"),
        ("a@xn--pple-43d.com", "a@xn--pple-43d.com"),  # one Cyrillic letter among Latin ones
        ("a@xn--99999999999.com", "a@xn--99999999999.com"),
        ("ann@mail.example", "ann@mail.example"),
        ("nobody", "nobody"),
    ],
)
def test_addresses_are_shown_in_letters_that_deceive_nobody(address: str, shown: str) -> None:
    assert shown_address(address) == shown
