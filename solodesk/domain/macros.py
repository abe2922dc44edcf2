"""What a macro does: ordered actions, read from and written to plain JSON.

    {"do": "reply", "canned": NAME}            {"do": "tag", "add": [...], "remove": [...]}
    {"do": "status", "to": "closed", "when": "now|sent"}
    {"do": "priority", "to": "high"}           {"do": "note", "text": "..."}
    {"do": "snooze", "for": "3d"}              ("for": minutes m, hours h, days d, weeks w)

A macro prepares a reply and never sends it. This module must not carry anything out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.ticket import Priority, Status, priority_named, status_named

AFTERWARDS: Final = ("next", "stay", "back")
_SPAN: Final = re.compile(r"(\d{1,4})\s*([mhdw])")
_SPAN_MS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


@dataclass(frozen=True, slots=True)
class ReplyAction:
    """Prepare a reply from a canned response."""

    canned: str


@dataclass(frozen=True, slots=True)
class TagAction:
    """Put tags on and take tags off."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusAction:
    """Set the status, at once or when the prepared reply has been sent."""

    to: Status
    when_sent: bool


@dataclass(frozen=True, slots=True)
class PriorityAction:
    """Set the priority."""

    to: Priority


@dataclass(frozen=True, slots=True)
class SnoozeAction:
    """Put the ticket aside for a span of time."""

    span: str


@dataclass(frozen=True, slots=True)
class NoteAction:
    """Write a note only the owner sees."""

    text: str


Action = ReplyAction | TagAction | StatusAction | PriorityAction | SnoozeAction | NoteAction


def span_ms(span: str) -> int:
    """Milliseconds of `90m`, `3h`, `3d`, `2w`; KnownError("bad_span") for anything else."""
    match = _SPAN.fullmatch(span.strip().lower())
    if match is None:
        raise KnownError("bad_span", span=span)
    return int(match.group(1)) * _SPAN_MS[match.group(2)]


def actions_from(data: object) -> tuple[Action, ...]:
    """Read actions; KnownError("bad_macro", step=n) names the first step that makes no sense."""
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise KnownError("bad_macro", step=0)
    return tuple(_action(item, step) for step, item in enumerate(data, start=1))


def actions_to(actions: Sequence[Action]) -> list[dict[str, Any]]:
    """The JSON form of actions; `actions_from` reads it back."""
    return [_written(action) for action in actions]


def _action(item: object, step: int) -> Action:
    if not isinstance(item, Mapping):
        raise KnownError("bad_macro", step=step)
    what = item.get("do")
    if what == "reply":
        return ReplyAction(_word(item, "canned", step))
    if what == "tag":
        tags = TagAction(_words(item, "add", step), _words(item, "remove", step))
        if not tags.add and not tags.remove:
            raise KnownError("bad_macro", step=step)
        return tags
    if what == "status":
        when = item.get("when", "now")
        if when not in ("now", "sent"):
            raise KnownError("bad_macro", step=step)
        return StatusAction(status_named(_word(item, "to", step)), when == "sent")
    return _small_action(what, item, step)


def _small_action(what: object, item: Mapping[str, object], step: int) -> Action:
    if what == "priority":
        return PriorityAction(priority_named(_word(item, "to", step)))
    if what == "snooze":
        span = _word(item, "for", step)
        span_ms(span)
        return SnoozeAction(span)
    if what == "note":
        return NoteAction(_word(item, "text", step))
    raise KnownError("bad_macro", step=step)


def _word(item: Mapping[str, object], key: str, step: int) -> str:
    value = item.get(key)
    if not isinstance(value, str) or not value.strip():
        raise KnownError("bad_macro", step=step)
    return value.strip()


def _words(item: Mapping[str, object], key: str, step: int) -> tuple[str, ...]:
    value = item.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
        raise KnownError("bad_macro", step=step)
    return tuple(str(v).strip() for v in value)


def _written(action: Action) -> dict[str, Any]:
    if isinstance(action, ReplyAction):
        return {"do": "reply", "canned": action.canned}
    if isinstance(action, TagAction):
        return {"do": "tag", "add": list(action.add), "remove": list(action.remove)}
    if isinstance(action, StatusAction):
        when = "sent" if action.when_sent else "now"
        return {"do": "status", "to": action.to.value, "when": when}
    if isinstance(action, PriorityAction):
        return {"do": "priority", "to": action.to.value}
    if isinstance(action, SnoozeAction):
        return {"do": "snooze", "for": action.span}
    return {"do": "note", "text": action.text}
