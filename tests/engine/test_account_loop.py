"""The loop of one account: dead lines, sleep, clocks, sign-in pages, and how little it asks."""

import contextlib
import os
import re
import signal
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.engine.account_loop import AccountLoop, Pace
from solodesk.mail.server import Timeouts
from solodesk.services import settings, tickets
from solodesk.services.mailbox_sync import Progress
from solodesk.store import rows
from tests.support.certificates import Certificates, make_certificates
from tests.support.dovecot import DovecotServer, Mailbox
from tests.support.mails import raw_mail
from tests.support.odd_imap import OddImap
from tests.support.shop import Shop, open_shop
from tests.support.waiting import wait_until

HURRY = Pace(
    look=0.4,
    probe=0.8,
    slice=0.05,
    back_off=(0.1, 0.1),
    offline=0.1,
    timeouts=Timeouts(connect=3, read=3),
)
PATIENT = Pace(look=60, slice=0.05, back_off=(60, 60), offline=60)


@dataclass(slots=True)
class Heard:
    """What the loop told the engine."""

    online: list[bool] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    passes: int = 0


@dataclass(slots=True)
class Ears:
    """Listens to a loop."""

    heard: Heard = field(default_factory=Heard)

    def progress(self, account: AccountId, progress: Progress) -> None:
        """A folder got further."""

    def online(self, account: AccountId, *, online: bool) -> None:
        """The connection came or went."""
        self.heard.online.append(online)

    def alarm(self, account: AccountId, error: KnownError) -> None:
        """The owner must act."""
        self.heard.alarms.append(error.code)

    def received(self, account: AccountId, new: int) -> None:
        """A pass ended well."""
        self.heard.passes += 1


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox) -> Iterator[Shop]:
    shop = open_shop(data_folder, clock, mailbox)
    yield shop
    shop.store.close()


Start = Callable[..., tuple[AccountLoop, Heard]]


@pytest.fixture
def start() -> Iterator[Start]:
    loops: list[AccountLoop] = []

    def begin(shop: Shop, pace: Pace = HURRY) -> tuple[AccountLoop, Heard]:
        ears = Ears()
        loops.append(
            AccountLoop(shop.store, shop.account, lambda _row: shop.box.password, ears, pace)
        )
        loops[-1].start()
        return loops[-1], ears.heard

    yield begin
    for loop in loops:
        loop.stop()
    assert all(loop.join(10) for loop in loops)


def account(shop: Shop) -> rows.Account:
    with shop.store.read() as reader:
        row = reader.accounts.get(shop.account)
    assert row is not None
    return row


def processes(box: Mailbox) -> list[int]:
    """Dovecot's processes that served this user, in order."""
    return [int(p) for p in re.findall(rf"Login: user=<{box.user}>.*?mpid=(\d+)", box.server.log())]


def at_rest(shop: Shop, heard: Heard) -> None:
    """The first pass is over and the loop waits."""
    wait_until(lambda: heard.passes >= 2, 20, "the first pass")


@contextlib.contextmanager
def frozen(process: int) -> Iterator[None]:
    """A server that does not answer any more, on a line that stays open."""
    os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def test_a_dead_line_shows_and_is_replaced(shop: Shop, start: Start) -> None:
    assert Pace().look + Pace().probe <= 90
    assert Pace().look <= 9 * 60
    _, heard = start(shop)
    at_rest(shop, heard)
    with frozen(processes(shop.box)[-1]):
        shop.box.deliver(raw_mail("While the line was dead"))
        wait_until(lambda: heard.online[-1] is False, 5, "it shows")
        assert account(shop).state == "offline"
        wait_until(lambda: len(shop.messages()) == 1, 10, "it comes on another line")
        wait_until(lambda: account(shop).state == "ok", 10, "all is well")


def test_after_a_sleep_it_connects_at_once_and_tells_nobody(shop: Shop, start: Start) -> None:
    _, heard = start(shop, PATIENT)
    at_rest(shop, heard)
    (before,) = processes(shop.box)
    with frozen(before):
        shop.box.deliver(raw_mail("While the computer slept"))
        shop.store.clock.advance(hours=9)  # type: ignore[attr-defined]  # the wall goes on alone
        wait_until(lambda: len(shop.messages()) == 1, 10, "it is here")
        assert heard.online == [True, True]
        assert account(shop).state == "ok"


def test_a_sleep_ends_the_wait_for_the_next_attempt(shop: Shop, start: Start) -> None:
    shop.box.stop()
    _, heard = start(shop, PATIENT)
    wait_until(lambda: heard.online == [False], 10, "it is offline")
    shop.box.start()
    shop.store.clock.advance(minutes=30)  # type: ignore[attr-defined]
    wait_until(lambda: heard.online[-1], 10, "it is online long before a minute has passed")


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_jumps_makes_no_storm(shop: Shop, start: Start, years: int) -> None:
    _, heard = start(shop)
    at_rest(shop, heard)
    before = len(processes(shop.box))
    shop.store.clock.advance(days=365 * years)  # type: ignore[attr-defined]
    shop.box.deliver(raw_mail("After the jump"))
    wait_until(lambda: len(shop.messages()) == 1, 10, "mail comes")
    shop.store.clock.advance(days=-365 * years)  # type: ignore[attr-defined]
    shop.box.deliver(raw_mail("And back"))
    wait_until(lambda: len(shop.messages()) == 2, 10, "mail comes")
    assert len(processes(shop.box)) - before <= 2
    now = shop.store.clock.now_ms()
    wait_until(lambda: account(shop).last_receive_ms == now, 10, "the time of looking follows")
    with shop.store.read() as reader:
        waits = [ticket.waiting_since_ms for ticket in reader.tickets.select("ORDER BY id")]
    assert len(waits) == 2


def test_a_copy_in_sent_is_told_without_asking(shop: Shop, start: Start) -> None:
    """Dovecot offers NOTIFY; nothing is polled for a minute."""
    _, heard = start(shop, PATIENT)
    at_rest(shop, heard)
    shop.box.append("Sent", raw_mail("Sent from the phone", sender=shop.box.address))
    wait_until(lambda: len(shop.messages()) == 1, 15, "the copy is here")


def test_what_the_owner_reads_is_read_there_soon(shop: Shop, start: Start) -> None:
    """Nobody tells the loop: it finds the wish in the store at its next look."""
    shop.box.append("INBOX", raw_mail("Read me"))
    with shop.store.write() as desk:
        settings.put(desk, "server_seen", True)
    _, heard = start(shop)
    wait_until(lambda: len(shop.tickets()) == 1 and heard.passes >= 2, 20, "it is here")
    with shop.store.write() as desk:
        tickets.mark_read(desk, [shop.tickets()[0].id])
    wait_until(lambda: "\\Seen" in shop.box.flags(1), 10, "it is read there")
    shop.box.append("INBOX", raw_mail("And the next"))
    wait_until(lambda: len(shop.tickets()) == 2, 10, "the next one comes")
    assert "\\Seen" not in shop.box.flags(2)


@pytest.fixture(scope="module")
def plain_dovecot() -> Iterator[DovecotServer]:
    server = DovecotServer("imap_capability = IMAP4rev1 IDLE CONDSTORE ENABLE")
    try:
        server.start()
        yield server
    finally:
        server.remove()


def test_else_sent_is_asked_for_its_counters_between_idles(
    plain_dovecot: DovecotServer,
    data_folder: DataFolder,
    clock: FixedClock,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from solodesk.mail.imap import ImapSource

    asked: list[str] = []
    for name in ("status", "examine", "folders", "uids", "idle"):
        monkeypatch.setattr(ImapSource, name, _noted(getattr(ImapSource, name), name, asked))
    shop = open_shop(data_folder, clock, plain_dovecot.new_mailbox("plain@shop.example"))
    _, heard = start(shop)
    at_rest(shop, heard)
    asked.clear()
    wait_until(lambda: asked.count("idle") >= 3, 10, "three quiet times")
    # Two questions a quiet time, however big the mailbox is.
    first = asked.index("idle")
    assert asked[first : first + 4] == ["idle", "status", "examine", "idle"]
    shop.box.deliver(raw_mail("Sent from the phone", sender=shop.box.address), "Sent")
    wait_until(lambda: len(shop.messages()) == 1, 15, "the copy is here")
    shop.box.close()


def _noted(real: Callable[..., object], name: str, asked: list[str]) -> Callable[..., object]:
    def noted(*args: object, **kwargs: object) -> object:
        asked.append(name)
        return real(*args, **kwargs)

    return noted


INBOX = {3: raw_mail("three").replace(b"\n", b"\r\n")}


def odd_shop(folder: DataFolder, clock: FixedClock, port: int, tls: str, ca: str | None) -> Shop:
    """An account on a server that is none of Dovecot's; it has worked before."""
    box = Mailbox(DovecotServer.__new__(DovecotServer), "odd@shop.example", "pw")
    shop = _odd_shop(folder, clock, box, port)
    with shop.store.write() as desk:
        desk.accounts.update(
            shop.account, imap_port=port, imap_tls=tls, ca_file=ca, last_receive_ms=desk.now_ms
        )
    return shop


def _odd_shop(folder: DataFolder, clock: FixedClock, box: Mailbox, port: int) -> Shop:
    from solodesk.services import accounts
    from solodesk.services.accounts import AccountInput, Side
    from solodesk.services.units import Store

    store = Store.open(folder, clock, origin="engine")
    side = Side("127.0.0.1", port, "plain")
    plan = accounts.plan(AccountInput(address=box.address, imap=side, smtp=side, history_days=0))
    with store.write() as desk:
        return Shop(store, accounts.add(desk, plan), box)


def _http(sock: socket.socket) -> None:
    sock.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://portal.hotel.example/\r\n\r\n")


def _somebody_else(certificates: Certificates) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.chain, certificates.key)

    def greet(sock: socket.socket) -> None:
        context.wrap_socket(sock, server_side=True).close()

    return greet


@contextlib.contextmanager
def portal(greet: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A sign-in page in the server's place; what it was told."""
    listener = socket.create_server(("127.0.0.1", 0))
    told: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock, contextlib.suppress(OSError):
                sock.settimeout(2)
                greet(sock)
                told.append(sock.recv(4096))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], told
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


@pytest.mark.parametrize("kind", ["certificate", "http on 993", "http on 143", "garbage"])
def test_a_sign_in_page_in_our_way_is_offline(
    data_folder: DataFolder,
    clock: FixedClock,
    start: Start,
    certificates: Certificates,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
) -> None:
    stranger = make_certificates(tmp_path_factory.mktemp("stranger"))
    greet, tls = {
        "certificate": (_somebody_else(stranger), "tls"),
        "http on 993": (_http, "tls"),
        "http on 143": (_http, "starttls"),
        "garbage": (lambda sock: sock.sendall(b"\x00\xff\x15\x03\x01\r\n"), "plain"),
    }[kind]
    with portal(greet) as (port, told):
        shop = odd_shop(data_folder, clock, port, tls, str(certificates.ca))
        _, heard = start(shop)
        wait_until(lambda: heard.online.count(False) >= 3, 20, "it tries again by itself")
        row = account(shop)
        assert (row.state, row.auth_failures, heard.alarms) == ("offline", 0, [])
        assert row.detail is not None
        assert row.detail["code"] in {"certificate_invalid", "tls_failed", "not_a_mail_server"}
        assert b"pw" not in b"".join(told)
        clock.advance(days=2)  # that is no hotel any more
        wait_until(lambda: account(shop).state == "error", 20, "it is told")
    with OddImap({"INBOX": INBOX}) as server:
        with shop.store.write() as desk:
            desk.accounts.update(shop.account, imap_port=server.port, imap_tls="plain")
        wait_until(lambda: account(shop).state == "ok", 20, "it is well by itself")
        for loop in [each for each in threading.enumerate() if each.name.startswith("account")]:
            assert loop.is_alive()
    shop.store.clock.advance(seconds=1)  # type: ignore[attr-defined]


def test_who_asks_us_to_wait_is_left_alone(
    data_folder: DataFolder, clock: FixedClock, start: Start
) -> None:
    """Also when we would try again much sooner by ourselves."""
    throttled = b"NO Request is throttled. Suggested Backoff Time: 90000 milliseconds"

    def script(_server: OddImap, tag: str, command: str) -> bytes | None:
        if command.startswith("EXAMINE") and not calm:
            return tag.encode() + b" " + throttled + b"\r\n"
        return None

    calm: list[bool] = []
    with OddImap({"INBOX": INBOX}, script) as server:
        shop = odd_shop(data_folder, clock, server.port, "plain", None)
        loop, heard = start(shop)
        wait_until(lambda: heard.online == [True, False], 10, "it is told")
        said = len(server.heard)
        threading.Event().wait(0.6)  # six times what the pace would be
        assert len(server.heard) == said
        detail = account(shop).detail
        assert detail is not None
        assert detail["params"]["wait_s"] == 91
        calm.append(True)
        loop.wake()  # the owner may
        wait_until(lambda: len(shop.messages()) == 1, 10, "it is read")


def test_a_server_that_offers_idle_and_refuses_it_is_polled(
    data_folder: DataFolder, clock: FixedClock, start: Start
) -> None:
    def script(_server: OddImap, tag: str, command: str) -> bytes | None:
        return f"{tag} BAD not today\r\n".encode() if command == "IDLE" else None

    inbox = dict(INBOX)
    with OddImap({"INBOX": inbox}, script, capability="IMAP4rev1 IDLE") as server:
        shop = odd_shop(data_folder, clock, server.port, "plain", None)
        _, heard = start(shop)
        wait_until(lambda: "IDLE" in server.heard, 10, "the first is here")
        inbox[5] = raw_mail("five").replace(b"\n", b"\r\n")
        wait_until(lambda: len(shop.messages()) == 2, 10, "the next is found")
        assert server.heard.count("IDLE") == 1
        assert heard.online == [True]


class Restless(OddImap):
    """Says that a message is coming whenever it is asked."""

    def opened(self, exists: int, uidnext: int) -> bytes:
        """The answer to EXAMINE."""
        return OddImap.opened(self, exists, uidnext + len(self.heard))


def test_a_server_that_makes_fun_of_us_is_asked_slowly(
    data_folder: DataFolder, clock: FixedClock, start: Start
) -> None:
    with Restless({"INBOX": INBOX}) as server:
        shop = odd_shop(data_folder, clock, server.port, "plain", None)
        _, heard = start(shop, PATIENT)
        wait_until(lambda: len(shop.messages()) == 1 and heard.passes == 5, 10, "it waits")
        said = len(server.heard)
        threading.Event().wait(0.5)  # nothing is to happen, so there is nothing to wait for
        assert len(server.heard) == said
