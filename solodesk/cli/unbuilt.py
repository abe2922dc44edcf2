"""Commands of cli.md that later releases bring: they say so and change nothing."""

from argparse import Namespace

from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session
from solodesk.wording.errors import told


def register(subparsers: Subparsers) -> None:
    """Every command that has no module ends here."""
    from solodesk.cli.main import COMMANDS

    for name in COMMANDS:
        # Whatever follows is not read: no sign starts an option.
        parser = subparsers.add_parser(name, prefix_chars="\0")
        parser.add_argument("rest", nargs="*")
        parser.set_defaults(run=run)


def run(args: Namespace, session: Session) -> int:
    """Say that the command is not built yet."""
    return not_built(str(args.command), session)


def not_built(command: str, session: Session) -> int:
    """Exit code 2, in plain words."""
    words = told("not_built_yet", {"command": command})
    return session.output.wrong_use(words.message, words.hint)
