"""Macros: a preview of what would change, and running one on tickets as a single act.

A macro prepares a reply in the ticket's draft; the owner sends it. Must not send.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.domain.macros import (
    AFTERWARDS,
    Action,
    NoteAction,
    PriorityAction,
    ReplyAction,
    SnoozeAction,
    StatusAction,
    TagAction,
    actions_from,
    actions_to,
    span_ms,
)
from solodesk.domain.pieces import Piece
from solodesk.services import draft_html, drafts, replies, responses, tickets
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.store import rows


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro. `key`: a favourite's key, e.g. "Ctrl+Shift+1". `afterwards`: next, stay, back."""

    id: int
    name: str
    key: str | None
    actions: tuple[Action, ...]
    afterwards: str
    used: int


@dataclass(frozen=True, slots=True)
class StepPreview:
    """What one step would do. `do`: reply, tag, status, priority, snooze, note.

    reply: `detail` the response's name, `pieces` its text. tag: `added`, `removed`.
    status, priority: `before` and `after`, `when_sent`. snooze: `until_ms`. note: `detail`.
    """

    do: str
    detail: str = ""
    pieces: tuple[Piece, ...] = ()
    blanks: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    when_sent: bool = False
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class MacroRun:
    """What running did: tickets whose drafts were prepared, and the blanks open in them."""

    changes: Changes
    drafts: tuple[TicketId, ...]
    blanks: dict[TicketId, tuple[str, ...]]


def all(reader: Reader) -> list[Macro]:  # noqa: A001 - the team's name
    """Every macro, by name."""
    return [_macro(row) for row in reader.macros.all()]


def get(reader: Reader, name: str) -> Macro:
    """One by name; KnownError("no_such_macro")."""
    row = reader.macros.by_name(name)
    if row is None:
        folded = name.strip().casefold()
        row = next((r for r in reader.macros.all() if r.name.casefold() == folded), None)
    if row is None:
        raise KnownError("no_such_macro", name=name)
    return _macro(row)


def preview(reader: Reader, macro: Macro, ticket: TicketId) -> tuple[StepPreview, ...]:
    """What each step would do to a ticket; changes nothing."""
    row = reader.tickets.get(ticket)
    if row is None:
        raise KnownError("no_such_ticket", ticket=int(ticket))
    has_reply = _has_reply(macro)
    return tuple(_preview(reader, action, row, has_reply) for action in macro.actions)


def run(desk: Desk, macro: Macro, ticket_ids: Sequence[TicketId]) -> MacroRun:
    """Run on several tickets; one undo takes all of it back when the caller gave a label."""
    prepared: list[TicketId] = []
    blanks: dict[TicketId, tuple[str, ...]] = {}
    for ticket in dict.fromkeys(ticket_ids):
        desk.tickets.give_number(ticket)
        later = _later(macro)
        for action in macro.actions:
            if isinstance(action, ReplyAction):
                blanks[ticket] = _prepare_reply(desk, action, ticket, later)
                prepared.append(ticket)
            elif action not in later:
                _carry_out(desk, action, ticket)
    desk.macros.update(macro.id, used=macro.used + len(ticket_ids))
    open_blanks = {ticket: keys for ticket, keys in blanks.items() if keys}
    return MacroRun(desk.changes(), tuple(dict.fromkeys(prepared)), open_blanks)


def save(
    desk: Desk,
    name: str,
    actions: Sequence[Action],
    *,
    key: str | None = None,
    afterwards: str = "next",
    macro: int | None = None,
) -> int:
    """Store a macro (`macro`: the one to change); returns its id.

    KnownError: bad_macro, name_taken.
    """
    plain = " ".join(name.split())
    if not plain or not actions or afterwards not in AFTERWARDS:
        raise KnownError("bad_macro", step=0, name=plain)
    # An empty step would be stored and then make every reading of macros fail.
    actions_from(actions_to(actions))
    other = desk.macros.by_name(plain)
    if other is not None and other.id != macro:
        raise KnownError("name_taken", name=plain)
    columns: dict[str, Any] = {
        "name": plain,
        "key": key or None,
        "actions": actions_to(actions),
        "afterwards": afterwards,
    }
    if macro is None:
        return desk.macros.add(**columns)
    desk.macros.update(macro, **columns)
    return macro


def delete(desk: Desk, name: str) -> Changes:
    """Delete one by name."""
    desk.macros.delete(get(desk, name).id)
    return desk.changes()


def as_json(macro: Macro) -> dict[str, Any]:
    """The form in which one is listed, exported and imported."""
    return {
        "name": macro.name,
        "key": macro.key,
        "actions": actions_to(macro.actions),
        "afterwards": macro.afterwards,
        "used": macro.used,
    }


def export_json(reader: Reader) -> str:
    """All macros as a pack."""
    pack = {"macros": [as_json(macro) for macro in all(reader)]}
    return json.dumps(pack, ensure_ascii=False, indent=2) + "\n"


def import_json(desk: Desk, text: str) -> list[str]:
    """Read a pack; a macro of the same name is replaced. Returns the names."""
    names = []
    for entry in responses.pack_entries(text, "macros", "bad_macros_file"):
        name, key = entry.get("name"), entry.get("key")
        if not isinstance(name, str):
            raise KnownError("bad_macros_file", path=str(name))
        there = desk.macros.by_name(" ".join(name.split()))
        save(
            desk,
            name,
            actions_from(entry.get("actions")),
            key=key if isinstance(key, str) else None,
            afterwards=str(entry.get("afterwards", "next")),
            macro=None if there is None else there.id,
        )
        names.append(name)
    return names


def _macro(row: rows.Macro) -> Macro:
    return Macro(row.id, row.name, row.key, actions_from(row.actions), row.afterwards, row.used)


def _has_reply(macro: Macro) -> bool:
    return any(isinstance(action, ReplyAction) for action in macro.actions)


def _later(macro: Macro) -> tuple[Action, ...]:
    """Steps that wait for the reply to be sent: status "when sent", and snoozing after it."""
    if not _has_reply(macro):
        return ()
    return tuple(
        action
        for action in macro.actions
        if isinstance(action, SnoozeAction)
        or (isinstance(action, StatusAction) and action.when_sent)
    )


def _prepare_reply(
    desk: Desk, action: ReplyAction, ticket: TicketId, later: tuple[Action, ...]
) -> tuple[str, ...]:
    """Put the filled-in response before what the draft holds; returns the open blanks."""
    prepared = responses.prepare(desk, action.canned, ticket)
    draft = replies.draft_for(desk, ticket)
    body = responses.prepared_html(prepared.pieces) + draft.body_html.removeprefix("<p></p>")
    known = {file.sha256 for file in draft.attachments}
    files = tuple(file for file in prepared.attachments if file.sha256 not in known)
    actions = (*draft.macro_actions, *actions_to(later))
    drafts.keep(
        desk,
        replace(
            draft,
            body_html=body,
            attachments=(*draft.attachments, *files),
            macro_actions=actions,
        ),
    )
    responses.used(desk, prepared.name)
    return draft_html.read(body).blanks


def _carry_out(desk: Desk, action: Action, ticket: TicketId) -> None:
    if isinstance(action, TagAction):
        tickets.tag(desk, [ticket], add=action.add, remove=action.remove)
    elif isinstance(action, StatusAction):
        tickets.set_status(desk, [ticket], action.to.value)
    elif isinstance(action, PriorityAction):
        tickets.set_priority(desk, [ticket], action.to.value)
    elif isinstance(action, SnoozeAction):
        tickets.snooze(desk, [ticket], desk.now_ms + span_ms(action.span))
    elif isinstance(action, NoteAction):
        tickets.add_note(desk, ticket, action.text)


def _preview(reader: Reader, action: Action, row: rows.Ticket, has_reply: bool) -> StepPreview:
    if isinstance(action, ReplyAction):
        prepared = responses.prepare(reader, action.canned, row.id)
        return StepPreview("reply", prepared.name, prepared.pieces, prepared.blanks)
    if isinstance(action, TagAction):
        there = {tag.name.casefold() for tag in reader.tags.of_ticket(row.id)}
        added = tuple(name for name in action.add if name.casefold() not in there)
        removed = tuple(name for name in action.remove if name.casefold() in there)
        return StepPreview("tag", added=added, removed=removed)
    if isinstance(action, StatusAction):
        when = action.when_sent and has_reply
        return StepPreview("status", before=row.status, after=action.to.value, when_sent=when)
    if isinstance(action, PriorityAction):
        return StepPreview("priority", before=row.priority, after=action.to.value)
    if isinstance(action, SnoozeAction):
        until = reader.now_ms + span_ms(action.span)
        return StepPreview("snooze", action.span, until_ms=until, when_sent=has_reply)
    return StepPreview("note", action.text)
