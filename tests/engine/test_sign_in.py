"""Signing in through the browser, end to end: authority, engine, Dovecot, SMTP and keychain."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import APP_ID, DataFolder
from solodesk.domain.ids import AccountId
from solodesk.services import accounts
from solodesk.services.units import Store
from tests.support.authority import CLIENT_ID, Authority, Browser
from tests.support.certificates import Certificates
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.oauth_mail import TokenDovecot, TokenSink
from tests.support.program import Engine
from tests.support.secrets import SecretService
from tests.support.shop import Shop
from tests.support.waiting import wait_until

USER = "ling@shop.example"
SCOPES = ["https://mail.example/IMAP", "https://mail.example/SMTP"]


@pytest.fixture
def box(authority: Authority) -> Iterator[Mailbox]:
    server = TokenDovecot(authority)
    try:
        server.start()
        box = server.new_mailbox(USER)
        yield box
        box.close()
    finally:
        server.remove()


@pytest.fixture
def sink(certificates: Certificates, authority: Authority) -> Iterator[TokenSink]:
    sink = TokenSink(certificates, authority)
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def start(data_folder: DataFolder) -> Iterator[Callable[[], Engine]]:
    engines: list[Engine] = []

    def begin() -> Engine:
        engines.append(Engine(data_folder.root))
        return engines[-1]

    yield begin
    for engine in engines:
        if engine.process.poll() is None:
            engine.end()


@pytest.fixture
def asked(authority: Authority, box: Mailbox, sink: TokenSink, tmp_path: Path) -> dict[str, Any]:
    """What the desk sends: address, servers, and the owner's client with the authority."""
    trust = tmp_path / "trust.pem"
    trust.write_bytes(box.ca_file.read_bytes() + sink.certificates.ca.read_bytes())
    authority.conduct.user = USER
    return {
        "address": USER,
        "name": "Ling",
        "imap": {"host": box.host, "port": box.tls_port, "tls": "tls"},
        "smtp": {"host": sink.host, "port": sink.port, "tls": "tls"},
        "ca_file": str(trust),
        "history_days": 0,
        "client_id": CLIENT_ID,
        "scopes": SCOPES,
        "authority": authority.url,
    }


@pytest.fixture
def store(data_folder: DataFolder) -> Iterator[Store]:
    store = Store.open(data_folder, SystemClock(), origin="test")
    yield store
    store.close()


def connected(engine: Engine, asked: dict[str, Any], browser: Browser) -> dict[str, Any]:
    begun = engine.ask("sign_in", **asked)
    assert begun["ok"], begun
    browser.open(begun["open_url"])
    return engine.ask("add_account", **asked, flow=begun["flow"])


def kept() -> dict[str, Any]:
    text = keyring.get_password(APP_ID, f"{USER} (oauth)")
    found: dict[str, Any] = json.loads(text or "{}")
    return found


@pytest.mark.parametrize("own_endpoints", [False, True])
def test_connected_read_answered_and_renewed_without_asking(
    start: Callable[[], Engine],
    asked: dict[str, Any],
    authority: Authority,
    box: Mailbox,
    sink: TokenSink,
    store: Store,
    data_folder: DataFolder,
    secret_service: SecretService,
    own_endpoints: bool,
) -> None:
    browser = Browser(authority.certificates.ca)
    if own_endpoints:
        del asked["authority"]
        asked |= {"authorize": f"{authority.url}/authorize", "token": f"{authority.url}/token"}
    box.append("INBOX", raw_mail("Where is it?", message_id="<q@x.example>"))
    sink.keep_sent_of(box)
    engine = start()
    engine.wait_news("ready")
    answer = connected(engine, asked, browser)
    assert answer["ok"], answer
    assert answer["kept"]
    shop = Shop(store, AccountId(answer["account"]), box)
    wait_until(lambda: any(t.number for t in shop.tickets()), what="the question arrives")
    first = kept()["refresh"]
    assert engine.end() == 0
    # Another day: the engine knows only what the keychain keeps.
    again = start()
    wait_until(lambda: kept()["refresh"] != first, 20, "the sign-in is renewed")
    row = shop.queue(shop.tickets()[0].id)
    again.ask("send")
    sink.wait_for(1)
    wait_until(lambda: shop.outbox(row).state == "sent", what="it is sent")
    assert sink.received[0].user == USER
    assert {b[2] for b in sink.bearers} == {True}
    assert authority.asked[-1]["grant_type"] == "refresh_token"
    assert again.end() == 0
    assert keyring.get_password(APP_ID, f"{USER} (imap)") is None
    _no_token_on_disk(data_folder.root, authority)
    spoken = json.dumps(engine.lines + again.lines) + engine.errors() + again.errors()
    assert not any(token in spoken for token in authority.given)


def _no_token_on_disk(folder: Path, authority: Authority) -> None:
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for token in authority.given:
        for form in (token.encode(), base64.b64encode(token.encode())):
            assert not [str(path) for path, data in files.items() if form in data]


def test_taken_back_is_one_alarm_and_signing_in_again_mends_it(
    start: Callable[[], Engine],
    asked: dict[str, Any],
    authority: Authority,
    box: Mailbox,
    store: Store,
    secret_service: SecretService,
) -> None:
    browser = Browser(authority.certificates.ca)
    engine = start()
    engine.wait_news("ready")
    account = AccountId(connected(engine, asked, browser)["account"])
    engine.wait_news("connectivity", online=True)
    assert engine.end() == 0
    authority.revoke()
    asks = len(authority.asked)
    engine = start()
    alarm = engine.wait_news("alarm")
    assert alarm["code"] == "sign_in_expired"
    assert alarm["params"]["address"] == USER
    for _turn in range(5):
        assert engine.ask("sync")["ok"]
        assert engine.ask("send")["ok"]
    with store.read() as reader:
        row = accounts.get(reader, account)
    assert row.state == "sign_in_needed"
    assert not accounts.may_sign_in(row)
    assert len(authority.asked) == asks + 1
    begun = engine.ask("sign_in", account=USER)  # whom to ask is remembered
    assert begun["ok"], begun
    browser.open(begun["open_url"])
    assert engine.ask("signed_in", account=USER, flow=begun["flow"])["kept"]
    box.append("INBOX", raw_mail("Still there?"))
    wait_until(lambda: _state(store, account) == "ok", 20, "the mailbox is read again")


def _state(store: Store, account: AccountId) -> str:
    with store.read() as reader:
        row = accounts.get(reader, account)
    return row.state if row.last_receive_ms else "never"


def test_a_server_that_refuses_is_tried_three_times(
    start: Callable[[], Engine],
    asked: dict[str, Any],
    authority: Authority,
    box: Mailbox,
    store: Store,
    secret_service: SecretService,
) -> None:
    engine = start()
    engine.wait_news("ready")
    account = AccountId(connected(engine, asked, Browser(authority.certificates.ca))["account"])
    engine.wait_news("connectivity", online=True)
    assert engine.end() == 0
    authority.conduct.user = "mei@shop.example"  # the mailbox is not theirs any more
    renewed = len(authority.asked)
    engine = start()
    for turn in range(1, 4):
        wait_until(lambda n=turn: _refusals(store, account) >= n, 20, "a refusal")  # type: ignore[misc]
        engine.ask("sync")
    assert engine.wait_news("alarm")["code"] == "token_refused"
    for _turn in range(5):
        assert engine.ask("sync")["ok"]
    assert engine.end() == 0
    assert _refusals(store, account) == 3
    assert box.server.log().count("auth failed, 1 attempts") == 3
    assert len(authority.asked) == renewed + 3  # each time with a fresh token


def _refusals(store: Store, account: AccountId) -> int:
    with store.read() as reader:
        return accounts.get(reader, account).auth_failures


def test_nothing_is_kept_that_did_not_work(
    start: Callable[[], Engine],
    asked: dict[str, Any],
    authority: Authority,
    store: Store,
    secret_service: SecretService,
) -> None:
    browser = Browser(authority.certificates.ca)
    engine = start()
    engine.wait_news("ready")
    authority.conduct.user = "mei@shop.example"  # signed in as somebody else
    answer = connected(engine, asked, browser)
    assert answer["error"]["code"] == "token_refused"
    authority.conduct.refuse = "access_denied"
    assert connected(engine, asked, browser)["error"]["code"] == "sign_in_refused"
    begun = engine.ask("sign_in", **asked)
    engine.ask("cancel", flow=begun["flow"])
    answer = engine.ask("add_account", **asked, flow=begun["flow"])
    assert answer["error"]["code"] == "sign_in_not_finished"
    assert kept() == {}
    with store.read() as reader:
        assert reader.accounts.all() == []


def test_without_a_client_id_it_is_said(start: Callable[[], Engine]) -> None:
    engine = start()
    engine.wait_news("ready")
    answer = engine.ask("sign_in", address="ling@outlook.com")
    assert answer["error"]["code"] == "client_id_needed"
    assert answer["error"]["params"] == {"provider": "Microsoft"}
    found = engine.ask("discover", address="ling@outlook.com")
    assert (found["wants"], found["sign_in"], found["browser"]) == ("oauth2", "microsoft", False)
    assert found["domains"] == ["office365.com", "outlook.com"]
    assert engine.ask("discover", address="ling@shop.example")["provider"] is None
    answer = engine.ask("sign_in", address="ling@shop.example", client_id="x")
    assert answer["error"]["code"] == "no_authority"


def test_without_a_keychain_it_lasts_for_the_session(
    start: Callable[[], Engine], asked: dict[str, Any], authority: Authority
) -> None:
    browser = Browser(authority.certificates.ca)
    engine = start()
    engine.wait_news("ready")
    answer = connected(engine, asked, browser)
    assert (answer["kept"], answer["fault"]) == (False, "no_keychain")
    engine.wait_news("connectivity", online=True)
