"""The rows of CSV and XLSX: one a ticket, numbers as numbers, times ISO 8601 with their offset.

Text that a spreadsheet could take for a formula is neutralised (OWASP "CSV injection").
"""

from zoneinfo import ZoneInfo

from solodesk.reports.data import ReportData, TicketLine
from solodesk.reports.speech import customer
from solodesk.wording import dates, labels
from solodesk.wording.gettext import _

Cell = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe(text: str) -> str:
    """The text with an apostrophe in front when a spreadsheet might run it; no control characters.

    XML (and so XLSX) cannot hold most control characters; they are dropped.
    """
    clean = "".join(c for c in text if c in "\t\n\r" or c >= " ")
    clean = clean.replace("\ufffe", "").replace("\uffff", "")
    return f"'{clean}" if clean.lstrip(" \u3000").startswith(_FORMULA) else clean


def iso(ms: int | None, zone: ZoneInfo) -> str | None:
    """`2026-10-05T09:12:00+08:00`."""
    return None if ms is None else dates.local(ms, zone).isoformat(timespec="seconds")


def headings() -> tuple[str, ...]:
    """The names of the columns."""
    return (
        _("Ticket"),
        _("Created"),
        _("Customer"),
        _("Subject"),
        _("Tags"),
        _("First answer, minutes (round the clock)"),
        _("First answer, minutes (business hours)"),
        _("Answers"),
        _("Closed"),
        _("Rating"),
    )


def row(line: TicketLine, data: ReportData) -> tuple[Cell, ...]:
    """The cells of a ticket."""
    zone = data.period.zone
    return (
        line.number,
        iso(line.created_ms, zone),
        safe(customer(line, data)),
        "" if data.anonymous else safe(line.subject),
        "" if data.anonymous else safe(", ".join(line.tags)),
        _minutes(line.first_wait_s),
        _minutes(line.first_wait_business_s),
        line.answers,
        iso(line.closed_ms, zone),
        None if line.rating is None else safe(labels.rating(*line.rating)),
    )


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)
