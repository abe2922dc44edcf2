"""Answering: recipients, checks, sending, taking back, and deciding about doubt."""

from dataclasses import replace

import pytest

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.message import Address
from solodesk.domain.views import View
from solodesk.mail.parse import parse_message
from solodesk.services import delivery, replies, responses, tickets
from solodesk.services.replies import Draft
from solodesk.store import rows
from tests.services.inbox import OWN, Inbox

ASK = "<ask@customer.example>"


def draft_of(box: Inbox, ticket: TicketId | None, mode: str = "reply") -> Draft:
    with box.store.read() as reader:
        return replies.draft_for(reader, ticket, mode=mode)


def write(
    box: Inbox, ticket: TicketId, html: str = "<p>On its way</p>", **more: object
) -> OutboxId:
    draft = replace(draft_of(box, ticket), body_html=html)
    with box.store.write(label=("ticket.reply", {})) as desk:
        return replies.send(desk, draft, **more).outbox  # type: ignore[arg-type]


def row(box: Inbox, outbox: OutboxId) -> rows.Outbox:
    with box.store.read() as reader:
        found = reader.outbox.get(outbox)
        assert found is not None
        return found


def deliver(box: Inbox, outbox: OutboxId) -> None:
    box.clock.advance(seconds=30)
    with box.store.write(durable=True) as desk:
        delivery.accepted(desk, outbox, box.clock.at_ms, by="smtp")


def test_the_answer_goes_to_reply_to_and_never_to_ourselves(inbox: Inbox) -> None:
    done = inbox.mail(
        to=f"{OWN}, Bob <bob@customer.example>",
        headers={"Reply-To": "Desk <desk@customer.example>", "Cc": "Ann <ann@customer.example>"},
    )
    draft = draft_of(inbox, done.ticket)
    assert draft.to == (Address("Desk", "desk@customer.example"),)
    assert draft.cc == ()
    assert draft.identity_address == OWN
    assert draft.subject == "Re: My order"
    everybody = draft_of(inbox, done.ticket, "reply_all")
    assert [p.address for p in everybody.cc] == ["bob@customer.example", "ann@customer.example"]


@pytest.mark.parametrize("sender", ["Shop <mailer@shopify.com>", f"Site <{OWN}>"])
def test_the_answer_to_a_form_goes_to_the_visitor(inbox: Inbox, sender: str) -> None:
    form = "Name: Jane Doe\nEmail: jane@mail.example\nMessage: Where is my order?\n"
    done = inbox.mail(form, sender=sender, subject="New customer message")
    assert draft_of(inbox, done.ticket).to == (Address("Jane Doe", "jane@mail.example"),)


def test_a_form_without_an_address_is_answered_to_nobody_by_itself(inbox: Inbox) -> None:
    form = "Name: Jane\nPhone: 123\nMessage: Call me\n"
    done = inbox.mail(form, sender="no-reply@site.example", subject="Form")
    assert draft_of(inbox, done.ticket).to == ()


def test_what_leaves_is_threaded_quoted_and_signed(inbox: Inbox) -> None:
    done = inbox.mail("Where <b>is</b> it?", message_id=ASK)
    body = f"<p>Soon &amp; safe</p>{draft_of(inbox, done.ticket).body_html}"
    queued = row(inbox, write(inbox, done.ticket, body))
    sent = parse_message(queued.final)
    assert sent.in_reply_to == (ASK,)
    assert sent.references == (ASK,)
    assert sent.message_id == queued.rfc_id
    assert sent.body_text.startswith("Soon & safe\n\nLin\nThe Shop")
    assert "> Where <b>is</b> it?" in queued.final.decode() or "Where <b>is</b>" in sent.body_text
    assert "&lt;b&gt;is&lt;/b&gt;" in (sent.body_html or "")
    assert queued.state == "held"
    assert queued.not_before_ms == inbox.clock.at_ms + 10_000


def test_on_send_the_ticket_leaves_needs_reply_and_undo_brings_draft_and_ticket_back(
    inbox: Inbox,
) -> None:
    ticket = inbox.mail().ticket
    draft = replace(draft_of(inbox, ticket), body_html="<p>Half</p>")
    with inbox.store.write() as desk:
        replies.save_draft(desk, draft)
    outbox = write(inbox, ticket)
    with inbox.store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == []
        assert reader.drafts.of_ticket(ticket) is None
    assert inbox.events("answered") == []
    with inbox.store.write() as desk:
        tickets.undo(desk)
    assert row(inbox, outbox).state == "cancelled"
    assert draft_of(inbox, ticket).body_html == "<p>Half</p>"
    with inbox.store.read() as reader:
        assert reader.lists.ids(View.NEEDS_REPLY) == [ticket]


def test_cancelling_brings_the_words_back(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    outbox = write(inbox, ticket, "<p>Oops</p>")
    with inbox.store.write() as desk:
        replies.cancel(desk, outbox)
    assert draft_of(inbox, ticket).body_html == "<p>Oops</p>"
    with pytest.raises(KnownError, match="not_cancellable"), inbox.store.write() as desk:
        replies.cancel(desk, outbox)


def test_a_sent_reply_is_an_answer_and_can_not_be_cancelled(inbox: Inbox) -> None:
    ticket = inbox.mail(message_id=ASK).ticket
    outbox = write(inbox, ticket, status_after="closed", delay_s=0)
    assert row(inbox, outbox).state == "queued"
    deliver(inbox, outbox)
    found = inbox.ticket(ticket)
    assert (found.status, found.waiting_since_ms) == ("closed", None)
    assert found.first_response_ms == inbox.clock.at_ms
    answered = inbox.events("answered")
    assert [e.data for e in answered] == [{"by": "smtp"}]
    assert answered[0].at_ms == inbox.clock.at_ms
    deliver(inbox, outbox)
    assert len(inbox.events("answered")) == 1
    with pytest.raises(KnownError, match="already_sent"), inbox.store.write() as desk:
        replies.cancel(desk, outbox)


def test_its_copy_in_sent_is_no_second_message(inbox: Inbox) -> None:
    ticket = inbox.mail(message_id=ASK).ticket
    outbox = write(inbox, ticket)
    deliver(inbox, outbox)
    copy = inbox.arrive(row(inbox, outbox).final, "sent")
    assert copy.new is False
    assert row(inbox, outbox).found_in_sent is True
    assert inbox.ticket(ticket).messages == 2


def test_an_uncertain_send_is_settled_by_its_copy_or_by_the_owner(inbox: Inbox) -> None:
    ticket = inbox.mail(message_id=ASK).ticket
    outbox = write(inbox, ticket, delay_s=0)
    _doubt(inbox, outbox, ticket)
    inbox.arrive(row(inbox, outbox).final, "sent")
    assert row(inbox, outbox).state == "sent"
    assert inbox.ticket(ticket).alarm is None
    assert [e.data for e in inbox.events("answered")] == [{"by": "sent_folder"}]
    again = write(inbox, ticket, delay_s=0)
    _doubt(inbox, again, ticket)
    with inbox.store.write() as desk:
        replies.resolve(desk, again, "again")
    assert row(inbox, again).state == "queued"
    _doubt(inbox, again, ticket)
    with inbox.store.write() as desk:
        replies.resolve(desk, again, "give_up")
    assert row(inbox, again).state == "cancelled"
    assert "On its way" in draft_of(inbox, ticket).body_html
    with pytest.raises(KnownError, match="not_uncertain"), inbox.store.write() as desk:
        replies.resolve(desk, again, "delivered")


def _doubt(box: Inbox, outbox: OutboxId, ticket: TicketId) -> None:
    with box.store.write(durable=True) as desk:
        desk.outbox.move(outbox, {"queued"}, "sending")
        desk.outbox.move(outbox, {"sending"}, "uncertain")
        desk.tickets.update(ticket, alarm="uncertain")


def test_a_blank_blocks_sending_and_says_which(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    html = '<p>Order <span data-blank="order_number">order number</span></p>'
    with pytest.raises(NeedsOwner) as caught:
        write(inbox, ticket, html)
    assert caught.value.params["blanks"] == ("order_number",)
    with inbox.store.read() as reader:
        found = replies.checks(reader, replace(draft_of(inbox, ticket), body_html=html))
        assert [(c.code, c.blocks) for c in found] == [("blank_open", True)]
        assert reader.outbox.in_state("held", "queued") == []


def test_empty_mail_and_mail_to_nobody_do_not_leave(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    with pytest.raises(KnownError, match="empty_reply"):
        write(inbox, ticket, "<p> <br></p>")
    nobody = replace(draft_of(inbox, ticket), to=(), body_html="<p>x</p>")
    with pytest.raises(KnownError, match="no_recipient"), inbox.store.write() as desk:
        replies.send(desk, nobody)
    broken = replace(nobody, to=(Address("", "jane@"),))
    with pytest.raises(KnownError, match="bad_address"), inbox.store.write() as desk:
        replies.send(desk, broken)


def test_findings_that_ask_once(inbox: Inbox) -> None:
    ticket = inbox.mail(message_id=ASK).ticket
    draft = replace(
        draft_of(inbox, ticket),
        body_html="<p>I have attached the invoice. 见附件</p>",
        to=(Address("", "other@elsewhere.example"),),
    )
    inbox.clock.advance(minutes=5)
    inbox.mail("One more thing", reply_to=ASK, subject="Re: My order")
    inbox.phone("I answered", ASK)
    with inbox.store.read() as reader:
        codes = {c.code for c in replies.checks(reader, draft)}
    assert codes == {"forgotten_attachment", "recipient_changed", "new_mail", "answered_elsewhere"}


def test_new_mail_starts_a_ticket_that_waits(inbox: Inbox) -> None:
    draft = replace(
        draft_of(inbox, None, "new"),
        to=(Address("Mei Chen", "mei@customer.example"),),
        subject="Your order",
        body_html="<p>It is ready.</p>",
    )
    with inbox.store.write() as desk:
        outbox = replies.send(desk, draft, delay_s=0).outbox
    deliver(inbox, outbox)
    ticket = row(inbox, outbox).ticket_id
    found = inbox.ticket(ticket)
    assert (found.status, found.number, found.subject) == ("waiting", 1001, "Your order")
    assert [e.kind for e in inbox.events()] == ["started"]
    answer = inbox.mail("Great", reply_to=row(inbox, outbox).rfc_id, subject="Re: Your order")
    assert answer.ticket == ticket


def test_files_go_along(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    with inbox.store.write() as desk:
        draft = replies.attach(desk, draft_of(inbox, ticket), "发票.pdf", b"%PDF-1")
    draft = replace(draft, body_html="<p>Attached</p>")
    with inbox.store.write() as desk:
        outbox = replies.send(desk, draft).outbox
    sent = parse_message(row(inbox, outbox).final)
    assert [(a.filename, a.size) for a in sent.attachments] == [("发票.pdf", 6)]


def test_a_draft_is_kept_as_typed_and_dropped_when_empty(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    draft = replace(draft_of(inbox, ticket), body_html="<p>first</p>")
    with inbox.store.write() as desk:
        replies.save_draft(desk, draft)
        replies.save_draft(desk, replace(draft, body_html="<p>second</p>"))
    assert draft_of(inbox, ticket).body_html == "<p>second</p>"
    with inbox.store.write() as desk:
        replies.save_draft(desk, replace(draft, body_html="<p></p><p>Lin<br>The Shop</p>"))
    with inbox.store.read() as reader:
        assert reader.drafts.all() == []


def test_customer_text_in_a_canned_response_reaches_the_mail_as_text(inbox: Inbox) -> None:
    evil = "{{ 7 | times: 7 }}<img src=x>"
    ticket = inbox.mail(sender=f'"{evil}" <mei@customer.example>').ticket
    with inbox.store.write() as desk:
        responses.save(desk, "Hello", {"": "Dear {{ customer.name }},\n\nwelcome."})
    with inbox.store.read() as reader:
        prepared = responses.prepare(reader, "Hello", ticket)
    queued = row(inbox, write(inbox, ticket, responses.prepared_html(prepared.pieces)))
    sent = parse_message(queued.final)
    assert evil in sent.body_text
    assert "<img" not in (sent.body_html or "")
    assert "49" not in sent.body_text
