"""The command line (cli.md): finds the command's module, runs it, turns faults into exit codes.

Only the module of the command asked for is imported, so that `solodesk sync` stays light.
Without a command: the window. Must not know what any command does.
"""

import importlib
import locale
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Final, TextIO

from solodesk import __version__
from solodesk.base.clock import Clock, SystemClock
from solodesk.base.errors import KnownError, file_fault
from solodesk.base.paths import config_folder, data_folder
from solodesk.cli import bugs
from solodesk.cli.options import split_globals
from solodesk.cli.output import Output
from solodesk.cli.parsing import Parser, WrongUse
from solodesk.cli.session import Session
from solodesk.wording.gettext import _, marked, set_language

# Command → module under solodesk.cli and one line of help.
COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "account": ("accounts", marked("connect, list, test or remove a mailbox")),
    "sync": ("sync", marked("fetch new mail once")),
    "send": ("outbox", marked("send once what is due")),
    "outbox": ("outbox", marked("what is on its way out")),
    "import": ("importing", marked("import .eml, mbox or Maildir files")),
    "parse": ("reading", marked("show what a mail file means; stores nothing")),
    "render": ("reading", marked("write the safe HTML of a mail")),
    "redecode": ("reading", marked("read a message again in another charset")),
    "tickets": ("tickets", marked("list tickets of a view")),
    "ticket": ("tickets", marked("show one ticket with its conversation")),
    "search": ("tickets", marked("search everything")),
    "searches": ("searches", marked("searches kept as views")),
    "reply": ("reply", marked("answer a ticket")),
    "note": ("acts", marked("write a note only you see")),
    "tag": ("acts", marked("put tags on (+t) and take them off (-t)")),
    "status": ("acts", marked("set the status: open, waiting, closed, spam")),
    "snooze": ("acts", marked("put a ticket aside until later")),
    "merge": ("acts", marked("merge a ticket into another")),
    "split": ("acts", marked("make a ticket of its own from a message")),
    "join": ("acts", marked("move a message to a ticket")),
    "unmerge": ("acts", marked("bring a merged ticket back, with the answers since then")),
    "unjoin": ("acts", marked("take a message out of its ticket, with the answers to it")),
    "contact": ("acts", marked("log a call, chat or visit")),
    "undo": ("acts", marked("take the last act back")),
    "responses": ("responses", marked("canned responses")),
    "macros": ("macros", marked("macros")),
    "survey": ("surveys", marked("ask for a rating")),
    "surveys": ("surveys", marked("list surveys and ratings")),
    "figures": ("figures", marked("response times and satisfaction")),
    "report": ("report", marked("write the service report")),
    "customer": ("customers", marked("customers")),
    "settings": ("settings", marked("business settings")),
    "engine": ("engine", marked("fetch and send mail until stopped")),
    "demo": ("demo", marked("look around with sample data")),
    "rules": ("unbuilt", marked("automatic rules")),
    "purchases": ("unbuilt", marked("purchases")),
    "backup": ("backups", marked("back the store up")),
    "restore": ("backups", marked("restore a backup")),
    "check": ("backups", marked("check the store")),
}

_SEARCHING = frozenset(("search", "searches", "tickets"))


def entry() -> None:
    """The program. Leaves with the command's exit code."""
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started us
        nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - as long as we run
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    for stream in (sys.stdout, sys.stderr):
        # Mail holds every script there is; a terminal of another charset must not stop us.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.excepthook = bugs.hook(sys.argv[1:])
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 1
    sys.exit(code)


def main(
    argv: list[str],
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    clock: Clock | None = None,
) -> int:
    """Run one command line; returns 0 done, 1 failed, 2 wrong use, 3 needs the owner."""
    _choose_language()
    try:
        said, rest = split_globals(argv)
    except WrongUse as wrong:
        told = Output("--json" in argv, out or sys.stdout, err or sys.stderr)
        return told.wrong_use(str(wrong), wrong.usage)
    output = Output(said.json, out or sys.stdout, err or sys.stderr)
    if said.version:
        output.line({"version": __version__}, f"SoloDesk {__version__}")
        return 0
    session = Session(
        folder=data_folder(said.data),
        clock=clock or SystemClock(),
        output=output,
        profile_log=said.profile_log,
        given=said.data,
    )
    try:
        return _dispatch(rest, session)
    except WrongUse as wrong:
        return output.wrong_use(str(wrong), wrong.usage)
    except KnownError as error:
        return output.fault(error)
    except BrokenPipeError:
        raise  # `entry` knows: the reader has seen enough
    except OSError as error:
        return output.fault(file_fault(error))
    except UnicodeEncodeError:
        # Words typed in another charset than the system's come as half letters.
        return output.wrong_use(_("These words are not text in UTF-8."), "solodesk help")
    finally:
        session.close()


def _dispatch(rest: list[str], session: Session) -> int:
    if not rest or _opens_window(rest[0]):
        return _window(rest, session)
    name = rest[0]
    if name in ("help", "--help", "-h"):
        return _help(rest[1:], session)
    if name not in COMMANDS:
        message = _("There is no command “{name}”.").format(name=name)
        raise WrongUse(message, _("“solodesk help” lists all commands."))
    parser = Parser(prog="solodesk")
    subparsers = parser.add_subparsers(dest="command", parser_class=Parser)
    _module(name).register(subparsers)
    if name in _SEARCHING:
        rest = [name, *map(_word_not_wanted, rest[1:])]
    try:
        args = parser.parse_args(rest)
    except SystemExit as leaving:
        # argparse leaves after printing the help of a command.
        return int(leaving.code or 0)
    return int(args.run(args, session))


def _word_not_wanted(word: str) -> str:
    """`-refund` in a search is no option: the dash that the search reads as well."""
    if word.startswith("-") and not word.startswith("--") and word not in {"-", "-h"}:
        return f"－{word[1:]}"
    return word


def _module(name: str) -> ModuleType:
    module = COMMANDS[name][0]
    try:
        return importlib.import_module(f"solodesk.cli.{module}")
    except ModuleNotFoundError as missing:
        if missing.name != f"solodesk.cli.{module}":
            raise
        return importlib.import_module("solodesk.cli.unbuilt")


def _opens_window(word: str) -> bool:
    return word.lower().startswith("mailto:") or word.lower().endswith(".eml")


def _window(rest: list[str], session: Session) -> int:
    from solodesk.cli import window

    return window.run(rest, session)


def _help(topics: list[str], session: Session) -> int:
    if topics and topics[0] in COMMANDS:
        return _dispatch([topics[0], "--help"], session)
    lines = [_("solodesk [--data FOLDER] [--json] COMMAND … — without a command: the window"), ""]
    longest = max(len(name) for name in COMMANDS)
    lines += [f"  {name:<{longest}}  {_(said)}" for name, (_module, said) in COMMANDS.items()]
    lines += ["", _("“solodesk help COMMAND” explains one command.")]
    if session.json:
        for name, (_module_name, said) in COMMANDS.items():
            session.output.line({"command": name, "help": _(said)})
    session.output.text("\n".join(lines))
    return 0


def _choose_language() -> None:
    from solodesk.base import device

    chosen = device.load(device.settings_file(config_folder())).language
    if chosen == "system":
        names = (os.environ.get(key) for key in ("LC_ALL", "LC_MESSAGES", "LANG"))
        chosen = next((name for name in names if name), None) or locale.getlocale()[0] or "en"
    set_language(chosen)
