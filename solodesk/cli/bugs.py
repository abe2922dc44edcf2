"""What nobody foresaw, at the end of a command: whole into the log, one plain sentence on stderr.

The hook of `sys.excepthook`: the process ends with exit code 1 by itself. Known faults never come
here. Must not show a traceback to people.
"""

import logging
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from solodesk.base.errors import KnownError
from solodesk.base.paths import data_folder
from solodesk.cli.options import split_globals
from solodesk.cli.output import Output

if TYPE_CHECKING:
    from solodesk.base.log import Redactor

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], None]

_log = logging.getLogger(__name__)
_GIVEN = "SOLODESK_PASSWORD"


def hook(argv: Sequence[str]) -> Hook:
    """The hook for a run with these words; `argv` says where the log is and which form to use."""

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, error, trace)
            return
        from solodesk.base.log import writing

        path = ""
        # With no place to write, the sentence alone has to do.
        with suppress(OSError), writing(_logs(argv), "cli", _redactor()) as log:
            _log.error("unforeseen", exc_info=(kind, error, trace))
            path = str(log)
        Output("--json" in argv, sys.stdout, sys.stderr).fault(
            KnownError("unforeseen", kind=kind.__name__, path=path)
        )

    return tell


def _redactor() -> "Redactor":
    """Takes out the passwords this run was given in its environment."""
    from solodesk.base.log import Redactor

    redactor = Redactor()
    for name, value in os.environ.items():
        if name.startswith(_GIVEN):
            redactor.hide(value)
    return redactor


def _logs(argv: Sequence[str]) -> Path:
    return data_folder(split_globals(list(argv))[0].data).logs
