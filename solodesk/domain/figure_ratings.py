"""How ratings are measured: satisfaction, NPS, effort (metrics.md). Scales are never pooled."""

from collections import Counter
from dataclasses import dataclass

from solodesk.domain.events import Event
from solodesk.domain.figure_measures import DAY_MS, share, ticket_ids, with_reason
from solodesk.domain.figures import Desk, Measure
from solodesk.domain.ids import TicketId
from solodesk.domain.statistics import mean, mean_interval, nps, nps_interval

ANSWER_SURVEY_MS = 14 * DAY_MS


@dataclass(frozen=True, slots=True)
class Rating:
    """One rating that counts: the last of its survey."""

    event: int
    ticket: TicketId | None
    scale: str
    value: int
    at_ms: int
    message: int | None


def ratings(desk: Desk) -> list[Rating]:
    """Ratings given in the period, one a survey, oldest first."""
    replaced = {e.data["replaces"] for e in desk.events if e.data.get("replaces") is not None}
    by_survey: dict[object, Event] = {}
    for event in desk.events:
        if event.kind == "rated" and event.id not in replaced:
            by_survey[event.data.get("survey", ("event", event.id))] = event
    ticket_of = desk.ticket_of()
    return [
        Rating(e.id, ticket_of(e), str(e.data["scale"]), int(e.data["value"]), e.at_ms, e.message)
        for e in sorted(by_survey.values(), key=lambda e: (e.at_ms, e.id))
        if desk.period.holds(e.at_ms)
    ]


def satisfied(scale: str, value: int) -> bool:
    """ "Great" of three, 4 or 5 of five."""
    return value >= {"csat3": 3, "csat5": 4}[scale]


def csat_scale(desk: Desk) -> str:
    """The satisfaction scale most used in the period (scales are never pooled)."""
    counts = Counter(r.scale for r in ratings(desk) if r.scale in {"csat3", "csat5"})
    return max(("csat3", "csat5"), key=lambda scale: counts[scale])


def csat(desk: Desk) -> Measure:
    """Satisfied ÷ ratings of the period's main scale, Wilson interval."""
    scale = csat_scale(desk)
    given = [r for r in ratings(desk) if r.scale in {"csat3", "csat5"}]
    own = [r for r in given if r.scale == scale]
    hits = sum(satisfied(scale, r.value) for r in own)
    tickets = [r.ticket for r in own if r.ticket is not None]
    return share(hits, len(own), tickets, with_reason({}, "other_scale", len(given) - len(own)))


def csat_response_rate(desk: Desk) -> Measure:
    """Surveys sent in the period and answered within 14 days ÷ those sent ≥ 14 days ago."""
    bounced = {e.data.get("survey") for e in desk.events if e.kind == "survey_bounced"}
    rated: dict[object, int] = {}
    for event in desk.events:
        if event.kind == "rated":
            rated.setdefault(event.data.get("survey"), event.at_ms)
    hits, young, lost, tickets, n = 0, 0, 0, [], 0
    ticket_of = desk.ticket_of()
    for event in desk.events:
        scale = str(event.data.get("scale", ""))
        if event.kind != "survey_sent" or not desk.period.holds(event.at_ms):
            continue
        survey = event.data.get("survey")
        if not scale.startswith("csat"):
            continue
        if survey in bounced:
            lost += 1
        elif desk.as_of_ms - event.at_ms < ANSWER_SURVEY_MS:
            young += 1
        else:
            n += 1
            hits += survey in rated and rated[survey] - event.at_ms <= ANSWER_SURVEY_MS
            if (ticket := ticket_of(event)) is not None:
                tickets.append(ticket)
    return share(hits, n, tickets, with_reason(with_reason({}, "bounced", lost), "pending", young))


def nps_score(desk: Desk) -> Measure:
    """Promoters 9–10 minus detractors 0–6, in points."""
    own = [r for r in ratings(desk) if r.scale == "nps"]
    up, down = sum(r.value >= 9 for r in own), sum(r.value <= 6 for r in own)
    tickets = ticket_ids(r.ticket for r in own)
    return Measure(nps(up, down, len(own)), len(own), tickets, nps_interval(up, down, len(own)))


def ces_mean(desk: Desk) -> Measure:
    """CES 2.0: mean of 1–7, higher is better."""
    own = [r for r in ratings(desk) if r.scale == "ces7"]
    values = [float(r.value) for r in own]
    interval = mean_interval(values)
    bounds = None if interval is None else (max(1.0, interval[0]), min(7.0, interval[1]))
    return Measure(mean(values), len(own), ticket_ids(r.ticket for r in own), bounds)


def ces_easy_share(desk: Desk) -> Measure:
    """CES 2.0: share of 5–7."""
    own = [r for r in ratings(desk) if r.scale == "ces7"]
    tickets = [r.ticket for r in own if r.ticket is not None]
    return share(sum(r.value >= 5 for r in own), len(own), tickets, {})
