"""Carries a search out, newest first, never reading more than it must.

The index gives documents from the newest on; pieces of growing size are looked at for what the
index does not know (states, tags, hidden, duplicates). When few of the first thousand fit, the
tickets that fit are few: then their messages are gathered and compared with the index's list.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from heapq import merge
from itertools import islice

from solodesk.domain.search_tree import Field, SearchQuery, Term, Word, leaves
from solodesk.domain.snippet import Looker
from solodesk.store.search_cards import Cards
from solodesk.store.search_plan import Condition, Planner, Way
from solodesk.store.spec import to_json
from solodesk.store.spelling import Spelling
from solodesk.store.transaction import Transaction
from solodesk.store.words import unpack_texts

_FIRST, _GROWTH, _LARGEST = 64, 4, 4_096
_PATIENCE = 1_000
"""Documents looked at before the tickets that fit are counted."""
_FEW = 30_000
"""So many messages of fitting tickets are gathered at most."""
_SAMPLE = 64
_DENSE = 8
"""One in so many of the newest must hold a short beginning, else the index is asked for it."""


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A message that fits."""

    doc: int
    message: int
    ticket: int


class Meanings:
    """What typed words may mean besides themselves (search_plan.Names), each asked once."""

    def __init__(self, tx: Transaction) -> None:
        self._cards = Cards(tx)
        self._spelling = Spelling(tx)
        self._known: dict[Term, list[Term]] = {}

    def spelt(self, term: Term) -> list[Term]:
        """Chinese names that sound so."""
        if term not in self._known:
            self._known[term] = self._spelling.spelt(term)
        return self._known[term]

    def cards(self, term: Term, field: Field) -> Condition | None:
        """Tickets by notes, tags and customers."""
        return self._cards.tickets(term, field, self.spelt(term))

    def tags(self, name: str, *, prefix: bool) -> Sequence[int]:
        """Tags by name."""
        return self._cards.named(name, prefix=prefix)

    def said(self, query: SearchQuery) -> list[Term]:
        """Every term whose places a hit shows: the words and what else they may mean."""
        wanted = [leaf for leaf in leaves(query.root, positive=True) if isinstance(leaf, Word)]
        return [term for leaf in wanted for term in (leaf.term, *self.spelt(leaf.term))]


def ways(tx: Transaction, query: SearchQuery, zone: tzinfo, meanings: Meanings) -> list[Way]:
    """The search as the index and the tables are asked."""
    if query.root is None:
        return []
    return Planner(meanings, tx.now_ms, zone).plan(query.root)


def run(
    tx: Transaction,
    query: SearchQuery,
    zone: tzinfo,
    limit: int | None,
    meanings: Meanings | None = None,
    only: Sequence[int] | None = None,
) -> Iterator[Match]:
    """Matching messages, newest first; `limit` is how many will be asked for, None: all.

    Ways without words give each ticket once. `only`: in these tickets.
    """
    planned = ways(tx, query, zone, meanings or Meanings(tx))
    if only is not None:
        among = Condition(
            "t.id IN (SELECT value FROM json_each(?))", (to_json([int(each) for each in only]),)
        )
        planned = [_with(way, among) for way in planned]
    streams = [_Stream(tx, way, limit, few=only is not None).matches() for way in planned]
    return _once(streams[0] if len(streams) == 1 else merge(*streams, reverse=True))


def _with(way: Way, condition: Condition) -> Way:
    return way.together(Way(conditions=(condition,)))


def _once(found: Iterator[Match]) -> Iterator[Match]:
    last = None
    for match in found:
        if match.doc != last:
            last = match.doc
            yield match


class _Stream:
    """One way's matches."""

    def __init__(self, tx: Transaction, way: Way, limit: int | None, *, few: bool = False) -> None:
        self._tx = tx
        self._way = way
        self._limit = limit
        self._few = few
        sql = [condition.sql for condition in way.conditions]
        self._where = "".join(f" AND {each}" for each in ("m.duplicate_of IS NULL", *sql))
        self._params = [value for c in way.conditions for value in c.params]
        self._choosy = any(c.sql != "t.hidden_ms IS NULL" for c in way.conditions)

    def matches(self) -> Iterator[Match]:
        """Newest first."""
        found = self._short() if self._way.short else self._plain(self._way.match())
        return found if self._way.worded else _each_ticket(found)

    def _plain(self, match: str) -> Iterator[Match]:
        way = self._way
        asks_index = bool(way.words or way.without or way.short)
        if self._few or (not asks_index and self._choosy):
            gathered = self._gathered()
            if gathered is not None:
                yield from gathered if not asks_index else self._among(gathered, match)
                return
        yield from self._piecewise(self._documents(match), match)

    def _documents(self, match: str) -> Iterator[tuple[int]]:
        return self._tx.link.execute(
            "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid DESC",
            (match, self._way.lowest, self._way.highest),
        )

    def _piecewise(self, documents: Iterator[tuple[int]], match: str) -> Iterator[Match]:
        size, seen, given, last = _FIRST, 0, 0, None
        while piece := [row[0] for row in islice(documents, size)]:
            for fit in self._fitting(piece):
                given += 1
                yield fit
            seen, size, last = seen + len(piece), min(size * _GROWTH, _LARGEST), piece[-1]
            if self._choosy and seen >= _PATIENCE and given * 20 < seen:
                break
        else:
            return
        gathered = self._gathered(below=last)
        if gathered is not None:
            yield from self._among(gathered, match)
            return
        while piece := [row[0] for row in islice(documents, _LARGEST)]:
            yield from self._fitting(piece)

    def _fitting(self, documents: Sequence[int]) -> list[Match]:
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM json_each(?) j CROSS JOIN message m"
            " ON m.doc = j.value CROSS JOIN ticket t ON t.id = m.ticket_id"
            f" WHERE 1{self._where}",
            (to_json(documents), *self._params),
        )
        return [Match(*row) for row in rows]

    def _gathered(self, below: int | None = None) -> list[Match] | None:
        """Every message of the tickets that fit, newest first; None when they are many."""
        beyond = "" if below is None else f" AND m.doc < {int(below)}"
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM ticket t JOIN message m ON m.ticket_id = t.id"
            f" WHERE m.doc BETWEEN ? AND ?{beyond}{self._where} LIMIT ?",
            (self._way.lowest, self._way.highest, *self._params, _FEW + 1),
        )
        if len(rows) > _FEW:
            return None
        return [Match(*row) for row in sorted(rows, reverse=True)]

    def _among(self, gathered: Sequence[Match], match: str) -> Iterator[Match]:
        """Those of the gathered that the index names."""
        if not gathered:
            return
        known = {each.doc: each for each in gathered}
        rows = self._tx.link.execute(
            "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid DESC",
            (match, gathered[-1].doc, gathered[0].doc),
        )
        for (doc,) in rows:
            if doc in known:
                yield known[doc]

    def _short(self) -> Iterator[Match]:
        """With beginnings of one or two letters: the newest messages are read for them, and the
        index is asked only when few of those hold them."""
        way = self._way
        looks = [_look_for(leaf) for leaf in way.short]
        source = self._plain(way.match(whole=False))
        seen = given = 0
        last: int | None = None
        while piece := list(islice(source, _SAMPLE)):
            for fit in self._holding(piece, looks):
                given += 1
                yield fit
            seen, last = seen + len(piece), piece[-1].doc
            if given * _DENSE < seen or (self._limit is None and seen >= 4 * _SAMPLE):
                break
        else:
            return
        if last is not None:
            yield from (fit for fit in self._plain(way.match()) if fit.doc < last)

    def _holding(
        self, piece: Sequence[Match], looks: Sequence[Callable[["_Said"], bool]]
    ) -> list[Match]:
        rows = self._tx.all(
            "SELECT m.id, m.subject, m.from_name || ' ' || m.from_address, m.recipients,"
            " m.attachments, w.data, f.data FROM message m LEFT JOIN words w ON w.message_id = m.id"
            " LEFT JOIN file_text f ON f.message_id = m.id"
            " WHERE m.id IN (SELECT value FROM json_each(?))",
            (to_json([each.message for each in piece]),),
        )
        find = self._tx.dictionary
        said = {
            message: _Said(subject, sender, people, files, data, in_files, find)
            for message, subject, sender, people, files, data, in_files in rows
        }
        return [
            each
            for each in piece
            if each.message in said and all(look(said[each.message]) for look in looks)
        ]


@dataclass(frozen=True, slots=True)
class _Said:
    """A message as far as its words go."""

    subject: str
    sender: str
    recipients: str
    attachments: str
    data: bytes | None
    in_files: bytes | None
    find: Callable[[int], bytes | None]

    def texts(self) -> Iterator[str]:
        """Everything the index knows, what is quick to look at first."""
        yield self.subject
        yield self.sender
        if self.data is not None:
            yield unpack_texts(self.data, self.find).text
        yield from _values(self.recipients)
        yield from _names(self.attachments)
        if self.in_files is not None:
            yield unpack_texts(self.in_files, self.find).text


def _values(listed: str) -> Iterator[str]:
    for people in json.loads(listed).values():
        for person in people:
            yield from map(str, person.values() if isinstance(person, dict) else person)


def _names(attachments: str) -> Iterator[str]:
    return (str(each.get("filename", "")) for each in json.loads(attachments))


def _look_for(leaf: Word) -> Callable[[_Said], bool]:
    looker = Looker([leaf.term])
    if leaf.field is Field.SUBJECT:
        return lambda said: looker.finds(said.subject)
    if leaf.field is Field.FROM:
        return lambda said: looker.finds(said.sender)
    if leaf.field is Field.TO:
        return lambda said: any(map(looker.finds, _values(said.recipients)))
    return lambda said: any(map(looker.finds, said.texts()))


def _each_ticket(found: Iterator[Match]) -> Iterator[Match]:
    known: set[int] = set()
    for match in found:
        if match.ticket not in known:
            known.add(match.ticket)
            yield match
