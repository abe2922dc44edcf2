"""`tickets`, `ticket N`, `search`: reading what is there."""

from argparse import Namespace

from solodesk.base.errors import KnownError
from solodesk.cli import forms
from solodesk.cli.common import goals_due, moment, ticket_id
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers, amount, number
from solodesk.cli.session import Session
from solodesk.domain.ids import TicketId
from solodesk.domain.search_tree import Remark
from solodesk.domain.views import TicketRow, View
from solodesk.services import housekeeping, lists, searches
from solodesk.services.units import Reader
from solodesk.wording import durations, labels
from solodesk.wording.gettext import _, marked, ngettext
from solodesk.wording.search_words import sentence

OPERATORS = marked(
    'Words, "phrases", OR, -without, ( ), from: to: subject: tag: is: has:attachment before: '
    "after: older:7d newer:2w lang: kind: #123 csat<=2 wait>2d"
)


def register(subparsers: Subparsers) -> None:
    """The three commands."""
    listed = subparsers.add_parser("tickets")
    listed.add_argument("--view", choices=[view.value for view in View])
    listed.add_argument("--query")
    listed.add_argument("--saved", metavar="NAME")
    listed.add_argument("--tag")
    listed.add_argument("--limit", type=amount)
    listed.set_defaults(run=list_tickets)
    one = subparsers.add_parser("ticket")
    one.add_argument("number", type=number)
    one.set_defaults(run=show_ticket)
    found = subparsers.add_parser("search", epilog=_(OPERATORS))
    found.add_argument("query", nargs="+")
    found.add_argument("--limit", type=amount, default=50)
    found.add_argument("--by", choices=("newest", "relevance"), default="newest")
    found.set_defaults(run=search)


def list_tickets(args: Namespace, session: Session) -> int:
    """The tickets of a view (needs_reply), or those a query finds (in a view, if named)."""
    if args.saved or args.query:
        _mend(session)
    with session.store.read() as reader:
        if args.saved:
            args.query = searches.get(reader, args.saved).query
        ids = _wanted(reader, args)
        remarks = _remarks(reader, args.query)
        rows = lists.rows(reader, ids)
        ordered = [rows[i] for i in ids if i in rows]
        due = goals_due(reader, ordered)
        for row in ordered:
            session.output.line(forms.ticket(row, due.get(row.id)))
        now = moment(reader)
    if not ordered:
        session.output.text(_("Nothing here."))
    session.output.table(
        (_("Number"), _("Customer"), _("Subject"), _("Status"), _("Waiting"), _("Tags")),
        [_cells(row, now) for row in ordered],
    )
    _tell(session, remarks)
    return 0


def show_ticket(args: Namespace, session: Session) -> int:
    """One ticket with everything said in it."""
    with session.store.read() as reader:
        ticket = ticket_id(reader, args.number)
        row = lists.rows(reader, [ticket])[ticket]
        items = lists.conversation(reader, ticket)
        line = forms.ticket(row, goals_due(reader, [row]).get(ticket))
        line["conversation"] = [forms.conversation(item) for item in items]
        session.output.line(line, forms.ticket_text(row, items, moment(reader)))
    return 0


def search(args: Namespace, session: Session) -> int:
    """Messages that match, newest first."""
    _mend(session)
    with session.store.read() as reader:
        query = searches.understood(reader, " ".join(args.query))
        if not query and query.remarks:
            raise KnownError("not_understood", said=sentence(query.remarks[0]))
        if not query:
            raise KnownError("empty_query")
        hits = lists.search(reader, query, args.limit, args.by)
        now = moment(reader)
        for hit in hits:
            number = "" if hit.number is None else f"#{hit.number}"
            head = f"{number}  {hit.customer_name}  {cut(hit.subject, 50)}  {now.text(hit.at_ms)}"
            session.output.line(forms.hit(hit), f"{head}\n    {cut(hit.snippet, 100)}")
    if not hits:
        session.output.text(_("Nothing found."))
    else:
        found = ngettext("{n} message", "{n} messages", len(hits))
        session.output.text(found.format(n=len(hits)))
    _tell(session, query.remarks)
    return 0


def _wanted(reader: Reader, args: Namespace) -> list[TicketId]:
    view = View(args.view or View.NEEDS_REPLY)
    if not args.query:
        return lists.ids(reader, view, tag=args.tag)[: args.limit]
    found = lists.find_tickets(reader, searches.understood(reader, args.query))
    if args.view or args.tag:
        shown = set(lists.ids(reader, View(args.view or View.ALL), tag=args.tag))
        found = [ticket for ticket in found if ticket in shown]
    return found[: args.limit]


def _remarks(reader: Reader, query: str | None) -> tuple[Remark, ...]:
    return searches.understood(reader, query).remarks if query else ()


def _mend(session: Session) -> None:
    """After an update the index is made anew, here if no engine has done it yet."""
    if housekeeping.mend_search(session.store):
        session.output.progress(_("The search index is made anew; this takes a moment."))
        while housekeeping.mend_search(session.store):
            pass


def _tell(session: Session, remarks: tuple[Remark, ...]) -> None:
    """What was not understood, beside the result."""
    for remark in remarks:
        session.output.progress(sentence(remark))


def _cells(row: TicketRow, now: forms.Moment) -> tuple[str, ...]:
    since = row.waiting_since_ms
    return (
        "" if row.number is None else f"#{row.number}",
        cut(row.customer_name or row.customer_address, 24),
        cut(row.subject or _("(no subject)"), 46),
        labels.status(row.status),
        "" if since is None else durations.compact(now.now_ms - since),
        cut(" ".join(tag.name for tag in row.tags), 30),
    )
