"""Figures of the store: reads events, hands them to `domain.figure_set`, computes nothing itself.

What the command line, the strip and the report show comes from here. Must not write, except
`freeze`, which keeps a reported month.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.domain import accounting as accounts
from solodesk.domain import figure_set
from solodesk.domain.accounting import Accounting
from solodesk.domain.events import Event
from solodesk.domain.figures import Desk as View
from solodesk.domain.figures import Figure, desk
from solodesk.domain.hours import BusinessHours, CalendarClock
from solodesk.domain.ids import TicketId
from solodesk.domain.periods import Period, days, last_days, month, previous, week_of
from solodesk.domain.waits import homes
from solodesk.services import settings
from solodesk.services.business_time import business_hours, goals
from solodesk.services.units import Desk, Reader

__all__ = [
    "HEADLINES",
    "Look",
    "Strip",
    "accounting",
    "as_json",
    "business_hours",
    "figures",
    "figures_of",
    "freeze",
    "look",
    "period_month",
    "period_of",
    "strip",
    "ticket_numbers",
]

HEADLINES = ("first_response_median", "within_goal_first", "oldest_waiting", "csat")
_THIN = 90
_GOALS = {
    "first_response_median": "goal_first_s",
    "next_response_median": "goal_next_s",
}


@dataclass(frozen=True, slots=True)
class Look:
    """A period, the one it is compared with, and (when asked for) the last 90 days."""

    now: View
    before: View
    wider: View | None
    hours: BusinessHours
    business: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """The four figures that are always in sight: this week so far."""

    first_response: Figure
    within_goal: Figure
    oldest_waiting: Figure
    satisfaction: Figure


def period_month(reader: Reader, year: int, number: int) -> Period:
    """A month of the owner's zone; KnownError("no_such_month")."""
    try:
        return month(year, number, settings.zone(reader))
    except (ValueError, OverflowError):
        raise KnownError("no_such_month", text=f"{year}-{number:02d}") from None


def period_of(
    reader: Reader,
    *,
    month_text: str | None = None,
    first: str | None = None,
    last: str | None = None,
) -> Period:
    """The period somebody wrote: `2026-10`, or two days; nothing: this month.

    Raises KnownError no_such_month, bad_period.
    """
    zone = settings.zone(reader)
    if month_text:
        year, _, number = month_text.partition("-")
        if not (year.isdecimal() and number.isdecimal() and len(year) == 4):
            raise KnownError("no_such_month", text=month_text)
        return period_month(reader, int(year), int(number))
    if first or last:
        try:
            return days(date.fromisoformat(first or ""), date.fromisoformat(last or ""), zone)
        except (ValueError, OverflowError):
            raise KnownError("bad_period", text=f"{first or '…'} – {last or '…'}") from None
    today = last_days(reader.now_ms, 1, zone).first
    return month(today.year, today.month, zone)


def look(
    reader: Reader,
    period: Period,
    *,
    clock: str = "business",
    account: int | None = None,
    tag: str | None = None,
    wide: bool = True,
) -> Look:
    """Read what the figures of a period need. clock: business | calendar.

    `wide`: also read the last 90 days, which stand beside figures too thin for a headline.
    """
    now = reader.now_ms
    as_of = max(period.start_ms, min(period.end_ms, now))
    before, before_until = previous(period, as_of)
    ninety = last_days(max(period.start_ms, as_of - 1), _THIN, period.zone)
    since = min(period.start_ms, before.start_ms)
    if wide:
        since = min(since, ninety.start_ms)
    events = _of(reader.events.touching(since), _chosen(reader, account, tag))
    hours = business_hours(reader)
    counted = hours if clock == "business" else CalendarClock()
    goal = goals(reader)
    left_out = _left_out(reader, events)

    def view(what: Period, until: int) -> View:
        return desk(events, what, until, clock=counted, goal=goal, left_out=left_out)

    return Look(
        view(period, now),
        view(before, before_until),
        view(ninety, as_of) if wide else None,
        hours,
        clock == "business",
    )


def figures(
    reader: Reader,
    period: Period,
    *,
    clock: str = "business",
    account: int | None = None,
    tag: str | None = None,
    keys: Iterable[str] | None = None,
) -> tuple[Figure, ...]:
    """The figures of a period (all, or `keys`); KnownError("no_such_figure")."""
    wanted = None if keys is None else tuple(keys)
    for key in wanted or ():
        if key not in figure_set.SPECS:
            raise KnownError("no_such_figure", key=key)
    return figures_of(
        reader, look(reader, period, clock=clock, account=account, tag=tag), keys=wanted
    )


def figures_of(
    reader: Reader, seen: Look, *, keys: Iterable[str] | None = None
) -> tuple[Figure, ...]:
    """The figures of what was read with `look`."""
    end = seen.now.as_of_ms
    held = {key: float(settings.get(reader, setting, end)) for key, setting in _GOALS.items()}
    return figure_set.figures(seen.now, seen.before, keys=keys, goals=held, last_90=seen.wider)


def strip(reader: Reader) -> Strip:
    """This week so far against the same weekdays up to the same hour of the last."""
    week = week_of(reader.now_ms, settings.zone(reader))
    found = figures_of(reader, look(reader, week, wide=False), keys=HEADLINES)
    if not all(figure.headline for figure in found):
        found = figures_of(reader, look(reader, week), keys=HEADLINES)
    return Strip(*found)


def accounting(reader: Reader, seen: Look) -> Accounting:
    """Both sides of "received = …" for the period, over all accounts and tags."""
    period = seen.now.period
    received = reader.messages.count_between(period.start_ms, seen.now.as_of_ms)
    own = reader.messages.count_between(period.start_ms, seen.now.as_of_ms, "out")
    return accounts.accounting(seen.now, received, own)


def freeze(desk_: Desk, period: Period, found: Iterable[Figure]) -> bool:
    """Keep a month that is over as reported, without personal data; False when it was kept."""
    if period.end_ms > desk_.now_ms or len(period.name) != len("2026-10"):
        return False
    kept = [replace(figure, tickets=()) for figure in found]
    return desk_.months.freeze(period.name, [as_json(figure, {}) for figure in kept])


def as_json(figure: Figure, numbers: dict[TicketId, int]) -> dict[str, Any]:
    """One line of `solodesk figures --json` (cli.md); tickets by the number the owner sees."""
    last_90 = figure.last_90
    return {
        "figure": figure.key,
        "value": figure.value,
        "unit": figure.unit,
        "n": figure.n,
        "interval": None if figure.interval is None else list(figure.interval),
        "censored": figure.censored,
        "left_out": dict(sorted(figure.left_out.items())),
        "previous": figure.previous,
        "change": None if figure.change is None else figure.change.value,
        "tickets": [numbers[t] for t in figure.tickets if t in numbers],
        "definition": figure.definition,
        "longer_than": figure.longer_than,
        "hits": figure.hits,
        "previous_n": figure.previous_n,
        "change_interval": None if figure.change_interval is None else list(figure.change_interval),
        "goal": figure.goal,
        "verdict": None if figure.verdict is None else figure.verdict.value,
        "last_90_days": None if last_90 is None else {"value": last_90[0], "n": last_90[1]},
    }


def ticket_numbers(reader: Reader, found: Iterable[Figure]) -> dict[TicketId, int]:
    """Ticket id → the number the owner sees, for the tickets behind these figures."""
    ids = sorted({ticket for figure in found for ticket in figure.tickets})
    return {t.id: t.number for t in reader.tickets.many(ids) if t.number is not None}


def _chosen(reader: Reader, account: int | None, tag: str | None) -> Collection[TicketId] | None:
    """Tickets of one mailbox and one tag; None: all."""
    chosen: set[TicketId] | None = None
    if account is not None:
        chosen = {t.id for t in reader.tickets.of_account(account)}
    if tag is not None:
        row = reader.tags.by_name(tag)
        tagged = set(reader.tags.tickets(row.id)) if row is not None else set()
        chosen = tagged if chosen is None else chosen & tagged
    return chosen


def _of(events: list[Event], chosen: Collection[TicketId] | None) -> list[Event]:
    if chosen is None:
        return events
    where = homes(events).ticket_of
    return [e for e in events if e.kind == "undone" or e.ticket in chosen or where(e) in chosen]


def _left_out(reader: Reader, events: Iterable[Event]) -> dict[TicketId, str]:
    """Tickets that a later word of the owner took out: senders who are not customers."""
    marked = {e.ticket for e in events if e.kind == "not_customer" and e.ticket is not None}
    rows = reader.tickets.many(sorted(marked))
    customers = {row.customer_id for row in rows if row.customer_id is not None}
    left: dict[TicketId, str] = {}
    for customer in customers:
        person = reader.customers.get(customer)
        if person is not None and person.not_customer:
            left.update({t.id: "not_customer" for t in reader.tickets.of_customer(customer)})
    return left
