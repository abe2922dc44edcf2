"""Whole commands timed in turn, so that a drifting machine is fair to all of them."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


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
        start = time.perf_counter()
        child = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if child.stderr is None:
            raise RuntimeError("no stderr to read")
        said = child.stderr.read()
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stderr.close()
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, self.command, stderr=said)
        self.wall.append(time.perf_counter() - start)
        self.cpu.append(usage.ru_utime + usage.ru_stime)
        self.memory.append(usage.ru_maxrss / 1024)

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
