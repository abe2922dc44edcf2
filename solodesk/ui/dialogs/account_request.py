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
WANTS: Final = {
    "oauth2": marked("{provider} takes no passwords from mail programs: you sign in there."),
    "app_password": marked(
        "{provider} wants a special password for mail programs (an app password),"
        " not your usual one."
    ),
    "auth_code": marked(
        "{provider} wants an authorisation code (授权码), not your usual password."
    ),
}


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
    users = {"user": asked.user, "smtp_user": asked.smtp_user}
    return request | {name: user for name, user in users.items() if user}


def needing_sign_in(found: list[AccountView]) -> AccountView | None:
    """The first mailbox whose sign-in no longer works."""
    return next((view for view in found if view.state == "sign_in_needed"), None)
