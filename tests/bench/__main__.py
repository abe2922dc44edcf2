"""The benchmarks: ratios against named peers, taken in one run (see CONTRIBUTING.md).

python -m tests.bench [--messages 2000] [--runs 3] [--only sync,running,…] [--peers VENV]

Absolute numbers belong to the machine and the hour; the ratios of one run are what counts.
"""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import figures, running, search, showing, sync, ticket, window

PARTS = ("sync", "running", "window", "ticket", "showing", "search", "figures")


def _chosen(text: str) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in text.split(",") if part.strip())
    unknown = [part for part in wanted if part not in PARTS]
    if unknown or not wanted:
        message = f"choose from {', '.join(PARTS)}"
        raise argparse.ArgumentTypeError(message)
    return wanted


def main() -> int:
    """Run what was asked for and print its tables as they come."""
    parser = argparse.ArgumentParser(prog="bench")
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", type=_chosen, default=PARTS, metavar=",".join(PARTS))
    parser.add_argument("--peers", type=Path, help="a virtual environment, see peers.py")
    said = parser.parse_args()
    python, lite = platform.python_version(), sqlite3.sqlite_version
    _show(f"{os.cpu_count()} cores, Python {python}, SQLite {lite}, {platform.platform()}")
    with tempfile.TemporaryDirectory(prefix="solodesk-bench-") as folder:
        work = Path(folder)
        data = work / "data"
        if "sync" not in said.only and not set(said.only) <= {"running", "showing"}:
            sync.prepare(work, said.messages)
        parts: dict[str, Callable[[], list[str]]] = {
            "sync": lambda: sync.measure(work, said.messages, said.runs, said.peers),
            "running": lambda: running.measure(work, said.messages),
            "window": lambda: window.measure(data, max(said.runs, 3)),
            "ticket": lambda: ticket.measure(data),
            "showing": showing.measure,
            "search": lambda: search.measure(data, work),
            "figures": lambda: figures.measure(data),
        }
        for part in PARTS:
            if part in said.only:
                for table in parts[part]():
                    _show("\n" + table)
    return 0


def _show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
