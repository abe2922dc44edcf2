"""`solodesk` without a command: the window, with a mail or a mailto link to open."""

import os
import sys
from typing import Final

from solodesk.base.errors import KnownError
from solodesk.cli.session import Session

_SCREENS: Final = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


def run(rest: list[str], session: Session) -> int:
    """Open the window; returns its exit code. Qt is imported here and nowhere else in cli.

    KnownError("no_display") where there is no screen: Qt would end the process.
    """
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in _SCREENS):
        raise KnownError("no_display")
    from solodesk.app.desk import run_window

    return run_window(session.folder, rest, profile_log=session.profile_log)
