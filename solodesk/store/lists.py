"""Read models: what the screens and the command line list, as plain rows of domain.views.

Ids come from covering indexes; rows are read for the few that are shown. Nothing here scans
messages.
"""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

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
from solodesk.store.conversation import conversation
from solodesk.store.panels import customer_card, outbox
from solodesk.store.transaction import Transaction

if TYPE_CHECKING:
    from solodesk.domain.search_tree import SearchQuery
    from solodesk.store.search import Search

_TAGS_OUT = re.compile(r"<(?!img\b)[^>]*>|&nbsp;|\s", re.IGNORECASE)

_NOT_CUSTOMER = "(SELECT id FROM customer WHERE not_customer = 1)"
_SEEN = "t.hidden_ms IS NULL AND t.merged_into IS NULL"
_PERSON = f"t.kind = 'person' AND (t.customer_id IS NULL OR t.customer_id NOT IN {_NOT_CUSTOMER})"
_AWAKE = "(t.snoozed_until_ms IS NULL OR t.snoozed_until_ms <= :now)"
# On its way out by itself: nothing for the owner to do.
_LEAVING = (
    "(SELECT ticket_id FROM outbox WHERE purpose != 'acknowledgement'"
    " AND (state IN ('queued', 'sending', 'retrying')"
    " OR (state = 'held' AND hold_reason IN ('undo_window', 'later'))))"
)
_TAGGED = (
    "SELECT ticket_id FROM ticket_tag JOIN tag ON tag.id = tag_id"
    " WHERE tag.name = :tag COLLATE NOCASE"
)
_OPEN_OUTBOX = "state NOT IN ('sent', 'cancelled')"

_WHERE: dict[View, str] = {
    View.WAITING: f"{_SEEN} AND t.status = 'waiting' AND {_AWAKE}",
    View.SNOOZED: f"{_SEEN} AND t.snoozed_until_ms > :now",
    View.OUTBOX: f"t.id IN (SELECT ticket_id FROM outbox WHERE {_OPEN_OUTBOX})",
    View.CLOSED: f"{_SEEN} AND t.status = 'closed' AND {_PERSON}",
    View.AUTOMATIC: f"{_SEEN} AND t.status != 'spam' AND NOT ({_PERSON})",
    View.SPAM: f"{_SEEN} AND t.status = 'spam'",
    View.ALL: f"{_SEEN} AND t.status != 'spam'",
    View.HIDDEN: "t.hidden_ms IS NOT NULL",
}
# Ties stay in the order of the index: a second term would cost a sort.
_NEWEST = "t.last_message_ms DESC"
_ORDER: dict[View, str] = {
    View.NEEDS_REPLY: (
        "(t.alarm IS NULL), (t.woken_ms IS NULL AND t.snoozed_until_ms IS NULL),"
        " coalesce(t.waiting_since_ms, t.last_message_ms), t.id"
    ),
    View.SNOOZED: "t.snoozed_until_ms, t.id",
}

_ROW = (
    "SELECT t.id, t.number, t.subject, t.customer_id, coalesce(c.name, ''),"
    " coalesce((SELECT a.address FROM customer_address a WHERE a.customer_id = t.customer_id"
    " ORDER BY a.rowid LIMIT 1), ''),"
    " t.status, t.kind, t.priority, t.snoozed_until_ms, t.woken_ms, t.from_before, t.unread,"
    " t.alarm, t.thanked, t.created_ms, t.last_message_ms, t.waiting_since_ms,"
    " t.first_response_ms, t.messages, t.attachments, t.preview,"
    " (SELECT d.body || ' ' || d.attachments FROM draft d WHERE d.ticket_id = t.id),"
    " (SELECT json_array(o.state, o.not_before_ms, o.hold_reason, o.queued_ms)"
    " FROM outbox o WHERE o.ticket_id = t.id"
    " AND o.state NOT IN ('sent', 'cancelled') AND o.purpose != 'acknowledgement'"
    " ORDER BY o.id DESC LIMIT 1)"
    " FROM json_each(?) j CROSS JOIN ticket t ON t.id = j.value"
    " LEFT JOIN customer c ON c.id = t.customer_id"
)


def has_words(body: str, attachments: str = "[]") -> bool:
    """True when a draft holds more than empty paragraphs."""
    return attachments not in {"", "[]"} or bool(_TAGS_OUT.sub("", body))


class Lists:
    """Every list the screens show."""

    __slots__ = ("_search", "_tx")

    def __init__(self, tx: Transaction, search: "Callable[[], Search]") -> None:
        self._tx = tx
        self._search = search

    # -- the ticket list

    def ids(
        self,
        view: View,
        *,
        tag: str | None = None,
        newest: bool = False,
        account: int | None = None,
        limit: int | None = None,
    ) -> list[TicketId]:
        """Ids of a view in its order (needs_reply: alarm, woken, longest waiting; snoozed: by
        time; all others: latest message first). `newest` = latest message first.
        """
        if view is View.DRAFTS:
            tagged = None if tag is None else self._tagged(tag)
            return [t for t in self._drafts() if tagged is None or t in tagged][:limit]
        order = _NEWEST if newest else _ORDER.get(view, _NEWEST)
        if view is View.NEEDS_REPLY:
            # Two index searches (alarms; open) instead of a scan for either.
            source = f"({_NEEDS_REPLY_IDS}) n CROSS JOIN ticket t ON t.id = n.id"
            where = "1"
            order = f"(t.alarm IS NULL), {_NEWEST}" if newest else order
        else:
            source, where = "ticket t", _WHERE[view]
        if tag is not None:
            where += f" AND t.id IN ({_TAGGED})"
        if account is not None:
            where += " AND t.account_id = :account"
        rows = self._named(
            f"SELECT t.id FROM {source} WHERE {where} ORDER BY {order} LIMIT :limit",
            {
                "now": self._tx.now_ms,
                "tag": tag,
                "account": account,
                "limit": -1 if limit is None else limit,
            },
        )
        return [TicketId(row[0]) for row in rows]

    def _named(self, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._tx.link.execute(sql, params).fetchall()

    def _drafts(self) -> list[TicketId]:
        rows = self._tx.all(
            "SELECT d.ticket_id, d.body, d.attachments FROM draft d"
            " JOIN ticket t ON t.id = d.ticket_id"
            " WHERE t.hidden_ms IS NULL ORDER BY d.updated_ms DESC, d.id DESC"
        )
        return [TicketId(row[0]) for row in rows if has_words(row[1], row[2])]

    def new_drafts(self) -> list[int]:
        """Ids of drafts of new mail (no ticket yet) that hold words, latest first."""
        rows = self._tx.all(
            "SELECT id, body || subject, attachments FROM draft WHERE ticket_id IS NULL"
            " ORDER BY updated_ms DESC, id DESC"
        )
        return [row[0] for row in rows if has_words(row[1], row[2])]

    def _tagged(self, tag: str) -> set[int]:
        return {row[0] for row in self._named(_TAGGED, {"tag": tag})}

    def rows(self, ids: Iterable[TicketId]) -> dict[TicketId, TicketRow]:
        """The rows of these tickets; those that do not exist are left out."""
        wanted = json.dumps([int(i) for i in ids])
        tags: dict[int, list[Tag]] = {}
        for ticket, tag_id, name, colour in self._tx.all(
            "SELECT l.ticket_id, g.id, g.name, g.colour FROM json_each(?) j"
            " CROSS JOIN ticket_tag l ON l.ticket_id = j.value CROSS JOIN tag g ON g.id = l.tag_id"
            " ORDER BY g.name COLLATE NOCASE",
            (wanted,),
        ):
            tags.setdefault(ticket, []).append(Tag(tag_id, name, colour))
        return {
            TicketId(row[0]): _row(row, tuple(tags.get(row[0], ())))
            for row in self._tx.all(_ROW, (wanted,))
        }

    def counts(self, now_ms: int | None = None) -> dict[View, int]:
        """How many each view holds (outbox: mails, not tickets)."""
        now = self._tx.now_ms if now_ms is None else now_ms
        person: dict[str, int] = {}
        other: dict[str, int] = {}
        for status, kind, count in self._tx.all(_COUNTS):
            of_kind = person if kind == "person" else other
            of_kind[status] = of_kind.get(status, 0) + count
        # People who are no customers file under Automatic; there are few of them.
        for status, count in self._tx.all(_COUNTS_NOT_CUSTOMER):
            person[status] -= count
            other[status] = other.get(status, 0) + count
        snoozed = dict(self._named(_COUNTS_SNOOZED, {"now": now}))
        going = [status for status in {*person, *other} if status != "spam"]
        found = {
            View.WAITING: _sum("waiting", person, other) - snoozed.get("waiting", 0),
            View.SNOOZED: sum(snoozed.values()),
            View.CLOSED: person.get("closed", 0),
            View.AUTOMATIC: sum(other.get(status, 0) for status in going),
            View.SPAM: _sum("spam", person, other),
            View.ALL: sum(_sum(status, person, other) for status in going),
            View.HIDDEN: int(
                self._tx.value("SELECT count(*) FROM ticket WHERE hidden_ms IS NOT NULL")
            ),
        }
        found[View.NEEDS_REPLY] = int(
            self._named(f"SELECT count(*) FROM ({_NEEDS_REPLY_IDS})", {"now": now})[0][0]
        )
        found[View.DRAFTS] = len(self._drafts()) + len(self.new_drafts())
        found[View.OUTBOX] = int(
            self._tx.value(f"SELECT count(*) FROM outbox WHERE {_OPEN_OUTBOX}")
        )
        return found

    def tag_counts(self) -> list[tuple[Tag, int]]:
        """Every tag by name, with the number of its tickets that are open or waiting."""
        rows = self._tx.all(
            "SELECT g.id, g.name, g.colour, (SELECT count(*) FROM ticket_tag l"
            " CROSS JOIN ticket t ON t.id = l.ticket_id WHERE l.tag_id = g.id"
            " AND t.hidden_ms IS NULL AND t.merged_into IS NULL"
            " AND t.status IN ('open', 'waiting'))"
            " FROM tag g ORDER BY g.name COLLATE NOCASE"
        )
        return [(Tag(row[0], row[1], row[2]), row[3]) for row in rows]

    def by_number(self, number: int) -> TicketId | None:
        """The ticket the owner calls `number`, or the one it was merged into."""
        found = self._tx.value(
            "SELECT coalesce(merged_into, id) FROM ticket WHERE number = ?", (number,)
        )
        return None if found is None else TicketId(found)

    # -- one ticket, one customer

    def conversation(self, ticket: TicketId) -> tuple[ConversationItem, ...]:
        """Everything said in a ticket, oldest first."""
        return conversation(self._tx, ticket)

    def customer_card(self, customer: CustomerId) -> CustomerCard | None:
        """What the customer panel shows, or None when there is no such customer."""
        return customer_card(self._tx, customer)

    # -- the outbox

    def outbox(self, *, ended: bool = False, ticket: TicketId | None = None) -> list[OutboxRow]:
        """Mail on its way (of one ticket), oldest first; with `ended` also sent and cancelled."""
        return outbox(self._tx, ended=ended, ticket=ticket)

    # -- searching

    def search(self, query: "SearchQuery", limit: int = 50, by: str = "newest") -> list[SearchHit]:
        """Messages that match: by 'newest' or by 'relevance'."""
        return self._search().hits(query, limit, by)

    def find_tickets(self, query: "SearchQuery", limit: int | None = None) -> list[TicketId]:
        """Tickets that match, the one with the newest match first."""
        return self._search().tickets(query, limit)

    def found_in(
        self, query: "SearchQuery", tickets: Iterable[TicketId]
    ) -> dict[TicketId, SearchHit]:
        """The newest hit of a search in each of these tickets."""
        return self._search().snippets(query, tickets)

    def message_of_doc(self, doc: int) -> MessageId | None:
        """The message behind a search rowid."""
        found = self._tx.value("SELECT id FROM message WHERE doc = ?", (doc,))
        return None if found is None else MessageId(found)

    # -- what changed

    def last_change(self) -> int:
        """The newest position in table change."""
        found = self._tx.value("SELECT seq FROM sqlite_sequence WHERE name = 'change'")
        return int(found or 0)

    def changes_after(self, seq: int) -> tuple[int, Sequence[tuple[str, int]], bool]:
        """(newest position, changed rows after `seq`, whether the log reaches back so far)."""
        last = self.last_change()
        if last <= seq:
            return last, (), True
        first = self._tx.value("SELECT min(seq) FROM change")
        pairs = self._tx.all("SELECT kind, id FROM change WHERE seq > ?", (seq,))
        return last, [(row[0], row[1]) for row in pairs], first is not None and first <= seq + 1


_NEEDS_REPLY_IDS = (
    f"SELECT t.id FROM ticket t WHERE t.alarm IS NOT NULL AND {_SEEN}"
    f" UNION SELECT t.id FROM ticket t WHERE t.status = 'open' AND {_SEEN} AND {_AWAKE}"
    f" AND {_PERSON} AND t.id NOT IN {_LEAVING}"
)
_COUNTS = (
    "SELECT t.status, t.kind, count(*) FROM ticket t INDEXED BY ix_ticket_counts"
    f" WHERE {_SEEN} GROUP BY t.status, t.kind"
)
_COUNTS_NOT_CUSTOMER = (
    "SELECT t.status, count(*) FROM customer c CROSS JOIN ticket t ON t.customer_id = c.id"
    f" WHERE c.not_customer = 1 AND t.kind = 'person' AND {_SEEN} GROUP BY t.status"
)
_COUNTS_SNOOZED = (
    "SELECT t.status, count(*) FROM ticket t"
    f" WHERE t.snoozed_until_ms > :now AND {_SEEN} GROUP BY t.status"
)


def _sum(status: str, *counts: dict[str, int]) -> int:
    return sum(count.get(status, 0) for count in counts)


def _row(row: tuple[Any, ...], tags: tuple[Tag, ...]) -> TicketRow:
    state, not_before, hold, queued = [None] * 4 if row[23] is None else json.loads(row[23])
    return TicketRow(
        id=TicketId(row[0]),
        number=row[1],
        subject=row[2],
        customer_id=None if row[3] is None else CustomerId(row[3]),
        customer_name=row[4],
        customer_address=row[5],
        status=row[6],
        kind=row[7],
        priority=row[8],
        snoozed_until_ms=row[9],
        woken_ms=row[10],
        from_before=bool(row[11]),
        unread=bool(row[12]),
        alarm=row[13],
        thanked=bool(row[14]),
        created_ms=row[15],
        last_message_ms=row[16],
        waiting_since_ms=row[17],
        first_response_ms=row[18],
        messages=row[19],
        attachments=row[20],
        preview=row[21],
        tags=tags,
        has_draft=row[22] is not None and has_words(row[22].removesuffix("[]")),
        outbox_state=state,
        outbox_not_before_ms=not_before,
        outbox_hold=hold,
        outbox_queued_ms=queued,
    )
