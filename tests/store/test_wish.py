"""Who waits for the write lock is noticed by whoever holds it, in this process and in others."""

import subprocess
import sys
import threading
from pathlib import Path

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store
from solodesk.store.wish import Wish
from tests.support.waiting import wait_until

_OTHER = """
import sys
from pathlib import Path
from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store
store = Store.open(DataFolder(Path(sys.argv[1])), SystemClock(), origin="desk")
print("ready", flush=True)
sys.stdin.readline()
with store.write():
    print("mine", flush=True)
store.close()
"""


def test_nobody_waits_until_somebody_does(tmp_path: Path) -> None:
    wish = Wish(tmp_path / "store.db")
    assert wish.told() == 0
    wish.tell()
    first = wish.told()
    assert first != 0
    assert wish.told() == first
    wish.tell()
    assert wish.told() not in (0, first)


def test_where_it_cannot_be_told_nothing_breaks(tmp_path: Path) -> None:
    wish = Wish(tmp_path / "not there" / "store.db")
    wish.tell()
    assert wish.told() == 0


def test_another_thread_that_waits_is_noticed(data_folder: DataFolder) -> None:
    store = Store.open(data_folder, SystemClock(), origin="engine")

    def write() -> None:
        with store.write():
            pass

    with store.write():
        before = store.wish.told()
        other = threading.Thread(target=write)
        other.start()
        wait_until(lambda: store.wish.told() != before, what="the wish is told")
    other.join()
    store.close()


def test_another_process_that_waits_is_noticed(data_folder: DataFolder) -> None:
    store = Store.open(data_folder, SystemClock(), origin="engine")
    other = subprocess.Popen(
        [sys.executable, "-c", _OTHER, str(data_folder.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdin is not None
    assert other.stdout is not None
    assert other.stdout.readline() == "ready\n"
    with store.write():
        before = store.wish.told()
        other.stdin.write("\n")
        other.stdin.flush()
        wait_until(lambda: store.wish.told() != before, what="the wish is told")
    assert other.stdout.readline() == "mine\n"
    assert other.wait(20) == 0
    other.stdin.close()
    other.stdout.close()
    store.close()
