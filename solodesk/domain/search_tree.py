"""What a search means, as a tree of plain values: words, facts, and how they are combined.

Made by `search_query.parse_query`, carried out by the store. No text is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Field(StrEnum):
    """Where words must stand."""

    ANY = "any"
    FROM = "from"
    TO = "to"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand beside each other; with `prefix` the last may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False
    also: tuple[str, ...] = ()
    """The same number in one piece: A-10023 is also a10023."""
    said: str = ""
    """As it was typed."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word or phrase in a message, its notes, files, names or tags."""

    term: Term
    field: Field = Field.ANY


@dataclass(frozen=True, slots=True)
class Tagged:
    """The ticket carries the tag; with `prefix` one that begins so."""

    name: str
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """open | waiting | closed | spam | unread | read | snoozed | hidden"""

    name: str


@dataclass(frozen=True, slots=True)
class HasFile:
    """The message has an attachment."""


@dataclass(frozen=True, slots=True)
class When:
    """Received before the day began, or when it had begun; days of the owner's zone."""

    day: date
    before: bool


@dataclass(frozen=True, slots=True)
class Age:
    """Received longer ago than so many milliseconds, or not so long ago."""

    ms: int
    older: bool


@dataclass(frozen=True, slots=True)
class Number:
    """The ticket's number."""

    number: int


@dataclass(frozen=True, slots=True)
class Language:
    """The language a message is written in (its code's first part)."""

    code: str


@dataclass(frozen=True, slots=True)
class KindIs:
    """What wrote the message (domain.message.Kind)."""

    kind: str


@dataclass(frozen=True, slots=True)
class Mine:
    """Written by us, or to us."""

    sent: bool


@dataclass(frozen=True, slots=True)
class Rated:
    """The ticket has a rating: `scale` csat | ces | nps, '' any; `how` < <= = >= >"""

    scale: str
    how: str
    value: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """The customer has been waiting for so long: `how` < <= = >= >, milliseconds."""

    how: str
    ms: int


Leaf = (
    Word | Tagged | State | HasFile | When | Age | Number | Language | KindIs | Mine | Rated
    | Waiting
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Not:
    """The other messages."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of them, two at least."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them, two at least."""

    nodes: tuple[Node, ...]


Node = Leaf | Not | And | Or


@dataclass(frozen=True, slots=True)
class Remark:
    """What was not understood: code no_value or bad_value, the operator, what it was given."""

    code: str
    operator: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A whole search; nothing to look for when `root` is None."""

    root: Node | None = None
    remarks: tuple[Remark, ...] = ()

    def __bool__(self) -> bool:
        return self.root is not None


def leaves(node: Node | None, *, positive: bool = False) -> list[Leaf]:
    """Every leaf in order; with `positive` those that are wanted, not excluded."""
    if node is None:
        return []
    if isinstance(node, Not):
        return [] if positive else leaves(node.node)
    if isinstance(node, And | Or):
        return [leaf for each in node.nodes for leaf in leaves(each, positive=positive)]
    return [node]


def both(nodes: list[Node]) -> Node | None:
    """All of these at once; None for none."""
    return _joined(And, nodes)


def either(nodes: list[Node]) -> Node | None:
    """Any of these; None for none."""
    return _joined(Or, nodes)


def _joined(how: type[And | Or], nodes: list[Node]) -> Node | None:
    flat: dict[Node, None] = {}
    for node in nodes:
        inner = node.nodes if isinstance(node, how) else (node,)
        flat.update(dict.fromkeys(inner))
    if len(flat) < 2:
        return next(iter(flat), None)
    return how(tuple(flat))


def opposite(node: Node) -> Node:
    """Everything else."""
    return node.node if isinstance(node, Not) else Not(node)
