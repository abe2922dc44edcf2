"""What nightly backups are called, when one is due, and which are kept.

Only files with our own names are ever meant: what the owner or a migration put there is not ours.
"""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

DAILY: Final = 7
WEEKLY: Final = 4
_NAME: Final = re.compile(r"nightly-(\d{4}-\d{2}-\d{2})\.db")


def name_of(day: date) -> str:
    """The file name of a day's backup."""
    return f"nightly-{day.isoformat()}.db"


def day_of(name: str) -> date | None:
    """The day of a nightly backup, or None for any other file."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        return None


def is_due(days: Iterable[date], today: date) -> bool:
    """Whether today has no backup yet; one of tomorrow (the clock was wrong) does not count."""
    return today not in set(days)


def to_keep(days: Iterable[date]) -> frozenset[date]:
    """The last 7 days, and of the 4 weeks before these the newest backup of each."""
    newest = sorted(set(days), reverse=True)
    kept = newest[:DAILY]
    weeks: dict[date, date] = {}
    for day in newest[DAILY:]:
        weeks.setdefault(day - timedelta(days=day.weekday()), day)
    return frozenset(kept) | frozenset(sorted(weeks.values(), reverse=True)[:WEEKLY])
