"""What a service report is made of: plain values, gathered by `services.reporting`. No wording."""

from collections.abc import Mapping
from dataclasses import dataclass

from solodesk.domain.accounting import Accounting
from solodesk.domain.figures import Figure
from solodesk.domain.hours import Range
from solodesk.domain.periods import Period


@dataclass(frozen=True, slots=True)
class TicketLine:
    """One ticket that arrived in the period. Times UTC ms, waits in seconds, None = not yet."""

    number: int | None
    created_ms: int
    customer: str
    customer_index: int
    """0, 1, 2 … in order of appearance: Customer A, B, C when names are hidden."""
    subject: str
    tags: tuple[str, ...]
    first_wait_s: float | None
    first_wait_business_s: float | None
    answers: int
    closed_ms: int | None
    rating: tuple[str, int] | None
    """(scale, value)"""


@dataclass(frozen=True, slots=True)
class Comment:
    """A customer's words that came with a rating."""

    scale: str
    value: int
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who still waited for a first answer at the end."""

    count: int
    late: int
    """Of them beyond the goal."""
    longest: tuple[int | None, float] | None
    """(ticket number, counted seconds)"""


@dataclass(frozen=True, slots=True)
class Hours:
    """The business hours as they stood at the period's end."""

    weekly: Mapping[int, tuple[Range, ...]]
    working_days: int
    country: str
    uncovered_years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything a report says, before it is put in words."""

    business: str
    period: Period
    before: Period
    as_of_ms: int
    made_ms: int
    figures: Mapping[str, Figure]
    first_waits: tuple[float, ...]
    """Counted seconds of the answered first waits."""
    slowest: tuple[TicketLine, ...]
    waiting: Waiting
    goal_first_s: float
    scale: str
    ratings: Mapping[int, int]
    """value → how often, on `scale`."""
    comments: tuple[Comment, ...]
    contacts: int
    accounting: Accounting
    hours: Hours
    tickets: tuple[TicketLine, ...]
    anonymous: bool

    @property
    def running(self) -> bool:
        """Whether the period was not over yet."""
        return self.as_of_ms < self.period.end_ms
