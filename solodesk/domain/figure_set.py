"""The figures by key: how each is measured, compared and held against its goal (cli.md keys)."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from solodesk.domain import figure_measures as m
from solodesk.domain import figure_ratings as r
from solodesk.domain.figures import MIN_N, Bounds, Change, Desk, Figure, Measure, verdict
from solodesk.domain.statistics import counts_differ, median_difference, newcombe

Measuring = Callable[[Desk], Measure]


@dataclass(frozen=True, slots=True)
class Spec:
    """One figure: unit, how it is measured, how two periods are compared.

    compare: median | share | interval | count | none. lower_better: None = neither is better.
    goal: which of the goals handed to `figures` it is held against.
    """

    unit: str
    measure: Measuring
    compare: str = "none"
    lower_better: bool | None = None


def _first_goal(desk: Desk) -> Measure:
    return m.within_goal(desk, first=True)


def _next_goal(desk: Desk) -> Measure:
    return m.within_goal(desk, first=False)


def _resolved_first(desk: Desk) -> Measure:
    return m.resolution(desk, full=False)


def _resolved_full(desk: Desk) -> Measure:
    return m.resolution(desk, full=True)


SPECS: dict[str, Spec] = {
    "first_response_median": Spec("s", m.percentile_of(m.first_waits, 0.5), "median", True),
    "first_response_p80": Spec("s", m.percentile_of(m.first_waits, 0.8), "none", True),
    "first_response_p90": Spec("s", m.percentile_of(m.first_waits, 0.9), "none", True),
    "first_response_mean": Spec("s", m.mean_of(m.first_waits), "interval", True),
    "next_response_median": Spec("s", m.percentile_of(m.next_waits, 0.5), "median", True),
    "next_response_p80": Spec("s", m.percentile_of(m.next_waits, 0.8), "none", True),
    "next_response_p90": Spec("s", m.percentile_of(m.next_waits, 0.9), "none", True),
    "next_response_mean": Spec("s", m.mean_of(m.next_waits), "interval", True),
    "within_goal_first": Spec("share", _first_goal, "share", False),
    "within_goal_next": Spec("share", _next_goal, "share", False),
    "handling_median": Spec("s", m.no_data, "median", True),
    "resolution_first_median": Spec("s", _resolved_first, "median", True),
    "resolution_full_median": Spec("s", _resolved_full, "median", True),
    "resolution_rate": Spec("share", m.resolution_rate, "share", False),
    "first_contact_resolution": Spec("share", m.first_contact_resolution, "share", False),
    "csat": Spec("share", r.csat, "share", False),
    "csat_response_rate": Spec("share", r.csat_response_rate, "share", False),
    "nps": Spec("points", r.nps_score, "interval", False),
    "ces_mean": Spec("score", r.ces_mean, "interval", False),
    "ces_easy_share": Spec("share", r.ces_easy_share, "share", False),
    "open_now": Spec("count", m.open_now, "none", True),
    "oldest_waiting": Spec("s", m.oldest_waiting, "none", True),
    "backlog_days": Spec("days", m.no_data, "none", True),
    "capacity_per_day": Spec("per_day", m.no_data, "none", False),
    "arrivals": Spec("count", m.arrivals, "count", None),
    "answers": Spec("count", m.answers, "count", None),
    "reopen_rate": Spec("share", m.reopen_rate, "share", True),
    "messages_per_ticket": Spec("per_ticket", m.messages_per_ticket, "interval", None),
    "churn": Spec("share", m.no_data, "none", True),
    "lifetime_value": Spec("money", m.no_data, "none", False),
}
KEYS = tuple(SPECS)


def figures(
    now: Desk,
    before: Desk,
    *,
    keys: Iterable[str] | None = None,
    goals: dict[str, float] | None = None,
    last_90: Desk | None = None,
) -> tuple[Figure, ...]:
    """The figures of `now` (all, or `keys` in that order) beside those of `before`.

    `goals`: figure key → goal in the figure's unit. `last_90` gives the wider view that stands
    beside a figure too thin for a headline. KeyError for an unknown key.
    """
    wanted = KEYS if keys is None else tuple(keys)
    return tuple(_figure(key, now, before, (goals or {}).get(key), last_90) for key in wanted)


def _figure(key: str, now: Desk, before: Desk, goal: float | None, last_90: Desk | None) -> Figure:
    spec = SPECS[key]
    here, there = spec.measure(now), spec.measure(before)
    interval, change = _compare(spec, here, there, now, before)
    figure = Figure(
        key=key,
        value=here.value,
        unit=spec.unit,
        n=here.n,
        interval=here.interval,
        censored=here.censored,
        left_out=here.left_out,
        previous=there.value,
        previous_n=there.n,
        change=change,
        change_interval=interval,
        tickets=here.tickets,
        definition=key,
        longer_than=here.longer_than,
        hits=here.hits,
        goal=goal,
    )
    if goal is not None and here.n >= MIN_N:
        judged = verdict(here.value, here.interval, goal, lower=bool(spec.lower_better))
        figure = replace(figure, verdict=judged)
    if last_90 is not None and not figure.headline:
        wider = spec.measure(last_90)
        figure = replace(figure, last_90=(wider.value, wider.n))
    return figure


def _compare(
    spec: Spec, here: Measure, there: Measure, now: Desk, before: Desk
) -> tuple[tuple[float, float] | None, Change | None]:
    """Interval of the difference and its word; a word needs enough data on both sides."""
    if spec.compare == "count":
        differ = counts_differ(here.n, there.n, _length(now), _length(before))
        # More tickets are neither better nor worse; only sameness can be said.
        return None, Change.SAME if differ is False else None
    if min(here.n, there.n) < MIN_N or here.value is None or there.value is None:
        return None, None
    interval: tuple[float, float] | None = None
    if spec.compare == "median":
        interval = median_difference(here.samples, there.samples)
    elif spec.compare == "share":
        interval = newcombe(here.hits or 0, here.n, there.hits or 0, there.n)
    elif spec.compare == "interval":
        interval = _mover(here.value, here.interval, there.value, there.interval)
    return interval, _word(interval, spec.lower_better)


def _length(desk: Desk) -> float:
    return float(max(0, min(desk.as_of_ms, desk.period.end_ms) - desk.period.start_ms))


def _mover(
    value: float, interval: Bounds | None, other: float, other_interval: Bounds | None
) -> tuple[float, float] | None:
    """Interval of a difference from two intervals (MOVER: Zou & Donner, Stat. Med. 27, 2008)."""
    if interval is None or other_interval is None:
        return None
    ends = (interval[0], interval[1], other_interval[0], other_interval[1])
    if any(end is None for end in ends):
        return None
    low, high, other_low, other_high = (float(end) for end in ends if end is not None)
    gap = value - other
    return (
        gap - math.hypot(value - low, other_high - other),
        gap + math.hypot(high - value, other - other_low),
    )


def _word(interval: tuple[float, float] | None, lower_better: bool | None) -> Change | None:
    if interval is None:
        return None
    if interval[0] <= 0 <= interval[1]:
        return Change.SAME
    if lower_better is None:
        return None
    return Change.BETTER if (interval[1] < 0) is lower_better else Change.WORSE
