"""Where every message went: received = person + own + … + damaged (metrics.md "What counts").

Counts from events, message by message, each in exactly one class; the caller sets the sum beside
the number of messages it holds, so that a gap shows.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from solodesk.domain.figures import Desk
from solodesk.domain.ids import MessageId
from solodesk.domain.waits import Outcome, message_class

CLASSES = (
    "person",
    "own",
    "survey",
    "list",
    "auto_reply",
    "spam",
    "bounce",
    "report",
    "duplicate",
    "damaged",
)
# Tickets whose messages are counted under another name than "from people".
_ELSEWHERE = frozenset({"spam", "history"})


@dataclass(frozen=True, slots=True)
class Accounting:
    """Both sides of the sum, and what became of the people's messages and tickets."""

    received: int
    """Messages of the period in the store, own ones included, imported history not."""
    by_class: Mapping[str, int]
    history: int
    """Imported as history: searchable, not counted (on neither side)."""
    opened: int
    asked_on: int
    asked_on_waits: int
    thanks: int
    answered: int
    by_rule: int
    closed_unanswered: int
    waiting: int

    @property
    def accounted(self) -> int:
        """The right side of the sum."""
        return sum(self.by_class.values())

    @property
    def balanced(self) -> bool:
        """Whether every message is accounted for."""
        return self.received == self.accounted


def accounting(desk: Desk, received: int, own: int) -> Accounting:
    """Account for the `received` messages that the store holds for the period, `own` of them ours.

    What came in is counted from the events, each message once.
    """
    classes: Counter[str] = Counter(dict.fromkeys(CLASSES, 0))
    classes["own"] = own
    history, thanks = 0, 0
    seen: set[MessageId] = set()
    ticket_of = desk.ticket_of()
    for event in desk.events:
        if event.kind != "received" or not desk.period.holds(event.at_ms):
            continue
        if event.message is not None:
            if event.message in seen:
                continue
            seen.add(event.message)
        if event.data.get("history"):
            history += 1
            continue
        kind = message_class(event)
        ticket = ticket_of(event)
        story = desk.stories.get(ticket) if ticket is not None else None
        if kind == "person" and story is not None and story.status == "spam":
            kind = "spam"
        thanks += kind == "person" and bool(event.data.get("closer"))
        classes[kind if kind in CLASSES else "person"] += 1
    asked = classes["person"] - thanks
    arrived = desk.arrivals()
    outcomes = Counter(s.first_wait.outcome for s in arrived if s.first_wait is not None)
    opened = sum(
        1
        for s in desk.stories.values()
        if s.arrived_ms is not None
        and desk.period.holds(s.arrived_ms)
        and s.left_out not in _ELSEWHERE
    )
    return Accounting(
        received=received,
        by_class=dict(classes),
        history=history,
        opened=opened,
        asked_on=max(0, asked - opened),
        asked_on_waits=sum(
            1
            for s in desk.counted()
            for w in s.waits
            if not w.first and desk.period.holds(w.start_ms)
        ),
        thanks=thanks,
        answered=outcomes[Outcome.ANSWERED],
        by_rule=outcomes[Outcome.BY_RULE],
        closed_unanswered=outcomes[Outcome.CLOSED],
        waiting=outcomes[Outcome.OPEN],
    )
