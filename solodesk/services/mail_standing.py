"""How a ticket stands when only mail has spoken: status, unread, alarm, told oldest first.

The same rules as on arrival (ticket.py), for tickets in which the owner has decided nothing yet.
Must not store anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from solodesk.domain.events import Actor
from solodesk.domain.message import Kind
from solodesk.domain.survey import Scale, is_happy
from solodesk.domain.ticket import Alarm, Status, after_customer_mail, after_our_answer
from solodesk.services import summary
from solodesk.services.mail_events import Fact, Follows, begins
from solodesk.services.units import Desk
from solodesk.store import rows


@dataclass(slots=True)
class Stand:
    """The standing after some messages, and the status events on the way."""

    status: Status = Status.OPEN
    unread: bool = False
    history: bool = False
    alarm: Alarm | None = None
    events: list[Fact] = field(default_factory=list)
    writers: frozenset[str] = frozenset()

    def turn(self, status: Status, reason: str, actor: Actor, at_ms: int) -> None:
        """Change the status, with its event when it differs."""
        if status is not self.status:
            data = {"from": self.status.value, "to": status.value, "reason": reason}
            self.events.append(Fact("status", at_ms, actor, None, data))
            self.status = status


def told(
    desk: Desk, slips: Sequence[rows.Slip], follows: Follows, scales: Sequence[rows.Survey]
) -> Stand:
    """The standing that follows from `slips` (in order, no copies); `scales`: its surveys."""
    stand = Stand()
    for number, slip in enumerate(slips):
        if slip.direction == "out":
            _we_wrote(stand, slip, first=number == 0)
            continue
        stand.writers |= summary.writers_of(desk, slip)
        if number == 0:
            stand.status = Status.CLOSED if slip.history else Status.OPEN
            stand.history = slip.history
            stand.unread = not slip.seen and not slip.history
        if not slip.history:
            _they_wrote(stand, slip, follows, scales, first=number == 0)
    return stand


def _we_wrote(stand: Stand, slip: rows.Slip, *, first: bool) -> None:
    if first:
        # A mail to ourselves waits for nobody.
        waits = bool(slip.customer_id) and not slip.history
        stand.status = Status.WAITING if waits else Status.CLOSED
        stand.history = slip.history
        return
    asks = slip.kind in (Kind.SURVEY.value, Kind.AUTO_REPLY.value) or begins(slip)
    answers = not stand.writers or bool(summary.readers_of(slip) & stand.writers)
    if asks or not answers or slip.history:
        return
    after = after_our_answer(stand.status, None)
    stand.unread, stand.alarm = False, None
    stand.turn(after, "replied", Actor.OWNER, slip.received_ms)


def _they_wrote(
    stand: Stand,
    slip: rows.Slip,
    follows: Follows,
    scales: Sequence[rows.Survey],
    *,
    first: bool,
) -> None:
    at_ms = slip.received_ms
    if slip.kind == Kind.PERSON.value:
        after = after_customer_mail(stand.status, closer=slip.closer, wake_on_reply=True)
        stand.history = False
        stand.unread = stand.unread or not slip.seen
        if first:
            stand.status = after.status
        stand.turn(after.status, "customer_wrote", Actor.CUSTOMER, at_ms)
    elif slip.kind == Kind.BOUNCE.value and slip.id in follows:
        if (slip.bounce or {}).get("permanent") and not _of_survey(slip, follows, scales):
            stand.alarm, stand.unread = Alarm.BOUNCED, True
            stand.turn(Status.OPEN, "bounced", Actor.ENGINE, at_ms)
    elif slip.kind == Kind.SURVEY.value and slip.id in follows and _unhappy(slip, scales):
        stand.unread = stand.unread or stand.status in (Status.CLOSED, Status.WAITING)
        if stand.status is not Status.SPAM:
            stand.turn(Status.OPEN, "unhappy_rating", Actor.CUSTOMER, at_ms)


def _of_survey(slip: rows.Slip, follows: Follows, scales: Sequence[rows.Survey]) -> bool:
    ids = {(slip.bounce or {}).get("original_message_id"), *slip.in_reply_to, *slip.refs}
    return any(survey.rfc_id in ids for survey in scales) and slip.id in follows


def _unhappy(slip: rows.Slip, scales: Sequence[rows.Survey]) -> bool:
    answer = slip.survey or {}
    for survey in scales:
        if answer.get("token") in (survey.token, None) and answer.get("comment"):
            return not is_happy(Scale(survey.scale), int(answer.get("digit") or 0))
    return False
