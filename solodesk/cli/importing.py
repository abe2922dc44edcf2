"""`import PATH…`: mail files into the store."""

from argparse import Namespace
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.domain.ids import AccountId
from solodesk.services import importing
from solodesk.wording.gettext import _, ngettext

_FILES_S = 120.0
"""What is not read by then is left to the engine."""


def register(subparsers: Subparsers) -> None:
    """The command."""
    parser = subparsers.add_parser("import")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--as-history", action="store_true")
    parser.add_argument("--account", help=_("address or number of a mailbox"))
    parser.add_argument("--own", action="append", default=[], metavar="ADDRESS")
    parser.set_defaults(run=run)


def run(args: Namespace, session: Session) -> int:
    """Import; one line a message, as parse with what became of it."""
    account = None if args.account is None else account_id(session, args.account)
    count = 0
    for done in importing.import_paths(
        session.store,
        args.paths,
        own=frozenset(address.lower() for address in args.own),
        account=account,
        as_history=args.as_history,
    ):
        count += 1
        session.output.line(
            _line(done) if session.json else {},
            f"#{done.ticket}  {cut(done.parsed.subject, 60)}  ({done.result.joined_by.value})",
        )
    _read_files(session)
    found = ngettext("{n} message imported.", "{n} messages imported.", count)
    session.output.text(found.format(n=count))
    return 0


def _read_files(session: Session) -> None:
    """The words inside attachments, so that what was imported is found at once."""
    from solodesk.engine.file_reader import FileReader
    from solodesk.services import file_texts

    if file_texts.waiting(session.store):
        with FileReader() as reading:
            file_texts.read_waiting(session.store, reading, seconds=_FILES_S)


def account_id(session: Session, named: str) -> AccountId:
    """A mailbox by address or number; KnownError("no_such_account")."""
    with session.store.read() as reader:
        found = reader.accounts.by_address(named.strip().lower())
        if found is None and named.isdigit():
            found = reader.accounts.get(AccountId(int(named)))
    if found is None:
        raise KnownError("no_such_account", account=named)
    return found.id


def _line(done: importing.Imported) -> dict[str, object]:
    from solodesk.cli.reading import parse_line

    result = done.result
    return {
        **parse_line(done.path, done.parsed),
        "ticket": done.ticket,
        "message": int(result.message),
        "joined_by": result.joined_by.value,
        "suggested": done.suggested,
        "duplicate_of": None if result.duplicate_of is None else int(result.duplicate_of),
        "new": result.new,
    }
