"""The Liquid we allow, and how its output is told apart into text, values and blanks.

Output statements do not write their value: they note it in a list and write a mark. So a value
can hold whatever a customer wrote, it is never read again as text of the template. Only imported
when a text is rendered (python-liquid stays out of start-up). Must not know the store.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO, cast

from liquid import Environment, RenderContext
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidError, OutputStreamLimitError, UndefinedError
from liquid.stringify import to_liquid_string
from liquid.undefined import FalsyStrictUndefined, is_undefined

from solodesk.domain.pieces import Piece, PieceKind

OPEN: Final = "\x02"
CLOSE: Final = "\x03"
MAX_BODY: Final = 100_000
"""Longest template, in characters."""
_BLANK: Final = re.compile(r"\{\{(-?)\s*blank\.")
_STATE: Final = "\x02pieces"

# What a canned response may use; nothing that loads, defines or captures templates.
_TAGS: Final = {
    *("if", "unless", "case", "for", "break", "continue", "assign", "comment", "raw", "#"),
    *("content", "output", "illegal"),
}
# No filter may multiply the length of a text: `replace`, `join` and `times` could.
_FILTERS: Final = {
    *("append", "capitalize", "date", "default", "downcase", "lstrip", "minus", "plus"),
    *("prepend", "remove", "round", "rstrip", "strip", "strip_newlines", "truncate"),
    *("truncatewords", "upcase"),
}


class Missing(FalsyStrictUndefined):
    """A value we do not have: false in conditions, replaced by `default`, else a blank."""

    allowed_properties = FalsyStrictUndefined.allowed_properties | {"__liquid__"}
    force_liquid_default = True


@dataclass(slots=True)
class _Notes:
    pieces: list[Piece] = field(default_factory=list)
    size: int = 0

    def mark(self, piece: Piece) -> str:
        self.size += len(piece.text)
        if self.size > Limited.output_stream_limit:
            message = "output stream limit reached"
            raise OutputStreamLimitError(message, token=None)
        self.pieces.append(piece)
        return f"{OPEN}{len(self.pieces) - 1}{CLOSE}"


class _NotingOutput(OutputNode):
    """`{{ … }}`: notes a value or a blank instead of writing it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        notes = cast("_Notes", context.globals[_STATE])
        key = _key(self.expression)
        try:
            value = self.expression.evaluate(context)
            if value is None or is_undefined(value) or isinstance(value, Mapping):
                return buffer.write(notes.mark(Piece(PieceKind.BLANK, "", key)))
            text = to_liquid_string(value, autoescape=False)
        except UndefinedError:
            return buffer.write(notes.mark(Piece(PieceKind.BLANK, "", key)))
        if not text.strip():
            return buffer.write(notes.mark(Piece(PieceKind.BLANK, "", key)))
        return buffer.write(notes.mark(Piece(PieceKind.VALUE, text, key)))


class _Output(Output):
    node_class = _NotingOutput


class Limited(Environment):
    """An environment with limits: a mistake or malice in a template ends with an error."""

    loop_iteration_limit = 1_000
    output_stream_limit = 200_000
    local_namespace_limit = 100_000
    context_depth_limit = 10
    block_nesting_limit = 20


def environment() -> Limited:
    """A fresh environment with our tags, filters and output."""
    env = Limited(undefined=Missing, strict_filters=True, autoescape=False)
    env.tags = {name: tag for name, tag in env.tags.items() if name in _TAGS}
    env.filters = {name: fn for name, fn in env.filters.items() if name in _FILTERS}
    env.add_tag(_Output)
    return env


def render_marked(
    env: Limited, body: str, values: Mapping[str, object]
) -> tuple[str, tuple[Piece, ...]]:
    """The text with marks and the pieces they stand for; raises `LiquidError`."""
    if len(body) > MAX_BODY:
        message = "the text is too long"
        raise LiquidError(message, token=None)
    notes = _Notes()
    clean = body.replace(OPEN, "").replace(CLOSE, "")
    # `blank` is a word of Liquid itself (blank == ""), so blanks go by their other name.
    clean = _BLANK.sub(r"{{\1 ask.", clean)
    text = env.from_string(clean).render(**{**values, _STATE: notes})
    return text, tuple(notes.pieces)


def _key(expression: object) -> str:
    if isinstance(expression, FilteredExpression) and isinstance(expression.left, Path):
        return str(expression.left)
    return ""
