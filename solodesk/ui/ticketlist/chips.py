"""What a ticket's row says beside name, subject and preview: age pill and chips, and in words
for screen readers. This module must not paint.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from solodesk.domain.outbox import HoldReason, OutboxState, is_stale
from solodesk.domain.views import TicketRow
from solodesk.ui.times import seconds_left, short_when, spoken_age
from solodesk.wording import durations
from solodesk.wording.gettext import _


@dataclass(frozen=True, slots=True)
class Chip:
    """A small rounded label. Tones: plain, quiet, accent, ok, warn, error."""

    text: str
    tone: str = "plain"
    icon: str | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """What the painter knows about now."""

    now_ms: int
    zone: ZoneInfo
    online: bool


def age(row: TicketRow, waited: tuple[int, float] | None, moment: Moment) -> Chip:
    """The pill on the right: how long the customer waits, or when something last happened.

    Grey below 80 % of the goal, amber above, red when the goal is missed.
    """
    if row.snoozed_until_ms is not None and row.snoozed_until_ms > moment.now_ms:
        until = short_when(row.snoozed_until_ms, moment.now_ms, moment.zone)
        return Chip(until, "quiet", "moon")
    if waited is None:
        return Chip(short_when(row.last_message_ms, moment.now_ms, moment.zone), "quiet")
    passed, share = waited
    if share >= 1:
        return Chip(durations.compact(passed), "error")
    return Chip(durations.compact(passed), "warn" if share > 0.8 else "quiet")


def outgoing(row: TicketRow, moment: Moment) -> Chip | None:
    """What became of the reply: on its way, in doubt, or not gone out."""
    state = row.outbox_state
    if row.alarm == "bounced":
        return Chip(_("came back"), "error", "circle-alert")
    if state == "failed" or row.alarm == "failed":
        return Chip(_("not sent"), "error", "circle-alert")
    if state == "uncertain" or row.alarm == "uncertain":
        return Chip(_("sent, not confirmed"), "error", "circle-question-mark")
    if state == "sending":
        return Chip(_("sending"), "plain", "send")
    if state not in {"held", "queued", "retrying"}:
        return None
    if _stale(row, moment):
        waits = durations.compact(moment.now_ms - (row.outbox_queued_ms or moment.now_ms))
        return Chip(_("not sent for {time}").format(time=waits), "warn", "triangle-alert")
    return Chip(_leaving(row, moment), "plain", "send")


def _stale(row: TicketRow, moment: Moment) -> bool:
    """Whether it has been waiting for more than a day (faults.md S7)."""
    if row.outbox_state is None or row.outbox_queued_ms is None:
        return False
    hold = HoldReason(row.outbox_hold) if row.outbox_hold else None
    state = OutboxState(row.outbox_state)
    return is_stale(state, hold, row.outbox_queued_ms, row.outbox_not_before_ms, moment.now_ms)


def _leaving(row: TicketRow, moment: Moment) -> str:
    until = row.outbox_not_before_ms
    if until is not None and until > moment.now_ms:
        seconds = seconds_left(until, moment.now_ms)
        if seconds <= 120:
            return _("leaves in {n} s").format(n=seconds)
        when = short_when(until, moment.now_ms, moment.zone)
        return _("leaves {when}").format(when=when)
    if row.outbox_state == "held" and until is None:
        return _("read first")
    if not moment.online:
        return _("leaves when online")
    return _("leaves soon") if row.outbox_state != "retrying" else _("trying again")


def marks(row: TicketRow) -> tuple[Chip, ...]:
    """Chips after the subject, before the tags."""
    found = []
    if row.woken_ms is not None:
        found.append(Chip(_("back from snooze"), "accent"))
    if row.thanked:
        found.append(Chip(_("thanked"), "ok"))
    if row.has_draft:
        found.append(Chip(_("draft"), "accent", "pencil"))
    if row.priority == "high":
        found.append(Chip(_("high"), "warn", "star"))
    return tuple(found)


def spoken(row: TicketRow, waited: tuple[int, float] | None, moment: Moment) -> str:
    """The row in one sentence: "Wang Li, Refund for order A123, waiting 26 hours, late, unread"."""
    parts = [row.customer_name or row.customer_address, row.subject or _("(no subject)")]
    if waited is not None:
        parts.append(_("waiting {time}").format(time=spoken_age(waited[0])))
        if waited[1] >= 1:
            parts.append(_("late"))
        elif waited[1] > 0.8:
            parts.append(_("nearly late"))
    leaving = outgoing(row, moment)
    if leaving is not None:
        parts.append(leaving.text)
    parts += [chip.text for chip in marks(row)]
    parts += [tag.name for tag in row.tags]
    if row.attachments:
        parts.append(_("with files"))
    if row.unread:
        parts.append(_("unread"))
    return ", ".join(parts)
