"""The search index: contentless FTS5, one document a message, found newest first without a sort.

rowid = message.doc (seconds). Documents are made from the stored row, so that a
deletion and a rebuild make the same words again. Snippets are cut from the text as it was written.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice
from typing import Any

from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.search_query import SearchQuery, Term
from solodesk.domain.segment import SEGMENTER_VERSION, flatten, matcher, segment, words
from solodesk.domain.views import SearchHit
from solodesk.store.spec import to_json
from solodesk.store.spelling import spelt
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, unpack_texts

NEWEST = 2_000
"""Relevance is computed over so many of the newest matches."""
_INDEXED = 1_000_000
_SNIPPET = 160
_BEFORE = 50
_LOOK = 4_000
_REBUILD_BATCH = 500
_REBUILT = "search_rebuilt"
_BEFORE_ALL = -(1 << 62)
Document = tuple[int, str, str, str]
_SPACE = re.compile(r"\s")

_DOCUMENT = (
    "SELECT id, doc, subject, from_name, from_address, recipients, data, attachments"
    " FROM message LEFT JOIN words ON message_id = id"
)
_BRIEF = "m.id, m.ticket_id, m.from_name, m.from_address"
_HIT = (
    "m.id, m.ticket_id, m.from_name, m.from_address, t.number, m.received_ms,"
    " coalesce(c.name, ''), m.subject, (SELECT data FROM words WHERE message_id = m.id)"
)
_JOINS = (
    " CROSS JOIN message m ON m.doc = s.rowid CROSS JOIN ticket t ON t.id = m.ticket_id"
    " LEFT JOIN customer c ON c.id = t.customer_id"
)


Words = tuple[str, str, str]
"""A message for the index: subject, people and body, cut into words."""


def _people(name: str, address: str, recipients: Mapping[str, Any]) -> str:
    parts = [name, address]
    for listed in recipients.values():
        for person in listed:
            parts.extend(person.values() if isinstance(person, dict) else person)
    return " ".join(str(part) for part in parts)


def document(tx: Transaction, row: tuple[Any, ...]) -> tuple[int, str, str, str]:
    """(rowid, subject, people, body) for the index, from a row of `_DOCUMENT`."""
    _, doc, subject, name, address, recipients, said, attachments = row
    text = "" if said is None else unpack_texts(said, tx.dictionary).text
    people, files = json.loads(recipients), json.loads(attachments)
    return doc, *words_of(subject, name, address, people, text, files)


def words_of(
    subject: str,
    name: str,
    address: str,
    recipients: Mapping[str, Any],
    text: str,
    attachments: Sequence[Mapping[str, Any]],
) -> Words:
    """The words of a message from its columns (JSON ones as values): what `document` makes."""
    files = " ".join(str(a.get("filename", "")) for a in attachments)
    body = f"{text[:_INDEXED]} {files}" if files else text[:_INDEXED]
    return segment(subject), segment(_people(name, address, recipients)), segment(body)


def _phrase(term: Term) -> str:
    # Tokens hold letters, numbers and marks only: nothing in them can end the quotation.
    return f'"{" ".join(term.tokens)}"{"*" if term.prefix else ""}'


def _any(term: Term, names: Sequence[Term], column: str = "") -> str:
    words_ = f"{column} : {_phrase(term)}" if column else _phrase(term)
    if not names:
        return words_
    return f"({words_} OR people : ({' OR '.join(_phrase(name) for name in names)}))"


def _day_start(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp() * 1000)


def snippet(text: str, query: SearchQuery) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A piece of `text` around the first match, and where the matches in it are."""
    pattern = matcher([(term.tokens, term.prefix) for term in query.text + query.subject])
    start = 0
    if pattern is not None:
        for end in (_LOOK, _INDEXED):
            found = pattern.search(flatten(text[:end]))
            if found is not None:
                start = max(0, found.start() - _BEFORE)
                break
            if len(text) <= end:
                break
    if start:
        # Begin at a word, where one begins soon.
        space = text.find(" ", start, start + 15)
        start = space + 1 if space >= 0 else start
    cut = text[start : start + _SNIPPET]
    flat = _SPACE.sub(" ", cut)
    if pattern is None:
        return flat, ()
    marks = tuple(m.span() for m in pattern.finditer(flatten(flat)) if m.end() > m.start())
    return flat, marks


def _up_to(limit: int | None) -> str:
    return "" if limit is None else f" LIMIT {int(limit)}"


class Search:
    """Table search."""

    __slots__ = ("_pending", "_tx", "zone")

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._pending: dict[MessageId, Words | None] = {}
        self.zone: tzinfo = UTC
        """The owner's zone, for before: and after:."""

    # -- keeping the index

    def add(self, message: MessageId, words: Words | None = None) -> None:
        """Index a message. Done at the end of the transaction, in order of time: FTS5 is quick
        only with ascending rowids. `words`: made beforehand by `words_of` from its columns."""
        if not self._pending:
            self._tx.at_end.append(self.flush)
        self._pending[message] = words

    def flush(self) -> None:
        """Index what `add` has gathered."""
        if not self._pending:
            return
        pending, self._pending = self._pending, {}
        bare = [message for message, words_ in pending.items() if words_ is None]
        documents = [document(self._tx, row) for row in self._rows_of(_DOCUMENT, bare)]
        ready = [message for message, words_ in pending.items() if words_ is not None]
        for message, doc in self._rows_of("SELECT id, doc FROM message", ready):
            words_ = pending[message]
            if words_ is not None:
                documents.append((doc, *words_))
        self._tx.run_many(
            "INSERT INTO search (rowid, subject, people, body) VALUES (?, ?, ?, ?)",
            sorted(self._not_left_to_rebuild(documents)),
        )

    def _rows_of(self, select: str, messages: Sequence[MessageId]) -> list[tuple[Any, ...]]:
        if not messages:
            return []
        sql = f"{select} WHERE id IN (SELECT value FROM json_each(?))"
        return self._tx.all(sql, (to_json(messages),))

    def remove(self, message: MessageId) -> None:
        """Take a message out of the index; before its row is changed or deleted."""
        if message in self._pending:
            del self._pending[message]
            return
        row = self._tx.one(f"{_DOCUMENT} WHERE id = ?", (message,))
        if row is not None and self._not_left_to_rebuild([document(self._tx, row)]):
            self._tx.run(
                "INSERT INTO search (search, rowid, subject, people, body)"
                " VALUES ('delete', ?, ?, ?, ?)",
                document(self._tx, row),
            )

    def outdated(self) -> bool:
        """True when the index was made by another segmenter and must be rebuilt."""
        found = self._tx.value("SELECT value FROM meta WHERE key = 'segmenter_version'")
        return bool(found != SEGMENTER_VERSION)

    def rebuild(self) -> int:
        """Make the whole index anew in this transaction; returns the number of documents."""
        self._pending.clear()
        self._tx.run("INSERT INTO search (search) VALUES ('delete-all')")
        count = 0
        cursor = self._tx.link.execute(f"{_DOCUMENT} ORDER BY doc")
        while batch := cursor.fetchmany(_REBUILD_BATCH):
            self._tx.run_many(
                "INSERT INTO search (rowid, subject, people, body) VALUES (?, ?, ?, ?)",
                [document(self._tx, row) for row in batch],
            )
            count += len(batch)
        self._tx.run("INSERT INTO search (search) VALUES ('optimize')")
        self._whole()
        return count

    def rebuild_part(self, most: int = 200) -> bool:
        """Make the next part of an outdated index anew; True when it is whole again.

        The first call empties the index; what comes in later is indexed at once, the rest here.
        """
        if self._gap() is None:
            self._pending.clear()
            self._tx.run("INSERT INTO search (search) VALUES ('delete-all')")
            last = self._tx.value("SELECT max(doc) FROM message")
            self._reached(_BEFORE_ALL, _BEFORE_ALL if last is None else int(last))
        after, until = self._gap() or (_BEFORE_ALL, _BEFORE_ALL)
        batch = self._tx.all(
            f"{_DOCUMENT} WHERE doc > ? AND doc <= ? ORDER BY doc LIMIT ?", (after, until, most)
        )
        self._tx.run_many(
            "INSERT INTO search (rowid, subject, people, body) VALUES (?, ?, ?, ?)",
            [document(self._tx, row) for row in batch],
        )
        if len(batch) == most:
            return self._reached(batch[-1][1], until)
        self._whole()
        return True

    def _whole(self) -> None:
        self._tx.run("DELETE FROM meta WHERE key = ?", (_REBUILT,))
        self._tx.run(
            "UPDATE meta SET value = ? WHERE key = 'segmenter_version'", (SEGMENTER_VERSION,)
        )

    def _reached(self, after: int, until: int) -> bool:
        self._tx.run(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_REBUILT, f"{after} {until}"),
        )
        return False

    def _gap(self) -> tuple[int, int] | None:
        """Documents after the first and up to the second number wait for `rebuild_part`."""
        found = self._tx.value("SELECT value FROM meta WHERE key = ?", (_REBUILT,))
        after, until = map(int, str(found or "0 0").split())
        return None if found is None else (after, until)

    def _not_left_to_rebuild(self, documents: list[Document]) -> list[Document]:
        gap = self._gap()
        return [d for d in documents if gap is None or not gap[0] < d[0] <= gap[1]]

    # -- asking

    def hits(self, query: SearchQuery, limit: int = 50, by: str = "newest") -> list[SearchHit]:
        """Messages that match, newest first or (by 'relevance') best first among the newest."""
        return [self._hit(row, query) for row in self._rows(query, limit, by)]

    def tickets(self, query: SearchQuery, limit: int | None = None) -> list[TicketId]:
        """Tickets with a matching message, newest match first."""
        found: dict[TicketId, None] = {}
        for row in self._found(_BRIEF, query, "newest", None):
            found[TicketId(row[1])] = None
            if limit is not None and len(found) >= limit:
                break
        return list(found)

    def _rows(self, query: SearchQuery, limit: int, by: str) -> list[tuple[Any, ...]]:
        return list(islice(self._found(_HIT, query, by, limit), limit))

    def _found(
        self, columns: str, query: SearchQuery, by: str, limit: int | None
    ) -> Iterator[tuple[Any, ...]]:
        if not query:
            return iter(())
        tickets, mail = self._filters(query), self._mail_filters(query)
        names = {term: spelt(self._tx, term) for term in (*query.text, *query.from_)}
        parts = [_any(term, names[term]) for term in query.text]
        parts += [_any(term, names[term], "people") for term in query.from_]
        parts += [_any(term, (), "subject") for term in query.subject]
        match = " AND ".join(parts)
        if not match:
            return self._without_words(columns, tickets, mail)
        where, params = tickets[0] + mail[0], tickets[1] + mail[1]
        if query.from_:
            limit = None
        sql = f"SELECT {columns} FROM search s{_JOINS} WHERE s.search MATCH ?"
        if by == "relevance":
            cursor = self._by_relevance(sql, match, where, params, limit)
        else:
            cursor = self._tx.link.execute(
                f"{sql}{where} ORDER BY s.rowid DESC{_up_to(limit)}", [match, *params]
            )
        senders = [(term, *names[term]) for term in query.from_]
        return (row for row in cursor if _from_fits(senders, row[2], row[3]))

    def _by_relevance(
        self, sql: str, match: str, where: str, params: list[Any], limit: int | None
    ) -> Iterator[tuple[Any, ...]]:
        oldest = self._tx.value(
            "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?",
            (match, NEWEST - 1),
        )
        return self._tx.link.execute(
            f"{sql} AND s.rowid >= ?{where}"
            f" ORDER BY bm25(search, 4.0, 2.0, 1.0), s.rowid DESC{_up_to(limit)}",
            [match, -(1 << 62) if oldest is None else oldest, *params],
        )

    def _without_words(
        self, columns: str, tickets: tuple[str, list[Any]], mail: tuple[str, list[Any]]
    ) -> Iterator[tuple[Any, ...]]:
        """Operators alone: each fitting ticket by its newest fitting message."""
        newest = "m.received_ms" if mail[0] else "t.last_message_ms"
        return self._tx.link.execute(
            f"SELECT {columns} FROM ticket t LEFT JOIN customer c ON c.id = t.customer_id"
            " CROSS JOIN message m ON m.id = (SELECT m.id FROM message m WHERE m.ticket_id = t.id"
            f" AND m.duplicate_of IS NULL{mail[0]} ORDER BY m.received_ms DESC, m.id DESC LIMIT 1)"
            f" WHERE 1{tickets[0]} ORDER BY {newest} DESC",
            [*mail[1], *tickets[1]],
        )

    def _filters(self, query: SearchQuery) -> tuple[str, list[Any]]:
        parts = [" AND m.duplicate_of IS NULL"]
        params: list[Any] = []
        if "hidden" not in query.states:
            parts.append("t.hidden_ms IS NULL")
        if query.number is not None:
            parts.append("t.number = ?")
            params.append(query.number)
        for tag in query.tags:
            parts.append(
                "t.id IN (SELECT ticket_id FROM ticket_tag JOIN tag ON tag.id = tag_id"
                " WHERE tag.name = ? COLLATE NOCASE)"
            )
            params.append(tag)
        states, values = self._states(query.states)
        parts += states
        params += values
        return " AND ".join(parts), params

    def _mail_filters(self, query: SearchQuery) -> tuple[str, list[Any]]:
        where = " AND m.attachments != '[]'" if query.attachment else ""
        params: list[Any] = []
        for day, sign in ((query.before, "<"), (query.after, ">=")):
            if day is not None:
                where += f" AND m.received_ms {sign} ?"
                params.append(self._moment(day))
        return where, params

    def _states(self, states: frozenset[str]) -> tuple[list[str], list[Any]]:
        parts: list[str] = []
        params: list[Any] = []
        statuses = sorted(states & {"open", "waiting", "closed", "spam"})
        if statuses:
            parts.append(f"t.status IN ({', '.join('?' * len(statuses))})")
            params += statuses
        if "unread" in states:
            parts.append("t.unread = 1")
        if "hidden" in states:
            parts.append("t.hidden_ms IS NOT NULL")
        if "snoozed" in states:
            parts.append("t.snoozed_until_ms > ?")
            params.append(self._tx.now_ms)
        return parts, params

    def _moment(self, day: date) -> int:
        try:
            return _day_start(day, self.zone)
        except (OverflowError, ValueError, OSError):
            # The very first or last day there is.
            return -(1 << 62) if day.year < 1971 else 1 << 62

    def _hit(self, row: tuple[Any, ...], query: SearchQuery) -> SearchHit:
        message, ticket, name, address, number, at_ms, customer, subject, said = row
        texts = Texts() if said is None else unpack_texts(said, self._tx.dictionary)
        words_, marks = snippet(texts.new_text, query)
        if not marks and query.text and texts.text != texts.new_text:
            longer, found = snippet(texts.text, query)
            words_, marks = (longer, found) if found else (words_, marks)
        return SearchHit(
            TicketId(ticket), number, MessageId(message), at_ms, customer or name or address,
            subject, words_, marks,
        )  # fmt: skip


def _from_fits(senders: Sequence[Sequence[Term]], name: str, address: str) -> bool:
    """True when the sender (the index also knows recipients) is meant by each of these."""
    if not senders:
        return True
    have = words(f"{name} {address}")
    return all(any(_stands_in(term, have) for term in terms) for terms in senders)


def _stands_in(term: Term, have: Sequence[str]) -> bool:
    wanted = tuple(flatten(token) for token in term.tokens)
    there = tuple(flatten(token) for token in have)
    for start in range(len(there) - len(wanted) + 1):
        piece = there[start : start + len(wanted)]
        if piece[:-1] == wanted[:-1] and (
            piece[-1] == wanted[-1] or (term.prefix and piece[-1].startswith(wanted[-1]))
        ):
            return True
    return False
