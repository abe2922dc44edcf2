"""The words of an acknowledgement: Liquid of the owner's, or ours, with an honest expected time.

"By when" is the goal for the first answer counted in business hours from now, so that a mail on
Friday evening hears of Monday. Must not queue anything nor decide whether it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from solodesk.base.errors import KnownError
from solodesk.domain.pieces import PieceKind
from solodesk.services import settings, template_values, templates
from solodesk.services.business_time import business_hours
from solodesk.services.units import Reader
from solodesk.wording import dates
from solodesk.wording.gettext import _, marked, speaking

if TYPE_CHECKING:
    from solodesk.store import rows

_ROUND_MS: Final = 15 * 60_000
_OURS: Final = marked(
    "{{ customer.greeting }},\n\n"
    "thank you for your message. It has arrived and a person will read it.\n"
    "{% if answer.by %}"
    "{% if shop.open %}I expect to answer by {{ answer.by }}."
    "{% else %}I am out of office hours now and expect to answer by {{ answer.by }}.{% endif %}\n"
    "{% endif %}"
    "If you want to add something, just answer this mail.\n\n"
    "{{ me.business }}\n\n"
    "(This mail was written automatically.)"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """An acknowledgement in words."""

    subject: str
    text: str


def is_open(reader: Reader) -> bool:
    """Whether the owner is open now."""
    return business_hours(reader).is_open(reader.now_ms)


def write(reader: Reader, ticket: rows.Ticket, message: rows.Message) -> Letter:
    """The acknowledgement of a ticket's first message, in the customer's language.

    KnownError("template_broken"), or ("blank_open", count, blanks) when the owner's text wants a
    value that is not known: then nothing is sent.
    """
    spoken = "zh" if template_values.language_of(reader, ticket.id) == "zh" else "en"
    body = str(settings.get(reader, f"acknowledge_text_{spoken}")).strip()
    with speaking(spoken):
        body = body or _(_OURS)
        subject = _("Automatic reply: {subject}").format(subject=ticket.subject).strip()
    text = _filled(body, _values(reader, ticket, message, spoken), spoken)
    return Letter(subject, text)


def _filled(body: str, values: templates.Values, language: str) -> str:
    known = template_values.fallbacks(language)
    parts: list[str] = []
    blanks: list[str] = []
    for piece in templates.render(body, values):
        if piece.kind is PieceKind.BLANK and piece.key in known:
            parts.append(known[piece.key])
        elif piece.kind is PieceKind.BLANK:
            blanks.append(piece.key)
        else:
            parts.append(piece.text)
    if blanks:
        raise KnownError("blank_open", count=len(blanks), blanks=tuple(blanks))
    return "".join(parts).strip()


def _values(
    reader: Reader, ticket: rows.Ticket, message: rows.Message, language: str
) -> templates.Values:
    values = template_values.values(reader, ticket.id, language)
    me = dict(values["me"]) if isinstance(values["me"], dict) else {}
    if "business" not in me and "name" in me:
        me["business"] = me["name"]
    by = _expected(reader, message, language)
    shop = {"open": "yes"} if is_open(reader) else {}
    return {**values, "me": me, "shop": shop, "answer": {} if by is None else {"by": by}}


def _expected(reader: Reader, message: rows.Message, language: str) -> str | None:
    """`Mon 4 Nov, 13:15`, with the zone when the customer's clock is another; None: never open."""
    goal_ms = int(settings.get(reader, "goal_first_s")) * 1000
    by = business_hours(reader).add_worked(reader.now_ms, goal_ms)
    if by is None:
        return None
    by += -by % _ROUND_MS
    zone = settings.zone(reader)
    then = dates.local(by, zone)
    with speaking(language):
        told = dates.full_moment(then, dates.local(reader.now_ms, zone).year)
        offset = then.utcoffset()
        minutes = None if offset is None else int(offset.total_seconds()) // 60
        if message.date_offset_min == minutes:
            return told
        return f"{told}, {dates.zone_name(zone, by)}"
