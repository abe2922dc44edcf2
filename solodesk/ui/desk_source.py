"""Reads for list, sidebar, palette and status line, through the gate and the services.

Every function is a few milliseconds or runs on the pool. This module must not write.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from solodesk.base.errors import KnownError
from solodesk.domain.hours import BusinessHours
from solodesk.domain.ids import TicketId
from solodesk.domain.views import SavedSearch, SearchHit, Tag, TicketRow, View
from solodesk.services import lists, missing_mail, searches, settings
from solodesk.services.reach import PORTAL
from solodesk.services.units import Reader
from solodesk.ui.ops import DeskGate
from solodesk.ui.palette_entries import Entry, Sort
from solodesk.ui.ticketlist.source import ListQuery

if TYPE_CHECKING:
    from solodesk.domain.search_tree import SearchQuery

_FOUND = 6
_STUCK = frozenset({"failed", "uncertain"})
_HELD_BACK = frozenset({"new_mail", "answered_elsewhere"})
_TROUBLES = ("sign_in_needed", "error", "portal")


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mailbox that needs the owner. `state`: sign_in_needed | error | portal (something else
    answers in the server's place, as in a hotel); `fault`: what is known of it."""

    address: str
    state: str
    fault: KnownError | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sidebar and the status line show."""

    counts: dict[View, int]
    tags: tuple[tuple[Tag, int], ...]
    last_receive_ms: int | None
    accounts: int
    first_sync: bool
    next_wake_ms: int | None
    leaving: int
    """Replies on their way."""
    trouble: Trouble | None
    new_draft: str
    """What the new message that is being written is about; "" for none."""
    saved: tuple[SavedSearch, ...] = ()
    stuck: bool = False
    """Mail on its way needs the owner: refused, in doubt, held, or waiting for more than a day."""
    missing: int = 0
    """Messages the server has and the last pass could not bring."""


class DeskSource:
    """The list's `TicketSource`, and the other reads of the frame."""

    def __init__(self, gate: DeskGate) -> None:
        self._gate = gate
        self._zone = ZoneInfo("UTC")
        self._hours: BusinessHours | None = None
        self._goal_ms = 0
        self.read_settings()

    def read_settings(self) -> None:
        """Zone, opening hours and goal anew: at start and when a setting changed.

        The hours come a moment later: public holidays are a large import, so they are read after
        the first painting, off the window's thread.
        """
        self._zone, self._goal_ms = self._gate.read(
            lambda reader: (
                settings.zone(reader),
                int(settings.get(reader, "goal_first_s")) * 1000,
            )
        )

    def start_view(self) -> View:
        """The view the owner starts with."""
        return View(str(self._gate.read(lambda reader: settings.get(reader, "start_view"))))

    def read_hours(self, done: Callable[[], None]) -> None:
        """Opening hours, then `done()`."""

        def read(reader: Reader) -> BusinessHours:
            from solodesk.services.business_time import business_hours

            return business_hours(reader)

        self._gate.read_later(read, _Hours(self, done).take)

    def set_hours(self, hours: BusinessHours) -> None:
        """What the ages in the list are measured with."""
        self._hours = hours

    def ids(self, query: ListQuery, limit: int | None = None) -> Sequence[TicketId]:
        """All ids of the list, in its order; of a search the newest `limit`."""
        if query.only:
            return query.only
        if query.search:
            return self._gate.read(
                lambda reader: lists.find_tickets(reader, _wanted(reader, query), limit)
            )
        return self._gate.read(
            lambda reader: lists.ids(reader, query.view, tag=query.tag, newest=query.newest)
        )

    def found(self, query: ListQuery, ids: Sequence[TicketId]) -> dict[TicketId, SearchHit]:
        """Where a search's words stand in these tickets."""
        return self._gate.read(lambda reader: lists.found_in(reader, _wanted(reader, query), ids))

    def means(self, typed: str) -> tuple[bool, str]:
        """Whether there is something to look for in what was typed, and what was not understood."""
        from solodesk.wording.search_words import sentence

        query = self._gate.read(lambda reader: searches.typed(reader, typed))
        return bool(query), " ".join(sentence(remark) for remark in query.remarks[:1])

    def saved(self, name: str) -> SavedSearch | None:
        """A saved search, while there is one of that name."""
        known = self._gate.read(searches.everything)
        return next((each for each in known if each.name == name), None)

    def count_saved(self, done: Callable[[dict[str, int]], None]) -> None:
        """How many tickets each saved search finds, off the window's thread."""
        self._gate.read_later(searches.counts, done)

    def rows(self, ids: Sequence[TicketId]) -> dict[TicketId, TicketRow]:
        """Rows of these ids."""
        return self._gate.read(lambda reader: lists.rows(reader, ids)) if ids else {}

    def now_ms(self) -> int:
        """The time."""
        return self._gate.now_ms()

    def zone(self) -> ZoneInfo:
        """The owner's zone."""
        return self._zone

    def waited(self, since_ms: int) -> tuple[int, float]:
        """(clock milliseconds, share of the goal used in opening hours)."""
        now = self._gate.now_ms()
        passed = max(0, now - since_ms)
        if self._hours is None or self._goal_ms <= 0:
            return passed, 0.0
        return passed, self._hours.worked_ms(since_ms, now) / self._goal_ms

    def standing(self) -> Standing:
        """Counts and states, read now."""
        return self._gate.read(_standing)

    def find(self, words: str, done: Callable[[str, list[Entry]], None]) -> None:
        """Canned responses, macros, tags and tickets for the palette, off the window's thread."""

        def read(reader: Reader) -> list[Entry]:
            wanted = searches.typed(reader, words)
            found = _canned(reader, words) + _macros(reader, words) + _tags(reader, words)
            ids = list(lists.find_tickets(reader, wanted, _FOUND))
            rows = lists.rows(reader, ids)
            return found + [_ticket_entry(rows[ticket]) for ticket in ids if ticket in rows]

        self._gate.read_later(read, _Answer(words, done).take)


@dataclass(frozen=True, slots=True)
class _Hours:
    """Takes the hours and tells."""

    source: DeskSource
    done: Callable[[], None]

    def take(self, hours: BusinessHours) -> None:
        """Hand them on."""
        self.source.set_hours(hours)
        self.done()


@dataclass(frozen=True, slots=True)
class _Answer:
    """Remembers what was asked."""

    words: str
    done: Callable[[str, list[Entry]], None]

    def take(self, found: list[Entry]) -> None:
        """Hand it on with the words it answers."""
        self.done(self.words, found)


def _standing(reader: Reader) -> Standing:
    counts = lists.counts(reader)
    mailboxes = reader.accounts.all()
    received = [a.last_receive_ms for a in mailboxes if a.last_receive_ms is not None]
    outbox = lists.outbox(reader)
    leaving = [row for row in outbox if row.state in {"queued", "retrying", "held"}]
    wakes = [
        row.snoozed_until_ms
        for row in lists.rows(reader, lists.ids(reader, View.SNOOZED)[:200]).values()
        if row.snoozed_until_ms is not None
    ]
    return Standing(
        counts,
        tuple(lists.tag_counts(reader)),
        min(received, default=None),
        len(mailboxes),
        any(a.first_sync_done_ms is None for a in mailboxes),
        min(wakes, default=None),
        len(leaving),
        _trouble(reader),
        _new_message(reader),
        searches.everything(reader),
        any(row.stale or row.state in _STUCK or row.hold_reason in _HELD_BACK for row in outbox),
        sum(count.missing for count in missing_mail.counts(reader)),
    )


def _trouble(reader: Reader) -> Trouble | None:
    """The mailbox whose trouble matters most: nothing comes in or goes out without the owner."""
    found: list[Trouble] = []
    for row in reader.accounts.all():
        state, detail = row.state, row.detail
        servers = reader.accounts.servers(row.id)
        if state == "ok" and servers and servers[0].state != "ok":
            state, detail = servers[0].state, servers[0].detail
        fault = None if not detail else KnownError(detail["code"], **detail.get("params", {}))
        if state == "offline" and fault is not None and fault.code in PORTAL:
            state = "portal"
        if state in _TROUBLES:
            found.append(Trouble(row.address, state, fault))
    return min(found, key=lambda each: _TROUBLES.index(each.state), default=None)


def _new_message(reader: Reader) -> str:
    if not reader.lists.new_drafts():
        return ""
    from solodesk.services import drafts

    return drafts.new_message(reader)


def _wanted(reader: Reader, query: ListQuery) -> "SearchQuery":
    if query.saved:
        return searches.understood(reader, query.search)
    return searches.typed(reader, query.search)


def _canned(reader: Reader, words: str) -> list[Entry]:
    from solodesk.services import responses

    found = responses.find(reader, words, limit=4)
    return [Entry(Sort.CANNED, m.name, m.name, m.shortcut, "book-open") for m in found]


def _macros(reader: Reader, words: str) -> list[Entry]:
    from solodesk.services import macros
    from solodesk.ui.palette_entries import score
    from solodesk.wording.gettext import _

    return [
        Entry(
            Sort.MACRO, macro.name, _("Use macro “{name}”").format(name=macro.name), "", "zap",
            macro.key or "",
        )
        for macro in macros.all(reader)
        if score(words, macro.name) > 20
    ][:3]  # fmt: skip


def _tags(reader: Reader, words: str) -> list[Entry]:
    from solodesk.ui.palette_entries import score
    from solodesk.wording.gettext import _

    return [
        Entry(Sort.TAG, tag.name, _("Add tag “{name}”").format(name=tag.name), "", "tag", "T")
        for tag, _count in lists.tag_counts(reader)
        if score(words, tag.name) >= 60
    ][:2]


def _ticket_entry(row: TicketRow) -> Entry:
    number = f"#{row.number} · " if row.number else ""
    name = row.customer_name or row.customer_address
    return Entry(Sort.TICKET, str(row.id), row.subject, f"{number}{name}", "inbox")
