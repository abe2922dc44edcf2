"""`macros list|import|export|delete|run NAME N…`."""

from argparse import Namespace
from pathlib import Path

from solodesk.cli.common import show_tickets
from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers, number
from solodesk.cli.responses import export, naming_file, read_file
from solodesk.cli.session import Session
from solodesk.services import macros, tickets
from solodesk.services.templates import label
from solodesk.wording.gettext import _, ngettext


def register(subparsers: Subparsers) -> None:
    """The command and its parts."""
    parser = subparsers.add_parser("macros")
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("list").set_defaults(run=run_list)
    brought = parts.add_parser("import")
    brought.add_argument("path")
    brought.set_defaults(run=run_import)
    written = parts.add_parser("export")
    written.add_argument("--to", type=Path)
    written.set_defaults(run=run_export)
    delete = parts.add_parser("delete")
    delete.add_argument("name")
    delete.set_defaults(run=run_delete)
    use = parts.add_parser("run")
    use.add_argument("name")
    use.add_argument("numbers", nargs="+", type=number, metavar="N")
    use.set_defaults(run=run_macro)


def run_list(_args: Namespace, session: Session) -> int:
    """One line each."""
    with session.store.read() as reader:
        found = macros.all(reader)
    for macro in found:
        session.output.line(macros.as_json(macro))
    session.output.table(
        (_("Name"), _("Key"), _("Steps"), _("Used")),
        [(cut(m.name, 40), m.key or "", str(len(m.actions)), str(m.used)) for m in found],
    )
    return 0


def run_import(args: Namespace, session: Session) -> int:
    """Import a pack; prints what was imported."""
    text = read_file(args.path)
    with naming_file(args.path), session.store.write(label=("macro.import", {})) as desk:
        names = macros.import_json(desk, text)
        found = [macros.as_json(macros.get(desk, name)) for name in names]
    for data in found:
        session.output.line(data)
    said = ngettext("{n} macro imported.", "{n} macros imported.", len(names))
    session.output.text(said.format(n=len(names)))
    return 0


def run_export(args: Namespace, session: Session) -> int:
    """Write a pack."""
    with session.store.read() as reader:
        pack = macros.export_json(reader)
        found = [macros.as_json(m) for m in macros.all(reader)]
    return export(session, pack, found, args.to)


def run_delete(args: Namespace, session: Session) -> int:
    """Delete one; can be undone."""
    with session.store.write(label=("macro.delete", {})) as desk:
        found = macros.get(desk, args.name)
        macros.delete(desk, args.name)
    session.output.line(macros.as_json(found), _("Deleted: {name}").format(name=found.name))
    return 0


def run_macro(args: Namespace, session: Session) -> int:
    """Run on tickets; prints their lines. Replies are prepared, never sent."""
    with session.store.write(label=("ticket.macro", {"n": len(args.numbers)})) as desk:
        macro = macros.get(desk, args.name)
        ids = [tickets.by_number(desk, number) for number in args.numbers]
        done = macros.run(desk, macro, ids)
    show_tickets(session, ids, _("#{ticket}: done."))
    for ticket, keys in done.blanks.items():
        names = ", ".join(label(key) for key in keys)
        number = args.numbers[ids.index(ticket)]
        session.output.progress(
            _("#{ticket}: still to fill before it can be sent: {names}").format(
                ticket=number, names=names
            )
        )
    return 0
