"""Hidden mail is forgotten after 30 days, the index is mended, the store is backed up."""

from pathlib import Path

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.backups import DAILY, WEEKLY
from solodesk.domain.ids import TicketId
from solodesk.domain.search_query import parse_query
from solodesk.domain.views import View
from solodesk.engine.scheduler import Scheduler
from solodesk.services import housekeeping, tickets
from solodesk.store.backup import check
from tests.services.inbox import DAY, Inbox, letter
from tests.support.waiting import wait_until

SECRET = "the pangolin is in the greenhouse"


def hidden(box: Inbox) -> tuple[bytes, TicketId]:
    raw = letter(SECRET, message_id="<hide@customer.example>")
    ticket = box.arrive(raw).ticket
    with box.store.write(label=("ticket.hide", {})) as desk:
        tickets.hide(desk, [ticket])
    return raw, ticket


def found(box: Inbox, words: str) -> int:
    from datetime import date

    with box.store.read() as reader:
        query = parse_query(f"{words} is:hidden", date(2026, 9, 7))
        return len(reader.lists.search(query, 10, "newest"))


def test_forgotten_after_thirty_days_and_never_back(inbox: Inbox) -> None:
    raw, ticket = hidden(inbox)
    kept = inbox.mail("keep me", subject="other")
    inbox.clock.advance(days=29)
    assert housekeeping.forget_hidden(inbox.store) == 0
    assert found(inbox, "pangolin") == 1
    inbox.clock.advance(days=1)
    assert housekeeping.forget_hidden(inbox.store) == 1
    assert housekeeping.forget_hidden(inbox.store) == 0
    assert found(inbox, "pangolin") == 0
    with inbox.store.read() as reader:
        (row,) = reader.messages.of_ticket(ticket)
        said = reader.messages.text_of(row.id).text
        assert (row.raw_state, said, row.rfc_id) == ("erased", "", "<hide@customer.example>")
        assert reader.raw.get(row.id) is None
        assert reader.raw.get(kept.message) is not None
        assert len(reader.places.of_message(row.id)) == 1
    again = inbox.arrive(raw)
    assert not again.new
    with inbox.store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == [kept.ticket]
    inbox.store.close()
    data = inbox.store.path.read_bytes()
    assert SECRET.encode() not in data


def test_many_are_forgotten_in_parts(inbox: Inbox) -> None:
    for number in range(45):
        ticket = inbox.mail(f"mail {number}", subject=f"s{number}").ticket
        with inbox.store.write() as desk:
            tickets.hide(desk, [ticket])
    inbox.clock.advance(days=31)
    parts = [housekeeping.forget_hidden(inbox.store) for _ in range(4)]
    assert parts == [20, 20, 5, 0]
    assert inbox.store.check() == ()


def test_brought_back_in_time_nothing_is_lost(inbox: Inbox) -> None:
    _raw, ticket = hidden(inbox)
    with inbox.store.write() as desk:
        tickets.unhide(desk, [ticket])
    inbox.clock.advance(days=60)
    assert housekeeping.forget_hidden(inbox.store) == 0


def test_an_outdated_index_is_made_anew(inbox: Inbox) -> None:
    inbox.mail("A purple lamp", subject="one")
    with inbox.store.write() as desk:
        desk.meta.set("segmenter_version", "0")
    slices = 0
    while housekeeping.mend_search(inbox.store):
        slices += 1
    assert slices
    with inbox.store.read() as reader:
        assert not reader.search.outdated()


def test_one_backup_a_day_and_old_ones_go(inbox: Inbox) -> None:
    own = inbox.store.folder.backups / "mine.db"
    own.write_bytes(b"not ours")
    copy: Path | None = None
    for _ in range(60):
        copy = housekeeping.nightly_backup(inbox.store)
        assert copy is not None
        assert housekeeping.nightly_backup(inbox.store) is None
        inbox.clock.advance(milliseconds=DAY)
    assert copy is not None
    assert check(copy) == ()
    assert len(housekeeping.made(inbox.store.folder.backups)) == DAILY + WEEKLY
    assert own.exists()


def test_a_damaged_store_costs_no_backup(inbox: Inbox, tmp_path: Path) -> None:
    first = housekeeping.nightly_backup(inbox.store)
    assert first is not None
    inbox.mail("x" * 50_000)
    inbox.clock.advance(days=1)
    with inbox.store.write() as desk:
        desk.meta.set("x", "y")
    inbox.store.close()
    data = bytearray(inbox.store.path.read_bytes())
    for at in range(8_192, len(data), 4_096):
        data[at : at + 64] = b"\xff" * 64
    inbox.store.path.write_bytes(bytes(data))
    from solodesk.store.backup import backup

    with pytest.raises(KnownError, match="store_damaged"):
        backup(inbox.store.path, inbox.store.folder.backups / "nightly-2026-09-08.db")
    assert list(housekeeping.made(inbox.store.folder.backups).values()) == [first]


def test_the_scheduler_keeps_house(inbox: Inbox) -> None:
    scheduler = Scheduler(inbox.store, lambda: None, lambda: None, quiet_s=0)
    scheduler.start()
    try:
        folder = inbox.store.folder.backups
        wait_until(lambda: bool(housekeeping.made(folder)), 10, "a backup is made")
    finally:
        scheduler.stop()
        assert scheduler.join(5)
