"""Whom to ask for access tokens, and as which registered program. Only facts: no network here."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from solodesk.base.errors import KnownError


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority and our client id with it.

    `authority` set: Microsoft's way (msal finds the endpoints); else `authorize`, `token` and
    perhaps `device` are the endpoints. `parameters` go into the browser's address.
    """

    name: str
    client_id: str
    scopes: tuple[str, ...]
    authority: str | None = None
    authorize: str | None = None
    token: str | None = None
    device: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    parameters: tuple[tuple[str, str], ...] = ()
    ca_file: str | None = None

    @property
    def host(self) -> str:
        """Who is asked, for sentences."""
        return urlsplit(self.authority or self.token or "").hostname or self.name


def check_authority(asked: Authority) -> Authority:
    """`asked`, when it can be used; KnownError `client_id_needed`, `bad_setting`."""
    if not asked.client_id:
        raise KnownError("client_id_needed", provider=asked.name)
    places = (asked.authority, asked.authorize, asked.token, asked.device)
    for place in filter(None, places):
        if not _is_https(place):
            raise KnownError("bad_setting", key="url", value=place)
    if asked.authority is None and not (asked.authorize and asked.token):
        raise KnownError("bad_setting", key="token-url", value="")
    return asked


def _is_https(place: str) -> bool:
    try:
        parts = urlsplit(place)
        return parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        return False
