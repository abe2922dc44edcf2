"""The report as a workbook: tickets, Summary, How we count. Text is written as text, never as a
formula; numbers are numbers.
"""

import io
from typing import Any

from solodesk.reports.cells import Cell, headings, row, safe
from solodesk.reports.data import ReportData
from solodesk.reports.method import method
from solodesk.wording import dates, durations
from solodesk.wording import figures as words
from solodesk.wording.gettext import _

_WIDTHS = (9, 26, 24, 44, 20, 18, 18, 10, 26, 14)


def render(data: ReportData) -> bytes:
    """The workbook's bytes."""
    import xlsxwriter  # needed only for this format

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    _tickets(book.add_worksheet(_("Tickets")), data, head)
    _summary(book.add_worksheet(_("Summary")), data, head)
    _method(book.add_worksheet(_("How we count")), data, head, wrap)
    book.set_properties({"title": safe(f"{data.business} · {data.period.name}")})
    book.close()
    return buffer.getvalue()


def _put(sheet: Any, at: tuple[int, int], cell: Cell, style: Any = None) -> None:
    line, column = at
    if cell is None or cell == "":
        return
    if isinstance(cell, str):
        sheet.write_string(line, column, cell[:32_000], style)
    else:
        sheet.write_number(line, column, cell, style)


def _tickets(sheet: Any, data: ReportData, head: Any) -> None:
    for column, (name, width) in enumerate(zip(headings(), _WIDTHS, strict=True)):
        _put(sheet, (0, column), name, head)
        sheet.set_column(column, column, width)
    for number, line in enumerate(data.tickets, 1):
        for column, cell in enumerate(row(line, data)):
            _put(sheet, (number, column), cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(data.tickets)), len(_WIDTHS) - 1)


def _summary(sheet: Any, data: ReportData, head: Any) -> None:
    columns = (
        _("Figure"),
        _("Value"),
        _("Unit"),
        _("n"),
        _("From (95 %)"),
        _("To (95 %)"),
        _("Still open"),
        _("Before"),
        _("Change"),
        _("In words"),
    )
    for column, name in enumerate(columns):
        _put(sheet, (0, column), name, head)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, len(columns) - 2, 14)
    sheet.set_column(len(columns) - 1, len(columns) - 1, 30)
    for number, figure in enumerate(data.figures.values(), 1):
        low, high = figure.interval or (None, None)
        cells: tuple[Cell, ...] = (
            words.title(figure.key),
            _shown(figure.value, figure.unit),
            _unit(figure.unit),
            figure.n,
            _shown(low, figure.unit),
            _shown(high, figure.unit),
            figure.censored,
            _shown(figure.previous, figure.unit),
            None if figure.change is None else words.change(figure.change),
            words.headline(figure),
        )
        for column, cell in enumerate(cells):
            _put(sheet, (number, column), cell)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(data.figures)), len(columns) - 1)


def _shown(value: float | None, unit: str) -> float | None:
    """Durations in minutes, as on the first sheet; shares 0…1."""
    if value is None:
        return None
    return round(value / 60, 1) if unit == "s" else round(value, 4)


def _unit(unit: str) -> str:
    return {"s": _("minutes"), "share": _("share 0–1"), "points": _("points")}.get(unit, "")


def _method(sheet: Any, data: ReportData, head: Any, wrap: Any) -> None:
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 110)
    first = [
        (_("Report"), safe(data.business)),
        (_("Period"), dates.range_of_days(data.period.first, data.period.last)),
        (_("Time zone"), dates.zone_name(data.period.zone, data.as_of_ms - 1)),
        (_("Response goal"), durations.long(data.goal_first_s * 1000)),
    ]
    lines = [*first, *method(data)]
    known = {name for name, _how in lines}
    lines += [
        (words.title(key), words.definition(key))
        for key in data.figures
        if words.title(key) not in known
    ]
    for number, (what, how) in enumerate(lines):
        _put(sheet, (number, 0), what, head)
        _put(sheet, (number, 1), how, wrap)
