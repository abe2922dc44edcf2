"""A month's figures and the strip, against counting the month's events with plain SQL.

python -m tests.bench.figures DATA says one line of JSON: lists of milliseconds.
"""

import json
import sqlite3
import sys
import time
from pathlib import Path

from tests.bench.timing import samples_table, told

_TIMES = 10


def measure(data: Path) -> list[str]:
    """One table."""
    said = told("tests.bench.figures", str(data))
    rows = [
        ("figures of one month", said["month"]),
        ("the strip (this week)", said["strip"]),
        ("count(*) by kind, plain SQL", said["floor"]),
    ]
    title = f"Figures ({said['events']} events in the store, {said['in_month']} in the month)"
    return [samples_table(title, "ms", rows)]


def _measure_here(data: Path) -> dict[str, object]:
    from datetime import UTC, datetime

    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.services import figures
    from solodesk.services.units import Store

    folder = DataFolder(data)
    store = Store.open(folder, SystemClock(), origin="bench")
    said: dict[str, list[float]] = {"month": [], "strip": [], "floor": []}
    with store.read() as reader:
        events = [event.at_ms for event in reader.events.all()]
        middle = datetime.fromtimestamp(sorted(events)[len(events) // 2] / 1000, UTC)
        period = figures.period_month(reader, middle.year, middle.month)
        for _ in range(_TIMES):
            start = time.perf_counter()
            figures.figures(reader, period)
            said["month"].append((time.perf_counter() - start) * 1000)
            start = time.perf_counter()
            figures.strip(reader)
            said["strip"].append((time.perf_counter() - start) * 1000)
    store.close()
    plain = sqlite3.connect(f"file:{folder.store}?mode=ro", uri=True)
    for _ in range(_TIMES):
        start = time.perf_counter()
        plain.execute(
            "SELECT kind, count(*) FROM event WHERE at_ms >= ? AND at_ms < ? GROUP BY kind",
            (period.start_ms, period.end_ms),
        ).fetchall()
        said["floor"].append((time.perf_counter() - start) * 1000)
    plain.close()
    inside = sum(period.holds(at) for at in events)
    return {**said, "events": len(events), "in_month": inside}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure_here(Path(sys.argv[1]))) + "\n")
