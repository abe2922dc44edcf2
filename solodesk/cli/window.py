"""`solodesk` without a command: the window, with a mail or a mailto link to open."""

from solodesk.cli.session import Session


def run(rest: list[str], session: Session) -> int:
    """Open the window; returns its exit code. Qt is imported here and nowhere else in cli."""
    from solodesk.app.desk import run_window

    return run_window(session.folder, rest, profile_log=session.profile_log)
