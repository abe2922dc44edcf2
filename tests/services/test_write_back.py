"""What the owner switched on is done on a real server once, whatever happens; the rest never."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.mail.imap_write import NewPlaces, Writing
from solodesk.services import settings, tickets, write_back
from tests.support.dovecot import DovecotServer, Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import Shop, open_shop
from tests.support.smtp import SmtpSink

SERVERS = {
    "move": "",
    "copy": "imap_capability = IMAP4rev1 ENABLE CONDSTORE QRESYNC UIDPLUS IDLE",
    "old": "imap_capability = IMAP4rev1 UIDPLUS",
}
_numbers = itertools.count(1)
Look = dict[str, list[tuple[int, frozenset[str], bytes]]]


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest) -> Iterator[DovecotServer]:
    made = DovecotServer(SERVERS[request.param])
    try:
        made.start()
        yield made
    finally:
        made.remove()


@pytest.fixture
def shop(server: DovecotServer, data_folder: DataFolder, clock: FixedClock) -> Iterator[Shop]:
    box = server.new_mailbox(f"n{next(_numbers)}@shop.example")
    shop = open_shop(data_folder, clock, box)
    for number in range(3):
        box.append("INBOX", letter(number))
    shop.sync()
    yield shop
    box.close()
    shop.store.close()


def letter(number: int) -> bytes:
    """The first has no Message-ID."""
    raw = raw_mail(
        f"Question {number}",
        subject=f"Order {number}",
        sender=f"Mei {number} <mei{number}@customer.example>",
        message_id=f"<q{number}@x.example>",
    )
    return raw if number else raw.replace(b"Message-ID: <q0@x.example>\n", b"")


def switch(shop: Shop, **values: object) -> None:
    with shop.store.write() as desk:
        for key, value in values.items():
            settings.put(desk, key, value)


def act(shop: Shop, do: Callable[..., object], *numbers: int) -> list[TicketId]:
    ids = [shop.tickets()[number].id for number in numbers]
    with shop.store.write() as desk:
        do(desk, ids)
    return ids


def perform(shop: Shop, minutes: int = 2) -> int:
    shop.store.clock.advance(minutes=minutes)  # type: ignore[attr-defined]
    with shop.source() as source:
        return write_back.perform_due(shop.store, shop.account, source)


def look(box: Mailbox) -> Look:
    """Everything on the server: UIDs, flags and bytes by folder."""
    found: Look = {}
    for folder in sorted(box.folders()):
        flags = [frozenset(box.flags(uid, folder) - {"\\Recent"}) for uid in box.uids(folder)]
        found[folder] = list(zip(box.uids(folder), flags, box.messages(folder), strict=True))
    return found


def counts(box: Mailbox) -> dict[str, int]:
    return {folder: len(mail) for folder, mail in look(box).items() if mail}


def in_step(shop: Shop) -> None:
    """Nothing missing, nothing twice, and no message that is somewhere counts as gone."""
    messages = len(shop.messages())
    results = shop.sync()
    assert [each.missing for each in results] == [0, 0]
    assert [each.server for each in results] == [
        len(shop.box.uids("INBOX")),
        len(shop.box.uids("Sent")),
    ]
    assert len(shop.messages()) == messages
    with shop.store.read() as reader:
        for message in (each for each in shop.messages() if each.direction == "in"):
            places = reader.places.of_message(message.id)
            assert any(place.gone_ms is None for place in places), message.subject
    assert shop.store.check() == ()


def test_switched_off_the_server_stays_as_it_is(shop: Shop) -> None:
    before = look(shop.box)
    act(shop, tickets.mark_read, 0)
    act(shop, tickets.close, 0, 1)
    assert perform(shop) == 0
    shop.sync()
    assert look(shop.box) == before
    # What was done before the switch was turned is not made up for.
    switch(shop, server_seen=True, server_answered=True, server_archive=True)
    assert perform(shop) == 0
    assert look(shop.box) == before


def test_read_here_is_read_there(shop: Shop) -> None:
    switch(shop, server_seen=True)
    act(shop, tickets.mark_read, 1)
    assert perform(shop) == 1
    flags = [shop.box.flags(uid) & {"\\Seen"} for uid in shop.box.uids()]
    assert flags == [set(), {"\\Seen"}, set()]
    assert perform(shop) == 0
    in_step(shop)


def test_answered_here_is_answered_there(
    shop: Shop, new_smtp_sink: Callable[..., SmtpSink]
) -> None:
    sink = new_smtp_sink(login=(shop.box.user, shop.box.password))
    with shop.store.write() as desk:
        (out,) = desk.accounts.servers(shop.account)
        desk.accounts.update_server(out.id, host=sink.host, port=sink.port)
    switch(shop, server_answered=True)
    shop.queue(shop.tickets()[2].id, "mei2@customer.example")
    assert shop.send()
    assert perform(shop) == 1
    flags = [shop.box.flags(uid) & {"\\Seen", "\\Answered"} for uid in shop.box.uids()]
    assert flags == [set(), set(), {"\\Answered"}]
    in_step(shop)


def test_mail_of_closed_tickets_moves_and_stays_known(shop: Shop) -> None:
    switch(shop, server_archive=True)
    act(shop, tickets.close, 0, 2)
    assert perform(shop, minutes=0) == 0  # the owner may still take it back
    assert perform(shop) == 2
    assert counts(shop.box) == {"Archive": 2, "INBOX": 1}
    assert perform(shop) == 0
    in_step(shop)
    switch(shop, more_folders="Archive")  # read there, it is what we know
    results = shop.sync()
    assert [(each.folder, each.new, each.missing) for each in results] == [
        ("INBOX", 0, 0), ("Sent", 0, 0), ("Archive", 0, 0),
    ]  # fmt: skip
    assert len(shop.messages()) == 3


def test_a_ticket_opened_again_stays(shop: Shop) -> None:
    before = look(shop.box)
    switch(shop, server_archive=True)
    act(shop, tickets.close, 1)
    act(shop, tickets.reopen, 1)
    assert perform(shop) == 0
    assert look(shop.box) == before
    act(shop, tickets.close, 1)
    assert perform(shop) == 1
    in_step(shop)


def test_nobody_elses_deleted_mail_is_expunged(shop: Shop) -> None:
    uids = shop.box.uids()
    shop.box.set_flags(uids[0], "\\Deleted")
    switch(shop, server_archive=True, archive_folder="Bestellungen fertig")
    act(shop, tickets.close, 2)
    assert perform(shop) == 1
    assert counts(shop.box) == {"Bestellungen fertig": 1, "INBOX": 2}
    assert shop.box.uids() == uids[:2]
    in_step(shop)


class PlugPulledError(KnownError):
    """The connection broke, as a killed process would see it."""


MOMENTS = ("before", "copied", "done")


@pytest.mark.parametrize("between", [0, 2])
@pytest.mark.parametrize("moment", MOMENTS)
def test_cut_short_at_any_moment_nothing_is_lost_or_doubled(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, moment: str, between: int
) -> None:
    """`between`: passes that find the mail gone before anybody knows that we had moved it."""
    switch(shop, server_archive=True)
    act(shop, tickets.close, 0, 2)  # one of them has no Message-ID
    for name in ("move", "copy", "remove"):
        monkeypatch.setattr(Writing, name, _cut(getattr(Writing, name), name, moment))
    with pytest.raises(PlugPulledError):
        perform(shop)
    monkeypatch.undo()
    for _ in range(between):
        shop.sync()
    perform(shop, minutes=30)
    assert counts(shop.box) == {"Archive": 2, "INBOX": 1}
    assert perform(shop) == 0
    in_step(shop)


def _cut(real: Callable[..., NewPlaces], name: str, moment: str) -> Callable[..., NewPlaces]:
    def cut(*args: object) -> NewPlaces:
        if moment == "before" or (moment == "copied" and name == "remove"):
            raise PlugPulledError("connection_lost", host="x", said="")
        went = real(*args)
        if moment == "done" and name in ("move", "remove"):
            raise PlugPulledError("connection_lost", host="x", said="")
        if moment == "copied" and name == "move":
            raise PlugPulledError("connection_lost", host="x", said="")
        return went

    return cut


def test_opened_again_while_it_was_on_its_way(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What had gone is known to be there; what had not gone stays."""
    switch(shop, server_archive=True)
    act(shop, tickets.close, 1)
    monkeypatch.setattr(Writing, "move", _cut(Writing.move, "move", "before"))
    monkeypatch.setattr(Writing, "copy", _cut(Writing.copy, "copy", "before"))
    with pytest.raises(PlugPulledError):
        perform(shop)
    monkeypatch.undo()
    act(shop, tickets.reopen, 1)
    perform(shop, minutes=30)
    assert counts(shop.box) == {"INBOX": 3}
    assert perform(shop, minutes=30) == 0
    in_step(shop)


def test_refused_five_times_is_given_up(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(shop, server_seen=True)
    act(shop, tickets.mark_read, 0)

    def refuse(*_args: object) -> None:
        raise KnownError("server_said", host="x", text="NO not today")

    monkeypatch.setattr(Writing, "add_flag", refuse)
    for _ in range(7):
        assert perform(shop, minutes=60) == 0
    with shop.store.read() as reader:
        (given_up,) = reader.server_acts.select("ORDER BY id")
    assert (given_up.state, given_up.attempts) == ("failed", 5)
    assert given_up.reason is not None
    assert given_up.reason["code"] == "server_said"
