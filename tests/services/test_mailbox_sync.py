"""Passes over a real mailbox: nothing lost, nothing twice, the server untouched."""

import hashlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.search_query import parse_query
from solodesk.mail.imap_fetch import Fetched
from solodesk.services import ingest as ingesting
from solodesk.services import mailbox_sync, settings, sync_batch, sync_line, sync_rest
from solodesk.services.mailbox_sync import FolderResult, Progress
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import Shop, open_shop

DAY = 86_400_000
NOW = 1_788_771_600_000


@pytest.fixture
def shop(data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox) -> Iterator[Shop]:
    shop = open_shop(data_folder, clock, mailbox)
    yield shop
    shop.store.close()


def fill(box: Mailbox, count: int, folder: str = "INBOX", first: int = 0) -> list[int]:
    return [
        box.append(
            folder,
            raw_mail(f"Question {n}", subject=f"Order {n}", message_id=f"<{folder}{n}@x.example>"),
            internaldate=utc(NOW - DAY - n * 60_000),
        )
        for n in range(first, first + count)
    ]


def digests(box: Mailbox, folder: str = "INBOX") -> list[str]:
    return sorted(hashlib.sha256(raw).hexdigest() for raw in box.messages(folder))


def here(shop: Shop) -> list[str]:
    return sorted(message.sha256.hex() for message in shop.messages())


def test_a_pass_brings_everything_and_touches_nothing(shop: Shop) -> None:
    uids = fill(shop.box, 12)
    fill(shop.box, 2, "Sent")
    shop.box.set_flags(uids[0], "\\Seen", "\\Answered")
    before = [shop.box.flags(uid) for uid in uids]
    inbox, sent = shop.sync()
    assert (inbox.folder, inbox.server, inbox.here, inbox.missing, inbox.new) == (
        "INBOX", 12, 12, 0, 12,
    )  # fmt: skip
    assert (sent.folder, sent.server, sent.new) == ("Sent", 2, 2)
    assert here(shop) == sorted(digests(shop.box) + digests(shop.box, "Sent"))
    assert [shop.box.flags(uid) for uid in uids] == before
    with shop.store.read() as reader:
        for message in shop.messages():
            raw = reader.raw.get(message.id)
            assert raw is not None
            assert hashlib.sha256(raw).digest() == message.sha256
        assert reader.places.flags(1, reader.folders.of_account(shop.account)[0].uidvalidity or 0)[
            uids[0]
        ] == (True, True)


def test_a_second_pass_changes_nothing(shop: Shop) -> None:
    fill(shop.box, 5)
    shop.sync()
    seq = shop.store.last_seq()
    assert [(each.new, each.here) for each in shop.sync()] == [(0, 5), (0, 0)]
    _, changes = shop.store.changes_since(seq)
    assert not changes.of("message")
    assert not changes.of("ticket")


def test_newest_first_and_the_first_fifty_of_each_folder_before_the_rest(shop: Shop) -> None:
    uids = fill(shop.box, 60)
    fill(shop.box, 3, "Sent")
    seen: list[Progress] = []
    with shop.source() as source:
        mailbox_sync.sync_account(shop.store, shop.account, source, on_progress=seen.append)
    steps = [(each.folder, each.here) for each in seen]
    assert steps.index(("INBOX", 50)) < steps.index(("Sent", 3)) < steps.index(("INBOX", 60))
    first = [message.subject for message in shop.messages()[:50]]
    assert set(first) == {f"Order {n}" for n in range(10, 60)}
    assert len(uids) == 60


def test_what_comes_during_a_pass_comes_with_it(shop: Shop) -> None:
    fill(shop.box, 5)
    came: list[int] = []

    def meanwhile(progress: Progress) -> None:
        if progress.here == 5 and not came:
            came.extend(fill(shop.box, 2, first=50))

    with shop.source() as source:
        inbox, _ = mailbox_sync.sync_account(
            shop.store, shop.account, source, on_progress=meanwhile
        )
    assert len(came) == 2
    assert (inbox.server, inbox.here, inbox.missing, inbox.new) == (7, 7, 0, 7)
    # A loop that compares with the beginning of the pass looks once more.
    assert inbox.state is not None
    assert inbox.state.exists == 5
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.new) == (7, 7, 0)
    assert here(shop) == digests(shop.box)


def test_stopped_and_resumed(shop: Shop) -> None:
    fill(shop.box, 120)
    stop = threading.Event()

    def after_the_first(progress: Progress) -> None:
        if progress.here:
            stop.set()

    with shop.source() as source:
        inbox, _ = mailbox_sync.sync_account(
            shop.store, shop.account, source, on_progress=after_the_first, stop=stop
        )
    assert inbox.missing == 70
    with shop.store.read() as reader:
        folder = reader.folders.of_account(shop.account)[0]
        account = reader.accounts.get(shop.account)
    assert folder.backfill_uid == 71
    assert account is not None
    assert account.first_sync_done_ms is None
    inbox, _ = shop.sync()
    assert (inbox.missing, inbox.new) == (0, 70)
    assert here(shop) == digests(shop.box)
    assert all(ticket.number for ticket in shop.tickets())


_RUN = """
import sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts, mailbox_sync
from solodesk.services.units import Store

store = Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="engine")
with store.read() as reader:
    row = accounts.get(reader, AccountId(1))
def told(progress):
    print(progress.folder, progress.here, flush=True)
with ImapSource(accounts.receiving(row), sys.argv[2]) as source:
    mailbox_sync.sync_account(store, AccountId(1), source, on_progress=told)
"""


def test_killed_and_resumed_is_the_same_as_undisturbed(shop: Shop) -> None:
    fill(shop.box, 180)
    command = [sys.executable, "-c", _RUN, str(shop.store.folder.root), shop.box.password]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == "INBOX 50":
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait(10)
    process.stdout.close()
    assert 50 <= len(shop.messages()) < 180
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.missing) == (180, 180, 0)
    assert here(shop) == digests(shop.box)
    assert shop.store.check() == ()
    numbers = [ticket.number for ticket in shop.tickets()]
    assert len(set(numbers)) == 180


def test_new_uidvalidity_brings_no_duplicates(shop: Shop) -> None:
    fill(shop.box, 6)
    shop.sync()
    tickets = {ticket.id: ticket.number for ticket in shop.tickets()}
    shop.box.renew_uidvalidity()
    fill(shop.box, 1, first=100)
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.new) == (7, 7, 1)
    assert here(shop) == digests(shop.box)
    assert {ticket.id: ticket.number for ticket in shop.tickets()}.items() >= tickets.items()
    with shop.store.read() as reader:
        folder = reader.folders.of_account(shop.account)[0]
        live = reader.places.select("WHERE gone_ms IS NULL")
    assert {place.uidvalidity for place in live} == {folder.uidvalidity}
    assert len(live) == 7


def test_what_vanished_is_gone_and_kept_here(shop: Shop) -> None:
    uids = fill(shop.box, 3)
    shop.sync()
    shop.box.delete(uids[1])
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.missing) == (2, 2, 0)
    with shop.store.read() as reader:
        gone = [place.imap_uid for place in reader.places.select("WHERE gone_ms IS NOT NULL")]
    assert gone == [uids[1]]
    assert len(shop.messages()) == 3
    with shop.store.read() as reader:
        message = shop.messages()[0]
        assert reader.raw.get(message.id)


def test_read_elsewhere_shows_here(shop: Shop) -> None:
    uids = fill(shop.box, 3)
    shop.sync()
    shop.box.set_flags(uids[2], "\\Seen", "\\Answered")
    shop.sync()
    with shop.store.read() as reader:
        (place,) = reader.places.select("WHERE imap_uid = ?", (uids[2],))
    assert (place.seen, place.answered) == (True, True)


def test_only_the_chosen_range(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox
) -> None:
    for days in (2, 29, 45, 400):
        mailbox.append(
            "INBOX", raw_mail(f"{days}", at_ms=NOW - days * DAY), internaldate=utc(NOW - days * DAY)
        )
    shop = open_shop(data_folder, clock, mailbox, history_days=30)
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here, inbox.new) == (2, 2, 2)
    clock.advance(days=20)  # the range does not move away under what is here
    inbox, _ = shop.sync()
    assert (inbox.server, inbox.here) == (2, 2)
    shop.store.close()


def test_two_mails_with_one_message_id_and_mails_without_any(shop: Shop) -> None:
    for text in ("first parcel", "second parcel"):
        shop.box.append("INBOX", raw_mail(text, message_id="<same@dhl.example>"))
    for n in range(3):
        shop.box.append("INBOX", b"From: a%d@x.example\r\nSubject: none\r\n\r\nbody %d" % (n, n))
    inbox, _ = shop.sync()
    assert (inbox.here, inbox.new, inbox.missing) == (5, 5, 0)
    assert shop.sync()[0].new == 0


def test_poison_is_kept_as_damaged_and_the_next_comes(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    uids = fill(shop.box, 5)
    real = ingesting.ingest

    def stumbles(*args: object, **kwargs: object) -> object:
        parsed = args[2]
        if "Order 2" in parsed.subject and not parsed.damaged:  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(sync_batch, "ingest", stumbles)
    inbox, _ = shop.sync()
    assert (inbox.here, inbox.missing, inbox.new, inbox.damaged) == (5, 0, 5, 1)
    assert here(shop) == digests(shop.box)
    damaged = [message for message in shop.messages() if message.damaged]
    assert [message.subject for message in damaged] == ["Order 2"]
    assert len(uids) == 5


def test_a_message_the_server_cannot_give_stops_no_other(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    uids = fill(shop.box, 6)
    with shop.source() as source:
        real, answer = source.fetch, source.answer

        def refuses(wanted: Sequence[int], first_bytes: int | None = None) -> list[Fetched]:
            if uids[2] in wanted:
                raise KnownError("server_said", host="x", text="NO [SERVERBUG] internal error")
            return real(wanted, first_bytes)

        def refuses_the_batch() -> list[Fetched]:
            answer()
            raise KnownError("server_said", host="x", text="NO [SERVERBUG] internal error")

        monkeypatch.setattr(source, "fetch", refuses)
        monkeypatch.setattr(source, "answer", refuses_the_batch)
        inbox, _ = mailbox_sync.sync_account(shop.store, shop.account, source)
    assert (inbox.here, inbox.missing_uids) == (5, (uids[2],))
    assert shop.sync()[0].missing == 0


def test_a_huge_message_comes_in_part(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sync_line, "_FIRST_PART", 2_000)
    with shop.store.write() as desk:
        settings.put(desk, "whole_mail_mb", 1)
    fill(shop.box, 2)
    shop.box.append(
        "INBOX", raw_mail("long " * 900 + "lastword " + "long " * 240_000, subject="Huge")
    )
    inbox, _ = shop.sync()
    assert (inbox.here, inbox.missing) == (3, 0)
    states = {message.subject: (message.raw_state, message.size) for message in shop.messages()}
    assert states["Huge"] == ("partial", 2_000)
    assert {state for subject, (state, _) in states.items() if subject != "Huge"} == {"whole"}
    assert shop.sync()[0].new == 0
    (huge,) = [message for message in shop.messages() if message.subject == "Huge"]
    with shop.source() as source:
        assert sync_rest.fetch_rest(shop.store, huge.id, source)
        assert not sync_rest.fetch_rest(shop.store, huge.id, source)
    with shop.store.read() as reader:
        whole = reader.messages.get(huge.id)
        hits = reader.lists.search(parse_query("lastword", date(2026, 1, 1)), 5, "newest")
        kept = reader.raw.get(huge.id)
    assert whole is not None
    assert whole.raw_state == "whole"
    assert (whole.ticket_id, len(kept or b"")) == (huge.ticket_id, whole.size)
    assert [hit.message for hit in hits] == [huge.id]
    assert here(shop) == digests(shop.box)
    assert shop.store.check() == ()
    shop.box.renew_uidvalidity()
    assert shop.sync()[0].missing == 0
    assert len(shop.messages()) == 3
    assert here(shop) == digests(shop.box)


def test_a_cut_connection_loses_nothing(shop: Shop) -> None:
    fill(shop.box, 70)
    done: list[int] = []

    def pull_the_plug(progress: Progress) -> None:
        done.append(progress.here)
        if progress.here == 50:
            source._client.socket().shutdown(2)

    with shop.source() as source, pytest.raises(KnownError) as told:
        mailbox_sync.sync_account(shop.store, shop.account, source, on_progress=pull_the_plug)
    assert told.value.code == "connection_lost"
    assert len(shop.messages()) == 50
    assert shop.sync()[0].missing == 0
    assert here(shop) == digests(shop.box)
    assert Path(shop.store.path).exists()


def test_nothing_new_is_asked_in_three_words(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One LIST and one EXAMINE a folder; whatever happened since is noticed all the same."""
    uids = fill(shop.box, 8)
    fill(shop.box, 2, "Sent")
    shop.sync()
    said: list[str] = []

    def once_more() -> list[FolderResult]:
        said.clear()
        with shop.source() as source:
            real = source._client._imap._command

            def heard(name: str, *rest: object) -> object:
                said.append(name)
                return real(name, *rest)

            monkeypatch.setattr(source._client._imap, "_command", heard)
            results = mailbox_sync.sync_account(shop.store, shop.account, source)
            monkeypatch.undo()  # signing out is not part of the pass
        return results

    results = once_more()
    assert said == ["LIST", "EXAMINE", "EXAMINE"]
    assert [(each.server, each.here, each.missing, each.new) for each in results] == [
        (8, 8, 0, 0),
        (2, 2, 0, 0),
    ]
    shop.box.set_flags(uids[3], "\\Seen")
    shop.box.delete(uids[0])
    inbox, _ = once_more()
    assert said == ["LIST", "EXAMINE", "EXAMINE"]  # both were told with EXAMINE
    assert (inbox.server, inbox.here) == (7, 7)
    with shop.store.read() as reader:
        gone = [place.imap_uid for place in reader.places.select("WHERE gone_ms IS NOT NULL")]
        read = [place.imap_uid for place in reader.places.select("WHERE seen = 1")]
    assert (gone, read) == ([uids[0]], [uids[3]])
    once_more()
    assert said == ["LIST", "EXAMINE", "EXAMINE"]
    fill(shop.box, 1, first=20)
    assert once_more()[0].new == 1
    assert said == ["LIST", "EXAMINE", "EXAMINE", "UID", "UID"]  # sizes, then bytes


def test_more_folders_by_choice_bring_no_duplicates(shop: Shop) -> None:
    """Names outside ASCII too; the same mail in two folders is one message (Gmail's All Mail)."""
    fill(shop.box, 2)
    orders, archive = "Bestellungen &- K&AOQ-ufe", "&X1JoYw-"  # modified UTF-7 (RFC 3501 5.1.3)
    shop.box.create_folder(orders)
    shop.box.create_folder(archive)
    fill(shop.box, 1, archive, first=5)
    shop.box.append(orders, shop.box.messages("INBOX")[0], internaldate=utc(NOW - DAY))
    assert [each.folder for each in shop.sync()] == ["INBOX", "Sent"]
    with shop.store.write() as desk:
        settings.put(desk, "more_folders", " 归档 ; bestellungen & käufe; Nowhere")
    results = {each.folder: (each.here, each.missing) for each in shop.sync()}
    assert results == {
        "INBOX": (2, 0),
        "Sent": (0, 0),
        "归档": (1, 0),
        "Bestellungen & Käufe": (1, 0),
    }
    assert len(shop.messages()) == 3
    with shop.store.read() as reader:
        assert {f.role for f in reader.folders.of_account(shop.account)} == {
            "inbox",
            "sent",
            "other",
        }
