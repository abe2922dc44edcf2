"""Messages that bear on one another: by Message-IDs, by a survey's token, by a returned original.

`related` walks from one message over the mention table (indexed look-ups only). Tokens and the
originals of bounces stand there under names that no Message-ID can have, so that no header can
forge them. Must not change anything.
"""

from typing import Any, Final

from solodesk.domain.customers import address_keys
from solodesk.domain.ids import MessageId
from solodesk.domain.matching import Letter, valid_rfc_id
from solodesk.domain.message import Address, Kind, ParsedMessage
from solodesk.services import stored, summary
from solodesk.services.units import Desk
from solodesk.store import rows

MOST: Final = 400
"""Conversations with more messages are left as they came in: looking again costs their square."""


def marks_of(parsed: ParsedMessage) -> list[str]:
    """The names, beside Message-IDs, under which a message must be found again."""
    marks = []
    if parsed.survey is not None and parsed.survey.token is not None:
        marks.append(token_mark(parsed.survey.token))
    if parsed.bounce is not None and valid_rfc_id(parsed.bounce.original_message_id):
        marks.append(f"bounced:{parsed.bounce.original_message_id}")
    return marks


def token_mark(token: str) -> str:
    """The name of a survey's token in the mention table."""
    return f"rating:{token}"


def related(desk: Desk, start: rows.Slip) -> list[rows.Slip] | None:
    """`start` and every message that bears on it, directly or through others; None: too many."""
    found: dict[MessageId, rows.Slip] = {start.id: start}
    asked: set[str] = set()
    edge = [start]
    while edge:
        names = {name for slip in edge for name in _names(desk, slip)} - asked
        if not names:
            break
        asked |= names
        new = [m for m in desk.mentions.messages(names) if m not in found]
        if len(found) + len(new) > MOST:
            return None
        edge = desk.messages.slips(new) if new else []
        found.update((slip.id, slip) for slip in edge)
    return list(found.values())


def _names(desk: Desk, slip: rows.Slip) -> set[str]:
    names = {i for i in (slip.rfc_id, *slip.refs, *slip.in_reply_to) if valid_rfc_id(i)}
    if slip.direction == "out":
        names |= {f"bounced:{i}" for i in (slip.rfc_id,) if valid_rfc_id(i)}
        if slip.kind == Kind.SURVEY.value:
            survey = survey_of(desk, slip)
            names |= {token_mark(survey.token)} if survey is not None else set()
        return {name for name in names if name}
    bounce: dict[str, Any] = slip.bounce or {}
    original = bounce.get("original_message_id")
    if original and valid_rfc_id(original):
        names.add(original)
    token = (slip.survey or {}).get("token")
    return {name for name in (*names, token_mark(token) if token else None) if name}


def survey_of(desk: Desk, slip: rows.Slip) -> rows.Survey | None:
    """The survey that a mail of ours asked with."""
    for survey in desk.surveys.of_ticket(slip.ticket_id):
        if survey.rfc_id == slip.rfc_id:
            return survey
    return None


def letter_of_slip(desk: Desk, slip: rows.Slip, own: frozenset[str], *, from_sent: bool) -> Letter:
    """What the threading decision needs of a stored message; the same as on its arrival."""
    outgoing = slip.direction == "out"
    to_and_cc = (*stored.people(slip, "to"), *stored.people(slip, "cc"))
    return Letter(
        rfc_id=slip.rfc_id,
        in_reply_to=tuple(slip.in_reply_to),
        references=tuple(slip.refs),
        senders=frozenset() if outgoing else _writers(desk, slip) - own,
        others=address_keys(to_and_cc) - own,
        outgoing=outgoing,
        from_sent=from_sent,
        closer=slip.closer,
        history=slip.history,
        received_ms=slip.received_ms,
    )


def _writers(desk: Desk, slip: rows.Slip) -> frozenset[str]:
    """From and, for contact forms, the customer."""
    writers = address_keys((Address("", slip.from_address),))
    return writers | summary.writers_of(desk, slip) if summary.is_form(slip) else writers


def points_at(slip: rows.Slip) -> tuple[str, ...]:
    """Message-IDs a delivery report or a rating may be about, nearest first."""
    original = (slip.bounce or {}).get("original_message_id")
    ids = (original, *slip.in_reply_to, *reversed(slip.refs))
    return tuple(i for i in dict.fromkeys(ids) if i is not None and valid_rfc_id(i))
