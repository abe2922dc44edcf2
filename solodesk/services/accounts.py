"""Connecting a mailbox: what is asked, tested live, stored, and shown as its state.

Secrets go to the keychain and nowhere else. Must not fetch or send mail.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from solodesk.base.errors import KnownError, NeedsOwner, Param
from solodesk.base.keychain import Keychain, Purpose
from solodesk.domain.changes import Changes
from solodesk.domain.ids import AccountId
from solodesk.mail.providers import Endpoint, Provider, find_provider, known_server
from solodesk.mail.server import Server, Timeouts, Transport, check_transport
from solodesk.services import reach, sign_in
from solodesk.services.units import Desk, Reader
from solodesk.store import rows

_MAX_REFUSALS = 3
"""So many refused sign-ins in a row, then no more attempts until the owner acts (faults R7)."""
_LOOKED_MS = 30_000
_OUR_PORTS = {"tls": (993, 465), "starttls": (143, 587), "plain": (143, 25)}


@dataclass(frozen=True, slots=True)
class Side:
    """Host, port and transport of receiving or sending."""

    host: str
    port: int
    tls: str


@dataclass(frozen=True, slots=True)
class AccountInput:
    """What the owner said; sides left out come from the built-in table."""

    address: str
    name: str = ""
    imap: Side | None = None
    smtp: Side | None = None
    user: str | None = None
    ca_file: str | None = None
    history_days: int = 90
    idle_close_days: int = 14
    saves_sent: bool | None = None
    smtp_user: str | None = None
    """The sign-in name for sending, where it is another one."""
    browser: bool = False
    """Sign in through the browser instead of with a password."""


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """Everything needed to store an account."""

    address: str
    name: str
    imap: Server
    smtp: Server
    history_days: int
    idle_close_days: int
    saves_sent: bool
    provider: Provider | None
    browser: bool = False
    also: tuple[tuple[Server, Server, bool], ...] = ()
    """Servers to try next, and whether also after a refusal (mail/providers.py, Elsewhere)."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as it is shown. `state`: ok | offline | sign_in_needed | error."""

    id: AccountId
    address: str
    name: str
    imap: Side
    smtp: Side
    user: str
    last_receive_ms: int | None
    last_send_ms: int | None
    state: str
    detail: tuple[str, dict[str, Param]] | None


def plan(asked: AccountInput, found: Provider | None = None) -> AccountPlan:
    """Complete what the owner said, from the built-in table or from what was `found` elsewhere.

    KnownError `bad_address`, `unknown_provider` when servers are neither given nor known,
    `oauth_needed` for providers that refuse passwords, `plain_not_allowed`.
    """
    address = asked.address.strip()
    if address.count("@") != 1 or not all(address.split("@")) or any(c.isspace() for c in address):
        raise KnownError("bad_address", address=address)
    known = found or find_provider(address)
    if known is None and asked.imap is not None:
        known = known_server(asked.imap.host, asked.imap.port, address)
    if known is not None and known.wants == "oauth2" and asked.imap is None and not asked.browser:
        raise KnownError("oauth_needed", provider=known.name)
    if known is None and (asked.imap is None or asked.smtp is None):
        raise KnownError("unknown_provider", domain=address.rpartition("@")[2])
    imap = _server(asked, asked.imap, known.imap if known else None, asked.user, address)
    out_user = asked.smtp_user or asked.user
    smtp = _server(asked, asked.smtp, known.smtp if known else None, out_user, address)
    saves = asked.saves_sent
    if saves is None:
        # Copies are written only when the owner switched it on (server_sent), after looking.
        saves = known.saves_sent if known else False
    return AccountPlan(
        address.lower(), asked.name, imap, smtp, asked.history_days, asked.idle_close_days, saves,
        known, asked.browser, _others(asked, known, imap, smtp),
    )  # fmt: skip


def _server(
    asked: AccountInput, side: Side | None, known: Endpoint | None, user: str | None, address: str
) -> Server:
    if side is not None:
        same = known is not None and known.host == side.host.lower()
        name = user or (known.user if same and known is not None else "") or address
        server = Server(side.host, side.port, side.tls, name, asked.ca_file)
    else:
        assert known is not None  # noqa: S101 - `plan` refused it otherwise
        server = Server(known.host, known.port, known.tls, user or known.user, asked.ca_file)
    if server.tls not in set(Transport):
        raise KnownError("bad_setting", key="tls", value=server.tls)
    check_transport(server)
    return server


def _others(
    asked: AccountInput, known: Provider | None, imap: Server, smtp: Server
) -> tuple[tuple[Server, Server, bool], ...]:
    """The provider's other places, unless the owner wants servers or a name of their own."""
    if known is None or (imap.host, smtp.host) != (known.imap.host, known.smtp.host):
        return ()
    if imap.user != known.imap.user:
        return ()
    return tuple(
        (
            Server(one.host, one.port, one.tls, one.user, asked.ca_file),
            Server(two.host, two.port, two.tls, two.user, asked.ca_file),
            each.after_refusal,
        )
        for each in known.also
        for one, two in ((each.imap, each.smtp),)
    )


def plan_of(
    row: rows.Account, servers: Sequence[rows.OutgoingServer], anchor: str | None = None
) -> AccountPlan:
    """The plan of a mailbox that is here: its own servers, with `anchor` instead of what it
    trusts now; KnownError `no_such_account` when it has lost its outgoing server."""
    if not servers:
        raise KnownError("no_such_account", account=row.address)
    imap, smtp = receiving(row), sending(servers[0])
    if anchor is not None:
        imap, smtp = replace(imap, ca_file=anchor), replace(smtp, ca_file=anchor)
    known = known_server(imap.host, imap.port, row.address)
    return AccountPlan(
        row.address, row.name, imap, smtp, row.history_days, row.idle_close_days,
        servers[0].saves_sent, known,
    )  # fmt: skip


def plan_for(reader: Reader, account: AccountId) -> AccountPlan:
    """The plan of a mailbox by its number; KnownError `no_such_account`."""
    return plan_of(get(reader, account), reader.accounts.servers(account))


def trust(desk: Desk, account: AccountId, anchor: str) -> None:
    """Trust accepted fingerprints (mail/pinning.py) for receiving and sending from now on."""
    desk.accounts.update(account, ca_file=anchor)
    for server in desk.accounts.servers(account):
        desk.accounts.update_server(server.id, ca_file=anchor)


def default_port(tls: str, *, sending: bool) -> int:
    """The usual port of a transport."""
    return _OUR_PORTS.get(tls, _OUR_PORTS["tls"])[sending]


def try_out(receive: Server, send: Server, secret: str, timeouts: Timeouts | None = None) -> None:
    """Sign in to both servers and look at the folders; raises the `KnownError` of the first fault.

    Network; for the command line and the engine only.
    """
    from solodesk.mail import smtp
    from solodesk.mail.imap import ImapSource

    with ImapSource(receive, secret, timeouts) as source:
        folders = source.folders()
        if not folders:
            raise KnownError("server_said", host=receive.host, text="no INBOX")
        source.examine(folders[0].name)
    smtp.check(send, secret, timeouts)


def add(desk: Desk, wanted: AccountPlan) -> AccountId:
    """Store account, outgoing server and sending address; KnownError `account_exists`."""
    if desk.accounts.by_address(wanted.address) is not None:
        raise KnownError("account_exists", address=wanted.address)
    account = desk.accounts.add(
        address=wanted.address,
        name=wanted.name,
        imap_host=wanted.imap.host,
        imap_port=wanted.imap.port,
        imap_tls=wanted.imap.tls,
        user=wanted.imap.user,
        ca_file=wanted.imap.ca_file,
        history_days=wanted.history_days,
        idle_close_days=wanted.idle_close_days,
    )
    server = desk.accounts.add_server(
        account_id=account,
        host=wanted.smtp.host,
        port=wanted.smtp.port,
        tls=wanted.smtp.tls,
        user=wanted.smtp.user,
        ca_file=wanted.smtp.ca_file,
        saves_sent=wanted.saves_sent,
    )
    first = desk.accounts.default_identity() is None
    desk.accounts.add_identity(
        address=wanted.address,
        name=wanted.name,
        account_id=account,
        outgoing_server_id=server,
        is_default=first,
    )
    return account


def remove(desk: Desk, account: AccountId) -> Changes:
    """Forget a mailbox. Its tickets and messages stay; the server is not touched.

    KnownError `no_such_account`, `account_sending` while mail of it is on its way.
    """
    row = get(desk, account)
    if not desk.accounts.detach(row.id):
        raise KnownError("account_sending", address=row.address)
    sign_in.forget(desk, row.address)
    return desk.changes()


def get(reader: Reader, account: AccountId) -> rows.Account:
    """The row of an account; KnownError `no_such_account`."""
    row = reader.accounts.get(account)
    if row is None:
        raise KnownError("no_such_account", account=account)
    return row


def find(reader: Reader, named: str) -> rows.Account:
    """An account by its number or address; KnownError `no_such_account`."""
    row = reader.accounts.by_address(named.strip().lower())
    if row is None and named.strip().isdecimal():
        row = reader.accounts.get(AccountId(int(named)))
    if row is None:
        raise KnownError("no_such_account", account=named)
    return row


def everything(reader: Reader) -> list[AccountView]:
    """Every account as it is shown."""
    return [view(reader, row) for row in reader.accounts.all()]


def view(reader: Reader, row: rows.Account) -> AccountView:
    """One account as it is shown; trouble with sending shows when receiving is well."""
    servers = reader.accounts.servers(row.id)
    out = servers[0] if servers else None
    state, detail = row.state, row.detail
    if state == "ok" and out is not None and out.state != "ok":
        state, detail = out.state, out.detail
    return AccountView(
        id=row.id,
        address=row.address,
        name=row.name,
        imap=Side(row.imap_host, row.imap_port, row.imap_tls),
        smtp=Side(out.host, out.port, out.tls) if out else Side("", 0, "tls"),
        user=row.user,
        last_receive_ms=row.last_receive_ms,
        last_send_ms=out.last_send_ms if out else None,
        state=state,
        detail=(str(detail["code"]), dict(detail.get("params", {}))) if detail else None,
    )


def receiving(row: rows.Account) -> Server:
    """Where an account's mail is read."""
    return Server(row.imap_host, row.imap_port, row.imap_tls, row.user, row.ca_file)


def sending(row: rows.OutgoingServer) -> Server:
    """Where mail leaves."""
    return Server(row.host, row.port, row.tls, row.user, row.ca_file)


def keep_secret(keychain: Keychain, address: str, secret: str) -> None:
    """Keep the password of an account; KnownError `no_keychain`."""
    keychain.set(address, Purpose.IMAP, secret)


def secret_of(keychain: Keychain, row: rows.Account, purpose: Purpose = Purpose.IMAP) -> str:
    """The password; sending uses the one for receiving unless it has its own.

    NeedsOwner `no_secret` when there is none, KnownError `no_keychain`.
    """
    secret = keychain.get(row.address, purpose)
    if secret is None and purpose is Purpose.SMTP:
        secret = keychain.get(row.address, Purpose.IMAP)
    if secret is None:
        raise NeedsOwner("no_secret", address=row.address)
    return secret


def as_json(error: KnownError) -> dict[str, Any]:
    """A known error as the store keeps it."""
    params = {k: list(v) if isinstance(v, tuple) else v for k, v in error.params.items()}
    found: dict[str, Any] = json.loads(json.dumps({"code": error.code, "params": params}))
    return found


def receive_failed(desk: Desk, account: AccountId, error: KnownError) -> str:
    """Note why receiving failed; returns the state. Three refusals in a row: sign_in_needed."""
    row = get(desk, account)
    refusals = row.auth_failures
    detail = as_json(error)
    state = "offline" if error.code in reach.OFFLINE else "error"
    if error.code in reach.PORTAL and row.last_receive_ms is not None:
        # It worked before: probably this network shows its sign-in page instead of the server.
        since = (row.detail or {}).get("since_ms") if row.state == "offline" else None
        detail["since_ms"] = desk.now_ms if since is None else since
        state = "offline" if abs(desk.now_ms - detail["since_ms"]) < _PORTAL_MS else "error"
    if error.code in REFUSED:
        refusals += 1
        state = "sign_in_needed" if refusals >= _MAX_REFUSALS else "error"
    elif isinstance(error, NeedsOwner):
        state = "sign_in_needed"
        if error.code == "sign_in_expired":
            # Final: asking again with the same token can only annoy the provider.
            refusals = _MAX_REFUSALS
    desk.accounts.update(account, state=state, detail=detail, auth_failures=refusals)
    return state


def asked_again(desk: Desk) -> None:
    """The owner asks once more where the provider wanted something done on its page: one attempt.

    Not for refused passwords: another attempt with the same one only annoys (faults.md R7).
    """
    for row in desk.accounts.all():
        if (row.detail or {}).get("code") in THERE and not may_sign_in(row):
            desk.accounts.update(row.id, auth_failures=_MAX_REFUSALS - 1)


def may_sign_in(row: rows.Account) -> bool:
    """Whether an attempt is allowed: after three refusals in a row only the owner can go on."""
    return row.auth_failures < _MAX_REFUSALS


def looked(desk: Desk, account: AccountId) -> None:
    """The mailbox was looked at and nothing had moved; written at most every half minute."""
    row = get(desk, account)
    last = row.last_receive_ms
    if last is None or not 0 <= desk.now_ms - last <= _LOOKED_MS:
        desk.accounts.update(account, last_receive_ms=desk.now_ms)


def signed_in_again(desk: Desk, account: AccountId) -> None:
    """The owner acted (new password, a test that passed): attempts are allowed again."""
    desk.accounts.update(account, state="ok", detail=None, auth_failures=0)
    for server in desk.accounts.servers(account):
        desk.accounts.update_server(server.id, state="ok", detail=None)


_PORTAL_MS = 86_400_000
OFFLINE = reach.OFFLINE
THERE = frozenset({"web_login_needed", "imap_not_allowed", "unsafe_login"})
"""Refusals that the owner mends on the provider's page."""
REFUSED = frozenset(
    {"wrong_password", "app_password_needed", "password_not_taken", "web_login_needed"}
    | {"imap_not_allowed", "token_refused", "sign_in_refused"}
)
"""Refused sign-ins, which count."""
