"""The specs of all tables that have repositories, and which of them undo knows."""

from types import MappingProxyType
from typing import Any

from solodesk.store import rows
from solodesk.store.spec import Spec, spec

SETTING = spec("setting", rows.Setting, ("setting", "id"), undo=True)
ACCOUNT = spec("account", rows.Account, ("account", "id"))
SERVER = spec("outgoing_server", rows.OutgoingServer, ("account", "account_id"))
IDENTITY = spec("identity", rows.Identity, ("account", "account_id"))
FOLDER = spec("folder", rows.Folder, ("account", "account_id"))
PLACE = spec("place", rows.Place)
SERVER_ACT = spec("server_act", rows.ServerAct, ("account", "account_id"))
CUSTOMER = spec("customer", rows.Customer, ("customer", "id"), undo=True)
ADDRESS = spec(
    "customer_address",
    rows.CustomerAddress,
    ("customer", "customer_id"),
    key=("address",),
    undo=True,
)
# A number that was given stays given: it may have gone out in a mail.
TICKET = spec("ticket", rows.Ticket, ("ticket", "id"), undo=True, kept=("number",))
MESSAGE = spec("message", rows.Message, ("message", "id"), ("ticket", "ticket_id"), undo=True)
SLIP = spec("message", rows.Slip)
MENTION = spec("mention", rows.Mention, key=("rfc_id", "message_id"), undo=True)
PARTICIPANT = spec("participant", rows.Participant, key=("ticket_id", "address"), undo=True)
NOTE = spec("note", rows.Note, ("note", "id"), ("ticket", "ticket_id"), undo=True)
TAG = spec("tag", rows.Tag, ("tag", "id"), undo=True)
TICKET_TAG = spec(
    "ticket_tag",
    rows.TicketTag,
    ("ticket", "ticket_id"),
    ("tag", "tag_id"),
    key=("ticket_id", "tag_id"),
    undo=True,
)
DRAFT = spec("draft", rows.Draft, ("draft", "id"), ("ticket", "ticket_id"), undo=True)
OUTBOX = spec("outbox", rows.Outbox, ("outbox", "id"), ("ticket", "ticket_id"))
RECIPIENT = spec(
    "outbox_recipient",
    rows.OutboxRecipient,
    ("outbox", "outbox_id"),
    key=("outbox_id", "address"),
)
CANNED = spec("canned_response", rows.CannedResponse, ("canned_response", "id"), undo=True)
VARIANT = spec(
    "canned_variant",
    rows.CannedVariant,
    ("canned_response", "canned_id"),
    key=("canned_id", "language"),
    undo=True,
)
MACRO = spec("macro", rows.Macro, ("macro", "id"), undo=True)
SAVED_SEARCH = spec("saved_search", rows.SavedSearch, ("saved_search", "id"), undo=True)
SURVEY = spec("survey", rows.Survey, ("survey", "id"), ("ticket", "ticket_id"))
MONTH = spec("frozen_month", rows.FrozenMonth, key=("month",))
STEP = spec("undo_step", rows.UndoStep)

ALL: MappingProxyType[str, Spec[Any]] = MappingProxyType(
    {
        s.table: s
        for s in (
            SETTING, ACCOUNT, SERVER, IDENTITY, FOLDER, PLACE, CUSTOMER, ADDRESS, TICKET, MESSAGE,
            MENTION, PARTICIPANT, NOTE, TAG, TICKET_TAG, DRAFT, OUTBOX, RECIPIENT, CANNED, VARIANT,
            MACRO, SAVED_SEARCH, SURVEY, MONTH, STEP, SERVER_ACT,
        )
    }
)  # fmt: skip
