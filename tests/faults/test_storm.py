"""Another mail program delivers, copies, moves, expunges, marks and the server renumbers, at any
moment of a pass: in the end store = mailbox, nothing twice, and what is marked was marked by them
(faults.md R1, R3, R23, I1, I2). Hypothesis plays the server's acts.
"""

import contextlib
import imaplib
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from solodesk.base.clock import FixedClock, utc
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Server
from solodesk.services import accounts, mailbox_sync
from tests.support import oracle
from tests.support.chaos_proxy import ChaosProxy
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import QUICK, Shop, open_shop
from tests.support.soak import SOAK, bound

NOW = 1_788_771_600_000
FOLDERS = ("INBOX", "Sent")
KINDS = ("deliver", "deliver", "append", "copy", "move", "back", "expunge", "mark", "renumber")
_PASSING = {"connection_lost", "timeout", "server_said", "server_busy", "renumbered"}
_names = itertools.count(1)
_SERVER_REFUSES = (imaplib.IMAP4.error, OSError)


@dataclass(frozen=True, slots=True)
class ServerAct:
    """Something another program does when the client's command number `moment` is on its way."""

    moment: int
    kind: str
    which: int


acts = st.builds(ServerAct, st.integers(1, 24), st.sampled_from(KINDS), st.integers(0, 50))
storms = st.lists(st.lists(acts, min_size=1, max_size=6), min_size=1, max_size=3)


@dataclass(slots=True)
class Other:
    """The other program. `seen` are the digests it marked as read."""

    box: Mailbox
    made: int = 0
    seen: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)

    def act(self, each: ServerAct) -> None:
        """Do it; what the server refuses just now is not done."""
        with contextlib.suppress(AssertionError, *_SERVER_REFUSES):
            if getattr(self, f"_{each.kind}")(each.which) is not False:
                self.done[each.kind] += 1

    def _letter(self, which: int) -> bytes:
        self.made += 1
        earlier = f"<n{which % self.made}@x.example>"
        headers = {"In-Reply-To": earlier} if which % 3 == 0 else {}
        text = f"Number {self.made} of {self.box.user}"
        return raw_mail(text, message_id=f"<n{self.made}@x.example>", headers=headers)

    def _deliver(self, which: int) -> None:
        self.box.deliver(self._letter(which).replace(b"\n", b"\r\n"))

    def _append(self, which: int) -> None:
        when = utc(NOW - which * 60_000)
        self.box.append(FOLDERS[which % 2], self._letter(which), internaldate=when)

    def _one(self, which: int, folder: str) -> int | None:
        uids = self.box.uids(folder)
        return uids[which % len(uids)] if uids else None

    def _copy(self, which: int) -> bool:
        uid = self._one(which, "INBOX")
        if uid is not None:
            self.box.append(FOLDERS[which % 2], self.box.raw(uid))
        return uid is not None

    def _move(self, which: int) -> bool:
        uid = self._one(which, "INBOX")
        if uid is not None:
            self.box.move(uid, ("Archive", "Sent")[which % 2])
        return uid is not None

    def _back(self, which: int) -> bool:
        uid = self._one(which, "Archive")
        if uid is not None:
            self.box.move(uid, "INBOX", "Archive")
        return uid is not None

    def _expunge(self, which: int) -> bool:
        folder = FOLDERS[which % 2]
        uid = self._one(which, folder)
        if uid is not None:
            self.box.delete(uid, folder)
        return uid is not None

    def _mark(self, which: int) -> bool:
        uid = self._one(which, "INBOX")
        if uid is not None:
            self.seen.add(oracle.digest(self.box.raw(uid)))
            self.box.set_flags(uid, "\\Seen")
        return uid is not None

    def _renumber(self, which: int) -> None:
        self.box.forget_uids(FOLDERS[which % 2])


def storm_pass(shop: Shop, port: int) -> str | None:
    """A pass through the proxy; the code of the fault that ended it."""
    with shop.store.read() as reader:
        server = accounts.receiving(accounts.get(reader, shop.account))
    try:
        with ImapSource(
            Server(server.host, port, "plain", server.user), shop.box.password, QUICK
        ) as s:
            mailbox_sync.sync_account(shop.store, shop.account, s)
    except KnownError as error:
        return error.code
    return None


@settings(
    max_examples=bound(14, 400),
    derandomize=not SOAK,
    # Each act is a second's work of a real server: a long reproduction beats a long search.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(storm=storms)
def test_in_the_end_the_store_is_the_mailbox(
    tmp_path: Path, new_mailbox: Callable[[str], Mailbox], storm: list[list[ServerAct]]
) -> None:
    box = new_mailbox("storm")
    other = Other(box)
    for number in range(6):
        other.act(ServerAct(0, "append", 3 * number + 1))
    folder = DataFolder(tmp_path / f"{next(_names)}").create()
    shop = open_shop(folder, FixedClock(NOW), box)
    with ChaosProxy(box.port) as proxy:
        for round_ in storm:
            _weather(proxy, other, round_)
            said = storm_pass(shop, proxy.port)
            assert said is None or said in _PASSING, said
            proxy.on_client = None
    before = oracle.on_server(box, *FOLDERS, "Archive")
    for _ in range(3):  # gone is what two listings in a row do not show
        results = shop.sync()
        assert [each.missing for each in results] == [0, 0]
    assert oracle.on_server(box, *FOLDERS, "Archive") == before
    shop.store.close()
    _judge(folder.root, other, before)


def _weather(proxy: ChaosProxy, other: Other, round_: list[ServerAct]) -> None:
    """Let the acts happen when the client's commands pass."""
    moments = itertools.count(1)
    waiting = sorted(round_, key=lambda each: each.moment)

    def blow() -> None:
        now = next(moments)
        while waiting and waiting[0].moment <= now:
            other.act(waiting.pop(0))

    proxy.on_client = blow


def _judge(
    folder: Path, other: Other, server: dict[str, list[tuple[int, frozenset[str], str]]]
) -> None:
    assert oracle.problems(folder) == []
    assert oracle.differences(other.box, folder) == []
    path = DataFolder(folder).store
    stored = Counter(row[0] for row in oracle.rows(path, "SELECT lower(hex(sha256)) FROM message"))
    assert set(stored.values()) <= {1}, "a mail became two"
    marked = {
        (name, uid): sha for name in server for uid, flags, sha in server[name] if "\\Seen" in flags
    }
    assert set(marked.values()) <= other.seen
    seen_here = oracle.rows(
        path,
        "SELECT f.name, p.imap_uid FROM place p JOIN folder f ON f.id = p.folder_id"
        " AND f.uidvalidity = p.uidvalidity WHERE p.gone_ms IS NULL AND p.seen = 1",
    )
    assert set(seen_here) == {place for place in marked if place[0] in FOLDERS}
