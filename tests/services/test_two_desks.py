"""Two SoloDesks with automatic replies on two real mailboxes, and a machine that never tires."""

import itertools
import re
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.events import Actor
from solodesk.engine.receiving import receive
from solodesk.services import replies, settings
from solodesk.services.replies import Draft
from tests.support.dovecot import DovecotServer
from tests.support.mails import raw_mail
from tests.support.shop import Shop, open_shop
from tests.support.smtp import Received, SmtpSink

_numbers = itertools.count(1)


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink]) -> SmtpSink:
    return new_smtp_sink()


@pytest.fixture
def desks(tmp_path: Path, sink: SmtpSink, dovecot: DovecotServer) -> Iterator[tuple[Shop, Shop]]:
    made = []
    for name in ("anna", "bert"):
        box = dovecot.new_mailbox(f"desk-{next(_numbers)}@{name}.example")
        sink.bridge_to(box)
        shop = open_shop(DataFolder(tmp_path / name).create(), SystemClock(), box, sink)
        with shop.store.write() as desk:
            settings.put(desk, "acknowledge", "always")
            for server in desk.accounts.servers(shop.account):
                # A relay that asks nobody to sign in.
                desk.accounts.update_server(server.id, user="")
        made.append(shop)
        one_pass(shop)
    yield made[0], made[1]
    for shop in made:
        shop.store.close()
        shop.box.close()


def one_pass(shop: Shop) -> int:
    """What the engine does: receive with all that belongs to it, then send."""
    with shop.source() as source:
        receive(shop.store, shop.account, source)
    return len(shop.send())


def until_silence(desks: tuple[Shop, Shop], rounds: int = 8) -> None:
    """Passes in turn; after the last of them nobody has anything to say."""
    for _ in range(rounds):
        for shop in desks:
            one_pass(shop)
    assert [one_pass(shop) for shop in desks] == [0, 0]


def write_to(shop: Shop, address: str) -> None:
    """The owner writes a new mail."""
    from solodesk.domain.message import Address

    with shop.store.write(label=("ticket.reply", {})) as desk:
        fresh = replies.draft_for(desk, None, mode="new")
        draft = Draft(
            ticket=None, identity=fresh.identity, identity_address=fresh.identity_address,
            to=(Address("", address),), cc=(), bcc=(), subject="A question",
            body_html="<p>Do you deliver on Sundays?</p>", mode="new",
        )  # fmt: skip
        replies.send(desk, draft, delay_s=0)


def automatic(mails: list[Received]) -> list[Received]:
    return [each for each in mails if b"\nAuto-Submitted: auto-" in each.raw]


def test_at_most_two_mails_then_silence(desks: tuple[Shop, Shop], sink: SmtpSink) -> None:
    anna, bert = desks
    write_to(anna, bert.box.address)
    until_silence(desks)
    assert len(sink.received) == 2  # the question, and its acknowledgement
    (sent,) = automatic(sink.received)
    assert sent.recipients == (anna.box.address,)
    (ticket,) = anna.tickets()
    assert ticket.status == "waiting"
    (asked,) = bert.tickets()
    assert (asked.status, asked.first_response_ms) == ("open", None)
    with bert.store.read() as reader:
        kinds = [(e.kind, e.actor) for e in reader.events.of_ticket(asked.id)]
    assert ("acknowledged", Actor.RULE) in kinds


def test_a_forged_first_mail_starts_nothing(desks: tuple[Shop, Shop], sink: SmtpSink) -> None:
    anna, bert = desks
    bert.box.append("INBOX", now(raw_mail(sender=anna.box.address, to=bert.box.address)))
    until_silence(desks)
    assert len(automatic(sink.received)) == len(sink.received) == 1


def test_a_gateway_that_takes_every_header_away(desks: tuple[Shop, Shop], sink: SmtpSink) -> None:
    """Without Auto-Submitted and References each acknowledgement looks like a person's new mail."""
    boxes = {shop.box.address: shop.box for shop in desks}
    sink._inboxes.clear()
    sink.on_received(lambda mail: boxes[mail.recipients[0]].deliver(stripped(mail)))
    anna, bert = desks
    bert.box.append("INBOX", now(raw_mail(sender=anna.box.address, to=bert.box.address)))
    until_silence(desks)
    assert 1 <= len(automatic(sink.received)) <= 2
    assert len(sink.received) <= 2


def test_a_machine_with_a_new_address_and_subject_each_time(
    desks: tuple[Shop, Shop], sink: SmtpSink
) -> None:
    """Each acknowledgement makes the other side open a case and write from that case's address."""
    anna, _bert = desks
    with anna.store.write() as desk:
        settings.put(desk, "automatic_cap_day", 4)
    cases = iter(range(1, 100))

    def answer(mail: Received | None) -> None:
        number = next(cases)
        raw = raw_mail(
            f"Your case {number} is open.", sender=f"case-{number}@crm{number}.example",
            to=anna.box.address, subject=f"Case {number}",
        )  # fmt: skip
        anna.box.deliver(now(raw))

    sink.on_received(answer)
    answer(None)
    for _ in range(10):
        one_pass(anna)
    assert len(sink.received) == 4
    assert len(anna.tickets()) == 5


def test_auto_submitted_no_is_a_person(desks: tuple[Shop, Shop], sink: SmtpSink) -> None:
    anna, _bert = desks
    raw = raw_mail(to=anna.box.address, headers={"Auto-Submitted": "no"})
    anna.box.append("INBOX", now(raw))
    one_pass(anna)
    (sent,) = sink.received
    assert sent.recipients == ("mei@customer.example",)


def now(raw: bytes) -> bytes:
    """The mail with the Date of this moment."""
    return re.sub(rb"(?m)^Date: .*$", b"Date: " + formatdate().encode(), raw)


def stripped(mail: Received) -> bytes:
    """The mail as a careless gateway passes it on."""
    head, gap, body = mail.raw.partition(b"\r\n\r\n")
    folded = re.sub(rb"\r\n[ \t]+", b" ", head)
    gone = (b"auto-submitted", b"x-auto-response", b"in-reply-to", b"references", b"message-id")
    kept = [line for line in folded.split(b"\r\n") if not line.lower().startswith(gone)]
    return b"\r\n".join(kept) + gap + body
