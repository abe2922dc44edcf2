"""The desk's requests: read line by line, answered by line; those that use the network on a thread.

A line that is no request is logged and skipped. Must not keep state of its own.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TextIO

from solodesk.base.errors import KnownError
from solodesk.domain.ids import AccountId, MessageId
from solodesk.engine import protocol
from solodesk.engine.guard import contained
from solodesk.engine.protocol import Request
from solodesk.engine.secrets import Secrets
from solodesk.engine.sign_ins import Signed, SignIns
from solodesk.mail.imap import ImapSource
from solodesk.mail.providers import find_provider
from solodesk.services import accounts, certificates, discovery, live_test, sign_in, sync_rest
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.discovery import Found
from solodesk.services.sign_in import Given
from solodesk.services.units import Store

_log = logging.getLogger(__name__)
_WAIT_S = 4.0


class Works(Protocol):
    """What requests ask of the engine."""

    def sync(self, account: AccountId | None) -> None:
        """Look for mail now."""

    def send(self) -> None:
        """Look at the outbox now."""

    def look_for_accounts(self) -> None:
        """Accounts were added or removed."""


class Requests:
    """Serves one desk."""

    def __init__(
        self, store: Store, secrets: Secrets, works: Works, say: Callable[[str], None]
    ) -> None:
        self._store = store
        self._secrets = secrets
        self._works = works
        self._say = say
        self._threads: list[threading.Thread] = []
        self._sign_ins = SignIns()
        self._stops: dict[int, tuple[str, threading.Event]] = {}
        """Searches under way: what they look for, and how to stop them."""
        self._quick: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "sync": self._sync,
            "send": self._send,
            "cancel": self._cancel,
        }
        self._slow: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "discover": self._discover,
            "fetch_rest": self._fetch_rest,
            "fetch_pictures": self._fetch_pictures,
            "test_account": self._test_account,
            "add_account": self._add_account,
            "secret": self._secret,
            "accept_certificate": self._accept_certificate,
            "sign_in": self._sign_in,
            "signed_in": self._signed_in,
        }

    def serve(self, lines: TextIO) -> None:
        """Answer requests until the lines end or `stop` is asked."""
        for line in lines:
            try:
                request = protocol.read_request(line)
            except ValueError as error:
                _log.warning("a line of the desk is no request: %s", type(error).__name__)
                continue
            if request.do == "stop":
                self._say(protocol.reply_line(request.id))
                return
            self._take(request)

    def close(self) -> None:
        """Wait a little for answers under way; they are daemons and end with the process."""
        self._sign_ins.close_all()
        for _address, stop in list(self._stops.values()):
            stop.set()
        for thread in self._threads:
            thread.join(_WAIT_S)

    def _take(self, request: Request) -> None:
        if request.do in self._slow:
            if request.do == "discover":
                address = str(request.params.get("address", ""))
                self._stops[request.id] = (address, threading.Event())
            thread = threading.Thread(
                target=self._answer,
                args=(request, self._slow[request.do]),
                name=request.do,
                daemon=True,
            )
            self._threads = [each for each in self._threads if each.is_alive()] + [thread]
            thread.start()
        elif request.do in self._quick:
            self._answer(request, self._quick[request.do])
        else:
            self._say(protocol.refusal_line(request.id, "unknown_request", {"do": request.do}))

    def _answer(
        self, request: Request, answer: Callable[[Mapping[str, Any]], dict[str, Any]]
    ) -> None:
        line = protocol.refusal_line(request.id, "engine_stumbled")
        with contained(f"request {request.do}"):
            try:
                # A search can be cancelled by the number of its request.
                said = {"request": request.id, **request.params}
                line = protocol.reply_line(request.id, answer(said))
            except KnownError as error:
                line = protocol.refusal_line(request.id, error.code, error.params)
            except (KeyError, TypeError, ValueError):
                line = protocol.refusal_line(request.id, "bad_request", {"do": request.do})
        self._say(line)

    def _sync(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Look for mail; asked for by the owner, also where something had to be mended there."""
        account = params.get("account")
        if params.get("asked"):
            with self._store.write() as desk:
                accounts.asked_again(desk)
        self._works.sync(None if account is None else AccountId(int(account)))
        return {}

    def _send(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        self._works.send()
        return {}

    def _discover(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Find the servers of an address; `provider` None when nobody knows them."""
        address, number = str(params["address"]), int(params.get("request", 0))
        _address, stop = self._stops.get(number, ("", None))
        try:
            found = discovery.find(address, discovery.places(os.environ), stop)
        except KnownError as error:
            if error.code != "unknown_provider":
                raise
            return {"provider": None}
        finally:
            self._stops.pop(number, None)
        with self._store.read() as reader:
            browser = sign_in.known_preset(reader, found.provider.sign_in)
        return {**found_line(found), "browser": browser}

    def _secret(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A password for an account that is here: tried, kept, and attempts are allowed again.

        Without a network it is kept untried: the next pass tells.
        """
        with self._store.read() as reader:
            row = accounts.find(reader, str(params["account"]))
            servers = reader.accounts.servers(row.id)
        plan = accounts.plan_of(row, servers)
        secret = live_test.secret_of(plan, str(params["secret"]))
        try:
            live_test.run(plan, secret)
        except KnownError as error:
            if error.code not in accounts.OFFLINE:
                raise
        fault = self._secrets.keep(row.address, secret)
        with self._store.write() as desk:
            accounts.signed_in_again(desk, row.id)
        self._works.sync(row.id)
        return _kept(fault)

    def _accept_certificate(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The owner compared a certificate of a mailbox that is here and accepts it."""
        with self._store.read() as reader:
            row = accounts.find(reader, str(params["account"]))
            servers = reader.accounts.servers(row.id)
        anchor = certificates.accepting(None, str(params["fingerprint"]))
        for before in (row.ca_file, *(each.ca_file for each in servers)):
            if before is not None:
                anchor = certificates.accepting(before, str(params["fingerprint"]))
        plan = accounts.plan_of(row, servers, anchor)
        live_test.run(plan, self._secrets.of(row))
        with self._store.write() as desk:
            accounts.trust(desk, row.id, anchor)
            accounts.signed_in_again(desk, row.id)
        self._works.sync(row.id)
        return {}

    def _fetch_rest(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The missing part of a message over the size limit, on a connection of its own."""
        message = MessageId(int(params["message"]))
        with self._store.read() as reader:
            row = sync_rest.wants(reader, message)
            account = row and row.account_id and accounts.get(reader, row.account_id)
        if account:
            with ImapSource(accounts.receiving(account), self._secrets.of(account)) as source:
                sync_rest.fetch_rest(self._store, message, source)
        return {}

    def _fetch_pictures(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The pictures of a message whose owner allowed them."""
        from solodesk.services import pictures

        here, missing = pictures.fetch(self._store, MessageId(int(params["message"])))
        return {"here": here, "missing": missing}

    def _test_account(self, params: Mapping[str, Any]) -> dict[str, Any]:
        plan = accounts.plan(account_input(params))
        live_test.run(plan, live_test.secret_of(plan, str(params["secret"])))
        return {}

    def _add_account(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Test, then store: nothing is saved that did not work once."""
        flow = params.get("flow")
        plan = accounts.plan(account_input(params))
        with self._store.read() as reader:
            if reader.accounts.by_address(plan.address) is not None:
                raise KnownError("account_exists", address=plan.address)
        signed = None if flow is None else self._sign_ins.finish(int(flow))
        if signed is None:
            secret = live_test.secret_of(plan, str(params["secret"]))
        else:
            secret = signed.tokens.access
        plan = live_test.run(plan, secret)
        if signed is None:
            fault = self._secrets.keep(plan.address, secret)
        else:
            fault = self._keep_sign_in(plan.address, signed)
        with self._store.write() as desk:
            account = accounts.add(desk, plan)
            if signed is not None:
                sign_in.remember(desk, plan.address, signed.authority)
        if signed is not None:
            self._sign_ins.close(signed.flow)
        self._works.look_for_accounts()
        return {"account": account, **_kept(fault)}

    def _sign_in(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Begin a sign-in by browser: what the desk opens, and the code to type if there is one."""
        with self._store.read() as reader:
            if "account" in params:
                address = accounts.find(reader, str(params["account"])).address
            else:
                address = str(params["address"]).strip().lower()
            preset = params.get("authority_name") or _preset(address)
            authority = sign_in.authority_for(reader, address, preset, given_client(params))
        begun = self._sign_ins.begin(authority, address, device=bool(params.get("device")))
        return {"flow": begun.flow, "open_url": begun.open_url, "user_code": begun.user_code}

    def _signed_in(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Wait for the browser and keep the sign-in of an account that is here."""
        with self._store.read() as reader:
            row = accounts.find(reader, str(params["account"]))
        signed = self._sign_ins.finish(int(params["flow"]))
        fault = self._keep_sign_in(row.address, signed)
        with self._store.write() as desk:
            sign_in.remember(desk, row.address, signed.authority)
            accounts.signed_in_again(desk, row.id)
        self._sign_ins.close(signed.flow)
        self._works.sync(row.id)
        return {"account": row.id, **_kept(fault)}

    def _keep_sign_in(self, address: str, signed: Signed) -> KnownError | None:
        return self._secrets.keep_signed(address, signed.authority, signed.tokens)

    def _cancel(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give up a sign-in (`flow`) or searches for servers (`request`, or an `address`)."""
        if "flow" in params:
            self._sign_ins.close(int(params["flow"]))
        for number, (address, stop) in list(self._stops.items()):
            if number == params.get("request") or address == params.get("address", None):
                stop.set()
        return {}


def found_line(found: Found) -> dict[str, Any]:
    """What was found about an address, as the desk shows it before use."""
    provider = found.provider
    sides = {
        name: {"host": side.host, "port": side.port, "tls": side.tls}
        for name, side in (("imap", provider.imap), ("smtp", provider.smtp))
    }
    return {
        "provider": provider.name,
        "wants": provider.wants,
        "page": provider.page,
        **sides,
        "user": provider.imap.user,
        "smtp_user": provider.smtp.user,
        "sign_in": provider.sign_in,
        "source": found.source,
        "domains": list(found.domains),
    }


def _kept(fault: KnownError | None) -> dict[str, Any]:
    return {"kept": fault is None, "fault": None if fault is None else fault.code}


def _preset(address: str) -> str | None:
    found = find_provider(address)
    return None if found is None else found.sign_in


def given_client(params: Mapping[str, Any]) -> Given:
    """What the desk or the terminal says about an own client."""

    def word(name: str) -> str | None:
        return str(params[name]) if params.get(name) else None

    return Given(
        client_id=word("client_id"),
        client_secret=word("client_secret"),
        authority=word("authority"),
        authorize=word("authorize"),
        token=word("token"),
        device=word("device_url"),
        scopes=tuple(str(each) for each in params.get("scopes") or ()),
        ca_file=word("ca_file"),
    )


def account_input(params: Mapping[str, Any]) -> AccountInput:
    """What the desk's dialog knows; KeyError or ValueError when it makes no sense."""

    def side(name: str) -> Side | None:
        said = params.get(name)
        return Side(str(said["host"]), int(said["port"]), str(said["tls"])) if said else None

    return AccountInput(
        address=str(params["address"]),
        name=str(params.get("name") or ""),
        imap=side("imap"),
        smtp=side("smtp"),
        user=str(params["user"]) if params.get("user") else None,
        smtp_user=str(params["smtp_user"]) if params.get("smtp_user") else None,
        ca_file=str(params["ca_file"]) if params.get("ca_file") else None,
        history_days=int(params.get("history_days", 90)),
        idle_close_days=int(params.get("idle_close_days", 14)),
        browser="flow" in params,
    )
