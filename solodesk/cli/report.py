"""`solodesk report`: the service report of a period as files (cli.md)."""

from argparse import Namespace
from pathlib import Path

from solodesk.cli.figures import add_period
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.services import figures, reporting
from solodesk.wording.gettext import _, current_language


def register(subparsers: Subparsers) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "report", description=_("Write the service report of a period as files.")
    )
    add_period(parser)
    parser.add_argument(
        "--to", type=Path, metavar="DIR", required=True, help=_("the folder to write into")
    )
    known = ",".join(reporting.FORMATS)
    parser.add_argument(
        "--format", default="pdf", help=_("some of: {formats}").format(formats=known)
    )
    parser.add_argument("--lang", choices=("en", "zh"), help=_("language of the report"))
    parser.add_argument("--anonymous", action="store_true", help=_("hide names, subjects and tags"))
    parser.set_defaults(run=run)


def run(args: Namespace, session: Session) -> int:
    """Write the files, freeze the month, say where they are."""
    formats = [name.strip().lower() for name in args.format.split(",") if name.strip()]
    language = args.lang or ("zh" if current_language() == "zh" else "en")
    with session.store.read() as reader:
        period = figures.period_of(reader, month_text=args.month, first=args.first, last=args.last)
        made = reporting.report(
            reader,
            period,
            to=args.to.expanduser().absolute(),
            formats=formats,
            lang=language,
            anonymous=args.anonymous,
        )
    with session.store.write() as desk:
        reporting.keep(desk, period)
    for file in made:
        said = str(file.path)
        if file.pages is not None:
            said = _("{path} ({n} pages)").format(path=said, n=file.pages)
        session.output.line(
            {"format": file.format, "path": str(file.path), "pages": file.pages}, said
        )
    return 0
