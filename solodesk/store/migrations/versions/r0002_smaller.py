"""Less space and less work a mail: words of messages apart and compressed, shorter search numbers.

Frozen: it must not import what later versions may change. The search index is emptied and marked
as outdated; the engine makes it anew (services/housekeeping.py).
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROWS = 500

_MESSAGE = """
CREATE TABLE message (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  customer_id INTEGER REFERENCES customer (id),
  account_id INTEGER REFERENCES account (id),
  doc INTEGER NOT NULL,
  sha256 BLOB NOT NULL, size INTEGER NOT NULL,
  rfc_id TEXT,
  direction TEXT NOT NULL,
  kind TEXT NOT NULL, kind_because TEXT NOT NULL,
  from_name TEXT NOT NULL, from_address TEXT NOT NULL,
  recipients TEXT NOT NULL,
  subject TEXT NOT NULL,
  received_ms INTEGER NOT NULL,
  date_ms INTEGER, date_offset_min INTEGER,
  in_reply_to TEXT NOT NULL, refs TEXT NOT NULL,
  language TEXT,
  has_html INTEGER NOT NULL,
  attachments TEXT NOT NULL,
  closer INTEGER NOT NULL,
  bounce TEXT, survey TEXT,
  auto_headers INTEGER NOT NULL,
  damaged INTEGER NOT NULL, defects TEXT NOT NULL,
  joined_by TEXT NOT NULL,
  suggested_ticket_id INTEGER,
  duplicate_of INTEGER REFERENCES message (id),
  history INTEGER NOT NULL,
  raw_state TEXT NOT NULL,
  outbox_id INTEGER,
  seen INTEGER NOT NULL,
  remote_allowed INTEGER NOT NULL
) STRICT
"""
_MESSAGE_INDEXES = {
    "ix_message_doc": "ON message (doc, ticket_id)",
    "ix_message_ticket": "ON message (ticket_id, received_ms)",
    "ix_message_sha": "ON message (sha256)",
    "ix_message_customer": "ON message (customer_id, received_ms)",
    "ix_message_duplicate": "ON message (duplicate_of) WHERE duplicate_of IS NOT NULL",
}
_KEPT = (
    "id, uid, ticket_id, customer_id, account_id, {doc}, sha256, size, rfc_id, direction, kind,"
    " kind_because, from_name, from_address, recipients, subject, received_ms, date_ms,"
    " date_offset_min, in_reply_to, refs, language, has_html, attachments, closer, bounce, survey,"
    " auto_headers, damaged, defects, joined_by, suggested_ticket_id, duplicate_of, history,"
    " raw_state, outbox_id, seen, remote_allowed"
)
_WORDS = """
CREATE TABLE words (
  message_id INTEGER PRIMARY KEY REFERENCES message (id), data BLOB NOT NULL
) STRICT
"""
_DICTIONARY = (
    "CREATE TABLE dictionary (id INTEGER PRIMARY KEY, made_ms INTEGER NOT NULL, data BLOB NOT NULL)"
    " STRICT"
)
_EVENT = """
CREATE TABLE event (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL, device TEXT NOT NULL,
  at_ms INTEGER NOT NULL, recorded_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL, ticket_id INTEGER, message_id INTEGER, data TEXT NOT NULL
) STRICT
"""
_EVENT_INDEXES = {
    "ix_event_at": "ON event (at_ms)",
    "ix_event_ticket": "ON event (ticket_id, at_ms)",
}

_SYNC = (
    "ALTER TABLE folder ADD COLUMN server_exists INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE folder ADD COLUMN listed_ms INTEGER",
    "ALTER TABLE folder ADD COLUMN relist INTEGER NOT NULL DEFAULT 0",
    "CREATE TABLE gmail (place_id INTEGER PRIMARY KEY REFERENCES place (id) ON DELETE CASCADE,"
    " msgid INTEGER NOT NULL, thrid INTEGER NOT NULL) STRICT",
    "CREATE INDEX ix_gmail_msgid ON gmail (msgid)",
    "CREATE TABLE server_act (id INTEGER PRIMARY KEY,"
    " account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,"
    " message_id INTEGER NOT NULL REFERENCES message (id), kind TEXT NOT NULL,"
    " state TEXT NOT NULL, attempts INTEGER NOT NULL, not_before_ms INTEGER NOT NULL,"
    " made_ms INTEGER NOT NULL, reason TEXT, UNIQUE (message_id, kind)) STRICT",
    "CREATE INDEX ix_server_act_due ON server_act (account_id, not_before_ms)"
    " WHERE state IN ('waiting', 'doing')",
)
_SHOW = "ALTER TABLE customer_address ADD COLUMN pictures INTEGER NOT NULL DEFAULT 0"
_SEARCH = (
    "CREATE TABLE saved_search (id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,"
    " name TEXT NOT NULL UNIQUE, query TEXT NOT NULL, place INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL) STRICT",
    "CREATE TABLE file_text (message_id INTEGER PRIMARY KEY REFERENCES message (id),"
    " state TEXT NOT NULL, data BLOB) STRICT",
    "CREATE INDEX ix_file_text_waiting ON file_text (message_id) WHERE state = 'waiting'",
    # Which attachments can be read is found out when each is tried.
    "INSERT INTO file_text (message_id, state) SELECT id, 'waiting' FROM message"
    " WHERE attachments != '[]' AND raw_state != 'erased'",
    "CREATE TABLE name_sound (n INTEGER NOT NULL, sound TEXT NOT NULL, chars TEXT NOT NULL,"
    " PRIMARY KEY (n, sound, chars)) STRICT, WITHOUT ROWID",
    "CREATE INDEX ix_ticket_unread ON ticket (unread) WHERE unread = 1",
    "DROP TABLE search",
    "CREATE VIRTUAL TABLE search USING fts5 (subject, sender, people, body, marks, content='',"
    " tokenize='unicode61 remove_diacritics 2')",
    "INSERT INTO search (search, rank) VALUES ('automerge', 16)",
    "CREATE VIRTUAL TABLE search_card USING fts5 (words, tokenize='unicode61 remove_diacritics 2')",
)


def upgrade() -> None:
    """Rebuild message and event, move the words out, renumber the search documents."""
    op.execute("PRAGMA legacy_alter_table = ON")
    link: Any = op.get_bind().connection.driver_connection
    try:
        _messages(link)
        _rebuilt(link, "event", _EVENT, _EVENT_INDEXES, "*", "SELECT * FROM old")
    finally:
        link.execute("PRAGMA legacy_alter_table = OFF")
    link.execute("DROP INDEX ix_place_sha")
    link.execute("ALTER TABLE place DROP COLUMN sha256")
    link.execute("ALTER TABLE raw RENAME COLUMN dict_id TO form")
    link.execute("DROP TABLE raw_dictionary")
    link.execute(_DICTIONARY)
    for statement in _SYNC:
        link.execute(statement)
    link.execute(_SHOW)
    for statement in _SEARCH:
        link.execute(statement)
    link.execute("DELETE FROM meta WHERE key = 'search_rebuilt'")
    link.execute("UPDATE meta SET value = '' WHERE key = 'segmenter_version'")


def _messages(link: Any) -> None:
    link.execute(_WORDS)
    link.execute("CREATE TEMP TABLE renumbered (id INTEGER PRIMARY KEY, doc INTEGER NOT NULL)")
    link.executemany("INSERT INTO renumbered VALUES (?, ?)", _documents(link))
    _move_words(link)
    _named(link)
    source = f"SELECT {_KEPT.format(doc='renumbered.doc')} FROM old JOIN renumbered USING (id)"
    _rebuilt(link, "message", _MESSAGE, _MESSAGE_INDEXES, _KEPT.format(doc="doc"), source)
    link.execute("DROP TABLE renumbered")


def _named(link: Any) -> None:
    """Messages are found by their own Message-ID through table mention, odd ones too."""
    link.execute(
        "INSERT OR IGNORE INTO mention (rfc_id, message_id, ticket_id)"
        " SELECT rfc_id, id, ticket_id FROM message WHERE rfc_id IS NOT NULL"
    )


def _documents(link: Any) -> Iterator[tuple[int, int]]:
    """Search numbers in seconds, in the order the old ones had, each taken once."""
    last = -(1 << 62)
    for message, received_ms in link.execute("SELECT id, received_ms FROM message ORDER BY doc"):
        last = max(last + 1, received_ms // 1000)
        yield message, last


def _move_words(link: Any) -> None:
    """Both texts of every message into one compressed cell (the form of store/words.py)."""
    import zstandard

    packer = zstandard.ZstdCompressor(level=3)
    found = link.execute("SELECT id, text, new_text FROM message ORDER BY id")
    while rows := list(islice(found, _ROWS)):
        packed = ((each[0], packer.compress(_written(each[1], each[2]))) for each in rows)
        link.executemany("INSERT INTO words VALUES (?, ?)", packed)


def _written(text: str, new_text: str) -> bytes:
    if text.startswith(new_text):
        return f"{len(new_text)}\n{text}".encode()
    return f"+{len(new_text)}\n{new_text}{text}".encode()


def _rebuilt(
    link: Any, table: str, create: str, indexes: dict[str, str], columns: str, source: str
) -> None:
    """The table in its new form with its old rows; references to it stay as they are."""
    link.execute(f"ALTER TABLE {table} RENAME TO old")
    for name in indexes:
        link.execute(f"DROP INDEX IF EXISTS {name}")
    link.execute(create)
    given = "" if columns == "*" else f"({columns})"
    link.execute(f"INSERT INTO {table} {given} {source}")
    link.execute("DROP TABLE old")
    for name, rest in indexes.items():
        link.execute(f"CREATE INDEX {name} {rest}")
