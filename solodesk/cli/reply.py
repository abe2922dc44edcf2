"""`reply N`: an answer from the command line, written offline and queued like any other."""

from argparse import Namespace
from dataclasses import replace

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.cli import forms
from solodesk.cli.common import moment, text_of, ticket_id
from solodesk.cli.parsing import Subparsers, WrongUse, number
from solodesk.cli.session import Session
from solodesk.domain.ids import OutboxId, TicketId
from solodesk.domain.ticket import Status
from solodesk.services import draft_html, drafts, lists, replies, responses, templates
from solodesk.services.replies import Draft
from solodesk.services.units import Reader
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """The command."""
    parser = subparsers.add_parser("reply")
    parser.add_argument("number", type=number)
    parser.add_argument("--canned", metavar="NAME")
    parser.add_argument("--fill", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--text")
    parser.add_argument("--status", choices=[s.value for s in Status], default="waiting")
    parser.add_argument("--snooze", metavar="WHEN")
    parser.add_argument("--later", metavar="WHEN")
    parser.add_argument("--no-delay", action="store_true")
    parser.add_argument("--identity", metavar="ADDRESS")
    parser.add_argument("--all", action="store_true", help=_("answer everybody"))
    parser.add_argument("--dry-run", action="store_true")
    parser.set_defaults(run=run)


def run(args: Namespace, session: Session) -> int:
    """Queue the answer and print its outbox line; with open blanks: exit 3 and their list."""
    answers = _answers(args.fill)
    text = None if args.text is None else text_of(args.text)
    with session.store.read() as reader:
        ticket = ticket_id(reader, args.number)
        draft = _draft(reader, args, ticket, text, answers)
        written = draft_html.read(draft.body_html)
        if args.dry_run:
            return _dry_run(session, args, draft, written)
    if written.blanks:
        return _blanks(session, written.blanks)
    with session.store.write(label=("ticket.reply", {"n": 1}), durable=True) as desk:
        now = moment(desk)
        done = replies.send(
            desk,
            draft,
            status_after=args.status,
            snooze_after_ms=args.snooze and forms.when_ms(args.snooze, now),
            later_ms=args.later and forms.when_ms(args.later, now),
            delay_s=0 if args.no_delay else None,
        )
        if args.canned:
            responses.used(desk, args.canned)
    show_outbox(session, done.outbox)
    return 0


def show_outbox(session: Session, outbox: OutboxId) -> None:
    """Print the line of an outbox row."""
    with session.store.read() as reader:
        now = moment(reader)
        for row in lists.outbox(reader, ended=True):
            if row.id == outbox:
                session.output.line(forms.outbox(row), forms.outbox_text(row, now))


def _draft(
    reader: Reader, args: Namespace, ticket: TicketId, text: str | None, answers: dict[str, str]
) -> Draft:
    mode = "reply_all" if args.all else "reply"
    stored = drafts.of_ticket(reader, ticket)
    draft = replies.draft_for(reader, ticket, mode=mode)
    body = ""
    if args.canned:
        prepared = responses.prepare(reader, args.canned, ticket)
        pieces = templates.fill(prepared.pieces, answers)
        body = responses.prepared_html(pieces)
        draft = replace(draft, attachments=(*draft.attachments, *prepared.attachments))
    if text is not None:
        body += draft_html.from_text(text)
    if body:
        kept = draft.body_html.removeprefix("<p></p>") if stored is None else ""
        draft = replace(draft, body_html=body + kept)
    elif stored is None:
        raise WrongUse(
            _("Say what to answer: --text, --canned, or write a draft first."),
            "solodesk reply N --text -",
        )
    else:
        draft = replace(draft, body_html=_fill_draft(draft.body_html, answers))
    return _from(reader, draft, args.identity)


def _fill_draft(body: str, answers: dict[str, str]) -> str:
    """Fill the blanks of a stored draft (a macro may have left some)."""
    return draft_html.fill(body, {templates.blank_key(k): v for k, v in answers.items()})


def _from(reader: Reader, draft: Draft, address: str | None) -> Draft:
    if address is None:
        return draft
    found = reader.accounts.identity_by_address(address)
    if found is None:
        raise KnownError("no_such_identity", identity=address)
    return replace(draft, identity=found.id, identity_address=found.address)


def _answers(given: list[str]) -> dict[str, str]:
    answers = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise WrongUse(_("--fill wants KEY=VALUE."), "--fill order_number=A123")
        answers[key.strip()] = value
    return answers


def _blanks(session: Session, blanks: tuple[str, ...]) -> int:
    """Exit 3: the owner has to fill them."""
    names = [{"key": key, "label": templates.label(key)} for key in blanks]
    session.output.line({"blanks": names})
    error = NeedsOwner("blank_open", count=len(blanks), blanks=blanks)
    code = session.output.fault(error)
    for name in names:
        session.output.text(f"  --fill {name['key']}=…   ({name['label']})")
    return code


def _dry_run(session: Session, args: Namespace, draft: Draft, written: draft_html.Written) -> int:
    """Print what would be queued; stores nothing."""
    data = {
        "dry_run": True,
        "ticket": args.number,
        "from": draft.identity_address or None,
        "to": [forms.address(p) for p in draft.to],
        "cc": [forms.address(p) for p in draft.cc],
        "subject": draft.subject,
        "text": written.text,
        "html": written.html,
        "attachments": [file.name for file in draft.attachments],
        "status": args.status,
        "blanks": [{"key": key, "label": templates.label(key)} for key in written.blanks],
    }
    people = ", ".join(p.address for p in (*draft.to, *draft.cc))
    session.output.line(data, f"→ {people}\n{draft.subject}\n\n{written.text}")
    return 3 if written.blanks else 0
