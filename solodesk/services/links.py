"""Where a link in a mail really goes, for the question before it is opened (faults.md X3, X5).

Nothing is looked up or opened here.
"""

from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class Target:
    """A link that may be opened. `where`: its host in punycode, mail address or phone number.

    `kind`: web, mail or phone.
    """

    url: str
    where: str
    kind: str
    warning: str | None
    """Why to look twice: userinfo, number_host, lookalike_host, other_host, other_address, bidi."""
    through: str = ""
    """The service the link goes through first; `where` is then the page behind it, or empty when
    the service hides it."""

    @property
    def is_mail(self) -> bool:
        """It writes a mail."""
        return self.kind == "mail"


def target(text: str, url: str) -> Target | None:
    """What opening `url` would open; None when it is no web or mail address or phone number.

    `text` is what the link shows.
    """
    from solodesk.mail import links, redirects

    tidy = links.tidy_url(url)
    if tidy is None:
        return None
    warning = links.warning_for(text, tidy)
    scheme, _colon, rest = tidy.partition(":")
    if scheme.lower() == "mailto":
        return Target(tidy, unquote(rest.partition("?")[0]), "mail", warning)
    if scheme.lower() == "tel":
        return Target(tidy, rest, "phone", warning)
    passed = redirects.unwrap(tidy)
    if passed is None:
        return Target(tidy, links.host_of(tidy), "web", warning)
    page = links.tidy_url(passed.url) if passed.url else None
    where = links.host_of(page) if page else ""
    return Target(tidy, where, "web", warning, through=links.host_of(tidy))
