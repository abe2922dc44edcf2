"""The last line of defence of the engine's threads: a bug in one turn must not end the thread.

The only place that catches everything. It logs the whole traceback (the log hides secrets) and
goes on; the loops around it wait before their next turn. Must not be used for known faults that
somebody could handle better.
"""

import contextlib
import logging
from collections.abc import Iterator

from solodesk.base.errors import KnownError

_log = logging.getLogger(__name__)


@contextlib.contextmanager
def contained(what: str) -> Iterator[None]:
    """Run one turn of a loop named `what`; known errors are a line, bugs a traceback in the log."""
    try:
        yield
    except KnownError as error:
        _log.warning("%s: %s", what, error.code)
    except Exception:  # noqa: BLE001 - see above: mail must go on coming in
        _log.exception("%s stumbled", what)
