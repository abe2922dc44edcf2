"""Sending, row by row of faults.md 4b: where each is held, and the rows that had no test yet.

| row | what must hold | test |
|---|---|---|
| S1 | broken after the final dot: `uncertain`, never sent again by itself | tests/faults/test_double_send.py::test_at_most_one_copy |
| S1 | a server silent after the dot | tests/mail/test_smtp.py::test_a_server_silent_after_the_dot_is_doubtful |
| S1 | found in Sent or All Mail by its Message-ID, else the owner is asked | tests/services/test_sending.py::test_doubtful_is_never_sent_again_by_itself |
| S1 | the owner's three answers in the window | tests/ui/test_outbox.py::test_the_three_answers_to_a_doubt |
| S2 | killed between 250 and our commit | tests/faults/test_double_send.py::test_killed_between_250_and_our_commit |
| S2 | killed at each write and each word on the wire | tests/faults/test_kill_loop.py::test_send |
| S2 | on the disk before it is told | tests/faults/test_on_disk.py::test_every_decision_about_mail_on_its_way_is_synced |
| S3 | some refused, some deferred: each by itself | tests/services/test_sending.py::test_one_of_three_refused_one_deferred |
| S3 | told in the window until the owner knows | tests/ui/test_outbox.py::test_some_did_not_get_it_is_told_until_the_owner_knows |
| S4 | 1, 5, 15, 30, 60 min … 48 h, then failed | tests/services/test_sending.py::test_back_off_up_to_48_hours |
| S4 | 4xx at any verb | tests/faults/test_sending_rows.py::test_a_4xx_at_any_verb_waits |
| S5 | always visible, with reason and age; send now; edit again | tests/ui/test_outbox.py::test_each_state_says_why_since_when_and_what_can_be_done |
| S5 | edit again takes it out of the outbox | tests/ui/test_outbox.py::test_edit_again_takes_it_out_of_the_outbox |
| S6 | one copy in Sent, only where the server keeps none | tests/services/test_sending.py::test_copies_only_where_the_server_keeps_none |
| S6 | a full Sent folder sends nothing again | tests/services/test_sending.py::test_a_full_sent_folder_stops_nothing |
| S7 | 50 queued, network down and up, stopped in the midst | tests/faults/test_sending_rows.py::test_fifty_wait_for_the_network_and_leave_once_in_order |
| S7 | told after a day | tests/services/test_sending.py::test_waiting_for_a_day_is_told |
| S7 | a closed laptop is no 48 hours of trying | tests/faults/test_sending_rows.py::test_days_asleep_are_not_days_of_trying |
| S8 | two desks: at most two mails, then silence | tests/services/test_two_desks.py::test_at_most_two_mails_then_silence |
| S8 | a machine with a new address each time | tests/services/test_two_desks.py::test_a_machine_with_a_new_address_and_subject_each_time |
| S9 | only CRLF, dots stuffed, no line over 998, whatever is quoted | tests/faults/test_sending_rows.py::test_no_words_of_a_customer_end_our_message |
| S10 | names survive, nobody else gets it | tests/faults/test_sending_rows.py::test_odd_names_go_to_their_own_addresses |
| S10 | no address becomes a command | tests/mail/test_smtp.py::test_no_address_becomes_a_command |
| S10 | a mailto link fills in one recipient and nothing else | tests/ui/test_outbox.py::test_a_mailto_link_brings_no_hidden_recipient |
| R22 | undo and later are times in the store: restart, clock jumps | tests/faults/test_sending_rows.py::test_deadlines_outlive_restarts_and_jumps_of_the_clock |
"""  # noqa: E501 - a table

import ast
import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock, utc
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.message import Address
from solodesk.mail import smtp
from solodesk.mail.parse import parse_message
from solodesk.mail.server import Server
from solodesk.services import draft_html, replies, sending
from solodesk.services.units import Store
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.scripted import Wire, scripted
from tests.support.shop import QUICK, Shop, open_shop
from tests.support.smtp import SmtpSink

ROOT = Path(__file__).parents[2]
NOW = 1_788_771_600_000
HOUR = 3_600_000
MINUTE = 60_000


def test_every_row_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| (S\d+|R\d+) \|.*\| (\S+)::(\S+) \|$", __doc__ or "", re.MULTILINE)
    assert {f"S{n}" for n in range(1, 11)} <= {row for row, _file, _name in rows}
    for row, file, name in rows:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}, row


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    return new_smtp_sink(login=(mailbox.user, mailbox.password))


@pytest.fixture
def shop(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, sink: SmtpSink
) -> Iterator[Shop]:
    for number in range(10):
        letter = raw_mail(
            f"Question {number}", subject=f"Order {number}", message_id=f"<q{number}@x.example>",
            sender=f"Customer {number} <c{number}@x.example>",
        )  # fmt: skip
        mailbox.append("INBOX", letter, internaldate=utc(NOW - HOUR))
    shop = open_shop(data_folder, clock, mailbox, sink)
    shop.sync()
    yield shop
    shop.store.close()


def tickets(shop: Shop) -> list[TicketId]:
    return [row.id for row in shop.tickets()]


def fifty(shop: Shop) -> list[OutboxId]:
    """Five answers in each of ten tickets, in turn."""
    return [
        shop.queue(ticket, f"c{number}@x.example", text=f"answer {turn} of {number}")
        for turn in range(5)
        for number, ticket in enumerate(tickets(shop))
    ]


def states(shop: Shop) -> dict[str, int]:
    with shop.store.read() as reader:
        found = [row.state for row in reader.lists.outbox(ended=True)]
    return {state: found.count(state) for state in set(found)}


def test_fifty_wait_for_the_network_and_leave_once_in_order(
    shop: Shop, sink: SmtpSink, clock: FixedClock
) -> None:
    rows = fifty(shop)
    sink.stop()
    for _hour in range(3):
        shop.send()
        clock.advance(hours=1)
    # Only the first of each ticket is tried: the later ones wait for it.
    assert states(shop) == {"retrying": 10, "queued": 40}
    sink.start()
    # Stopped in the midst: a process that claimed a row and died.
    claimed = sending.claim_next(shop.store)
    assert claimed is not None
    assert sending.recover(shop.store) == [claimed.row.id]
    sent = shop.send()
    assert sorted(sent) == sorted(rows)
    assert states(shop) == {"sent": 50}
    assert len(sink.received) == 50
    for number in range(10):
        to = (f"c{number}@x.example",)
        words = [
            re.search(rb"answer (\d) of", each.raw) for each in sink.received
            if each.recipients == to
        ]  # fmt: skip
        assert [int(match[1]) for match in words if match] == [0, 1, 2, 3, 4]
    assert shop.send() == []


def test_days_asleep_are_not_days_of_trying(shop: Shop, sink: SmtpSink, clock: FixedClock) -> None:
    row = shop.queue(tickets(shop)[0])
    sink.stop()
    shop.send()
    clock.advance(days=5)  # the lid was closed; on waking, the network is not there yet
    shop.send()
    assert shop.outbox(row).state == "retrying"
    sink.start()
    clock.advance(minutes=6)
    shop.send()
    assert shop.outbox(row).state == "sent"


VERBS = ("connect", "EHLO", "AUTH", "MAIL", "RCPT", "DATA", "dot")


@pytest.mark.parametrize("verb", VERBS)
def test_a_4xx_at_any_verb_waits(verb: str) -> None:
    """Greylisting, overload, 421 at once: temporary everywhere, and nothing is doubtful."""

    def talk(wire: Wire) -> None:
        if verb == "connect":
            wire.say("421 4.3.2 too busy")
            return
        wire.say("220 ready")
        while line := wire.hear():
            word = line.split()[0].upper().split(":")[0]
            if word == verb or (word == "HELO" and verb == "EHLO"):
                wire.say("451 4.7.1 later")
            elif word == "EHLO":
                wire.say("250-mail.example", "250 AUTH PLAIN")
            elif word == "AUTH":
                wire.say("235 fine")
            elif word == "DATA":
                wire.say("354 go on")
                while wire.hear() != ".":
                    pass
                wire.say("451 4.7.1 later" if verb == "dot" else "250 taken")
            elif word == "QUIT":
                wire.say("221 bye")
                return
            else:
                wire.say("250 fine")

    with scripted(talk) as (port, _heard):
        server = Server("127.0.0.1", port, "plain", "me")
        outcome = smtp.send(
            server, "x", "me@x.example", ["you@x.example"], b"Subject: x\r\n\r\nx\r\n",
            lambda _phase: None, QUICK,
        )  # fmt: skip
    assert outcome.error is not None
    assert outcome.temporary, outcome.error
    assert outcome.phase is None or outcome.phase.value not in ("data_sent", "accepted")


ENDINGS = (
    "\n.\n", "\r\n.\r\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r.\r\n", "\r\n.\r", "\n.\r",
    "\r\n\x00.\r\n", "\u2028.\u2028", "\x85.\x85", "\x0b.\x0b", "\x0c.\x0c",
)  # fmt: skip
"""Everything a server somewhere took for the end of a message (CVE-2023-51764 to 51766)."""
EVIL = "".join(
    f"before{end}MAIL FROM:<x@evil.example>\nRCPT TO:<you@evil.example>\nDATA\n" for end in ENDINGS
) + "\n".join([".", "..", "...", "x" * 5000, "字" * 2000, ".leading", "From here", "\t.", " ."])


class Strict:
    """A server that hears bytes: only CRLF.CRLF ends a message, and a bare CR or LF is noted."""

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.commands: list[str] = []

    def talk(self, wire: Wire) -> None:
        wire.say("220 ready")
        stream = wire.sock.makefile("rb")
        while True:
            line = stream.readline()
            word = line.decode("ascii", "replace").split(" ")[0].strip().upper()
            self.commands.append(word)
            if word == "EHLO":
                wire.say("250-mail.example", "250 8BITMIME")
            elif word == "DATA":
                wire.say("354 go on")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    data += stream.read(1)
                self.messages.append(data[:-3])
                wire.say("250 taken")
            elif word in ("QUIT", ""):
                wire.say("221 bye")
                return
            else:
                wire.say("250 fine")


@pytest.mark.parametrize("how", ["written", "quoted"])
def test_no_words_of_a_customer_end_our_message(shop: Shop, how: str) -> None:
    words = EVIL if how == "written" else "Thank you."
    if how == "quoted":
        letter = EmailMessage()
        letter["From"], letter["To"] = "Eve <eve@x.example>", shop.box.address
        letter["Subject"], letter["Message-ID"] = "Evil", "<evil@x.example>"
        letter.set_content(EVIL, cte="base64")
        shop.box.append("INBOX", letter.as_bytes(), internaldate=utc(NOW - HOUR))
        shop.sync()
    with shop.store.write() as desk:
        draft = replies.draft_for(desk, tickets(shop)[-1])
        draft = replace(draft, body_html=draft_html.from_text(words))
        row = replies.send(desk, draft, delay_s=0).outbox
    final = shop.outbox(row).final
    strict = Strict()
    with scripted(strict.talk) as (port, _heard):
        server = Server("127.0.0.1", port, "plain", "")
        people = ("me@x.example", ["you@x.example"])
        outcome = smtp.send(server, "", *people, final, lambda _phase: None, QUICK)
    assert outcome.error is None, outcome.error
    assert strict.commands == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    (raw,) = strict.messages
    lines = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines), "a bare LF"
    assert b"\r" not in b"".join(lines), "a bare CR"
    assert max(len(line) for line in lines) <= 998
    assert all(line.startswith(b"..") for line in lines if line.startswith(b"."))
    assert re.sub(rb"(?m)^\.\.", b".", raw) == final
    parsed = email.message_from_bytes(final, policy=email.policy.default)
    plain = parsed.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert text.count("MAIL FROM:<x@evil.example>") == len(ENDINGS)
    assert "x" * 5000 in text.replace("> ", "").replace("\r\n", "") or how == "written"


NAMES = (
    'Wang, Li "the boss"', "O'Brien; Pat", "Müller <evil@x.example>", "a@b.example, c@d.example",
    "王 小明，经理", "=?utf-8?q?evil=40x.example?=", '\\"quoted\\"', "Jane (VP) Doe",
    "name\r\nBcc: evil@x.example", "x" * 300, "🎉 " * 40, "\u202egro.elpmaxe@live", "", " ", "<>",
    "Иван Иванович", "a,b;c:d", "e.e. cummings", "undisclosed-recipients:;", "\x00nul",
    "{{7*7}} ${x}", "Zoë 'Z' O’Neil", "名" * 120,
)  # fmt: skip


def test_odd_names_go_to_their_own_addresses(shop: Shop) -> None:
    """Written into To, read back: the same people in the same order, and nobody else."""
    people = tuple(Address(name, f"p{at}@x.example") for at, name in enumerate(NAMES))
    with shop.store.write() as desk:
        draft = replies.draft_for(desk, tickets(shop)[0])
        draft = replace(draft, to=people, cc=people[:3], body_html="<p>Hello</p>")
        row = replies.send(desk, draft, delay_s=0).outbox
    with shop.store.read() as reader:
        envelope = {each.address for each in reader.outbox.recipients(row)}
    assert envelope == {person.address for person in people}
    parsed = parse_message(shop.outbox(row).final)
    assert [each.address for each in parsed.to] == [person.address for person in people]
    assert [each.address for each in parsed.cc] == [person.address for person in people[:3]]
    assert not re.search(rb"(?im)^bcc:", shop.outbox(row).final)
    for each, person in zip(parsed.to, people, strict=True):
        if "=?" not in person.name:  # our reader opens what others have wrapped twice
            assert _letters(each.name) == _letters(person.name), person.name


def _letters(name: str) -> str:
    """A name as far as it is words: what cannot be written is a blank or nothing."""
    return "".join(char for char in name if char.isprintable() and not char.isspace())


def test_deadlines_outlive_restarts_and_jumps_of_the_clock(
    data_folder: DataFolder, clock: FixedClock, mailbox: Mailbox, sink: SmtpSink
) -> None:
    mailbox.append("INBOX", raw_mail(message_id="<q@x.example>"), internaldate=utc(NOW - HOUR))
    shop = open_shop(data_folder, clock, mailbox, sink)
    shop.sync()
    (ticket,) = shop.tickets()
    undo = shop.queue(ticket.id, delay_s=10)
    with shop.store.write() as desk:
        draft = replies.draft_for(desk, ticket.id)
        later = replies.send(
            desk, replace(draft, body_html="<p>Later</p>"), later_ms=clock.at_ms + 20 * HOUR
        ).outbox
    shop.store.close()
    again = Shop(Store.open(data_folder, clock, origin="engine"), shop.account, mailbox)
    try:
        assert again.send() == []
        clock.advance(days=-400)  # an empty battery: the clock is far behind
        assert again.send() == [undo], "what we hold ourselves is never hours away"
        assert again.outbox(later).state == "held", "what the owner wants later stays"
        clock.advance(days=400, hours=19)
        assert again.send() == []
        clock.advance(hours=2)
        assert again.send() == [later]
        assert len(sink.received) == 2
    finally:
        again.store.close()
