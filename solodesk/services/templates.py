"""Canned texts filled in for one customer: Liquid, strict and limited.

Customer text is only ever a value: it is put into the finished text and never read as a template
(faults.md X10). A value we do not have, and anything under `ask.` or `blank.`, becomes a blank.
Must not look anything up: values are handed in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from solodesk.base.errors import KnownError
from solodesk.domain.pieces import Piece, PieceKind
from solodesk.wording.gettext import _, marked

if TYPE_CHECKING:
    from solodesk.services.liquid_env import Limited

Values = Mapping[str, Mapping[str, str] | str]
"""E.g. {"customer": {"greeting": "王女士"}, "today": "4 November 2026"}; absent = a blank."""

_MARK: Final = re.compile("\x02(\\d+)\x03")
_ASKED: Final = ("ask.", "blank.")
_LABELS: Final = {
    "customer.greeting": marked("greeting"),
    "customer.name": marked("customer's name"),
    "customer.first_name": marked("first name"),
    "customer.email": marked("customer's address"),
    "customer.company": marked("company"),
    "customer.last_order": marked("last order"),
    "ticket.number": marked("ticket number"),
    "ticket.subject": marked("subject"),
    "ticket.date": marked("date of the ticket"),
    "me.name": marked("your name"),
    "me.business": marked("your business"),
    "me.signature": marked("your signature"),
    "today": marked("today's date"),
}


def render(body: str, values: Values) -> tuple[Piece, ...]:
    """Fill `body` with `values`; pieces in order, neighbouring text joined.

    Raises KnownError("template_broken", line, detail) for Liquid that does not parse, uses
    something not allowed, or grows beyond the limits.
    """
    from liquid.exceptions import LiquidError

    from solodesk.services.liquid_env import render_marked

    try:
        text, noted = render_marked(_environment(), body, values)
    except LiquidError as error:
        raise KnownError("template_broken", **_where(error)) from None
    pieces: list[Piece] = []
    at = 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            pieces.append(Piece(PieceKind.TEXT, text[at : match.start()]))
        pieces.append(_finished(noted[int(match.group(1))]))
        at = match.end()
    if at < len(text):
        pieces.append(Piece(PieceKind.TEXT, text[at:]))
    return tuple(pieces)


def check(body: str) -> None:
    """Raise KnownError("template_broken", …) when `body` can not be filled in."""
    render(body, {})


def fill(pieces: Sequence[Piece], answers: Mapping[str, str]) -> tuple[Piece, ...]:
    """Blanks with an answer become values. Keys may be given with or without `ask.`."""
    plain = {blank_key(key): value for key, value in answers.items() if value.strip()}
    return tuple(
        replace(p, kind=PieceKind.VALUE, text=plain[p.key])
        if p.kind is PieceKind.BLANK and p.key in plain
        else p
        for p in pieces
    )


def blank_key(key: str) -> str:
    """`ask.order_number` and `blank.order_number` are the blank `order_number`."""
    for start in _ASKED:
        if key.startswith(start):
            return key[len(start) :]
    return key


def label(key: str) -> str:
    """What a blank is called on screen: its known name, else its own words."""
    known = _LABELS.get(key)
    return _(known) if known else key.replace("_", " ").replace(".", " ").strip() or _("blank")


def _finished(piece: Piece) -> Piece:
    key = blank_key(piece.key)
    if piece.kind is PieceKind.BLANK:
        return Piece(PieceKind.BLANK, label(key), key or "blank")
    return replace(piece, key=key)


@cache
def _environment() -> "Limited":
    from solodesk.services.liquid_env import environment

    return environment()


def _where(error: Exception) -> dict[str, str | int | None]:
    token = getattr(error, "token", None)
    line: int | None = None
    if token is not None and token.start_index >= 0:
        line = int(token.source.count("\n", 0, token.start_index)) + 1
    return {"line": line, "detail": str(getattr(error, "message", None) or "")}
