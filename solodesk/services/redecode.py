"""A message whose charset the owner tells by hand, because no label and no guess was right.

The choice is kept with the message (among its defects, `read_as:…`) and holds whenever its bytes
are read again. Its place in the conversation stays. Must not touch the raw bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import CustomerId, MessageId
from solodesk.domain.message import Address
from solodesk.services import summary
from solodesk.services.stored import columns_of
from solodesk.services.units import Desk

if TYPE_CHECKING:
    from solodesk.store import rows

CHOICES: Final = (
    "utf-8", "gb18030", "big5", "shift_jis", "iso-2022-jp", "euc-jp", "euc-kr", "windows-1252",
    "windows-1250", "windows-1251", "koi8-r", "windows-1253", "windows-1254", "windows-1255",
    "windows-1256", "windows-1257", "windows-1258", "windows-874", "utf-16",
)  # fmt: skip
"""Charsets to offer, the likeliest first; any other name of a charset is taken too."""
AUTOMATIC: Final = "auto"
_READ_AS = "read_as:"
_WORDS = (
    "subject", "from_name", "from_address", "recipients", "text", "new_text", "has_html",
    "attachments", "language", "defects",
)  # fmt: skip


def chosen(row: rows.Message | None) -> str | None:
    """The charset the owner chose for a message, or None."""
    marks = (d for d in ([] if row is None else row.defects) if d.startswith(_READ_AS))
    return next((mark.removeprefix(_READ_AS) for mark in marks), None)


def redecode(desk: Desk, message: MessageId, charset: str) -> Changes:
    """Read a message again in the charset the owner chose; `auto` goes back to our own reading.

    Subject, names and words change, its kind and ticket do not. No step of undo: `auto` is the
    way back. KnownError `no_such_message`,
    `no_such_charset`.
    """
    from solodesk.mail.charset_labels import forced
    from solodesk.mail.parse import parse_message

    row = desk.messages.get(message)
    raw = desk.raw.get(message)
    if row is None or raw is None:
        raise KnownError("no_such_message", message=int(message))
    wanted = None if charset.strip().lower() == AUTOMATIC else charset
    if wanted is not None and forced(wanted) is None:
        raise KnownError("no_such_charset", charset=charset)
    parsed = parse_message(raw, desk.accounts.own_addresses(), wanted)
    columns = columns_of(parsed)
    desk.search.remove(message)
    desk.messages.update(message, **{name: columns[name] for name in _WORDS})
    desk.search.add(message)
    if row.customer_id is not None and parsed.customer is not None:
        _rename(desk, CustomerId(row.customer_id), row.from_name, parsed.customer)
    summary.retell(desk, row.ticket_id)
    return desk.changes()


def _rename(desk: Desk, customer: CustomerId, before: str, now: Address) -> None:
    """The customer's name follows as long as it is the one this message had brought."""
    known = desk.customers.get(customer)
    if known is not None and known.name == before and now.name:
        desk.customers.update(customer, name=now.name)
