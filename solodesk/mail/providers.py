"""The built-in table of mail providers: address → servers, without asking the network.

The files are resources/providers/providers.json, hand-written facts, and help.json, what to do at
a provider first. Must not guess: an unknown domain gives None.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from solodesk.base import resources
from solodesk.wording.gettext import current_language

_BLANKS = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host, port, transport and sign-in name of one side."""

    host: str
    port: int
    tls: str
    user: str


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another place or name of a provider. `after_refusal`: worth a try when the first refused the
    sign-in; each such attempt counts with the provider."""

    imap: Endpoint
    smtp: Endpoint
    after_refusal: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """Where an address's mail is. `wants`: password | app_password | auth_code | bridge | oauth2.

    `sign_in`: the authority for signing in through the browser (oauth.json), if there is one.
    `also`: what to try when the first servers are not there, or refuse.
    `looks`: the shape of its special passwords. `steps`: what to do there first, in the language
    spoken now.
    """

    name: str
    imap: Endpoint
    smtp: Endpoint
    wants: str
    saves_sent: bool
    page: str | None
    sign_in: str | None = None
    also: tuple[Elsewhere, ...] = ()
    looks: str | None = None
    steps: tuple[str, ...] = ()


def find_provider(address: str) -> Provider | None:
    """The provider of an address by its domain, or None."""
    local, _, domain = address.strip().rpartition("@")
    entry = _table().get(domain.lower().rstrip("."))
    return None if entry is None or not local else _provider(entry, address.strip())


def find_provider_by_mx(address: str, mail_host: str) -> Provider | None:
    """The provider that keeps an own domain's mail, by the name of its mail server (MX)."""
    labels = mail_host.rstrip(".").lower().split(".")
    for first in range(len(labels) - 1):
        entry = _mail_hosts().get(".".join(labels[first:]))
        if entry is not None:
            return _provider(entry, address.strip())
    return None


def known_server(imap_host: str, port: int, address: str = "") -> Provider | None:
    """What the table knows about a server for receiving, for an address if there is one.

    On this computer many programs may listen: there the port must be the usual one too.
    """
    entry = _servers().get(imap_host.lower().rstrip("."))
    if entry is None or (imap_host == "127.0.0.1" and entry["imap"][1] != port):
        return None
    return _provider(entry, address)


def clean_secret(secret: str, wants: str = "password") -> str:
    """A secret as it was meant: pasted line ends and blanks around it are no part of it; codes
    made by a provider have no blanks within either."""
    if wants in ("app_password", "auth_code"):
        return _BLANKS.sub("", secret)
    return secret.strip("\u200b\ufeff \t\r\n\u00a0\u3000")


def looks_usual(provider: Provider, secret: str) -> bool:
    """Whether a secret cannot be one of the provider's special passwords: likely the usual one."""
    if provider.looks is None:
        return False
    plain = _BLANKS.sub("", secret).replace("-", "")
    return re.fullmatch(provider.looks, plain, re.IGNORECASE) is None


def _provider(entry: dict[str, Any], address: str) -> Provider:
    imap, smtp = _sides(entry, address)
    return Provider(
        name=_name(entry),
        imap=imap,
        smtp=smtp,
        wants=entry["secret"],
        saves_sent=entry["saves_sent"],
        page=entry.get("page"),
        sign_in=entry.get("sign_in"),
        also=tuple(
            Elsewhere(*_sides({**entry, **other}, address), bool(other.get("after_refusal")))
            for other in entry.get("also", ())
        ),
        looks=entry.get("looks"),
        steps=_steps(entry.get("help")),
    )


def _sides(entry: dict[str, Any], address: str) -> tuple[Endpoint, Endpoint]:
    names = {"address": address, "local": address.rpartition("@")[0]}
    return (
        _endpoint(entry["imap"], names[entry.get("imap_user", "address")]),
        _endpoint(entry["smtp"], names[entry.get("smtp_user", "address")]),
    )


def _endpoint(server: list[Any], user: str) -> Endpoint:
    host, port, tls = server
    return Endpoint(host, port, tls, user)


def _name(entry: dict[str, Any]) -> str:
    local = entry.get("name_zh") if current_language() == "zh" else None
    return str(local or entry["name"])


def _steps(key: str | None) -> tuple[str, ...]:
    if key is None:
        return ()
    said = _help()[key]
    return tuple(said.get(current_language(), said["en"]))


@cache
def _entries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resources.read_text("providers", "providers.json"))[
        "providers"
    ]
    return found


@cache
def _help() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(
        resources.read_text("providers", "help.json")
    )["help"]
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
