"""`sync [--account A]`: one pass over every mailbox (or one), then the end.

Takes the engine's lock: while a window or an engine runs on the same data, it does this anyway.
"""

import argparse
import threading
from collections.abc import Iterable
from typing import Any

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.base.log import Redactor
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.engine.lock import engine_lock
from solodesk.engine.receiving import note_failure, receive
from solodesk.engine.secrets import Secrets, open_secrets
from solodesk.mail.imap import ImapSource
from solodesk.services import accounts, sending
from solodesk.services.mailbox_sync import FolderResult
from solodesk.store import rows
from solodesk.wording.gettext import _, ngettext

_FILES_S = 5.0


def register(subparsers: Subparsers) -> None:
    """The command."""
    parser = subparsers.add_parser("sync")
    parser.add_argument("--account", metavar="ACCOUNT")
    parser.set_defaults(run=sync)


def sync(args: argparse.Namespace, session: Session) -> int:
    """Fetch once; the worst exit code of all mailboxes."""
    with engine_lock(session.folder):
        sending.recover(session.store)
        with session.store.read() as reader:
            wanted = (
                [accounts.find(reader, args.account)] if args.account else reader.accounts.all()
            )
        if not wanted:
            raise KnownError("no_account")
        code = receive_all(session, wanted, open_secrets(Redactor()))
        if all(row.first_sync_done_ms is not None for row in wanted):
            _read_files(session)
        return code


def receive_all(session: Session, wanted: Iterable[rows.Account], secrets: Secrets) -> int:
    """One pass over each of these mailboxes; faults are told and do not stop the next one."""
    code = 0
    for row in wanted:
        if not accounts.may_sign_in(row):
            code = max(
                code, session.output.fault(NeedsOwner("sign_in_needed", address=row.address))
            )
            continue
        try:
            results = _one(session, row, secrets)
        except KnownError as error:
            note_failure(session.store, row.id, error)
            code = max(code, session.output.fault(error))
            continue
        for result in results:
            session.output.line(folder_line(row, result), _folder_text(row, result))
            code = max(code, int(bool(result.missing)))
    return code


def _read_files(session: Session) -> None:
    """The words inside the attachments of a daily pass; a first sync leaves them to the engine."""
    from solodesk.services import file_texts

    if file_texts.waiting(session.store):
        from solodesk.engine.file_reader import FileReader

        with FileReader() as reading:
            file_texts.read_waiting(session.store, reading, seconds=_FILES_S)


def _one(session: Session, row: rows.Account, secrets: Secrets) -> list[FolderResult]:
    with ImapSource(accounts.receiving(row), secrets.of(row)) as source:
        return receive(session.store, row.id, source, stop=threading.Event())


def folder_line(row: rows.Account, result: FolderResult) -> dict[str, Any]:
    """The sync line of cli.md; `missing_uids` lists what is on the server and not here."""
    return {
        "account": int(row.id),
        "folder": result.folder,
        "server": result.server,
        "here": result.here,
        "missing": result.missing,
        "new": result.new,
        "damaged": result.damaged,
        "seconds": round(result.seconds, 3),
        "missing_uids": list(result.missing_uids),
    }


def _folder_text(row: rows.Account, result: FolderResult) -> str:
    new = ngettext("{n} new message", "{n} new messages", result.new).format(n=result.new)
    counts = _("on the server {server}, here {here}").format(server=result.server, here=result.here)
    text = f"{row.address} {result.folder}: {new}, {counts}"
    if result.missing_uids:
        missing = ", ".join(str(uid) for uid in result.missing_uids)
        text += "; " + _("missing: {uids}").format(uids=missing)
    return text
