"""`solodesk figures`: one line a figure (cli.md)."""

from argparse import ArgumentParser, Namespace

from solodesk.base.errors import KnownError
from solodesk.cli.parsing import Subparsers, number
from solodesk.cli.session import Session
from solodesk.services import figures
from solodesk.wording import figures as words
from solodesk.wording.gettext import _


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "figures", description=_("Response times, goals and satisfaction of a period.")
    )
    add_period(parser)
    parser.add_argument("--clock", choices=("business", "calendar"), default="business")
    parser.add_argument("--account", type=number, help=_("only this mailbox"))
    parser.add_argument("--tag", help=_("only tickets with this tag"))
    parser.add_argument("key", nargs="*", help=_("only these figures"))
    parser.set_defaults(run=run)


def add_period(parser: ArgumentParser) -> None:
    """The options that name a period; without any: this month."""
    parser.add_argument("--month", metavar="YYYY-MM")
    parser.add_argument("--from", dest="first", metavar="DAY", help=_("first day, as 2026-10-01"))
    parser.add_argument("--until", dest="last", metavar="DAY", help=_("last day, included"))


def run(args: Namespace, session: Session) -> int:
    """Print the figures."""
    with session.store.read() as reader:
        period = figures.period_of(reader, month_text=args.month, first=args.first, last=args.last)
        if args.account is not None and reader.accounts.get(args.account) is None:
            raise KnownError("no_such_account", account=args.account)
        found = figures.figures(
            reader,
            period,
            clock=args.clock,
            account=args.account,
            tag=args.tag,
            keys=args.key or None,
        )
        numbers = figures.ticket_numbers(reader, found)
    for figure in found:
        session.output.line(figures.as_json(figure, numbers))
    session.output.table(
        (_("Figure"), _("Value"), _("n"), _("Before"), _("Change")),
        [
            (
                words.title(f.key),
                words.headline(f),
                str(f.n),
                "—" if f.previous is None else words.value(f.previous, f.unit),
                "" if f.change is None else words.change(f.change),
            )
            for f in found
            if f.n or f.value is not None
        ],
    )
    return 0
