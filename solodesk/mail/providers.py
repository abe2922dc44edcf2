"""The built-in table of mail providers: address → servers, without asking the network.

The file is resources/providers/providers.json, hand-written facts. Must not guess: an unknown
domain gives None.
"""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from solodesk.base import resources


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host, port, transport and sign-in name of one side."""

    host: str
    port: int
    tls: str
    user: str


@dataclass(frozen=True, slots=True)
class Provider:
    """Where an address's mail is. `wants`: password | app_password | auth_code | oauth2.

    `sign_in`: the authority for signing in through the browser (oauth.json), if there is one.
    """

    name: str
    imap: Endpoint
    smtp: Endpoint
    wants: str
    saves_sent: bool
    page: str | None
    sign_in: str | None = None


def find_provider(address: str) -> Provider | None:
    """The provider of an address by its domain, or None."""
    local, _, domain = address.strip().rpartition("@")
    entry = _table().get(domain.lower())
    return None if entry is None or not local else _provider(entry, address.strip())


def find_provider_by_mx(address: str, mail_host: str) -> Provider | None:
    """The provider that keeps an own domain's mail, by the name of its mail server (MX)."""
    labels = mail_host.rstrip(".").lower().split(".")
    for first in range(len(labels) - 1):
        entry = _mail_hosts().get(".".join(labels[first:]))
        if entry is not None:
            return _provider(entry, address.strip())
    return None


def known_server(imap_host: str) -> Provider | None:
    """What the table knows about a server for receiving; its endpoints hold no user."""
    entry = _servers().get(imap_host.lower())
    return None if entry is None else _provider(entry, "")


def _provider(entry: dict[str, Any], address: str) -> Provider:
    names = {"address": address, "local": address.rpartition("@")[0]}
    return Provider(
        name=entry["name"],
        imap=_endpoint(entry["imap"], names[entry.get("imap_user", "address")]),
        smtp=_endpoint(entry["smtp"], names[entry.get("smtp_user", "address")]),
        wants=entry["secret"],
        saves_sent=entry["saves_sent"],
        page=entry.get("page"),
        sign_in=entry.get("sign_in"),
    )


def _endpoint(server: list[Any], user: str) -> Endpoint:
    host, port, tls = server
    return Endpoint(host, port, tls, user)


@cache
def _entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resources.read_text("providers", "providers.json"))[
        "providers"
    ]
    return found


@cache
def _table() -> dict[str, dict[str, Any]]:
    return {domain: entry for entry in _entries() for domain in entry["domains"]}


@cache
def _mail_hosts() -> dict[str, dict[str, Any]]:
    return {host: entry for entry in _entries() for host in entry.get("mx", ())}


@cache
def _servers() -> dict[str, dict[str, Any]]:
    return {entry["imap"][0]: entry for entry in reversed(_entries())}
