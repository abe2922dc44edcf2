"""Carries a search out, newest first, never reading more than it must.

The index gives documents from the newest on; pieces of growing size are looked at for what the
index does not know (states, tags, hidden, duplicates). When few of the first thousand fit, the
tickets that fit are few: then their messages are gathered and compared with the index's list.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from heapq import merge
from itertools import chain, islice
from typing import NamedTuple

from solodesk.domain.search_tree import Field, SearchQuery, Term, Word, leaves
from solodesk.domain.snippet import Looker
from solodesk.store.driver import Value
from solodesk.store.search_cards import Cards
from solodesk.store.search_plan import EARLIEST, PILE_S, Condition, Planner, Way
from solodesk.store.spec import to_json
from solodesk.store.spelling import Spelling
from solodesk.store.transaction import Transaction
from solodesk.store.words import unpack_texts

_FIRST, _GROWTH, _LARGEST = 64, 4, 1_024
_PATIENCE = 1_000
"""Documents looked at before the tickets that fit are counted."""
_FEW = 2_000
"""So many tickets' messages are gathered at most."""
_SAMPLE = 48
_DENSE = 8
"""One in so many of the newest must hold a short beginning, else the index is asked for it."""


class Match(NamedTuple):
    """A message that fits; there may be thousands."""

    doc: int
    message: int
    ticket: int


class Meanings:
    """What typed words may mean besides themselves (search_plan.Names), each asked once."""

    def __init__(self, tx: Transaction) -> None:
        self._cards = Cards(tx)
        self._spelling = Spelling(tx)
        self._known: dict[Term, list[Term]] = {}
        self.beside_mail = False
        """Words were found in notes, tags or what the owner wrote about customers."""

    def spelt(self, term: Term) -> list[Term]:
        """Chinese names that sound so."""
        if term not in self._known:
            self._known[term] = self._spelling.spelt(term)
        return self._known[term]

    def cards(self, term: Term, field: Field) -> Condition | None:
        """Tickets by notes, tags and customers."""
        found = self._cards.tickets(term, field, self.spelt(term))
        self.beside_mail = self.beside_mail or found is not None
        return found

    def tags(self, name: str, *, prefix: bool) -> Sequence[int]:
        """Tags by name."""
        return self._cards.named(name, prefix=prefix)

    def said(self, query: SearchQuery, most: int) -> list[Term]:
        """Every term whose places a hit shows: the words and what else they may mean, names that
        sound so only when they are few."""
        found: list[Term] = []
        for leaf in leaves(query.root, positive=True):
            if isinstance(leaf, Word):
                others = self.spelt(leaf.term)
                found += [leaf.term, *(others if len(others) <= most else ())]
        return found


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
    With a limit what comes after so many need not be complete.
    """
    planned = ways(tx, query, zone, meanings or Meanings(tx))
    if only is not None:
        among = Condition(
            "t.id IN (SELECT value FROM json_each(?))", (to_json([int(each) for each in only]),)
        )
        planned = [_with(way, among) for way in planned]
    few = only is not None
    if limit is None or len(planned) < 2 or few:
        return _once(_merged([_Stream(tx, way, few=few).matches() for way in planned]))
    # The way that needs least first: what the others find must not be older than its last.
    plain, *others = sorted(planned, key=lambda way: (not way.worded, len(way.conditions)))
    newest = list(islice(_Stream(tx, plain).matches(), limit))
    if len(newest) == limit:
        floor = newest[-1].doc
        others = [replace(way, lowest=max(way.lowest, floor)) for way in others]
    return _once(_merged([iter(newest), *(_Stream(tx, way).matches() for way in others)]))


def _merged(streams: Sequence[Iterator[Match]]) -> Iterator[Match]:
    streams = [chain((first,), each) for each in streams for first in islice(each, 1)]
    if not streams:
        return iter(())
    return streams[0] if len(streams) == 1 else merge(*streams, reverse=True)


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

    def __init__(self, tx: Transaction, way: Way, *, few: bool = False) -> None:
        self._tx = tx
        self._way = way
        self._few = few
        self._tickets = [c for c in way.conditions if not c.mail]
        self._mails = [c for c in way.conditions if c.mail]
        self._choosy = bool(self._tickets)

    def matches(self) -> Iterator[Match]:
        """Newest first."""
        found = self._short() if self._way.short else self._plain(self._way.match())
        return found if self._way.worded else _each_ticket(found)

    def _plain(self, match: str) -> Iterator[Match]:
        way = self._way
        if way.words or way.without or way.short:
            if self._few:
                return self._among(self._gathered() or [], match)
            return self._piecewise(match)
        if any(condition.names_message for condition in self._mails):
            return iter(self._named())
        if self._choosy and not self._mails:
            return self._by_ticket()
        return self._piecewise(match)

    def _where(self, *, all_: bool) -> tuple[str, list[Value]]:
        conditions = self._tickets + self._mails if all_ else self._tickets
        seen = () if self._way.hidden else ("t.hidden_ms IS NULL",)
        sql = " AND ".join((*seen, *(condition.sql for condition in conditions))) or "1"
        if all_:
            # Each message brings its ticket: a list is to be looked into, not gone through.
            sql = sql.replace("t.id IN", "+t.id IN")
        return sql, [value for condition in conditions for value in condition.params]

    def _by_ticket(self) -> Iterator[Match]:
        """Conditions about tickets alone: the tickets, newest first, and the newest of each."""
        way = self._way
        where, params = self._where(all_=False)
        # Tickets that are listed are looked up and sorted; states are met on the way down.
        listed = any(c.sql.startswith(("t.id IN", "(t.id IN")) for c in self._tickets)
        order = f"{'+' if listed else ''}t.last_message_ms"
        if way.lowest > EARLIEST:
            where += " AND t.last_message_ms >= ?"
            params.append((way.lowest - PILE_S) * 1000)
        tickets = self._tx.link.execute(
            f"SELECT t.id FROM ticket t WHERE {where} ORDER BY {order} DESC", params
        )
        while piece := [row[0] for row in islice(tickets, _FIRST)]:
            rows = self._tx.all(
                "SELECT m.doc, m.id, m.ticket_id FROM json_each(?) j CROSS JOIN message m ON m.id ="
                " (SELECT x.id FROM message x WHERE x.ticket_id = j.value"
                " AND x.duplicate_of IS NULL ORDER BY x.received_ms DESC, x.id DESC LIMIT 1)",
                (to_json(piece),),
            )
            found = [Match(*row) for row in sorted(rows, reverse=True) if row[0] >= way.lowest]
            if rows and not found:
                return
            yield from found

    def _named(self) -> list[Match]:
        """Messages by a name of theirs."""
        where, params = self._where(all_=True)
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM message m CROSS JOIN ticket t"
            f" ON t.id = m.ticket_id WHERE m.duplicate_of IS NULL AND {where}",
            params,
        )
        return [Match(*row) for row in sorted(rows, reverse=True)]

    def _documents(self, match: str, below: int | None = None) -> Iterator[tuple[int]]:
        highest = self._way.highest if below is None else min(below - 1, self._way.highest)
        return self._tx.link.execute(
            "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?"
            " ORDER BY rowid DESC",
            (match, self._way.lowest, highest),
        )

    def _piecewise(self, match: str) -> Iterator[Match]:
        documents = self._documents(match)
        size, seen, given, last = _FIRST, 0, 0, 0
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
        if not (self._tickets or self._mails):
            return self._seen(documents)
        where, params = self._where(all_=True)
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM json_each(?) j CROSS JOIN message m"
            " ON m.doc = j.value CROSS JOIN ticket t ON t.id = m.ticket_id"
            f" WHERE m.duplicate_of IS NULL AND {where}",
            (to_json(documents), *params),
        )
        return list(map(Match._make, rows))

    def _seen(self, documents: Sequence[int]) -> list[Match]:
        """Without conditions the index of documents is enough, and the few to be left out."""
        hidden = (
            ""
            if self._way.hidden
            else " AND m.ticket_id NOT IN (SELECT id FROM ticket WHERE hidden_ms IS NOT NULL)"
        )
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM json_each(?) j CROSS JOIN message m"
            " ON m.doc = j.value WHERE m.id NOT IN"
            f" (SELECT id FROM message WHERE duplicate_of IS NOT NULL){hidden}",
            (to_json(documents),),
        )
        return list(map(Match._make, rows))

    def _gathered(self, below: int | None = None) -> list[Match] | None:
        """Every message of the tickets that fit, newest first; None when they are many."""
        where, params = self._where(all_=False)
        tickets = self._tx.all(
            f"SELECT t.id FROM ticket t WHERE {where} LIMIT ?", (*params, _FEW + 1)
        )
        if len(tickets) > _FEW:
            return None
        mails = "".join(f" AND {condition.sql}" for condition in self._mails)
        rows = self._tx.all(
            "SELECT m.doc, m.id, m.ticket_id FROM json_each(?) j CROSS JOIN message m"
            " ON m.ticket_id = j.value CROSS JOIN ticket t ON t.id = m.ticket_id"
            f" WHERE m.duplicate_of IS NULL AND m.doc BETWEEN ? AND ?{mails}",
            (
                to_json([row[0] for row in tickets]),
                self._way.lowest,
                self._way.highest if below is None else min(below - 1, self._way.highest),
                *(value for condition in self._mails for value in condition.params),
            ),
        )
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
        yield from (known[doc] for (doc,) in rows if doc in known)

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
            if given * _DENSE < seen:
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
