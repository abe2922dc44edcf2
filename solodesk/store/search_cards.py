"""What is searched besides mail: notes, what the owner wrote about customers, tags.

A small index that keeps its own text (table search_card), in step at the end of every transaction.
rowid = 2 × the note's id, or 2 × the customer's id + 1.
"""

from collections.abc import Iterable, Sequence

from solodesk.domain.search_tree import Field, Term, Word
from solodesk.domain.segment import fold, segment, split
from solodesk.store.driver import Value
from solodesk.store.search_plan import Condition, carrying, expression
from solodesk.store.spec import to_json
from solodesk.store.spelling import Spelling
from solodesk.store.transaction import Transaction

_MOST = 2_000
_NOTES = "SELECT id, text FROM note WHERE deleted_ms IS NULL"
# Names as the mail has them are in the index of messages already.
_CUSTOMERS = (
    "SELECT c.id, c.name || ' ' || c.company || ' ' || c.note FROM customer c"
    " WHERE (c.company != '' OR c.note != '' OR c.name NOT IN"
    " (SELECT a.name FROM customer_address a WHERE a.customer_id = c.id))"
)


class Cards:
    """Table search_card, and what tags mean to a search."""

    __slots__ = ("_names", "_tx")

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._names: list[tuple[int, str]] | None = None

    # -- keeping

    def follow(self, touched: Iterable[tuple[str, int]]) -> None:
        """Index anew the notes and customers that a transaction touched."""
        notes = [row_id for kind, row_id in touched if kind == "note"]
        customers = [row_id for kind, row_id in touched if kind == "customer"]
        if notes:
            self._write(notes, 0, f"{_NOTES} AND id IN (SELECT value FROM json_each(?))")
        if customers:
            self._write(customers, 1, f"{_CUSTOMERS} AND c.id IN (SELECT value FROM json_each(?))")

    def _write(self, ids: list[int], kind: int, select: str) -> None:
        numbers = to_json([2 * row_id + kind for row_id in ids])
        found = self._tx.all(select, (to_json(ids),))
        there = self._tx.all(
            "SELECT rowid FROM search_card WHERE rowid IN (SELECT value FROM json_each(?))",
            (numbers,),
        )
        # In a flood of mail hardly any customer has a card: nothing is asked to go then.
        self._tx.run_many("DELETE FROM search_card WHERE rowid = ?", there)
        self._put(found, kind)

    def _put(self, found: list[tuple[int, str]], kind: int) -> None:
        self._tx.run_many(
            "INSERT INTO search_card (rowid, words) VALUES (?, ?)",
            ((2 * row_id + kind, segment(text)) for row_id, text in found),
        )

    def rebuild(self) -> None:
        """All of it anew."""
        self._tx.run("DELETE FROM search_card")
        self._put(self._tx.all(_NOTES), 0)
        self._put(self._tx.all(_CUSTOMERS), 1)

    # -- asking

    def tickets(self, term: Term, field: Field, runs: Sequence[Term]) -> Condition | None:
        """Tickets whose notes, tags or customer hold the words; None when none does."""
        if field is Field.SUBJECT:
            return None
        alternatives = [expression(Word(each)) for each in (term, *runs)]
        found = self._tx.all(
            "SELECT rowid FROM search_card WHERE search_card MATCH ? LIMIT ?",
            (" OR ".join(alternatives), _MOST),
        )
        notes = [row[0] // 2 for row in found if row[0] % 2 == 0]
        customers = [row[0] // 2 for row in found if row[0] % 2]
        tags = self._tags_with(term, runs) if field is Field.ANY else []
        parts: list[str] = []
        params: list[Value] = []
        if notes and field is Field.ANY:
            parts.append(
                "t.id IN (SELECT ticket_id FROM note WHERE id IN (SELECT value FROM json_each(?)))"
            )
            params.append(to_json(notes))
        if customers:
            parts.append("t.customer_id IN (SELECT value FROM json_each(?))")
            params.append(to_json(customers))
        if tags:
            parts.append(carrying(tags).sql)
        return Condition(f"({' OR '.join(parts)})", tuple(params)) if parts else None

    def note_of(self, ticket: int, terms: Iterable[Term]) -> list[str]:
        """Notes of a ticket and the owner's words about its customer that hold any of the words."""
        match = " OR ".join(expression(Word(term)) for term in terms)
        if not match:
            return []
        found = self._tx.all(
            "SELECT n.text FROM search_card s CROSS JOIN note n ON s.rowid = 2 * n.id"
            " WHERE n.ticket_id = ?1 AND n.deleted_ms IS NULL AND s.search_card MATCH ?2"
            " UNION ALL SELECT c.company || ' ' || c.note FROM ticket t"
            " JOIN customer c ON c.id = t.customer_id"
            " WHERE t.id = ?1 AND c.company || c.note != ''",
            (ticket, match),
        )
        return [str(row[0]) for row in found]

    # -- tags

    def named(self, name: str, *, prefix: bool) -> list[int]:
        """Tags of that name, case, width and Chinese script aside, or said in pinyin; with
        `prefix` those that begin so when none is exactly so."""
        wanted = fold(name).strip()
        known = [(tag, fold(each)) for tag, each in self._tags()]
        exact = [tag for tag, each in known if each == wanted]
        if exact:
            return exact
        runs = {run.said for run in Spelling(self._tx).spelt(Term((wanted,), prefix))}
        spoken = [tag for tag, each in known if each in runs]
        if not prefix:
            return spoken
        begun = tuple(runs)
        return [tag for tag, each in known if each.startswith((wanted, *begun))]

    def _tags(self) -> list[tuple[int, str]]:
        if self._names is None:
            self._names = [(row[0], row[1]) for row in self._tx.all("SELECT id, name FROM tag")]
        return self._names

    def _tags_with(self, term: Term, runs: Sequence[Term]) -> list[int]:
        """Tags whose name holds the words, or characters that sound so."""
        return [
            tag
            for tag, name in self._tags()
            if _holds(split(segment(name)), term) or any(run.said in fold(name) for run in runs)
        ]


def _holds(have: tuple[str, ...], term: Term) -> bool:
    """Whether words stand among others, beside each other."""
    wanted = term.tokens
    for start in range(len(have) - len(wanted) + 1):
        piece = have[start : start + len(wanted)]
        if piece[:-1] == wanted[:-1] and (
            piece[-1] == wanted[-1] or (term.prefix and piece[-1].startswith(wanted[-1]))
        ):
            return True
    return any(each in have for each in term.also)
