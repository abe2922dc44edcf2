"""`responses list|import|export|delete`."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from solodesk.base.errors import KnownError
from solodesk.cli.common import text_of, write_text
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.services import responses
from solodesk.wording.gettext import _, ngettext


def register(subparsers: Subparsers) -> None:
    """The command and its parts."""
    parser = subparsers.add_parser("responses")
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("list").set_defaults(run=run_list)
    brought = parts.add_parser("import")
    brought.add_argument("path", help=_("a pack; - reads standard input"))
    brought.set_defaults(run=run_import)
    export = parts.add_parser("export")
    export.add_argument("--to", type=Path)
    export.set_defaults(run=run_export)
    delete = parts.add_parser("delete")
    delete.add_argument("name")
    delete.set_defaults(run=run_delete)


def run_list(_args: Namespace, session: Session) -> int:
    """One line each."""
    with session.store.read() as reader:
        found = responses.all(reader)
    for response in found:
        session.output.line(responses.as_json(response))
    session.output.table(
        (_("Name"), _("Shortcut"), _("Languages"), _("Used")),
        [
            (
                cut(r.name, 40),
                r.shortcut,
                " ".join(sorted(r.bodies)) or "—",
                str(r.used),
            )
            for r in found
        ],
    )
    if not found:
        session.output.text(_("Write an answer once, use it forever. There is none yet."))
    return 0


def run_import(args: Namespace, session: Session) -> int:
    """Import a pack; prints what was imported."""
    text = read_file(args.path)
    with naming_file(args.path), session.store.write(label=("canned.import", {})) as desk:
        names = responses.import_json(desk, text)
        found = [responses.as_json(responses.get(desk, name)) for name in names]
    for data in found:
        session.output.line(data)
    said = ngettext("{n} canned response imported.", "{n} canned responses imported.", len(names))
    session.output.text(said.format(n=len(names)))
    return 0


def run_export(args: Namespace, session: Session) -> int:
    """Write a pack to a file, or to stdout."""
    with session.store.read() as reader:
        pack = responses.export_json(reader)
        found = [responses.as_json(r) for r in responses.all(reader)]
    return export(session, pack, found, args.to)


def run_delete(args: Namespace, session: Session) -> int:
    """Delete one; can be undone."""
    with session.store.write(label=("canned.delete", {})) as desk:
        found = responses.get(desk, args.name)
        responses.delete(desk, args.name)
    session.output.line(responses.as_json(found), _("Deleted: {name}").format(name=found.name))
    return 0


def read_file(path: str) -> str:
    """A text file, or standard input for -; KnownError no_such_file, file_unreadable, not_utf8."""
    if path == "-":
        return text_of("-")
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise KnownError("not_utf8", path=path) from None
    except FileNotFoundError:
        raise KnownError("no_such_file", path=path) from None
    except OSError:
        raise KnownError("file_unreadable", path=path) from None


@contextmanager
def naming_file(path: str) -> Iterator[None]:
    """Within, a pack that makes no sense is told with the name of its file."""
    try:
        yield
    except KnownError as error:
        if error.code in ("bad_responses_file", "bad_macros_file"):
            raise KnownError(error.code, path=path) from error
        raise


def export(session: Session, pack: str, found: list[dict[str, object]], to: Path | None) -> int:
    """A pack to a file; without one to stdout, a line each with --json."""
    if to is not None:
        write_text(to, pack)
        session.output.line(
            {"path": str(to), "count": len(found)}, _("Written: {path}").format(path=to)
        )
        return 0
    for data in found:
        session.output.line(data)
    session.output.text(pack.rstrip("\n"))
    return 0
