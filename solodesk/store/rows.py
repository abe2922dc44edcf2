"""The store's rows as frozen values: field names are the schema's column names (schema.sql).

JSON columns come decoded, 0/1 columns as bool. A field's default is what `add` stores when the
caller leaves the column out; the schema's comments say what each means. No behaviour here.
"""

from dataclasses import dataclass, field
from typing import Any

from solodesk.domain.ids import (
    AccountId,
    CustomerId,
    IdentityId,
    MessageId,
    OutboxId,
    SurveyId,
    TicketId,
)

_LIST: Any = {"json": list}
_DICT: Any = {"json": dict}
_JSON: Any = {"json": None}
_NOW: Any = {"now": True}
_UID: Any = {"uid": True}


def _uid() -> Any:
    return field(default=b"", metadata=_UID)


def _now() -> Any:
    return field(default=0, metadata=_NOW)


def _json() -> Any:
    return field(default=None, metadata=_JSON)


def _list() -> Any:
    return field(default=(), metadata=_LIST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A business setting from a moment on."""

    id: int
    key: str
    valid_from_ms: int = 0
    value: Any = _json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A mailbox we read."""

    id: AccountId
    uid: bytes = _uid()
    address: str
    name: str = ""
    imap_host: str
    imap_port: int
    imap_tls: str
    user: str
    ca_file: str | None = None
    state: str = "ok"
    detail: dict[str, Any] | None = _json()
    auth_failures: int = 0
    history_days: int = 90
    idle_close_days: int = 30
    first_sync_done_ms: int | None = None
    last_receive_ms: int | None = None
    created_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingServer:
    """SMTP of an account."""

    id: int
    account_id: AccountId
    host: str
    port: int
    tls: str
    user: str
    ca_file: str | None = None
    saves_sent: bool = False
    state: str = "ok"
    detail: dict[str, Any] | None = _json()
    last_send_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """An address we write from."""

    id: IdentityId
    uid: bytes = _uid()
    address: str
    name: str = ""
    signature: str = ""
    account_id: AccountId
    outgoing_server_id: int
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder on a server and how far we have read it."""

    id: int
    account_id: AccountId
    name: str
    role: str
    uidvalidity: int | None = None
    uidnext: int | None = None
    backfill_uid: int | None = None
    modseq: int | None = None
    server_count: int = 0
    synced_ms: int | None = None
    server_exists: int = 0
    listed_ms: int | None = None
    relist: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a message lies on a server."""

    id: int
    folder_id: int
    uidvalidity: int
    imap_uid: int
    message_id: MessageId | None
    seen: bool = False
    answered: bool = False
    missed: int = 0
    gone_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAct:
    """A change to a mailbox the owner switched on."""

    id: int
    account_id: AccountId
    message_id: MessageId
    kind: str
    state: str = "waiting"
    attempts: int = 0
    not_before_ms: int = 0
    made_ms: int = _now()
    reason: dict[str, Any] | None = _json()


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A person who writes."""

    id: CustomerId
    uid: bytes = _uid()
    name: str = ""
    greeting: str | None = None
    company: str = ""
    language: str | None = None
    note: str = ""
    not_customer: bool = False
    first_seen_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAddress:
    """An address of a customer."""

    address: str
    customer_id: CustomerId
    name: str = ""
    pictures: bool = False
    """Pictures from the internet in mail from this address are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket."""

    id: TicketId
    uid: bytes = _uid()
    number: int | None = None
    subject: str = ""
    customer_id: CustomerId | None = None
    account_id: AccountId | None = None
    status: str = "open"
    kind: str = "person"
    priority: str = "normal"
    snoozed_until_ms: int | None = None
    snooze_wake_on_reply: bool = True
    woken_ms: int | None = None
    hidden_ms: int | None = None
    from_before: bool = False
    history: bool = False
    merged_into: TicketId | None = None
    linked_ticket_id: TicketId | None = None
    unread: bool = False
    alarm: str | None = None
    thanked: bool = False
    created_ms: int = _now()
    last_message_ms: int = _now()
    waiting_since_ms: int | None = None
    first_response_ms: int | None = None
    messages: int = 0
    attachments: int = 0
    preview: str = ""
    last_direction: str = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One mail of a conversation."""

    id: MessageId
    uid: bytes = _uid()
    ticket_id: TicketId
    customer_id: CustomerId | None = None
    account_id: AccountId | None = None
    doc: int
    sha256: bytes
    size: int = 0
    rfc_id: str | None = None
    direction: str
    kind: str = "person"
    kind_because: list[str] = _list()
    from_name: str = ""
    from_address: str = ""
    recipients: dict[str, list[list[str]]] = field(default_factory=dict, metadata=_DICT)
    subject: str = ""
    received_ms: int = _now()
    date_ms: int | None = None
    date_offset_min: int | None = None
    in_reply_to: list[str] = _list()
    refs: list[str] = _list()
    language: str | None = None
    has_html: bool = False
    attachments: list[dict[str, Any]] = _list()
    closer: bool = False
    bounce: dict[str, Any] | None = _json()
    survey: dict[str, Any] | None = _json()
    auto_headers: bool = False
    damaged: bool = False
    defects: list[str] = _list()
    joined_by: str = "new"
    suggested_ticket_id: TicketId | None = None
    duplicate_of: MessageId | None = None
    history: bool = False
    raw_state: str = "whole"
    outbox_id: OutboxId | None = None
    seen: bool = False
    remote_allowed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One mail of a conversation without its words: what grouping and summaries need of it."""

    id: MessageId
    ticket_id: TicketId
    customer_id: CustomerId | None = None
    account_id: AccountId | None = None
    sha256: bytes
    rfc_id: str | None = None
    direction: str
    kind: str = "person"
    kind_because: list[str] = _list()
    from_name: str = ""
    from_address: str = ""
    recipients: dict[str, list[list[str]]] = field(default_factory=dict, metadata=_DICT)
    subject: str = ""
    received_ms: int = _now()
    in_reply_to: list[str] = _list()
    refs: list[str] = _list()
    language: str | None = None
    attachments: list[dict[str, Any]] = _list()
    closer: bool = False
    bounce: dict[str, Any] | None = _json()
    survey: dict[str, Any] | None = _json()
    damaged: bool = False
    joined_by: str = "new"
    suggested_ticket_id: TicketId | None = None
    duplicate_of: MessageId | None = None
    history: bool = False
    outbox_id: OutboxId | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A Message-ID seen or mentioned, and where it leads."""

    rfc_id: str
    ticket_id: TicketId
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An address that takes part in a ticket."""

    ticket_id: TicketId
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note or a logged contact."""

    id: int
    uid: bytes = _uid()
    ticket_id: TicketId
    kind: str = "note"
    channel: str | None = None
    direction: str | None = None
    minutes: int | None = None
    text: str
    at_ms: int = _now()
    deleted_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag."""

    id: int
    uid: bytes = _uid()
    name: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTag:
    """A tag on a ticket."""

    ticket_id: TicketId
    tag_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the owner is writing."""

    id: int
    uid: bytes = _uid()
    ticket_id: TicketId | None = None
    identity_id: IdentityId | None = None
    recipients: dict[str, Any] = field(default_factory=dict, metadata=_DICT)
    subject: str = ""
    body: str = ""
    attachments: list[dict[str, Any]] = _list()
    macro: list[dict[str, Any]] | None = _json()
    updated_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    """Mail that leaves or has left."""

    id: OutboxId
    uid: bytes = _uid()
    ticket_id: TicketId
    identity_id: IdentityId
    purpose: str = "reply"
    rfc_id: str
    envelope_from: str
    final: bytes
    draft: dict[str, Any] = field(default_factory=dict, metadata=_DICT)
    state: str = "queued"
    hold_reason: str | None = None
    attempts: int = 0
    not_before_ms: int | None = None
    phase: str | None = None
    reason: dict[str, Any] | None = _json()
    status_after: str | None = None
    snooze_after_ms: int | None = None
    snooze_wake_on_reply: bool = True
    queued_ms: int = _now()
    accepted_ms: int | None = None
    changed_ms: int = _now()
    found_in_sent: bool = False
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRecipient:
    """One recipient of an outbox row."""

    outbox_id: OutboxId
    address: str
    state: str = "unknown"
    reply: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponse:
    """A canned response."""

    id: int
    uid: bytes = _uid()
    name: str
    shortcut: str = ""
    tags: list[str] = _list()
    attachments: list[dict[str, Any]] = _list()
    used: int = 0
    last_used_ms: int | None = None
    created_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedVariant:
    """The body of a canned response in one language ('' = any)."""

    canned_id: int
    language: str = ""
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Macro:
    """A macro."""

    id: int
    uid: bytes = _uid()
    name: str
    key: str | None = None
    actions: list[dict[str, Any]] = _list()
    afterwards: str = "next"
    used: int = 0
    created_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSearch:
    """A search kept as a view."""

    id: int
    uid: bytes = _uid()
    name: str
    query: str
    place: int = 0
    created_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A survey and its rating."""

    id: SurveyId
    token: str
    ticket_id: TicketId
    customer_id: CustomerId
    address: str
    scale: str
    outbox_id: OutboxId | None = None
    rfc_id: str | None = None
    sent_ms: int | None = None
    bounced_ms: int | None = None
    expires_ms: int
    rating: int | None = None
    comment: str | None = None
    rated_ms: int | None = None
    rated_message_id: MessageId | None = None
    created_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenMonth:
    """The figures of a month as reported."""

    month: str
    figures: Any = _json()
    made_ms: int = _now()


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoStep:
    """One act of the owner that can be taken back."""

    id: int
    label: dict[str, Any] = field(default_factory=dict, metadata=_DICT)
    at_ms: int = _now()
    undone_ms: int | None = None
    events: list[int] = _list()
