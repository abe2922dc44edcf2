"""Merge, split, join and taking them back, with mail that comes in afterwards."""

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.views import View
from solodesk.services import ticket_returns, tickets
from tests.services.inbox import Inbox
from tests.support.mails import raw_mail

BO = "Bo Li <bo@customer.example>"
_CUSTOMERS = "customer.example"


def ask(inbox: Inbox, name: str, sender: str = BO, **more: str) -> tuple[TicketId, MessageId]:
    """A customer's mail `<name@customer.example>` on a subject of its own."""
    inbox.clock.at_ms += 60_000
    more.setdefault("subject", f"About {name}")
    done = inbox.mail(
        f"Words of {name}", sender=sender, message_id=f"<{name}@{_CUSTOMERS}>", **more
    )
    return done.ticket, done.message


def answer(inbox: Inbox, name: str, to: str) -> TicketId:
    """A later mail of the same customer in answer to `to`."""
    return ask(inbox, name, reply_to=f"<{to}@{_CUSTOMERS}>", subject=f"Re: {to}")[0]


def names(inbox: Inbox, ticket: TicketId) -> list[str]:
    """The messages of a ticket by their names."""
    with inbox.store.read() as reader:
        found = [m.rfc_id or "" for m in reader.messages.of_ticket(ticket)]
    return sorted(name[1:].partition("@")[0] for name in found)


def test_an_unmerged_ticket_takes_the_answers_along_that_came_since(inbox: Inbox) -> None:
    first, _ = ask(inbox, "one", "Mei <mei@customer.example>")
    second, _ = ask(inbox, "two")
    with inbox.store.write(label=("ticket.note", {})) as desk:
        tickets.add_note(desk, second, "call")
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    assert answer(inbox, "two_again", "two") == first
    assert answer(inbox, "two_more", "two_again") == first
    with inbox.store.write(label=("ticket.unmerge", {})) as desk:
        tickets_before = desk.lists.ids(View.ALL)
        ticket_returns.unmerge(desk, second)
    assert tickets_before == [first]
    assert names(inbox, first) == ["one"]
    assert names(inbox, second) == ["two", "two_again", "two_more"]
    row = inbox.ticket(second)
    assert (row.merged_into, row.messages, row.status) == (None, 3, "open")
    with inbox.store.read() as reader:
        assert [n.text for n in reader.notes.of_ticket(second)] == ["call"]
        assert not reader.notes.of_ticket(first)
        assert "bo@customer.example" not in reader.participants.of(first)
    assert answer(inbox, "later", "two_more") == second
    assert answer(inbox, "later_too", "two") == second


def test_unmerging_can_be_undone(inbox: Inbox) -> None:
    first, second = ask(inbox, "one")[0], ask(inbox, "two")[0]
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    answer(inbox, "again", "two")
    with inbox.store.write(label=("ticket.unmerge", {})) as desk:
        ticket_returns.unmerge_number(desk, 1001)
    with inbox.store.write() as desk:
        tickets.undo(desk)
    assert names(inbox, first) == ["again", "one", "two"]
    assert inbox.ticket(second).merged_into == first
    with pytest.raises(KnownError, match="not_merged"), inbox.store.write() as desk:
        ticket_returns.unmerge(desk, first)


def test_undo_of_a_merge_brings_the_answers_home_too(inbox: Inbox) -> None:
    first, second = ask(inbox, "one")[0], ask(inbox, "two")[0]
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    answer(inbox, "again", "two")
    answer(inbox, "other", "one")
    with inbox.store.write() as desk:
        tickets.undo(desk)
    assert names(inbox, first) == ["one", "other"]
    assert names(inbox, second) == ["again", "two"]


def test_only_the_ticket_asked_for_comes_back(inbox: Inbox) -> None:
    first, second, third = (ask(inbox, name)[0] for name in ("one", "two", "three"))
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second, third], first)
    with inbox.store.write(label=("ticket.unmerge", {})) as desk:
        ticket_returns.unmerge(desk, second)
    assert names(inbox, first) == ["one", "three"]
    assert answer(inbox, "again", "three") == first
    assert answer(inbox, "again2", "two") == second


def test_a_joined_message_goes_back_where_it_came_from(inbox: Inbox) -> None:
    first, _ = ask(inbox, "one")
    second, message = ask(inbox, "two")
    with inbox.store.write(label=("ticket.join", {})) as desk:
        tickets.join(desk, message, first)
    assert inbox.ticket(second).merged_into == first
    assert answer(inbox, "again", "two") == first
    with inbox.store.write(label=("ticket.unjoin", {})) as desk:
        assert ticket_returns.unjoin(desk, message) == second
    assert names(inbox, first) == ["one"]
    assert names(inbox, second) == ["again", "two"]
    assert answer(inbox, "later", "again") == second


def test_a_message_the_rules_joined_gets_a_ticket_of_its_own(inbox: Inbox) -> None:
    first, _ = ask(inbox, "one")
    _, message = ask(inbox, "two", reply_to=f"<one@{_CUSTOMERS}>", subject="Re: one")
    answer(inbox, "three", "two")
    answer(inbox, "four", "one")
    with inbox.store.write(label=("ticket.unjoin", {})) as desk:
        made = ticket_returns.unjoin(desk, message)
    assert names(inbox, first) == ["four", "one"]
    assert names(inbox, made) == ["three", "two"]
    assert answer(inbox, "five", "three") == made
    assert answer(inbox, "six", "four") == first


def test_later_answers_follow_a_message_that_was_split_off(inbox: Inbox) -> None:
    first, _ = ask(inbox, "one")
    _, message = ask(inbox, "two", reply_to=f"<one@{_CUSTOMERS}>", subject="Re: one")
    with inbox.store.write(label=("ticket.split", {})) as desk:
        made = tickets.split(desk, first, message)
    assert answer(inbox, "three", "two") == made
    with inbox.store.write(label=("ticket.join", {})) as desk:
        tickets.join(desk, message, first)
    assert answer(inbox, "four", "two") == first
    assert answer(inbox, "five", "three") == made


def test_copies_and_bounces_follow_what_they_are_of(inbox: Inbox) -> None:
    first, second = ask(inbox, "one")[0], ask(inbox, "two")[0]
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    inbox.clock.at_ms += 60_000
    again = raw_mail(
        "Again", sender=BO, message_id="<again@customer.example>", subject="Re: two",
        headers={"In-Reply-To": "<two@customer.example>"},
    )  # fmt: skip
    inbox.arrive(again)
    inbox.arrive(b"X-List: 1\r\n" + again)
    ours = inbox.phone("Soon.", "<two@customer.example>", to=BO, message_id="<ours@shop.example>")
    assert ours.ticket == first
    inbox.arrive(
        raw_mail(
            "Could not be delivered:\n<bo@customer.example>: 550 5.1.1 no such user\n\n"
            "Message-ID: <ours@shop.example>",
            sender="MAILER-DAEMON@mx.example", subject="failure notice",
            message_id="<dsn@mx.example>",
        )
    )  # fmt: skip
    with inbox.store.write(label=("ticket.unmerge", {})) as desk:
        ticket_returns.unmerge(desk, second)
    assert names(inbox, first) == ["one"]
    assert names(inbox, second) == ["again", "again", "dsn", "ours", "two"]


def test_a_stranger_s_mail_in_a_ticket_of_its_own_is_not_drawn_along(inbox: Inbox) -> None:
    first, second = ask(inbox, "one")[0], ask(inbox, "two")[0]
    with inbox.store.write(label=("ticket.merge", {})) as desk:
        tickets.merge(desk, [second], first)
    stranger, _ = ask(
        inbox, "eve", "Eve <eve@evil.example>", reply_to=f"<two@{_CUSTOMERS}>", subject="Re: two"
    )
    assert stranger not in (first, second)
    with inbox.store.write(label=("ticket.unmerge", {})) as desk:
        ticket_returns.unmerge(desk, second)
    assert names(inbox, stranger) == ["eve"]
