"""The search index and what it answers. Contentless FTS5, one document a message, found newest
first without a sort: rowid = message.doc (seconds, ascending).

Documents are made from the stored row, so that a deletion and a rebuild name the same words again.
What is asked is planned in search_plan.py and carried out in search_run.py.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, tzinfo
from typing import Any

from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.marks import SEGMENTER_VERSION
from solodesk.domain.search_tree import SearchQuery
from solodesk.domain.views import SearchHit
from solodesk.store.search_cards import Cards
from solodesk.store.search_words import COLUMNS, Document, Words, marks_of, words_of
from solodesk.store.spec import to_json
from solodesk.store.spelling import Run, Spelling
from solodesk.store.transaction import FOLLOWED, Transaction
from solodesk.store.words import unpack_texts

_REBUILD_BATCH = 500
_REBUILT = "search_rebuilt"
_BEFORE_ALL = -(1 << 62)
_FACTS = "id, doc, direction, kind, language, attachments"
_DOCUMENT = (
    f"SELECT {_FACTS}, subject, from_name, from_address, recipients,"
    " (SELECT data FROM words WHERE message_id = id),"
    " (SELECT data FROM file_text WHERE message_id = id) FROM message"
)
# What was erased is in the index no more.
_KEPT = " AND raw_state != 'erased'"
_PUT = f"INSERT INTO search (rowid, {COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"
_TAKE = f"INSERT INTO search (search, rowid, {COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?, ?)"


class Search:
    """Table search."""

    __slots__ = ("_tx", "zone")

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.zone: tzinfo = UTC
        """The owner's zone, for before: and after:."""

    # -- keeping the index

    def add(self, message: MessageId, words: Words | None = None) -> None:
        """Index a message. Done at the end of the transaction, in order of time: FTS5 is quick
        only with ascending rowids. `words`: made beforehand by `words_of` from its columns."""
        self._tx.unindexed[message] = words
        self._tx.taken_out.discard(message)

    def flush(self) -> None:
        """Index what `add` has gathered, and the notes and customers that were touched."""
        pending, self._tx.unindexed = self._tx.unindexed, {}
        if pending:
            bare = [message for message, words in pending.items() if words is None]
            documents = [self._document(row) for row in self._rows_of(_DOCUMENT, bare)]
            ready = [message for message, words in pending.items() if words is not None]
            for row in self._rows_of(f"SELECT {_FACTS} FROM message", ready):
                words = pending[row[0]]
                if words is not None:
                    documents.append((row[1], *words, _marks(row)))
            self._tx.run_many(_PUT, sorted(self._not_left_to_rebuild(documents)))
        touched = [each for each in self._tx.touched if each[0] in FOLLOWED]
        if touched:
            Cards(self._tx).follow(touched)
        if touched and self._tx.recorder is not None:
            # An act of the owner: a customer may have been given another name.
            Spelling(self._tx).renamed(row_id for kind, row_id in touched if kind == "customer")

    def _document(self, row: tuple[Any, ...]) -> Document:
        subject, name, address, recipients, said, in_files = row[6:]
        text = "" if said is None else unpack_texts(said, self._tx.dictionary).text
        more = "" if in_files is None else unpack_texts(in_files, self._tx.dictionary).text
        listed, files = json.loads(recipients), json.loads(row[5])
        return row[1], *words_of(subject, name, address, listed, text, files, more), _marks(row)

    def _rows_of(self, select: str, messages: Sequence[MessageId]) -> list[tuple[Any, ...]]:
        if not messages:
            return []
        sql = f"{select} WHERE id IN (SELECT value FROM json_each(?))"
        return self._tx.all(sql, (to_json([int(each) for each in messages]),))

    def remove(self, message: MessageId) -> None:
        """Take a message out of the index; before its row, words or files change or go."""
        if message in self._tx.taken_out:
            return
        self._tx.taken_out.add(message)
        if message in self._tx.unindexed:
            del self._tx.unindexed[message]
            return
        row = self._tx.one(f"{_DOCUMENT} WHERE id = ?{_KEPT}", (message,))
        if row is None:
            return
        document = self._document(row)
        if self._not_left_to_rebuild([document]):
            self._tx.run(_TAKE, document)

    def reword(self, message: MessageId) -> None:
        """What the index holds of a message is about to change: it is indexed anew at the end,
        unless it has been taken out."""
        if message in self._tx.taken_out:
            return
        if message not in self._tx.unindexed:
            if self._tx.one(f"SELECT 1 FROM message WHERE id = ?{_KEPT}", (message,)) is None:
                return
            self.remove(message)
        self.add(message)

    def outdated(self) -> bool:
        """True when the index was made by another segmenter and must be rebuilt."""
        found = self._tx.value("SELECT value FROM meta WHERE key = 'segmenter_version'")
        return bool(found != SEGMENTER_VERSION)

    def rebuild(self) -> int:
        """Make the whole index anew in this transaction; returns the number of documents."""
        self._tx.unindexed.clear()
        self._tx.run("INSERT INTO search (search) VALUES ('delete-all')")
        count = 0
        cursor = self._tx.link.execute(f"{_DOCUMENT} WHERE 1{_KEPT} ORDER BY doc")
        while batch := cursor.fetchmany(_REBUILD_BATCH):
            self._tx.run_many(_PUT, [self._document(row) for row in batch])
            count += len(batch)
        self._tx.run("INSERT INTO search (search) VALUES ('optimize')")
        Cards(self._tx).rebuild()
        self._whole()
        return count

    def rebuild_part(self, most: int = 200) -> bool:
        """Make the next part of an outdated index anew; True when it is whole again.

        The first call empties the index; what comes in later is indexed at once, the rest here.
        """
        if self._gap() is None:
            self._tx.unindexed.clear()
            self._tx.run("INSERT INTO search (search) VALUES ('delete-all')")
            Cards(self._tx).rebuild()
            last = self._tx.value("SELECT max(doc) FROM message")
            self._reached(_BEFORE_ALL, _BEFORE_ALL if last is None else int(last))
        after, until = self._gap() or (_BEFORE_ALL, _BEFORE_ALL)
        batch = self._tx.all(
            f"{_DOCUMENT} WHERE doc > ? AND doc <= ?{_KEPT} ORDER BY doc LIMIT ?",
            (after, until, most),
        )
        self._tx.run_many(_PUT, [self._document(row) for row in batch])
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

    def names_to_spell(self) -> tuple[str, list[str]]:
        """Names of customers and tags that pinyin does not find quickly yet, and how far they
        reach ("" when there are none left)."""
        return Spelling(self._tx).next_names()

    def keep_spelt(self, reach: str, runs: Iterable[Run]) -> None:
        """What these names sound like (`spelling.all_runs`)."""
        Spelling(self._tx).keep(reach, runs)

    # -- asking

    def hits(self, query: SearchQuery, limit: int = 50, by: str = "newest") -> list[SearchHit]:
        """Messages that match, newest first or (by 'relevance') best first among the newest;
        with operators alone each ticket by its newest fitting message."""
        from solodesk.store.search_hits import hits

        return hits(self._tx, query, self.zone, limit, by)

    def tickets(self, query: SearchQuery, limit: int | None = None) -> list[TicketId]:
        """Tickets with a matching message, newest match first."""
        from solodesk.store.search_run import run

        found: dict[TicketId, None] = {}
        for most in (None,) if limit is None else (2 * limit, None):
            count = 0
            for match in run(self._tx, query, self.zone, most):
                count += 1
                found[TicketId(match.ticket)] = None
                if limit is not None and len(found) >= limit:
                    return list(found)
            if most is not None and count < most:
                break
        return list(found)

    def snippets(
        self, query: SearchQuery, tickets: Iterable[TicketId]
    ) -> dict[TicketId, SearchHit]:
        """The newest hit in each of these tickets."""
        from solodesk.store.search_hits import of_tickets

        return of_tickets(self._tx, query, self.zone, list(tickets))


def _marks(row: tuple[Any, ...]) -> str:
    return marks_of(row[2], row[3], row[4], json.loads(row[5]) if row[5] != "[]" else ())
