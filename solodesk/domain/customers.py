"""Who a customer is: the key of an address and the words they are greeted with.

Dots and plus signs are never folded here: two such addresses are a merge suggestion, not one
person (product.md). This module must not guess Mr, Ms, 先生 or 女士.
"""

import unicodedata
from typing import Final

from solodesk.domain.message import Address

_EAST: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "LATIN"})
_LIKE_LATIN: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})
DEFAULT_GREETINGS: Final = {"en": "Hello", "zh": "您好"}


def address_key(address: str) -> str:
    """The key of an address: lower-case, its domain in ASCII (IDNA); odd ones stay as they are."""
    text = address.strip().lower()
    local, at, domain = text.rpartition("@")
    if not at:
        return text
    return f"{local}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """A domain as the wire has it: lower-case, its labels in punycode (IDNA 2008, RFC 5891).

    Python's own "idna" codec is of 2003 and takes straße.example to strasse.example, another host.
    """
    if domain.isascii():
        return domain.lower()
    plain = unicodedata.normalize("NFKC", domain.lower()).replace("\u3002", ".")
    labels = (
        label if label.isascii() else "xn--" + label.encode("punycode", "replace").decode("ascii")
        for label in plain.split(".")
    )
    return ".".join(labels)


def shown_address(address: str) -> str:
    """The address as people read it: punycode as letters, unless they could pass for others."""
    local, at, domain = address.rpartition("@")
    if "xn--" not in domain.lower():
        return address
    labels = domain.split(".")
    abroad = labels[-1].lower().startswith("xn--")
    return local + at + ".".join(_shown_label(label, abroad=abroad) for label in labels)


def _shown_label(label: str, *, abroad: bool) -> str:
    """`abroad`: the whole name ends in letters of another script, so those are at home here."""
    if not label.lower().startswith("xn--"):
        return label
    try:
        shown = label[4:].lower().encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    plain = unicodedata.normalize("NFKC", shown) == shown
    if not plain or not all(char == "-" or _is_letter(char) for char in shown):
        return label
    scripts = {_script(char) for char in shown if char != "-" and not char.isdigit()}
    if not (scripts <= _EAST or len(scripts) == 1):
        return label
    return label if scripts & _LIKE_LATIN and not abroad else shown


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LMN"


def _script(char: str) -> str:
    return "LATIN" if char.isascii() else unicodedata.name(char, "?").partition(" ")[0]


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
