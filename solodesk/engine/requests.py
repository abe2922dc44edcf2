"""The desk's requests: read line by line, answered by line; those that use the network on a thread.

A line that is no request is logged and skipped. Must not keep state of its own.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TextIO

from solodesk.base.errors import KnownError
from solodesk.domain.ids import AccountId
from solodesk.engine import protocol
from solodesk.engine.guard import contained
from solodesk.engine.protocol import Request
from solodesk.engine.secrets import Secrets
from solodesk.mail.providers import find_provider
from solodesk.services import accounts
from solodesk.services.accounts import AccountInput, Side
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
        self._quick: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "sync": self._sync,
            "send": self._send,
            "discover": self._discover,
            "secret": self._secret,
        }
        self._slow = {"test_account": self._test_account, "add_account": self._add_account}

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
        for thread in self._threads:
            thread.join(_WAIT_S)

    def _take(self, request: Request) -> None:
        if request.do in self._slow:
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
                line = protocol.reply_line(request.id, answer(request.params))
            except KnownError as error:
                line = protocol.refusal_line(request.id, error.code, error.params)
            except (KeyError, TypeError, ValueError):
                line = protocol.refusal_line(request.id, "bad_request", {"do": request.do})
        self._say(line)

    def _sync(self, params: Mapping[str, Any]) -> dict[str, Any]:
        account = params.get("account")
        self._works.sync(None if account is None else AccountId(int(account)))
        return {}

    def _send(self, _params: Mapping[str, Any]) -> dict[str, Any]:
        self._works.send()
        return {}

    def _discover(self, params: Mapping[str, Any]) -> dict[str, Any]:
        found = find_provider(str(params["address"]))
        if found is None:
            return {"provider": None}
        sides = {
            name: {"host": side.host, "port": side.port, "tls": side.tls}
            for name, side in (("imap", found.imap), ("smtp", found.smtp))
        }
        about = {"provider": found.name, "wants": found.wants, "page": found.page}
        return {**about, **sides, "user": found.imap.user}

    def _secret(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """A password for an account that is here: attempts are allowed again."""
        with self._store.read() as reader:
            row = accounts.find(reader, str(params["account"]))
        fault = self._secrets.keep(row.address, str(params["secret"]))
        with self._store.write() as desk:
            accounts.signed_in_again(desk, row.id)
        self._works.sync(row.id)
        return {"kept": fault is None, "fault": None if fault is None else fault.code}

    def _test_account(self, params: Mapping[str, Any]) -> dict[str, Any]:
        plan = accounts.plan(account_input(params))
        accounts.try_out(plan.imap, plan.smtp, str(params["secret"]))
        return {}

    def _add_account(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Test, then store: nothing is saved that did not work once."""
        plan = accounts.plan(account_input(params))
        secret = str(params["secret"])
        with self._store.read() as reader:
            if reader.accounts.by_address(plan.address) is not None:
                raise KnownError("account_exists", address=plan.address)
        accounts.try_out(plan.imap, plan.smtp, secret)
        fault = self._secrets.keep(plan.address, secret)
        with self._store.write() as desk:
            account = accounts.add(desk, plan)
        self._works.look_for_accounts()
        return {
            "account": account,
            "kept": fault is None,
            "fault": None if fault is None else fault.code,
        }


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
        ca_file=str(params["ca_file"]) if params.get("ca_file") else None,
        history_days=int(params.get("history_days", 90)),
        idle_close_days=int(params.get("idle_close_days", 14)),
    )
