"""One pass of receiving with everything that belongs to it, for the engine and for `sync`.

Fetch, look for doubtful mail in Sent, put missing copies there, hold what was overtaken, queue
acknowledgements and change the mailbox where the owner wants it, and note how it went. Must not
wait or retry.
"""

import threading
from collections.abc import Callable, Collection

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId
from solodesk.engine.parse_pool import ParsePool
from solodesk.mail.imap import ImapSource
from solodesk.mail.imap_folders import SyncFolder
from solodesk.services import accounts, sending, sent_copies, settings, write_back
from solodesk.services.mailbox_sync import FolderResult, Progress, sync_account
from solodesk.services.units import Store


def receive(
    store: Store,
    account: AccountId,
    source: ImapSource,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    folders: Collection[SyncFolder] | None = None,
) -> list[FolderResult]:
    """One pass on an open connection, over `folders` only if they are given; KnownError as the
    services raise it."""
    with ParsePool() as pool:
        results = sync_account(
            store,
            account,
            source,
            on_progress=on_progress,
            stop=stop,
            reading=pool,
            folders=folders,
        )
    if stop is None or not stop.is_set():
        sent_copies.resolve_uncertain(store, account, source)
        sent_copies.append_missing(store, account, source)
        sending.hold_overtaken(store)
        _acknowledge(store, account)
        write_back.perform_due(store, account, source)
    return results


def _acknowledge(store: Store, account: AccountId) -> None:
    with store.read() as reader:
        if settings.get(reader, "acknowledge") == "off":
            return
    from solodesk.services import automatic  # loads much; most owners never need it

    automatic.acknowledge(store, account)


def note_failure(store: Store, account: AccountId, error: KnownError) -> str:
    """Write down why receiving failed; returns the account's state then."""
    with store.write(actor=Actor.ENGINE) as desk:
        return accounts.receive_failed(desk, account, error)
