"""How a ticket's summary follows from its messages: who waits since when, what was said last.

One fold, used both for a message that arrives last and for a whole ticket told anew, so that
both give the same. Must not know statuses (ticket.py) nor storage.
"""

from dataclasses import dataclass
from typing import Final

from solodesk.domain.message import Kind

PREVIEW_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One message as the summary sees it, duplicates left out."""

    incoming: bool
    kind: Kind
    at_ms: int
    closer: bool
    counts: bool
    """False for history and for mail of senders who are no customers: no wait starts."""
    subject: str
    new_text: str
    attachments: int
    answers: bool = True
    """Ours: False when nobody who wrote here is among its readers (a forward, a survey)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The summary; times are UTC milliseconds. See schema.sql, table ticket."""

    subject: str = ""
    kind: Kind | None = None
    created_ms: int = 0
    last_message_ms: int = 0
    last_incoming: bool = True
    preview: str = ""
    messages: int = 0
    attachments: int = 0
    waiting_since_ms: int | None = None
    first_response_ms: int | None = None
    thanked: bool = False


def preview_of(text: str) -> str:
    """The first words of a text on one line."""
    return " ".join(text[: PREVIEW_LENGTH * 4].split())[:PREVIEW_LENGTH]


def follow(progress: Progress, step: Step) -> Progress:
    """The summary after one more message that is the latest so far."""
    first = progress.messages == 0
    # An automatic reply of ours says nothing: the customer's word stays the last one.
    mute = not step.incoming and step.kind is Kind.AUTO_REPLY and not first
    kind, waits = _customer_wrote(progress, step) if step.incoming else _we_wrote(progress, step)
    return Progress(
        subject=step.subject if first else progress.subject,
        kind=kind,
        created_ms=step.at_ms if first else progress.created_ms,
        last_message_ms=step.at_ms,
        last_incoming=progress.last_incoming if mute else step.incoming,
        preview=progress.preview if mute else preview_of(step.new_text),
        messages=progress.messages + 1,
        attachments=progress.attachments + step.attachments,
        waiting_since_ms=waits.since_ms,
        first_response_ms=waits.first_response_ms,
        thanked=waits.thanked,
    )


def follow_all(steps: list[Step]) -> Progress:
    """The summary of a whole ticket; `steps` in any order."""
    progress = Progress()
    for step in sorted(steps, key=lambda s: s.at_ms):
        progress = follow(progress, step)
    return progress


@dataclass(frozen=True, slots=True)
class _Waits:
    """Who waits since when, after a message."""

    since_ms: int | None
    first_response_ms: int | None
    thanked: bool


def _as_before(progress: Progress) -> _Waits:
    return _Waits(progress.waiting_since_ms, progress.first_response_ms, progress.thanked)


def _customer_wrote(progress: Progress, step: Step) -> tuple[Kind, _Waits]:
    if step.kind is not Kind.PERSON:
        return progress.kind or step.kind, _as_before(progress)
    waiting = progress.waiting_since_ms
    if waiting is None and step.counts and not step.closer:
        waiting = step.at_ms
    return Kind.PERSON, _Waits(waiting, progress.first_response_ms, step.closer)


def _we_wrote(progress: Progress, step: Step) -> tuple[Kind, _Waits]:
    # A ticket we started is a customer's too.
    kind = progress.kind or Kind.PERSON
    if not step.answers or step.kind in (Kind.SURVEY, Kind.AUTO_REPLY):
        return kind, _as_before(progress)
    first = progress.first_response_ms
    if first is None and progress.waiting_since_ms is not None:
        first = step.at_ms
    return kind, _Waits(None, first, thanked=False)
