"""The tickets of a period as CSV: UTF-8 with a mark so that spreadsheets read Chinese."""

import csv
import io

from solodesk.reports.cells import headings, row
from solodesk.reports.data import ReportData


def render(data: ReportData) -> bytes:
    """The file's bytes: a heading line, then one line a ticket (RFC 4180, CRLF)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(headings())
    for line in data.tickets:
        writer.writerow(["" if cell is None else cell for cell in row(line, data)])
    return buffer.getvalue().encode("utf-8-sig")
