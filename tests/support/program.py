"""The program as its users run it: child processes of `solodesk`, and a running engine."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.waiting import wait_until


def solodesk(
    data: Path,
    *arguments: str,
    password: str | None = None,
    stdin: str = "",
    env: Mapping[str, str] | None = None,
) -> tuple[int, list[dict[str, Any]], str]:
    """Run one command with --json: exit code, lines of stdout, stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "solodesk", "--json", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        input=stdin,
        env=environment(password, env),
        timeout=60,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def environment(password: str | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child; with `password` for every account."""
    env = dict(os.environ) | dict(more or {})
    if password is not None:
        env["SOLODESK_PASSWORD"] = password
    return env


class Engine:
    """`solodesk engine` as the desk runs it."""

    def __init__(self, data: Path, password: str | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "solodesk", "--data", str(data), "engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(password),
        )
        self.lines: list[dict[str, Any]] = []
        self._numbers = iter(range(1, 10_000))
        self._errors: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._read), threading.Thread(target=self._read_errors)
        ]  # fmt: skip
        for thread in self._threads:
            thread.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self._errors.put(line)

    def ask(self, do: str, **params: object) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        number = next(self._numbers)
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"id": number, "do": do, **params}) + "\n")
        self.process.stdin.flush()

        def answer() -> list[dict[str, Any]]:
            return [line for line in self.lines if line.get("id") == number]

        return wait_until(answer, 20, f"the engine answers {do}")[0]

    def wait_news(self, news: str, **facts: object) -> dict[str, Any]:
        """The first news of that kind with these facts, now or later."""

        def said() -> list[dict[str, Any]]:
            return [
                line
                for line in self.lines
                if line.get("news") == news and facts.items() <= line.items()
            ]

        return wait_until(said, 20, f"the engine says {news} {facts}")[0]

    def errors(self) -> str:
        """What it wrote to stderr so far."""
        found = []
        while not self._errors.empty():
            found.append(self._errors.get())
        return "".join(found)

    def end(self, seconds: float = 15.0) -> int:
        """Close its stdin and wait; the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self._finish(seconds)

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._finish(10)

    def _finish(self, seconds: float) -> int:
        try:
            code = self.process.wait(seconds)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait(10)
            for thread in self._threads:
                thread.join(5)
            for stream in (self.process.stdout, self.process.stderr):
                assert stream is not None
                stream.close()
        return code
