"""Signing in through the browser (OAuth2): the talk with the provider's authority.

Microsoft by msal, any other authority by the OAuth2 client msal is built upon: the code comes to
a loopback address with PKCE (RFC 8252, 7636), or by typing a code on any device (RFC 8628). Must
not keep tokens, and must not log: what passes here opens a mailbox.
"""

import contextlib
import json
import ssl
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import requests
from msal import PublicClientApplication
from msal.oauth2cli.oauth2 import Client
from requests.adapters import HTTPAdapter

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail.faults import network_fault, said
from solodesk.mail.loopback import Loopback
from solodesk.mail.oauth_client import Authority, check_authority
from solodesk.mail.sasl import AccessToken
from solodesk.mail.server import Server, tls_context

BROWSER_S: Final = 600.0
"""How long the owner may take in the browser."""
_TIMEOUT_S: Final = 15.0
_EARLY_S: Final = 120
_SOONEST_S: Final = 5
_FINAL: Final = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required"}
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an authority gave. `until`: `time.monotonic()` when `access` should be renewed."""

    access: AccessToken = field(repr=False)
    refresh: str | None = field(repr=False)
    until: float


class SignIn(Protocol):
    """A sign-in that waits for the owner."""

    @property
    def open_url(self) -> str:
        """What the owner opens in a browser."""

    @property
    def user_code(self) -> str | None:
        """What the owner types there, if anything."""

    def finish(self, stop: threading.Event) -> Tokens:
        """Wait for the owner; NeedsOwner `sign_in_not_finished`, `sign_in_refused`."""

    def close(self) -> None:
        """Nobody waits any more."""


def begin_browser(asked: Authority, address: str) -> SignIn:
    """A sign-in by browser on this computer; the answer comes to a loopback port of our own."""
    # Microsoft wants the name, RFC 8252 the number.
    listener = Loopback("localhost" if asked.authority else "127.0.0.1")
    try:
        with _talking(asked) as client, warnings.catch_warnings():
            # msal would have the answer POSTed; from a web page to a plain loopback address
            # browsers warn of that, and PKCE makes a code that is seen worthless.
            warnings.filterwarnings("ignore", "response_mode=", UserWarning)
            flow = client.begin(listener.address, address)
    except BaseException:
        listener.close()
        raise
    return _BrowserSignIn(asked, listener, flow)


def begin_device(asked: Authority) -> SignIn:
    """A sign-in on any device, by typing a short code there."""
    with _talking(asked) as client:
        flow = client.begin_device()
    if "user_code" not in flow or "device_code" not in flow:
        raise _refused(asked, flow)
    return _DeviceSignIn(asked, flow)


def refresh(asked: Authority, refresh_token: str) -> Tokens:
    """Fresh tokens without the owner; NeedsOwner `sign_in_expired` when the authority says no."""
    with _talking(asked) as client:
        answer = client.refresh(refresh_token)
    if answer.get("error") in _FINAL:
        raise NeedsOwner("sign_in_expired", address="", text=_reason(answer))
    return _tokens(asked, answer, refresh_token)


@dataclass(slots=True)
class _BrowserSignIn:
    _asked: Authority
    _listener: Loopback
    _flow: dict[str, Any]

    @property
    def open_url(self) -> str:
        return str(self._flow["auth_uri"])

    @property
    def user_code(self) -> str | None:
        return None

    def finish(self, stop: threading.Event) -> Tokens:
        try:
            answer = self._listener.wait(str(self._flow["state"]), stop, BROWSER_S)
        finally:
            self._listener.close()
        if answer is None:
            raise NeedsOwner("sign_in_not_finished")
        if "error" in answer:
            raise _refused(self._asked, answer)
        with _talking(self._asked) as client:
            return _tokens(self._asked, client.redeem(self._flow, answer), None)

    def close(self) -> None:
        self._listener.close()


@dataclass(slots=True)
class _DeviceSignIn:
    _asked: Authority
    _flow: dict[str, Any]

    @property
    def open_url(self) -> str:
        return str(self._flow.get("verification_uri") or self._flow.get("verification_url"))

    @property
    def user_code(self) -> str | None:
        return str(self._flow["user_code"])

    def finish(self, stop: threading.Event) -> Tokens:
        end = min(float(self._flow["expires_at"]), time.time() + BROWSER_S)
        self._flow["interval"] = max(1, int(self._flow["interval"]))
        with _talking(self._asked) as client:
            answer = client.redeem_device(
                self._flow, lambda _flow: stop.is_set() or time.time() > end
            )
        if answer.get("error") in ("authorization_pending", "slow_down", "expired_token"):
            raise NeedsOwner("sign_in_not_finished")
        return _tokens(self._asked, answer, None)

    def close(self) -> None:
        """Nothing listens."""


class _Microsoft:
    """msal's own application."""

    def __init__(self, asked: Authority, http: requests.Session) -> None:
        self._asked = asked
        self._app = PublicClientApplication(
            asked.client_id,
            authority=asked.authority,
            http_client=http,
            # The authority is the build's or the owner's choice; nobody else is asked about it.
            instance_discovery=False,
        )
        self._scopes = list(asked.scopes)

    def begin(self, redirect: str, address: str) -> dict[str, Any]:
        flow: dict[str, Any] = self._app.initiate_auth_code_flow(
            self._scopes, redirect_uri=redirect, login_hint=address or None
        )
        return flow

    def redeem(self, flow: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self._app.acquire_token_by_auth_code_flow(flow, answer)
        return found

    def begin_device(self) -> dict[str, Any]:
        flow: dict[str, Any] = self._app.initiate_device_flow(self._scopes)
        return flow

    def redeem_device(self, flow: dict[str, Any], ended: Callable[[Any], bool]) -> dict[str, Any]:
        found: dict[str, Any] = self._app.acquire_token_by_device_flow(flow, exit_condition=ended)
        return found

    def refresh(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = self._app.acquire_token_by_refresh_token(token, self._scopes)
        return found


class _Any:
    """Any other authority, by its endpoints."""

    def __init__(self, asked: Authority, http: requests.Session) -> None:
        self._asked = asked
        places = {
            "authorization_endpoint": asked.authorize,
            "token_endpoint": asked.token,
            "device_authorization_endpoint": asked.device,
        }
        secret = {"client_secret": asked.client_secret} if asked.client_secret else {}
        self._client = Client(
            {name: place for name, place in places.items() if place},
            asked.client_id,
            http_client=http,
            default_body=secret,
        )

    def begin(self, redirect: str, address: str) -> dict[str, Any]:
        more = dict(self._asked.parameters) | ({"login_hint": address} if address else {})
        flow: dict[str, Any] = self._client.initiate_auth_code_flow(
            scope=list(self._asked.scopes), redirect_uri=redirect, **more
        )
        return flow

    def redeem(self, flow: dict[str, Any], answer: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = self._client.obtain_token_by_auth_code_flow(flow, answer)
        return found

    def begin_device(self) -> dict[str, Any]:
        if not self._asked.device:
            raise KnownError("bad_setting", key="device-url", value="")
        flow: dict[str, Any] = self._client.initiate_device_flow(list(self._asked.scopes))
        return flow

    def redeem_device(self, flow: dict[str, Any], ended: Callable[[Any], bool]) -> dict[str, Any]:
        found: dict[str, Any] = self._client.obtain_token_by_device_flow(flow, exit_condition=ended)
        return found

    def refresh(self, token: str) -> dict[str, Any]:
        found: dict[str, Any] = self._client.obtain_token_by_refresh_token(
            token,
            rt_getter=lambda rt: rt,
            on_removing_rt=lambda _rt: None,
            on_updating_rt=False,
        )
        return found


class _Verifying(HTTPAdapter):
    """HTTPS that verifies as our mail connections do, and does not wait for ever."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any
    ) -> None:
        super().init_poolmanager(
            connections, maxsize, block, ssl_context=self._context, **pool_kwargs
        )

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: dict[str, str] | None = None,
    ) -> requests.Response:
        return super().send(request, stream, timeout or _TIMEOUT_S, verify, cert, proxies)


@contextlib.contextmanager
def _talking(asked: Authority) -> Iterator[_Microsoft | _Any]:
    """A client of the authority; every failure of network and answer becomes a `KnownError`."""
    check_authority(asked)
    server = Server(asked.host, 443, "tls", "", asked.ca_file)
    with requests.Session() as http:
        http.mount("https://", _Verifying(tls_context(server)))
        http.mount("http://", _NoHttp())
        try:
            yield _Microsoft(asked, http) if asked.authority else _Any(asked, http)
        except requests.RequestException as error:
            raise _fault(server, error) from error
        except (ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
            # msal's own complaints about an answer that is none. Never with its text: it may
            # hold what was sent.
            text = "not an answer of an OAuth2 authority"
            raise KnownError("sign_in_refused", host=asked.host, text=text) from error


class _NoHttp(HTTPAdapter):
    """Nothing is ever asked without encryption, wherever a redirect leads."""

    def send(self, request: requests.PreparedRequest, *_more: Any, **_named: Any) -> Any:
        message = "no encryption"
        raise requests.exceptions.InvalidSchema(message, request=request)


def _fault(server: Server, error: requests.RequestException) -> KnownError:
    if isinstance(error, requests.Timeout):
        return KnownError("timeout", host=server.host)
    inner: BaseException | None = error
    for _step in range(6):
        if inner is None or _plain(inner):
            break
        reason = getattr(inner, "reason", None)
        inside = [each for each in (reason, *inner.args) if isinstance(each, BaseException)]
        inner = inside[0] if inside else inner.__cause__ or inner.__context__
    if isinstance(inner, OSError) and _plain(inner):
        return network_fault(server, inner)
    if isinstance(error, requests.HTTPError):
        status = error.response.status_code if error.response is not None else 0
        return KnownError("server_busy", host=server.host, text=str(status))
    return KnownError("connection_lost", host=server.host, said="")


def _plain(error: BaseException) -> bool:
    """An error of the socket itself, not of the libraries over it."""
    return isinstance(error, OSError) and not isinstance(error, requests.RequestException)


def _tokens(asked: Authority, answer: Mapping[str, Any], before: str | None) -> Tokens:
    access = answer.get("access_token")
    if not isinstance(access, str) or not access:
        raise _refused(asked, answer)
    given = answer.get("refresh_token")
    lasts = int(answer.get("expires_in") or 3600)
    until = time.monotonic() + max(lasts - _EARLY_S, _SOONEST_S)
    return Tokens(AccessToken(access), given if isinstance(given, str) else before, until)


def _refused(asked: Authority, answer: Mapping[str, Any]) -> NeedsOwner:
    return NeedsOwner("sign_in_refused", host=asked.host, text=_reason(answer))


def _reason(answer: Mapping[str, Any]) -> str:
    """The authority's own words: its description, else its code."""
    words = answer.get("error_description") or answer.get("error") or "no token"
    return said(words if isinstance(words, str) else json.dumps(words))
