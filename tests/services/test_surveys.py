"""Surveys: asked by mail, answered by mail, counted once and only from the customer."""

import re

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import delivery, settings, surveys, tickets
from solodesk.store import rows
from tests.services.inbox import OWN, Inbox

ASK = "<ask@customer.example>"
EVE = "Eve <eve@evil.example>"


def ask(box: Inbox, text: str = "Where is my order? I am waiting.") -> tuple[TicketId, str, bytes]:
    """A closed ticket whose survey was sent; (ticket, token, the mail)."""
    ticket = box.mail(text, message_id=ASK).ticket
    with box.store.write() as desk:
        tickets.close(desk, [ticket])
        outbox = surveys.send(desk, ticket, delay_s=0)
    box.clock.advance(minutes=1)
    with box.store.write(durable=True) as desk:
        delivery.accepted(desk, outbox, box.clock.at_ms, by="smtp")
        row = desk.outbox.get(outbox)
        assert row is not None
        final = row.final
    box.clock.advance(hours=1)
    return ticket, survey(box).token, final


def survey(box: Inbox) -> rows.Survey:
    with box.store.read() as reader:
        return surveys.all(reader)[0]


def test_the_mail_leads_with_the_digit_and_carries_the_token(inbox: Inbox) -> None:
    from solodesk.mail.parse import parse_message

    ticket, token, final = ask(inbox, "您好，我的订单什么时候发货？")
    sent = parse_message(final)
    assert re.search(rb"(?mi)^x-solodesk-survey: [0-9a-f]{32}; scale=csat3", final)
    assert b"auto-submitted" not in final.lower()
    assert "3 / 2 / 1" in sent.body_text
    assert token in sent.body_text
    assert sent.in_reply_to == (ASK,)
    assert f"mailto:{OWN}?subject=%5Brate%3A{token}%3A3%5D" in (sent.body_html or "")
    assert inbox.ticket(ticket).status == "closed"
    event = inbox.events("survey_sent")[0]
    assert event.data == {"survey": 1, "scale": "csat3"}
    assert inbox.events("answered") == []
    with pytest.raises(KnownError, match="survey_already_sent"), inbox.store.write() as desk:
        surveys.send(desk, ticket)


def test_a_digit_in_the_answer_is_a_rating_and_no_ticket(inbox: Inbox) -> None:
    ticket, token, _final = ask(inbox)
    rfc_id = survey(inbox).rfc_id
    done = inbox.mail(f"3\n\n> rate:{token}\n> 3 = Great", reply_to=rfc_id, subject="Re: How")
    assert (done.ticket, done.joined_by) == (ticket, "token")
    found = survey(inbox)
    assert (found.rating, found.comment) == (3, None)
    rated = inbox.events("rated")[0]
    assert rated.data == {"survey": 1, "scale": "csat3", "value": 3, "comment": False}
    assert inbox.ticket(ticket).status == "closed"
    assert inbox.events("received")[-1].data["kind"] == "survey"


def test_a_rating_link_counts_and_the_last_vote_within_seven_days_wins(inbox: Inbox) -> None:
    ticket, token, _final = ask(inbox)
    inbox.mail("3", subject=f"[rate:{token}:3]", message_id="<v1@customer.example>")
    first = inbox.events("rated")[0]
    inbox.clock.advance(days=2)
    inbox.mail("1\nIt broke again", subject=f"[rate:{token}:1]", message_id="<v2@customer.example>")
    found = survey(inbox)
    assert (found.rating, found.comment) == (1, "It broke again")
    assert inbox.events("rated")[1].data["replaces"] == first.id
    assert inbox.ticket(ticket).status == "open"
    inbox.clock.advance(days=6)
    inbox.mail("3", subject=f"[rate:{token}:3]", message_id="<v3@customer.example>")
    assert survey(inbox).rating == 1


def test_strangers_robots_and_quoted_scales_do_not_vote(inbox: Inbox) -> None:
    _ticket, token, _final = ask(inbox)
    rfc_id = survey(inbox).rfc_id
    inbox.mail("3", sender=EVE, subject=f"[rate:{token}:3]")
    robot = {"Auto-Submitted": "auto-replied"}
    inbox.mail("3", reply_to=rfc_id, headers=robot, message_id="<r@customer.example>")
    talk = inbox.mail(
        f"What does this mean?\n\n> 3 = Great\n> rate:{token}", reply_to=rfc_id, subject="Re: How"
    )
    inbox.mail("9", reply_to=rfc_id, message_id="<nine@customer.example>", subject="Re: How")
    assert survey(inbox).rating is None
    assert inbox.events("rated") == []
    assert inbox.ticket(talk.ticket).status == "open"


def test_an_old_survey_is_over(inbox: Inbox) -> None:
    _ticket, token, _final = ask(inbox)
    inbox.clock.advance(days=91)
    inbox.mail("3", subject=f"[rate:{token}:3]")
    assert survey(inbox).rating is None


def test_a_survey_found_in_sent_without_a_row_is_known_again(inbox: Inbox) -> None:
    _ticket, token, final = ask(inbox)
    with inbox.store.write() as desk:
        found = desk.surveys.by_token(token)
        assert found is not None
        desk.surveys.delete(found.id)
        row = desk.outbox.by_rfc_id(found.rfc_id or "")
        assert row is not None
        desk.outbox.update(row.id, rfc_id="<another@shop.example>")
    other = final.replace(
        b"X-SoloDesk-Survey: " + token.encode(), b"X-SoloDesk-Survey: " + b"a" * 32
    )
    other = other.replace(b"Message-ID: <", b"Message-ID: <x")
    inbox.arrive(other, "sent")
    again = survey(inbox)
    assert (again.token, again.address) == ("a" * 32, "mei@customer.example")
    inbox.mail("2", subject=f"[rate:{'a' * 32}:2]")
    assert survey(inbox).rating == 2


def test_closing_asks_when_the_owner_switched_it_on(inbox: Inbox) -> None:
    with inbox.store.write() as desk:
        settings.put(desk, "survey_on_close", True)
    answered = inbox.mail(message_id=ASK, subject="a").ticket
    inbox.phone("Here", ASK, subject="Re: a")
    unanswered = inbox.mail(subject="b").ticket
    with inbox.store.write(label=("ticket.close", {})) as desk:
        tickets.close(desk, [answered, unanswered])
    with inbox.store.read() as reader:
        assert [s.ticket_id for s in surveys.all(reader)] == [answered]
