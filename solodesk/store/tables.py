"""The tables as SQLAlchemy Core knows them, for migrations. A test holds them against schema.sql.

STRICT tables refuse VARCHAR: only INTEGER, TEXT and BLOB occur. Not imported at run time.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _column(
    name: str, kind: Any, *, null: bool, unique: bool, to: str, key: bool, own: bool
) -> Column[Any]:
    target = [ForeignKey(f"{to}.id", ondelete="CASCADE" if own else None)] if to else []
    return Column(name, kind, *target, nullable=null, unique=unique or None, primary_key=key)


def _int(
    name: str,
    *,
    null: bool = False,
    unique: bool = False,
    to: str = "",
    key: bool = False,
    own: bool = False,
) -> Column[Any]:
    return _column(name, Integer(), null=null, unique=unique, to=to, key=key, own=own)


def _zero(name: str) -> Column[Any]:
    """A number added to a table that has rows already."""
    return Column(name, Integer(), nullable=False, server_default=sql("0"))


def _text(name: str, *, null: bool = False, unique: bool = False, key: bool = False) -> Column[Any]:
    return _column(name, Text(), null=null, unique=unique, to="", key=key, own=False)


def _blob(name: str, *, unique: bool = False, key: bool = False) -> Column[Any]:
    return _column(name, LargeBinary(), null=False, unique=unique, to="", key=key, own=False)


def _ints(names: str, *, null: bool = False) -> list[Column[Any]]:
    return [_int(name, null=null) for name in names.split()]


def _texts(names: str, *, null: bool = False) -> list[Column[Any]]:
    return [_text(name, null=null) for name in names.split()]


def _id() -> Column[Any]:
    return _int("id", key=True)


def _uid(*, unique: bool = True) -> Column[Any]:
    return _blob("uid", unique=unique)


def _table(name: str, *parts: Any, rowid: bool = True, autoincrement: bool = False) -> Table:
    return Table(
        name,
        metadata,
        *parts,
        sqlite_strict=True,
        sqlite_with_rowid=rowid,
        sqlite_autoincrement=autoincrement,
    )


# fmt: off
META = _table("meta", _text("key", key=True), _text("value"))
SETTING = _table(
    "setting", _id(), _text("key"), _int("valid_from_ms"), _text("value"),
    UniqueConstraint("key", "valid_from_ms"),
)
ACCOUNT = _table(
    "account", _id(), _uid(), _text("address", unique=True), *_texts("name imap_host"),
    _int("imap_port"), *_texts("imap_tls user"), _text("ca_file", null=True), _text("state"),
    _text("detail", null=True), *_ints("auth_failures history_days idle_close_days"),
    *_ints("first_sync_done_ms last_receive_ms", null=True), _int("created_ms"),
)
SERVER = _table(
    "outgoing_server", _id(), _int("account_id", to="account", own=True), _text("host"),
    _int("port"), *_texts("tls user"), _text("ca_file", null=True), _int("saves_sent"),
    _text("state"), _text("detail", null=True), _int("last_send_ms", null=True),
)
IDENTITY = _table(
    "identity", _id(), _uid(), *_texts("address name signature"),
    _int("account_id", to="account", own=True),
    _int("outgoing_server_id", to="outgoing_server", own=True), _int("is_default"),
)
FOLDER = _table(
    "folder", _id(), _int("account_id", to="account", own=True), *_texts("name role"),
    *_ints("uidvalidity uidnext backfill_uid modseq", null=True), _int("server_count"),
    _int("synced_ms", null=True), _zero("server_exists"), _int("listed_ms", null=True),
    _zero("relist"), UniqueConstraint("account_id", "name"),
)
PLACE = _table(
    "place", _id(), _int("folder_id", to="folder", own=True), *_ints("uidvalidity imap_uid"),
    _int("message_id", null=True, to="message"), *_ints("seen answered missed"),
    _int("gone_ms", null=True), UniqueConstraint("folder_id", "uidvalidity", "imap_uid"),
    Index("ix_place_message", "message_id"),
)
GMAIL = _table(
    "gmail", Column("place_id", ForeignKey("place.id", ondelete="CASCADE"), primary_key=True),
    *_ints("msgid thrid"), Index("ix_gmail_msgid", "msgid"),
)
SERVER_ACT = _table(
    "server_act", _id(), _int("account_id", to="account", own=True),
    _int("message_id", to="message"), *_texts("kind state"),
    *_ints("attempts not_before_ms made_ms"), _text("reason", null=True),
    UniqueConstraint("message_id", "kind"),
    Index(
        "ix_server_act_due", "account_id", "not_before_ms",
        sqlite_where=sql("state IN ('waiting', 'doing')"),
    ),
)
CUSTOMER = _table(
    "customer", _id(), _uid(), _text("name"), _text("greeting", null=True), _text("company"),
    _text("language", null=True), _text("note"), *_ints("not_customer first_seen_ms"),
    Index("ix_customer_not", "id", sqlite_where=sql("not_customer = 1")),
    Index("ix_customer_han", "name", sqlite_where=sql("name GLOB '*[一-鿿]*'")),
)
ADDRESS = _table(
    "customer_address", _text("address", key=True), _int("customer_id", to="customer"),
    _text("name"), _zero("pictures"), Index("ix_customer_address_customer", "customer_id"),
)
TICKET = _table(
    "ticket", _id(), _uid(), _int("number", null=True, unique=True), _text("subject"),
    _int("customer_id", null=True, to="customer"), _int("account_id", null=True, to="account"),
    *_texts("status kind priority"), _int("snoozed_until_ms", null=True),
    _int("snooze_wake_on_reply"), *_ints("woken_ms hidden_ms", null=True),
    *_ints("from_before history"), _int("merged_into", null=True, to="ticket"),
    _int("linked_ticket_id", null=True, to="ticket"), _int("unread"), _text("alarm", null=True),
    *_ints("thanked created_ms last_message_ms"),
    *_ints("waiting_since_ms first_response_ms", null=True), *_ints("messages attachments"),
    *_texts("preview last_direction"),
    Index(
        "ix_ticket_view", "status", "last_message_ms", "kind", "hidden_ms", "merged_into",
        "snoozed_until_ms", "alarm", "customer_id",
    ),
    Index(
        "ix_ticket_last", "last_message_ms", "status", "kind", "hidden_ms", "merged_into",
        "customer_id",
    ),
    Index("ix_ticket_unread", "unread", sqlite_where=sql("unread = 1")),
    Index("ix_ticket_counts", "status", "kind", "hidden_ms", "merged_into"),
    Index("ix_ticket_customer", "customer_id", "last_message_ms"),
    *(
        Index(f"ix_ticket_{name}", column, sqlite_where=sql(f"{column} IS NOT NULL"))
        for name, column in (
            ("snoozed", "snoozed_until_ms"), ("alarm", "alarm"), ("merged", "merged_into"),
            ("hidden", "hidden_ms"),
        )
    ),
)
MESSAGE = _table(
    "message", _id(), _uid(unique=False), _int("ticket_id", to="ticket"),
    _int("customer_id", null=True, to="customer"), _int("account_id", null=True, to="account"),
    _int("doc"), _blob("sha256"), _int("size"), _text("rfc_id", null=True),
    *_texts("direction kind kind_because from_name from_address recipients subject"),
    _int("received_ms"), *_ints("date_ms date_offset_min", null=True),
    *_texts("in_reply_to refs"), _text("language", null=True),
    _int("has_html"), _text("attachments"), _int("closer"), *_texts("bounce survey", null=True),
    *_ints("auto_headers damaged"), *_texts("defects joined_by"),
    _int("suggested_ticket_id", null=True), _int("duplicate_of", null=True, to="message"),
    _int("history"), _text("raw_state"), _int("outbox_id", null=True),
    *_ints("seen remote_allowed"),
    Index("ix_message_doc", "doc", "ticket_id"),
    Index("ix_message_ticket", "ticket_id", "received_ms"),
    Index("ix_message_sha", "sha256"), Index("ix_message_customer", "customer_id", "received_ms"),
    Index(
        "ix_message_duplicate", "duplicate_of", sqlite_where=sql("duplicate_of IS NOT NULL")
    ),
)
WORDS = _table("words", _int("message_id", key=True, to="message"), _blob("data"))
RAW = _table(
    "raw", _int("message_id", key=True, to="message"), _int("form"), _blob("data")
)
DICTIONARY = _table("dictionary", _id(), _int("made_ms"), _blob("data"))
MENTION = _table(
    "mention", _text("rfc_id", key=True), _int("message_id", key=True), _int("ticket_id"),
    rowid=False,
)
PARTICIPANT = _table(
    "participant", _int("ticket_id", key=True), _text("address", key=True), rowid=False
)
NOTE = _table(
    "note", _id(), _uid(), _int("ticket_id", to="ticket"), _text("kind"),
    *_texts("channel direction", null=True), _int("minutes", null=True), _text("text"),
    _int("at_ms"), _int("deleted_ms", null=True), Index("ix_note_ticket", "ticket_id"),
)
TAG = _table("tag", _id(), _uid(), _text("name", unique=True), _text("colour"))
TICKET_TAG = _table(
    "ticket_tag", _int("ticket_id", key=True, to="ticket"), _int("tag_id", key=True, to="tag"),
    Index("ix_ticket_tag_tag", "tag_id"), rowid=False,
)
DRAFT = _table(
    "draft", _id(), _uid(), _int("ticket_id", null=True, unique=True, to="ticket"),
    _int("identity_id", null=True, to="identity"),
    *_texts("recipients subject body attachments"), _text("macro", null=True), _int("updated_ms"),
)
BLOB = _table("blob", _blob("sha256", key=True), _blob("data"))
OUTBOX = _table(
    "outbox", _id(), _uid(), _int("ticket_id", to="ticket"), _int("identity_id", to="identity"),
    _text("purpose"), _text("rfc_id", unique=True), _text("envelope_from"), _blob("final"),
    *_texts("draft state"), _text("hold_reason", null=True), _int("attempts"),
    _int("not_before_ms", null=True), *_texts("phase reason status_after", null=True),
    _int("snooze_after_ms", null=True), *_ints("snooze_wake_on_reply queued_ms"),
    _int("accepted_ms", null=True), *_ints("changed_ms found_in_sent"),
    _int("message_id", null=True, to="message"),
    Index("ix_outbox_state", "state", "not_before_ms"), Index("ix_outbox_ticket", "ticket_id"),
)
RECIPIENT = _table(
    "outbox_recipient", _int("outbox_id", key=True, to="outbox"), _text("address", key=True),
    _text("state"), _text("reply", null=True), rowid=False,
)
EVENT = _table(
    "event", _id(), _uid(unique=False), _text("device"), *_ints("at_ms recorded_ms"),
    *_texts("actor kind"), *_ints("ticket_id message_id", null=True), _text("data"),
    Index("ix_event_at", "at_ms"), Index("ix_event_ticket", "ticket_id", "at_ms"),
)
CHANGE = _table(
    "change", _int("seq", key=True), _text("kind"), _int("id"), _text("origin"), autoincrement=True
)
UNDO_STEP = _table(
    "undo_step", _id(), _text("label"), _int("at_ms"), _int("undone_ms", null=True), _text("events")
)
UNDO_ENTRY = _table(
    "undo_entry", _id(), _int("step_id", to="undo_step", own=True),
    *_texts("table_name row_key op"), *_texts("before after", null=True),
    Index("ix_undo_entry_step", "step_id"),
)
CANNED = _table(
    "canned_response", _id(), _uid(), _text("name", unique=True),
    *_texts("shortcut tags attachments"), _int("used"), _int("last_used_ms", null=True),
    _int("created_ms"),
)
VARIANT = _table(
    "canned_variant", _int("canned_id", key=True, to="canned_response", own=True),
    _text("language", key=True), _text("body"), rowid=False,
)
MACRO = _table(
    "macro", _id(), _uid(), _text("name", unique=True), _text("key", null=True),
    *_texts("actions afterwards"), *_ints("used created_ms"),
)
SURVEY = _table(
    "survey", _id(), _text("token", unique=True), _int("ticket_id", to="ticket"),
    _int("customer_id", to="customer"), *_texts("address scale"), _int("outbox_id", null=True),
    _text("rfc_id", null=True), *_ints("sent_ms bounced_ms", null=True), _int("expires_ms"),
    _int("rating", null=True), _text("comment", null=True),
    *_ints("rated_ms rated_message_id", null=True), _int("created_ms"),
    Index("ix_survey_ticket", "ticket_id"), Index("ix_survey_customer", "customer_id"),
)
SAVED_SEARCH = _table(
    "saved_search", _id(), _uid(), _text("name", unique=True), _text("query"),
    *_ints("place created_ms"),
)
FILE_TEXT = _table(
    "file_text", _int("message_id", key=True, to="message"), _text("state"),
    Column("data", LargeBinary(), nullable=True),
    Index("ix_file_text_waiting", "message_id", sqlite_where=sql("state = 'waiting'")),
)
NAME_SOUND = _table(
    "name_sound", _int("n", key=True), _text("sound", key=True), _text("chars", key=True),
    rowid=False,
)
MONTH = _table("frozen_month", _text("month", key=True), _text("figures"), _int("made_ms"))
# fmt: on
