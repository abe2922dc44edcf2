"""A message as the search index knows it: which words stand in which column, and its facts as
words of ours. Made from the stored row, so that taking a document out names the same words again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from solodesk.domain.segment import segment

COLUMNS = "subject, sender, people, body, marks"
INDEXED = 1_000_000
"""Characters of a text that are indexed."""
Words = tuple[str, str, str, str]
"""A message cut into words: subject, sender, other people, body."""
Document = tuple[int, str, str, str, str, str]
"""rowid and the columns."""

# No text can hold this sign: the segmenter drops private characters that are no emoji of ours.
_SIGN = "\uf8fe"
EVERY, FILE, SENT, CAME = (f"{_SIGN}{letter}" for letter in "efsc")


def kind_mark(kind: str) -> str:
    """The word of a kind of message."""
    return f"{_SIGN}k{kind.replace('_', '')}"


def language_mark(code: str) -> str:
    """The word of a language."""
    return f"{_SIGN}l{code.lower()}"


def words_of(
    subject: str,
    name: str,
    address: str,
    recipients: Mapping[str, Any],
    text: str,
    attachments: Sequence[Mapping[str, Any]],
    in_files: str = "",
) -> Words:
    """The words of a message from its columns (JSON ones as values)."""
    names = [str(a.get("filename", "")) for a in attachments]
    body = " \n".join((text[:INDEXED], *names, in_files[:INDEXED])) if names else text[:INDEXED]
    people = segment(f"{name} {address}"), segment(_listed(recipients))
    return segment(subject), *people, segment(body)


def _listed(recipients: Mapping[str, Any]) -> str:
    parts: list[str] = []
    for listed in recipients.values():
        for person in listed:
            parts.extend(person.values() if isinstance(person, dict) else person)
    return " ".join(str(part) for part in parts)


def marks_of(
    direction: str, kind: str, language: str | None, attachments: Sequence[Mapping[str, Any]]
) -> str:
    """A message's facts as words."""
    marks = [EVERY, SENT if direction == "out" else CAME, kind_mark(kind)]
    if language:
        code = language.lower().replace("_", "-").partition("-")[0]
        marks.append(language_mark(code))
    if any(not a.get("inline") for a in attachments):
        marks.append(FILE)
    return " ".join(marks)
