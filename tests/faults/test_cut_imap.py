"""The IMAP connection is cut, reset, stalled, dribbled or made one-sided at byte K of a recorded
session: no half message, none skipped, and an end within the time-outs (faults.md R4, I1, I2, I6).
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Server, Timeouts
from solodesk.services import accounts, mailbox_sync
from solodesk.services.units import Store
from tests.faults import mails
from tests.support import oracle
from tests.support.chaos_proxy import ACTS, Act, ChaosProxy, Fault, Source
from tests.support.dovecot import Mailbox
from tests.support.shop import open_shop
from tests.support.soak import bound, spread

NOW = 1_788_771_600_000
IMPATIENT = Timeouts(connect=1, read=0.3)
_ENDS_WITHIN_S = 8.0
_FAULTS = {"connection_lost", "timeout", "server_said", "server_busy", "not_a_mail_server"}


@pytest.fixture
def proxy(mailbox: Mailbox) -> Iterator[ChaosProxy]:
    with ChaosProxy(mailbox.port) as proxy:
        yield proxy


@pytest.fixture
def template(tmp_path: Path, clock: FixedClock, mailbox: Mailbox) -> Path:
    """A data folder with the account and nothing fetched."""
    mails.fill(mailbox, NOW)
    folder = tmp_path / "template"
    open_shop(DataFolder(folder), clock, mailbox).store.close()
    return folder


def one_pass(store: Store, box: Mailbox, port: int, timeouts: Timeouts = IMPATIENT) -> str | None:
    """A pass through the proxy; the code of the fault that ended it, None when it went well."""
    with store.read() as reader:
        (row,) = reader.accounts.all()
    server = accounts.receiving(row)
    try:
        there = Server(server.host, port, "plain", server.user)
        with ImapSource(there, box.password, timeouts) as source:
            mailbox_sync.sync_account(store, row.id, source)
    except KnownError as error:
        return error.code
    return None


@pytest.mark.parametrize("act", ACTS)
def test_first_sync(
    tmp_path: Path,
    template: Path,
    clock: FixedClock,
    mailbox: Mailbox,
    proxy: ChaosProxy,
    act: Act,
) -> None:
    before = oracle.on_server(mailbox)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(template, undisturbed)
    store = Store.open(DataFolder(undisturbed), clock, origin="engine")
    assert one_pass(store, mailbox, proxy.port) is None
    store.close()
    # The server's words about its own speed make a session some bytes longer or shorter.
    expected = oracle.meaning(undisturbed)
    length = {source: count - 60 for source, count in proxy.seen.items()}
    # A stall costs a time-out and the farewell's two seconds, so there are fewer of them.
    sample = bound(3 if act in ("stall", "swallow") else 12, 600)
    sources: tuple[Source, ...] = ("server", "client")
    places = [
        Fault(act, place, source)
        for source in sources
        for place in spread(length[source], sample if source == "server" else sample // 3)
    ]
    for number, fault in enumerate(places):
        folder = tmp_path / f"try-{number}"
        shutil.copytree(template, folder)
        _struck(folder, clock, mailbox, proxy, fault)
        assert oracle.meaning(folder) == expected, fault
        shutil.rmtree(folder)
    assert proxy.struck == len(places)
    assert oracle.on_server(mailbox) == before


def _struck(
    folder: Path, clock: FixedClock, mailbox: Mailbox, proxy: ChaosProxy, fault: Fault
) -> None:
    """A spoiled pass, then a whole one."""
    store = Store.open(DataFolder(folder), clock, origin="engine")
    proxy.arm(fault)
    started = time.monotonic()
    said = one_pass(store, mailbox, proxy.port)
    assert time.monotonic() - started < _ENDS_WITHIN_S, fault
    assert said is None or said in _FAULTS, fault
    assert said is None or fault.act != "dribble", fault
    stored = {row[0] for row in oracle.rows(store.path, "SELECT lower(hex(sha256)) FROM message")}
    whole = {sha for each in oracle.on_server(mailbox).values() for _uid, _flags, sha in each}
    assert stored <= whole, f"{fault}: half a message"
    assert one_pass(store, mailbox, proxy.port, Timeouts(5, 10)) is None
    store.close()
    assert oracle.problems(folder) == [], fault
    assert oracle.differences(mailbox, folder) == [], fault
