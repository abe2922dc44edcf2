"""Chinese names by their pinyin: `wangli`, `wang`, `li` and `wl` find 王丽.

Table name_sound holds what runs of characters in customers' names sound like; the engine fills it
in its quiet hours, and what it has not reached yet is worked out when a search is typed. The
dictionary is heavy (0.2 s, 57 MB): it is loaded only for a Chinese name nobody has spelt yet.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from solodesk.domain.search_tree import Term
from solodesk.domain.segment import fold
from solodesk.store.transaction import Transaction

_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_LONGEST = 4
"""Syllables of a run within a name; whole names may be longer."""
_MOST = 50
_INITIALS = 0
"""`n` of the row that holds a name's first letters."""
_DONE = "names_spelt"
_BATCH = 200
Run = tuple[str, str, int]
"""What is typed, the characters it stands for, and how many syllables (0: initials)."""


def chinese(name: str) -> bool:
    """Whether there is a Chinese character in it."""
    return _HAN.search(name) is not None


@lru_cache(maxsize=20_000)
def runs_of(name: str) -> tuple[Run, ...]:
    """Everything that may be typed for a name: runs of syllables, the whole, its initials."""
    from pypinyin import lazy_pinyin

    found: dict[Run, None] = {}
    for match in _HAN.finditer(fold(name)):
        characters = match[0]
        spoken = lazy_pinyin(characters, errors="ignore")
        if len(spoken) != len(characters):
            continue
        count = len(spoken)
        for start in range(count):
            for end in range(start + 1, min(count, start + _LONGEST) + 1):
                found["".join(spoken[start:end]), characters[start:end], end - start] = None
        found["".join(spoken), characters, count] = None
        if count > 1:
            found["".join(each[0] for each in spoken), characters, _INITIALS] = None
    return tuple(found)


def all_runs(names: Sequence[str]) -> list[Run]:
    """What many names sound like."""
    return [run for name in names for run in runs_of(name)]


def sounds(said: str, typed: str, *, prefix: bool) -> bool:
    """Whether letters are what a run sounds like, or with `prefix` begin it."""
    return said == typed or (prefix and said.startswith(typed))


class Spelling:
    """Table name_sound: names of customers and tags."""

    __slots__ = ("_tx",)

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def spelt(self, term: Term) -> list[Term]:
        """What else a typed word may mean: characters in names that sound so."""
        typed = term.tokens[0]
        if len(term.tokens) > 1 or len(typed) < 2 or not (typed.isascii() and typed.isalpha()):
            return []
        found: dict[str, None] = {}
        for n in (1, 2, 3, 4, _INITIALS):
            self._add(found, typed, n, prefix=term.prefix)
        for said, characters, _n in self._unspelt():
            if sounds(said, typed, prefix=term.prefix):
                found[characters] = None
        shortest = sorted(found, key=len)
        runs: list[str] = []
        for run in shortest:
            if not any(run.startswith(known) for known in runs):
                runs.append(run)
        return [Term(tuple(run), said=run) for run in runs[:_MOST]]

    def _add(self, found: dict[str, None], typed: str, n: int, *, prefix: bool) -> None:
        end = typed[:-1] + chr(ord(typed[-1]) + 1)
        first = [run for run in found if len(run) == 1]
        listed = ",".join("?" * len(first))
        rows = self._tx.all(
            "SELECT chars FROM name_sound WHERE n = ? AND sound >= ? AND "
            + ("sound < ?" if prefix else "sound = ?")
            + (f" AND substr(chars, 1, 1) NOT IN ({listed})" if first else "")
            + " LIMIT ?",
            (n, typed, end if prefix else typed, *first, 4 * _MOST),
        )
        found.update((row[0], None) for row in rows)

    def _unspelt(self) -> Iterable[Run]:
        done, tags = self._done()
        names = self._tx.all(
            "SELECT DISTINCT name FROM customer WHERE id > ? AND name GLOB '*[一-鿿]*'"
            " UNION SELECT name FROM tag WHERE id > ? AND name GLOB '*[一-鿿]*'",
            (done, tags),
        )
        return all_runs([name for (name,) in names])

    def _done(self) -> tuple[int, int]:
        """The last customer and the last tag whose names were spelt."""
        found = self._tx.value("SELECT value FROM meta WHERE key = ?", (_DONE,))
        customer, _, tag = str(found or "0 0").partition(" ")
        return int(customer), int(tag or 0)

    def next_names(self) -> tuple[str, list[str]]:
        """The next names to be spelt, and how far they reach ("" when there are none)."""
        done, tags = self._done()
        rows = self._tx.all(
            "SELECT id, name FROM customer WHERE id > ? ORDER BY id LIMIT ?", (done, _BATCH)
        )
        more = self._tx.all("SELECT id, name FROM tag WHERE id > ? ORDER BY id", (tags,))
        if not (rows or more):
            return "", []
        reach = f"{rows[-1][0] if rows else done} {more[-1][0] if more else tags}"
        return reach, [name for _, name in (*rows, *more) if chinese(name)]

    def keep(self, reach: str, runs: Iterable[Run]) -> None:
        """What the names that `next_names` gave sound like."""
        self._tx.run_many(
            "INSERT OR IGNORE INTO name_sound (sound, chars, n) VALUES (?, ?, ?)", sorted(set(runs))
        )
        self._tx.run(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            (_DONE, reach),
        )

    def renamed(self, customers: Iterable[int]) -> None:
        """Names the owner has given to customers: spelt at once, there are few."""
        for customer in customers:
            name = self._tx.value("SELECT name FROM customer WHERE id = ?", (customer,))
            if name is not None and chinese(str(name)):
                self._tx.run_many(
                    "INSERT OR IGNORE INTO name_sound (sound, chars, n) VALUES (?, ?, ?)",
                    runs_of(str(name)),
                )
