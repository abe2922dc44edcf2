"""What the screens read: the store's read models, raw bytes, and HTML made safe on demand.

Every function takes a reader and changes nothing, `allow_pictures` aside.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solodesk.base.errors import KnownError
from solodesk.domain.changes import Changes
from solodesk.domain.ids import CustomerId, MessageId, TicketId
from solodesk.domain.views import (
    ConversationItem,
    CustomerCard,
    OutboxRow,
    SearchHit,
    Tag,
    TicketRow,
    View,
)
from solodesk.services.units import Desk, Reader

if TYPE_CHECKING:
    from solodesk.domain.search_tree import SearchQuery
    from solodesk.mail.sanitise import SafeHtml

# Where the common mail programs begin the quoted mail.
_QUOTE: Final = re.compile(
    r"<(?:div|blockquote|table|hr|p|includetail)\b[^>]*"
    r"(?:class=[\"'][^\"']*(?:gmail_quote|moz-cite-prefix|yahoo_quoted|protonmail_quote)"
    r"|id=[\"'](?:divRplyFwdMsg|appendonsend|isReplyContent|mail-editor-reference)"
    r"|type=[\"']?cite"
    r"|border-top:\s*solid #(?:E1E1E1|B5C4DF))|<includetail\b|<!--\[if [^>]*\]><hr",
    re.IGNORECASE,
)
_TAGS: Final = re.compile(r"<(style|script|title)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_SPACE: Final = re.compile(r"[\s\u00a0\u200b>|]+")


@dataclass(frozen=True, slots=True)
class HtmlShown:
    """Safe HTML for the conversation: what is new, what is quoted, what was held back."""

    visible: str
    quoted: str | None
    blocked_remote: int
    images: dict[str, bytes]
    """Embedded pictures by Content-ID."""


def ids(
    reader: Reader, view: View, *, tag: str | None = None, newest: bool = False
) -> list[TicketId]:
    """Ids of a view in its order."""
    return reader.lists.ids(view, tag=tag, newest=newest)


def rows(reader: Reader, wanted: Iterable[TicketId]) -> dict[TicketId, TicketRow]:
    """The list's rows of these tickets."""
    return reader.lists.rows(wanted)


def counts(reader: Reader) -> dict[View, int]:
    """How many tickets each view holds."""
    return reader.lists.counts()


def tag_counts(reader: Reader) -> list[tuple[Tag, int]]:
    """Tags with the number of their open and waiting tickets."""
    return reader.lists.tag_counts()


def conversation(reader: Reader, ticket: TicketId) -> tuple[ConversationItem, ...]:
    """Everything said in a ticket, oldest first."""
    return reader.lists.conversation(ticket)


def customer_card(reader: Reader, customer: CustomerId) -> CustomerCard | None:
    """What the customer panel shows."""
    return reader.lists.customer_card(customer)


def outbox(
    reader: Reader, *, ended: bool = False, ticket: TicketId | None = None
) -> list[OutboxRow]:
    """Mail on its way out, all or that of one ticket."""
    return reader.lists.outbox(ended=ended, ticket=ticket)


def by_number(reader: Reader, number: int) -> TicketId | None:
    """The ticket the owner calls `number`."""
    return reader.lists.by_number(number)


def search(
    reader: Reader, query: "SearchQuery", limit: int = 50, by: str = "newest"
) -> list[SearchHit]:
    """Messages that match."""
    return reader.lists.search(query, limit, by)


def find_tickets(reader: Reader, query: "SearchQuery", limit: int | None = None) -> list[TicketId]:
    """Tickets that match."""
    return reader.lists.find_tickets(query, limit)


def raw(reader: Reader, message: MessageId) -> bytes:
    """A message byte for byte; KnownError("no_such_message") when it is not kept."""
    found = reader.raw.get(message)
    if found is None:
        raise KnownError("no_such_message", message=int(message))
    return found


def attachment(reader: Reader, message: MessageId, index: int) -> bytes:
    """The decoded bytes of one attachment."""
    from solodesk.mail.files import attachment_bytes

    return attachment_bytes(raw(reader, message), index)


def safe_html(reader: Reader, message: MessageId, *, remote: bool = False) -> "SafeHtml | None":
    """The whole HTML of a message made safe, or None when it has none."""
    from solodesk.mail.parse import parse_message
    from solodesk.mail.sanitise import sanitise
    from solodesk.services.redecode import chosen

    data = raw(reader, message)
    html = parse_message(data, charset=chosen(reader.messages.get(message))).body_html
    return None if html is None else sanitise(html, remote=remote)


def html_body(reader: Reader, message: MessageId, *, remote: bool = False) -> HtmlShown | None:
    """The HTML of a message for the conversation, quotes apart; None when it has none.

    Nothing the customer wrote is put behind the fold: when a word of theirs stands after the
    quoted mail, everything is shown.
    """
    from solodesk.mail.files import inline_images
    from solodesk.mail.parse import parse_message
    from solodesk.mail.sanitise import sanitise
    from solodesk.services.redecode import chosen

    data = reader.raw.get(message)
    if data is None:
        return None
    parsed = parse_message(data, charset=chosen(reader.messages.get(message)))
    if parsed.body_html is None:
        return None
    at = _quote_start(parsed.body_html, parsed.new_text)
    visible = sanitise(parsed.body_html[:at], remote=remote)
    quoted = None if at is None else sanitise(parsed.body_html[at:], remote=remote)
    blocked = visible.blocked_remote + (0 if quoted is None else quoted.blocked_remote)
    images = {cid: data for cid, (_mime, data) in inline_images(data).items()}
    return HtmlShown(visible.html, None if quoted is None else quoted.html, blocked, images)


def allow_pictures(desk: Desk, message: MessageId) -> Changes:
    """Show a message's remote pictures from now on (the owner asked for it)."""
    desk.messages.update(message, remote_allowed=True)
    return desk.changes()


def _quote_start(html: str, new_text: str) -> int | None:
    """Where the quoted mail begins, when everything new stands before it."""
    match = _QUOTE.search(html)
    if match is None or not new_text.strip():
        return None
    from html import unescape

    before = _SPACE.sub("", unescape(_TAGS.sub(" ", html[: match.start()])))
    return match.start() if _SPACE.sub("", new_text) in before else None
