"""What is told above a conversation about mail of it that has not left: state, reason, age, and
what the owner can do. Pure: facts in, words out. Must not decide anything about delivery.

Acts: look (ask the server again), decide (the dialog), edit (bring it back as a draft), retry
(send now), wake (the engine reads and sends now), take_back, read (go to what came in), calm (the
owner knows).
"""

import re
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

from solodesk.base.errors import KnownError
from solodesk.domain.automation import ACKNOWLEDGEMENT
from solodesk.domain.views import OutboxRow, TicketRow
from solodesk.wording import dates, durations, errors
from solodesk.wording.gettext import _

Buttons = tuple[tuple[str, str], ...]

_SOON_MS: Final = 60_000
"""What leaves within a minute of its time is not worth a bar."""
_ENDS: Final = ".!?…。！？"
_WIDE_ENDS: Final = "。！？"
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_URGENCY: Final = ("uncertain", "failed", "held", "retrying", "queued")


@dataclass(frozen=True, slots=True)
class Told:
    """A bar: tone error, warn or quiet."""

    outbox: int
    title: str
    sentence: str
    buttons: Buttons
    tone: str = "error"


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, in the owner's zone."""

    now_ms: int
    zone: ZoneInfo


def told(ticket: TicketRow, rows: tuple[OutboxRow, ...], moment: Moment) -> Told | None:
    """The bar for the row that needs the owner most; None when all leave by themselves."""
    waiting = sorted(
        (row for row in rows if row.state in _URGENCY),
        key=lambda row: (row.purpose == ACKNOWLEDGEMENT, _URGENCY.index(row.state), row.id),
    )
    for row in waiting:
        found = _of(row, ticket.customer_name or ticket.customer_address, moment)
        if found is not None:
            return _aged(found, row, moment)
    return _refused_by_some(ticket, rows)


def _of(row: OutboxRow, name: str, moment: Moment) -> Told | None:
    if row.state == "uncertain":
        return Told(
            row.id,
            _("Sent, not confirmed"),
            _(
                "The connection broke while this reply was handed over. It may have reached {name}."
                " SoloDesk has not sent it again."
            ).format(name=name),
            (("look", _("Look again")), ("decide", _("Decide…"))),
        )
    if row.state == "failed":
        buttons = (_back(row), ("retry", _("Try again")))
        return Told(row.id, _title(row, failed=True), _reason(row), buttons)
    if row.state == "held":
        return _held(row, moment)
    if row.state == "retrying":
        again = _("Next attempt: {when}.").format(
            when=dates.moment(row.not_before_ms or moment.now_ms, moment.zone, moment.now_ms)
        )
        sentence = _joined(_reason(row), again)
        return Told(row.id, _title(row), sentence, (("retry", _("Send now")), _back(row)), "warn")
    if row.state == "queued" and moment.now_ms - row.queued_ms > _SOON_MS:
        words = _("It goes out as soon as there is a connection and the mailbox has been read.")
        choices = (("wake", _("Look again")), ("retry", _("Send anyway")), _back(row))
        return Told(row.id, _title(row), words, choices, "quiet")
    return None


def _held(row: OutboxRow, moment: Moment) -> Told | None:
    first = ("read", _("Read first"))
    anyway = ("retry", _("Send anyway"))
    if row.hold_reason == "answered_elsewhere":
        return Told(
            row.id,
            _("You answered from elsewhere before your reply left"),
            _("Your reply waits. Read that answer first, or send yours anyway."),
            (first, anyway, _back(row)),
            "warn",
        )
    if row.hold_reason == "later" and row.not_before_ms is not None:
        when = dates.moment(row.not_before_ms, moment.zone, moment.now_ms)
        return Told(
            row.id,
            _("Leaves {when}").format(when=when),
            _("It leaves by itself while SoloDesk is open."),
            (("retry", _("Send now")), _back(row)),
            "quiet",
        )
    if row.hold_reason == "undo_window":
        return None
    return Told(
        row.id,
        _("New mail came in before your reply left"),
        _("Your reply waits. Read the new message first, or send it anyway."),
        (first, anyway, _back(row)),
        "warn",
    )


def _title(row: OutboxRow, *, failed: bool = False) -> str:
    if row.purpose == ACKNOWLEDGEMENT:
        return _("The acknowledgement did not go out") if failed else _("Not sent yet")
    if row.purpose == "survey":
        return _("The question for a rating did not go out") if failed else _("Not sent yet")
    return _("This reply did not go out") if failed else _("Not sent yet")


def _back(row: OutboxRow) -> tuple[str, str]:
    """A reply comes back as a draft; what a rule or a template wrote is only taken back."""
    if row.purpose in (ACKNOWLEDGEMENT, "survey"):
        return "take_back", _("Take back")
    return "edit", _("Edit again")


def _reason(row: OutboxRow) -> str:
    if row.reason is None:
        return ""
    code, params = row.reason
    error = KnownError(code, **params)
    if row.state != "failed":
        return errors.sentence(error)  # "tries again by itself" is said with its time
    if code == "recipient_refused":
        return _joined(errors.sentence(error), _("Correct the address and send it again."))
    return _joined(errors.sentence(error), errors.hint(error))


def _joined(*sentences: str) -> str:
    """Sentences one after the other; what a server said may end without a full stop."""
    whole = ""
    for each in filter(None, (sentence.strip() for sentence in sentences)):
        if whole and whole[-1] not in _ENDS:
            whole += "。" if _CHINESE.search(each) else "."
        whole += each if not whole or whole[-1] in _WIDE_ENDS else f" {each}"
    return whole


def _aged(found: Told, row: OutboxRow, moment: Moment) -> Told:
    """Say since when it waits; after a day, that it may no longer hold."""
    if row.hold_reason in ("later", "undo_window"):
        return found
    if row.stale:
        age = _("It has been waiting for {time}: look whether it still holds.").format(
            time=durations.long(moment.now_ms - row.queued_ms)
        )
    else:
        when = dates.moment(row.queued_ms, moment.zone, moment.now_ms)
        age = _("Written {when}.").format(when=when)
    return replace(found, sentence=_joined(found.sentence, age))


def _refused_by_some(ticket: TicketRow, rows: tuple[OutboxRow, ...]) -> Told | None:
    """It has left, and somebody's server would not take it."""
    if ticket.alarm != "failed":
        return None
    for row in reversed(rows):
        refused = [each for each in row.recipients if each[1] == "refused"]
        if row.state == "sent" and row.reason is not None and refused:
            people = ", ".join(address for address, _state, _reply in refused)
            words = _("{people} did not get this reply; everybody else has it. {reply}").format(
                people=people, reply=refused[0][2] or ""
            )
            title = _("Not everybody got it")
            return Told(row.id, title, words.strip(), (("calm", _("Got it")),))
    return None
