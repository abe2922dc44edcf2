"""The block "From: … Sent: … To: … Subject: …" that Outlook, QQ and others write above history.

In every language of `resources/mail/words`, and, below a rule, in languages nobody listed. Must not
decide what is hidden.
"""

import re

from solodesk.mail.attribution import has_date, has_time
from solodesk.mail.words import plain, words

OPENING = frozenset({"from", "date", "sent", "subject"})
"""Labels such a block may begin with."""
_MOST_LINES = 14
_LONGEST_LABEL = 32
_DECORATION = " \t*_|>·•"
_ANY_LABEL = re.compile(r"[*_|\s]{0,4}([^\W\d_][^\n:：<>@\d]{0,24}?)\s{0,3}[*_]{0,2}[:：]\s(.*)$")


def label(line: str) -> tuple[str | None, str]:
    """(what kind of label the line begins with, the value behind it); (None, "") for others."""
    line = plain(line)
    ends = [at for at in (line.find(":", 0, 40), line.find("：", 0, 40)) if at > 0]
    table = line.startswith("|")  # NetEase: "| From | Jo<jo@x.example> |"
    end = line.find("|", 2, 40) if table else min(ends, default=-1)
    if end <= 0 or line.startswith("//", end + 1):
        return None, ""
    word = "".join(line[:end].strip(_DECORATION).split()).lower()
    if not word or len(word) > _LONGEST_LABEL:
        return None, ""
    return words().labels.get(word), line[end + 1 :].strip(_DECORATION + ";")


def block_end(lines: list[str], at: int) -> int | None:
    """The line behind a whole block that begins at line `at`, or None."""
    if label(lines[at])[0] not in OPENING:
        return None
    kinds: dict[str, str] = {}
    last = at
    for number in range(at, min(at + _MOST_LINES, len(lines))):
        line = lines[number]
        if not line.strip():
            continue
        kind, value = label(line)
        if kind is None:
            if number - last <= 2 and _wrapped(kinds):
                continue
            break
        if kind in kinds and kind in {"from", "subject"}:
            break
        kinds[kind] = value
        last = number
    return last + 1 if _is_mail_header(kinds) else None


def unknown_block_end(lines: list[str], at: int) -> int | None:
    """The same below a rule, in a language nobody listed: by its shape.

    Four labelled lines or more, one of the first two with an address, one with date and time.
    """
    found: list[str] = []
    for number in range(at, min(at + 7, len(lines))):
        match = _ANY_LABEL.match(plain(lines[number]))
        if match is None:
            break
        found.append(match[2])
    addressed = any("@" in value for value in found[:2])
    timed = any(has_date(value) and has_time(value) for value in found[:4])
    return at + len(found) if len(found) >= 4 and addressed and timed else None


def begins_with_block(text: str) -> bool:
    """`text` begins with such a block."""
    lines = text.split("\n", 20)[:20]
    first = next((n for n, line in enumerate(lines[:5]) if line.strip()), None)
    return first is not None and block_end(lines, first) is not None


def _wrapped(kinds: dict[str, str]) -> bool:
    """A line without a label may go on with the addresses of the line above."""
    if "to" in kinds and "subject" not in kinds:
        return True
    return list(kinds) == ["from"] and kinds["from"].endswith(("[mailto:", "<", ",", '"'))


def _is_mail_header(kinds: dict[str, str]) -> bool:
    """Enough labels with real values, so a customer's "From: Berlin, To: Paris" is no history."""
    names = kinds.keys() - {"other"}
    when = kinds.get("sent") or kinds.get("date") or ""
    timed = has_time(when) or has_date(when)
    addressed = "@" in kinds.get("from", "") + kinds.get("to", "")
    if "sent" in names:
        return "from" in names and bool(names & {"to", "subject"}) and len(names) >= 3 and timed
    known = names >= {"from", "date", "subject"} and timed
    return known and ("to" in names or addressed) and (addressed or has_time(when))
