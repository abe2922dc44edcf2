"""Who a customer is: the key of an address and the words they are greeted with.

Dots and plus signs are never folded here: two such addresses are a merge suggestion, not one
person (product.md). This module must not guess Mr, Ms, 先生 or 女士.
"""

from typing import Final

from solodesk.domain.message import Address

DEFAULT_GREETINGS: Final = {"en": "Hello", "zh": "您好"}


def address_key(address: str) -> str:
    """The key of an address: lower-case, its domain in ASCII (IDNA); odd ones stay as they are."""
    text = address.strip().lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError:
        ascii_domain = domain
    return f"{local}@{ascii_domain}"


def address_keys(addresses: tuple[Address, ...]) -> frozenset[str]:
    """The keys of several addresses, empty ones left out."""
    return frozenset(key for a in addresses if (key := address_key(a.address)))


def shown_name(name: str, address: str) -> str:
    """The name to show: the name as written, else the address."""
    plain = " ".join(name.split())
    return plain or address


def default_greeting(language: str | None) -> str:
    """The greeting when the owner gave none: 您好 in Chinese, else Hello."""
    return DEFAULT_GREETINGS.get(language or "en", DEFAULT_GREETINGS["en"])


def first_name(name: str) -> str | None:
    """The first word of a name in Latin letters of two words or more, else None.

    Chinese names and single words say too little: a placeholder becomes a blank instead.
    """
    words = name.split()
    if len(words) < 2 or not words[0].isascii() or "," in words[0]:
        return None
    return words[0]


def company_of(address: str) -> str:
    """The domain of an address, as the nearest thing to a company that mail tells."""
    return address_key(address).rpartition("@")[2]
