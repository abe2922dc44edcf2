"""Mail comes in: threading, duplicates, our own mail, bounces, damaged mail, and the events."""

from solodesk.domain.ids import TicketId
from solodesk.domain.matching import JoinedBy
from solodesk.domain.message import Kind
from solodesk.domain.views import View
from solodesk.mail.parse import parse_message
from solodesk.services import tickets
from solodesk.services.ingest import received_time
from solodesk.store import rows
from tests.services.inbox import DAY, MEI, OWN, Inbox, letter
from tests.support.mails import raw_mail

ASK, ANSWER = "<ask@customer.example>", "<answer@shop.example>"


def test_a_new_mail_is_an_open_ticket_with_number_customer_and_event(inbox: Inbox) -> None:
    done = inbox.mail("Where is it?", message_id=ASK)
    row = inbox.ticket(done.ticket)
    assert (row.status, row.number, row.unread, row.kind) == ("open", 1001, True, "person")
    assert row.waiting_since_ms == inbox.clock.at_ms
    (event,) = inbox.events("received")
    assert event.data == {"kind": "person", "language": "en"}
    assert (event.ticket, event.message, event.actor) == (done.ticket, done.message, "customer")


def test_an_answer_from_the_phone_answers_the_ticket(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    inbox.clock.advance(hours=2)
    found = inbox.phone("On its way", ASK, message_id=ANSWER)
    assert (found.ticket, found.joined_by) == (asked.ticket, JoinedBy.REFERENCES)
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.waiting_since_ms) == ("waiting", None)
    assert row.first_response_ms == inbox.clock.at_ms
    answered, status = inbox.events("answered", "status")
    assert answered.data == {"by": "sent_folder"}
    assert answered.at_ms == inbox.clock.at_ms
    assert status.data == {"from": "open", "to": "waiting", "reason": "replied"}


def test_the_customer_reopens_but_thanks_stay_closed(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    with inbox.store.write(label=("ticket.close", {})) as desk:
        tickets.close(desk, [asked.ticket])
    inbox.mail("Thanks!", reply_to=ASK, message_id="<t1@customer.example>")
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.thanked, row.waiting_since_ms) == ("closed", True, None)
    inbox.mail("But where is the rest?", reply_to=ASK, message_id="<t2@customer.example>")
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.thanked) == ("open", False)
    assert row.waiting_since_ms == inbox.clock.at_ms
    assert inbox.events("status")[-1].actor == "customer"


def test_thirty_days_after_closing_a_mail_starts_a_linked_ticket(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    with inbox.store.write() as desk:
        tickets.close(desk, [asked.ticket])
    inbox.clock.advance(days=31)
    later = inbox.mail("It broke", reply_to=ASK, message_id="<l@customer.example>")
    assert later.ticket != asked.ticket
    assert inbox.ticket(later.ticket).linked_ticket_id == asked.ticket
    assert inbox.ticket(asked.ticket).status == "closed"


def test_a_stranger_with_a_forged_reply_only_gets_a_suggestion(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    forged = inbox.mail(
        "Send it to me", sender="Eve <eve@evil.example>", reply_to=ASK, subject="[#1001] Re"
    )
    assert forged.ticket != asked.ticket
    assert forged.suggested == asked.ticket
    assert inbox.ticket(asked.ticket).messages == 1


def test_a_reply_that_arrives_before_its_parent_is_joined_by_it(inbox: Inbox) -> None:
    reply = inbox.mail("And?", reply_to=ASK, message_id="<r@customer.example>")
    inbox.clock.advance(minutes=1)
    parent = inbox.mail("First", message_id=ASK, at_ms=inbox.clock.at_ms - DAY)
    assert (parent.ticket, parent.joined_by) == (reply.ticket, JoinedBy.OWN_MESSAGE_ID)
    row = inbox.ticket(reply.ticket)
    assert row.created_ms == inbox.clock.at_ms - DAY
    assert row.waiting_since_ms == inbox.clock.at_ms - DAY
    assert row.preview == "And?"


def test_the_same_bytes_twice_are_one_message(inbox: Inbox) -> None:
    raw = letter("Hello", message_id=ASK)
    first = inbox.arrive(raw)
    before = len(inbox.events())
    second = inbox.arrive(raw, "other")
    assert (second.message, second.new) == (first.message, False)
    assert len(inbox.events()) == before
    with inbox.store.read() as reader:
        assert len(reader.places.of_message(first.message)) == 2


def test_the_same_mail_by_another_way_is_shown_once(inbox: Inbox) -> None:
    first = inbox.mail("Hello", message_id=ASK)
    copy = inbox.mail("Hello", message_id=ASK, headers={"X-Way": "list"}, role="other")
    assert copy.duplicate_of == first.message
    assert copy.ticket == first.ticket
    assert inbox.ticket(first.ticket).messages == 1
    assert inbox.events("received")[-1].data["duplicate"] is True
    with inbox.store.read() as reader:
        assert len(reader.lists.conversation(first.ticket)) == 1


def test_two_mails_with_one_message_id_are_two_tickets(inbox: Inbox) -> None:
    first = inbox.mail("Parcel 1", message_id=ASK, subject="Parcel 1")
    second = inbox.mail("Parcel 2", message_id=ASK, subject="Parcel 2")
    assert second.ticket != first.ticket
    assert second.duplicate_of is None


def test_a_thousand_mails_without_message_id_stay_apart_and_come_once(inbox: Inbox) -> None:
    raws = []
    for n in range(60):
        lines = letter(f"Number {n}").split(b"\n")
        raws.append(b"\n".join(x for x in lines if not x.lower().startswith(b"message-id")))
    made = {inbox.arrive(raw).message for raw in raws}
    assert len(made) == 60
    assert not any(inbox.arrive(raw).new for raw in raws)


def test_our_own_mail_back_by_cc_is_no_new_ticket(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    inbox.phone("Soon", ASK, message_id=ANSWER)
    again = inbox.mail(
        "Soon", sender=f"Lin <{OWN}>", to=MEI, reply_to=ASK, message_id=ANSWER,
        headers={"Received": "from a by b"},
    )  # fmt: skip
    assert again.ticket == asked.ticket
    assert again.duplicate_of is not None
    assert len(inbox.events("answered")) == 1


def test_a_mail_of_ours_starts_a_waiting_ticket(inbox: Inbox) -> None:
    made = inbox.mail("Your order is ready", sender=f"Lin <{OWN}>", to=MEI, role="sent")
    row = inbox.ticket(made.ticket)
    assert (row.status, row.waiting_since_ms, row.kind) == ("waiting", None, "person")
    assert [e.kind for e in inbox.events()] == ["started"]


def test_a_forward_to_a_supplier_is_no_answer(inbox: Inbox) -> None:
    asked = inbox.mail("It broke", message_id=ASK)
    inbox.phone("Please look", ASK, to="factory@supplier.example", message_id="<f@shop.example>")
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.messages) == ("open", 2)
    assert row.waiting_since_ms is not None
    assert inbox.events("answered") == []


def test_a_bounce_turns_the_reply_red_and_reopens(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    ours = inbox.phone("Soon", ASK, message_id=ANSWER)
    inbox.clock.advance(minutes=1)
    bounce = inbox.arrive(_bounce(ANSWER))
    assert (bounce.ticket, bounce.joined_by) == (asked.ticket, JoinedBy.BOUNCE_OF)
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.alarm) == ("open", "bounced")
    event = inbox.events("bounced")[0]
    assert event.message == ours.message
    assert event.data == {"reason": "address_unknown", "permanent": True}
    with inbox.store.read() as reader:
        reply = next(i for i in reader.lists.conversation(asked.ticket) if i.type == "out")
        assert reply.bounce_reason == "address_unknown"


def test_a_bounce_that_names_no_mail_suggests_the_ticket_it_repeats(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK, subject="Parcel from Lisbon")
    told = raw_mail(
        "很抱歉您发送的邮件被退回\n主题 Re: Parcel from Lisbon\n无法发送到 mei@customer.example\n"
        "退信原因 收件人邮箱已满",
        sender="PostMaster <PostMaster@mail.example>",
        subject="系统退信",
    )
    made = inbox.arrive(told)
    assert made.ticket != asked.ticket
    assert (made.joined_by, made.suggested) == (JoinedBy.NEW, asked.ticket)
    assert inbox.ticket(asked.ticket).alarm is None


def test_a_bounce_of_nothing_of_ours_is_automatic(inbox: Inbox) -> None:
    made = inbox.arrive(_bounce("<unknown@elsewhere.example>"))
    assert inbox.ticket(made.ticket).kind == Kind.BOUNCE


def test_damaged_mail_is_a_visible_ticket(inbox: Inbox) -> None:
    made = inbox.arrive(b"\x00\xff\xfe not a mail at all")
    row = inbox.ticket(made.ticket)
    assert (row.status, row.kind) == ("open", "person")
    assert inbox.events("received")[0].data["damaged"] is True
    with inbox.store.read() as reader:
        assert reader.raw.get(made.message) == b"\x00\xff\xfe not a mail at all"
        assert made.ticket in reader.lists.ids(View.NEEDS_REPLY)


def test_a_contact_form_is_the_customers(inbox: Inbox) -> None:
    made = inbox.mail(
        "I have a question about mugs, can you help me please?",
        sender=f"Website <{OWN}>",
        to=OWN,
        headers={"Reply-To": "Jane Doe <jane@doe.example>"},
        subject="Contact form",
    )
    row = inbox.ticket(made.ticket)
    assert (row.kind, row.status) == ("person", "open")
    with inbox.store.read() as reader:
        assert reader.lists.rows([made.ticket])[made.ticket].customer_address == "jane@doe.example"


def test_a_sender_who_is_no_customer_files_under_automatic(inbox: Inbox) -> None:
    first = inbox.mail("Your receipt", message_id=ASK)
    with inbox.store.write(label=("ticket.not_customer", {})) as desk:
        tickets.not_customer(desk, [first.ticket])
    second = inbox.mail("Another receipt", subject="Other")
    with inbox.store.read() as reader:
        assert second.ticket not in reader.lists.ids(View.NEEDS_REPLY)
        assert first.ticket not in reader.lists.ids(View.NEEDS_REPLY)
        assert set(reader.lists.ids(View.AUTOMATIC)) == {first.ticket, second.ticket}
    assert inbox.events("received")[-1].data["kind"] == "list"
    message = _message(inbox, second.ticket)
    assert "not_customer" in message.kind_because


def test_spam_stays_spam_and_a_spammers_next_mail_is_spam(inbox: Inbox) -> None:
    first = inbox.mail("Buy!", message_id=ASK)
    with inbox.store.write(label=("ticket.spam", {})) as desk:
        tickets.spam(desk, [first.ticket])
    inbox.mail("Buy now!", reply_to=ASK)
    assert inbox.ticket(first.ticket).status == "spam"
    second = inbox.mail("Other subject", subject="New")
    assert inbox.ticket(second.ticket).status == "spam"


def test_new_words_to_a_hidden_ticket_are_seen(inbox: Inbox) -> None:
    first = inbox.mail("Hello", message_id=ASK)
    with inbox.store.write(label=("ticket.hide", {})) as desk:
        tickets.hide(desk, [first.ticket])
    second = inbox.mail("Are you there?", reply_to=ASK)
    assert second.ticket != first.ticket
    assert inbox.ticket(second.ticket).linked_ticket_id == first.ticket


def test_a_reply_wakes_a_snoozed_ticket(inbox: Inbox) -> None:
    first = inbox.mail("Hello", message_id=ASK)
    with inbox.store.write(label=("ticket.snooze", {})) as desk:
        tickets.snooze(desk, [first.ticket], inbox.clock.at_ms + DAY)
    inbox.mail("Out of office", reply_to=ASK, headers={"Auto-Submitted": "auto-replied"})
    assert inbox.ticket(first.ticket).snoozed_until_ms is not None
    inbox.mail("One more thing", reply_to=ASK, subject="More")
    row = inbox.ticket(first.ticket)
    assert row.snoozed_until_ms is None
    assert row.woken_ms is not None
    assert [e.kind for e in inbox.events("woken")] == ["woken"]


def test_an_automatic_answer_changes_no_status(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", message_id=ASK)
    inbox.phone("Soon", ASK, message_id=ANSWER)
    inbox.clock.advance(seconds=1)
    inbox.mail("I am away", reply_to=ANSWER, headers={"Auto-Submitted": "auto-replied"})
    row = inbox.ticket(asked.ticket)
    assert (row.status, row.waiting_since_ms, row.kind) == ("waiting", None, "person")


def test_history_is_searchable_and_not_counted(inbox: Inbox) -> None:
    old = inbox.mail("An old question", message_id=ASK, history=True)
    row = inbox.ticket(old.ticket)
    assert (row.status, row.history, row.waiting_since_ms) == ("closed", True, None)
    assert inbox.events("received")[0].data["history"] is True


def test_received_time_follows_the_server_then_the_header() -> None:
    parsed = parse_message(raw_mail(at_ms=1_788_771_600_000))
    now = 1_800_000_000_000
    assert received_time(parsed, 1_788_771_700_000, now) == 1_788_771_700_000
    assert received_time(parsed, None, now) == 1_788_771_600_000
    assert received_time(parsed, None, 1_700_000_000_000) == 1_700_000_000_000
    routed = b"Received: from a by b; Mon, 07 Sep 2026 08:00:00 +0000\r\n" + raw_mail()
    header = parse_message(routed).received_header_ms
    assert header is not None
    assert received_time(parse_message(routed), header + 2 * DAY, now) == header
    assert received_time(parse_message(routed), header + 1000, now) == header + 1000


def test_the_first_sync_does_not_flood_the_desk(first_inbox: Inbox) -> None:
    box, now = first_inbox, first_inbox.clock.at_ms
    fresh = box.mail("New", subject="a", at_ms=now - DAY, message_id="<a@customer.example>")
    stale = box.mail("Old", subject="b", at_ms=now - 20 * DAY, message_id="<b@customer.example>")
    ours = box.mail("Q", subject="c", at_ms=now - 4 * DAY, message_id="<c@customer.example>")
    box.phone("A", "<c@customer.example>", at_ms=now - 3 * DAY, message_id="<c2@shop.example>")
    done = box.mail("Q", subject="d", at_ms=now - 30 * DAY, message_id="<d@customer.example>")
    box.phone("A", "<d@customer.example>", at_ms=now - 29 * DAY, message_id="<d2@shop.example>")
    assert box.ticket(fresh.ticket).number is None
    box.finish()
    found = [box.ticket(t.ticket) for t in (fresh, stale, ours, done)]
    assert [r.status for r in found] == ["open", "closed", "waiting", "closed"]
    assert [r.from_before for r in found] == [False, True, False, False]
    assert [r.number for r in found] == [1004, 1002, 1003, 1001]
    before = {e.ticket: e.data for e in box.events("status") if e.data["reason"] == "first_sync"}
    assert before[stale.ticket]["from_before"] is True
    count = len(box.events())
    box.finish()
    assert len(box.events()) == count


def _message(box: Inbox, ticket: TicketId) -> rows.Message:
    with box.store.read() as reader:
        return reader.messages.of_ticket(ticket)[0]


def _bounce(original: str) -> bytes:
    return (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        f"To: {OWN}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Date: Mon, 07 Sep 2026 09:01:00 +0000\r\nMessage-ID: <b1@mx.example>\r\n"
        "Auto-Submitted: auto-replied\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nNo such user\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; mei@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        "--x\r\nContent-Type: message/rfc822\r\n\r\n"
        f"Message-ID: {original}\r\nSubject: Re\r\n\r\nSoon\r\n--x--\r\n"
    ).encode()


def test_our_answer_without_references_is_suggested_where_it_belongs(inbox: Inbox) -> None:
    asked = inbox.mail("Where is it?", subject="My order", message_id=ASK)
    ours = inbox.mail("Soon", sender=f"Lin <{OWN}>", to=MEI, subject="回复：My order", role="sent")
    assert ours.ticket != asked.ticket
    assert ours.suggested == asked.ticket
    with inbox.store.read() as reader:
        item = reader.lists.conversation(ours.ticket)[0]
        assert item.suggested_ticket == 1001
