"""A pass asks as little as the server allows, and knows as much whatever the server allows."""

import re
from collections.abc import Callable, Iterator

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.paths import DataFolder
from solodesk.mail.imap_select import Delta, FolderState
from solodesk.services import mailbox_sync, missing_mail, sync_plan
from solodesk.services.mailbox_sync import FolderResult
from solodesk.store import rows
from tests.support.dovecot import DovecotServer, Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import Shop, open_shop

NOW = 1_788_771_600_000
DAY = 86_400_000
LEVELS = {
    "qresync": "",
    "condstore": "imap_capability = IMAP4rev1 ENABLE CONDSTORE IDLE UIDPLUS MOVE ESEARCH",
    "uids": "imap_capability = IMAP4rev1 IDLE",
}


@pytest.fixture(scope="module", params=LEVELS)
def level(request: pytest.FixtureRequest) -> Iterator[tuple[str, DovecotServer]]:
    server = DovecotServer(LEVELS[request.param])
    try:
        server.start()
        yield request.param, server
    finally:
        server.remove()


def told(shop: Shop) -> tuple[list[FolderResult], list[str]]:
    """One pass, and the commands it took."""
    said: list[str] = []
    with shop.source() as source:
        imap = source._client._imap
        real = imap._command

        def heard(name: str, *rest: object) -> object:
            said.append(" ".join((name, *map(str, rest))))
            return real(name, *rest)

        imap._command = heard
        results = mailbox_sync.sync_account(shop.store, shop.account, source)
        imap._command = real
    return results, said


def letter(number: int) -> bytes:
    return raw_mail(f"Number {number}", message_id=f"<n{number}@x.example>")


def in_step(shop: Shop, results: list[FolderResult]) -> None:
    """What is here is what is there, marks and all."""
    box = shop.box
    with shop.store.read() as reader:
        for result, folder in zip(results, reader.folders.of_account(shop.account), strict=True):
            uids = box.uids(folder.name)
            assert (result.server, result.here, result.missing) == (len(uids), len(uids), 0)
            assert folder.uidvalidity is not None
            live = reader.places.uids(folder.id, folder.uidvalidity, gone=False)
            assert live == uids
            marks = reader.places.flags(folder.id, folder.uidvalidity, live)
            for uid in uids:
                flags = box.flags(uid, folder.name)
                assert marks[uid] == ("\\Seen" in flags, "\\Answered" in flags), uid
        counted = missing_mail.counts(reader)
    assert [(c.folder, c.server, c.here, c.missing) for c in counted] == [
        (r.folder, r.server, r.here, r.missing) for r in results
    ]


@pytest.mark.parametrize("history_days", [0, 90])
def test_every_change_is_known_after_a_pass(
    level: tuple[str, DovecotServer],
    data_folder: DataFolder,
    clock: FixedClock,
    history_days: int,
) -> None:
    name, server = level
    box = server.new_mailbox(f"{name}-{history_days}@shop.example")
    shop = open_shop(data_folder, clock, box, history_days=history_days)
    when = utc(NOW - DAY)
    uids = [box.append("INBOX", letter(n), internaldate=when) for n in range(12)]
    in_step(shop, shop.sync())
    acts: tuple[tuple[Callable[..., object], ...], ...] = (
        (lambda: box.set_flags(uids[2], "\\Seen"),),
        (lambda: box.append("INBOX", letter(20), internaldate=when),),
        (lambda: box.delete(uids[4]),),
        (
            lambda: box.delete(uids[5]),
            lambda: box.append("INBOX", letter(21), internaldate=when),
            lambda: box.set_flags(uids[6], "\\Answered"),
        ),
        (lambda: box.move(uids[7], "Sent"),),
        (lambda: box.delete(box.append("INBOX", letter(22), internaldate=when)),),
        (lambda: box.move(uids[8], "Trash"),),
        (lambda: box.move(box.uids("Trash")[0], "INBOX", "Trash"),),
        (lambda: box.delete(box.uids("Sent")[0], "Sent"),),
    )
    for act in acts:
        filled = bool(box.uids("Sent"))
        for each in act:
            each()
        # A folder that is empty all at once is listed, and looked at twice.
        emptied = filled and not box.uids("Sent")
        results, said = told(shop)
        if name != "qresync" or emptied:
            shop.sync()  # gone is what two listings in a row do not show
        in_step(shop, results)
        if name == "qresync" and not history_days and not emptied:
            assert not [each for each in said if "SEARCH" in each], said
    messages = len(shop.messages())
    assert messages == 14  # 20 and 21 came, 22 never did, what was moved is what it was
    # A day later everything is listed once, and found to be in step.
    clock.advance(hours=25)
    results, said = told(shop)
    in_step(shop, results)
    box.close()
    shop.store.close()


def test_nothing_listed_in_a_big_old_folder_when_one_mail_of_it_goes(
    mailbox: Mailbox, data_folder: DataFolder, clock: FixedClock
) -> None:
    uids = [mailbox.append("INBOX", letter(n)) for n in range(40)]
    shop = open_shop(data_folder, clock, mailbox)
    shop.sync()
    mailbox.delete(uids[3])
    mailbox.set_flags(uids[9], "\\Seen")
    results, said = told(shop)
    in_step(shop, results)
    assert [each.split(" ")[0] for each in said] == ["LIST", "EXAMINE", "EXAMINE"]
    assert re.search(r"\(QRESYNC \(\d+ \d+\)\)", said[1])
    shop.store.close()


def row(**columns: object) -> rows.Folder:
    known = {"uidvalidity": 7, "uidnext": 11, "backfill_uid": 0, "modseq": 5}
    counted = {"server_count": 10, "server_exists": 10, "listed_ms": NOW}
    every: dict[str, object] = {"id": 1, "account_id": 1, "name": "INBOX", "role": "inbox"}
    return rows.Folder(**{**every, **known, **counted, **columns})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("exists", "vanished", "new", "known", "whole", "believed"),
    [
        (10, (), 0, 0, True, True),
        (12, (), 2, 0, True, True),
        (11, (), 2, 0, True, False),  # somebody vanished without a word
        (9, ((3, 3),), 0, 1, True, True),
        (9, ((3, 5),), 0, 1, True, True),  # names beside it that were never here
        (10, ((3, 3),), 0, 1, True, False),  # it is said to be gone, and all are there
        (8, ((3, 5),), 0, 1, False, True),  # one of the others lay outside of the range
        (6, ((3, 5),), 0, 1, False, False),
        (0, ((1, 4294967295),), 0, 10, True, False),  # suddenly empty: that is looked at
    ],
)
def test_what_a_server_tells_must_add_up(
    exists: int,
    vanished: tuple[tuple[int, int], ...],
    new: int,
    known: int,
    whole: bool,
    believed: bool,
) -> None:
    state = FolderState("INBOX", 7, 11 + new, exists, 6)
    delta = Delta(vanished, {})
    assert sync_plan._adds_up(row(), state, delta, new, known, whole=whole) is believed


def test_nothing_is_taken_for_unchanged_in_doubt() -> None:
    state = FolderState("INBOX", 7, 11, 10, 5)
    assert sync_plan.unchanged(row(), state)
    for odd in (
        row(relist=True),
        row(backfill_uid=4),
        row(modseq=4),
        row(uidnext=10),
        row(server_exists=9),
        row(uidvalidity=6),
    ):
        assert not sync_plan.unchanged(odd, state)
    assert not sync_plan.unchanged(row(modseq=None), FolderState("INBOX", 7, 11, 10, None))


def test_windows_of_marks_reach_every_message_in_turn() -> None:
    uids = list(range(1, 10_001))
    seen: set[int] = set()
    for minute in range(10):
        window = sync_plan.flag_window(uids, minute * 60_000, size=1_000)
        assert window[-1_000:] == uids[-1_000:]
        assert len(window) <= 2_000
        seen.update(window)
    assert seen == set(uids)
    assert sync_plan.flag_window(uids[:1_500], 0, size=1_000) == uids[:1_500]
