"""What the mailbox dialog knows, as the engine hears it, and what the engine found, as it is shown.

Only facts in and out: no widgets, and no secret is kept.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from solodesk.base.errors import KnownError
from solodesk.services import accounts
from solodesk.services.accounts import AccountInput, AccountPlan, AccountView, Side
from solodesk.wording.gettext import marked

HISTORY: Final = (
    (90, marked("the last 3 months")),
    (365, marked("the last year")),
    (0, marked("everything")),
)
BY_BROWSER: Final = frozenset({"sign_in_expired", "token_refused", "sign_in_refused"})
"""Faults of a mailbox that is signed in through the browser."""


@dataclass(frozen=True, slots=True)
class FoundServers:
    """Servers the engine found; `domains` are shown in full before use."""

    imap: Side
    smtp: Side
    user: str
    smtp_user: str
    domains: tuple[str, ...]
    browser: bool
    sign_in: str | None


def found_servers(reply: Mapping[str, Any]) -> FoundServers | None:
    """The answer to `discover`; None when nobody knew."""
    if reply.get("provider") is None:
        return None
    imap, smtp = (
        Side(str(side["host"]), int(side["port"]), str(side["tls"]))
        for side in (reply["imap"], reply["smtp"])
    )
    return FoundServers(
        imap,
        smtp,
        str(reply["user"]),
        str(reply["smtp_user"]),
        tuple(str(each) for each in reply["domains"]),
        reply["wants"] == "oauth2",
        reply.get("sign_in"),
    )


def planned(asked: AccountInput) -> AccountPlan:
    """The plan for what is typed; a provider without passwords means the browser."""
    try:
        return accounts.plan(asked)
    except KnownError as error:
        if error.code != "oauth_needed":
            raise
        return accounts.plan(dataclasses.replace(asked, browser=True))


def provider_name(plan: AccountPlan | None, address: str) -> str:
    """What to call the provider: its name, else the address's domain."""
    provider = None if plan is None else plan.provider
    return address.rpartition("@")[2] if provider is None else provider.name


def add_request(asked: AccountInput) -> dict[str, Any]:
    """The request that connects a mailbox, without its secret."""
    request: dict[str, Any] = {
        "do": "add_account",
        "address": asked.address,
        "name": asked.name,
        "history_days": asked.history_days,
    }
    for name, side in (("imap", asked.imap), ("smtp", asked.smtp)):
        if side is not None:
            request[name] = {"host": side.host, "port": side.port, "tls": side.tls}
    users = {"user": asked.user, "smtp_user": asked.smtp_user, "ca_file": asked.ca_file}
    return request | {name: user for name, user in users.items() if user}


def needing_sign_in(found: list[AccountView]) -> AccountView | None:
    """The first mailbox whose sign-in, or whose accepted certificate, no longer holds."""
    for view in found:
        changed = view.detail is not None and view.detail[0] == "certificate_changed"
        if view.state == "sign_in_needed" or (changed and view.state == "error"):
            return view
    return None
