"""Search results as they are shown: in order, with a piece of the original text and its hits.

By relevance: an exact number or address first, then where the words stand (sender, subject, other
people, text) and how often, times how fresh the message is, among the newest that match.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import tzinfo
from itertools import islice
from typing import Any

from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.search_tree import Number, SearchQuery, Term, Word, leaves
from solodesk.domain.snippet import Looker, cut
from solodesk.domain.views import SearchHit
from solodesk.store.search_cards import Cards
from solodesk.store.search_plan import expression, is_short
from solodesk.store.search_run import Match, Meanings, run
from solodesk.store.spec import to_json
from solodesk.store.transaction import Transaction
from solodesk.store.words import Texts, unpack_texts

NEWEST = 2_000
"""Relevance is computed over so many of the newest matches."""
_FRESH_MS = 90 * 86_400_000
"""After so long a message counts half as fresh."""
_COLUMNS = (("sender", 4.0), ("subject", 2.5), ("people", 1.6))
_EXACT = 100.0
_READ = 2_000
"""Characters of a text in which words are counted."""
_NAMES = 8
"""More names that sound so are not marked in texts."""
_SHORT_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_HIT = (
    "SELECT m.id, m.ticket_id, m.from_name, m.from_address, t.number, m.received_ms,"
    " coalesce(c.name, ''), m.subject, w.data, f.data FROM json_each(?) j"
    " CROSS JOIN message m ON m.id = j.value CROSS JOIN ticket t ON t.id = m.ticket_id"
    " LEFT JOIN customer c ON c.id = t.customer_id LEFT JOIN words w ON w.message_id = m.id"
    " LEFT JOIN file_text f ON f.message_id = m.id"
)


def hits(tx: Transaction, query: SearchQuery, zone: tzinfo, limit: int, by: str) -> list[SearchHit]:
    """Messages that match, at most `limit`, `by` newest or relevance."""
    meanings = Meanings(tx)
    if by == "relevance":
        most = 4 * limit if _has_short(query) else NEWEST
        found = list(islice(run(tx, query, zone, most, meanings), most))
        found = _ranked(tx, query, meanings, found, limit)
    else:
        found = list(islice(run(tx, query, zone, limit, meanings), limit))
    return _shown(tx, query, meanings, [match.message for match in found])


def of_tickets(
    tx: Transaction, query: SearchQuery, zone: tzinfo, tickets: Sequence[TicketId]
) -> dict[TicketId, SearchHit]:
    """The newest hit in each of these tickets."""
    meanings = Meanings(tx)
    newest: dict[int, int] = {}
    for match in run(tx, query, zone, None, meanings, only=[int(each) for each in tickets]):
        newest.setdefault(match.ticket, match.message)
    shown = _shown(tx, query, meanings, list(newest.values()))
    return {hit.ticket: hit for hit in shown}


def _has_short(query: SearchQuery) -> bool:
    found = leaves(query.root, positive=True)
    return any(isinstance(leaf, Word) and is_short(leaf.term) for leaf in found)


def _shown(
    tx: Transaction, query: SearchQuery, meanings: Meanings, messages: Sequence[int]
) -> list[SearchHit]:
    terms = meanings.said(query, _NAMES)
    looker = Looker(terms)
    cards = Cards(tx) if meanings.beside_mail else None
    rows = tx.all(_HIT, (to_json(list(messages)),))
    return [_hit(tx, row, looker, terms, cards) for row in rows]


def _hit(
    tx: Transaction,
    row: tuple[Any, ...],
    looker: Looker,
    terms: Sequence[Term],
    cards: Cards | None,
) -> SearchHit:
    message, ticket, name, address, number, at_ms, customer, subject, said, in_files = row
    texts = Texts() if said is None else unpack_texts(said, tx.dictionary)
    shown, marks = cut(texts.new_text or texts.text, looker)
    if not marks and looker:
        for more in _elsewhere(tx, texts, in_files, ticket, terms, cards):
            longer, found = cut(more, looker)
            if found:
                shown, marks = longer, found
                break
    return SearchHit(
        TicketId(ticket), number, MessageId(message), at_ms, customer or name or address,
        subject, shown, marks, looker.places(subject),
    )  # fmt: skip


def _elsewhere(
    tx: Transaction, texts: Texts, in_files: bytes | None, ticket: int, terms: Sequence[Term],
    cards: Cards | None,
) -> Iterable[str]:  # fmt: skip
    """Where the words may stand when the new text has none: quoted, in files, in notes."""
    if texts.text != texts.new_text:
        yield texts.text
    if in_files is not None:
        yield unpack_texts(in_files, tx.dictionary).text
    if cards is not None:
        yield from cards.note_of(ticket, terms)


def _ranked(
    tx: Transaction, query: SearchQuery, meanings: Meanings, found: Sequence[Match], limit: int
) -> list[Match]:
    """Best first, `limit` of them."""
    if not found:
        return []
    words = [leaf for leaf in leaves(query.root, positive=True) if isinstance(leaf, Word)]
    oldest, newest = found[-1].doc, found[0].doc
    where = dict.fromkeys((match.doc for match in found), 0.0)
    for leaf in words:
        for doc, points in _standing(tx, leaf, meanings, oldest, newest).items():
            if doc in where:
                where[doc] += points
    exact = _exact(tx, query, found)

    def worth(match: Match) -> tuple[float, int]:
        fresh = 1 / (1 + max(0, tx.now_ms - match.doc * 1000) / _FRESH_MS)
        place = 1 + where[match.doc] / max(1, len(words))
        return exact.get(match.message, 0.0) + place * (0.5 + 0.5 * fresh), match.doc

    best = sorted(found, key=worth, reverse=True)
    near = best[: 2 * limit]
    often = _often(tx, [leaf.term for leaf in words], near)
    top = sorted(near, key=lambda m: (worth(m)[0] * often.get(m.message, 1.0), m.doc), reverse=True)
    return [*top, *best[len(near) :]][:limit]


def _often(tx: Transaction, terms: Sequence[Term], near: Sequence[Match]) -> dict[int, float]:
    """How often the words stand in what is new in these messages: 0.8 once or never, up to 1."""
    looker = Looker(terms)
    if not looker:
        return {}
    rows = tx.all(
        "SELECT message_id, data FROM words WHERE message_id IN (SELECT value FROM json_each(?))",
        (to_json([match.message for match in near]),),
    )
    found: dict[int, float] = {}
    for message, data in rows:
        text = unpack_texts(data, tx.dictionary).new_text[:_READ]
        found[message] = 0.8 + 0.05 * min(4, max(0, len(looker.places(text)) - 1))
    return found


def _standing(
    tx: Transaction, leaf: Word, meanings: Meanings, oldest: int, newest: int
) -> dict[int, float]:
    """Documents where a word stands in a better place than the text, and how good it is."""
    found: dict[int, float] = {}
    alternatives = (leaf.term, *meanings.spelt(leaf.term))
    if is_short(leaf.term):
        return found
    phrase = " OR ".join(expression(Word(term)) for term in alternatives)
    for column, points in _COLUMNS:
        rows = tx.link.execute(
            "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ?",
            (f"{column} : ({phrase})", oldest, newest),
        )
        for (doc,) in rows:
            found[doc] = max(found.get(doc, 0.0), points)
    return found


def _exact(tx: Transaction, query: SearchQuery, found: Sequence[Match]) -> dict[int, float]:
    """Messages whose ticket's number, sender's address or Message-ID is what was typed."""
    typed = leaves(query.root, positive=True)
    numbers = {leaf.number for leaf in typed if isinstance(leaf, Number)}
    said = {leaf.term.said.strip("<>").lower() for leaf in typed if isinstance(leaf, Word)}
    numbers |= {int(each) for each in said if _SHORT_NUMBER.fullmatch(each)}
    addresses = [each for each in said if "@" in each]
    if not (numbers or addresses):
        return {}
    rows = tx.all(
        "SELECT m.id FROM json_each(?1) j CROSS JOIN message m ON m.id = j.value"
        " CROSS JOIN ticket t ON t.id = m.ticket_id"
        " WHERE t.number IN (SELECT value FROM json_each(?2))"
        " OR lower(m.from_address) IN (SELECT value FROM json_each(?3))"
        " OR lower(trim(m.rfc_id, '<>')) IN (SELECT value FROM json_each(?3))",
        (to_json([match.message for match in found]), to_json(sorted(numbers)), to_json(addresses)),
    )
    return {row[0]: _EXACT for row in rows}
