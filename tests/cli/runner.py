"""Runs the command line in this process and reads what it said."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from solodesk.base.clock import FixedClock
from solodesk.cli.main import main


@dataclass(frozen=True, slots=True)
class Said:
    """What one run said."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> dict[str, Any]:
        """The only JSON line."""
        (found,) = self.lines
        return found

    @property
    def error(self) -> dict[str, Any]:
        """The JSON error on stderr."""
        found: dict[str, Any] = json.loads(self.err.splitlines()[-1])
        return found


@dataclass(slots=True)
class Cli:
    """The program on one data folder at one time."""

    data: Path
    clock: FixedClock

    def __call__(self, *argv: str | int | Path) -> Said:
        """One run for people."""
        out, err = io.StringIO(), io.StringIO()
        words = ["--data", str(self.data), *(str(word) for word in argv)]
        code = main(words, out=out, err=err, clock=self.clock)
        return Said(code, out.getvalue(), err.getvalue())

    def json(self, *argv: str | int | Path) -> Said:
        """One run with --json behind the command."""
        return self(*argv, "--json")


def typed(value: object, shape: object) -> bool:
    """Whether `value` has a shape: a type, a tuple of choices, a dict of keys, a list of one."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return False
        return all(key in value and typed(value[key], want) for key, want in shape.items())
    if isinstance(shape, list):
        return isinstance(value, list) and all(typed(one, shape[0]) for one in value)
    if isinstance(shape, tuple):
        return any(typed(value, one) for one in shape)
    if shape is None:
        return value is None
    if shape is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, shape)  # type: ignore[arg-type]


def misfit(value: object, shape: object, where: str = "") -> list[str]:
    """The places at which `value` does not have the shape, for readable failures."""
    if isinstance(shape, dict) and isinstance(value, dict):
        found = [f"{where}.{key} is missing" for key in shape if key not in value]
        for key, want in shape.items():
            if key in value:
                found += misfit(value[key], want, f"{where}.{key}")
        return found
    return [] if typed(value, shape) else [f"{where} = {value!r} is not {shape!r}"]
