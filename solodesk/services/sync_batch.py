"""Fetched bytes into the store: parsed outside the transaction, stored in short ones.

A transaction ends as soon as somebody else waits to write (store/wish.py) and leaves them a pause,
so that the desk's own writes never wait long. A message that cannot be stored whatever we try is
kept as damaged mail and never stops the next one (faults.md R17). Must not talk to a server.
"""

import dataclasses
import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.domain.message import Address, Kind
from solodesk.mail.imap_fetch import Fetched
from solodesk.services.ingest import Place, ingest, received_time
from solodesk.services.prepared import Prepared
from solodesk.services.units import Desk, Store
from solodesk.store import rows
from solodesk.store.raw_form import FOLDED_UP_TO, packed_raw

_log = logging.getLogger(__name__)
_FILLING_S = 0.045
"""So long a transaction is filled while nobody waits: ending it takes about a sixth of that."""
_PAUSE_S = 0.004
"""Left to those who wait; they ask for the lock each millisecond."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Where a folder's messages go: `own` are our addresses."""

    store: Store
    account: AccountId
    folder: rows.Folder
    role: str
    own: frozenset[str]


@dataclass(slots=True)
class Took:
    """What became of a batch: messages placed, new ones among them, damaged ones."""

    taken: int = 0
    new: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class _Item:
    fetched: Fetched
    prepared: Prepared


class _PoisonError(Exception):
    """Storing one message raised what nobody expected."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def take_in(
    intake: Intake, fetched: Sequence[Fetched], meanings: Sequence[Prepared], *, cursor: int | None
) -> Took:
    """Store fetched messages in their order; with the last one `backfill_uid` moves to `cursor`.

    Raises `KnownError` when the store itself fails; what was committed before stays.
    """
    items = [_ready(each, meaning) for each, meaning in zip(fetched, meanings, strict=True)]
    took = Took()
    pause = threading.Event()
    wished = intake.store.wish.told()
    at = 0
    while at < len(items):
        try:
            at = _write_some(intake, items, at, len(items), cursor, took)
        except _PoisonError as poison:
            if poison.at > at:
                at = _write_some(intake, items, at, poison.at, None, took)
            _log.exception("message %s could not be stored", items[poison.at].fetched.uid)
            _keep_as_damaged(intake, items[poison.at], took)
            at = poison.at + 1
        before, wished = wished, intake.store.wish.told()
        if wished != before:
            pause.wait(_PAUSE_S)
    return took


def _ready(fetched: Fetched, prepared: Prepared) -> _Item:
    """What nobody compressed yet for its size is compressed before the write lock is taken."""
    if prepared.packed is None and len(fetched.raw) > FOLDED_UP_TO:
        prepared = dataclasses.replace(prepared, packed=packed_raw(fetched.raw))
    return _Item(fetched, prepared)


def _write_some(
    intake: Intake, items: Sequence[_Item], at: int, end: int, cursor: int | None, took: Took
) -> int:
    """One transaction over `items[at:end]`, ended early for those who wait; where it ended."""
    here, wish = Took(), intake.store.wish
    with intake.store.write(actor=Actor.ENGINE) as desk:
        started, wished = time.monotonic(), wish.told()
        while at < end:
            try:
                _take(desk, intake, items[at], here)
            except (KnownError, OSError):
                raise
            except Exception as error:
                raise _PoisonError(at) from error
            at += 1
            if wish.told() != wished or time.monotonic() - started > _FILLING_S:
                break
        if at == len(items) and cursor is not None:
            desk.folders.update(intake.folder.id, backfill_uid=cursor)
    took.taken += here.taken
    took.new += here.new
    took.damaged += here.damaged
    return at


def _take(desk: Desk, intake: Intake, item: _Item, took: Took) -> None:
    fetched, parsed = item.fetched, item.prepared.parsed
    uidvalidity = intake.folder.uidvalidity
    if uidvalidity is None:
        message = f"folder {intake.folder.name} was never opened"
        raise LookupError(message)
    done = ingest(
        desk,
        fetched.raw,
        parsed,
        Place(
            account_id=intake.account,
            folder_id=intake.folder.id,
            uidvalidity=uidvalidity,
            uid=fetched.uid,
            role=intake.role,
            answered=fetched.answered,
            whole=fetched.whole,
        ),
        own=intake.own,
        received_ms=received_time(parsed, fetched.internal_ms, desk.now_ms),
        seen=fetched.seen,
        prepared=item.prepared,
    )
    if done.new and not fetched.whole:
        desk.messages.update(done.message, raw_state="partial")
    took.taken += 1
    took.new += done.new
    took.damaged += done.new and parsed.damaged


def _keep_as_damaged(intake: Intake, item: _Item, took: Took) -> None:
    """Store the bytes with nothing of their meaning; the owner sees them as damaged mail."""
    parsed = item.prepared.parsed
    meaning = dataclasses.replace(
        parsed,
        message_id=None,
        in_reply_to=(),
        references=(),
        reply_to=(),
        to=(),
        cc=(),
        sender=None,
        customer=None,
        from_=Address("", parsed.from_.address) if parsed.from_ else None,
        kind=Kind.PERSON,
        kind_because=("damaged",),
        attachments=(),
        bounce=None,
        survey=None,
        damaged=True,
        defects=(*parsed.defects, "not_storable"),
    )
    try:
        _write_some(intake, [_Item(item.fetched, Prepared(meaning))], 0, 1, None, took)
    except _PoisonError:
        # Shown as missing in the pass's result, and tried again in the next one.
        _log.exception("message %s could not even be kept as damaged", item.fetched.uid)
