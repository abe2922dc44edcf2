"""The owner's acts on tickets, and taking them back."""

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.views import View
from solodesk.services import tickets
from tests.services.inbox import DAY, Inbox

ASK = "<ask@customer.example>"


def lines(box: Inbox, view: View) -> list[TicketId]:
    with box.store.read() as reader:
        return reader.lists.ids(view)


def test_closing_without_an_answer_leaves_the_wait_and_undo_brings_it_back(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    before = inbox.ticket(ticket)
    with inbox.store.write(label=("ticket.close", {})) as desk:
        tickets.close(desk, [ticket])
    assert inbox.ticket(ticket).waiting_since_ms is None
    with inbox.store.write() as desk:
        done = tickets.undo(desk)
    assert done is not None
    assert done.label[0] == "ticket.close"
    assert inbox.ticket(ticket) == before
    assert [e.kind for e in inbox.events()][-1] == "undone"
    with inbox.store.write() as desk:
        assert tickets.undo(desk) is None


def test_reopening_waits_again(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    asked = inbox.ticket(ticket).waiting_since_ms
    with inbox.store.write() as desk:
        tickets.close(desk, [ticket])
    with inbox.store.write() as desk:
        tickets.reopen(desk, [ticket])
    row = inbox.ticket(ticket)
    assert (row.status, row.waiting_since_ms) == ("open", asked)


def test_snoozed_tickets_wake_open_and_on_top(inbox: Inbox) -> None:
    first, second = inbox.mail("a", subject="a").ticket, inbox.mail("b", subject="b").ticket
    with inbox.store.write(label=("ticket.snooze", {})) as desk:
        tickets.snooze(desk, [second], inbox.clock.at_ms + DAY)
    assert lines(inbox, View.NEEDS_REPLY) == [first]
    assert lines(inbox, View.SNOOZED) == [second]
    inbox.clock.advance(days=1)
    with inbox.store.write(actor=Actor.ENGINE) as desk:
        assert tickets.wake_due(desk).tickets == {second}
    with inbox.store.write(actor=Actor.ENGINE) as desk:
        assert not tickets.wake_due(desk)
    assert lines(inbox, View.NEEDS_REPLY) == [second, first]
    with pytest.raises(KnownError, match="time_passed"), inbox.store.write() as desk:
        tickets.snooze(desk, [first], inbox.clock.at_ms)


def test_tags_come_and_go_by_name(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    with inbox.store.write(label=("ticket.tag", {})) as desk:
        tickets.tag(desk, [ticket], add=["refund", "退款"])
    with inbox.store.write(label=("ticket.tag", {})) as desk:
        tickets.tag(desk, [ticket], add=["Refund"], remove=["退款", "never"])
    with inbox.store.read() as reader:
        assert [t.name for t in reader.tags.of_ticket(ticket)] == ["refund"]
    assert [e.data for e in inbox.events("tagged")] == [
        {"added": ["refund", "退款"], "removed": []},
        {"added": [], "removed": ["退款"]},
    ]


def test_notes_and_contacts_are_in_the_conversation_and_the_history(inbox: Inbox) -> None:
    ticket = inbox.mail().ticket
    inbox.clock.advance(minutes=1)
    with inbox.store.write(label=("ticket.note", {})) as desk:
        tickets.add_note(desk, ticket, " call the bank ")
    inbox.clock.advance(minutes=1)
    with inbox.store.write(label=("ticket.contact", {})) as desk:
        tickets.log_contact(desk, ticket, "wechat", "out", 5, "told her")
    with inbox.store.read() as reader:
        kinds = [(i.type, i.text) for i in reader.lists.conversation(ticket)][1:]
    assert kinds == [("note", "call the bank"), ("contact", "told her")]
    contact = inbox.events("contact")[0].data
    assert (contact["channel"], contact["direction"], contact["minutes"]) == ("wechat", "out", 5)
    with pytest.raises(KnownError), inbox.store.write() as desk:
        tickets.add_note(desk, ticket, "  ")


def test_merging_moves_everything_and_undo_moves_it_back(inbox: Inbox) -> None:
    first = inbox.mail("one", subject="one", message_id=ASK).ticket
    second = inbox.mail("two", subject="two").ticket
    with inbox.store.write() as desk:
        tickets.add_note(desk, second, "note")
        tickets.tag(desk, [second], add=["x"])
    before = inbox.ticket(first), inbox.ticket(second)
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    assert lines(inbox, View.ALL) == [first]
    assert inbox.ticket(first).messages == 2
    with inbox.store.read() as reader:
        assert len(reader.lists.conversation(first)) == 3
        assert [t.name for t in reader.tags.of_ticket(first)] == ["x"]
    with inbox.store.write() as desk:
        tickets.undo(desk)
    assert (inbox.ticket(first), inbox.ticket(second)) == before
    with pytest.raises(KnownError, match="merge_itself"), inbox.store.write() as desk:
        tickets.merge(desk, [first], first)


def test_answers_to_a_merged_ticket_go_where_it_went(inbox: Inbox) -> None:
    first = inbox.mail("one", subject="one").ticket
    second = inbox.mail("two", subject="two", message_id=ASK).ticket
    with inbox.store.write() as desk:
        tickets.merge(desk, [second], first)
    assert inbox.mail("more", reply_to=ASK, subject="Re: two").ticket == first


def test_a_message_can_be_split_off_and_joined_again(inbox: Inbox) -> None:
    ticket = inbox.mail("one", message_id=ASK).ticket
    second = inbox.mail("two", reply_to=ASK, message_id="<two@customer.example>")
    with inbox.store.write(label=("ticket.split", {})) as desk:
        made = tickets.split(desk, ticket, second.message)
    assert inbox.ticket(ticket).messages == 1
    row = inbox.ticket(made)
    assert (row.messages, row.number, row.linked_ticket_id) == (1, 1002, ticket)
    third = inbox.mail("three", reply_to="<two@customer.example>", subject="Re: x")
    assert third.ticket == made
    with inbox.store.write(label=("ticket.join", {})) as desk:
        tickets.join(desk, third.message, ticket)
        tickets.join(desk, second.message, ticket)
    assert inbox.ticket(ticket).messages == 3
    assert inbox.ticket(made).merged_into == ticket
    with inbox.store.write() as desk:
        tickets.undo(desk)
    assert inbox.ticket(made).messages == 2
    with pytest.raises(KnownError, match="no_such_message"), inbox.store.write() as desk:
        tickets.split(desk, ticket, MessageId(999))


def test_the_last_message_of_a_ticket_is_not_split_off(inbox: Inbox) -> None:
    done = inbox.mail()
    with pytest.raises(KnownError, match="cannot_split"), inbox.store.write() as desk:
        tickets.split(desk, done.ticket, done.message)


def test_undo_leaves_what_changed_since(inbox: Inbox) -> None:
    ticket = inbox.mail("q", message_id=ASK).ticket
    with inbox.store.write(label=("ticket.close", {})) as desk:
        tickets.close(desk, [ticket])
    inbox.mail("again", reply_to=ASK, subject="Re: q")
    with inbox.store.write() as desk:
        done = tickets.undo(desk)
    assert done is not None
    assert inbox.ticket(ticket).status == "open"
    assert any("status" in fields for _table, fields in done.conflicts)


def test_a_contact_without_ticket_makes_one_that_is_closed(inbox: Inbox) -> None:
    with inbox.store.write() as desk:
        ticket = tickets.contact_ticket(desk, "New@Customer.example")
        tickets.log_contact(desk, ticket, "phone", "in", 3, "asked for the price")
    row = inbox.ticket(ticket)
    assert (row.status, row.number) == ("closed", 1001)
    with inbox.store.write() as desk:
        again = tickets.contact_ticket(desk, "new@customer.example")
    assert again != ticket
