"""What several commands share: tickets by number, the owner's zone and goals, text from stdin."""

import errno
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.cli import forms
from solodesk.cli.session import Session
from solodesk.domain.ids import TicketId
from solodesk.domain.views import TicketRow
from solodesk.services import lists, settings
from solodesk.services.units import Reader


def moment(reader: Reader) -> forms.Moment:
    """Now, in the owner's zone."""
    return forms.Moment(reader.now_ms, settings.zone(reader))


def ticket_id(reader: Reader, number: int) -> TicketId:
    """The ticket of a number; KnownError("no_such_ticket")."""
    found = lists.by_number(reader, number)
    if found is None:
        raise KnownError("no_such_ticket", ticket=number)
    return found


def goals_due(reader: Reader, rows: Iterable[TicketRow]) -> dict[TicketId, int | None]:
    """When the response goal of each waiting ticket passes, in business hours."""
    from solodesk.services import figures

    waiting = [row for row in rows if row.waiting_since_ms is not None and row.status == "open"]
    if not waiting:
        return {}
    hours = figures.business_hours(reader)
    found: dict[TicketId, int | None] = {}
    for row in waiting:
        key = "goal_first_s" if row.first_response_ms is None else "goal_next_s"
        since = row.waiting_since_ms or 0
        goal = int(settings.get(reader, key, since)) * 1000
        found[row.id] = hours.add_worked(since, goal)
    return found


def ticket_line(reader: Reader, ticket: TicketId) -> tuple[TicketRow, dict[str, Any]]:
    """The row of a ticket and its JSON line."""
    row = lists.rows(reader, [ticket])[ticket]
    return row, forms.ticket(row, goals_due(reader, [row]).get(ticket))


def show_tickets(session: Session, tickets: Sequence[TicketId], said: str | None = None) -> None:
    """Print the lines of tickets after an act; `said` is the sentence for people."""
    with session.store.read() as reader:
        for ticket in tickets:
            row, line = ticket_line(reader, ticket)
            session.output.line(line, said and said.format(ticket=row.number))


def write_text(path: Path, text: str) -> None:
    """Write a file in UTF-8; KnownError cannot_write, disk_full."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise KnownError("disk_full", path=str(path)) from error
        detail = error.strerror or type(error).__name__
        raise KnownError("cannot_write", path=str(path), detail=detail) from error


def text_of(given: str) -> str:
    """The text of --text; `-` reads standard input as UTF-8."""
    if given != "-":
        return given
    stream = getattr(sys.stdin, "buffer", None)
    data = stream.read() if stream is not None else sys.stdin.read().encode()
    try:
        return str(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise KnownError("not_utf8", path="-") from None
