"""What is said about a message in the window: the sender's standing, pictures left out.

Codes and plain values in, sentences out.
"""

from collections.abc import Sequence
from typing import Final

from solodesk.wording.gettext import _, marked, ngettext

_MOST_SHOWN: Final = 120
_LINKS: Final = {
    "userinfo": marked("The first part of this address only looks like a website."),
    "number_host": marked("This address is a number instead of a name."),
    "lookalike_host": marked("This name uses letters that look like others."),
    "other_host": marked("The text of the link names another website."),
    "other_address": marked("The text of the link names another address."),
    "bidi": marked("This link hides its real reading direction."),
}


def standing(verdict: str, domain: str, server: str) -> str:
    """What the owner's mail server found out about the sender."""
    if verdict == "verified":
        return _("Verified: your mail server confirms that this came from {domain}.").format(
            domain=domain
        )
    if verdict == "failed":
        return _(
            "Not verified: your mail server could not confirm that this came from {domain}. "
            "Do not trust links, files or account numbers in it without asking."
        ).format(domain=domain or "?")
    if server:
        return _("Your mail server neither confirms nor denies the sender.")
    return ""


def link_words(kind: str, where: str, url: str, through: str) -> str:
    """Where a link goes, for a tool tip: lines of plain text. `kind`: web, mail or phone."""
    if kind != "web":
        return where
    if not through:
        return f"{where}\n{url if len(url) <= _MOST_SHOWN else url[:_MOST_SHOWN] + '…'}"
    if where:
        return _("{host}, by way of {service}").format(host=where, service=through)
    return _("By way of {service}, which does not say where to").format(service=through)


def link_warning(code: str) -> str:
    """Why a link deserves a second look (mail/links.py)."""
    return _(_LINKS.get(code, _LINKS["other_host"]))


def other_name(name: str, address: str) -> str:
    """The sender's name shows an address that did not write."""
    return _("The name says “{name}”, but this came from {address}.").format(
        name=name, address=address
    )


def pictures_blocked(count: int) -> str:
    """Pictures from the internet that were left out."""
    return ngettext(
        "{count} picture from the internet is not shown.",
        "{count} pictures from the internet are not shown.",
        count,
    ).format(count=count)


def spies(hosts: Sequence[str]) -> str:
    """Tracking pixels, named by their hosts."""
    shown = ", ".join(hosts[:3]) + (" …" if len(hosts) > 3 else "")
    return _("A tracking pixel was removed ({hosts}).").format(hosts=shown)
