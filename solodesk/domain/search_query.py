"""What the owner typed into the search box, understood.

Words, "phrases", `OR` between two, `-` before what is not wanted, ( ) around groups, and
operators: from: to: subject: tag: is: has: before: after: older: newer: lang: kind: #123 csat<=2
wait>2d, all with Chinese names, full-width colons and quotes. `a b OR c` means a and (b or c).
While something is still being typed, what is not complete is left out. Whatever else is not
understood is words, with a remark. Parsing never raises.
"""

import re
from collections.abc import Callable
from datetime import date

from solodesk.domain import search_values as values
from solodesk.domain.search_pieces import Piece, cut
from solodesk.domain.search_tree import (
    Age,
    And,
    Field,
    HasFile,
    KindIs,
    Language,
    Mine,
    Node,
    Number,
    Rated,
    Remark,
    SearchQuery,
    State,
    Tagged,
    Term,
    Waiting,
    When,
    Word,
    both,
    either,
    opposite,
)
from solodesk.domain.segment import fold, in_one_piece, is_cjk, words

MAX_TYPED = 500
"""Characters looked at; nobody types more, and pasted mails would only be slow."""
_MAX_TERMS = 20
_MAX_DEPTH = 12

_ME = frozenset({"me", "我", "us", "我们"})
_UNSTORABLE = re.compile("[\ud800-\udfff\x00]")
_NUMBER = re.compile(r"[#＃](\d{1,15})", re.ASCII)
_GROUP_OF_DIGITS = re.compile(r"[+(]*\d[\d().\-]*", re.ASCII)
_WHOLE_NUMBER = re.compile(r"\d{1,2}", re.ASCII)


def parse_query(typed: str, today: date) -> SearchQuery:
    """Understand what was typed; `today` is the day in the owner's zone. Never raises.

    The last word is still being typed when no space stands behind it.
    """
    return _Reader(_UNSTORABLE.sub(" ", typed[:MAX_TYPED]), today).read()


class _Reader:
    """Puts the pieces together."""

    def __init__(self, typed: str, today: date) -> None:
        self._pieces = cut(typed)
        self._today = today
        self._at = 0
        self._left = _MAX_TERMS
        self._remarks: list[Remark] = []

    def read(self) -> SearchQuery:
        """The whole."""
        nodes: list[Node] = []
        while self._at < len(self._pieces):
            found = self._all_of(0)
            if found is not None:
                nodes.append(found)
            # A closing bracket that closes nothing.
            self._at += 1
        return SearchQuery(_alike(both(nodes)), tuple(dict.fromkeys(self._remarks)))

    def _all_of(self, depth: int) -> Node | None:
        """Up to the closing bracket or the end: all of these, `OR` binding its neighbours."""
        wanted: list[Node] = []
        choices: list[Node] = []
        joins = False
        while self._at < len(self._pieces) and self._pieces[self._at].operator != ")":
            piece = self._pieces[self._at]
            if piece.operator in {"OR", "AND"}:
                joins = piece.operator == "OR" and bool(choices)
                self._at += 1
                continue
            found = self._one(depth)
            if found is None:
                continue
            if not joins:
                wanted += _list(either(choices))
                choices = []
            choices.append(found)
            joins = False
        return both(wanted + _list(either(choices)))

    def _one(self, depth: int) -> Node | None:
        """One factor, and behind it."""
        piece = self._pieces[self._at]
        self._at += 1
        if piece.operator == "NOT":
            if self._at < len(self._pieces) and self._pieces[self._at].operator not in _JOINTS:
                found = self._one(depth)
                return None if found is None else opposite(found)
            return None
        if piece.operator == "(":
            if depth >= _MAX_DEPTH:
                return None
            found = self._all_of(depth + 1)
            self._at += 1
        else:
            found = self._leaf(piece)
        return opposite(found) if found is not None and piece.minus else found

    def _leaf(self, piece: Piece) -> Node | None:
        if not self._left:
            return None
        self._left -= 1
        if not piece.operator:
            return self._words(piece)
        if not piece.value.strip():
            if not piece.last:
                self._remarks.append(Remark("no_value", piece.raw))
            return None
        found = self._operator(piece)
        if found is None and not piece.last:
            self._remarks.append(Remark("bad_value", piece.raw[: -len(piece.value)], piece.value))
            return _word(piece.raw, Field.ANY, prefix=False)
        return found

    def _operator(self, piece: Piece) -> Node | None:
        if piece.operator == "measure":
            return _measured(piece)
        parts = [piece.value] if piece.phrase else piece.value.replace("｜", "|").split("|")
        nodes = [self._value(piece, part, part is parts[-1]) for part in parts if part.strip()]
        known = [node for node in nodes if node is not None]
        return either(known) if len(known) == len(nodes) else None

    def _value(self, piece: Piece, part: str, end: bool) -> Node | None:
        prefix = end and (piece.prefix or (piece.last and not piece.phrase))
        field = _FIELDS.get(piece.operator)
        if field is not None:
            if part.lower() in _ME and field is not Field.SUBJECT:
                return Mine(sent=field is Field.FROM)
            return _word(part, field, prefix=prefix)
        if piece.operator == "tag":
            return Tagged(part.strip(), prefix)
        if piece.operator in {"before", "after"}:
            day = values.day(part, self._today)
            return None if day is None else When(day, piece.operator == "before")
        return _PLAIN[piece.operator](part.strip())

    def _words(self, piece: Piece) -> Node | None:
        number = None if piece.phrase else _NUMBER.fullmatch(piece.value)
        if number is not None:
            return Number(int(number[1]))
        if piece.value in {"#", "＃"}:
            return None
        prefix = piece.prefix or (piece.last and not piece.phrase)
        first = _word(piece.value, Field.ANY, prefix=prefix)
        return self._with_digits_behind(piece, first)

    def _with_digits_behind(self, piece: Piece, first: Node | None) -> Node | None:
        """A telephone number typed with spaces: its groups, or all of it in one piece."""
        if first is None or not _is_digits(piece):
            return first
        group = [piece]
        nodes = [first]
        while self._at < len(self._pieces) and _is_digits(self._pieces[self._at]) and self._left:
            if self._pieces[self._at].minus:
                break
            group.append(self._pieces[self._at])
            more = self._leaf_of_group(group[-1])
            self._at += 1
            if more is not None:
                nodes.append(more)
        whole = "".join(c for each in group for c in each.value if c.isdecimal())
        if len(group) == 1 or not 7 <= len(whole) <= 15:
            return both(nodes)
        at_once = _word(whole, Field.ANY, prefix=group[-1].prefix or group[-1].last)
        return either(_list(both(nodes)) + _list(at_once))

    def _leaf_of_group(self, piece: Piece) -> Node | None:
        self._left -= 1
        return _word(piece.value, Field.ANY, prefix=piece.prefix or piece.last)


_JOINTS = frozenset({"OR", "AND", ")"})
_FIELDS = {"from": Field.FROM, "to": Field.TO, "subject": Field.SUBJECT}


def _list(node: Node | None) -> list[Node]:
    return [] if node is None else [node]


def _is_digits(piece: Piece) -> bool:
    return not (piece.operator or piece.phrase) and bool(_GROUP_OF_DIGITS.fullmatch(piece.value))


def _word(text: str, field: Field, *, prefix: bool) -> Node | None:
    tokens = words(text)
    if not tokens:
        return None
    # A character of a script without spaces is a whole word.
    prefix = prefix and not is_cjk(tokens[-1][-1]) and text[-1:].isalnum()
    pieces = in_one_piece(fold(text)) if len(tokens) > 1 or text.startswith(("+", "00")) else ()
    also = tuple(each for each in pieces if each != tokens[0])
    return Word(Term(tokens, prefix, also, " ".join(text.split())), field)


def _state(text: str) -> Node | None:
    name = values.state(text)
    return None if name is None else State(name)


def _file(text: str) -> Node | None:
    return HasFile() if values.is_file(text) else None


def _older(text: str) -> Node | None:
    ms = values.span(text)
    return None if ms is None else Age(ms, older=True)


def _newer(text: str) -> Node | None:
    ms = values.span(text)
    return None if ms is None else Age(ms, older=False)


def _language(text: str) -> Node | None:
    code = values.language(text)
    return None if code is None else Language(code)


def _kind(text: str) -> Node | None:
    kind = values.kind(text)
    return None if kind is None else KindIs(kind)


_PLAIN: dict[str, Callable[[str], Node | None]] = {
    "is": _state, "has": _file, "older": _older, "newer": _newer, "lang": _language,
    "kind": _kind,
}  # fmt: skip


def _measured(piece: Piece) -> Node | None:
    sign = values.sign(piece.sign)
    if sign is None:
        return None
    if piece.measure == "wait":
        ms = values.span(piece.value, minutes=True)
        return None if ms is None else Waiting(sign, ms)
    if _WHOLE_NUMBER.fullmatch(piece.value) is None:
        return None
    return Rated(piece.measure, sign, int(piece.value))


def _alike(node: Node | None) -> Node | None:
    """`is:open is:waiting` means either: no ticket is both. So for languages and kinds."""
    if not isinstance(node, And):
        return node
    groups: dict[str, list[Node]] = {}
    rest: list[Node] = []
    for each in node.nodes:
        name = _EITHER.get(type(each))
        if name is None or (isinstance(each, State) and each.name not in _STATUSES):
            rest.append(each)
            continue
        if name not in groups:
            groups[name] = []
        groups[name].append(each)
    chosen = [either(nodes) for nodes in groups.values()]
    return both(rest + [each for each in chosen if each is not None])


_EITHER: dict[type, str] = {State: "is", Language: "lang", KindIs: "kind", Number: "number"}
_STATUSES = frozenset({"open", "waiting", "closed", "spam"})
