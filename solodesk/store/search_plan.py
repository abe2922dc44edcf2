"""A search's tree as what SQLite is asked: words for the index, conditions for tickets and mails.

A `Way` is one set of both that must hold together; a search has one or, where words may also
stand in notes, tags or names, several. No SQL is run here but for the few looks-up of `Names`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from itertools import product
from typing import Protocol

from solodesk.domain import search_tree as tree
from solodesk.domain.search_tree import Field, Node, Term
from solodesk.store.driver import Value
from solodesk.store.search_words import CAME, EVERY, FILE, SENT, kind_mark, language_mark

MOST_WAYS = 16
SHORT = 2
"""A beginning of so few letters stands in most messages; the newest are read instead."""
EARLIEST, _LATEST = -(1 << 62), 1 << 62
PILE_S = 86_400
"""Documents are numbered by seconds; so many messages of one second push others on."""


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL about ticket `t` (`mail`: also message `m`)."""

    sql: str
    params: tuple[Value, ...] = ()
    mail: bool = False
    names_message: bool = False
    """Enough to find the message by itself."""


@dataclass(frozen=True, slots=True)
class Way:
    """All of these together."""

    words: tuple[str, ...] = ()
    """Expressions for the index."""
    without: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    short: tuple[tree.Word, ...] = ()
    """Beginnings of one or two letters."""
    lowest: int = EARLIEST
    highest: int = _LATEST
    hidden: bool = False
    """Hidden tickets too."""
    worded: bool = False
    """Words of the owner's are looked for in messages: every message is a hit, not every ticket."""

    def match(self, *, whole: bool = True) -> str:
        """The expression for the index; without the short beginnings unless `whole`."""
        wanted = [*self.words, *(map(expression, self.short) if whole else ())]
        found = " AND ".join(wanted) or _mark(EVERY)
        for each in self.without:
            found = f"({found}) NOT {each}"
        return found

    def together(self, other: "Way") -> "Way":
        """Both."""
        return Way(
            self.words + other.words,
            self.without + other.without,
            self.conditions + other.conditions,
            self.short + other.short,
            max(self.lowest, other.lowest),
            min(self.highest, other.highest),
            self.hidden or other.hidden,
            self.worded or other.worded,
        )


class Names(Protocol):
    """What words may mean besides themselves."""

    def spelt(self, term: Term) -> Sequence[Term]:
        """Chinese names that sound so."""

    def cards(self, term: Term, field: Field) -> Condition | None:
        """Tickets whose notes, tags or customer hold the words."""

    def tags(self, name: str, *, prefix: bool) -> Sequence[int]:
        """Tags of that name."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Turns trees into ways; `zone` is the owner's."""

    names: Names
    now_ms: int
    zone: tzinfo
    split: bool = field(default=True)
    """False: too many ways; words beside conditions become conditions."""

    def plan(self, node: Node) -> list[Way]:
        """The ways of a search; hidden tickets are left out unless asked for."""
        ways = self._ways(node, wanted=True)
        if len(ways) > MOST_WAYS:
            ways = replace(self, split=False)._ways(node, wanted=True)
        asked = tree.State("hidden") in tree.leaves(node, positive=True)
        return [replace(way, hidden=asked) for way in ways]

    def _ways(self, node: Node, *, wanted: bool) -> list[Way]:
        if isinstance(node, tree.Not):
            return self._ways(node.node, wanted=not wanted)
        if isinstance(node, tree.And | tree.Or):
            parts = [self._ways(each, wanted=wanted) for each in node.nodes]
            together = isinstance(node, tree.And) is wanted
            return self._all(parts) if together else self._any(parts)
        return self._leaf(node, wanted=wanted)

    def _all(self, parts: list[list[Way]]) -> list[Way]:
        # Counted before it is made: the product may be huge.
        count = 1
        for part in parts:
            count *= len(part)
        if count > MOST_WAYS:
            parts = [[self._as_condition(part)] if len(part) > 1 else part for part in parts]
        found: list[Way] = []
        for chosen in product(*parts):
            way = Way()
            for each in chosen:
                way = way.together(each)
            found.append(way)
        return found

    def _any(self, parts: list[list[Way]]) -> list[Way]:
        ways = [way for part in parts for way in part]
        plain = [way for way in ways if not way.conditions and not way.short]
        others = [way for way in ways if way.conditions or way.short]
        worded = any(way.worded for way in plain)
        if plain:
            expressions = [f"({way.match()})" for way in plain]
            joined = expressions[0] if len(plain) == 1 else f"({' OR '.join(expressions)})"
            ways = [Way(words=(joined,), worded=worded), *others]
        if len(ways) > 1 and all(not (w.words or w.without or w.short) for w in ways):
            return [self._as_condition(ways)]
        if len(ways) > 1 and not self.split:
            return [self._as_condition(ways)]
        return ways

    def _as_condition(self, ways: list[Way]) -> Way:
        """Any of several ways, as one condition about a message."""
        parts: list[str] = []
        params: list[Value] = []
        mail = False
        for way in ways:
            inner = [condition.sql for condition in way.conditions]
            params += [value for condition in way.conditions for value in condition.params]
            mail = mail or any(condition.mail for condition in way.conditions)
            if way.words or way.without or way.short:
                inner.append("m.doc IN (SELECT rowid FROM search WHERE search MATCH ?)")
                params.append(way.match())
                mail = True
            parts.append(f"({' AND '.join(inner) or '1'})")
        sql = f"({' OR '.join(parts)})"
        condition = Condition(sql, tuple(params), mail)
        return Way(conditions=(condition,), worded=any(way.worded for way in ways))

    # -- leaves

    def _leaf(self, leaf: tree.Leaf, *, wanted: bool) -> list[Way]:
        if isinstance(leaf, tree.Word):
            return self._word(leaf, wanted=wanted)
        if isinstance(leaf, tree.HasFile | tree.Language | tree.KindIs | tree.Mine):
            return [_way(_mark(_fact(leaf)), wanted=wanted)]
        if isinstance(leaf, tree.When):
            return [self._since(self._moment(leaf.day), later=leaf.before is not wanted)]
        if isinstance(leaf, tree.Age):
            return [self._since(self.now_ms - leaf.ms, later=leaf.older is not wanted)]
        condition = self._ticket(leaf)
        if not wanted:
            condition = replace(condition, sql=f"NOT coalesce({condition.sql}, 0)")
        return [Way(conditions=(condition,))]

    def _word(self, leaf: tree.Word, *, wanted: bool) -> list[Way]:
        term = leaf.term
        others = [tree.Word(other, leaf.field) for other in self._names_of(leaf)]
        card = self.names.cards(term, leaf.field)
        exact = _exact(leaf)
        if not wanted:
            expressions = [expression(each) for each in (leaf, *others)]
            way = Way(without=tuple(expressions))
            conditions = [c for c in (card, *exact) if c is not None]
            refused = tuple(replace(c, sql=f"NOT coalesce({c.sql}, 0)") for c in conditions)
            return [replace(way, conditions=refused)]
        if is_short(term) and not others:
            ways = [Way(short=(leaf,), worded=True)]
        else:
            expressions = [expression(each) for each in (leaf, *others)]
            joined = expressions[0] if not others else f"({' OR '.join(expressions)})"
            ways = [Way(words=(joined,), worded=True)]
        ways += [Way(conditions=(c,)) for c in (card, *exact) if c is not None]
        return ways

    def _names_of(self, leaf: tree.Word) -> list[Term]:
        if leaf.field is Field.SUBJECT:
            return []
        return list(self.names.spelt(leaf.term))

    def _since(self, at_ms: int, *, later: bool) -> Way:
        """Received at that time or later, or before it."""
        sign = ">=" if later else "<"
        condition = Condition(f"m.received_ms {sign} ?", (at_ms,), mail=True)
        bound = at_ms // 1000
        if later:
            return Way(conditions=(condition,), lowest=bound)
        return Way(conditions=(condition,), highest=min(_LATEST, bound + PILE_S))

    def _moment(self, day: date) -> int:
        try:
            return int(datetime.combine(day, time(), self.zone).timestamp() * 1000)
        except (OverflowError, ValueError, OSError):
            # The very first or last day there is.
            return -(1 << 52) if day.year < 1971 else 1 << 52

    def _ticket(self, leaf: tree.Leaf) -> Condition:
        if isinstance(leaf, tree.Tagged):
            return carrying(self.names.tags(leaf.name, prefix=leaf.prefix))
        if isinstance(leaf, tree.Number):
            return _numbered(leaf.number)
        if isinstance(leaf, tree.State):
            sql, needs_now = _STATES[leaf.name]
            return Condition(sql, (self.now_ms,) if needs_now else ())
        if isinstance(leaf, tree.Rated):
            return Condition(
                "t.id IN (SELECT v.ticket_id FROM survey v WHERE v.rating IS NOT NULL"
                f" AND v.scale GLOB ? AND v.rating {leaf.how} ?)",
                (f"{leaf.scale}*", leaf.value),
            )
        assert isinstance(leaf, tree.Waiting)  # noqa: S101 - the leaf that is left
        waits = "t.waiting_since_ms IS NOT NULL AND t.status IN ('open', 'waiting')"
        if leaf.how == "=":
            since = self.now_ms - leaf.ms
            sql = f"({waits} AND t.waiting_since_ms <= ? AND t.waiting_since_ms > ?)"
            return Condition(sql, (since, since - 3_600_000))
        turned = leaf.how.translate({60: ">", 62: "<"})
        return Condition(f"({waits} AND t.waiting_since_ms {turned} ?)", (self.now_ms - leaf.ms,))


_STATES: dict[str, tuple[str, bool]] = {
    **{name: (f"t.status = '{name}'", False) for name in ("open", "waiting", "closed", "spam")},
    "unread": ("t.unread = 1", False),
    "read": ("t.unread = 0", False),
    "hidden": ("t.hidden_ms IS NOT NULL", False),
    "snoozed": ("t.snoozed_until_ms > ?", True),
}
_COLUMN = {
    Field.ANY: "", Field.FROM: "sender : ", Field.TO: "people : ", Field.SUBJECT: "subject : ",
}  # fmt: skip


def _mark(word: str) -> str:
    return f'marks : "{word}"'


def _way(expression_: str, *, wanted: bool) -> Way:
    return Way(words=(expression_,)) if wanted else Way(without=(expression_,))


def _fact(leaf: tree.HasFile | tree.Language | tree.KindIs | tree.Mine) -> str:
    if isinstance(leaf, tree.HasFile):
        return FILE
    if isinstance(leaf, tree.Language):
        return language_mark(leaf.code)
    if isinstance(leaf, tree.KindIs):
        return kind_mark(leaf.kind)
    return SENT if leaf.sent else CAME


def carrying(tags: Sequence[int]) -> Condition:
    """Tickets with any of these tags."""
    listed = ", ".join(str(int(tag)) for tag in tags)
    return Condition(f"t.id IN (SELECT ticket_id FROM ticket_tag WHERE tag_id IN ({listed}))")


def _numbered(number: int) -> Condition:
    return Condition(
        "t.id IN (SELECT coalesce(merged_into, id) FROM ticket WHERE number = ?)", (number,)
    )


def _exact(leaf: tree.Word) -> list[Condition]:
    """A bare number may be a ticket's, an address in brackets a message's."""
    said = leaf.term.said
    if leaf.field is not Field.ANY:
        return []
    if said.isascii() and said.isdecimal() and len(said) < 10:
        return [_numbered(int(said))]
    if "@" in said and " " not in said:
        name = f"<{said.strip('<>')}>"
        carried = "m.rfc_id = ? AND m.id IN (SELECT message_id FROM mention WHERE rfc_id = ?)"
        return [Condition(carried, (name, name), mail=True, names_message=True)]
    return []


def is_short(term: Term) -> bool:
    """A beginning of one or two letters."""
    return term.prefix and len(term.tokens) == 1 and len(term.tokens[0]) <= SHORT


def expression(leaf: tree.Word) -> str:
    """A word for the index. Tokens hold letters, numbers and marks only: nothing in them can end
    the quotation."""
    star = "*" if leaf.term.prefix else ""
    phrases = [" ".join(leaf.term.tokens), *leaf.term.also]
    each = [f'"{phrase}"{star}' for phrase in phrases]
    joined = each[0] if len(each) == 1 else f"({' OR '.join(each)})"
    return f"{_COLUMN[leaf.field]}{joined}" if _COLUMN[leaf.field] else joined
