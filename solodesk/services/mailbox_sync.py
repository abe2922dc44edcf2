"""One pass over a mailbox: what is on the server and not here is fetched, newest first.

The truth is a comparison of sets — UIDs on the server against places in the store — so that a
pass may end anywhere (a cut cable, a killed process) and the next one goes on. The cursor columns
move in the transaction that stores the messages. Nothing is written to the server, nothing is
deleted here because it is missing there. Must not open connections: it is handed a source.
"""

import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_folders import SyncFolder
from solodesk.mail.imap_select import FolderState
from solodesk.services import missing_mail, settings, sync_flags, sync_suspects
from solodesk.services.prepared import ReadHere, Reading
from solodesk.services.sync_plan import Plan, flag_window, make_plan
from solodesk.services.units import Desk, Reader, Store
from solodesk.store import rows

if TYPE_CHECKING:
    from solodesk.services.sync_batch import Intake, Took

T = TypeVar("T")
DAY_MS = 86_400_000
FIRST = 50
"""So many of each folder come before anything else: work can start."""
_RENUMBERED = "renumbered"
_NAMED = 1_000
_FRESH_MS = 30_000
"""A time of looking that is younger is not worth a write."""


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
    state: FolderState | None = None
    """The server's counters when the pass looked at the folder first."""

    @property
    def missing(self) -> int:
        """How many messages of the server are not here."""
        return len(self.missing_uids)


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
        folders: Collection[SyncFolder] | None = None,
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

        self.folders = folders

    def run(self) -> list[FolderResult]:
        chosen = self.source.folders(self.more) if self.folders is None else self.folders
        # INBOX last: it is open already when its mail is fetched.
        rows_ = [self._folder_row(folder) for folder in chosen]
        plans = [self._plan(row) for row in reversed(rows_)][::-1]
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
            self._done(results, plans)
        return results

    def _plan(self, row: rows.Folder) -> Plan:
        plan = make_plan(self.store, self.source, row, self.since_ms)
        if plan.wanted:
            self.on_progress(Progress(plan.folder.name, plan.here, plan.server))
        return plan

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

    def _fetch(self, plan: Plan, uids: Sequence[int]) -> None:
        if not uids or self.stop.is_set():
            return
        started = time.monotonic()
        if self.source.opened != plan.folder.name:
            state = self.source.examine(plan.folder.name)
            if state.uidvalidity != plan.state.uidvalidity:
                raise KnownError(_RENUMBERED, folder=plan.folder.name)
        # Loaded when there is mail: a pass with nothing new needs none of it.
        from solodesk.services import sync_gmail
        from solodesk.services.sync_batch import Intake

        intake = Intake(self.store, self.account.id, plan.folder, plan.role, self.own)
        if self.source.offers(sync_gmail.CAPABILITY):
            for start in range(0, len(uids), _NAMED):
                some = uids[start : start + _NAMED]
                names = self.source.gmail_names(some)
                for took in sync_gmail.known_elsewhere(intake, names):
                    self._took(plan, took)
                here = sync_gmail.here(intake, some)
                try:
                    self._line(plan, intake, [uid for uid in some if uid not in here])
                finally:
                    sync_gmail.note(intake, names)
        else:
            self._line(plan, intake, uids)
        plan.seconds += time.monotonic() - started

    def _line(self, plan: Plan, intake: "Intake", uids: Sequence[int]) -> None:
        from solodesk.services.sync_line import Line

        line = Line(self.source, self.reading, intake, self.stop)
        try:
            for took in line.run(uids):
                self._took(plan, took)
        except KnownError:
            if line.broke_on:
                uidvalidity = plan.state.uidvalidity
                sync_suspects.note(self.store, plan.folder.id, uidvalidity, line.broke_on)
            raise

    def _took(self, plan: Plan, took: "Took") -> None:
        plan.new += took.new
        plan.damaged += took.damaged
        plan.taken += took.taken
        self.on_progress(Progress(plan.folder.name, plan.here, plan.server))

    def _finish(self, plan: Plan) -> FolderResult:
        """Compare once more, and write down flags, what is gone, and how far we are."""
        started = time.monotonic()
        if plan.same:
            count = plan.server
            return FolderResult(plan.folder.name, count, count, (), 0, 0, plan.seconds, plan.began)
        missing = self._missing(plan)
        if not self.stop.is_set():
            # While it was fetched the folder may have moved on.
            if missing if plan.listed is None else plan.wanted:
                self._look_again(plan)
                missing = self._late(plan)
            self._flags(plan)
            again = self._gone(plan)
            with self.store.write(actor=Actor.ENGINE) as desk:
                self._cursor(desk, plan, missing, again=again)
        seconds = plan.seconds + time.monotonic() - started
        here = plan.server - len(missing)
        return FolderResult(
            plan.folder.name, plan.server, here, missing, plan.new, plan.damaged, seconds,
            plan.began,
        )  # fmt: skip

    def _late(self, plan: Plan) -> tuple[int, ...]:
        """Fetch what came while the rest was fetched, once; what is missing after that."""
        missing, asked = self._missing(plan), frozenset(plan.wanted)
        late = [uid for uid in reversed(missing) if uid not in asked]
        if not late:
            return missing
        plan.wanted += late
        self._fetch(plan, late)
        return self._missing(plan)

    def _look_again(self, plan: Plan) -> None:
        """List the folder as it is now; what came meanwhile is here or missing after that."""
        state = self.source.examine(plan.folder.name)
        if state.uidvalidity != plan.state.uidvalidity:
            return
        plan.listed = self.source.uids(state, self.since_ms)
        plan.server = len(plan.listed)
        # Marks that changed meanwhile are told from the first modseq on.
        plan.state = replace(state, modseq=plan.state.modseq)

    def _missing(self, plan: Plan) -> tuple[int, ...]:
        with self.store.read() as reader:
            places, folder, uidvalidity = reader.places, plan.folder.id, plan.state.uidvalidity
            if plan.listed is None:
                first = min(plan.wanted, default=0)
                known = set(places.uids_from(folder, uidvalidity, first)) if plan.wanted else set()
                return tuple(uid for uid in sorted(plan.wanted) if uid not in known)
            known = set(places.uids(folder, uidvalidity))
        return tuple(uid for uid in plan.listed if uid not in known)

    def _flags(self, plan: Plan) -> None:
        """Seen and answered as the server has them, of what was here before; with CONDSTORE only
        what changed."""
        flags = plan.flags
        before = plan.folder.modseq if self.source.offers("CONDSTORE") else None
        fresh = frozenset(plan.wanted)
        if plan.listed is not None and before is not None and plan.state.modseq is not None:
            if before != plan.state.modseq:
                self._open(plan)
                flags = self.source.flags([], changed_since=before)
        elif plan.state.modseq is None:
            self._open(plan)
            flags = self.source.flags(self._old(plan, fresh))
        known = {uid: each for uid, each in flags.items() if uid not in fresh}
        sync_flags.write_down(self.store, plan.folder.id, plan.state.uidvalidity, known)

    def _old(self, plan: Plan, fresh: Collection[int]) -> list[int]:
        """UIDs whose marks a server without modseq is asked for."""
        with self.store.read() as reader:
            live = reader.places.uids(plan.folder.id, plan.state.uidvalidity, gone=False)
            now_ms = reader.now_ms
        return [uid for uid in flag_window(live, now_ms) if uid not in fresh]

    def _open(self, plan: Plan) -> None:
        if self.source.opened != plan.folder.name:
            self.source.examine(plan.folder.name)

    def _gone(self, plan: Plan) -> bool:
        """Note what is gone from the server; whether the next pass must look again."""
        folder, uidvalidity = plan.folder.id, plan.state.uidvalidity
        if plan.listed is None:
            sync_flags.mark_gone(self.store, folder, uidvalidity, plan.vanished)
            return False
        return sync_flags.judge_gone(self.store, folder, uidvalidity, plan.listed)

    def _cursor(self, desk: Desk, plan: Plan, missing: tuple[int, ...], *, again: bool) -> None:
        complete, state = not missing, plan.state
        last = plan.listed[-1] + 1 if plan.listed else 0
        columns: dict[str, object] = {}
        if plan.listed is not None:
            sync_suspects.prune(desk, plan.folder.id, state.uidvalidity, missing)
            columns["listed_ms"] = desk.now_ms
        # Mail that came between EXAMINE and the listing is counted with the listing.
        later = sum(uid >= state.uidnext for uid in plan.listed or ()) if state.uidnext else 0
        desk.folders.update(
            plan.folder.id,
            uidnext=max(state.uidnext, last) if complete else missing[0],
            backfill_uid=0 if complete else missing[-1] + 1,
            modseq=state.modseq,
            relist=again or self._short(plan),
            server_count=plan.server,
            server_exists=state.exists + later,
            synced_ms=desk.now_ms,
            **columns,
        )
        missing_mail.note(desk, plan.folder.id, missing)

    def _short(self, plan: Plan) -> bool:
        """Whether the listing cannot be everything: a server that lists too few once must not
        hide mail until something else moves (faults.md R24)."""
        if plan.listed is None:
            return False
        short = self.since_ms is None and len(plan.listed) < plan.state.exists
        return short or (bool(plan.state.exists) and not plan.listed)

    def _done(self, results: list[FolderResult], plans: Sequence[Plan]) -> None:
        from solodesk.services.first_sync import finish_first_sync

        whole = self.folders is None and not any(self._short(plan) for plan in plans)
        complete = whole and all(not each.missing_uids for each in results)
        if all(plan.same for plan in plans) and self.account.first_sync_done_ms is not None:
            with self.store.read() as reader:
                if _is_well(reader, self.account.id):
                    return
        with self.store.write(actor=Actor.ENGINE) as desk:
            account = _the(desk.accounts.get(self.account.id))
            desk.accounts.update(
                account.id, last_receive_ms=desk.now_ms, state="ok", detail=None, auth_failures=0
            )
        if complete and account.first_sync_done_ms is None:
            finish_first_sync(self.store, account.id)


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
    folders: Collection[SyncFolder] | None = None,
) -> list[FolderResult]:
    """One pass over INBOX, Sent and the folders chosen; a result a folder, in that order.

    `folders`: only over these, of a list known already.

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
        folders,
    )
    try:
        return run.run()
    except KnownError as error:
        if error.code != _RENUMBERED:
            raise
    return run.run()


def _is_well(reader: Reader, account: AccountId) -> bool:
    """Whether nothing would be news about an account that has just been looked at."""
    row = _the(reader.accounts.get(account))
    last = row.last_receive_ms
    fresh = last is not None and 0 <= reader.now_ms - last <= _FRESH_MS
    return fresh and row.state == "ok" and row.detail is None and row.auth_failures == 0


def _the(row: T | None) -> T:
    if row is None:
        message = "a row written in this transaction is not there"
        raise LookupError(message)
    return row
