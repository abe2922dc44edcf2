"""`sync` is killed (-9) while it changes the mailbox as the owner wished, at every command it says:
the server does the last one, nobody hears its answer. Run again, all is done, and done once.
"""

import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.services import settings, tickets, write_back
from solodesk.services.units import Store
from tests.support import oracle
from tests.support.chaos_proxy import ChaosProxy
from tests.support.dovecot import DovecotServer, Mailbox
from tests.support.mails import raw_mail
from tests.support.program import environment, solodesk
from tests.support.shop import Shop, open_shop
from tests.support.soak import spread

SERVERS = {"move": "", "copy": "imap_capability = IMAP4rev1 ENABLE CONDSTORE UIDPLUS"}
_names = itertools.count(1)


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[DovecotServer]:
    made = DovecotServer(SERVERS[request.param])
    try:
        made.start()
        yield made
    finally:
        made.remove()


def prepared(server: DovecotServer, folder: Path) -> Mailbox:
    """A mailbox of four, one ticket read and two closed here, nothing done there yet."""
    box = server.new_mailbox(f"k{next(_names)}@shop.example")
    for number in range(4):
        raw = raw_mail(f"Question {number}", sender=f"c{number}@x.example", subject=f"{number}")
        if number == 0:  # and one without a name
            lines = raw.split(b"\n")
            raw = b"\n".join(line for line in lines if not line.startswith(b"Message-ID"))
        box.append("INBOX", raw)
    shop: Shop = open_shop(DataFolder(folder).create(), SystemClock(), box)
    shop.sync()
    ids = [ticket.id for ticket in shop.tickets()]
    with shop.store.write() as desk:
        for key in ("server_seen", "server_archive"):
            settings.put(desk, key, True)
    with shop.store.write() as desk:
        tickets.mark_read(desk, ids[2:3])
        tickets.close(desk, ids[:2])
    with shop.store.read() as reader:
        assert reader.server_acts.waiting(shop.account) == 1
    shop.store.close()
    return box


def run(folder: Path, box: Mailbox, proxy: ChaosProxy, kill_at: int | None) -> int:
    """`sync` through the proxy, a minute later; killed when it says its command number `kill_at`.

    Returns how many commands it said.
    """
    _reach(folder, proxy.port)
    heard = itertools.count(1)
    said = 0
    process = subprocess.Popen(
        [sys.executable, "-m", "solodesk", "--json", "--data", str(folder), "sync"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(box.password),
    )

    def listen() -> None:
        nonlocal said
        said = next(heard)
        if said == kill_at:
            process.kill()

    proxy.on_client = listen
    code = process.wait(60)
    proxy.on_client = None
    # While it signs out it may be gone before the blow falls.
    assert code == 0 or kill_at is not None, code
    return said


def _reach(folder: Path, port: int) -> None:
    """Point the account to the proxy, and let the minute of thinking it over have passed."""
    store = Store.open(DataFolder(folder), SystemClock(), origin="engine")
    with store.write() as desk:
        desk.accounts.update(AccountId(1), imap_port=port)
        write_back.plan(desk)
        for act in desk.server_acts.select("WHERE state IN ('waiting', 'doing')"):
            desk.server_acts.update(act.id, not_before_ms=0)
    store.close()


def judge(folder: Path, box: Mailbox) -> None:
    """As the owner wished, once."""
    held = {name: len(box.uids(name)) for name in ("INBOX", "Archive", "Sent")}
    assert held == {"INBOX": 2, "Archive": 2, "Sent": 0}
    seen = {box.raw(uid)[-12:]: "\\Seen" in box.flags(uid) for uid in box.uids()}
    assert sorted(seen.values()) == [False, True]
    assert oracle.problems(folder) == []
    assert oracle.differences(box, folder) == []
    path = DataFolder(folder).store
    states = oracle.rows(path, "SELECT DISTINCT state FROM server_act")
    assert states == [("done",)]
    gone = oracle.rows(
        path,
        "SELECT m.subject FROM message m WHERE NOT EXISTS"
        " (SELECT 1 FROM place p WHERE p.message_id = m.id AND p.gone_ms IS NULL)",
    )
    assert gone == []
    assert oracle.rows(path, "SELECT count(*) FROM message") == [(4,)]


def test_killed_at_every_command(server: DovecotServer, tmp_path: Path) -> None:
    with ChaosProxy(server.port) as proxy:
        box = prepared(server, tmp_path / "whole")
        commands = run(tmp_path / "whole", box, proxy, None)
        judge(tmp_path / "whole", box)
        box.close()
        for number in spread(commands - 1, 4):
            folder = tmp_path / f"{number}"
            box = prepared(server, folder)
            run(folder, box, proxy, number)
            _reach(folder, server.port)
            code, _lines, errors = solodesk(folder, "sync", password=box.password)
            assert code == 0, (number, errors)
            judge(folder, box)
            box.close()
