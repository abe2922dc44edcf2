"""Whole commands timed in turn, so that a drifting machine is fair to all of them."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LAUNCHER = """
import json, os, sys, time
start = time.perf_counter()
child = os.fork()
if not child:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execvp(sys.argv[1], sys.argv[1:])
_, status, usage = os.wait4(child, 0)
wall = time.perf_counter() - start
print(json.dumps([os.waitstatus_to_exitcode(status), wall,
                  usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024]))
"""
# A child's peak memory starts with that of whoever forked it: so a small process forks, and what
# it says of less than its own 10 MB is an upper bound.
_TOO_LONG_S = 3_600


@dataclass(slots=True)
class Runner:
    """One competitor: a command, what to do before each run, and its measured runs.

    wall and cpu in seconds, memory in MB (the largest process of the command).
    """

    name: str
    command: Sequence[str]
    before: Callable[[], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run once and remember; CalledProcessError when the command fails."""
        if self.before is not None:
            self.before()
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, *self.command],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
        )
        code, wall, cpu, memory = json.loads(done.stdout)
        if code:
            raise subprocess.CalledProcessError(code, self.command, stderr=done.stderr)
        self.wall.append(wall)
        self.cpu.append(cpu)
        self.memory.append(memory)

    @property
    def median(self) -> float:
        """Median wall seconds."""
        return statistics.median(self.wall)


def in_turn(runners: Sequence[Runner], times: int, *, warm: bool = True) -> None:
    """Run all of them `times` times, A B C A B C …; a first round warms up and does not count."""
    if warm:
        for runner in runners:
            runner.run()
            for values in (runner.wall, runner.cpu, runner.memory):
                values.clear()
    for _ in range(times):
        for runner in runners:
            runner.run()


def table(title: str, runners: Sequence[Runner], *, peer: str, messages: int = 0) -> str:
    """Rows with median wall, spread, CPU and memory, and each one's ratio to `peer`."""
    base = next(runner.median for runner in runners if runner.name == peer)
    head = f"{title}\n{'':34}{'wall s':>9}{'±':>7}{'CPU s':>8}{'MB':>6}{'× ' + peer:>30}"
    lines = [head + (f"{'msgs/s':>9}" if messages else "")]
    for runner in runners:
        spread = (max(runner.wall) - min(runner.wall)) / 2
        cpu, memory = statistics.median(runner.cpu), statistics.median(runner.memory)
        line = f"{runner.name:34}{runner.median:9.3f}{spread:7.3f}{cpu:8.2f}{memory:6.0f}"
        line += f"{runner.median / base:30.2f}"
        lines.append(line + (f"{messages / runner.median:9.0f}" if messages else ""))
    return "\n".join(lines)


def told(module: str, *words: str) -> Any:
    """What a measuring module of ours says on its own process's last line, as JSON.

    CalledProcessError with its stderr when it fails.
    """
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    done = subprocess.run(
        [sys.executable, "-m", module, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_TOO_LONG_S,
    )
    if done.returncode:
        sys.stderr.write(done.stderr)
        done.check_returncode()
    return json.loads(done.stdout.splitlines()[-1])


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of `values` do not exceed."""
    ordered = sorted(values)
    place = max(0, -int(-share * len(ordered) // 1) - 1)
    return ordered[min(place, len(ordered) - 1)]


def samples_table(title: str, unit: str, rows: Sequence[tuple[str, Sequence[float]]]) -> str:
    """Rows with n, median and 95th percentile, each as a ratio to the last row (the floor)."""
    base = statistics.median(rows[-1][1])
    lines = [
        f"{title}\n{'':44}{'n':>5}{'p50 ' + unit:>10}{'p95 ' + unit:>10}{'× ' + rows[-1][0]:>34}"
    ]
    for name, values in rows:
        middle = statistics.median(values)
        line = f"{name:44}{len(values):5}{middle:10.2f}{percentile(values, 0.95):10.2f}"
        lines.append(f"{line}{middle / base:34.2f}")
    return "\n".join(lines)
