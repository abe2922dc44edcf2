"""`backup [--to F]`, `restore F [--list]`, `check [--report F]`: copies of the store, all checked.

`restore` wants the window and the engine closed; what was there is kept beside the backups.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from solodesk.base.errors import KnownError
from solodesk.cli.common import write_text
from solodesk.cli.forms import iso
from solodesk.cli.parsing import Subparsers, WrongUse
from solodesk.cli.session import Session
from solodesk.domain.backups import name_of
from solodesk.domain.hours import local_date
from solodesk.engine.lock import engine_lock
from solodesk.services import housekeeping, restoring, settings
from solodesk.store.backup import backup
from solodesk.wording.gettext import _, ngettext


def register(subparsers: Subparsers) -> None:
    """The commands."""
    make = subparsers.add_parser("backup")
    make.add_argument("--to", metavar="F", type=Path)
    make.set_defaults(run=back_up)
    restore = subparsers.add_parser("restore")
    restore.add_argument("file", metavar="F", type=Path, nargs="?")
    restore.add_argument("--list", action="store_true", dest="only_list")
    restore.set_defaults(run=bring_back)
    look = subparsers.add_parser("check")
    look.add_argument("--report", metavar="F", type=Path)
    look.set_defaults(run=check)


def back_up(args: argparse.Namespace, session: Session) -> int:
    """Make a checked copy now."""
    store = session.store
    if args.to is None:
        with store.read() as reader:
            today = local_date(reader.now_ms, settings.zone(reader))
        to = session.folder.backups / name_of(today)
    else:
        to = args.to.expanduser().absolute()
        if to.is_dir():
            to /= store.path.name
        if to == store.path:
            raise KnownError("cannot_write", path=str(to), detail=_("that is the store itself"))
    done = backup(store.path, to)
    line = {"backup": str(done), "size": done.stat().st_size}
    session.output.line(line, _("{path}: made and checked.").format(path=done))
    return 0


def bring_back(args: argparse.Namespace, session: Session) -> int:
    """Put a backup in the store's place, or tell what there is."""
    if args.only_list:
        files = [args.file] if args.file else restoring.everything(session.folder)
        for file in files:
            _tell(file, session)
        if not files:
            session.output.text(_("There is no backup yet."))
        return 0
    if args.file is None:
        raise WrongUse(_("restore wants a file."), "solodesk restore F | --list")
    with engine_lock(session.folder):
        done = restoring.restore(session.folder, args.file, session.clock)
    line = {
        "restored": str(done.backup),
        "former": None if done.former is None else str(done.former),
        "uncertain": done.uncertain,
    }
    said = _("{path} is the store now.").format(path=done.backup)
    if done.former is not None:
        said += " " + _("What was there: {path}").format(path=done.former)
    if done.uncertain:
        words = ngettext(
            "{n} message was on its way then; look in the outbox.",
            "{n} messages were on their way then; look in the outbox.",
            done.uncertain,
        )
        said += " " + words.format(n=done.uncertain)
    session.output.line(line, said)
    return 0


def check(args: argparse.Namespace, session: Session) -> int:
    """Look whether the store is sound; exit code 1 when it is not."""
    found = restoring.look(session.folder.store)
    line: dict[str, Any] = {
        "sound": not found.problems,
        "problems": list(found.problems),
        "tickets": found.tickets,
        "messages": found.messages,
        "backups": len(housekeeping.made(session.folder.backups)),
    }
    if args.report is not None:
        write_text(args.report, json.dumps(line, ensure_ascii=False) + "\n")
    said = _("The store is sound: {tickets} tickets, {messages} messages.")
    if found.problems:
        said = _("The store is damaged:") + "\n" + "\n".join(found.problems)
    session.output.line(line, said.format(tickets=found.tickets, messages=found.messages))
    return 1 if found.problems else 0


def _tell(file: Path, session: Session) -> None:
    try:
        found = restoring.look(file)
    except KnownError as error:
        session.output.fault(error)
        return
    when = iso(found.newest_ms) or "–"
    line = {
        "backup": str(file),
        "size": file.stat().st_size,
        "sound": not found.problems,
        "tickets": found.tickets,
        "messages": found.messages,
        "until": iso(found.newest_ms),
    }
    words = _("{path}: {tickets} tickets, {messages} messages, up to {when}")
    session.output.line(
        line,
        words.format(path=file, tickets=found.tickets, messages=found.messages, when=when),
    )
