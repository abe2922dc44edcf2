"""Where a link in a mail really goes, for the question before it is opened (faults.md X3, X5).

Nothing is looked up or opened here.
"""

from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Target:
    """A link that may be opened. `where`: its host in punycode, or the mail address."""

    url: str
    where: str
    is_mail: bool
    warning: str | None
    """Why to look twice: userinfo, number_host, lookalike_host, other_host, other_address, bidi."""


def target(text: str, url: str) -> Target | None:
    """What opening `url` would open; None when it is no web or mail address.

    `text` is what the link shows.
    """
    from solodesk.mail import links

    tidy = links.tidy_url(url)
    if tidy is None:
        return None
    warning = links.warning_for(text, tidy)
    if tidy.lower().startswith("mailto:"):
        return Target(tidy, unquote(tidy[7:].partition("?")[0]), True, warning)
    return Target(tidy, links.host_of(tidy), False, warning)
