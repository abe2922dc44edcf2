"""Small sentences and names that every part of a report uses."""

import re

from solodesk.domain.periods import Period, PeriodKind
from solodesk.reports.data import ReportData, TicketLine
from solodesk.reports.parts import Run
from solodesk.wording import dates
from solodesk.wording.gettext import _, current_language

# Marks around emphasised values inside a translated sentence; private use, never in user text.
_ON, _OFF = "\ue000", "\ue001"
_RUNS = re.compile(f"{_ON}([^{_OFF}]*){_OFF}")


def runs(text: str) -> tuple[Run, ...]:
    """Split a sentence at its emphasised values."""
    parts = _RUNS.split(text)
    return tuple((part, i % 2 == 1) for i, part in enumerate(parts) if part)


def strong(text: str) -> str:
    """Emphasise a value inside a translated sentence."""
    return f"{_ON}{unbroken(text)}{_OFF}"


def period_name(period: Period) -> str:
    """`October 2026`, or the days."""
    if period.kind is PeriodKind.MONTH:
        return dates.long_month(period.first)
    return dates.range_of_days(period.first, period.last)


def before_name(data: ReportData) -> str:
    """The period compared with: `September`, or Before."""
    if data.before.kind is PeriodKind.MONTH:
        return dates.month_name(data.before.first)
    return _("Before")


def before_short(data: ReportData) -> str:
    """The same, short: `Sep`."""
    if data.before.kind is PeriodKind.MONTH:
        return dates.short_month(data.before.first)
    return _("Before")


def customer(line: TicketLine, data: ReportData) -> str:
    """The customer's name, or Customer A, B … AA when names are hidden."""
    if not data.anonymous:
        return line.customer
    letters, rest = "", line.customer_index + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return _("Customer {letter}").format(letter=letters)


def unbroken(text: str) -> str:
    """A value that must not be broken over two lines: `2 h 10 min` with no-break spaces."""
    return text.replace(" ", "\u00a0")


def joined(*sentences: str) -> str:
    """Sentences one after another: a space between them, in Chinese none."""
    return ("" if current_language() == "zh" else " ").join(s.strip() for s in sentences if s)
