"""One pass over a mailbox: what is on the server and not here is fetched, newest first.

The truth is a comparison of sets — UIDs the server lists against places in the store — so that a
pass may end anywhere (a cut cable, a killed process) and the next one goes on. The cursor columns
move in the transaction that stores the messages. Nothing is written to the server, nothing is
deleted here because it is missing there. Must not open connections: it is handed a source.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_folders import SyncFolder
from solodesk.mail.imap_select import FolderState
from solodesk.services import settings, sync_flags, sync_suspects
from solodesk.services.prepared import ReadHere, Reading
from solodesk.services.units import Desk, Reader, Store
from solodesk.store import rows

T = TypeVar("T")
DAY_MS = 86_400_000
FIRST = 50
"""So many of each folder come before anything else: work can start."""
_RENUMBERED = "renumbered"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a folder is: `here` of `server` messages in the chosen range."""

    folder: str
    here: int
    server: int


@dataclass(frozen=True, slots=True)
class FolderResult:
    """A folder after a pass. `missing_uids`: on the server, not here; empty when all is well."""

    folder: str
    server: int
    here: int
    missing_uids: tuple[int, ...]
    new: int
    damaged: int
    seconds: float

    @property
    def missing(self) -> int:
        """How many messages of the server are not here."""
        return len(self.missing_uids)


@dataclass(slots=True)
class _Plan:
    """What one folder needs in this pass."""

    folder: rows.Folder
    state: FolderState
    listed: list[int]
    wanted: list[int]
    """Newest first."""
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

    @property
    def role(self) -> str:
        return self.folder.role


class _Pass:
    """One pass over one account."""

    def __init__(
        self,
        store: Store,
        account: rows.Account,
        source: ImapSource,
        on_progress: Callable[[Progress], None],
        stop: threading.Event,
        reading: Reading,
    ) -> None:
        self.store = store
        self.account = account
        self.source = source
        self.on_progress = on_progress
        self.stop = stop
        self.reading = reading
        with store.read() as reader:
            self.own = reader.accounts.own_addresses()
            self.more = more_folders(reader)
        days = account.history_days
        self.since_ms = account.created_ms - days * DAY_MS if days else None

    def run(self) -> list[FolderResult]:
        plans = [self._plan(folder) for folder in self.source.folders(self.more)]
        for plan in plans:
            self._fetch(plan, plan.plain[:FIRST])
        # Only now, so that helpers starting do not hold up what the owner waits for.
        self.reading.expect(sum(len(plan.plain[FIRST:]) for plan in plans))
        for plan in plans:
            self._fetch(plan, plan.plain[FIRST:])
        for plan in plans:
            for group in plan.suspects:
                self._fetch(plan, group)
        results = [self._finish(plan) for plan in plans]
        if not self.stop.is_set():
            whole = not any(self._short(plan) for plan in plans if not plan.same)
            self._done(results, [plan.folder.id for plan in plans if plan.same], whole=whole)
        return results

    def _plan(self, folder: SyncFolder) -> _Plan:
        started = time.monotonic()
        row = self._folder_row(folder)
        state = self.source.examine(row.name)
        if self._unchanged(row, state):
            return _Plan(row, state, [], [], same=True, seconds=time.monotonic() - started)
        listed = self.source.uids(state, self.since_ms)
        if row.uidvalidity != state.uidvalidity:
            row = self._renumbered(row, state)
        with self.store.read() as reader:
            known = set(reader.places.uids(row.id, state.uidvalidity))
            suspects = sync_suspects.suspects(reader, row.id, state.uidvalidity)
            now_ms = reader.now_ms
        wanted = [uid for uid in reversed(listed) if uid not in known]
        if wanted:
            self.on_progress(Progress(row.name, len(listed) - len(wanted), len(listed)))
        plan = _Plan(row, state, listed, wanted)
        plan.plain, plan.suspects = sync_suspects.groups(wanted, suspects, now_ms)
        plan.seconds = time.monotonic() - started
        return plan

    def _unchanged(self, row: rows.Folder, state: FolderState) -> bool:
        """Whether the folder is as the last pass left it, so that it need not be listed.

        The modseq moves with every new mail and mark (RFC 7162); with every removal only where
        QRESYNC is offered, elsewhere the number of messages tells. Not trusted while something
        is missing here or was missed there.
        """
        now = (state.uidvalidity, state.uidnext, state.modseq, 0)
        if now != (row.uidvalidity, row.uidnext, row.modseq, row.backfill_uid) or not state.modseq:
            return False
        counted = self.since_ms is None and state.exists == row.server_count
        if not (counted or self.source.offers("QRESYNC")):
            return False
        with self.store.read() as reader:
            return not reader.places.doubtful(row.id, state.uidvalidity)

    def _folder_row(self, folder: SyncFolder) -> rows.Folder:
        with self.store.read() as reader:
            row = reader.folders.by_name(self.account.id, folder.name)
        if row is not None and row.role == folder.role:
            return row
        with self.store.write(actor=Actor.ENGINE) as desk:
            if row is None:
                made = desk.folders.add(
                    account_id=self.account.id, name=folder.name, role=folder.role
                )
            else:
                made = row.id
                desk.folders.update(made, role=folder.role)
            return _the(desk.folders.get(made))

    def _renumbered(self, row: rows.Folder, state: FolderState) -> rows.Folder:
        """New UIDVALIDITY: every place is unknown again; the bytes will be recognised (R1)."""
        with self.store.write(actor=Actor.ENGINE) as desk:
            desk.folders.update(
                row.id,
                uidvalidity=state.uidvalidity,
                uidnext=state.uidnext,
                backfill_uid=state.uidnext,
                modseq=state.modseq,
            )
            return _the(desk.folders.get(row.id))

    def _fetch(self, plan: _Plan, uids: Sequence[int]) -> None:
        if not uids or self.stop.is_set():
            return
        started = time.monotonic()
        state = self.source.examine(plan.folder.name)
        if state.uidvalidity != plan.state.uidvalidity:
            raise KnownError(_RENUMBERED, folder=plan.folder.name)
        # Loaded when there is mail: a pass with nothing new needs none of it.
        from solodesk.services.sync_batch import Intake
        from solodesk.services.sync_line import Line

        intake = Intake(self.store, self.account.id, plan.folder, plan.role, self.own)
        line = Line(self.source, self.reading, intake, self.stop)
        try:
            for took in line.run(uids):
                plan.new += took.new
                plan.damaged += took.damaged
                plan.taken += took.taken
                here = len(plan.listed) - len(plan.wanted) + plan.taken
                self.on_progress(Progress(plan.folder.name, here, len(plan.listed)))
        except KnownError:
            if line.broke_on:
                sync_suspects.note(self.store, plan.folder.id, state.uidvalidity, line.broke_on)
            raise
        plan.seconds += time.monotonic() - started

    def _finish(self, plan: _Plan) -> FolderResult:
        """Compare once more, and write down flags, what is gone, and how far we are."""
        started = time.monotonic()
        if plan.same:
            count = plan.folder.server_count
            return FolderResult(plan.folder.name, count, count, (), 0, 0, plan.seconds)
        if not self.stop.is_set():
            state = self.source.examine(plan.folder.name)
            same = state.uidvalidity == plan.state.uidvalidity
            if same and (plan.wanted or state.exists != plan.state.exists):
                plan.listed = self.source.uids(state, self.since_ms)
            self._flags(plan, state)
        with self.store.read() as reader:
            known = set(reader.places.uids(plan.folder.id, plan.state.uidvalidity))
        missing = tuple(uid for uid in plan.listed if uid not in known)
        if not self.stop.is_set():
            with self.store.write(actor=Actor.ENGINE) as desk:
                sync_flags.judge_gone(desk, plan.folder.id, plan.state.uidvalidity, plan.listed)
                self._cursor(desk, plan, missing)
        seconds = plan.seconds + time.monotonic() - started
        here = len(plan.listed) - len(missing)
        return FolderResult(
            plan.folder.name, len(plan.listed), here, missing, plan.new, plan.damaged, seconds
        )

    def _flags(self, plan: _Plan, state: FolderState) -> None:
        """Seen and answered as the server has them; with CONDSTORE only what changed."""
        before = plan.folder.modseq if self.source.offers("CONDSTORE") else None
        if before is not None and before == state.modseq:
            return
        if before is not None and state.modseq is not None:
            flags = self.source.flags([], changed_since=before)
        else:
            flags = self.source.flags(plan.listed)
        sync_flags.write_down(self.store, plan.folder.id, plan.state.uidvalidity, flags)

    def _cursor(self, desk: Desk, plan: _Plan, missing: tuple[int, ...]) -> None:
        sync_suspects.prune(desk, plan.folder.id, plan.state.uidvalidity, missing)
        complete = not missing
        doubtful = self._short(plan) or (bool(plan.state.exists) and not plan.listed)
        desk.folders.update(
            plan.folder.id,
            uidnext=plan.state.uidnext if complete else missing[0],
            backfill_uid=0 if complete else missing[-1] + 1,
            # Without it the next pass lists again, whatever moved.
            modseq=None if doubtful else plan.state.modseq,
            server_count=len(plan.listed),
            synced_ms=desk.now_ms,
        )

    def _short(self, plan: _Plan) -> bool:
        """Whether the listing cannot be everything: a server that lists too few once must not
        hide mail until something else moves (faults.md R24)."""
        return self.since_ms is None and len(plan.listed) < plan.state.exists

    def _done(self, results: list[FolderResult], looked_at: Sequence[int], *, whole: bool) -> None:
        from solodesk.services.first_sync import finish_first_sync

        complete = whole and all(not each.missing_uids for each in results)
        with self.store.write(actor=Actor.ENGINE) as desk:
            for folder in looked_at:
                desk.folders.update(folder, synced_ms=desk.now_ms)
            account = _the(desk.accounts.get(self.account.id))
            desk.accounts.update(
                account.id, last_receive_ms=desk.now_ms, state="ok", detail=None, auth_failures=0
            )
            if complete and account.first_sync_done_ms is None:
                finish_first_sync(desk, account.id)


def more_folders(reader: Reader) -> tuple[str, ...]:
    """Names of the folders the owner wants read beside INBOX and Sent, in any mailbox."""
    given = str(settings.get(reader, "more_folders"))
    return tuple(name.strip() for name in given.split(";") if name.strip())


def sync_account(
    store: Store,
    account_id: AccountId,
    source: ImapSource,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    reading: Reading | None = None,
) -> list[FolderResult]:
    """One pass over INBOX, Sent and the folders chosen; a result a folder, in that order.

    When the server renumbers a folder meanwhile, the pass starts over once.

    Setting `stop` ends it after the batch in hand. Raises `KnownError` from the source or the
    store, `no_such_account`; what was fetched until then stays.
    """
    with store.read() as reader:
        account = reader.accounts.get(account_id)
    if account is None:
        raise KnownError("no_such_account", account=account_id)
    ignore: Callable[[Progress], None] = lambda _progress: None  # noqa: E731
    run = _Pass(
        store,
        account,
        source,
        on_progress or ignore,
        stop or threading.Event(),
        reading or ReadHere(),
    )
    try:
        return run.run()
    except KnownError as error:
        if error.code != _RENUMBERED:
            raise
    return run.run()


def _the(row: T | None) -> T:
    if row is None:
        message = "a row written in this transaction is not there"
        raise LookupError(message)
    return row
