"""A ticket's statuses and what may change them.

The owner may set any status; a customer's mail re-opens, except when it only thanks; our answer
makes the ticket wait. This module must not store anything nor read a clock.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solodesk.base.errors import KnownError


class Status(StrEnum):
    """Where a ticket stands; snoozing is a date on any of them (product.md)."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"
    SPAM = "spam"


class Priority(StrEnum):
    """How urgent a ticket is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Channel(StrEnum):
    """How a contact that is not mail came about."""

    PHONE = "phone"
    CHAT = "chat"
    WECHAT = "wechat"
    SOCIAL = "social"
    IN_PERSON = "in_person"


class Alarm(StrEnum):
    """Why a ticket is red and on top."""

    BOUNCED = "bounced"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


HIDDEN_KEPT_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class AfterMail:
    """What a customer's message does to a ticket."""

    status: Status
    thanked: bool
    wakes: bool


def status_named(text: str) -> Status:
    """The status called `text`; KnownError("unknown_status") for any other word."""
    try:
        return Status(text.strip().lower())
    except ValueError:
        raise KnownError("unknown_status", status=text, known=tuple(Status)) from None


def priority_named(text: str) -> Priority:
    """The priority called `text`; KnownError("unknown_priority") for any other word."""
    try:
        return Priority(text.strip().lower())
    except ValueError:
        raise KnownError("unknown_priority", priority=text, known=tuple(Priority)) from None


def after_customer_mail(status: Status, *, closer: bool, wake_on_reply: bool) -> AfterMail:
    """A customer wrote: spam stays spam, thanks change nothing, everything else re-opens."""
    if status is Status.SPAM:
        return AfterMail(Status.SPAM, thanked=False, wakes=False)
    if closer:
        return AfterMail(status, thanked=True, wakes=False)
    return AfterMail(Status.OPEN, thanked=False, wakes=wake_on_reply)


def after_our_answer(status: Status, wanted: Status | None) -> Status:
    """We answered: the status asked for, else waiting (closed and spam stay as they are)."""
    if wanted is not None:
        return wanted
    return Status.WAITING if status is Status.OPEN else status


def is_due(snoozed_until_ms: int | None, now_ms: int) -> bool:
    """Whether a snooze has run out."""
    return snoozed_until_ms is not None and snoozed_until_ms <= now_ms
