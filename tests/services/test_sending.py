"""The outbox against a real SMTP server: at most once, never silently not at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.errors import KnownError
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts, automatic, replies, sending, sent_copies, settings
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.shop import QUICK, Shop, open_shop
from tests.support.smtp import SmtpSink

NOW = 1_788_771_600_000
HOUR = 3_600_000


class KeepsAll(ImapSource):
    """A server that flags a folder with \\All, which Dovecot does only when told to."""

    def all_mail(self) -> str | None:
        return "Everything"


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    return new_smtp_sink(login=(mailbox.user, mailbox.password))


@pytest.fixture
def shop(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, sink: SmtpSink
) -> Iterator[Shop]:
    mailbox.append("INBOX", raw_mail(message_id="<q@x.example>"), internaldate=utc(NOW - HOUR))
    shop = open_shop(data_folder, clock, mailbox, sink)
    shop.sync()
    yield shop
    shop.store.close()


def only(shop: Shop) -> TicketId:
    (ticket,) = shop.tickets()
    return ticket.id


def kinds(shop: Shop) -> list[str]:
    with shop.store.read() as reader:
        return [event.kind for event in reader.events.of_ticket(only(shop))]


def test_sent_once_with_everything_that_follows(shop: Shop, sink: SmtpSink) -> None:
    row = shop.queue(only(shop))
    assert shop.send() == [row]
    assert shop.send() == []
    done = shop.outbox(row)
    assert (done.state, done.attempts, done.phase, done.accepted_ms) == ("sent", 1, "accepted", NOW)
    (got,) = sink.received
    assert got.raw == done.final
    assert shop.recipients(row) == {"mei@customer.example": "accepted"}
    (ticket,) = shop.tickets()
    assert (ticket.status, ticket.messages, ticket.last_direction) == ("waiting", 2, "out")
    assert "answered" in kinds(shop)


def test_the_providers_copy_is_found_and_is_no_second_message(shop: Shop, sink: SmtpSink) -> None:
    sink.keep_sent_of(shop.box)
    row = shop.queue(only(shop))
    shop.send()
    assert not shop.outbox(row).found_in_sent
    shop.sync()
    assert shop.outbox(row).found_in_sent
    assert len(shop.messages()) == 2
    assert kinds(shop).count("answered") == 1


def test_undo_window_and_order_within_a_ticket(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    first = shop.queue(only(shop), text="first")
    second = shop.queue(only(shop), text="second")
    held = shop.queue(only(shop), text="held", delay_s=10)
    sink.behaviour.data = "451 4.3.0 later"
    assert shop.send() == [first]
    sink.behaviour.data = None
    assert shop.send() == []  # the second waits for the first, the third for its window
    clock.advance(minutes=2)
    assert shop.send() == [first, second, held]
    assert [b"first" in each.raw for each in sink.received] == [True, False, False]


def test_one_of_three_refused_one_deferred(shop: Shop, sink: SmtpSink, clock: FixedClock) -> None:
    people = ("a@x.example", "gone@x.example", "grey@x.example")
    sink.behaviour.recipients = {"gone@x.example": "550 5.1.1 no", "grey@x.example": "451 later"}
    row = shop.queue(only(shop), *people)
    shop.send()
    assert shop.outbox(row).state == "retrying"
    assert shop.recipients(row) == dict(
        zip(people, ("accepted", "refused", "deferred"), strict=True)
    )
    sink.behaviour.recipients = {}
    clock.advance(minutes=2)
    shop.send()
    assert [each.recipients for each in sink.received] == [("a@x.example",), ("grey@x.example",)]
    done = shop.outbox(row)
    assert done.state == "sent"
    assert done.reason is not None
    assert done.reason["code"] == "recipient_refused"
    assert shop.tickets()[0].alarm == "failed"


def test_refused_for_good(shop: Shop, sink: SmtpSink) -> None:
    sink.behaviour.data = "554 5.7.1 spam"
    row = shop.queue(only(shop))
    shop.send()
    done = shop.outbox(row)
    assert (done.state, done.attempts) == ("failed", 1)
    assert done.reason is not None
    assert done.reason["params"]["reply"] == "554 5.7.1 spam"
    assert shop.tickets()[0].alarm == "failed"
    assert "answered" not in kinds(shop)
    assert shop.send() == []


def test_back_off_up_to_48_hours(shop: Shop, sink: SmtpSink, clock: FixedClock) -> None:
    sink.stop()
    row = shop.queue(only(shop))
    waits = []
    while (now := shop.outbox(row)).state != "failed":
        clock.at_ms = max(clock.at_ms, now.not_before_ms or 0)
        assert shop.send() == [row]
        waits.append(((shop.outbox(row).not_before_ms or clock.at_ms) - clock.at_ms) // 60_000)
    assert waits[:6] == [1, 5, 15, 30, 60, 60]
    assert clock.at_ms - NOW == 48 * HOUR
    assert now.reason is not None
    assert now.reason["code"] == "unreachable"


@pytest.mark.parametrize(("stored", "drop"), [(True, "after_data"), (False, "data")])
def test_doubtful_is_never_sent_again_by_itself(
    shop: Shop, sink: SmtpSink, clock: FixedClock, stored: bool, drop: str
) -> None:
    sink.behaviour.drop = drop  # type: ignore[assignment]
    row = shop.queue(only(shop))
    shop.send()
    assert shop.outbox(row).state == "uncertain"
    assert shop.tickets()[0].alarm == "uncertain"
    assert len(sink.received) == int(stored)
    sink.behaviour.drop = None
    clock.advance(hours=60)
    assert shop.send() == []
    with shop.source() as source:
        assert sent_copies.resolve_uncertain(shop.store, shop.account, source) == []
    if stored:  # the provider shows it in Sent
        shop.box.append("Sent", sink.received[0].raw)
        with shop.source() as source:
            assert sent_copies.resolve_uncertain(shop.store, shop.account, source) == [row]
        done = shop.outbox(row)
        assert (done.state, done.found_in_sent) == ("sent", True)
        assert shop.tickets()[0].alarm is None
        shop.sync()
        assert len(shop.messages()) == 2


def test_a_pass_finds_the_doubtful_one_in_sent(shop: Shop, sink: SmtpSink) -> None:
    sink.behaviour.drop = "after_data"
    sink.keep_sent_of(shop.box)
    row = shop.queue(only(shop))
    shop.send()
    assert shop.outbox(row).state == "uncertain"
    shop.sync()
    assert (shop.outbox(row).state, shop.outbox(row).found_in_sent) == ("sent", True)
    assert len(shop.messages()) == 2


_SEND = """
import sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.services import sending
from solodesk.services.units import Store
store = Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="engine")
sending.send_due(store, lambda account: sys.argv[2])
"""


def test_killed_while_the_server_thinks(shop: Shop, sink: SmtpSink) -> None:
    sink.behaviour.hold = threading.Event()
    row = shop.queue(only(shop))
    command = [sys.executable, "-c", _SEND, str(shop.store.folder.root), shop.box.password]
    process = subprocess.Popen(command)
    sink.wait_for(1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    sink.behaviour.hold.set()
    assert (shop.outbox(row).state, shop.outbox(row).phase) == ("sending", "data_sent")
    assert shop.send() == []
    assert sending.recover(shop.store) == [row]
    assert shop.outbox(row).state == "uncertain"
    assert shop.send() == []
    assert len(sink.received) == 1


def test_recovered_before_the_message_left_is_sent(shop: Shop, sink: SmtpSink) -> None:
    row = shop.queue(only(shop))
    assert sending.claim_next(shop.store) is not None  # and dies here
    sending.recover(shop.store)
    assert shop.send() == [row]
    assert (shop.outbox(row).state, shop.outbox(row).attempts) == ("sent", 2)
    assert len(sink.received) == 1


def test_two_senders_never_both_win(shop: Shop, sink: SmtpSink) -> None:
    rows = [shop.queue(only(shop), text=f"n{n}") for n in range(1)]
    done: list[list[OutboxId]] = []
    threads = [threading.Thread(target=lambda: done.append(shop.send())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [[], [], [], rows]
    assert len(sink.received) == 1


def test_wrong_password_three_times_then_it_waits(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    sink.login = (shop.box.user, "changed")
    row = shop.queue(only(shop))
    for _ in range(6):
        clock.advance(hours=2)
        shop.send()
    assert len(sink.logins) == 3
    with shop.store.read() as reader:
        (server,) = reader.accounts.servers(shop.account)
    assert server.state == "sign_in_needed"
    assert shop.outbox(row).state == "retrying"


@pytest.mark.parametrize("overtaken", ["new_mail", "answered_elsewhere", None])
def test_receive_before_sending(
    shop: Shop, sink: SmtpSink, clock: FixedClock, overtaken: str | None
) -> None:
    row = shop.queue(only(shop))
    clock.advance(hours=3)
    with shop.store.read() as reader:
        assert sending.must_receive_first(reader, shop.account)
    again = {"In-Reply-To": "<q@x.example>", "References": "<q@x.example>"}
    if overtaken == "new_mail":
        shop.box.append("INBOX", raw_mail("Forget it, found it!", headers=again))
    elif overtaken:
        shop.box.append(
            "Sent",
            raw_mail(
                "Answered from my phone", sender=shop.box.address, to="mei@customer.example",
                headers=again,
            ),
        )  # fmt: skip
    shop.sync()
    assert len(shop.tickets()) == 1
    assert sending.hold_overtaken(shop.store) == ([row] if overtaken else [])
    with shop.store.read() as reader:
        assert not sending.must_receive_first(reader, shop.account)
    shop.send()
    held = shop.outbox(row)
    assert (held.state, held.hold_reason) == (("held", overtaken) if overtaken else ("sent", None))
    assert len(sink.received) == (0 if overtaken else 1)
    if overtaken:  # "send anyway" is the owner's word
        with shop.store.write() as desk:
            replies.retry(desk, row)
        clock.advance(minutes=6)
        assert sending.hold_overtaken(shop.store) == []
        assert shop.send() == [row]


def test_the_owner_may_send_without_the_mailbox_being_read(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    waits, leaves = shop.queue(only(shop), text="waits"), shop.queue(only(shop), text="leaves")
    clock.advance(minutes=6)

    def unread(_account: object) -> bool:
        return False

    def send() -> list[OutboxId]:
        return sending.send_due(shop.store, shop.secret, timeouts=QUICK, ready=unread)

    assert send() == []
    with shop.store.write() as desk:
        replies.retry(desk, leaves)
    assert send() == []  # never before the earlier one of its ticket
    with shop.store.write() as desk:
        replies.retry(desk, waits)
    assert send() == [waits, leaves]
    assert len(sink.received) == 2


def test_a_reply_that_kept_trying_meanwhile_is_held(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    """Its last attempt was a moment ago; what counts is when the owner wrote it."""
    sink.stop()
    row = shop.queue(only(shop))
    shop.send()
    clock.advance(hours=3)
    shop.send()
    again = {"In-Reply-To": "<q@x.example>", "References": "<q@x.example>"}
    shop.box.append("INBOX", raw_mail("Forget it, found it!", headers=again))
    shop.sync()
    sink.start()
    clock.advance(minutes=4)
    with shop.store.write() as desk:
        desk.outbox.update(row, not_before_ms=clock.at_ms)
    # Nobody called hold_overtaken: taking it up looks by itself.
    assert shop.send() == []
    assert (shop.outbox(row).state, shop.outbox(row).hold_reason) == ("held", "new_mail")
    assert sink.received == []


def test_a_doubtful_one_is_found_in_a_folder_of_all_mail(shop: Shop, sink: SmtpSink) -> None:
    sink.behaviour.drop = "after_data"
    row = shop.queue(only(shop))
    shop.send()
    shop.box.create_folder("Everything")
    shop.box.append("Everything", shop.outbox(row).final)
    with shop.store.read() as reader:
        account = accounts.get(reader, shop.account)
    with KeepsAll(accounts.receiving(account), shop.box.password, QUICK) as source:
        assert sent_copies.resolve_uncertain(shop.store, shop.account, source) == [row]
    assert shop.outbox(row).state == "sent"


def test_a_full_sent_folder_stops_nothing(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, sink: SmtpSink
) -> None:
    mailbox.append("INBOX", raw_mail(), internaldate=utc(NOW - HOUR))
    shop = open_shop(data_folder, clock, mailbox, sink, saves_sent=False)
    shop.sync()
    row = shop.queue(only(shop))
    shop.send()
    with shop.store.write() as desk:
        (sent,) = (f for f in desk.folders.of_account(shop.account) if f.role == "sent")
        desk.folders.update(sent.id, name="Closed by the provider")
        settings.put(desk, "server_sent", True)
    clock.advance(minutes=2)
    with shop.source() as source:
        assert sent_copies.append_missing(shop.store, shop.account, source) == []
    assert not shop.outbox(row).found_in_sent
    assert shop.send() == []
    assert len(sink.received) == 1
    shop.store.close()


def test_copies_only_where_the_server_keeps_none(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, sink: SmtpSink
) -> None:
    mailbox.append("INBOX", raw_mail(), internaldate=utc(NOW - HOUR))
    shop = open_shop(data_folder, clock, mailbox, sink, saves_sent=False)
    with shop.store.write() as desk:
        settings.put(desk, "server_sent", True)
    shop.sync()
    row = shop.queue(only(shop))
    shop.send()
    with shop.source() as source:  # the provider's own copy may still come
        assert sent_copies.append_missing(shop.store, shop.account, source) == []
    clock.advance(minutes=1)
    for expected in ([row], []):
        with shop.source() as source:
            assert sent_copies.append_missing(shop.store, shop.account, source) == expected
    assert mailbox.messages("Sent") == [shop.outbox(row).final]
    shop.sync()
    assert len(shop.messages()) == 2
    shop.store.close()


def test_no_copies_without_the_owners_word(shop: Shop, clock: FixedClock) -> None:
    shop.queue(only(shop))
    shop.send()
    clock.advance(hours=1)
    with shop.source() as source:
        assert sent_copies.append_missing(shop.store, shop.account, source) == []
    assert shop.box.count("Sent") == 0


def test_no_secret_is_a_wait_not_a_failure(shop: Shop) -> None:
    row = shop.queue(only(shop))

    def locked(_account: object) -> str:
        raise KnownError("no_keychain", detail="locked")

    assert sending.send_due(shop.store, locked, timeouts=QUICK) == [row]
    assert shop.outbox(row).state == "retrying"


def test_sent_again_by_the_owner_it_has_48_hours_again(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    sink.stop()
    row = shop.queue(only(shop))
    while shop.outbox(row).state != "failed":
        clock.at_ms = max(clock.at_ms, shop.outbox(row).not_before_ms or 0)
        shop.send()
    with shop.store.write() as desk:
        replies.retry(desk, row)
    shop.send()
    now = shop.outbox(row)
    assert (now.state, now.attempts) == ("retrying", 1)
    assert (now.not_before_ms or 0) - clock.at_ms == 60_000


def test_a_clock_that_was_a_year_ahead_delays_nothing(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    clock.advance(days=365)
    sink.behaviour.data = "451 4.3.0 later"
    retrying = shop.queue(only(shop))
    shop.send()
    held = shop.queue(only(shop), delay_s=10)
    sink.behaviour.data = None
    clock.advance(days=-365)
    assert shop.send() == [retrying, held]


def test_waiting_for_a_day_is_told(shop: Shop, sink: SmtpSink, clock: FixedClock) -> None:
    sink.stop()
    shop.queue(only(shop))
    shop.send()
    told = []
    for hours in (23, 2):
        clock.advance(hours=hours)
        with shop.store.read() as reader:
            told += [row.stale for row in reader.lists.outbox()]
    assert told == [False, True]


def test_an_answer_does_not_wait_for_the_acknowledgement(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    with shop.store.write() as desk:
        settings.put(desk, "acknowledge", "always")
        first = desk.messages.last_of_ticket(only(shop), "in")
        assert first is not None
        desk.messages.update(
            first.id,
            date_ms=clock.at_ms,
            received_ms=clock.at_ms,
            recipients={"to": [["", shop.box.address]]},
        )
        desk.tickets.update(only(shop), created_ms=clock.at_ms, last_message_ms=clock.at_ms)
    sink.behaviour.data = "451 4.3.0 later"
    found = automatic.acknowledge(shop.store, shop.account)
    assert shop.send() == found
    sink.behaviour.data = None
    answer = shop.queue(only(shop))
    assert shop.send() == [answer]
    assert [shop.outbox(row).state for row in (*found, answer)] == ["cancelled", "sent"]
