"""Every way an SMTP server can break around the message: at most one copy, and the right state.

{stored, not stored} × {close, stall, reset} × {before the dot, after it, after 250} (faults.md S1,
S2, I3), and a process killed between the server's 250 and its own commit.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import OutboxId
from solodesk.mail.server import Timeouts
from solodesk.services import replies, sending, sent_copies
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import environment
from tests.support.shop import Shop, open_shop
from tests.support.unreliable_smtp import Act, Break, UnreliableSmtp, Where
from tests.support.waiting import wait_until

NOW = 1_788_771_600_000
IMPATIENT = Timeouts(connect=1, read=0.3)
ACTS: tuple[Act, ...] = ("close", "stall", "reset")
PLACES: tuple[Where, ...] = ("before_dot", "after_dot", "after_250")
BREAKS = [Break(*each) for each in product(PLACES, ACTS, (True, False))]


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[UnreliableSmtp]:
    with UnreliableSmtp(sent=mailbox) as server:
        yield server


@pytest.fixture
def shop(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, smtp: UnreliableSmtp
) -> Iterator[Shop]:
    mailbox.append("INBOX", raw_mail(message_id="<q@x.example>"), internaldate=utc(NOW - 3_600_000))
    shop = open_shop(data_folder, clock, mailbox)
    with shop.store.write() as desk:
        for server in desk.accounts.servers(shop.account):
            desk.accounts.update_server(server.id, port=smtp.port)
    shop.sync()
    yield shop
    shop.store.close()


def attempt(shop: Shop, smtp: UnreliableSmtp) -> None:
    """One look at the outbox, as the engine's."""
    sending.send_due(shop.store, shop.secret, timeouts=IMPATIENT, chance=lambda: 0.5)
    smtp.quiet()


def look_in_sent(shop: Shop) -> None:
    with shop.source() as source:
        sent_copies.resolve_uncertain(shop.store, shop.account, source)


def queue(shop: Shop) -> OutboxId:
    (ticket,) = shop.tickets()
    return shop.queue(ticket.id)


def expected_state(fault: Break) -> str:
    """Right after the attempt."""
    return {"before_dot": "retrying", "after_dot": "uncertain", "after_250": "sent"}[fault.where]


@pytest.mark.parametrize(
    "fault", [Break(w, a, s) for w, a, s in product(PLACES, ACTS, (True, False))]
)
def test_at_most_one_copy(
    shop: Shop, smtp: UnreliableSmtp, clock: FixedClock, fault: Break
) -> None:
    row = queue(shop)
    smtp.broken = fault
    attempt(shop, smtp)
    assert shop.outbox(row).state == expected_state(fault)
    assert len(smtp.kept) == (fault.stored and fault.where != "before_dot")
    smtp.broken = None
    clock.advance(hours=3)
    attempt(shop, smtp)  # what is doubtful or done is not handed over again
    assert smtp.connections == (2 if fault.where == "before_dot" else 1)
    assert len(smtp.kept) <= 1
    look_in_sent(shop)
    lost = fault.where == "after_dot" and not fault.stored
    assert shop.outbox(row).state == ("uncertain" if lost else "sent")
    if lost:  # nobody can know: the owner decides, and then it leaves once
        assert shop.tickets()[0].alarm == "uncertain"
        with shop.store.write() as desk:
            replies.resolve(desk, row, "again")
        attempt(shop, smtp)
        assert (shop.outbox(row).state, len(smtp.kept)) == ("sent", 1)
    shop.sync()
    shop.sync()
    attempt(shop, smtp)
    assert len(smtp.kept) <= 1
    assert len(shop.messages()) == 2  # the question and one answer, however often it was seen
    assert shop.tickets()[0].alarm is None
    assert shop.store.check() == ()


_SEND = """
import sys
from pathlib import Path
from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.services import sending
from solodesk.services.units import Store
store = Store.open(DataFolder(Path(sys.argv[1])), FixedClock(int(sys.argv[2])), origin="engine")
sending.send_due(store, lambda account: "pw")
"""


def test_killed_between_250_and_our_commit(shop: Shop, smtp: UnreliableSmtp) -> None:
    row = queue(shop)
    link = sqlite3.connect(shop.store.path, isolation_level=None, check_same_thread=False)

    def lock() -> None:
        link.execute("BEGIN IMMEDIATE")  # our commit has to wait

    smtp.at_dot = lock
    process = subprocess.Popen(
        [sys.executable, "-c", _SEND, str(shop.store.folder.root), str(NOW)],
        env=environment(None),
    )
    wait_until(lambda: link.in_transaction and _waits_after_250(process.pid), what="250 is heard")
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    link.execute("ROLLBACK")
    link.close()
    smtp.at_dot = lambda: None
    smtp.quiet()
    assert (shop.outbox(row).state, shop.outbox(row).phase) == ("sending", "data_sent")
    assert sending.recover(shop.store) == [row]
    attempt(shop, smtp)
    assert (shop.outbox(row).state, smtp.connections) == ("uncertain", 1)
    look_in_sent(shop)
    assert shop.outbox(row).state == "sent"
    attempt(shop, smtp)
    assert len(smtp.kept) == 1


def _waits_after_250(pid: int) -> bool:
    """Whether the process sleeps between its looks at the lock: it is past the network."""
    call = Path(f"/proc/{pid}/syscall").read_text(encoding="ascii").split()[0]
    return call in {"230", "35", "115"}  # clock_nanosleep, nanosleep (x86-64), and on ARM
