"""The end of a first sync, in parts: cut off anywhere and gone on with, it is the same."""

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.services import first_sync
from solodesk.store import rows
from tests.services.inbox import DAY, Inbox, open_inbox

MAILS = 60


def filled(folder: DataFolder, clock: FixedClock) -> Inbox:
    """Tickets of many ages, some answered, and one the owner has given a number already."""
    inbox = open_inbox(folder, clock, live=False)
    now = inbox.clock.at_ms
    for number in range(MAILS):
        at_ms = now - (MAILS - number) * DAY
        done = inbox.mail(
            f"Question {number}", subject=f"s{number}", message_id=f"<q{number}@c.example>",
            at_ms=at_ms,
        )  # fmt: skip
        if number % 3 == 0:
            inbox.phone("Done", f"<q{number}@c.example>", at_ms=at_ms + 1_000)
        if number == 7:
            with inbox.store.write() as desk:
                desk.tickets.give_number(done.ticket)
    return inbox


def standing(inbox: Inbox) -> list[tuple[object, ...]]:
    with inbox.store.read() as reader:
        found = reader.tickets.select("ORDER BY id")
        return [(row.number, row.status, row.from_before, row.waiting_since_ms) for row in found]


def statuses(inbox: Inbox) -> list[tuple[TicketId | None, object]]:
    return [(event.ticket, event.data.get("to")) for event in inbox.events("status")]


def test_cut_off_anywhere_it_ends_the_same(
    data_folder: DataFolder, tmp_path_factory: pytest.TempPathFactory, clock: FixedClock
) -> None:
    whole = filled(data_folder, clock)
    whole.finish()
    expected, told = standing(whole), statuses(whole)
    whole.store.close()
    assert sorted(row[0] for row in expected if isinstance(row[0], int)) == list(
        range(1001, 1001 + MAILS)
    )
    cut = filled(DataFolder(tmp_path_factory.mktemp("cut")), clock)
    with cut.store.read() as reader:
        waiting = reader.tickets.without_number(cut.account)
    assert first_sync._land_some(cut.store, waiting[:25], 0, 30) >= 20
    assert account(cut).first_sync_done_ms is None
    cut.finish()
    cut.finish()
    assert account(cut).first_sync_done_ms is not None
    assert standing(cut) == expected
    assert statuses(cut) == told
    cut.store.close()


def account(inbox: Inbox) -> rows.Account:
    with inbox.store.read() as reader:
        found = reader.accounts.get(inbox.account)
        assert found is not None
        return found


def test_tickets_of_a_mailbox_that_is_not_finished_are_left_alone(
    data_folder: DataFolder, clock: FixedClock
) -> None:
    inbox = filled(data_folder, clock)
    with inbox.store.write() as desk:
        other = desk.accounts.add(
            address="b@shop.example", imap_host="h", imap_port=1, imap_tls="plain", user="u"
        )
        theirs = desk.tickets.add(subject="theirs", account_id=other)
    inbox.finish()
    assert inbox.ticket(theirs).number is None
    inbox.store.close()
