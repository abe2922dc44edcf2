"""How far the fault tests go: a sample in the suite, everything under `bootstrap.py soak`."""

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
SOAK = bool(os.environ.get("SOLODESK_SOAK"))
"""Set by `python3 packaging/bootstrap.py soak`."""


def bound(sample: int, soak: int) -> int:
    """The number for this run."""
    return soak if SOAK else sample


def spread(count: int, sample: int) -> list[int]:
    """Numbers from 1 to `count`: all of them in a soak, else `sample` spread evenly, both ends in.

    The beginning is taken more densely than the rest: that is where files are made.
    """
    if SOAK or count <= sample:
        return list(range(1, count + 1))
    first = sample // 4
    step = (count - first) / (sample - first)
    return sorted({*range(1, first + 1), *(round(count - n * step) for n in range(sample - first))})


def some_of(everything: Sequence[T], sample: int) -> list[T]:
    """Members of a sequence, spread like `spread`."""
    return [everything[n - 1] for n in spread(len(everything), sample)]
