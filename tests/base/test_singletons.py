"""None outlives a hundred thousand calls into Qt."""

import subprocess
import sys

from solodesk.base.singletons import keep_singletons

_CALLS = """
from solodesk.base.singletons import keep_singletons
keep_singletons()
from PySide6.QtCore import QObject
thing = QObject()
for _ in range(100_000):
    thing.setObjectName("x")
    thing.objectNameChanged.emit("x")
print("alive")
"""


def test_a_hundred_thousand_calls_into_qt_do_not_end_the_program() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CALLS], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stdout.strip() == "alive", done.stderr


def test_it_is_safe_to_call_twice() -> None:
    assert keep_singletons() is keep_singletons()
