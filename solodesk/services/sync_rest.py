"""The rest of a message of which only the first part came, when the owner asks for it.

The message keeps its place in the conversation, its kind and its history; only what follows from
the bytes is told anew. Must not decide where it belongs, and must not open connections.
"""

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId
from solodesk.mail.imap import ImapSource
from solodesk.mail.parse import parse_message
from solodesk.services import summary
from solodesk.services.redecode import chosen
from solodesk.services.stored import columns_of
from solodesk.services.units import Desk, Reader, Store
from solodesk.store import rows

_OF_THE_BYTES = (
    "sha256", "size", "text", "new_text", "has_html", "attachments", "language", "damaged",
    "defects",
)  # fmt: skip


def wants(reader: Reader, message: MessageId) -> rows.Message | None:
    """The message if a part of it is missing; KnownError `no_such_message`."""
    row = reader.messages.get(message)
    if row is None:
        raise KnownError("no_such_message", message=message)
    return row if row.raw_state == "partial" else None


def fetch_rest(store: Store, message: MessageId, source: ImapSource) -> Changes:
    """Fetch a partial message whole; without changes when it is whole already.

    KnownError `no_such_message` when it is not here, or not on the server any more.
    """
    with store.read() as reader:
        row = wants(reader, message)
        places = [] if row is None else reader.places.of_message(message)
        folders = {each.folder_id: reader.folders.get(each.folder_id) for each in places}
        own = reader.accounts.own_addresses()
    if row is None:
        return Changes({})
    for place in places:
        folder = folders[place.folder_id]
        if folder is None or folder.account_id != row.account_id:
            continue
        if source.examine(folder.name).uidvalidity != place.uidvalidity:
            continue
        for fetched in source.fetch([place.imap_uid]):
            parsed = parse_message(fetched.raw, own, chosen(row))
            columns = columns_of(parsed)
            with store.write(actor=Actor.ENGINE) as desk:
                _replace(desk, row, fetched.raw, {n: columns[n] for n in _OF_THE_BYTES})
                return desk.changes()
    raise KnownError("no_such_message", message=message)


def _replace(desk: Desk, row: rows.Message, raw: bytes, columns: dict[str, object]) -> None:
    desk.search.remove(row.id)
    desk.raw.replace(row.id, raw)
    desk.messages.update(row.id, raw_state="whole", **columns)
    desk.search.add(row.id)
    desk.files.expect(row.id)
    summary.retell(desk, row.ticket_id)
