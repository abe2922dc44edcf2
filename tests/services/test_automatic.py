"""Acknowledgements and surveys on closing: through the gate, once, honest, and no answer."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import solodesk
from solodesk.base.clock import FixedClock, utc
from solodesk.domain.events import Actor
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.views import View
from solodesk.services import automatic, delivery, figures, settings, surveys, tickets
from solodesk.store import rows
from tests.services.desk_of import ZONE, at
from tests.services.inbox import OWN, Inbox, letter

HOUR = 3_600_000


@pytest.fixture
def clock() -> FixedClock:
    """A Friday, 17:20 in Shanghai, forty minutes before closing."""
    return FixedClock(at(2026, 11, 20, 17, 20))


@pytest.fixture
def desk(inbox: Inbox) -> Inbox:
    """A shop in Shanghai that acknowledges everything."""
    with inbox.store.write() as work:
        settings.put(work, "zone", "Asia/Shanghai")
        settings.put(work, "business_name", "Lin Studio")
        settings.put(work, "acknowledge", "always")
    return inbox


def acknowledge(box: Inbox) -> list[OutboxId]:
    return automatic.acknowledge(box.store, box.account)


def row_of(box: Inbox, outbox: OutboxId) -> rows.Outbox:
    with box.store.read() as reader:
        found = reader.outbox.get(outbox)
    assert found is not None
    return found


def mail_of(box: Inbox, outbox: OutboxId) -> EmailMessage:
    return message_from_bytes(row_of(box, outbox).final, policy=policy.default)


def leave(box: Inbox, outbox: OutboxId) -> None:
    with box.store.write(durable=True) as work:
        delivery.accepted(work, outbox, box.clock.at_ms, by="smtp")


def recent(
    box: Inbox, text: str = "Where is my order?", *, written: str | None = None, **more: Any
) -> TicketId:
    """A mail arrives that was written just now in Shanghai, or as `written` says."""
    now = format_datetime(utc(box.clock.at_ms).astimezone(ZONE))
    raw = re.sub(rb"(?m)^Date: .*$", b"Date: " + (written or now).encode(), letter(text, **more))
    return box.arrive(raw).ticket


def test_what_it_says_and_what_it_says_of_itself(desk: Inbox) -> None:
    ticket = recent(desk, subject="My lamp", message_id="<q@customer.example>")
    (made,) = acknowledge(desk)
    mail = mail_of(desk, made)
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Precedence"] is None
    assert mail["Subject"] == "Automatic reply: My lamp"
    assert mail["To"] == "Mei Chen <mei@customer.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<q@customer.example>"
    words = mail.get_content()
    # 40 minutes are left today; the goal of 4 hours is reached on Monday.
    assert "I expect to answer by Mon 23 Nov, 12:30." in words.replace("\n", " ")
    assert "Lin Studio" in words
    assert row_of(desk, made).state == "queued"
    assert acknowledge(desk) == []
    leave(desk, made)
    assert acknowledge(desk) == []
    found = desk.ticket(ticket)
    assert (found.status, found.last_direction, found.messages) == ("open", "in", 2)
    assert found.waiting_since_ms is not None
    assert found.first_response_ms is None
    assert found.preview == "Where is my order?"
    (event,) = desk.events("acknowledged")
    assert event.actor is Actor.RULE
    assert desk.events("answered") == []
    with desk.store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == [ticket]


def test_the_ticket_needs_a_reply_while_the_acknowledgement_is_on_its_way(desk: Inbox) -> None:
    ticket = recent(desk)
    acknowledge(desk)
    with desk.store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == [ticket]


def test_chinese_for_a_chinese_customer_elsewhere(desk: Inbox) -> None:
    recent(desk, "您好，我的订单什么时候发货？", written="Fri, 20 Nov 2026 09:19:00 +0000")
    (made,) = acknowledge(desk)
    words = mail_of(desk, made).get_content()
    assert "您好" in words
    assert "11月23日 周一 12:30" in words
    assert "Asia/Shanghai (UTC+8)" in words


def test_out_of_hours_only(desk: Inbox) -> None:
    with desk.store.write() as work:
        settings.put(work, "acknowledge", "out_of_hours")
    recent(desk)
    assert acknowledge(desk) == []
    desk.clock.advance(minutes=50)
    (made,) = acknowledge(desk)
    words = mail_of(desk, made).get_content().replace("\n", " ")
    assert "out of office hours now and expect to answer by Mon 23 Nov, 13:00." in words


def test_off_unless_the_owner_wants_it(inbox: Inbox) -> None:
    recent(inbox)
    assert acknowledge(inbox) == []


def test_never_while_the_first_sync_runs(first_inbox: Inbox) -> None:
    with first_inbox.store.write() as work:
        settings.put(work, "acknowledge", "always")
    recent(first_inbox)
    assert acknowledge(first_inbox) == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-generated"},
        {"List-Id": "<x.example>"},
        {"Precedence": "bulk"},
        {"X-Auto-Response-Suppress": "OOF"},
        {"X-Loop": "x"},
        {"Return-Path": "<>"},
    ],
)
def test_machines_are_not_answered(desk: Inbox, headers: dict[str, str]) -> None:
    recent(desk, headers=headers)
    assert acknowledge(desk) == []


def test_auto_submitted_no_is_a_person(desk: Inbox) -> None:
    recent(desk, headers={"Auto-Submitted": "no"})
    assert len(acknowledge(desk)) == 1


def test_not_named_in_to_or_cc(desk: Inbox) -> None:
    recent(desk, to="everybody@shop.example")
    assert acknowledge(desk) == []


def test_not_after_an_answer_from_the_phone(desk: Inbox) -> None:
    recent(desk, message_id="<q@customer.example>", subject="a")
    desk.phone("Here it is", "<q@customer.example>", subject="Re: a")
    assert acknowledge(desk) == []


def test_old_mail_and_moved_mail_is_left_alone(desk: Inbox) -> None:
    recent(desk)
    recent(desk, "Moved", written="Mon, 02 Nov 2026 10:00:00 +0800")
    desk.clock.advance(hours=2, minutes=1)
    assert acknowledge(desk) == []
    desk.clock.advance(hours=-2)
    assert len(acknowledge(desk)) == 1


def test_withdrawn_when_it_waited_too_long_or_was_answered(desk: Inbox) -> None:
    recent(desk, message_id="<a@customer.example>")
    (first,) = acknowledge(desk)
    assert automatic.withdraw(desk.store) == []
    desk.phone("Here", "<a@customer.example>")
    assert automatic.withdraw(desk.store) == [first]
    recent(desk, message_id="<b@customer.example>", sender="b@x.example")
    (second,) = acknowledge(desk)
    desk.clock.advance(hours=2, minutes=1)
    assert automatic.withdraw(desk.store) == [second]
    assert row_of(desk, second).state == "cancelled"
    assert acknowledge(desk) == []


def test_a_sender_with_a_new_address_each_time_meets_the_global_cap(desk: Inbox) -> None:
    with desk.store.write() as work:
        settings.put(work, "automatic_cap_day", 5)
    made = 0
    for number in range(12):
        recent(desk, sender=f"crm+{number}@crm{number}.example", subject=f"Case {number}.")
        made += len(acknowledge(desk))
        desk.clock.advance(minutes=1)
    assert made == 5


def test_ten_a_day_to_one_address(desk: Inbox) -> None:
    made = 0
    for number in range(14):
        recent(desk, subject=f"Question {number}.")
        made += len(acknowledge(desk))
        desk.clock.advance(minutes=5)
    assert made == 10


def test_own_words_and_words_that_want_too_much(desk: Inbox) -> None:
    with desk.store.write() as work:
        settings.put(work, "acknowledge_text_en", "Hi {{ customer.name }}, by {{ answer.by }}.")
    recent(desk, sender='"{{ 7 | plus: 7 }}" <x@x.example>')
    (made,) = acknowledge(desk)
    assert mail_of(desk, made).get_content().startswith("Hi {{ 7 | plus: 7 }}, by Mon 23 Nov")
    with desk.store.write() as work:
        settings.put(work, "acknowledge_text_en", "Order {{ ask.order_number }}")
    recent(desk, sender="y@x.example")
    assert acknowledge(desk) == []


def test_our_acknowledgement_found_by_another_computer_is_no_answer(desk: Inbox) -> None:
    ticket = recent(desk, message_id="<q@customer.example>")
    raw = letter(
        "It has arrived.", sender=f"Lin <{OWN}>", to="mei@customer.example",
        reply_to="<q@customer.example>", headers={"Auto-Submitted": "auto-replied"},
    )  # fmt: skip
    done = desk.arrive(raw, "sent")
    assert done.ticket == ticket
    assert desk.ticket(ticket).status == "open"
    assert desk.ticket(ticket).waiting_since_ms is not None
    assert desk.events("answered") == []
    assert len(desk.events("acknowledged")) == 1


def closed_after_answer(box: Inbox, **more: Any) -> TicketId:
    ticket = recent(box, message_id="<q@customer.example>", subject="a", **more)
    box.phone("Here it is", "<q@customer.example>", subject="Re: a")
    with box.store.write(label=("ticket.close", {})) as work:
        tickets.close(work, [ticket])
    return ticket


def asked(box: Inbox) -> list[rows.Survey]:
    with box.store.read() as reader:
        return surveys.all(reader)


@pytest.fixture
def asking(inbox: Inbox) -> Inbox:
    """A shop that asks for a rating on closing."""
    with inbox.store.write() as work:
        settings.put(work, "survey_on_close", True)
    return inbox


def test_a_survey_on_closing_is_automatic_mail(asking: Inbox) -> None:
    ticket = closed_after_answer(asking)
    (survey,) = asked(asking)
    made = OutboxId(survey.outbox_id or 0)
    mail = mail_of(asking, made)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    leave(asking, made)
    (event,) = asking.events("survey_sent")
    assert event.actor is Actor.RULE
    assert asking.ticket(ticket).status == "closed"


def test_no_survey_for_a_machine_even_when_the_owner_answered_it(asking: Inbox) -> None:
    closed_after_answer(asking, headers={"X-Loop": "x"})
    assert asked(asking) == []


def test_the_owner_may_ask_whom_the_rule_may_not(asking: Inbox) -> None:
    ticket = closed_after_answer(asking, headers={"X-Loop": "x"})
    with asking.store.write() as work:
        made = surveys.send(work, ticket)
    assert mail_of(asking, made)["Auto-Submitted"] is None


def test_a_survey_keeps_a_day_from_the_acknowledgement(asking: Inbox) -> None:
    with asking.store.write() as work:
        settings.put(work, "acknowledge", "always")
    recent(asking, message_id="<q@customer.example>", subject="a")
    (made,) = acknowledge(asking)
    leave(asking, made)
    asking.clock.advance(minutes=10)
    ticket = asking.phone("Here it is", "<q@customer.example>", subject="Re: a").ticket
    with asking.store.write() as work:
        tickets.close(work, [ticket])
    (survey,) = asked(asking)
    row = row_of(asking, OutboxId(survey.outbox_id or 0))
    assert (row.state, row.hold_reason) == ("held", "later")
    assert row.not_before_ms == asking.clock.at_ms - 600_000 + 24 * HOUR
    with asking.store.write() as work:
        tickets.reopen(work, [ticket])
    assert automatic.withdraw(asking.store) == [row.id]
    assert asked(asking) == []


def test_only_the_gate_writes_automatic_headers() -> None:
    root = Path(solodesk.__file__).parent
    users = {
        path.relative_to(root).as_posix()
        for path in root.rglob("*.py")
        if '"Auto-Submitted"' in path.read_text(encoding="utf-8")
    }
    assert {user for user in users if not user.startswith("demo/")} == {"services/automatic.py"}


def test_figures_wait_for_the_owners_answer(desk: Inbox) -> None:
    ticket = recent(desk)
    (made,) = acknowledge(desk)
    leave(desk, made)
    desk.clock.advance(minutes=30)
    with desk.store.read() as reader:
        strip = figures.strip(reader)
        period = figures.period_month(reader, 2026, 11)
        (first,) = figures.figures(reader, period, keys=["first_response_median"])
    assert strip.oldest_waiting.tickets == (ticket,)
    assert strip.oldest_waiting.value == 30 * 60
    # One arrival, and nobody has answered it: an acknowledgement is no first response.
    assert first.censored == 1
