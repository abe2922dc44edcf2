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
    """Where an address's mail is. `wants`: password | app_password | auth_code | oauth2."""

    name: str
    imap: Endpoint
    smtp: Endpoint
    wants: str
    saves_sent: bool
    page: str | None


def find_provider(address: str) -> Provider | None:
    """The provider of an address by its domain, or None."""
    local, _, domain = address.strip().rpartition("@")
    entry = _table().get(domain.lower())
    if entry is None or not local:
        return None
    names = {"address": address.strip(), "local": local}
    return Provider(
        name=entry["name"],
        imap=_endpoint(entry["imap"], names[entry.get("imap_user", "address")]),
        smtp=_endpoint(entry["smtp"], names[entry.get("smtp_user", "address")]),
        wants=entry["secret"],
        saves_sent=entry["saves_sent"],
        page=entry.get("page"),
    )


def _endpoint(server: list[Any], user: str) -> Endpoint:
    host, port, tls = server
    return Endpoint(host, port, tls, user)


@cache
def _table() -> dict[str, dict[str, Any]]:
    found = json.loads(resources.read_text("providers", "providers.json"))
    return {domain: entry for entry in found["providers"] for domain in entry["domains"]}
