"""`engine`: fetch and send until stdin ends. The window starts it; it also runs by hand."""

import argparse

from solodesk.base.children import be_modest
from solodesk.cli.parsing import Subparsers
from solodesk.cli.session import Session


def register(subparsers: Subparsers) -> None:
    """The command."""
    parser = subparsers.add_parser("engine")
    parser.set_defaults(run=run_engine)


def run_engine(_args: argparse.Namespace, session: Session) -> int:
    """Be the engine; KnownError `already_running` when there is one on this data."""
    from solodesk.engine.process import run

    be_modest()
    return run(session.folder, session.clock)
