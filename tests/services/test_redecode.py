"""The owner tells the charset of a message by hand; the choice is kept and can be taken back."""

from datetime import date

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.ids import CustomerId, MessageId, TicketId
from solodesk.domain.search_query import parse_query
from solodesk.services import lists, showing
from solodesk.services.redecode import CHOICES, chosen, redecode
from tests.services.inbox import Inbox

_TEXT = "Prašome pranešti, kur mano užsakymas"
_RAW = (
    "From: Šarūnas <s@mail.example>\r\nTo: support@shop.example\r\n".encode("cp1257")
    + b"Subject: U\xfesakymas\r\nMessage-ID: <1@mail.example>\r\n"
    b"Content-Type: text/html; charset=windows-1252\r\n\r\n<p>"
    + _TEXT.encode("cp1257")
    + b"</p>\r\n"
)


def _arrived(inbox: Inbox) -> MessageId:
    return inbox.arrive(_RAW).message


def test_words_names_and_search_follow_the_choice(inbox: Inbox) -> None:
    message = _arrived(inbox)
    with inbox.store.read() as reader:
        assert _TEXT not in reader.messages.text_of(message).text
    with inbox.store.write() as desk:
        redecode(desk, message, "windows-1257")
    with inbox.store.read() as reader:
        row = reader.messages.get(message)
        assert row is not None
        assert (row.from_name, row.subject, chosen(row)) == ("Šarūnas", "Užsakymas", "cp1257")
        assert reader.messages.text_of(message).text == _TEXT
        assert [
            hit.message for hit in lists.search(reader, parse_query("užsakymas", date(2026, 9, 7)))
        ] == [message]
        html = showing.show(reader, message, showing.OwnServers()).visible
        assert html is not None
        assert _TEXT in html
        ticket = reader.tickets.get(TicketId(row.ticket_id))
        assert row.customer_id is not None
        customer = reader.customers.get(CustomerId(row.customer_id))
    assert ticket is not None
    assert ticket.subject == "Užsakymas"
    assert customer is not None
    assert customer.name == "Šarūnas"


def test_auto_takes_the_choice_back(inbox: Inbox) -> None:
    message = _arrived(inbox)
    with inbox.store.read() as reader:
        before = reader.messages.text_of(message)
    for charset in ("windows-1257", "auto"):
        with inbox.store.write() as desk:
            redecode(desk, message, charset)
    with inbox.store.read() as reader:
        assert reader.messages.text_of(message) == before
        assert chosen(reader.messages.get(message)) is None


def test_no_such_charset_and_no_such_message(inbox: Inbox) -> None:
    message = _arrived(inbox)
    with inbox.store.write() as desk:
        with pytest.raises(KnownError, match="no_such_charset"):
            redecode(desk, message, "nonsense-9")
        with pytest.raises(KnownError, match="no_such_message"):
            redecode(desk, MessageId(999), "gbk")


def test_every_choice_offered_is_known(inbox: Inbox) -> None:
    message = _arrived(inbox)
    for charset in CHOICES:
        with inbox.store.write() as desk:
            redecode(desk, message, charset)
