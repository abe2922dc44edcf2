"""Small acts of the shop's owner from before the demo: tags, a note, a greeting, snoozed tickets.

Done through the services like everything else, so that the sample desk looks lived in. Must not
invent anything the services could not do.
"""

import re
from typing import Final

from solodesk.demo.shop import Shop
from solodesk.domain.ids import TicketId
from solodesk.domain.views import TicketRow, View
from solodesk.services import customers, lists, tickets
from solodesk.services.units import Desk

_TAGS: Final = (
    ("refund", re.compile(r"refund|money back|return|退款|退货", re.IGNORECASE)),
    ("shipping", re.compile(r"parcel|shipping|ship|deliver|快递|物流|发货|寄", re.IGNORECASE)),
    ("damaged", re.compile(r"broken|damaged|crack|裂|破|坏", re.IGNORECASE)),
)
_VIEWS: Final = (View.NEEDS_REPLY, View.WAITING, View.CLOSED)
_CUSTOMER: Final = "Wang Li"
_GREETING: Final = "王女士"
_ABOUT: Final = "Prefers to be written to in Chinese for anything about money."
_NOTE: Final = "Refunded through Stripe on Monday. Bank says 3–5 days."
_DAY_MS: Final = 86_400_000


def dress(shop: Shop) -> None:
    """Do it, in one transaction."""
    with shop.store.write() as desk:
        for view in _VIEWS:
            for row in lists.rows(desk, lists.ids(desk, view)).values():
                _tag(desk, row)
        waiting = list(lists.rows(desk, lists.ids(desk, View.WAITING)).values())
        if len(waiting) > 4:
            tickets.snooze(desk, [row.id for row in waiting[-2:]], desk.now_ms + 2 * _DAY_MS)
        for row in lists.rows(desk, lists.ids(desk, View.NEEDS_REPLY)).values():
            if row.customer_name == _CUSTOMER and row.customer_id is not None:
                customers.set_greeting(desk, row.customer_id, _GREETING)
                customers.set_note(desk, row.customer_id, _ABOUT)
                tickets.add_note(desk, TicketId(row.id), _NOTE)


def _tag(desk: Desk, row: TicketRow) -> None:
    words = f"{row.subject} {row.preview}"
    for name, pattern in _TAGS:
        if pattern.search(words):
            tickets.tag(desk, [row.id], add=(name,))
            return
