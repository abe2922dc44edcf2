"""Signing in through the browser: as which client for which mailbox, and what is kept of it.

What is secret (tokens, a client's secret) is one text for the keychain; the rest is remembered
beside the account. No client id ships with SoloDesk: the build or the owner gives one. Must not
talk to the network.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from solodesk.base import resources
from solodesk.base.errors import KnownError
from solodesk.mail.oauth_client import Authority, check_authority
from solodesk.services import settings
from solodesk.services.units import Desk, Reader

_REMEMBERED: Final = "oauth_clients"
_OWN_ID: Final = {"microsoft": "microsoft_client_id"}
_SECRET_FIELDS: Final = frozenset({"client_secret"})


@dataclass(frozen=True, slots=True)
class Given:
    """What the owner said about an own client; everything may be left out."""

    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    authority: str | None = None
    authorize: str | None = None
    token: str | None = None
    device: str | None = None
    scopes: tuple[str, ...] = ()
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What the keychain keeps of a sign-in."""

    authority: Authority
    refresh: str = field(repr=False)


def authority_for(
    reader: Reader, address: str, preset: str | None, given: Given | None = None
) -> Authority:
    """Whom to ask for a mailbox: what was given, else remembered, else the provider's.

    `preset`: a name of oauth.json. KnownError `client_id_needed`, `bad_setting`,
    `no_authority` when nobody is known who could be asked.
    """
    given = given or Given()
    base = _remembered(reader, address) or _preset(reader, preset)
    if given.authority or given.authorize or given.token or given.device:
        # An own authority: nothing of another one may be mixed in.
        base = Authority(address.rpartition("@")[2], "", ())
    if base is None:
        raise KnownError("no_authority", domain=address.rpartition("@")[2])
    said = {
        each.name: getattr(given, each.name)
        for each in dataclasses.fields(Given)
        if getattr(given, each.name)
    }
    return check_authority(dataclasses.replace(base, **said))


def known_preset(reader: Reader, preset: str | None) -> bool:
    """Whether a client id is there for an authority of oauth.json."""
    found = _preset(reader, preset)
    return found is not None and bool(found.client_id)


def remember(desk: Desk, address: str, authority: Authority) -> None:
    """Remember the client of a mailbox, without its secret."""
    known = dict(desk.settings.get(_REMEMBERED) or {})
    known[address.lower()] = {
        name: value for name, value in _facts(authority).items() if name not in _SECRET_FIELDS
    }
    desk.settings.set(_REMEMBERED, known)


def forget(desk: Desk, address: str) -> None:
    """Forget the client of a mailbox."""
    known = dict(desk.settings.get(_REMEMBERED) or {})
    if known.pop(address.lower(), None) is not None:
        desk.settings.set(_REMEMBERED, known)


def is_remembered(reader: Reader, address: str) -> bool:
    """Whether this mailbox signs in through the browser."""
    return _remembered(reader, address) is not None


def as_text(kept: Kept) -> str:
    """What goes into the keychain. The access token does not: it is short-lived and large."""
    return json.dumps({"authority": _facts(kept.authority), "refresh": kept.refresh})


def from_text(text: str) -> Kept | None:
    """What came from the keychain; None when it is not ours."""
    try:
        said = json.loads(text)
        return Kept(_authority(said["authority"]), str(said["refresh"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _facts(authority: Authority) -> dict[str, Any]:
    return {name: value for name, value in dataclasses.asdict(authority).items() if value}


def _authority(said: Mapping[str, Any]) -> Authority:
    names = {each.name for each in dataclasses.fields(Authority)}
    facts = {name: value for name, value in said.items() if name in names}
    facts["scopes"] = tuple(str(each) for each in facts.get("scopes", ()))
    pairs = facts.get("parameters", ())
    facts["parameters"] = tuple((str(name), str(value)) for name, value in pairs)
    return Authority(**{"name": "", "client_id": "", **facts})


def _remembered(reader: Reader, address: str) -> Authority | None:
    known = reader.settings.get(_REMEMBERED) or {}
    said = known.get(address.lower())
    return None if said is None else _authority(said)


def _preset(reader: Reader, name: str | None) -> Authority | None:
    said = _presets().get(name or "")
    if said is None:
        return None
    facts = {**said, "parameters": tuple(said.get("parameters", {}).items())}
    own = settings.get(reader, _OWN_ID[name]) if name in _OWN_ID else ""
    return _authority({**facts, "client_id": own or said.get("client_id", "")})


@cache
def _presets() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(resources.read_text("providers", "oauth.json"))[
        "authorities"
    ]
    return found
