"""One act on tickets each: note, tag, status, snooze, merge, split, join, their undoing, contact.

Every act is one undo step and prints the lines of the tickets it touched.
"""

import re
from argparse import Namespace
from collections.abc import Callable, Sequence
from typing import Final

from solodesk.base.errors import KnownError
from solodesk.cli import forms
from solodesk.cli.common import moment, show_tickets, text_of
from solodesk.cli.parsing import Subparsers, WrongUse, amount, number
from solodesk.cli.session import Session
from solodesk.domain.events import Actor
from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.ticket import Channel, Status
from solodesk.services import ticket_returns, tickets
from solodesk.services.units import Desk
from solodesk.wording.gettext import _

_NUMBER: Final = re.compile(r"#?[0-9]{1,15}")
# Codes of acts as the window's catalogue names them, so that undo has words for them.
_STATUS_CODES: Final = {
    Status.OPEN: "ticket.reopen",
    Status.WAITING: "ticket.wait",
    Status.CLOSED: "ticket.close",
    Status.SPAM: "ticket.spam",
}


def register(subparsers: Subparsers) -> None:
    """All acts."""
    note = subparsers.add_parser("note")
    note.add_argument("number", type=number)
    note.add_argument("--text", required=True)
    note.set_defaults(run=run_note)
    tag = subparsers.add_parser("tag", prefix_chars="\0")
    tag.add_argument("words", nargs="+", metavar="N +tag -tag")
    tag.set_defaults(run=run_tag)
    status = subparsers.add_parser("status")
    status.add_argument("numbers", nargs="+", type=number, metavar="N")
    status.add_argument("status", choices=[s.value for s in Status])
    status.set_defaults(run=run_status)
    snooze = subparsers.add_parser("snooze")
    snooze.add_argument("number", type=number)
    snooze.add_argument("when", nargs="+", help=_("3d, 2h, tomorrow 09:00, 2026-09-07 09:00, off"))
    snooze.add_argument("--even-if-they-write", action="store_true")
    snooze.set_defaults(run=run_snooze)
    _register_moves(subparsers)
    contact = subparsers.add_parser("contact")
    contact.add_argument("address")
    contact.add_argument("--channel", choices=[c.value for c in Channel], required=True)
    contact.add_argument("--direction", choices=("in", "out"), default="in")
    contact.add_argument("--minutes", type=amount, default=0)
    contact.add_argument("--text", default="")
    contact.set_defaults(run=run_contact)
    undo = subparsers.add_parser("undo")
    undo.add_argument("number", nargs="?", type=number)
    undo.set_defaults(run=run_undo)


def _register_moves(subparsers: Subparsers) -> None:
    merge = subparsers.add_parser("merge")
    merge.add_argument("numbers", nargs="+", type=number, metavar="N")
    merge.add_argument("into", type=number)
    merge.set_defaults(run=run_merge)
    split = subparsers.add_parser("split")
    split.add_argument("number", type=number)
    split.add_argument("message", type=number)
    split.set_defaults(run=run_split)
    join = subparsers.add_parser("join")
    join.add_argument("message", type=number)
    join.add_argument("number", type=number)
    join.set_defaults(run=run_join)
    unmerge = subparsers.add_parser("unmerge")
    unmerge.add_argument("number", type=number)
    unmerge.set_defaults(run=run_unmerge)
    unjoin = subparsers.add_parser("unjoin")
    unjoin.add_argument("message", type=number)
    unjoin.set_defaults(run=run_unjoin)


def run_note(args: Namespace, session: Session) -> int:
    """Write a note."""
    text = text_of(args.text)
    act(session, "ticket.note", [args.number], lambda d, ids: tickets.add_note(d, ids[0], text))
    return 0


def run_tag(args: Namespace, session: Session) -> int:
    """`tag N +t -u`: words without a sign are put on."""
    if args.words[0] in ("-h", "--help"):
        session.output.text("solodesk tag N +t -u")
        return 0
    if not _NUMBER.fullmatch(args.words[0]) or len(args.words) < 2:
        raise WrongUse(_("Say which ticket, then +tag or -tag."), "solodesk tag N +t -u")
    number = int(args.words[0].lstrip("#"))
    remove = [word[1:] for word in args.words[1:] if word.startswith("-")]
    add = [word.removeprefix("+") for word in args.words[1:] if not word.startswith("-")]
    act(session, "ticket.tag", [number], lambda d, ids: tickets.tag(d, ids, add, remove))
    return 0


def run_status(args: Namespace, session: Session) -> int:
    """Set a status."""
    wanted = Status(args.status)
    acts: dict[Status, Callable[[Desk, Sequence[TicketId]], object]] = {
        Status.CLOSED: tickets.close,
        Status.OPEN: tickets.reopen,
    }
    usual = acts.get(wanted, lambda d, ids: tickets.set_status(d, ids, wanted.value))
    act(session, _STATUS_CODES[wanted], args.numbers, usual)
    return 0


def run_snooze(args: Namespace, session: Session) -> int:
    """Put aside until later; `off` takes it back."""
    words = " ".join(args.when)
    if words == "off":
        act(session, "ticket.unsnooze", [args.number], tickets.unsnooze)
        return 0
    wake = not args.even_if_they_write
    act(
        session,
        "ticket.snooze",
        [args.number],
        lambda d, ids: tickets.snooze(d, ids, forms.when_ms(words, moment(d)), wake),
    )
    return 0


def run_merge(args: Namespace, session: Session) -> int:
    """Merge tickets into another; prints the one that remains."""
    with session.store.write(label=("ticket.merge", {"n": len(args.numbers)})) as desk:
        into = tickets.by_number(desk, args.into)
        tickets.merge(desk, [tickets.by_number(desk, n) for n in args.numbers], into)
    show_tickets(session, [into], _("Merged into #{ticket}."))
    return 0


def run_split(args: Namespace, session: Session) -> int:
    """A message becomes a ticket of its own; prints the new ticket."""
    with session.store.write(label=("ticket.split", {})) as desk:
        ticket = tickets.by_number(desk, args.number)
        made = tickets.split(desk, ticket, MessageId(args.message))
    show_tickets(session, [made], _("New ticket #{ticket}."))
    return 0


def run_join(args: Namespace, session: Session) -> int:
    """Move a message to a ticket; prints that ticket."""
    with session.store.write(label=("ticket.join", {})) as desk:
        ticket = tickets.by_number(desk, args.number)
        tickets.join(desk, MessageId(args.message), ticket)
    show_tickets(session, [ticket], _("The message is in #{ticket} now."))
    return 0


def run_unmerge(args: Namespace, session: Session) -> int:
    """Bring back a merged ticket (or the last one merged into N); prints it."""
    with session.store.write(label=("ticket.unmerge", {})) as desk:
        ticket = ticket_returns.unmerge_number(desk, args.number)
    show_tickets(session, [ticket], _("#{ticket} is a ticket of its own again."))
    return 0


def run_unjoin(args: Namespace, session: Session) -> int:
    """Take a message out of its ticket, with the answers to it; prints where it is now."""
    with session.store.write(label=("ticket.unjoin", {})) as desk:
        ticket = ticket_returns.unjoin(desk, MessageId(args.message))
    show_tickets(session, [ticket], _("The message is in #{ticket} now."))
    return 0


def run_contact(args: Namespace, session: Session) -> int:
    """Log a contact in the customer's latest open ticket, or a new one."""
    text = text_of(args.text)
    with session.store.write(label=("ticket.contact", {})) as desk:
        ticket = tickets.contact_ticket(desk, args.address)
        tickets.log_contact(desk, ticket, args.channel, args.direction, args.minutes, text)
    show_tickets(session, [ticket], _("Logged in #{ticket}."))
    return 0


def run_undo(args: Namespace, session: Session) -> int:
    """Take back the last act (the last on a ticket); prints the tickets that changed."""
    with session.store.write(actor=Actor.OWNER) as desk:
        ticket = None if args.number is None else tickets.by_number(desk, args.number)
        done = tickets.undo(desk, ticket)
        if done is None:
            raise KnownError("nothing_to_undo")
        there = [t for t in sorted(done.changes.tickets) if desk.tickets.get(TicketId(t))]
    for table, fields in done.conflicts:
        session.output.progress(
            _("Left as it is, for it has changed since: {what}").format(
                what=", ".join(fields) or table
            )
        )
    show_tickets(session, [TicketId(t) for t in there], _("#{ticket} is as it was before."))
    return 0


def act(
    session: Session,
    code: str,
    numbers: Sequence[int],
    change: Callable[[Desk, Sequence[TicketId]], object],
) -> None:
    """One act on tickets by number, as one undo step; prints their lines."""
    with session.store.read() as reader:
        first = reader.tickets.by_number(numbers[0])
        subject = "" if first is None else first.subject
    label = (code, {"n": len(numbers), "subject": subject})
    with session.store.write(label=label) as desk:
        ids = [tickets.by_number(desk, number) for number in numbers]
        change(desk, ids)
    show_tickets(session, ids, _("#{ticket}: done."))
