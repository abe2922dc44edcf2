"""What the screens read: plain rows, made by the store's read models, painted by the desk.

No Qt, no SQL, no wording. Times are UTC milliseconds.
"""

from dataclasses import dataclass
from enum import StrEnum

from solodesk.domain.ids import CustomerId, MessageId, OutboxId, TicketId
from solodesk.domain.message import Address, Attachment


class View(StrEnum):
    """The lists in the sidebar (product.md)."""

    NEEDS_REPLY = "needs_reply"
    WAITING = "waiting"
    SNOOZED = "snoozed"
    DRAFTS = "drafts"
    OUTBOX = "outbox"
    CLOSED = "closed"
    AUTOMATIC = "automatic"
    SPAM = "spam"
    ALL = "all"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag with its colour token (#RRGGBB)."""

    id: int
    name: str
    colour: str


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One row of the ticket list."""

    id: TicketId
    number: int | None
    subject: str
    customer_id: CustomerId | None
    customer_name: str
    customer_address: str
    status: str
    kind: str
    priority: str
    snoozed_until_ms: int | None
    woken_ms: int | None
    from_before: bool
    unread: bool
    alarm: str | None
    thanked: bool
    created_ms: int
    last_message_ms: int
    waiting_since_ms: int | None
    first_response_ms: int | None
    messages: int
    attachments: int
    preview: str
    tags: tuple[Tag, ...]
    has_draft: bool
    outbox_state: str | None
    """State of the newest outbox row that has not ended, else None."""
    outbox_not_before_ms: int | None
    outbox_hold: str | None = None
    outbox_queued_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ConversationItem:
    """One thing in the conversation pane, oldest first."""

    type: str
    """in | out | note | contact"""
    message: MessageId | None
    note: int | None
    kind: str
    from_: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    at_ms: int
    date_offset_min: int | None
    subject: str
    text: str
    new_text: str
    has_html: bool
    attachments: tuple[Attachment, ...]
    joined_by: str | None
    kind_because: tuple[str, ...]
    suggested_ticket: int | None
    """Number of a ticket that looks related."""
    closer: bool
    bounce_reason: str | None
    damaged: bool
    remote_allowed: bool
    """Pictures from the internet may be shown: in this message, or always from its sender."""
    outbox: OutboxId | None
    state: str | None
    """Outbox state for out items not yet sent elsewhere; 'sent' once accepted or found in Sent."""
    channel: str | None
    direction: str | None
    minutes: int | None
    held_back: bool = False
    """A mail of ours that waits until the owner has read what came in meanwhile."""
    partial: bool = False
    """Over the owner's size limit: only the first part was fetched."""
    pictures_always: bool = False
    """The owner always shows the pictures of this sender."""
    visitor: str = ""
    """Who filled in the web form that sent this message; empty for every other mail."""


@dataclass(frozen=True, slots=True)
class TicketBrief:
    """A line of a customer's history."""

    id: TicketId
    number: int | None
    subject: str
    status: str
    last_message_ms: int


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """Everything the customer panel shows."""

    id: CustomerId
    name: str
    greeting: str | None
    company: str
    language: str | None
    languages: tuple[str, ...]
    """Languages the customer has written in, most used first."""
    note: str
    not_customer: bool
    addresses: tuple[str, ...]
    first_seen_ms: int
    tickets: int
    last_rating: tuple[str, int, int] | None
    """(scale, value, rated_ms)"""
    open: tuple[TicketBrief, ...]
    earlier: tuple[TicketBrief, ...]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One search result; `snippet` has the matched parts as (start, end) character ranges."""

    ticket: TicketId
    number: int | None
    message: MessageId
    at_ms: int
    customer_name: str
    subject: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    subject_marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A search kept as a view; `query` as it was typed."""

    id: int
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A reply on its way out."""

    id: OutboxId
    ticket: TicketId
    number: int | None
    subject: str
    customer_name: str
    purpose: str
    state: str
    hold_reason: str | None
    rfc_id: str
    attempts: int
    not_before_ms: int | None
    phase: str | None
    reason: tuple[str, dict[str, str]] | None
    """KnownError code and params, or None."""
    recipients: tuple[tuple[str, str, str | None], ...]
    """(address, state, server's reply)"""
    queued_ms: int
    accepted_ms: int | None
    found_in_sent: bool
    stale: bool = False
    """It has been waiting for more than a day: look whether it still holds."""
