"""The ratings of surveys judged anew, oldest first, when all answers to them are known.

A rating can come in before the survey mail it answers, and an earlier one after a later one
(surveys.py judges those that come in order). Must not decide what a valid rating is: that is
domain/survey.py's.
"""

from collections.abc import Mapping, Sequence

from solodesk.domain.ids import MessageId
from solodesk.domain.matching import JoinedBy
from solodesk.domain.message import Kind
from solodesk.domain.survey import Asked, Scale, Verdict, judge
from solodesk.services.relations import points_at, survey_of
from solodesk.services.units import Desk
from solodesk.store import rows

_RATERS = (Kind.PERSON.value, Kind.SURVEY.value)


def that_count(
    desk: Desk, slips: Sequence[rows.Slip]
) -> dict[MessageId, tuple[MessageId, JoinedBy]]:
    """The ratings that count and the survey mail each answers; `slips` oldest first."""
    found: dict[MessageId, tuple[MessageId, JoinedBy]] = {}
    for mail, survey in _asked(desk, slips):
        rating, first_ms = None, None
        for slip in slips:
            if not _answers(slip, mail, survey):
                continue
            digit = (slip.survey or {}).get("digit")
            asked = Asked(Scale(survey.scale), survey.address, survey.expires_ms, rating, first_ms)
            verdict = judge(
                asked,
                sender=slip.from_address,
                digit=digit,
                at_ms=slip.received_ms,
                kind=Kind(slip.kind),
            )
            if verdict in (Verdict.COUNTS, Verdict.REPLACES):
                rating = digit
                first_ms = slip.received_ms if first_ms is None else first_ms
                found[slip.id] = (mail.id, JoinedBy.TOKEN)
    return found


def count(
    desk: Desk,
    slips: Sequence[rows.Slip],
    follows: Mapping[MessageId, tuple[MessageId, JoinedBy]],
) -> bool:
    """Write down what each survey's last rating is, and which messages are ratings.

    `slips` as they lay before they were moved; events are retelling.py's. Returns whether a
    message is now something else than before.
    """
    changed = False
    for mail, survey in _asked(desk, slips):
        given = [slip for slip in slips if follows.get(slip.id, (None,))[0] == mail.id]
        given = [slip for slip in given if slip.survey is not None]
        here = desk.messages.slips([mail.id])[0].ticket_id
        columns: dict[str, object] = {"ticket_id": here}
        if given:
            last = given[-1]
            answer = last.survey or {}
            columns |= {
                "rating": answer.get("digit"),
                "comment": answer.get("comment"),
                "rated_ms": last.received_ms,
                "rated_message_id": last.id,
            }
        elif survey.rated_message_id in {slip.id for slip in slips}:
            columns |= dict.fromkeys(("rating", "comment", "rated_ms", "rated_message_id"))
        desk.surveys.update(survey.id, **columns)
    for slip in slips:
        if slip.direction == "in" and slip.survey is not None and slip.kind in _RATERS:
            counts = follows.get(slip.id, (None, None))[1] is JoinedBy.TOKEN
            changed = desk.messages.update(slip.id, kind=_RATERS[counts]) or changed
    return changed


def _asked(desk: Desk, slips: Sequence[rows.Slip]) -> list[tuple[rows.Slip, rows.Survey]]:
    """The survey mails among the messages."""
    mails = (s for s in slips if s.direction == "out" and s.kind == Kind.SURVEY.value)
    pairs = ((mail, survey_of(desk, mail)) for mail in mails)
    return [(mail, survey) for mail, survey in pairs if survey is not None]


def _answers(slip: rows.Slip, mail: rows.Slip, survey: rows.Survey) -> bool:
    """Whether a message means this survey: by its token, or as a reply to the survey mail."""
    if slip.direction != "in" or slip.survey is None or slip.kind not in _RATERS:
        return False
    token = slip.survey.get("token")
    return token == survey.token if token is not None else mail.rfc_id in points_at(slip)
