"""What one folder needs in this pass, found out with as few questions as the server allows.

In this order: the counters have not moved (nothing to do); the server tells what happened since
the last pass (QRESYNC in the answer to EXAMINE, else CHANGEDSINCE, else the UIDs after the last
one), believed only when it adds up to the number of messages there; else, and once a day in any
case, everything is listed and compared. Must not fetch or store mail.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from solodesk.domain.events import Actor
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_select import Delta, FolderState, Since, width
from solodesk.services import sync_suspects
from solodesk.services.units import Store
from solodesk.store import rows

_COMPARE_MS = 86_400_000
"""So often the whole folder is listed, whatever the server says happened."""
Flags = dict[int, tuple[bool, bool]]


@dataclass(slots=True)
class Plan:
    """What one folder needs in this pass."""

    folder: rows.Folder
    state: FolderState
    wanted: list[int]
    """Newest first."""
    server: int
    """Messages on the server, in the chosen range."""
    listed: list[int] | None = None
    """All UIDs in the range; None when only what happened since the last pass was asked."""
    vanished: list[int] = field(default_factory=list)
    """UIDs that are here and that the server says are gone."""
    flags: Flags = field(default_factory=dict)
    """(seen, answered) of what changed, unless `listed`."""
    plain: list[int] = field(default_factory=list)
    """Of `wanted` those nothing is known against."""
    suspects: list[list[int]] = field(default_factory=list)
    """The others, in the groups to try (see sync_suspects)."""
    same: bool = False
    """The server's counters say that nothing happened since the last whole pass."""
    taken: int = 0
    new: int = 0
    damaged: int = 0
    seconds: float = 0.0
    began: FolderState | None = None
    """The counters when the pass looked first; `state` may be later ones."""

    @property
    def role(self) -> str:
        """The folder's."""
        return self.folder.role

    @property
    def here(self) -> int:
        """How many of the server's messages are here by now."""
        return self.server - len(self.wanted) + self.taken


def make_plan(store: Store, source: ImapSource, row: rows.Folder, since_ms: int | None) -> Plan:
    """Open the folder and find out what it needs; it stays open."""
    started = time.monotonic()
    state = source.examine(row.name, _since(row))
    if unchanged(row, state):
        plan: Plan | None = Plan(row, state, [], row.server_count, same=True)
    else:
        plan = _by_delta(store, source, row, state, since_ms)
    if plan is None:
        listed = source.uids(state, since_ms)
        if row.uidvalidity != state.uidvalidity:
            row = _renumbered(store, row, state)
        plan = list_all(store, row, state, listed)
    plan.began, plan.seconds = state, time.monotonic() - started
    return plan


def _renumbered(store: Store, row: rows.Folder, state: FolderState) -> rows.Folder:
    """New UIDVALIDITY: every place is unknown again; the bytes will be recognised (R1)."""
    with store.write(actor=Actor.ENGINE) as desk:
        desk.folders.update(
            row.id,
            uidvalidity=state.uidvalidity,
            uidnext=state.uidnext,
            backfill_uid=state.uidnext,
            modseq=state.modseq,
            relist=True,
        )
        found = desk.folders.get(row.id)
    if found is None:
        message = f"folder {row.name} is not there"
        raise LookupError(message)
    return found


def _since(row: rows.Folder) -> Since | None:
    if not _complete(row) or row.uidvalidity is None or row.modseq is None:
        return None
    return Since(row.uidvalidity, row.modseq)


def _complete(row: rows.Folder) -> bool:
    """Whether the last pass ended with everything here, and without doubt."""
    return row.backfill_uid == 0 and not row.relist


def unchanged(row: rows.Folder, state: FolderState) -> bool:
    """Whether the folder is as the last pass left it, so that nothing need be asked.

    The modseq moves with every new mail and mark (RFC 7162), the number of messages with every
    removal. Not trusted while something is missing here or was missed there.
    """
    now = (state.uidvalidity, state.uidnext, state.exists, state.modseq)
    then = (row.uidvalidity, row.uidnext, row.server_exists, row.modseq)
    return bool(state.modseq) and now == then and _complete(row)


def list_all(store: Store, row: rows.Folder, state: FolderState, listed: list[int]) -> Plan:
    """The plan of a folder whose UIDs were listed."""
    with store.read() as reader:
        known = set(reader.places.uids(row.id, state.uidvalidity))
        suspects = sync_suspects.suspects(reader, row.id, state.uidvalidity)
        now_ms = reader.now_ms
    wanted = [uid for uid in reversed(listed) if uid not in known]
    plan = Plan(row, state, wanted, len(listed), listed=listed)
    plan.plain, plan.suspects = sync_suspects.groups(wanted, suspects, now_ms)
    return plan


def _by_delta(
    store: Store,
    source: ImapSource,
    row: rows.Folder,
    state: FolderState,
    since_ms: int | None,
) -> Plan | None:
    """The plan from what happened since the last pass; None when that cannot be or adds up to
    another number of messages than the server has."""
    with store.read() as reader:
        now_ms = reader.now_ms
    if not _may_be_told(row, state, now_ms):
        return None
    delta, new = _told(source, row, state)
    with store.read() as reader:
        places = reader.places
        vanished = places.live_within(row.id, state.uidvalidity, delta.vanished)
        known = set(places.uids_from(row.id, state.uidvalidity, row.uidnext or 0))
    if not _adds_up(row, state, delta, len(new), len(vanished), whole=since_ms is None):
        return None
    if new and since_ms is not None:
        new = source.uids_within(new, since_ms)
    wanted = [uid for uid in reversed(new) if uid not in known]
    plan = Plan(row, state, wanted, row.server_count + len(new) - len(vanished))
    plan.vanished, plan.plain = vanished, wanted
    plan.flags = delta.flags
    return plan


def _may_be_told(row: rows.Folder, state: FolderState, now_ms: int) -> bool:
    return (
        _complete(row)
        and row.uidvalidity == state.uidvalidity
        and bool(row.uidnext)
        and state.uidnext >= (row.uidnext or 0)
        and row.listed_ms is not None
        and 0 <= now_ms - row.listed_ms < _COMPARE_MS
    )


def _told(source: ImapSource, row: rows.Folder, state: FolderState) -> tuple[Delta, list[int]]:
    """What happened, and the UIDs that are new by it, ascending."""
    first = row.uidnext or 0
    delta = state.delta
    if delta is None and row.modseq is not None and state.modseq is not None:
        delta = Delta((), source.flags([], changed_since=row.modseq))
    if delta is not None:
        return delta, sorted(uid for uid in delta.flags if uid >= first)
    return Delta((), {}), source.uids_from(first) if state.uidnext > first else []


def _adds_up(
    row: rows.Folder, state: FolderState, delta: Delta, new: int, vanished: int, *, whole: bool
) -> bool:
    """Whether what was told explains the number of messages there are now.

    Outside the chosen range messages may vanish that were never here: then the number may be
    smaller, by as many as were named. A folder that is suddenly empty is listed, not believed.
    """
    most = row.server_exists + new - vanished
    least = most if whole else most - (width(delta.vanished) - vanished)
    return least <= state.exists <= most and (state.exists > 0 or most == row.server_exists)


def flag_window(uids: Sequence[int], now_ms: int, size: int = 2_000) -> list[int]:
    """Of a server that cannot tell what changed: the newest UIDs, and older ones in turn."""
    if len(uids) <= 2 * size:
        return list(uids)
    older, newest = uids[:-size], uids[-size:]
    turns = -(-len(older) // size)
    start = (now_ms // 60_000 % turns) * size
    return [*older[start : start + size], *newest]
