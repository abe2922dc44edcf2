"""The demo without a window: the owner's whole hour, done for real, step by step.

sync → tickets → a macro on three tickets → replies sent and found in Sent → ratings → reports →
pictures. Each step that does not come true raises `KnownError("demo_step_failed")`.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from solodesk.base.errors import KnownError
from solodesk.demo.dressing import dress
from solodesk.demo.shop import Shop
from solodesk.domain.hours import local_date
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.outbox import OutboxState
from solodesk.domain.views import TicketRow, View
from solodesk.services import (
    draft_html,
    figures,
    lists,
    macros,
    replies,
    reporting,
    settings,
    surveys,
)
from solodesk.services.reporting import ReportFile

FORMATS: Final = ("pdf", "html", "csv", "xlsx")
_MACRO: Final = "Refund done"
_REPLIES: Final = 3
_PATIENCE_S: Final = 60.0
_ANSWERS: Final = {"order_number": "A123", "day": "Friday"}


@dataclass(slots=True)
class Outcome:
    """What the story came to; grows as it goes."""

    messages: int = 0
    tickets: int = 0
    replies_sent: int = 0
    found_in_sent: int = 0
    ratings: int = 0
    new_ratings: int = 0
    reports: list[ReportFile] = field(default_factory=list)
    screenshots: list[Path] = field(default_factory=list)

    def as_json(self, data: Path, seconds: float) -> dict[str, Any]:
        """The summary, in the shape the README promises."""
        first: dict[str, str] = {}
        for file in self.reports:
            first.setdefault(file.format, str(file.path))
        return {
            "ok": True,
            "messages": self.messages,
            "tickets": self.tickets,
            "replies_sent": self.replies_sent,
            "found_in_sent": self.found_in_sent,
            "ratings": self.ratings,
            "report": {name: first.get(name) for name in FORMATS},
            "screenshots": [str(path) for path in self.screenshots],
            "data": str(data),
            "seconds": round(seconds, 1),
            "new_ratings": self.new_ratings,
            "reports": [str(file.path) for file in self.reports],
        }


def tell_story(shop: Shop, reports: Path, say: Callable[[str, str], None]) -> Outcome:
    """Live the owner's hour; `say(step, what came of it)` after each step."""
    done = Outcome()
    for result in shop.sync():
        if result.missing:
            raise _failed("sync", f"{result.folder}: {result.missing} missing")
    dress(shop)
    with shop.store.read() as reader:
        done.messages = reader.messages.count()
        everything = lists.ids(reader, View.ALL)
        waiting = list(lists.rows(reader, lists.ids(reader, View.NEEDS_REPLY)).values())
        done.tickets = len(everything)
    say("sync", str(done.messages))
    say("tickets", f"{done.tickets} / {len(waiting)}")
    if len(waiting) < _REPLIES:
        raise _failed("tickets", f"{len(waiting)} need a reply")
    chosen = _chosen(waiting)
    sent = _answer(shop, chosen)
    done.replies_sent = _count(shop, sent, lambda row: row.state == OutboxState.SENT.value)
    say("replies", str(done.replies_sent))
    _until(shop, "found_in_sent", lambda: _found(shop, sent) == len(sent))
    done.found_in_sent = _found(shop, sent)
    say("found_in_sent", str(done.found_in_sent))
    before = _ratings(shop)
    asked = _ask_for_ratings(shop, chosen)
    _until(shop, "ratings", lambda: _ratings(shop) >= before + asked)
    done.ratings = _ratings(shop)
    done.new_ratings = done.ratings - before
    say("ratings", f"{done.ratings} (+{done.new_ratings})")
    done.reports = _reports(shop, reports)
    say("reports", str(len(done.reports)))
    return done


def _chosen(waiting: list[TicketRow]) -> list[TicketId]:
    """Three tickets whose customer can be written to, the longest wait first."""
    writable = [row.id for row in waiting if row.customer_address]
    return writable[:_REPLIES]


def _answer(shop: Shop, tickets: list[TicketId]) -> list[OutboxId]:
    """Run a macro with a canned response on the tickets, fill its blanks, send without delay."""
    label = ("macro.run", {"name": _MACRO, "n": len(tickets)})
    with shop.store.write(label=label) as desk:
        ran = macros.run(desk, macros.get(desk, _MACRO), tickets)
    if set(ran.drafts) != set(tickets):
        raise _failed("macro", f"{len(ran.drafts)} drafts")
    queued = []
    for ticket in tickets:
        with shop.store.write() as desk:
            draft = replies.draft_for(desk, ticket)
            body = draft_html.fill(draft.body_html, _answers(ran.blanks.get(ticket, ())))
            full = replace(draft, body_html=body)
            queued.append(replies.send(desk, full, status_after="closed", delay_s=0).outbox)
    shop.send()
    return queued


def _answers(blanks: tuple[str, ...]) -> dict[str, str]:
    return {key: _ANSWERS.get(key, "A123") for key in blanks}


def _ask_for_ratings(shop: Shop, tickets: list[TicketId]) -> int:
    for ticket in tickets:
        with shop.store.write() as desk:
            surveys.send(desk, ticket, delay_s=0)
    shop.send()
    return len(tickets)


def _count(shop: Shop, sent: list[OutboxId], want: Callable[[Any], bool]) -> int:
    with shop.store.read() as reader:
        rows = [reader.outbox.get(outbox) for outbox in sent]
    return sum(1 for row in rows if row is not None and want(row))


def _found(shop: Shop, sent: list[OutboxId]) -> int:
    return _count(shop, sent, lambda row: bool(row.found_in_sent))


def _ratings(shop: Shop) -> int:
    with shop.store.read() as reader:
        return sum(1 for survey in surveys.all(reader) if survey.rating is not None)


def _until(shop: Shop, step: str, come_true: Callable[[], bool]) -> None:
    """Sync as mail arrives until `come_true`, for a minute at most."""
    end = time.monotonic() + _PATIENCE_S
    shop.sync()
    while not come_true():
        if time.monotonic() > end:
            raise _failed(step, "nothing came")
        shop.wait_for_mail()
        shop.sync()


def _reports(shop: Shop, folder: Path) -> list[ReportFile]:
    """The last full month and this month, all formats in English, and both as PDF in Chinese."""
    folder.mkdir(parents=True, exist_ok=True)
    with shop.store.read() as reader:
        zone = settings.zone(reader)
        today = local_date(reader.now_ms, zone)
        last = today.replace(day=1) - timedelta(days=1)
        made: list[ReportFile] = []
        for language, formats in (("en", FORMATS), ("zh", ("pdf",))):
            to = folder / language
            to.mkdir(exist_ok=True)
            for day in (last, today):
                period = figures.period_month(reader, day.year, day.month)
                made += reporting.report(reader, period, to=to, formats=formats, lang=language)
    _freeze(shop, last)
    return made


def _freeze(shop: Shop, day: date) -> None:
    """Keep the figures of the month that is over, as a report does."""
    with shop.store.write() as desk:
        reporting.keep(desk, figures.period_month(desk, day.year, day.month))


def _failed(step: str, detail: str) -> KnownError:
    return KnownError("demo_step_failed", step=step, detail=detail)
