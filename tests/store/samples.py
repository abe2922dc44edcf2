"""Small letters for the store's tests."""

import hashlib
import itertools
from typing import Any

from solodesk.domain.ids import CustomerId, MessageId, OutboxId, TicketId
from solodesk.store.uow import Desk

_counter = itertools.count(1)


def customer(desk: Desk, name: str = "Wang Li", address: str = "wang@example.com") -> CustomerId:
    """A customer with one address, made when there is none yet."""
    found = desk.customers.id_by_address(address)
    if found is None:
        found = desk.customers.add(name=name)
        desk.customers.add_address(found, address)
    return found


def ticket(desk: Desk, **columns: Any) -> TicketId:
    """A ticket of that customer."""
    columns.setdefault("customer_id", customer(desk))
    return desk.tickets.add(**{"subject": "Refund", **columns})


def letter(
    desk: Desk, text: str, *, ticket_id: TicketId | None = None, index: bool = True, **columns: Any
) -> MessageId:
    """An incoming message, in a ticket of its own unless one is named."""
    number = next(_counter)
    raw = f"{number} {text}".encode("utf-8", "surrogatepass")
    ticket_id = ticket_id or ticket(desk)
    message = desk.messages.add(
        **{
            "ticket_id": ticket_id,
            "sha256": hashlib.sha256(raw).digest(),
            "size": len(raw),
            "rfc_id": f"<{number}@example.com>",
            "direction": "in",
            "from_name": "Wang Li",
            "from_address": "wang@example.com",
            "recipients": {"to": [["", "me@shop.example"]], "cc": [], "reply_to": []},
            "subject": "Refund",
            "text": text,
            "new_text": text,
            **columns,
        }
    )
    if index:
        desk.search.add(message)
    return message


def account(desk: Desk) -> int:
    """A mailbox with a server and an identity; returns the identity's id."""
    mailbox = desk.accounts.add(
        address="me@shop.example", imap_host="127.0.0.1", imap_port=143, imap_tls="plain", user="me"
    )
    server = desk.accounts.add_server(
        account_id=mailbox, host="127.0.0.1", port=25, tls="plain", user="me"
    )
    return desk.accounts.add_identity(
        account_id=mailbox, outgoing_server_id=server, address="me@shop.example", is_default=True
    )


def outbox(desk: Desk, ticket_id: TicketId, identity: int, **columns: Any) -> OutboxId:
    """A reply in the outbox."""
    return desk.outbox.add(
        **{
            "ticket_id": ticket_id,
            "identity_id": identity,
            "rfc_id": f"<out{next(_counter)}@shop.example>",
            "envelope_from": "me@shop.example",
            "final": b"From: me\r\n\r\nhello\r\n",
            "draft": {"subject": "Re: Refund", "body": "<p>Hello</p>", "to": ["wang@example.com"]},
            **columns,
        }
    )
