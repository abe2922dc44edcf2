-- The store, commented. tests/store holds this file against the real schema.
-- All tables STRICT. Times: INTEGER, UTC milliseconds, column names end in _ms.
-- uid: 16 bytes UUIDv7, the row's name on a second computer. JSON columns are TEXT.

-- Facts about this store: schema (revision), segmenter_version, device, next_ticket_number, first_sync_done, ...
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

-- Business settings with a validity date: hours, zone, holidays, goals, undo_send_s, surveys, shop name ...
-- The row with the greatest valid_from_ms <= t is the one in force at t. value is JSON.
CREATE TABLE setting (
  id INTEGER PRIMARY KEY, key TEXT NOT NULL, valid_from_ms INTEGER NOT NULL, value TEXT NOT NULL,
  UNIQUE (key, valid_from_ms)
) STRICT;

-- A mailbox we read (IMAP).
CREATE TABLE account (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,
  address TEXT NOT NULL UNIQUE,            -- lower-case
  name TEXT NOT NULL,
  imap_host TEXT NOT NULL, imap_port INTEGER NOT NULL,
  imap_tls TEXT NOT NULL,                  -- tls | starttls | plain (plain: loopback only)
  user TEXT NOT NULL,                      -- sign-in name; the secret is in the keychain
  ca_file TEXT,                            -- extra trust anchor (tests, private CA), else NULL
  state TEXT NOT NULL,                     -- ok | offline | sign_in_needed | error
  detail TEXT,                             -- KnownError as JSON {"code":..,"params":{..}}, or NULL
  auth_failures INTEGER NOT NULL,          -- consecutive refusals; 3 = no more attempts
  history_days INTEGER NOT NULL,           -- first sync goes back so far; 0 = everything
  idle_close_days INTEGER NOT NULL,        -- first-sync policy: unanswered and idle longer -> closed, from_before
  first_sync_done_ms INTEGER,              -- NULL while the first sync runs
  last_receive_ms INTEGER,
  created_ms INTEGER NOT NULL
) STRICT;

-- SMTP.
CREATE TABLE outgoing_server (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  host TEXT NOT NULL, port INTEGER NOT NULL, tls TEXT NOT NULL, user TEXT NOT NULL, ca_file TEXT,
  saves_sent INTEGER NOT NULL,             -- 1 when the provider stores sent mail itself
  state TEXT NOT NULL, detail TEXT, last_send_ms INTEGER
) STRICT;

-- An address we write from.
CREATE TABLE identity (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,
  address TEXT NOT NULL, name TEXT NOT NULL, signature TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  outgoing_server_id INTEGER NOT NULL REFERENCES outgoing_server (id) ON DELETE CASCADE,
  is_default INTEGER NOT NULL
) STRICT;

CREATE TABLE folder (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  name TEXT NOT NULL,                      -- decoded Unicode name
  role TEXT NOT NULL,                      -- inbox | sent | other
  uidvalidity INTEGER,                     -- NULL before the first pass
  uidnext INTEGER,                         -- every uid >= uidnext is still to be fetched
  backfill_uid INTEGER,                    -- first pass: uids < this are still to be fetched; 0 = done
  modseq INTEGER,
  server_count INTEGER NOT NULL,           -- in the chosen range, last pass
  synced_ms INTEGER,
  server_exists INTEGER NOT NULL DEFAULT 0,  -- all messages there, last pass
  listed_ms INTEGER,                       -- last time all UIDs were listed and compared
  relist INTEGER NOT NULL DEFAULT 0,       -- 1: the next pass lists, whatever the counters say
  UNIQUE (account_id, name)
) STRICT;

-- Where a message lies on a server: the unique key of received mail.
CREATE TABLE place (
  id INTEGER PRIMARY KEY, folder_id INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
  uidvalidity INTEGER NOT NULL, imap_uid INTEGER NOT NULL,
  message_id INTEGER REFERENCES message (id),   -- NULL when hidden mail was erased
  seen INTEGER NOT NULL, answered INTEGER NOT NULL,
  missed INTEGER NOT NULL,                 -- consecutive passes without it; 2 -> gone_ms
  gone_ms INTEGER,
  UNIQUE (folder_id, uidvalidity, imap_uid)
) STRICT;
CREATE INDEX ix_place_message ON place (message_id);

-- Gmail's names of the message at a place (X-GM-EXT-1), kept as signed 64-bit numbers.
CREATE TABLE gmail (
  place_id INTEGER PRIMARY KEY REFERENCES place (id) ON DELETE CASCADE,
  msgid INTEGER NOT NULL, thrid INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_gmail_msgid ON gmail (msgid);

-- Changes to a mailbox the owner switched on, to be made on the server; one of a kind a message.
CREATE TABLE server_act (
  id INTEGER PRIMARY KEY, account_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  message_id INTEGER NOT NULL REFERENCES message (id),
  kind TEXT NOT NULL,                      -- seen | answered | archive
  state TEXT NOT NULL,                     -- waiting | doing | done | failed | dropped
  attempts INTEGER NOT NULL, not_before_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL,
  reason TEXT,                             -- KnownError JSON or NULL
  UNIQUE (message_id, kind)
) STRICT;
CREATE INDEX ix_server_act_due ON server_act (account_id, not_before_ms) WHERE state IN ('waiting', 'doing');

CREATE TABLE customer (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL, greeting TEXT,       -- the owner's words, NULL = default "Hello"/您好
  company TEXT NOT NULL, language TEXT, note TEXT NOT NULL,
  not_customer INTEGER NOT NULL,           -- 1: files under Automatic ("y")
  first_seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_customer_not ON customer (id) WHERE not_customer = 1;
-- Chinese names, for the search by pinyin.
CREATE INDEX ix_customer_han ON customer (name) WHERE name GLOB '*[一-鿿]*';
CREATE TABLE customer_address (
  address TEXT PRIMARY KEY,                -- lower-case, IDNA
  customer_id INTEGER NOT NULL REFERENCES customer (id), name TEXT NOT NULL
  , pictures INTEGER NOT NULL DEFAULT 0    -- 1: the owner always shows this sender's remote pictures
) STRICT;
CREATE INDEX ix_customer_address_customer ON customer_address (customer_id);

CREATE TABLE ticket (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,
  number INTEGER UNIQUE,                   -- what the owner sees; NULL until the first act or the end of the first sync
  subject TEXT NOT NULL,
  customer_id INTEGER REFERENCES customer (id),
  account_id INTEGER REFERENCES account (id),
  status TEXT NOT NULL,                    -- open | waiting | closed | spam
  kind TEXT NOT NULL,                      -- kind of its first incoming message; person = a customer's ticket
  priority TEXT NOT NULL,                  -- low | normal | high
  snoozed_until_ms INTEGER,                -- NULL = not snoozed
  snooze_wake_on_reply INTEGER NOT NULL,
  woken_ms INTEGER,                        -- "back from snooze" chip
  hidden_ms INTEGER,
  from_before INTEGER NOT NULL,            -- closed by the first-sync policy
  history INTEGER NOT NULL,                -- imported --as-history: searchable, not counted
  merged_into INTEGER REFERENCES ticket (id),
  linked_ticket_id INTEGER REFERENCES ticket (id),  -- e.g. the closed ticket this one continues
  unread INTEGER NOT NULL,
  alarm TEXT,                              -- NULL | bounced | failed | uncertain  (red, on top)
  thanked INTEGER NOT NULL,                -- last customer word was only thanks
  created_ms INTEGER NOT NULL,             -- received_ms of the first message
  last_message_ms INTEGER NOT NULL,
  waiting_since_ms INTEGER,                -- start of the unanswered run of customer messages, NULL when answered
  first_response_ms INTEGER,               -- moment of the first answer
  messages INTEGER NOT NULL,               -- in + out
  attachments INTEGER NOT NULL,            -- number, for the clip
  preview TEXT NOT NULL,                   -- first 200 characters of the last in/out message's new text
  last_direction TEXT NOT NULL             -- in | out
) STRICT;
-- The lists are answered from the first two alone (covering), the counts from the third.
CREATE INDEX ix_ticket_view ON ticket (status, last_message_ms, kind, hidden_ms, merged_into, snoozed_until_ms, alarm, customer_id);
CREATE INDEX ix_ticket_last ON ticket (last_message_ms, status, kind, hidden_ms, merged_into, customer_id);
CREATE INDEX ix_ticket_counts ON ticket (status, kind, hidden_ms, merged_into);
CREATE INDEX ix_ticket_customer ON ticket (customer_id, last_message_ms);
CREATE INDEX ix_ticket_snoozed ON ticket (snoozed_until_ms) WHERE snoozed_until_ms IS NOT NULL;
CREATE INDEX ix_ticket_unread ON ticket (unread) WHERE unread = 1;
CREATE INDEX ix_ticket_alarm ON ticket (alarm) WHERE alarm IS NOT NULL;
CREATE INDEX ix_ticket_merged ON ticket (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ix_ticket_hidden ON ticket (hidden_ms) WHERE hidden_ms IS NOT NULL;

-- One thing in a conversation that is mail. (Notes and contacts: table note.)
-- Its words are in table words: rows stay short, so that many of them are read quickly.
-- (Here and in event uid has no index: nothing looks a row up by it yet, and mail pays for it.)
CREATE TABLE message (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  customer_id INTEGER REFERENCES customer (id),
  account_id INTEGER REFERENCES account (id),
  doc INTEGER NOT NULL,                    -- search rowid, never twice: the first free number from received_ms / 1000 on
  sha256 BLOB NOT NULL, size INTEGER NOT NULL,
  rfc_id TEXT,                             -- Message-ID with brackets, a hint only
  direction TEXT NOT NULL,                 -- in | out
  kind TEXT NOT NULL, kind_because TEXT NOT NULL,      -- JSON list
  from_name TEXT NOT NULL, from_address TEXT NOT NULL,
  recipients TEXT NOT NULL,                -- JSON {"to":[[name,address]..],"cc":[..],"reply_to":[..]}
  subject TEXT NOT NULL,
  received_ms INTEGER NOT NULL,            -- in: metrics.md "Received"; out: accepted by SMTP or Sent's date
  date_ms INTEGER, date_offset_min INTEGER,
  in_reply_to TEXT NOT NULL, refs TEXT NOT NULL,       -- JSON lists
  language TEXT,
  has_html INTEGER NOT NULL,
  attachments TEXT NOT NULL,               -- JSON list of attachment objects
  closer INTEGER NOT NULL,
  bounce TEXT, survey TEXT,                -- JSON or NULL
  auto_headers INTEGER NOT NULL,
  damaged INTEGER NOT NULL, defects TEXT NOT NULL,
  joined_by TEXT NOT NULL,                 -- new|own_message_id|references|in_reply_to|token|bounce_of|reply_to_ours|manual
  suggested_ticket_id INTEGER,             -- "looks related to"
  duplicate_of INTEGER REFERENCES message (id),        -- shown once
  history INTEGER NOT NULL,
  raw_state TEXT NOT NULL,                 -- whole | partial | erased
  outbox_id INTEGER,                       -- ours: which outbox row it came from, NULL = written elsewhere
  seen INTEGER NOT NULL,
  remote_allowed INTEGER NOT NULL          -- pictures shown once by the owner
) STRICT;
CREATE INDEX ix_message_doc ON message (doc, ticket_id);
CREATE INDEX ix_message_ticket ON message (ticket_id, received_ms);
CREATE INDEX ix_message_sha ON message (sha256);
CREATE INDEX ix_message_customer ON message (customer_id, received_ms);
CREATE INDEX ix_message_duplicate ON message (duplicate_of) WHERE duplicate_of IS NOT NULL;

-- What a message says, decoded: its whole text and its new text (store/words.py), zstandard.
CREATE TABLE words (
  message_id INTEGER PRIMARY KEY REFERENCES message (id), data BLOB NOT NULL
) STRICT;
-- Raw bytes, zstandard. form: 0 = as they came, 1 = parts in base64 are kept decoded (store/raw_form.py).
CREATE TABLE raw (
  message_id INTEGER PRIMARY KEY REFERENCES message (id), form INTEGER NOT NULL, data BLOB NOT NULL
) STRICT;
-- What the mail of this store has in common; frames name the dictionary they were made with.
CREATE TABLE dictionary (id INTEGER PRIMARY KEY, made_ms INTEGER NOT NULL, data BLOB NOT NULL) STRICT;

-- Every Message-ID ever seen or mentioned, and the ticket it leads to: the index of message.rfc_id too.
-- (Key columns stand first: quick_check of SQLite 3.40 misreads other orders WITHOUT ROWID.)
CREATE TABLE mention (rfc_id TEXT NOT NULL, message_id INTEGER NOT NULL, ticket_id INTEGER NOT NULL,
  PRIMARY KEY (rfc_id, message_id)) STRICT, WITHOUT ROWID;

-- Who takes part in a ticket (addresses, lower-case).
CREATE TABLE participant (ticket_id INTEGER NOT NULL, address TEXT NOT NULL, PRIMARY KEY (ticket_id, address)) STRICT, WITHOUT ROWID;

-- Notes and logged contacts, in the conversation but not mail.
CREATE TABLE note (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, ticket_id INTEGER NOT NULL REFERENCES ticket (id),
  kind TEXT NOT NULL,                      -- note | contact
  channel TEXT, direction TEXT, minutes INTEGER,       -- contact only: phone|chat|wechat|social|in_person, in|out
  text TEXT NOT NULL, at_ms INTEGER NOT NULL, deleted_ms INTEGER
) STRICT;
CREATE INDEX ix_note_ticket ON note (ticket_id);

CREATE TABLE tag (id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, colour TEXT NOT NULL) STRICT;
CREATE TABLE ticket_tag (ticket_id INTEGER NOT NULL REFERENCES ticket (id), tag_id INTEGER NOT NULL REFERENCES tag (id),
  PRIMARY KEY (ticket_id, tag_id)) STRICT, WITHOUT ROWID;
CREATE INDEX ix_ticket_tag_tag ON ticket_tag (tag_id);

-- What the owner is writing. One reply draft a ticket; new mail has ticket_id NULL.
CREATE TABLE draft (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, ticket_id INTEGER UNIQUE REFERENCES ticket (id),
  identity_id INTEGER REFERENCES identity (id),
  recipients TEXT NOT NULL,                -- JSON {"to":[],"cc":[],"bcc":[]}
  subject TEXT NOT NULL,
  body TEXT NOT NULL,                      -- small whitelisted HTML; blanks are <span data-blank="key">
  attachments TEXT NOT NULL,               -- JSON [{"name","mime","sha256","size"}], bytes in table blob
  macro TEXT,                              -- JSON list of actions to run after sending, or NULL
  updated_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE blob (sha256 BLOB PRIMARY KEY, data BLOB NOT NULL) STRICT;

-- Mail that leaves or has left. States: held queued sending sent retrying uncertain failed cancelled.
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE,
  ticket_id INTEGER NOT NULL REFERENCES ticket (id), identity_id INTEGER NOT NULL REFERENCES identity (id),
  purpose TEXT NOT NULL,                   -- reply | new | survey | acknowledgement
  rfc_id TEXT NOT NULL UNIQUE,             -- fixed here, never changes
  envelope_from TEXT NOT NULL,
  final BLOB NOT NULL,                     -- the bytes that go out
  draft TEXT NOT NULL,                     -- JSON copy of the draft, to bring it back on undo
  state TEXT NOT NULL, hold_reason TEXT,   -- held: undo_window | later | new_mail | answered_elsewhere
  attempts INTEGER NOT NULL, not_before_ms INTEGER, phase TEXT,  -- connected mail_sent rcpt_sent data_sent accepted
  reason TEXT,                             -- KnownError JSON or NULL
  status_after TEXT, snooze_after_ms INTEGER, snooze_wake_on_reply INTEGER NOT NULL,
  queued_ms INTEGER NOT NULL, accepted_ms INTEGER, changed_ms INTEGER NOT NULL,
  found_in_sent INTEGER NOT NULL,          -- 1 when the copy was seen in Sent
  message_id INTEGER REFERENCES message (id)           -- our message row in the conversation
) STRICT;
CREATE INDEX ix_outbox_state ON outbox (state, not_before_ms);
CREATE INDEX ix_outbox_ticket ON outbox (ticket_id);
CREATE TABLE outbox_recipient (
  outbox_id INTEGER NOT NULL REFERENCES outbox (id), address TEXT NOT NULL,
  state TEXT NOT NULL,                     -- unknown | accepted | refused | deferred
  reply TEXT, PRIMARY KEY (outbox_id, address)
) STRICT, WITHOUT ROWID;

-- Append-only. See domain/events.py for kinds and their data.
CREATE TABLE event (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL, device TEXT NOT NULL,
  at_ms INTEGER NOT NULL, recorded_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,                     -- owner | customer | rule | engine
  kind TEXT NOT NULL, ticket_id INTEGER, message_id INTEGER, data TEXT NOT NULL
) STRICT;
CREATE INDEX ix_event_at ON event (at_ms);
CREATE INDEX ix_event_ticket ON event (ticket_id, at_ms);

-- What changed, for every process that looks (same transaction as the change). Trimmed to the newest 10,000.
CREATE TABLE change (seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id INTEGER NOT NULL, origin TEXT NOT NULL) STRICT;

-- Undo: a step is one act of the owner; entries hold one field's before/after each (or a whole row for insert/delete).
CREATE TABLE undo_step (
  id INTEGER PRIMARY KEY, label TEXT NOT NULL,         -- JSON {"code":..,"params":{..}}
  at_ms INTEGER NOT NULL, undone_ms INTEGER, events TEXT NOT NULL   -- JSON list of event ids
) STRICT;
CREATE TABLE undo_entry (
  id INTEGER PRIMARY KEY, step_id INTEGER NOT NULL REFERENCES undo_step (id) ON DELETE CASCADE,
  table_name TEXT NOT NULL, row_key TEXT NOT NULL,     -- JSON of primary key columns
  op TEXT NOT NULL,                        -- insert | update | delete
  before TEXT, after TEXT                  -- JSON of the changed columns
) STRICT;
CREATE INDEX ix_undo_entry_step ON undo_entry (step_id);

CREATE TABLE canned_response (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, shortcut TEXT NOT NULL,
  tags TEXT NOT NULL,                      -- JSON list
  attachments TEXT NOT NULL,               -- JSON list as in draft
  used INTEGER NOT NULL, last_used_ms INTEGER, created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE canned_variant (
  canned_id INTEGER NOT NULL REFERENCES canned_response (id) ON DELETE CASCADE,
  language TEXT NOT NULL,                  -- en | zh | ... ; '' = any
  body TEXT NOT NULL,                      -- Markdown + Liquid
  PRIMARY KEY (canned_id, language)
) STRICT, WITHOUT ROWID;
CREATE TABLE macro (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, key TEXT,
  actions TEXT NOT NULL,                   -- JSON list of {"do":..., ...}; see domain/macros.py
  afterwards TEXT NOT NULL,                -- next | stay | back
  used INTEGER NOT NULL, created_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE survey (
  id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE,  -- 32 hex digits
  ticket_id INTEGER NOT NULL REFERENCES ticket (id), customer_id INTEGER NOT NULL REFERENCES customer (id),
  address TEXT NOT NULL, scale TEXT NOT NULL,          -- csat3 | csat5 | ces7 | nps
  outbox_id INTEGER, rfc_id TEXT, sent_ms INTEGER, bounced_ms INTEGER, expires_ms INTEGER NOT NULL,
  rating INTEGER, comment TEXT, rated_ms INTEGER, rated_message_id INTEGER, created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX ix_survey_ticket ON survey (ticket_id);
CREATE INDEX ix_survey_customer ON survey (customer_id);

-- Figures of a month as reported, without personal data.
CREATE TABLE frozen_month (month TEXT PRIMARY KEY, figures TEXT NOT NULL, made_ms INTEGER NOT NULL) STRICT;

-- Searches the owner keeps as views, in the order of `place`.
CREATE TABLE saved_search (
  id INTEGER PRIMARY KEY, uid BLOB NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE,
  query TEXT NOT NULL,                     -- as typed (domain/search_query.py)
  place INTEGER NOT NULL, created_ms INTEGER NOT NULL
) STRICT;

-- The text in a message's attachments. No row: nothing in it that can be read.
CREATE TABLE file_text (
  message_id INTEGER PRIMARY KEY REFERENCES message (id),
  state TEXT NOT NULL,                     -- waiting | read | empty | failed
  data BLOB                                -- as table words keeps a text; NULL unless read
) STRICT;
CREATE INDEX ix_file_text_waiting ON file_text (message_id) WHERE state = 'waiting';

-- What runs of Chinese characters in customers' names sound like. n: how many; 0 = initials.
CREATE TABLE name_sound (n INTEGER NOT NULL, sound TEXT NOT NULL, chars TEXT NOT NULL,
  PRIMARY KEY (n, sound, chars)) STRICT, WITHOUT ROWID;

-- Contentless FTS5; rowid = message.doc; text is segmented (domain/segment.py), marks: store/search_words.py.
CREATE VIRTUAL TABLE search USING fts5 (subject, sender, people, body, marks, content='', tokenize='unicode61 remove_diacritics 2');
INSERT INTO search (search, rank) VALUES ('automerge', 16);
-- Notes and the owner's words about customers (store/search_cards.py).
CREATE VIRTUAL TABLE search_card USING fts5 (words, tokenize='unicode61 remove_diacritics 2');
