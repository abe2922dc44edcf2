"""Customers as the owner keeps them: found by address, greeted in the owner's words, noted.

Must not guess titles, and never merges two addresses by itself.
"""

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.customers import address_key
from solodesk.domain.ids import CustomerId
from solodesk.domain.views import CustomerCard
from solodesk.services.units import Desk, Reader

MAX_GREETING = 200


def find_or_add(desk: Desk, address: str, name: str, seen_ms: int) -> CustomerId | None:
    """The customer of an address, made when new; None for an empty address.

    An earlier sight moves `first_seen_ms` back; a name is filled in, never overwritten.
    """
    key = address_key(address)
    if not key:
        return None
    known = desk.customers.id_by_address(key)
    found = None if known is None else desk.customers.get(known)
    if found is None:
        made = desk.customers.add(name=" ".join(name.split()), first_seen_ms=seen_ms)
        desk.customers.add_address(made, key, name)
        return made
    if seen_ms < found.first_seen_ms:
        desk.customers.update(found.id, first_seen_ms=seen_ms)
    if name.strip() and not found.name:
        desk.customers.update(found.id, name=" ".join(name.split()))
    return found.id


def by_address(reader: Reader, address: str) -> CustomerId | None:
    """The customer of an address, if we know it."""
    return reader.customers.id_by_address(address_key(address))


def card(reader: Reader, customer: CustomerId) -> CustomerCard:
    """Everything the panel shows; KnownError("no_such_customer")."""
    found = reader.lists.customer_card(customer)
    if found is None:
        raise KnownError("no_such_customer", customer=int(customer))
    return found


def set_greeting(desk: Desk, customer: CustomerId, greeting: str | None) -> Changes:
    """How the owner greets this customer; None or '' goes back to the default."""
    _known(desk, customer)
    words = " ".join((greeting or "").split())[:MAX_GREETING]
    desk.customers.update(customer, greeting=words or None)
    return desk.changes()


def set_note(desk: Desk, customer: CustomerId, note: str) -> Changes:
    """The owner's note about a customer."""
    _known(desk, customer)
    desk.customers.update(customer, note=note.strip())
    return desk.changes()


def set_details(
    desk: Desk,
    customer: CustomerId,
    *,
    name: str | None = None,
    company: str | None = None,
    language: str | None = None,
) -> Changes:
    """Change name, company or language; what is None stays."""
    _known(desk, customer)
    wanted = {"name": name, "company": company, "language": language}
    given = {key: value.strip() for key, value in wanted.items() if value is not None}
    desk.customers.update(customer, **given)
    return desk.changes()


def set_not_customer(desk: Desk, customer: CustomerId, *, on: bool) -> Changes:
    """Remember a sender as no customer (their mail files under Automatic), or as one again."""
    _known(desk, customer)
    desk.customers.update(customer, not_customer=on)
    return desk.changes()


def _known(reader: Reader, customer: CustomerId) -> None:
    if reader.customers.get(customer) is None:
        raise KnownError("no_such_customer", customer=int(customer))
