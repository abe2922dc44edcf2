"""`survey send N` and `surveys`."""

from argparse import Namespace
from typing import Any

from solodesk.cli import forms
from solodesk.cli.parsing import Subparsers, number
from solodesk.cli.session import Session
from solodesk.domain.survey import Scale
from solodesk.services import surveys, tickets
from solodesk.services.units import Reader
from solodesk.store.rows import Survey
from solodesk.wording import labels
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """The two commands."""
    survey = subparsers.add_parser("survey")
    parts = survey.add_subparsers(dest="part", required=True)
    send = parts.add_parser("send")
    send.add_argument("number", type=number)
    send.add_argument("--scale", choices=[s.value for s in Scale])
    send.add_argument("--no-delay", action="store_true")
    send.set_defaults(run=run_send)
    listed = subparsers.add_parser("surveys")
    listed.set_defaults(run=run_list)


def run_send(args: Namespace, session: Session) -> int:
    """Queue a survey mail for a ticket's customer."""
    with session.store.write(label=("survey.send", {}), durable=True) as desk:
        ticket = tickets.by_number(desk, args.number)
        outbox = surveys.send(
            desk,
            ticket,
            scale=None if args.scale is None else Scale(args.scale),
            delay_s=0 if args.no_delay else None,
        )
        survey = desk.surveys.by_outbox(outbox)
        line = {} if survey is None else _line(desk, survey)
    session.output.line(line, _("The question is on its way."))
    return 0


def run_list(_args: Namespace, session: Session) -> int:
    """All surveys, newest first."""
    with session.store.read() as reader:
        found = surveys.all(reader)
        lines = [_line(reader, survey) for survey in found]
    for survey, line in zip(found, lines, strict=True):
        rated = "—" if survey.rating is None else labels.rating(survey.scale, survey.rating)
        session.output.line(line, f"#{line['ticket']}  {rated}  {survey.comment or ''}".rstrip())
    if not found:
        session.output.text(_("No ratings yet."))
    return 0


def _line(reader: Reader, survey: Survey) -> dict[str, Any]:
    row = reader.tickets.get(reader.tickets.final(survey.ticket_id))
    return {
        "survey": int(survey.id),
        "ticket": None if row is None else row.number,
        "scale": survey.scale,
        "sent": forms.iso(survey.sent_ms),
        "rating": survey.rating,
        "comment": survey.comment,
        "rated": forms.iso(survey.rated_ms),
        "bounced": forms.iso(survey.bounced_ms),
        "outbox": None if survey.outbox_id is None else int(survey.outbox_id),
    }
