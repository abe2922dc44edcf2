"""Faults in receiving, R1–R24: which test proves which row, and the proofs that stand nowhere else.

R1  UIDVALIDITY changes    services/test_mailbox_sync.py::test_new_uidvalidity_brings_no_duplicates
                           e2e/test_bad_input.py::test_a_mailbox_whose_uids_all_changed
                           faults/test_storm.py::test_in_the_end_the_store_is_the_mailbox
                           faults/test_receiving_rows.py::test_r1_a_folder_made_anew_in_another_order
R2  one UID, two folders   faults/test_receiving_rows.py::test_r2_the_same_uid_in_three_folders
R3  expunged in between    mail/test_imap.py::test_expunged_meanwhile_is_skipped
                           faults/test_odd_servers.py::test_one_odd_answer_stops_no_other_mail
                           faults/test_storm.py::test_in_the_end_the_store_is_the_mailbox
R4  cut anywhere           faults/test_cut_imap.py::test_first_sync
R5  BYE                    faults/test_odd_servers.py::test_a_named_fault_and_nothing_lost
                           faults/test_odd_servers.py::test_bye_in_idle_is_a_lost_connection
                           mail/test_imap.py::test_a_farewell_as_greeting_is_busy_and_a_stranger_is_no_mail_server
R6  throttling             mail/test_imap.py::test_throttling_is_no_wrong_password
                           engine/test_account_loop.py::test_who_asks_us_to_wait_is_left_alone
R7  wrong password         engine/test_process.py::test_refused_sign_in_stops_after_three_and_starts_again_with_the_right_password
                           engine/test_sign_in.py::test_a_server_that_refuses_is_tried_three_times
R8  dead IDLE, suspend     engine/test_account_loop.py::test_a_dead_line_shows_and_is_replaced
                           engine/test_account_loop.py::test_after_a_sleep_it_connects_at_once_and_tells_nobody
                           engine/test_account_loop.py::test_a_sleep_ends_the_wait_for_the_next_attempt
R9  Unsafe Login           faults/test_odd_servers.py::test_163_lets_in_only_those_who_say_who_they_are
                           mail/test_imap.py::test_unsafe_login_of_163_has_a_name
R10 Gmail's labels         services/test_sync_gmail.py::test_what_lies_under_two_labels_is_fetched_once
                           services/test_sync_gmail.py::test_all_mail_is_not_read_by_default
                           services/test_mailbox_sync.py::test_more_folders_by_choice_bring_no_duplicates
R11 folder names           mail/test_imap.py::test_folder_names_in_every_script
                           mail/test_imap.py::test_sent_folder_by_name
R12 one Message-ID, twice  services/test_ingest.py::test_two_mails_with_one_message_id_are_two_tickets
                           services/test_mailbox_sync.py::test_two_mails_with_one_message_id_and_mails_without_any
R13 no Message-ID          services/test_ingest.py::test_a_thousand_mails_without_message_id_stay_apart_and_come_once
R14 two addresses of ours  faults/test_receiving_rows.py::test_r14_one_mail_to_two_mailboxes_of_ours
                           services/test_ingest.py::test_our_own_mail_back_by_cc_is_no_new_ticket
R15 two fetchers           engine/test_process.py::test_one_engine_on_one_data_folder
                           faults/test_receiving_rows.py::test_r15_two_fetchers_at_once
R16 half a chunk           faults/test_kill_loop.py::test_sync
                           services/test_mailbox_sync.py::test_killed_and_resumed_is_the_same_as_undisturbed
R17 poison                 services/test_mailbox_sync.py::test_poison_is_kept_as_damaged_and_the_next_comes
                           faults/test_odd_servers.py::test_a_message_the_server_falls_over_stops_no_other
                           e2e/test_bad_input.py::test_broken_messages_between_good_ones_stop_nothing
R18 huge mailbox           faults/test_receiving_rows.py::test_r18_many_small_mails_in_bounded_memory
                           mail/test_imap.py::test_windows_cover_every_uid_once_and_are_few
R19 huge mail              faults/test_receiving_rows.py::test_r19_a_mail_of_100_mb
                           services/test_mailbox_sync.py::test_a_huge_message_comes_in_part
                           mail/test_imap.py::test_a_cut_in_a_literal_and_a_monstrous_one_are_lost_connections
R20 dates                  faults/test_receiving_rows.py::test_r20_dates_of_every_odd_form
                           services/test_ingest.py::test_received_time_follows_the_server_then_the_header
                           mail/test_imap.py::test_internal_dates
R21 zones                  domain/test_periods.py::test_a_month_with_a_change_of_clocks_is_an_hour_off
                           domain/test_periods.py::test_months_touch_each_other
R22 clock jumps            engine/test_account_loop.py::test_a_clock_that_jumps_makes_no_storm
                           faults/test_receiving_rows.py::test_r22_a_pass_with_the_clock_a_year_off
R23 deleted elsewhere      services/test_mailbox_sync.py::test_what_vanished_is_gone_and_kept_here
                           services/test_sync_plan.py::test_every_change_is_known_after_a_pass
R24 short listings         faults/test_odd_servers.py::test_one_empty_listing_makes_nothing_gone
                           faults/test_odd_servers.py::test_a_short_listing_in_the_first_pass_hides_nothing_for_long
                           faults/test_receiving_rows.py::test_r24_a_server_that_lies_about_what_vanished
"""  # noqa: E501 - a table

import ast
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Timeouts
from solodesk.services import accounts, mailbox_sync, settings, sync_rest, tickets
from solodesk.services.accounts import AccountInput, Side
from solodesk.services.units import Store
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.odd_imap import OddImap
from tests.support.shop import Shop, open_shop
from tests.support.soak import bound

NOW = 1_788_771_600_000
DAY = 86_400_000
TESTS = Path(__file__).parents[1]


def test_every_row_names_proofs_that_exist() -> None:
    rows = re.findall(r"^R(\d+) ", __doc__ or "", re.MULTILINE)
    assert [int(row) for row in rows] == list(range(1, 25))
    for path, name in re.findall(r"(\S+\.py)::(\w+)", __doc__ or ""):
        tree = ast.parse((TESTS / path).read_text(encoding="utf-8"))
        found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert name in found, f"{path}::{name}"


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox) -> Iterator[Shop]:
    shop = open_shop(data_folder, clock, mailbox)
    yield shop
    shop.store.close()


def letter(number: int) -> bytes:
    return raw_mail(
        f"Number {number}",
        subject=f"Order {number}",
        sender=f"c{number}@customer.example",
        message_id=f"<n{number}@x.example>",
    )


def test_r1_a_folder_made_anew_in_another_order(shop: Shop) -> None:
    """Another server, the same mail in another order, and one that arrived in between."""
    for number in range(6):
        shop.box.append("INBOX", letter(number), internaldate=utc(NOW - DAY + number))
    shop.sync()
    with shop.store.write() as desk:
        first = shop.tickets()[0].id
        tickets.add_note(desk, first, "She called.")
        tickets.tag(desk, [first], ["vip"])
    before = {ticket.id: (ticket.number, ticket.status) for ticket in shop.tickets()}
    shop.box.renew_uidvalidity()
    for uid in shop.box.uids():
        shop.box.delete(uid)
    for number in (4, 0, 9, 5, 2, 1, 3):
        shop.box.append("INBOX", letter(number), internaldate=utc(NOW - DAY + number))
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.missing, inbox.new) == (7, 7, 0, 1)
    after = {ticket.id: (ticket.number, ticket.status) for ticket in shop.tickets()}
    assert {each: after[each] for each in before} == before
    assert len(after) == 7
    with shop.store.read() as reader:
        assert [tag.name for tag in reader.tags.of_ticket(first)] == ["vip"]
        assert len(reader.notes.of_ticket(first)) == 1
        live = reader.places.select("WHERE gone_ms IS NULL")
    assert sorted(place.imap_uid for place in live) == shop.box.uids()
    assert len(shop.box.uids()) == 7  # nothing was deleted there


def test_r2_the_same_uid_in_three_folders(shop: Shop) -> None:
    shop.box.create_folder("Orders")
    for number, folder in enumerate(("INBOX", "Sent", "Orders")):
        assert shop.box.append(folder, letter(number)) == 1
    with shop.store.write() as desk:
        settings.put(desk, "more_folders", "Orders")
    assert [(each.here, each.new) for each in shop.sync()] == [(1, 1)] * 3
    shop.box.set_flags(1, "\\Seen", folder="Orders")
    shop.box.delete(1, "Sent")
    for _ in range(2):  # a folder that is empty all at once is looked at twice
        shop.sync()
    with shop.store.read() as reader:
        folders = {each.id: each.name for each in reader.folders.of_account(shop.account)}
        places = reader.places.select("ORDER BY id")
    assert {folders[p.folder_id]: (p.seen, p.gone_ms is not None) for p in places} == {
        "INBOX": (False, False),
        "Sent": (False, True),
        "Orders": (True, False),
    }


def test_r14_one_mail_to_two_mailboxes_of_ours(
    shop: Shop, new_mailbox: Callable[[str], Mailbox]
) -> None:
    other = new_mailbox("sales")
    side = Side(other.host, other.port, "plain")
    plan = accounts.plan(AccountInput(address=other.address, imap=side, smtp=side, history_days=0))
    with shop.store.write() as desk:
        second = Shop(shop.store, accounts.add(desk, plan), other)
    both = f"{shop.box.address}, {other.address}"
    raw = raw_mail("To both of you", to=both, message_id="<both@x.example>")
    ours = raw_mail(
        "We look at it.",
        sender=shop.box.address,
        to="mei@customer.example",
        message_id="<ours@shop.example>",
        headers={"Cc": other.address, "In-Reply-To": "<both@x.example>"},
    )
    shop.box.append("INBOX", raw)
    other.append("INBOX", raw.replace(b"\n\n", b"\nX-Way: another\n\n", 1))
    shop.box.append("Sent", ours)
    other.append("INBOX", ours)  # our answer comes back by Cc
    for one in (second, shop, second):
        assert [each.missing for each in one.sync()] == [0, 0]
    assert len(shop.tickets()) == 1
    messages = shop.messages()
    assert sorted((m.direction, m.duplicate_of is not None) for m in messages) == [
        ("in", False), ("in", True), ("out", False),
    ]  # fmt: skip
    with shop.store.read() as reader:
        assert [len(reader.places.of_message(m.id)) for m in messages if m.direction == "out"] == [
            2
        ]


def test_r15_two_fetchers_at_once(shop: Shop) -> None:
    """The lock forbids it; were it broken, the store would still decide."""
    for number in range(60):
        shop.box.append("INBOX", letter(number))
    faults: list[str] = []

    def fetch() -> None:
        store = Store.open(shop.store.folder, shop.store.clock, origin="engine")
        try:
            Shop(store, shop.account, shop.box).sync()
        except KnownError as error:
            faults.append(error.code)
        finally:
            store.close()

    threads = [threading.Thread(target=fetch) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    inbox, _ = shop.sync()
    assert (inbox.here, inbox.missing) == (60, 0)
    assert len(shop.messages()) == 60
    assert len(shop.tickets()) == 60
    assert set(faults) <= {"store_busy", "store_locked"}
    assert shop.store.check() == ()


_RUN = """
import re, sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.engine.receiving import receive
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts
from solodesk.services.units import Store

def main():
    store = Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="engine")
    with store.read() as reader:
        row = accounts.get(reader, AccountId(1))
    with ImapSource(accounts.receiving(row), sys.argv[2]) as source:
        for _ in range(int(sys.argv[3])):
            results = receive(store, AccountId(1), source)
    # Not ru_maxrss, which a child has from its parent.
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
    print(results[0].here, results[0].missing, peak)
    store.close()

if __name__ == "__main__":
    main()
"""


def in_a_process(shop: Shop, tmp_path: Path, passes: int = 1) -> tuple[int, int, float]:
    """Receive in a process of its own: (here, missing, peak MB)."""
    script = tmp_path / "run.py"
    script.write_text(_RUN, encoding="utf-8")
    command = [sys.executable, str(script), str(shop.store.folder.root), shop.box.password]
    done = subprocess.run(
        [*command, str(passes)], capture_output=True, text=True, timeout=3_000, check=False
    )
    assert done.returncode == 0, done.stderr
    here, missing, kilobytes = done.stdout.split()
    return int(here), int(missing), int(kilobytes) / 1024


def test_r18_many_small_mails_in_bounded_memory(shop: Shop, tmp_path: Path) -> None:
    many = bound(1_500, 200_000)
    for number in range(many):
        shop.box.deliver(
            b"From: c%d@x.example\r\nSubject: n\r\n\r\n%d\r\n" % (number % 997, number)
        )
    here, missing, peak_mb = in_a_process(shop, tmp_path)
    assert (here, missing) == (many, 0)
    assert peak_mb < 100
    here, missing, peak_mb = in_a_process(shop, tmp_path, passes=3)
    assert (here, missing) == (many, 0)
    assert peak_mb < 100


def test_r19_a_mail_of_100_mb(shop: Shop, tmp_path: Path) -> None:
    line = b"All work and no play makes Jack a dull boy, seventy-six characters a line..\r\n"
    head = b"From: jack@x.example\r\nSubject: Long\r\nMessage-ID: <long@x.example>\r\n\r\n"
    shop.box.deliver(head + line * (100 * 1024 * 1024 // len(line)))
    shop.box.deliver(letter(1).replace(b"\n", b"\r\n"))
    here, missing, peak_mb = in_a_process(shop, tmp_path)
    assert (here, missing) == (2, 0)
    assert peak_mb < 300
    by_subject = {message.subject: message for message in shop.messages()}
    assert by_subject["Long"].raw_state == "partial"
    assert by_subject["Order 1"].raw_state == "whole"
    with shop.source() as source:
        assert sync_rest.fetch_rest(shop.store, by_subject["Long"].id, source)
    (whole,) = [message for message in shop.messages() if message.subject == "Long"]
    assert whole.raw_state == "whole"
    assert whole.size > 99 * 1024 * 1024


DATES = (
    None,
    "",
    "Thu, 01 Jan 1970 00:00:00 +0000",
    "Mon, 07 Sep 2076 09:00:00 +0000",
    "Mon, 07 Sep 2026 09:00:00 -9900",
    "Mon, 31 Feb 2026 09:00:00 +0800",
    "lundi 7 septembre 2026 11:00 (heure d'été)",
    "2026-09-07T09:00:00Z",
    "Mon, 7 Sep 99999999999 09:00:00 +0000",
    "Mon, 07 Sep 2026 25:61:61 +0000",
    "\udce4\udcbd\udca0\udce5\udca5\udcbd",
)


def test_r20_dates_of_every_odd_form(shop: Shop) -> None:
    """Sorted by when they arrived; none in the future, none before there was mail."""
    for number, date in enumerate(DATES):
        raw = letter(number)
        lines = [each for each in raw.split(b"\n") if not each.startswith(b"Date:")]
        if date is not None:
            lines.insert(0, b"Date: " + date.encode("utf-8", "surrogateescape"))
        when = utc(NOW - DAY + number * 60_000)
        shop.box.append("INBOX", b"\n".join(lines), internaldate=when)
    inbox, _ = shop.sync()
    assert (inbox.here, inbox.missing, inbox.new) == (len(DATES), 0, len(DATES))
    messages = {message.subject: message for message in shop.messages()}
    times = [messages[f"Order {number}"].received_ms for number in range(len(DATES))]
    assert times == [NOW - DAY + number * 60_000 for number in range(len(DATES))]
    assert all(ticket.last_message_ms <= NOW for ticket in shop.tickets())


@pytest.mark.parametrize("days", [-365, 365])
def test_r22_a_pass_with_the_clock_a_year_off(shop: Shop, days: int) -> None:
    for number in range(3):
        shop.box.append("INBOX", letter(number), internaldate=utc(NOW - DAY))
    shop.sync()
    clock: FixedClock = shop.store.clock  # type: ignore[assignment]
    clock.advance(days=days)
    shop.box.append("INBOX", letter(7), internaldate=utc(NOW))
    shop.box.delete(shop.box.uids()[0])
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.new) == (3, 3, 1)
    clock.advance(days=-days)
    shop.box.append("INBOX", letter(8), internaldate=utc(NOW))
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.new) == (4, 4, 1)
    assert len(shop.tickets()) == 5
    for ticket in shop.tickets():
        assert ticket.waiting_since_ms is not None
        assert ticket.hidden_ms is None


INBOX = {uid: letter(uid).replace(b"\n", b"\r\n") for uid in (3, 4, 7, 9)}


class Resync(OddImap):
    """Offers QRESYNC, and says `tells` when a folder is opened with it; `counts` to EXAMINE."""

    tells: bytes = b""
    modseq: int = 90
    exists: int | None = None

    def usual(self, tag: str, command: str, folder: Mapping[int, bytes]) -> bytes:
        """What it says."""
        if command.startswith("ENABLE"):
            return f"* ENABLED QRESYNC\r\n{tag} OK done\r\n".encode()
        said = OddImap.usual(self, tag, command, folder)
        if "QRESYNC" not in command:
            return said
        end = f"{tag} OK".encode()
        return said.replace(end, self.tells + end)

    def opened(self, exists: int, uidnext: int) -> bytes:
        """The counters."""
        told = exists if self.exists is None or not exists else self.exists
        said = OddImap.opened(self, told, uidnext)
        return said.replace(b"HIGHESTMODSEQ 90", b"HIGHESTMODSEQ %d" % self.modseq)


LIES: dict[str, tuple[bytes, int | None, set[int]]] = {
    "everything vanished, and all are there": (b"* VANISHED (EARLIER) 1:*\r\n", None, set()),
    "everything, by numbers": (b"* VANISHED (EARLIER) 1:4294967295\r\n", None, set()),
    "one that is there": (b"* VANISHED (EARLIER) 4\r\n", None, set()),
    "two megabytes of what never was": (
        b"* VANISHED (EARLIER) "
        + b",".join(b"%d" % uid for uid in range(10_001, 600_001, 2))
        + b"\r\n",
        None,
        set(),
    ),
    "nonsense": (b"* VANISHED (EARLIER) x,0,-1,99999999999\r\n* VANISHED\r\n", None, set()),
    "nothing, but fewer": (b"", 3, set()),
    "nothing, but more": (b"", 9, set()),
    "an empty mailbox": (b"* VANISHED (EARLIER) 3,4,7,9\r\n", 0, set()),
    "a mark of a message that is none": (b"* 1 FETCH (UID 8 FLAGS (\\Seen))\r\n", None, set()),
    "marks without a UID": (b"* 1 FETCH (FLAGS (\\Seen))\r\n", None, set()),
    "the truth": (b"* VANISHED (EARLIER) 4\r\n", 3, {4}),
}


@pytest.mark.parametrize("lie", LIES)
def test_r24_a_server_that_lies_about_what_vanished(
    data_folder: DataFolder, clock: FixedClock, lie: str
) -> None:
    tells, exists, gone = LIES[lie]
    store = Store.open(data_folder, clock, origin="engine")
    folders = {"INBOX": {uid: INBOX[uid] for uid in INBOX}, "Sent": {}}
    capability = "IMAP4rev1 ENABLE CONDSTORE QRESYNC"
    with Resync(folders, capability=capability) as server:
        side = Side(server.host, server.port, "plain")
        plan = accounts.plan(
            AccountInput(address="a@shop.example", imap=side, smtp=side, history_days=0)
        )
        with store.write() as desk:
            account = accounts.add(desk, plan)
        _read(store, account)
        Resync.tells, Resync.exists, Resync.modseq = tells, exists, 91
        try:
            if gone:
                for uid in gone:
                    del folders["INBOX"][uid]
            _read(store, account)
            Resync.tells, Resync.exists, Resync.modseq = b"", None, 92
            _read(store, account)
        finally:
            Resync.tells, Resync.exists, Resync.modseq = b"", None, 90
    with store.read() as reader:
        places = reader.places.select("ORDER BY id")
    assert {place.imap_uid for place in places if place.gone_ms is not None} == gone
    assert {place.imap_uid for place in places} == set(INBOX)
    assert all(not place.seen for place in places)
    store.close()


def _read(store: Store, account: AccountId) -> None:
    with store.read() as reader:
        where = accounts.receiving(accounts.get(reader, account))
    with ImapSource(where, "pw", Timeouts(3, 3)) as source:
        mailbox_sync.sync_account(store, account, source)
