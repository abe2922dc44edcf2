"""The values a canned response may use for one ticket: customer, ticket, me, today.

What is not known is left out and becomes a blank. Must not guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from solodesk.domain.customers import default_greeting, first_name
from solodesk.domain.ids import TicketId
from solodesk.services import settings
from solodesk.services.units import Reader
from solodesk.wording.gettext import speaking

if TYPE_CHECKING:
    from solodesk.store import rows

GREETING = "customer.greeting"


def values(
    reader: Reader, ticket: TicketId | None, language: str
) -> dict[str, dict[str, str] | str]:
    """Values by name (templates.py), dates in `language`.

    `customer.greeting` is only there when the owner gave one, so that `default` works on it.
    """
    row = None if ticket is None else reader.tickets.get(ticket)
    return {
        "customer": _customer(reader, row),
        "ticket": {} if row is None else _ticket(reader, row, language),
        "me": _me(reader, row),
        "today": _day(reader, reader.now_ms, language),
    }


def fallbacks(language: str) -> Mapping[str, str]:
    """What fills a blank by itself: the default greeting."""
    return {GREETING: default_greeting(language)}


def language_of(reader: Reader, ticket: TicketId | None) -> str:
    """The language to write in: what the customer last wrote, else theirs, else the default."""
    usual = str(settings.get(reader, "language_default"))
    row = None if ticket is None else reader.tickets.get(ticket)
    if row is None:
        return usual
    last = reader.messages.last_of_ticket(row.id, "in")
    if last is not None and last.language:
        return last.language
    customer = None if row.customer_id is None else reader.customers.get(row.customer_id)
    return (customer.language if customer is not None else None) or usual


def _customer(reader: Reader, ticket: rows.Ticket | None) -> dict[str, str]:
    customer_id = None if ticket is None else ticket.customer_id
    customer = None if customer_id is None else reader.customers.get(customer_id)
    if customer is None:
        return {}
    addresses = reader.customers.addresses(customer.id)
    found = {
        "greeting": customer.greeting,
        "name": customer.name,
        "first_name": first_name(customer.name),
        "email": addresses[0].address if addresses else None,
        "company": customer.company,
    }
    return {key: value for key, value in found.items() if value}


def _ticket(reader: Reader, row: rows.Ticket, language: str) -> dict[str, str]:
    found = {
        "number": "" if row.number is None else str(row.number),
        "subject": row.subject,
        "date": _day(reader, row.created_ms, language),
    }
    return {key: value for key, value in found.items() if value}


def _me(reader: Reader, ticket: rows.Ticket | None) -> dict[str, str]:
    from solodesk.base.errors import KnownError
    from solodesk.services.outgoing import identity_for

    try:
        identity = identity_for(reader, ticket)
        name, signature = identity.name, identity.signature
    except KnownError:
        # No mailbox yet: canned responses can still be looked at.
        name = signature = ""
    found = {
        "name": str(settings.get(reader, "owner_name") or name),
        "business": str(settings.get(reader, "business_name")),
        "signature": signature,
    }
    return {key: value for key, value in found.items() if value}


def _day(reader: Reader, ms: int, language: str) -> str:
    from solodesk.wording.dates import local, long_date

    with speaking(language):
        return long_date(local(ms, settings.zone(reader)).date())
