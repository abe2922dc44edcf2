"""The SMTP connection is cut, reset, stalled, dribbled or made one-sided at byte K of a recorded
session: at most one copy, never "sent" without one, and Sent settles the doubt (faults.md S1, I3).
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.paths import DataFolder
from solodesk.mail.server import Timeouts
from solodesk.services import sending, sent_copies
from solodesk.services.units import Store
from tests.support import oracle
from tests.support.chaos_proxy import ACTS, Act, ChaosProxy, Fault, Source
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import Shop, open_shop
from tests.support.soak import bound, spread
from tests.support.unreliable_smtp import UnreliableSmtp

NOW = 1_788_771_600_000
IMPATIENT = Timeouts(connect=1, read=0.2)
_ENDS_WITHIN_S = 8.0


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[UnreliableSmtp]:
    with UnreliableSmtp(sent=mailbox) as server:
        yield server


@pytest.fixture
def proxy(smtp: UnreliableSmtp) -> Iterator[ChaosProxy]:
    with ChaosProxy(smtp.port) as proxy:
        yield proxy


@pytest.fixture
def template(tmp_path: Path, clock: FixedClock, mailbox: Mailbox, proxy: ChaosProxy) -> Path:
    """A data folder with one answer in the outbox, to be sent through the proxy."""
    mailbox.append("INBOX", raw_mail(message_id="<q@x.example>"), internaldate=utc(NOW - 3_600_000))
    folder = tmp_path / "template"
    shop = open_shop(DataFolder(folder), clock, mailbox)
    with shop.store.write() as desk:
        for server in desk.accounts.servers(shop.account):
            desk.accounts.update_server(server.id, port=proxy.port)
    shop.sync()
    shop.queue(shop.tickets()[0].id)
    shop.store.close()
    return folder


def attempt(shop: Shop, smtp: UnreliableSmtp, timeouts: Timeouts = IMPATIENT) -> str:
    """One look at the outbox; the row's state afterwards."""
    sending.send_due(shop.store, shop.secret, timeouts=timeouts, chance=lambda: 0.5)
    smtp.quiet()
    with shop.store.read() as reader:
        (row,) = reader.outbox.select()
    return row.state


@pytest.mark.parametrize("act", ACTS)
def test_one_answer(
    tmp_path: Path,
    template: Path,
    clock: FixedClock,
    mailbox: Mailbox,
    smtp: UnreliableSmtp,
    proxy: ChaosProxy,
    act: Act,
) -> None:
    whole = _open(template, tmp_path / "undisturbed", clock, mailbox)
    assert attempt(whole, smtp, Timeouts(5, 10)) == "sent"
    whole.store.close()
    length = dict(proxy.seen)
    sample = bound(4 if act in ("stall", "swallow") else 9, 3_000)
    sources: tuple[Source, ...] = ("server", "client")
    places = [Fault(act, n, each) for each in sources for n in spread(length[each], sample)]
    # Around the dot, whose bytes are the client's last but QUIT: each of them.
    places += [Fault(act, length["client"] - back, "client") for back in range(6, 12)]
    for number, fault in enumerate(places):
        folder = tmp_path / f"try-{number}"
        shop = _open(template, folder, clock, mailbox)
        smtp.kept.clear()
        for uid in mailbox.uids("Sent"):
            mailbox.delete(uid, "Sent")
        _struck(shop, smtp, proxy, fault)
        shop.store.close()
        assert oracle.problems(folder) == [], fault
        shutil.rmtree(folder)
    assert proxy.struck >= len(places) - 1


def _open(template: Path, folder: Path, clock: FixedClock, mailbox: Mailbox) -> Shop:
    shutil.copytree(template, folder)
    store = Store.open(DataFolder(folder), FixedClock(clock.at_ms), origin="engine")
    with store.read() as reader:
        (row,) = reader.accounts.all()
    return Shop(store, row.id, mailbox)


def _struck(shop: Shop, smtp: UnreliableSmtp, proxy: ChaosProxy, fault: Fault) -> None:
    """A spoiled attempt, another hours later, and a look into Sent."""
    proxy.arm(fault)
    started = time.monotonic()
    state = attempt(shop, smtp)
    assert time.monotonic() - started < _ENDS_WITHIN_S, fault
    assert state in ("sent", "retrying", "uncertain"), fault
    if state != "uncertain":
        assert len(smtp.kept) == (state == "sent"), fault
    clock = shop.store.clock
    assert isinstance(clock, FixedClock)
    clock.advance(hours=2)
    again = attempt(shop, smtp, Timeouts(5, 10))
    assert again == ("uncertain" if state == "uncertain" else "sent"), fault
    with shop.source() as source:
        sent_copies.resolve_uncertain(shop.store, shop.account, source)
    final = attempt(shop, smtp, Timeouts(5, 10))
    assert (final, len(smtp.kept)) in (("sent", 1), ("uncertain", 0)), fault
