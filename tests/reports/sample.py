"""A month worked out by hand, as the reports are given it."""

from dataclasses import replace
from datetime import date

from solodesk.domain.accounting import Accounting
from solodesk.domain.figure_set import figures
from solodesk.domain.periods import month
from solodesk.reports.data import Comment, Hours, ReportData, TicketLine, Waiting
from tests.domain.history import HOUR, OCTOBER, ZONE, History, at

BUSINESS = "Lin Studio"


def line(number: int, customer: str, subject: str, hours: float, index: int = 0) -> TicketLine:
    """A ticket answered after `hours`."""
    return TicketLine(
        number, at(5, 9), customer, index, subject, ("refund",), hours * 3600, hours * 3600, 1,
        at(6, 9), ("csat3", 3),
    )  # fmt: skip


def report_data(**changes: object) -> ReportData:
    """Twelve tickets, one of them late, one still open; eight ratings."""
    story = History()
    for n in range(12):
        story.asks(n, at(5, 9, mon=9))
        story.answered(n, at(5, 9, mon=9) + (n + 1) * HOUR)
        story.asks(100 + n, at(5, 9))
        if n < 11:
            story.answered(100 + n, at(5, 9) + (n + 1) * HOUR // 2)
            story.status(100 + n, at(6, 9), "closed")
        if n < 8:
            story.rated(100 + n, at(8, 9), 3 if n < 6 else 1)

    def goal(_first: bool, _start: int, _ticket: int) -> int:
        return 4 * HOUR

    found = figures(
        story.desk(goal=goal),
        story.desk(month(2026, 9, ZONE), goal=goal),
        goals={"first_response_median": 14_400.0},
    )
    lines = (line(1001, "Wang Li", "Refund for A123", 5.5), line(1002, "Maya", "Parcel", 5, 1))
    data = ReportData(
        business=BUSINESS,
        period=OCTOBER,
        before=month(2026, 9, ZONE),
        as_of_ms=OCTOBER.end_ms,
        made_ms=at(2, 8, 30, mon=11),
        figures={figure.key: figure for figure in found},
        first_waits=tuple((n + 1) * 1800.0 for n in range(11)),
        slowest=lines,
        waiting=Waiting(1, 1, (1012, 640 * 3600.0)),
        goal_first_s=14_400.0,
        scale="csat3",
        ratings={3: 6, 1: 2},
        comments=(Comment("csat3", 3, "Clear answer.", at(8, 9)),),
        contacts=2,
        accounting=Accounting(23, {"person": 12, "own": 11}, 0, 12, 0, 0, 0, 11, 0, 0, 1),
        hours=Hours(dict.fromkeys(range(5), ((540, 1080),)), 22, "", ()),
        tickets=lines,
        anonymous=False,
    )
    return replace(data, **changes)  # type: ignore[arg-type]


FIRST_DAY = date(2026, 10, 1)
