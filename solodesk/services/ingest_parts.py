"""What every way of taking mail in shares: the message on its way, and how it is stored.

Must not decide where a message belongs; that is ingest.py's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, CustomerId, MessageId, TicketId
from solodesk.domain.matching import JoinedBy, Letter, valid_rfc_id
from solodesk.domain.message import Kind, ParsedMessage
from solodesk.services import stored, summary
from solodesk.services.ingest_facts import letter_of, own_keys
from solodesk.services.prepared import Prepared
from solodesk.services.relations import marks_of
from solodesk.services.units import Desk
from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies on a server. `role`: inbox, sent or other.

    `whole` False: only the first part of the message came, for it is over the owner's limit.
    """

    account_id: AccountId
    folder_id: int
    uidvalidity: int
    uid: int
    role: str
    answered: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of a message. `new` False: these bytes were here already."""

    message: MessageId
    ticket: TicketId
    joined_by: JoinedBy
    suggested: TicketId | None
    duplicate_of: MessageId | None
    new: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message on its way into the store, with everything known about it."""

    raw: bytes
    parsed: ParsedMessage
    where: Place | None
    account: AccountId | None
    own: frozenset[str]
    """Keys of our addresses."""
    received_ms: int
    seen: bool
    history: bool
    outgoing: bool
    """Ours: it lies in Sent, or we are its writer. Contact forms are the customer's."""
    letter: Letter
    """What the threading decision needs."""
    prepared: Prepared
    """What was made of it beforehand."""

    @property
    def from_sent(self) -> bool:
        """It lies in our Sent folder."""
        return _from_sent(self.where)


def arriving(
    raw: bytes,
    prepared: Prepared,
    where: Place | None,
    *,
    account: AccountId | None,
    own: frozenset[str],
    received_ms: int,
    seen: bool,
    history: bool,
) -> Arrival:
    """A message and what follows from it at once. `own`: our addresses."""
    parsed, keys = prepared.parsed, own_keys(own)
    by_form = any(because.startswith("contact_form") for because in parsed.kind_because)
    outgoing = parsed.kind is Kind.OWN or (_from_sent(where) and not by_form)
    letter = letter_of(
        parsed,
        outgoing=outgoing,
        from_sent=_from_sent(where),
        own=keys,
        received_ms=received_ms,
        history=history,
    )
    return Arrival(
        raw, parsed, where, account, keys, received_ms, seen, history, outgoing, letter, prepared
    )


def _from_sent(where: Place | None) -> bool:
    return where is not None and where.role == "sent"


def add_message(
    desk: Desk,
    arrival: Arrival,
    ticket: TicketId,
    joined_by: JoinedBy,
    *,
    kind: Kind | None = None,
    customer: CustomerId | None = None,
    suggested: TicketId | None = None,
    duplicate_of: MessageId | None = None,
    because: tuple[str, ...] = (),
    writers: frozenset[str] | None = None,
    also: Mapping[str, Any] = MappingProxyType({}),
) -> MessageId:
    """Store one message in a ticket: row, bytes, place, mentions, participants, search.

    The summary of a ticket that has later messages is left to `ingest`. `writers`: who has
    written in the ticket, when the caller knows; `also`: what else becomes of the ticket when
    this is its latest message.
    """
    parsed = arrival.parsed
    columns = dict(arrival.prepared.columns or stored.columns_of(parsed))
    if because:
        columns["kind_because"] = [*parsed.kind_because, *because]
    if kind is not None:
        columns["kind"] = kind.value
    made = desk.messages.add(
        **columns,
        ticket_id=ticket,
        customer_id=customer,
        account_id=arrival.account,
        direction="out" if arrival.outgoing else "in",
        received_ms=arrival.received_ms,
        joined_by=joined_by.value,
        suggested_ticket_id=suggested,
        duplicate_of=duplicate_of,
        history=arrival.history,
        seen=arrival.seen,
    )
    desk.raw.add(made, arrival.raw, arrival.prepared.packed)
    lies_at(desk, arrival, made)
    desk.search.add(made, arrival.prepared.words)
    # Its own, however odd, for messages are found by it; of others only what can match.
    names = [parsed.message_id] if parsed.message_id is not None else []
    names += [i for i in (*parsed.references, *parsed.in_reply_to) if valid_rfc_id(i)]
    desk.mentions.add([*names, *marks_of(parsed)], ticket, made)
    if duplicate_of is None:
        desk.participants.add(ticket, arrival.letter.senders | arrival.letter.others)
        said = summary.Said(made, parsed.new_text, writers, also)
        summary.advance(desk, ticket, said, late=False)
    return made


def received_event(
    desk: Desk,
    arrival: Arrival,
    ticket: TicketId,
    message: MessageId,
    kind: str,
    *,
    duplicate: bool = False,
    from_before: bool = False,
) -> None:
    """Write the event every incoming message has; absent keys mean no."""
    parsed = arrival.parsed
    flags = {
        "closer": parsed.closer,
        "history": arrival.history,
        "from_before": from_before,
        "duplicate": duplicate,
        "damaged": parsed.damaged,
    }
    data: dict[str, object] = {"kind": kind, **{k: True for k, on in flags.items() if on}}
    if parsed.language is not None:
        data["language"] = parsed.language
    desk.event(
        "received",
        ticket=ticket,
        message=message,
        at_ms=arrival.received_ms,
        actor=Actor.CUSTOMER,
        data=data,
    )


def number_if_live(desk: Desk, arrival: Arrival, ticket: TicketId) -> None:
    """After the first sync a new ticket gets its number at once."""
    if arrival.where is None or arrival.account is None:
        return
    account = desk.accounts.get(arrival.account)
    if account is not None and account.first_sync_done_ms is not None:
        desk.tickets.give_number(ticket)


def lies_at(desk: Desk, arrival: Arrival, message: MessageId) -> None:
    """Note the place a message lies at, once."""
    where = arrival.where
    if where is not None:
        desk.places.put(
            folder_id=where.folder_id,
            uidvalidity=where.uidvalidity,
            imap_uid=where.uid,
            message_id=message,
            seen=arrival.seen,
            answered=where.answered,
        )


def told(message: rows.Message, *, new: bool) -> Ingested:
    """What became of a message that is stored."""
    return Ingested(
        message.id,
        message.ticket_id,
        JoinedBy(message.joined_by),
        message.suggested_ticket_id,
        message.duplicate_of,
        new,
    )
