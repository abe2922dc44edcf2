"""`searches list|save NAME QUERY|change NAME|delete NAME`: searches kept as views."""

from argparse import Namespace
from typing import Any

from solodesk.cli.output import cut
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.domain.views import SavedSearch
from solodesk.services import searches
from solodesk.wording.gettext import _
from solodesk.wording.search_words import sentence


def register(subparsers: Subparsers) -> None:
    """The command and its parts."""
    parser = subparsers.add_parser("searches")
    parts = parser.add_subparsers(dest="part", required=True)
    parts.add_parser("list").set_defaults(run=run_list)
    save = parts.add_parser("save")
    save.add_argument("name")
    save.add_argument("query", nargs="+")
    save.set_defaults(run=run_save)
    change = parts.add_parser("change")
    change.add_argument("name")
    change.add_argument("--name", dest="new_name")
    change.add_argument("--query")
    change.set_defaults(run=run_change)
    delete = parts.add_parser("delete")
    delete.add_argument("name")
    delete.set_defaults(run=run_delete)


def run_list(_args: Namespace, session: Session) -> int:
    """One line each, with the number of tickets it finds now (at most 100 are counted)."""
    with session.store.read() as reader:
        found = searches.everything(reader)
        counts = searches.counts(reader)
    for each in found:
        session.output.line({**as_json(each), "tickets": counts[each.name]})
    session.output.table(
        (_("Name"), _("Search"), _("Tickets")),
        [(cut(each.name, 30), cut(each.query, 60), _counted(counts[each.name])) for each in found],
    )
    return 0


def run_save(args: Namespace, session: Session) -> int:
    """Keep one; can be undone."""
    query = " ".join(args.query)
    with session.store.write(label=("search.save", {})) as desk:
        searches.save(desk, args.name, query)
        found = searches.get(desk, args.name)
        remarks = searches.understood(desk, query).remarks
    session.output.line(as_json(found), _("Saved: {name}").format(name=found.name))
    for remark in remarks:
        session.output.progress(sentence(remark))
    return 0


def run_change(args: Namespace, session: Session) -> int:
    """Another name or other words; can be undone."""
    with session.store.write(label=("search.change", {})) as desk:
        searches.change(desk, args.name, new_name=args.new_name, query=args.query)
        found = searches.get(desk, args.new_name or args.name)
    session.output.line(as_json(found), _("Saved: {name}").format(name=found.name))
    return 0


def run_delete(args: Namespace, session: Session) -> int:
    """Delete one; can be undone."""
    with session.store.write(label=("search.delete", {})) as desk:
        found = searches.get(desk, args.name)
        searches.delete(desk, args.name)
    session.output.line(as_json(found), _("Deleted: {name}").format(name=found.name))
    return 0


def as_json(search: SavedSearch) -> dict[str, Any]:
    """A saved search's line."""
    return {"name": search.name, "query": search.query}


def _counted(number: int) -> str:
    most = searches.MOST_COUNTED
    return f"{most - 1}+" if number >= most else str(number)
