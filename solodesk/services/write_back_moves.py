"""Mail of closed tickets moves to the archive folder, and is known to be there.

MOVE where it is offered; else COPY, then removing exactly the copied message (UIDPLUS); else it
stays. An act is marked as under way before the server is asked, so that one that was cut short
first looks what became of it. A message whose ticket was opened again stays. Must not remove what
has no copy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId
from solodesk.domain.ticket import Status
from solodesk.services.units import Desk, Reader, Store

if TYPE_CHECKING:
    from solodesk.mail.imap import ImapSource
    from solodesk.mail.imap_write import NewPlaces, Writing
    from solodesk.store import rows

_ARCHIVE = "Archive"
_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class _Carried:
    """A message on its way: its act, its place in INBOX, what it is known by."""

    act: rows.ServerAct
    place: rows.Place
    message: MessageId
    rfc_id: str | None
    size: int
    sha256: bytes
    wanted: bool
    """Whether it shall still go: its ticket is closed."""


def live(
    reader: Reader, message: MessageId, role: str | None = None, *, gone: bool = False
) -> list[rows.Place]:
    """Where a message lies on a server now (in folders of a role), or did (`gone`)."""
    found = []
    for place in reader.places.of_message(message):
        folder = reader.folders.get(place.folder_id)
        if folder is None or (place.gone_ms is not None and not gone):
            continue
        if place.uidvalidity == folder.uidvalidity and role in (None, folder.role):
            found.append(place)
    return found


def move(store: Store, source: ImapSource, acts: Sequence[rows.ServerAct]) -> int:
    """Carry out acts of one mailbox; returns how many messages were moved."""
    by_folder: dict[int, list[_Carried]] = {}
    with store.read() as reader:
        named = str(reader.settings.get("archive_folder") or "")
        for act in acts:
            for each in _carried(reader, act):
                by_folder.setdefault(each.place.folder_id, []).append(each)
        folders = {each: reader.folders.get(each) for each in by_folder}
    _settle(store, acts, {c.act.id for some in by_folder.values() for c in some})
    moved = 0
    for folder_id, some in by_folder.items():
        folder = folders[folder_id]
        if folder is not None:
            target = _target(source, named)
            if target.casefold() == folder.name.casefold():
                raise KnownError("archive_is_inbox", folder=target)
            moved += _move_from(store, source, folder, target, some)
    return moved


def _carried(reader: Reader, act: rows.ServerAct) -> list[_Carried]:
    """What an act asks for; nothing when the ticket is open again or the mail is elsewhere.

    One that was cut short is followed up in any case: a pass may have found the mail gone from
    INBOX before anybody knew that we had moved it.
    """
    row = reader.messages.get(act.message_id)
    ticket = None if row is None else reader.tickets.get(reader.tickets.final(row.ticket_id))
    if row is None or ticket is None:
        return []
    closed, resumed = ticket.status == Status.CLOSED.value, act.state == "doing"
    places = live(reader, row.id, "inbox", gone=resumed) if closed or resumed else []
    return [
        _Carried(act, place, row.id, row.rfc_id, row.size, row.sha256, closed)
        for place in places
        if (folder := reader.folders.get(place.folder_id)) is not None
        and folder.account_id == act.account_id
    ]


def _settle(store: Store, acts: Sequence[rows.ServerAct], asked: set[int]) -> None:
    """Acts that ask for nothing any more are over; the others are under way from here on."""
    with store.write(actor=Actor.ENGINE) as desk:
        for act in acts:
            desk.server_acts.update(act.id, state="doing" if act.id in asked else "dropped")


def _target(source: ImapSource, named: str) -> str:
    found = source.folder_for_closed(named)
    if found is None:
        found = named or _ARCHIVE
        source.create(found)
    return found


def _move_from(
    store: Store, source: ImapSource, folder: rows.Folder, target: str, some: list[_Carried]
) -> int:
    can_move, can_remove = source.offers("MOVE"), source.offers("UIDPLUS")
    if not (can_move or can_remove):
        raise KnownError("cannot_move", folder=folder.name)
    # Cut short before: there may be a copy already, or nothing left to move.
    resumed = [each for each in some if each.act.state == "doing"]
    there = _found_there(source, target, resumed) if resumed else {}
    writing = source.writing(folder.name)
    if writing.state.uidvalidity != folder.uidvalidity:
        raise KnownError("renumbered", folder=folder.name)
    present = set(source.search("UID", ",".join(str(each.place.imap_uid) for each in some)))
    kept = [each for each in some if each.place.imap_uid in present and not each.wanted]
    _drop(store, kept)
    some = [each for each in some if each not in kept]
    left = [each.place.imap_uid for each in some if each.place.imap_uid in present]
    stays: set[int] = set()
    if can_move:
        went = writing.move(left, target) if left else {}
    else:
        went = _copy_and_remove(writing, left, target, there)
        stays = {uid for uid in left if uid not in went and uid not in there}
    over = [each for each in some if each.place.imap_uid not in stays]
    unknown = [e for e in over if e.place.imap_uid not in went and e.place.imap_uid not in there]
    if unknown:
        there = {**there, **_found_there(source, target, unknown)}
    _note(store, folder, target, over, {**there, **went})
    return len(over)


def _drop(store: Store, some: Sequence[_Carried]) -> None:
    """The owner changed their mind before anything was done."""
    if some:
        with store.write(actor=Actor.ENGINE) as desk:
            for each in some:
                desk.server_acts.update(each.act.id, state="dropped")


def _copy_and_remove(writing: Writing, left: list[int], target: str, there: NewPlaces) -> NewPlaces:
    wanted = [uid for uid in left if uid not in there]
    went = writing.copy(wanted, target) if wanted else {}
    # Only what is known to have a copy may go.
    writing.remove([uid for uid in left if uid in went or uid in there])
    return went


def _found_there(source: ImapSource, target: str, some: Sequence[_Carried]) -> NewPlaces:
    """Where the archive holds these very bytes already, by old UID."""
    state = source.examine(target)
    found: NewPlaces = {}
    for each in some:
        for uid in _candidates(source, each):
            if any(_same(got.raw, each) for got in source.fetch([uid])):
                found[each.place.imap_uid] = (state.uidvalidity, uid)
                break
    return found


def _candidates(source: ImapSource, each: _Carried) -> list[int]:
    if each.rfc_id:
        uids = source.search("HEADER", "Message-ID", each.rfc_id)
    else:
        uids = source.search("LARGER", str(each.size - 1), "SMALLER", str(each.size + 1))
    return uids[-_CANDIDATES:]


def _same(raw: bytes, each: _Carried) -> bool:
    if len(raw) > each.size:  # of a huge message we have the beginning
        raw = raw[: each.size]
    return hashlib.sha256(raw).digest() == each.sha256


def _note(
    store: Store,
    folder: rows.Folder,
    target: str,
    some: Sequence[_Carried],
    where: NewPlaces,
) -> None:
    with store.write(actor=Actor.ENGINE) as desk:
        home = desk.folders.get(folder.id)
        for each in some:
            at = where.get(each.place.imap_uid)
            if at is not None:
                _lies_there(desk, folder, target, each, at)
            desk.places.update(each.place.id, gone_ms=desk.now_ms)
            desk.server_acts.update(each.act.id, state="done", reason=None)
        # They are gone by our own hand: the next pass need not wonder.
        ours = sum(each.place.gone_ms is None for each in some)
        if home is not None and ours:
            desk.folders.update(
                home.id,
                server_count=max(0, home.server_count - ours),
                server_exists=max(0, home.server_exists - ours),
            )


def _lies_there(
    desk: Desk, folder: rows.Folder, target: str, each: _Carried, at: tuple[int, int]
) -> None:
    uidvalidity, uid = at
    there = desk.folders.by_name(folder.account_id, target)
    home = (
        desk.folders.add(
            account_id=folder.account_id, name=target, role="other", uidvalidity=uidvalidity
        )
        if there is None
        else there.id
    )
    place = desk.places.at(home, uidvalidity, uid)
    if place is not None:
        desk.places.update(place.id, gone_ms=None)
    else:
        desk.places.add(
            folder_id=home,
            uidvalidity=uidvalidity,
            imap_uid=uid,
            message_id=each.message,
            seen=each.place.seen,
            answered=each.place.answered,
        )
