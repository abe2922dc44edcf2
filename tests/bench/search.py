"""Search while typing: our index in process against notmuch's search process, and a mix of
everything that may be typed on a big store.

python -m tests.bench.search --messages 100000 makes such a store (kept in the temporary folder,
used again the next time) and prints p50 and p95 of every query, newest first and by relevance.
python -m tests.bench.search DATA says one line of JSON about a store, for `tests.bench`.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.domain.marks import SEGMENTER_VERSION
from solodesk.domain.views import View
from solodesk.services.units import Reader, Store
from solodesk.store.schema import HEAD
from tests.bench.timing import percentile, told

_QUERIES = ("refund", "refund invoice", "退款", "退款 发票", "zzqqxx")
_MIX = {
    "words": ("refund ", "the ", "refund invoice ", "zzqqxx ", '"order has" ', "A-12345 "),
    "Chinese": ("退款 ", "退款 发票 ", "款 ", "王 ", "加急 "),
    "as typed": ("r", "re", "ref", "refu", "refund", "q", "x", "refund r", "anna", "wang", "wl"),
    "operators": (
        "from:anna ", "to:support ", "subject:order ", "from:me refund ", "is:open refund ",
        "is:unread ", "is:snoozed refund ", "tag:vip ", "tag:vip refund ", "has:attachment refund ",
        "before:2025-01-01 refund ", "after:2026-09-01 ", "older:30d newer:90d refund ", "#1042 ",
        "lang:zh ", "kind:list refund ", "csat<=2 ", "wait>2d ", "-refund ", "-the ",
        "refund OR 退款 ", "1042 ",
    ),
}  # fmt: skip
_TIMES = 60
_MIXED_TIMES = 12
_PEER_TIMES = 15
_LIMIT = 50


def measure(data: Path, work: Path) -> list[str]:
    """One table; notmuch's columns when it is installed and its index is there."""
    said = told("tests.bench.search", str(data))
    has_peer = shutil.which("notmuch") is not None and (work / "peer" / "mail").is_dir()
    head = f"Search, first {_LIMIT}, newest first\n{'':18}{'p50 ms':>9}{'p95 ms':>9}"
    head += f"{'found':>8}{'really':>8}{'notmuch p50':>13}{'p95':>8}{'ratio of p95':>14}"
    lines = [head]
    for query in _QUERIES:
        ours = said[query]
        p50, p95 = percentile(ours["ms"], 0.5), percentile(ours["ms"], 0.95)
        line = f"{_padded(query)}{p50:9.2f}{p95:9.2f}{ours['found']:8}{ours['really']:8}"
        if has_peer:
            peer = _peer(work, query)
            peer95 = percentile(peer, 0.95)
            line += f"{percentile(peer, 0.5):13.1f}{peer95:8.1f}{p95 / peer95:14.3f}"
        lines.append(line)
    return ["\n".join(lines)]


def _padded(query: str, width: int = 18) -> str:
    wide = sum(1 for sign in query if ord(sign) > 0x2E80)
    return f"{query:{width - wide}}"


def _peer(work: Path, query: str) -> list[float]:
    environment = {**os.environ, "NOTMUCH_CONFIG": str(work / "notmuchrc")}
    command = ["notmuch", "search", f"--limit={_LIMIT}", "--sort=newest-first", query]
    took: list[float] = []
    for _ in range(_PEER_TIMES + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        took.append((time.perf_counter() - start) * 1000)
    return took[1:]


def _timed(
    times: int, look: Callable[[], object], clock: Callable[[], float] = time.thread_time
) -> list[float]:
    """Milliseconds of each look but the first; of CPU unless another clock is named: the machine
    is shared."""
    took = []
    for _ in range(times + 1):
        start = clock()
        look()
        took.append((clock() - start) * 1000)
    return took[1:]


def _look(store: Store, typed: str, by: str, limit: int = _LIMIT) -> int:
    """What the window does with what was typed."""
    from solodesk.domain.search_query import parse_query

    with store.read() as reader:
        query = parse_query(typed, datetime.now(UTC).date())
        return len(reader.lists.search(query, limit, by))


def _mixed(store: Store, by: str) -> str:
    lines = [f"Search, first {_LIMIT}, {by}\n{'':30}{'found':>7}{'p50 ms':>9}{'p95 ms':>9}"]
    every: list[float] = []
    for group, queries in _MIX.items():
        lines.append(f"  {group}")
        for typed in queries:
            took = _timed(_MIXED_TIMES, partial(_look, store, typed, by))
            every += took
            found = _look(store, typed, by)
            line = f"{_padded(repr(typed), 30)}{found:7}"
            lines.append(f"{line}{percentile(took, 0.5):9.2f}{percentile(took, 0.95):9.2f}")
    whole = f"{'all of them':37}{percentile(every, 0.5):9.2f}{percentile(every, 0.95):9.2f}"
    return "\n".join([*lines, whole])


def _lists(store: Store) -> str:
    def page(reader: Reader, view: View) -> None:
        reader.lists.rows(reader.lists.ids(view, limit=200)[:48])

    lines = [f"Lists\n{'':30}{'p50 ms':>9}{'p95 ms':>9}"]
    with store.read() as reader:
        looks: dict[str, Callable[[], object]] = {
            "counts of the sidebar": reader.lists.counts,
            "counts of the tags": reader.lists.tag_counts,
            **{f"a page of {view}": partial(page, reader, view) for view in View},
        }
        for name, look in looks.items():
            took = _timed(_MIXED_TIMES, look)
            lines.append(f"{name:30}{percentile(took, 0.5):9.2f}{percentile(took, 0.95):9.2f}")
    return "\n".join(lines)


def big_store(messages: int) -> Path:
    """The data folder of a store of so many messages, made when there is none yet."""
    name = f"solodesk-bench-search-{HEAD}-{SEGMENTER_VERSION}-{messages}"
    folder = Path(tempfile.gettempdir()) / name
    if not folder.exists():
        making = folder.with_name(f"{name}-{os.getpid()}")
        command = [sys.executable, "-m", "tests.bench.search_store", str(making), str(messages)]
        subprocess.run(command, check=True)
        making.rename(folder)
    return folder


def _measure_here(data: Path) -> dict[str, dict[str, object]]:
    store = Store.open(DataFolder(data), SystemClock(), origin="bench")
    found: dict[str, dict[str, object]] = {}
    with store.read() as reader:
        rows = reader.messages.select("WHERE duplicate_of IS NULL")
        said = reader.messages.texts(row.id for row in rows)
        texts = [f"{row.subject}\n{said[row.id].text}\n{row.from_name}" for row in rows]
    for query in _QUERIES:
        typed = f"{query} "
        took = _timed(_TIMES, partial(_look, store, typed, "newest"), time.perf_counter)
        really = sum(all(_holds(text, word) for word in query.split()) for text in texts)
        whole = _look(store, typed, "newest", 1_000_000)
        found[query] = {"ms": took, "found": whole, "really": really}
    store.close()
    return found


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word: as a whole one in English, anywhere in a line in Chinese."""
    if word.isascii():
        letters = "".join(sign if sign.isalnum() else " " for sign in text.lower())
        return word in letters.split()
    return word in text


def main() -> None:
    """Measure a store that is there, or one made for it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path, nargs="?")
    parser.add_argument("--messages", type=int)
    said = parser.parse_args()
    if said.messages is None:
        sys.stdout.write(json.dumps(_measure_here(said.data)) + "\n")
        return
    folder = said.data or big_store(said.messages)
    store = Store.open(DataFolder(folder), SystemClock(), origin="bench")
    for table in (_mixed(store, "newest"), _mixed(store, "relevance"), _lists(store)):
        sys.stdout.write(f"{table}\n\n")
    store.close()


if __name__ == "__main__":
    main()
