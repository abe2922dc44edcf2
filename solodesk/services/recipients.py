"""Who an answer goes to: Reply-To before From, never ourselves, and the subject it carries.

Must not send, nor choose the sending address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solodesk.domain.customers import address_key, address_keys
from solodesk.domain.matching import plain_subject
from solodesk.domain.message import Address, Kind
from solodesk.services import stored
from solodesk.services.units import Reader

if TYPE_CHECKING:
    from solodesk.store import rows


def of_reply(
    reader: Reader, ticket: rows.Ticket, *, everybody: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """(To, Cc) of an answer; `everybody`: the other readers of the last mail get a copy."""
    own = address_keys(tuple(Address("", a) for a in reader.accounts.own_addresses()))
    last = last_word(reader, ticket)
    if last is None:
        to = _written_to(reader, ticket, own)
        return (to or _customer(reader, ticket)), ()
    to = _writer(reader, last, own)
    if not everybody:
        return to, ()
    taken = own | address_keys(to)
    others = (*stored.people(last, "to"), *stored.people(last, "cc"))
    return to, _without(others, taken)


def last_word(reader: Reader, ticket: rows.Ticket) -> rows.Message | None:
    """The newest message of a person in a ticket."""
    incoming = [
        m
        for m in reversed(reader.messages.of_ticket(ticket.id))
        if m.direction == "in" and m.duplicate_of is None
    ]
    people = (Kind.PERSON.value, Kind.SURVEY.value)
    return next((m for m in incoming if m.kind in people), incoming[0] if incoming else None)


def reply_subject(subject: str) -> str:
    """`Re: ` before a subject, once, whatever prefixes it has."""
    words = " ".join(subject.split())
    if not words:
        return ""
    if words[:3].casefold() == "re:":
        return words
    start = words.casefold().find(plain_subject(words)[:20]) if plain_subject(words) else 0
    return f"Re: {words[start:]}" if start > 0 else f"Re: {words}"


def _writer(reader: Reader, last: rows.Message, own: frozenset[str]) -> tuple[Address, ...]:
    """Reply-To when it names somebody else than us, else the customer behind the message."""
    wanted = _without(stored.people(last, "reply_to"), own)
    if wanted:
        return wanted
    writer = _without((Address(last.from_name, last.from_address),), own)
    if writer and not _by_form(last):
        return writer
    # A site wrote it, or we did: the customer was read from a form's text.
    customer = None if last.customer_id is None else reader.customers.get(last.customer_id)
    if customer is None:
        return ()
    site = address_key(last.from_address)
    known = [row.address for row in reader.customers.addresses(customer.id)]
    found = [address for address in known if address_key(address) != site]
    words = reader.messages.text_of(last.id).text.lower() if len(found) > 1 else ""
    named = [address for address in found if address.lower() in words]
    return tuple(Address(customer.name, address) for address in (named or found)[:1])


def _by_form(message: rows.Message) -> bool:
    return any(code.startswith("contact_form") for code in message.kind_because)


def _written_to(reader: Reader, ticket: rows.Ticket, own: frozenset[str]) -> tuple[Address, ...]:
    last = reader.messages.last_of_ticket(ticket.id, "out")
    return () if last is None else _without(stored.people(last, "to"), own)


def _customer(reader: Reader, ticket: rows.Ticket) -> tuple[Address, ...]:
    customer = None if ticket.customer_id is None else reader.customers.get(ticket.customer_id)
    if customer is None:
        return ()
    found = reader.customers.addresses(customer.id)
    return (Address(customer.name, found[0].address),) if found else ()


def _without(people: tuple[Address, ...], keys: frozenset[str]) -> tuple[Address, ...]:
    seen: dict[str, Address] = {}
    for person in people:
        key = address_key(person.address)
        if key and key not in keys:
            seen.setdefault(key, person)
    return tuple(seen.values())
