"""`account folders`: how much of each mailbox is here, as the last pass found it; no network."""

import argparse
from typing import Any

from solodesk.cli import forms
from solodesk.cli.session import Session
from solodesk.services import missing_mail
from solodesk.services.missing_mail import FolderCount
from solodesk.wording.gettext import _


def list_folders(_args: argparse.Namespace, session: Session) -> int:
    """Every folder with server N, here N; exit code 1 while something is missing."""
    with session.store.read() as reader:
        counts = missing_mail.counts(reader)
    for count in counts:
        session.output.line(folder_line(count), _folder_text(count))
    if not counts:
        session.output.text(_("No mail fetched yet"))
    return int(any(count.missing for count in counts))


def folder_line(count: FolderCount) -> dict[str, Any]:
    """The keys of the sync line; `missing_uids` holds the first thousand."""
    return {
        "account": int(count.account),
        "folder": count.folder,
        "server": count.server,
        "here": count.here,
        "missing": count.missing,
        "missing_uids": list(count.missing_uids),
        "changed": forms.iso(count.synced_ms),
    }


def _folder_text(count: FolderCount) -> str:
    counts = _("on the server {server}, here {here}").format(server=count.server, here=count.here)
    text = f"{count.address} {count.folder}: {counts}"
    if count.missing:
        uids = ", ".join(str(uid) for uid in count.missing_uids)
        text += "; " + _("missing: {uids}").format(uids=uids)
    return text
