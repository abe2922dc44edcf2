"""Gathers what a service report says from figures and rows; no words, no looks."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from solodesk.domain import figure_measures as measures
from solodesk.domain import figure_ratings as rated
from solodesk.domain.figure_measures import Measured
from solodesk.domain.figures import Desk as View
from solodesk.domain.hours import CalendarClock, local_date
from solodesk.domain.ids import TicketId
from solodesk.domain.periods import Period
from solodesk.domain.waits import Outcome, Story
from solodesk.reports.data import Comment, Hours, ReportData, TicketLine, Waiting
from solodesk.services import figures, settings
from solodesk.services.business_time import uncovered_years
from solodesk.services.units import Reader

_SLOWEST = 5
_COMMENT_LENGTH = 160


def gather(reader: Reader, period: Period, *, anonymous: bool) -> ReportData:
    """Everything a report of the period says, as it stood at its end (or now)."""
    seen = figures.look(reader, period)
    found = {figure.key: figure for figure in figures.figures_of(reader, seen)}
    view = seen.now
    waits = measures.first_waits(view)
    lines = _lines(reader, view, waits)
    by_ticket = dict(lines)
    answered = [m for m in waits if m.answered]
    slowest = sorted(answered, key=lambda m: (-m.milliseconds, m.wait.ticket))[:_SLOWEST]
    goal = view.goal(True, view.as_of_ms - 1, TicketId(0)) or 14_400_000
    given = rated.ratings(view)
    scale = rated.csat_scale(view)
    names = {line.customer for line in by_ticket.values()} if anonymous else set()
    return ReportData(
        business=str(settings.get(reader, "business_name") or ""),
        period=period,
        before=seen.before.period,
        as_of_ms=view.as_of_ms,
        made_ms=reader.now_ms,
        figures=found,
        first_waits=tuple(m.milliseconds / 1000 for m in answered),
        slowest=tuple(by_ticket[m.wait.ticket] for m in slowest if m.wait.ticket in by_ticket),
        waiting=_waiting(view, waits, by_ticket),
        goal_first_s=goal / 1000,
        scale=scale,
        ratings=Counter(r.value for r in given if r.scale == scale),
        comments=_comments(reader, view, scale, names),
        contacts=sum(e.kind == "contact" and period.holds(e.at_ms) for e in view.events),
        accounting=figures.accounting(reader, seen),
        hours=_hours(reader, seen),
        tickets=tuple(line for _ticket, line in lines),
        anonymous=anonymous,
    )


def _lines(
    reader: Reader, view: View, waits: Sequence[Measured]
) -> list[tuple[TicketId, TicketLine]]:
    """One line for every ticket that arrived in the period, in order of arrival."""
    rows = {row.id: row for row in reader.tickets.many([s.ticket for s in _arrived(view)])}
    measured = {m.wait.ticket: m for m in waits}
    last_rating = {r.ticket: (r.scale, r.value) for r in rated.ratings(view) if r.ticket}
    customers: dict[int | None, int] = {}
    calendar = CalendarClock()
    lines = []
    for story in _arrived(view):
        row = rows.get(story.ticket)
        if row is None:
            continue
        person = None if row.customer_id is None else reader.customers.get(row.customer_id)
        wait = measured.get(story.ticket)
        done = wait is not None and wait.wait.outcome is Outcome.ANSWERED
        elapsed = (
            calendar.worked_ms(wait.wait.start_ms, wait.wait.end_ms)
            if wait is not None and done and wait.wait.end_ms is not None
            else None
        )
        closed = story.closings[-1].at_ms if story.closings and story.status == "closed" else None
        line = TicketLine(
            number=row.number,
            created_ms=story.arrived_ms or row.created_ms,
            customer="" if person is None else _name(reader, person.id, person.name),
            customer_index=customers.setdefault(row.customer_id, len(customers)),
            subject=row.subject,
            tags=tuple(tag.name for tag in reader.tags.of_ticket(row.id)),
            first_wait_s=None if elapsed is None else elapsed / 1000,
            first_wait_business_s=wait.milliseconds / 1000 if wait is not None and done else None,
            answers=len(story.answers),
            closed_ms=closed,
            rating=last_rating.get(story.ticket),
        )
        lines.append((story.ticket, line))
    return lines


def _arrived(view: View) -> list[Story]:
    found = measures.arrivals(view).tickets
    return [view.stories[ticket] for ticket in found]


def _name(reader: Reader, customer: int, name: str) -> str:
    if name:
        return name
    addresses = reader.customers.addresses(customer)  # type: ignore[arg-type]
    return addresses[0].address if addresses else ""


def _waiting(view: View, waits: Sequence[Measured], lines: dict[TicketId, TicketLine]) -> Waiting:
    still = [m for m in waits if m.wait.outcome is Outcome.OPEN]
    goals = [view.goal(True, m.wait.start_ms, m.wait.ticket) for m in still]
    late = sum(g is not None and m.milliseconds > g for m, g in zip(still, goals, strict=True))
    if not still:
        return Waiting(0, 0, None)
    longest = max(still, key=lambda m: (m.milliseconds, -m.wait.ticket))
    line = lines.get(longest.wait.ticket)
    number = None if line is None else line.number
    return Waiting(len(still), late, (number, longest.milliseconds / 1000))


def _comments(
    reader: Reader, view: View, scale: str, hidden_names: Iterable[str]
) -> tuple[Comment, ...]:
    """The newest words of a happy, a middling and an unhappy customer, where there are any.

    With names hidden, words that seem to name or address somebody are not shown.
    """
    by_value: dict[int, Comment] = {}
    for rating in rated.ratings(view):
        if rating.scale != scale or rating.ticket is None:
            continue
        for survey in reader.surveys.of_ticket(rating.ticket):
            words = " ".join((survey.comment or "").split())
            if survey.rated_ms == rating.at_ms and words and not _names(words, hidden_names):
                if len(words) > _COMMENT_LENGTH:
                    words = words[: _COMMENT_LENGTH - 1].rstrip() + "…"
                by_value[rating.value] = Comment(scale, rating.value, words, rating.at_ms)
    return tuple(by_value[value] for value in sorted(by_value, reverse=True)[:3])


def _names(words: str, names: Iterable[str]) -> bool:
    parts = {part.lower() for name in names for part in (name, *name.split()) if len(part) > 1}
    lower = words.lower()
    return bool(re.search(r"@|\d{5}", words)) or any(part in lower for part in parts)


def _hours(reader: Reader, seen: figures.Look) -> Hours:
    period, end = seen.now.period, seen.now.as_of_ms
    last = max(period.first, local_date(end - 1, period.zone))
    country = str(settings.get(reader, "holidays_country", end) or "")
    years = range(period.first.year, last.year + 1)
    return Hours(
        weekly=seen.hours.version(last).weekly,
        working_days=seen.hours.working_days(period.first, last),
        country=country,
        uncovered_years=uncovered_years(country, years),
    )
