"""`solodesk` without a command: the window, with a mail or a mailto link to open."""

import importlib

from solodesk.cli.session import Session


def run(rest: list[str], session: Session) -> int:
    """Open the window; returns its exit code. Qt is imported here and nowhere else in cli."""
    desk = importlib.import_module("solodesk.app.desk")
    return int(desk.run_window(session.folder, rest, profile_log=session.profile_log))
