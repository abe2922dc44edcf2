"""How SoloDesk starts SoloDesk: the engine, parse workers and the demo's servers are children.

Secrets never stand on a command line; they go over stdin. This module must not know what the
children do.
"""

import os
import sys
from pathlib import Path

# Windows, from winbase.h; subprocess names them on Windows only.
_CREATE_NO_WINDOW = 0x0800_0000
_BELOW_NORMAL_PRIORITY_CLASS = 0x0000_4000


def child_command(*arguments: str) -> list[str]:
    """The command that runs `solodesk ARGUMENTS…` with this very program.

    Packaged, there are two executables; children are the console one, which stands beside the
    window's.
    """
    if getattr(sys, "frozen", False):
        own = Path(sys.executable)
        return [str(own.with_name("solodesk-cli" + own.suffix)), *arguments]
    return [sys.executable, "-m", "solodesk", *arguments]


def creation_flags(*, modest: bool = False, platform: str = sys.platform) -> int:
    """`creationflags` for subprocess: no console window on Windows, 0 elsewhere."""
    if platform != "win32":
        return 0
    return _CREATE_NO_WINDOW | (_BELOW_NORMAL_PRIORITY_CLASS if modest else 0)


def be_modest() -> None:
    """Lower this process's priority, for work in the background that must not slow the window."""
    if hasattr(os, "nice"):
        os.nice(5)
