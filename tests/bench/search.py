"""Search while typing: our index in process, newest first, against notmuch's search process.

python -m tests.bench.search DATA says one line of JSON.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.bench.timing import percentile, told

_QUERIES = ("refund", "refund invoice", "退款", "退款 发票", "zzqqxx")
_TIMES = 60
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
        wide = sum(1 for sign in query if ord(sign) > 0x2E80)
        line = f"{query:{18 - wide}}{p50:9.2f}{p95:9.2f}{ours['found']:8}{ours['really']:8}"
        if has_peer:
            peer = _peer(work, query)
            peer95 = percentile(peer, 0.95)
            line += f"{percentile(peer, 0.5):13.1f}{peer95:8.1f}{p95 / peer95:14.3f}"
        lines.append(line)
    return ["\n".join(lines)]


def _peer(work: Path, query: str) -> list[float]:
    environment = {**os.environ, "NOTMUCH_CONFIG": str(work / "notmuchrc")}
    command = ["notmuch", "search", f"--limit={_LIMIT}", "--sort=newest-first", query]
    took: list[float] = []
    for _ in range(_PEER_TIMES + 1):
        start = time.perf_counter()
        subprocess.run(command, env=environment, check=True, capture_output=True)
        took.append((time.perf_counter() - start) * 1000)
    return took[1:]


def _measure_here(data: Path) -> dict[str, dict[str, object]]:
    from datetime import UTC, datetime

    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.domain.search_query import parse_query
    from solodesk.services.units import Store

    store = Store.open(DataFolder(data), SystemClock(), origin="bench")
    today = datetime.now(UTC).date()
    found: dict[str, dict[str, object]] = {}
    with store.read() as reader:
        tickets = {event.ticket for event in reader.events.all() if event.ticket is not None}
        texts = [
            f"{m.subject}\n{m.text}\n{m.from_name}"
            for ticket in tickets
            for m in reader.messages.of_ticket(ticket)
        ]
        for query in _QUERIES:
            took = []
            for _ in range(_TIMES):
                start = time.perf_counter()
                hits = reader.lists.search(parse_query(query, today), _LIMIT)
                took.append((time.perf_counter() - start) * 1000)
            whole = len(reader.lists.search(parse_query(query, today), 1_000_000))
            found[query] = {"ms": took, "found": whole, "really": 0, "shown": len(hits)}
        for query in _QUERIES:
            found[query]["really"] = sum(
                all(_holds(text, word) for word in query.split()) for text in texts
            )
    store.close()
    return found


def _holds(text: str, word: str) -> bool:
    """Whether a text holds a word: as a whole one in English, anywhere in a line in Chinese."""
    if word.isascii():
        letters = "".join(sign if sign.isalnum() else " " for sign in text.lower())
        return word in letters.split()
    return word in text


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure_here(Path(sys.argv[1]))) + "\n")
