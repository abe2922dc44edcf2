"""How much of each mailbox is here: "on the server N, here N", and what is missing by name.

Written by every pass, read by the command line and the window. Must not talk to servers.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from solodesk.domain.ids import AccountId
from solodesk.services.units import Desk, Reader

_KEPT = 1_000
"""So many missing UIDs are kept by name; more are only counted."""


@dataclass(frozen=True, slots=True)
class FolderCount:
    """One folder after its last pass. `missing_uids`: the first of them, by the server's number."""

    account: AccountId
    address: str
    folder: str
    role: str
    server: int
    here: int
    missing: int
    missing_uids: tuple[int, ...]
    synced_ms: int | None


def note(desk: Desk, folder: int, missing: Sequence[int]) -> None:
    """Keep what a pass could not bring."""
    text = json.dumps([len(missing), list(missing[:_KEPT])]) if missing else ""
    if (desk.meta.get(_key(folder)) or "") != text:
        desk.meta.set(_key(folder), text)


def counts(reader: Reader) -> tuple[FolderCount, ...]:
    """Every folder that is read, account by account: inbox, sent, the others."""
    found = []
    for account in reader.accounts.all():
        for folder in reader.folders.of_account(account.id):
            if folder.synced_ms is None:
                continue
            number, uids = json.loads(reader.meta.get(_key(folder.id)) or "[0, []]")
            found.append(
                FolderCount(
                    account.id,
                    account.address,
                    folder.name,
                    folder.role,
                    folder.server_count,
                    folder.server_count - number,
                    number,
                    tuple(uids),
                    folder.synced_ms,
                )
            )
    return tuple(found)


def _key(folder: int) -> str:
    return f"missing.{folder}"
