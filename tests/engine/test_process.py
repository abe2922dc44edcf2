"""The engine as a process: the owner's story offline and online, its lock, its end, its silence."""

import base64
import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.services import accounts, certificates
from solodesk.services.units import Store
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import Engine, solodesk
from tests.support.secrets import SecretService
from tests.support.shop import Shop, open_shop
from tests.support.smtp import SmtpSink
from tests.support.waiting import wait_until


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    return new_smtp_sink(login=(mailbox.user, mailbox.password))


@pytest.fixture
def shop(data_folder: DataFolder, mailbox: Mailbox, sink: SmtpSink) -> Iterator[Shop]:
    shop = open_shop(data_folder, SystemClock(), mailbox, sink)
    yield shop
    shop.store.close()


@pytest.fixture
def start(shop: Shop) -> Iterator[Callable[..., Engine]]:
    engines: list[Engine] = []

    def begin(password: str | None = None) -> Engine:
        engines.append(Engine(shop.store.folder.root, password or shop.box.password))
        return engines[-1]

    yield begin
    for engine in engines:
        if engine.process.poll() is None:
            engine.end()


def files_with(folder: Path, needle: bytes) -> list[str]:
    return [str(p) for p in folder.rglob("*") if p.is_file() and needle in p.read_bytes()]


def test_offline_answer_leaves_once_and_its_copy_is_found(
    shop: Shop, sink: SmtpSink, start: Callable[..., Engine]
) -> None:
    shop.box.append("INBOX", raw_mail("Where is it?", message_id="<q@x.example>"))
    sink.keep_sent_of(shop.box)
    engine = start()
    engine.wait_news("ready")
    wait_until(lambda: any(t.number for t in shop.tickets()), what="the question arrives")
    sink.stop()
    _pull_the_plug(shop.box)
    engine.wait_news("connectivity", online=False)
    row = shop.queue(shop.tickets()[0].id)
    assert engine.ask("send")["ok"]
    wait_until(lambda: shop.outbox(row).state == "retrying", what="a first attempt")
    assert sink.received == []
    sink.start()
    shop.box.start()
    engine.ask("sync")
    wait_until(lambda: engine.lines[-1].get("online") is not False and _live(shop), 30, "online")
    with shop.store.write() as desk:  # what `retry` does: the owner does not wait a minute
        desk.outbox.update(row, not_before_ms=None)
    engine.ask("send")
    sink.wait_for(1)
    wait_until(lambda: shop.outbox(row).state == "sent", what="it is sent")
    engine.ask("sync")
    wait_until(lambda: shop.outbox(row).found_in_sent, what="the copy is found")
    assert len(shop.messages()) == 2
    assert len(sink.received) == 1
    assert shop.tickets()[0].status == "waiting"
    assert engine.end() == 0


def _pull_the_plug(box: Mailbox) -> None:
    """Stop the server, and at once: its child processes would linger for 10 seconds."""
    box.stop()
    for process in set(re.findall(rf"user=<{box.user}>.*mpid=(\d+)", box.server.log())):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(process), signal.SIGKILL)


def _live(shop: Shop) -> bool:
    with shop.store.read() as reader:
        account = reader.accounts.get(shop.account)
    return account is not None and account.state == "ok"


def test_new_mail_comes_through_idle(shop: Shop, start: Callable[..., Engine]) -> None:
    engine = start()
    wait_until(lambda: shop.store.last_seq() and _done(shop), what="the first pass")
    shop.box.deliver(raw_mail("A question"))
    wait_until(lambda: len(shop.messages()) == 1, 10, "the mail arrives")
    engine.wait_news("changed")
    assert shop.box.flags(1) & {"\\Seen"} == set()


def _done(shop: Shop) -> bool:
    with shop.store.read() as reader:
        account = reader.accounts.get(shop.account)
    return account is not None and account.first_sync_done_ms is not None


def test_one_engine_on_one_data_folder(shop: Shop, start: Callable[..., Engine]) -> None:
    engine = start()
    engine.wait_news("ready")
    code, lines, errors = solodesk(shop.store.folder.root, "sync", password=shop.box.password)
    assert (code, lines) == (1, [])
    assert '"error": "already_running"' in errors
    second = Engine(shop.store.folder.root, shop.box.password)
    assert second.end() == 1
    engine.kill()
    code, lines, _ = solodesk(shop.store.folder.root, "sync", password=shop.box.password)
    assert (code, [line["folder"] for line in lines]) == (0, ["INBOX", "Sent"])


def test_refused_sign_in_stops_after_three_and_starts_again_with_the_right_password(
    shop: Shop, start: Callable[..., Engine]
) -> None:
    with shop.store.write() as desk:
        desk.accounts.update(shop.account, auth_failures=1)
    engine = start("wrong")
    engine.wait_news("connectivity", online=False)
    engine.ask("sync")
    alarm = engine.wait_news("alarm")
    assert alarm["code"] == "wrong_password"
    refused = shop.box.server.log().count("auth failed, 1 attempts")
    engine.ask("sync")
    engine.ask("send")
    kept = engine.ask("secret", account=shop.account, secret=shop.box.password)
    assert (kept["kept"], kept["fault"]) == (False, "no_keychain")
    wait_until(lambda: _done(shop), what="the mailbox is read")
    assert shop.box.server.log().count("auth failed, 1 attempts") == refused


def test_requests_that_make_no_sense(shop: Shop, start: Callable[..., Engine]) -> None:
    engine = start()
    engine.wait_news("ready")
    assert engine.process.stdin is not None
    engine.process.stdin.write("nonsense\n[1]\n{}\n")
    assert engine.ask("fly")["error"]["code"] == "unknown_request"
    assert engine.ask("discover")["error"]["code"] == "bad_request"
    assert engine.ask("discover", address="ling@gmail.com")["imap"]["host"] == "imap.gmail.com"
    assert engine.ask("discover", address="ling@shop.example")["provider"] is None
    told = engine.ask("test_account", address="x@shop.example", secret="geheim-42")
    assert told["error"]["code"] == "unknown_provider"
    side = {"host": shop.box.host, "port": shop.box.port, "tls": "plain"}
    told = engine.ask(
        "test_account", address=shop.box.address, imap=side, smtp=side, secret="geheim-42"
    )
    assert told["error"]["code"] == "wrong_password"
    assert engine.ask("stop")["ok"]
    assert engine.end() == 0


def test_no_secret_in_any_file(shop: Shop, sink: SmtpSink, start: Callable[..., Engine]) -> None:
    shop.box.append("INBOX", raw_mail("Where is it?"))
    engine = start()
    wait_until(lambda: _done(shop), what="the first pass")
    row = shop.queue(shop.tickets()[0].id)
    engine.ask("send")
    wait_until(lambda: shop.outbox(row).state == "sent", what="it is sent")
    errors = engine.errors()
    assert engine.end() == 0
    plain = shop.box.password.encode()
    both = base64.b64encode(b"\0" + shop.box.user.encode() + b"\0" + plain)
    for needle in (plain, base64.b64encode(plain), both):
        assert files_with(shop.store.folder.root, needle) == []
        assert needle.decode() not in errors + str(engine.lines)


def test_the_desk_adds_an_account(
    data_folder: DataFolder,
    mailbox: Mailbox,
    sink: SmtpSink,
    secret_service: SecretService,
) -> None:
    mailbox.append("INBOX", raw_mail("Where is it?"))
    engine = Engine(data_folder.root)
    engine.wait_news("ready")
    wanted = {
        "address": mailbox.address,
        "imap": {"host": mailbox.host, "port": mailbox.port, "tls": "starttls"},
        "smtp": {"host": sink.host, "port": sink.port, "tls": "plain"},
        "ca_file": str(mailbox.ca_file),
        "history_days": 0,
    }
    refused = engine.ask("add_account", **wanted, secret="wrong")
    assert refused["error"]["code"] == "wrong_password"
    added = engine.ask("add_account", **wanted, secret=mailbox.password)
    assert (added["account"], added["kept"]) == (1, True)
    assert engine.ask("add_account", **wanted, secret="x")["error"]["code"] == "account_exists"
    engine.wait_news("progress", account=1, folder="INBOX", here=1, server=1)
    engine.wait_news("changed")
    assert engine.end() == 0
    again = Engine(data_folder.root)  # the password is in the keychain now
    again.wait_news("connectivity", account=1, online=True)
    assert again.end() == 0


def test_a_certificate_is_accepted_for_a_mailbox_that_is_here(
    data_folder: DataFolder,
    mailbox: Mailbox,
    new_smtp_sink: Callable[..., SmtpSink],
    secret_service: SecretService,
) -> None:
    """Set up with a pin for each side; the server shows another one later; the owner accepts it."""
    sink = new_smtp_sink("starttls", login=(mailbox.user, mailbox.password))
    engine = Engine(data_folder.root)
    engine.wait_news("ready")
    wanted = {
        "address": mailbox.address,
        "user": mailbox.user,
        "imap": {"host": mailbox.host, "port": mailbox.port, "tls": "starttls"},
        "smtp": {"host": sink.host, "port": sink.port, "tls": "starttls"},
        "secret": mailbox.password,
    }
    anchor: str | None = None
    told = engine.ask("add_account", **wanted)
    while told.get("error", {}).get("code") == "certificate_unknown":
        anchor = certificates.accepting(anchor, told["error"]["params"]["fingerprint"])
        told = engine.ask("add_account", **wanted, ca_file=anchor)
    assert told["account"] == 1, told
    store = Store.open(data_folder, SystemClock(), origin="test")
    with store.write() as desk:
        accounts.trust(desk, AccountId(1), "sha256:" + "0" * 64)
    odd = engine.ask("accept_certificate", account=mailbox.address, fingerprint="12")
    assert odd["error"]["code"] == "bad_fingerprint"
    wrong = engine.ask("accept_certificate", account=mailbox.address, fingerprint="1" * 64)
    assert wrong["error"]["code"] == "certificate_unknown"
    assert engine.ask("accept_certificate", account=mailbox.address, fingerprint=anchor)["ok"]
    with store.read() as reader:
        trusted = accounts.get(reader, AccountId(1)).ca_file or ""
    store.close()
    assert engine.end() == 0
    assert set((anchor or "").split(",")) <= set(trusted.split(","))


def test_what_another_process_queues_leaves_by_itself(
    shop: Shop, sink: SmtpSink, start: Callable[..., Engine]
) -> None:
    shop.box.append("INBOX", raw_mail("Where is it?"))
    engine = start()
    wait_until(lambda: _done(shop), what="the first pass")
    row = shop.queue(shop.tickets()[0].id, delay_s=1)  # nobody tells the engine
    wait_until(lambda: shop.outbox(row).state == "sent", 15, "it is sent")
    with shop.store.write() as desk:
        desk.tickets.update(shop.tickets()[0].id, snoozed_until_ms=desk.now_ms - 1)
    wait_until(lambda: shop.tickets()[0].woken_ms is not None, 25, "it wakes")
    engine.wait_news("changed")
    assert len(sink.received) == 1
