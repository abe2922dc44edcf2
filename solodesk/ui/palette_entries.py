"""What the palette offers for some words: commands first, then what the store finds.

Matching is by letters in order, word starts first. This module must not know Qt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from solodesk.ui.catalog import Command
from solodesk.wording.gettext import _


class Sort(StrEnum):
    """What an entry is."""

    HEADING = "heading"
    COMMAND = "command"
    SEARCH = "search"
    CANNED = "canned"
    MACRO = "macro"
    TAG = "tag"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: `key` is a command id, a canned response's name or a ticket's id as text."""

    sort: Sort
    key: str
    title: str
    detail: str = ""
    icon: str = ""
    keys: str = ""


def score(words: str, title: str) -> float:
    """How well typed words fit a title: 0 = not at all, 100 = as it begins."""
    typed, text = words.casefold().strip(), title.casefold()
    if not typed:
        return 1
    if text.startswith(typed):
        return 100
    if f" {typed}" in text:
        return 90
    if typed in text:
        return 70
    parts = typed.split()
    if len(parts) > 1 and all(part in text for part in parts):
        return 60
    return _in_order(typed, text)


def _in_order(typed: str, text: str) -> float:
    """Letters in order, at least three of them; the closer together the better (up to 40)."""
    if len(typed) < 3:
        return 0
    start = position = text.find(typed[0])
    for letter in typed:
        position = text.find(letter, position)
        if position < 0:
            return 0
        position += 1
    return 40 * len(typed) / max(1, position - start)


def commands_for(
    words: str, available: Iterable[Command], recent: Sequence[str], limit: int = 6
) -> list[Entry]:
    """Commands that fit; without words the recent ones first, then the list's order."""
    offered = [entry for entry in available if not entry.quiet]
    if words:
        found = [(score(words, entry.plain_title), entry) for entry in offered]
        ranked = [entry for points, entry in sorted(found, key=lambda f: -f[0]) if points > 20]
    else:
        order = {command_id: place for place, command_id in enumerate(recent)}
        ranked = sorted(offered, key=lambda entry: order.get(entry.id, len(order)))
    return [
        Entry(Sort.COMMAND, e.id, e.title, "", e.icon, e.keys[0] if e.keys else "")
        for e in ranked[:limit]
    ]


def arranged(words: str, commands: Sequence[Entry], found: Sequence[Entry]) -> list[Entry]:
    """All entries under their headings, a search for the words among the commands."""
    top = list(commands)
    top += [entry for entry in found if entry.sort in {Sort.MACRO, Sort.TAG}]
    if words:
        title = _("Search for “{words}”").format(words=words)
        top.append(Entry(Sort.SEARCH, words, title, "", "search", "/"))
    groups = (
        (_("Commands") if words else _("Recent and common"), top),
        (_("Canned responses"), [e for e in found if e.sort is Sort.CANNED]),
        (_("Tickets"), [e for e in found if e.sort is Sort.TICKET]),
    )
    lines: list[Entry] = []
    for title, entries in groups:
        if entries:
            lines.append(Entry(Sort.HEADING, "", title))
            lines += entries
    return lines
