"""Values of settings that are more than a word or a number, checked and put in order.

Each function gives the value as it is stored, or raises ValueError. Must not know a setting.
"""

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")


def zone(value: object) -> str:
    """The name of a time zone."""
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(value) from error


def hours(value: object, days: Sequence[str]) -> dict[str, list[list[str]]]:
    """Opening hours: for each day ranges ("09:00", "18:00") in order that do not overlap."""
    if not isinstance(value, dict) or set(value) - set(days):
        raise ValueError(value)
    found: dict[str, list[list[str]]] = {}
    for day in days:
        ranges = value.get(day, [])
        if not isinstance(ranges, list) or not all(map(_is_range, ranges)):
            raise ValueError(ranges)
        ordered = sorted([str(start), str(end)] for start, end in ranges)
        if any(a[1] > b[0] for a, b in pairwise(ordered)):
            raise ValueError(ranges)
        found[day] = ordered
    return found


def _is_range(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    start, end = pair
    texts = isinstance(start, str) and isinstance(end, str)
    return texts and all(_TIME.fullmatch(t) for t in pair) and start < end


def dates(value: object) -> list[str]:
    """Days (2026-10-01) in order, each once."""
    if not isinstance(value, list):
        raise ValueError(value)  # noqa: TRY004 - a wrong value like any other
    return sorted({date.fromisoformat(str(day)).isoformat() for day in value})
