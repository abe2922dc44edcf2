"""How each figure is measured in one period: waits, resolutions, volumes (metrics.md).

Every function takes a `Desk` (one period's view of the events) and gives a `Measure`. Comparing
two periods and choosing figures is `figure_set`'s business.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from solodesk.domain.events import Actor
from solodesk.domain.figures import MIN_N_P90, Desk, Measure, seconds
from solodesk.domain.ids import TicketId
from solodesk.domain.statistics import (
    Sample,
    kaplan_meier,
    kaplan_meier_interval,
    mean,
    mean_interval,
    wilson,
)
from solodesk.domain.waits import Closing, Outcome, Story, Wait

DAY_MS = 86_400_000
RESOLVED_WITHIN_MS = 7 * DAY_MS


@dataclass(frozen=True, slots=True)
class Measured:
    """A wait with its counted length so far."""

    wait: Wait
    milliseconds: int

    @property
    def answered(self) -> bool:
        """Whether the owner's answer ended it."""
        return self.wait.outcome is Outcome.ANSWERED


def first_waits(desk: Desk) -> list[Measured]:
    """Waits for the first response of the tickets that arrived in the period."""
    return _measured(desk, (s.first_wait for s in desk.arrivals()))


def next_waits(desk: Desk) -> list[Measured]:
    """Later waits that began in the period."""
    waits = (
        w
        for story in desk.counted()
        for w in story.waits
        if not w.first and desk.period.holds(w.start_ms)
    )
    in_order: list[Wait] = sorted(waits, key=lambda w: (w.start_ms, w.ticket))
    return _measured(desk, in_order)


def _measured(desk: Desk, waits: Iterable[Wait | None]) -> list[Measured]:
    found = []
    for wait in waits:
        if wait is not None:
            end = desk.as_of_ms if wait.end_ms is None else wait.end_ms
            found.append(Measured(wait, desk.clock.worked_ms(wait.start_ms, end)))
    return found


def _clocked(desk: Desk, waits: Sequence[Measured]) -> tuple[list[Measured], dict[str, int]]:
    """Waits that are in the statistics, and what was left out."""
    own_lines = Counter(
        str(m.wait.outcome) for m in waits if m.wait.outcome not in {Outcome.ANSWERED, Outcome.OPEN}
    )
    kept = [m for m in waits if m.wait.outcome in {Outcome.ANSWERED, Outcome.OPEN}]
    return kept, {**desk.left_out(), **own_lines}


def wait_percentile(desk: Desk, waits: Sequence[Measured], p: float) -> Measure:
    """Kaplan–Meier percentile of waits in seconds; open ones are censored."""
    kept, left_out = _clocked(desk, waits)
    samples = tuple(Sample(m.milliseconds / 1000, m.answered) for m in kept)
    quantile = kaplan_meier(samples, p)
    enough = p <= 0.8 or len(samples) >= MIN_N_P90
    return Measure(
        quantile.value if enough else None,
        len(samples),
        ticket_ids(m.wait.ticket for m in kept),
        kaplan_meier_interval(samples, p) if enough else None,
        sum(not s.ended for s in samples),
        left_out,
        quantile.longer_than if enough else None,
        samples=samples,
    )


def wait_mean(desk: Desk, waits: Sequence[Measured]) -> Measure:
    """Mean of the answered waits in seconds; those still open are left out and counted."""
    kept, left_out = _clocked(desk, waits)
    ended = [m for m in kept if m.answered]
    times = [m.milliseconds / 1000 for m in ended]
    if len(kept) > len(ended):
        left_out["unanswered"] = len(kept) - len(ended)
    interval = mean_interval(times)
    return Measure(
        mean(times),
        len(times),
        ticket_ids(m.wait.ticket for m in ended),
        None if interval is None else (max(0.0, interval[0]), interval[1]),
        left_out=left_out,
    )


def within_goal(desk: Desk, *, first: bool) -> Measure:
    """Answers within the goal ÷ due. A wait is due once: when answered or when its goal passed,
    whichever came first. Inside the goal = pending; closed without an answer: neither.
    """
    hits, due, pending = 0, 0, 0
    own_lines: Counter[str] = Counter()
    tickets: list[TicketId] = []
    for wait in (w for s in desk.counted() for w in s.waits if w.first is first):
        goal = desk.goal(first, wait.start_ms, wait.ticket)
        if goal is None:
            continue
        deadline = desk.clock.add_worked(wait.start_ms, goal)
        answered = wait.end_ms if wait.outcome is Outcome.ANSWERED else None
        if wait.outcome not in {Outcome.ANSWERED, Outcome.OPEN}:
            if wait.end_ms is not None and desk.period.holds(wait.end_ms):
                own_lines[str(wait.outcome)] += 1
            continue
        in_time = answered is not None and desk.clock.worked_ms(wait.start_ms, answered) <= goal
        decided = answered if in_time or deadline is None else deadline
        if decided is None or decided >= desk.as_of_ms:
            pending += answered is None
        elif desk.period.holds(decided):
            hits, due = hits + in_time, due + 1
            tickets.append(wait.ticket)
    left_out = {**desk.left_out(), **own_lines}
    if pending:
        left_out["pending"] = pending
    return share(hits, due, tickets, left_out)


def resolution(desk: Desk, *, full: bool) -> Measure:
    """Arrival → first closing (full: last closing), Kaplan–Meier median in seconds."""
    samples, tickets = [], []
    for story in desk.arrivals():
        if story.hidden:
            continue
        closing = _final_closing(story) if full else _first_closing(story)
        end = desk.as_of_ms if closing is None else closing.ended_ms
        length = desk.clock.worked_ms(story.arrived_ms or 0, end)
        samples.append(Sample(length / 1000, closing is not None))
        tickets.append(story.ticket)
    quantile = kaplan_meier(samples, 0.5)
    return Measure(
        quantile.value,
        len(samples),
        tuple(tickets),
        kaplan_meier_interval(samples, 0.5),
        sum(not s.ended for s in samples),
        desk.left_out(),
        quantile.longer_than,
        samples=tuple(samples),
    )


def _first_closing(story: Story) -> Closing | None:
    """The first closing after the customer asked (a ticket may have ended before)."""
    return next((c for c in story.closings if c.at_ms >= (story.arrived_ms or 0)), None)


def _final_closing(story: Story) -> Closing | None:
    closing = story.closings[-1] if story.closings else None
    return closing if closing is not None and story.status == "closed" else None


def resolution_rate(desk: Desk) -> Measure:
    """Arrived and closed within 7 days ÷ arrivals at least 7 days old."""
    hits, tickets, young = 0, [], 0
    for story in desk.arrivals():
        arrived = story.arrived_ms or 0
        if story.hidden:
            continue
        if desk.as_of_ms - arrived < RESOLVED_WITHIN_MS:
            young += 1
            continue
        closing = _first_closing(story)
        hits += closing is not None and closing.ended_ms - arrived <= RESOLVED_WITHIN_MS
        tickets.append(story.ticket)
    return share(hits, len(tickets), tickets, with_reason(desk.left_out(), "pending", young))


def first_contact_resolution(desk: Desk) -> Measure:
    """Closed with exactly one answer and nobody asking on within 7 days ÷ closed and answered."""
    hits, tickets, young = 0, [], 0
    for story in desk.arrivals():
        closing = _final_closing(story)
        if closing is None or not story.answers or story.hidden:
            continue
        if desk.as_of_ms - closing.ended_ms < RESOLVED_WITHIN_MS:
            young += 1
            continue
        answer = story.answers[0].at_ms
        until = closing.ended_ms + RESOLVED_WITHIN_MS
        asked_on = any(answer < asked <= until for asked in story.asked_ms)
        hits += len(story.answers) == 1 and not asked_on
        tickets.append(story.ticket)
    return share(hits, len(tickets), tickets, with_reason(desk.left_out(), "pending", young))


def open_now(desk: Desk) -> Measure:
    """Customers' tickets that stand open at the period's end, or now."""
    found = sorted(
        s.ticket
        for s in desk.counted()
        if s.arrived_ms is not None and s.status == "open" and not s.hidden
    )
    return Measure(float(len(found)), len(found), tuple(found))


def oldest_waiting(desk: Desk) -> Measure:
    """Age of the longest open wait, round the clock, in seconds; n = open waits."""
    waiting = [w for s in desk.counted() for w in s.waits[-1:] if w.outcome is Outcome.OPEN]
    if not waiting:
        return Measure(None, 0)
    oldest = min(waiting, key=lambda w: (w.start_ms, w.ticket))
    age = seconds(desk.as_of_ms - oldest.start_ms)
    return Measure(age, len(waiting), (oldest.ticket,))


def arrivals(desk: Desk) -> Measure:
    """Tickets customers opened in the period."""
    found = tuple(
        s.ticket
        for s in sorted(desk.stories.values(), key=lambda s: s.arrived_ms or 0)
        if s.left_out in {None, "from_before"}
        and s.arrived_ms is not None
        and desk.period.holds(s.arrived_ms)
    )
    return Measure(float(len(found)), len(found), found, left_out=desk.left_out())


def answers(desk: Desk) -> Measure:
    """Answers of the owner that left in the period."""
    ticket_of = desk.ticket_of()
    sent = [
        e
        for e in desk.events
        if e.kind == "answered"
        and e.actor is not Actor.RULE
        and not e.data.get("history")
        and desk.period.holds(e.at_ms)
    ]
    return Measure(float(len(sent)), len(sent), ticket_ids(ticket_of(e) for e in sent))


def reopen_rate(desk: Desk) -> Measure:
    """Tickets closed in the period that were opened again ÷ tickets closed in the period."""
    hits, tickets = 0, []
    for story in sorted(desk.counted(), key=lambda s: s.ticket):
        closed = [c for c in story.closings if desk.period.holds(c.at_ms)]
        if closed and not story.hidden and story.arrived_ms is not None:
            hits += any(c.reopened_ms is not None for c in closed)
            tickets.append(story.ticket)
    return share(hits, len(tickets), tickets, desk.left_out())


def messages_per_ticket(desk: Desk) -> Measure:
    """Customer's messages (without thanks) and answers, a ticket that arrived in the period."""
    stories = desk.arrivals()
    counts = [float(len(s.asked_ms) + len(s.answers)) for s in stories]
    interval = mean_interval(counts)
    bounds = None if interval is None else (max(1.0, interval[0]), interval[1])
    ids = tuple(s.ticket for s in stories)
    return Measure(mean(counts), len(counts), ids, bounds, left_out=desk.left_out())


def no_data(_desk: Desk) -> Measure:
    """A figure whose inputs are not kept yet: no value rather than a guess."""
    return Measure(None, 0)


def percentile_of(waits: Callable[[Desk], list[Measured]], p: float) -> Callable[[Desk], Measure]:
    """Measure of one percentile of those waits."""

    def measure(desk: Desk) -> Measure:
        return wait_percentile(desk, waits(desk), p)

    return measure


def mean_of(waits: Callable[[Desk], list[Measured]]) -> Callable[[Desk], Measure]:
    """Measure of the mean of those waits."""

    def measure(desk: Desk) -> Measure:
        return wait_mean(desk, waits(desk))

    return measure


def share(hits: int, n: int, tickets: Sequence[TicketId], left_out: dict[str, int]) -> Measure:
    """A share with Wilson's interval, its numerator kept."""
    value = hits / n if n else None
    return Measure(value, n, ticket_ids(tickets), wilson(hits, n), left_out=left_out, hits=hits)


def ticket_ids(tickets: Iterable[TicketId | None]) -> tuple[TicketId, ...]:
    """Each ticket once, in order."""
    return tuple(dict.fromkeys(t for t in tickets if t is not None))


def with_reason(left_out: dict[str, int], reason: str, count: int) -> dict[str, int]:
    """`left_out` with one more reason, when it holds for any."""
    return {**left_out, reason: count} if count else left_out
