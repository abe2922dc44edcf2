"""Our own messages in the Sent folder: doubtful ones are looked for, missing copies are put there.

Ingest recognises copies that a pass fetches; this asks the server directly, also for mail older
than the chosen range. A copy is written only for servers that do not keep one themselves, once,
after looking (faults.md S6). Must not send.
"""

import logging

from solodesk.base.errors import KnownError
from solodesk.domain.events import Actor
from solodesk.domain.ids import AccountId, OutboxId
from solodesk.domain.outbox import OutboxState
from solodesk.mail.imap import ImapSource
from solodesk.services import delivery, settings
from solodesk.services.units import Reader, Store
from solodesk.store import rows

_log = logging.getLogger(__name__)
_REFUSED = frozenset({"server_said", "server_busy"})
_WITHIN_MS = 7 * 24 * 3_600_000
_SETTLE_MS = 60_000
"""So long a provider may take to show the copy it keeps itself."""


def resolve_uncertain(store: Store, account: AccountId, source: ImapSource) -> list[OutboxId]:
    """Look for each doubtful message by its Message-ID in Sent, then in a folder of all mail;
    returns those that were found."""
    with store.read() as reader:
        doubtful = _of_account(reader, account, OutboxState.UNCERTAIN)
        sent = _sent_folder(reader, account)
    if not doubtful:
        return []
    folders = [each for each in (sent, source.all_mail()) if each is not None]
    found: list[OutboxId] = []
    for row in doubtful:
        if not any(source.find_message_id(folder, row.rfc_id) for folder in folders):
            continue
        with store.write(actor=Actor.ENGINE, durable=True) as desk:
            delivery.accepted(desk, row.id, row.changed_ms, by="sent_folder")
            desk.outbox.update(row.id, found_in_sent=True)
        found.append(row.id)
    return found


def append_missing(store: Store, account: AccountId, source: ImapSource) -> list[OutboxId]:
    """Put copies of what we sent into Sent where the server does not; returns those written.

    Only when the owner switched that on, and not before the provider's own copy had its time.
    """
    with store.read() as reader:
        if not settings.get(reader, "server_sent"):
            return []
        servers = {each.id for each in reader.accounts.servers(account) if not each.saves_sent}
        ours = {
            each.id
            for each in reader.accounts.identities(account)
            if each.outgoing_server_id in servers
        }
        sent = _of_account(reader, account, OutboxState.SENT)
        wanted = [
            row
            for row in sent
            if row.identity_id in ours
            and not row.found_in_sent
            and _SETTLE_MS <= reader.now_ms - (row.accepted_ms or 0) < _WITHIN_MS
        ]
        folder = _sent_folder(reader, account)
    written: list[OutboxId] = []
    for row in wanted if folder is not None else []:
        try:
            # Looking first makes a repetition after a crash harmless.
            if not source.find_message_id(folder or "", row.rfc_id):
                source.append_sent(folder or "", row.final)
                written.append(row.id)
        except KnownError as error:
            if error.code not in _REFUSED:
                raise
            # A full or closed Sent folder must neither stop receiving nor send anything again.
            _log.warning("account %s: no copy into Sent, %s", account, error.code)
            return written
        with store.write(actor=Actor.ENGINE, durable=True) as desk:
            desk.outbox.update(row.id, found_in_sent=True)
    return written


def _of_account(reader: Reader, account: AccountId, state: OutboxState) -> list[rows.Outbox]:
    ours = {each.id for each in reader.accounts.identities(account)}
    return [row for row in reader.outbox.in_state(state.value) if row.identity_id in ours]


def _sent_folder(reader: Reader, account: AccountId) -> str | None:
    for folder in reader.folders.of_account(account):
        if folder.role == "sent":
            return folder.name
    return None
