"""Changes to the mailbox that the owner switched on: read, answered, closed mail moved away.

Off by default, and then nothing is ever written. What the owner does here (reads, answers, closes)
becomes a row of table `server_act`, in the same transaction or from the history with its cursor;
the engine makes the change and notes it. Every act may be made twice without harm, so a killed
process neither loses nor doubles one. Must not delete mail, and must not touch a folder by itself:
moving is in write_back_moves.py.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor, Event
from solodesk.domain.ids import AccountId, MessageId, TicketId
from solodesk.domain.ticket import Status
from solodesk.services import write_back_moves
from solodesk.services.units import Desk, Reader, Store
from solodesk.services.write_back_moves import live

if TYPE_CHECKING:
    # The window marks mail as read, too, and needs neither for that.
    from solodesk.mail.imap import ImapSource
    from solodesk.store import rows

_log = logging.getLogger(__name__)
SEEN: Final = "seen"
ANSWERED: Final = "answered"
ARCHIVE: Final = "archive"
SWITCHES: Final = {
    SEEN: "server_seen",
    ANSWERED: "server_answered",
    ARCHIVE: "server_archive",
}
"""The setting that allows each kind of act."""
_FLAGS: Final = {SEEN: "\\Seen", ANSWERED: "\\Answered"}
_CURSOR: Final = "write_back.since"
_SETTLE_MS: Final = 60_000
"""So long a closed ticket stays in place: the owner may take it back."""
_AGAIN_MS: Final = 300_000
_ATTEMPTS: Final = 5
_BROKEN: Final = frozenset({"connection_lost", "timeout", "unreachable", "host_not_found", "slept"})


def allowed(reader: Reader) -> frozenset[str]:
    """The kinds of act that are switched on."""
    return frozenset(kind for kind, key in SWITCHES.items() if reader.settings.get(key))


def before_switching(desk: Desk, key: str) -> None:
    """A switch is about to be turned: what was done until now counts by the old positions."""
    if key in SWITCHES.values():
        plan(desk)
        desk.meta.set(_CURSOR, str(desk.events.last_id()))


def read_here(desk: Desk, tickets: Sequence[TicketId]) -> None:
    """The owner has read these tickets."""
    if SEEN in allowed(desk):
        for ticket in tickets:
            _mark(desk, desk.messages.ids_of_ticket(ticket), SEEN)


def plan(desk: Desk) -> None:
    """Make acts of what the owner did since the last time."""
    kinds = allowed(desk)
    if not kinds:
        return
    since = int(desk.meta.get(_CURSOR) or desk.events.last_id())
    for event in desk.events.since(since):
        if event.kind == "status" and event.actor is Actor.OWNER:
            _closed(desk, event, kinds)
        elif event.kind == "answered" and event.message is not None:
            _answered(desk, event.message, kinds)
    if str(desk.events.last_id()) != (desk.meta.get(_CURSOR) or ""):
        desk.meta.set(_CURSOR, str(desk.events.last_id()))


def _closed(desk: Desk, event: Event, kinds: frozenset[str]) -> None:
    if event.data.get("to") != Status.CLOSED.value or event.ticket is None:
        return
    messages = desk.messages.ids_of_ticket(desk.tickets.final(event.ticket))
    if SEEN in kinds:
        _mark(desk, messages, SEEN)
    if ARCHIVE in kinds:
        for message in messages:
            account = _account(desk, live(desk, message, "inbox"))
            if account is not None:
                _put(desk, account, message, ARCHIVE, event.recorded_ms + _SETTLE_MS)


def _answered(desk: Desk, ours: MessageId, kinds: frozenset[str]) -> None:
    """The mail that a message of ours answers is answered, and was read."""
    row = desk.messages.get(ours)
    if row is None or row.outbox_id is None:
        return  # written elsewhere: that program marked it
    asked = [each.id for name in row.in_reply_to for each in desk.messages.by_rfc_id(name)]
    for kind in sorted(kinds & {SEEN, ANSWERED}):
        _mark(desk, asked, kind)


def _mark(desk: Desk, messages: Iterable[MessageId], kind: str) -> None:
    for message in messages:
        places = [each for each in live(desk, message) if not _has(each, kind)]
        row = desk.messages.get(message) if places else None
        account = _account(desk, places)
        if row is not None and row.direction == "in" and account is not None:
            _put(desk, account, message, kind, desk.now_ms)


def _has(place: rows.Place, kind: str) -> bool:
    return place.seen if kind == SEEN else place.answered


def _put(desk: Desk, account: AccountId, message: MessageId, kind: str, at_ms: int) -> None:
    known = desk.server_acts.of(message, kind)
    if known is None:
        desk.server_acts.add(account_id=account, message_id=message, kind=kind, not_before_ms=at_ms)
    elif known.state not in ("waiting", "doing"):
        desk.server_acts.update(
            known.id, state="waiting", attempts=0, not_before_ms=at_ms, reason=None
        )


def _account(reader: Reader, places: Sequence[rows.Place]) -> AccountId | None:
    folder = reader.folders.get(places[0].folder_id) if places else None
    return None if folder is None else folder.account_id


def perform_due(store: Store, account: AccountId, source: ImapSource) -> int:
    """Make the changes that are due in a mailbox; returns how many were made.

    What the server refuses is tried again later and given up after five times; raises KnownError
    when the connection broke. Another folder may be open afterwards.
    """
    with store.read() as reader:
        kinds = allowed(reader)
        idle = not kinds and not reader.server_acts.waiting(account)
        news = reader.meta.get(_CURSOR) != str(reader.events.last_id())
    if idle:
        return 0
    if news:
        with store.write(actor=Actor.ENGINE) as desk:
            plan(desk)
    with store.read() as reader:
        due = reader.server_acts.due(account, reader.now_ms)
    off = [act for act in due if act.kind not in kinds]
    if off:
        with store.write(actor=Actor.ENGINE) as desk:
            for act in off:
                desk.server_acts.update(act.id, state="dropped")
    done = 0
    for kind in sorted(kinds):
        acts = [act for act in due if act.kind == kind]
        if acts:
            done += _attempt(store, source, kind, acts)
    return done


def _attempt(store: Store, source: ImapSource, kind: str, acts: Sequence[rows.ServerAct]) -> int:
    try:
        if kind == ARCHIVE:
            return write_back_moves.move(store, source, acts)
        return _flag(store, source, kind, acts)
    except KnownError as error:
        if error.code in _BROKEN:
            raise
        _log.warning("mailbox not changed (%s): %s", kind, error.code)
        postpone(store, acts, error)
        return 0


def postpone(store: Store, acts: Sequence[rows.ServerAct], error: KnownError) -> None:
    """The server refused: later again, and no more after five times."""
    again = ("waiting", "doing")
    with store.write(actor=Actor.ENGINE) as desk:
        for act in acts:
            attempts = act.attempts + 1
            desk.server_acts.update(
                act.id,
                # A move under way stays so: there may be a copy already.
                state="failed" if attempts >= _ATTEMPTS else again[act.kind == ARCHIVE],
                attempts=attempts,
                not_before_ms=desk.now_ms + attempts * _AGAIN_MS,
                reason={"code": error.code, "params": dict(error.params)},
            )


def _flag(store: Store, source: ImapSource, kind: str, acts: Sequence[rows.ServerAct]) -> int:
    """Set a flag wherever these messages lie; setting it twice is setting it once."""
    wanted: dict[int, list[rows.Place]] = {}
    names: dict[int, rows.Folder] = {}
    with store.read() as reader:
        for act in acts:
            for place in live(reader, act.message_id):
                folder = reader.folders.get(place.folder_id)
                if folder is not None and folder.account_id == act.account_id:
                    names[folder.id] = folder
                    wanted.setdefault(folder.id, []).append(place)
    marked = [
        place
        for folder, places in wanted.items()
        for place in _flag_in(source, names[folder], places, _FLAGS[kind])
    ]
    columns: Mapping[str, bool] = {kind: True}
    with store.write(actor=Actor.ENGINE) as desk:
        for place in marked:
            desk.places.update(place.id, **columns)
        for act in acts:
            desk.server_acts.update(act.id, state="done", reason=None)
    return len(acts)


def _flag_in(
    source: ImapSource, folder: rows.Folder, places: Sequence[rows.Place], flag: str
) -> Sequence[rows.Place]:
    writing = source.writing(folder.name)
    if writing.state.uidvalidity != folder.uidvalidity:
        # Other messages may have these numbers now: the next pass finds them again.
        raise KnownError("renumbered", folder=folder.name)
    writing.add_flag([place.imap_uid for place in places], flag)
    return places
