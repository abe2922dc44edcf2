"""The phrases mail programs write by themselves, in every language we know them in.

They stand in `resources/mail/words`, one file a language, so that a translator can add one without
code (the README there says how). Read once, when the first mail needs them; looked up as sets and
tuples, so that their number costs nothing on a line that has none of them. Must not judge.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from solodesk.base import resources

HOLE = "…"
"""Stands in a phrase for words we do not know, such as the name of a device."""
REASONS = (
    "mailbox_full", "too_big", "address_unknown", "host_unknown", "spam", "policy", "temporary",
)  # fmt: skip
"""Why mail came back (domain/message.py), in the order in which words are believed."""
_LABELS = ("from", "sent", "date", "to", "cc", "subject", "other")
_INVISIBLE = "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u061c"
_MARKS: dict[int, str | None] = {ord(mark): None for mark in _INVISIBLE}
_MARKS |= {0x660 + number: str(number) for number in range(10)}  # Arabic digits
_MARKS |= {0x6F0 + number: str(number) for number in range(10)}
_MARKS |= {ord(blank): " " for blank in "\xa0\u202f\u3000\u2007"} | {0x2010: "-", 0x2011: "-"}
_EDGES = re.compile(r"[ \t\r]*\n[ \t\r]*")
_ODD = re.compile("[" + "".join(map(chr, _MARKS)) + "]")


@dataclass(frozen=True, slots=True)
class Holed:
    """A phrase with a hole: how it begins and ends."""

    head: str
    tail: str
    sentence: frozenset[str]
    """Words of the same language that show it is a sentence of the writer's."""


@dataclass(frozen=True, slots=True)
class Words:
    """All languages together. Phrases are lower-case."""

    starts: tuple[str, ...]
    """First words of an attribution, each with the blank that follows where one does."""
    wrote: tuple[str, ...]
    """Verbs, longest first."""
    wrote_by_tail: dict[str, tuple[str, ...]]
    """The same by their last two characters: a quick look before the long one."""
    wrote_first: tuple[str, ...]
    first_person: frozenset[str]
    first_person_unspaced: tuple[str, ...]
    """Of languages that put no blanks between words."""
    originals: frozenset[str]
    weak_originals: frozenset[str]
    forwards: tuple[str, ...]
    begin_forwards: tuple[str, ...]
    reply_above: tuple[str, ...]
    line_heads: frozenset[str]
    """The first four characters of lines that mean something without a mark or a colon."""
    labels: dict[str, str]
    """Label without blanks → from, sent, date, to, cc, subject or other."""
    sent_from: tuple[Holed, ...]
    sent_from_whole: frozenset[str]
    sent_from_heads: tuple[str, ...]
    sent_from_tails: tuple[str, ...]
    """Ends of those that begin with the hole."""
    things: tuple[str, ...]
    answers: tuple[str, ...]
    below: tuple[str, ...]
    below_alone: tuple[str, ...]
    greetings: tuple[str, ...]
    sign_offs: frozenset[str]
    confidential: tuple[frozenset[str], ...]
    """By language: two phrases of one language make a disclaimer."""
    confidential_all: tuple[str, ...]
    confidential_ascii: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KindWords:
    """Phrases by which kinds of mail are told apart; lower-case."""

    automatic: tuple[str, ...]
    away_subject: tuple[str, ...]
    says_automatic: tuple[str, ...]
    away: tuple[str, ...]
    undelivered_subject: tuple[str, ...]
    undelivered: tuple[str, ...]
    receipt: tuple[str, ...]
    was_read: tuple[str, ...]
    unsubscribe: tuple[str, ...]
    why: dict[str, tuple[str, ...]]
    """Reason of a bounce (`address_unknown`, …) → phrases."""


@dataclass(frozen=True, slots=True)
class ThankWords:
    """What a mail that only thanks may hold in one language; lower-case, longest first."""

    thanks: tuple[str, ...]
    rest: tuple[str, ...]
    """The thanks too, with greetings, praise and sign-offs."""


@cache
def words() -> Words:
    """What quoted history, signatures and telephones' lines are known by."""
    part = _Parts(sections())
    holed, whole = _holes(part.files.values())
    wrote = tuple(sorted(part.all("wrote"), key=len, reverse=True))
    return Words(
        starts=tuple(_with_blank(phrase) for phrase in part.all("start")),
        wrote=wrote,
        wrote_by_tail={
            phrase[-2:]: tuple(other for other in wrote if other[-2:] == phrase[-2:])
            for phrase in wrote
        },
        wrote_first=part.all("wrote first"),
        first_person=frozenset(part.all("i")),
        first_person_unspaced=tuple(p for p in part.all("i") if not _joins(p[0])),
        originals=frozenset(part.all("original message")),
        weak_originals=frozenset(part.all("original message, only above a header block")),
        forwards=part.all("forwarded message"),
        begin_forwards=part.all("begin forwarded"),
        reply_above=part.all("reply above"),
        line_heads=frozenset(
            p[:4] for p in (*part.all("reply above"), *part.all("begin forwarded"))
        ),
        labels=_labels(part),
        sent_from=holed,
        sent_from_whole=whole,
        sent_from_heads=tuple(phrase.head for phrase in holed if phrase.head),
        sent_from_tails=tuple(phrase.tail for phrase in holed if not phrase.head),
        things=part.all("things"),
        answers=part.all("answers"),
        below=part.all("below"),
        below_alone=part.all("below alone"),
        greetings=part.all("greeting"),
        sign_offs=frozenset(part.all("sign-off")),
        confidential=part.each("confidential"),
        confidential_all=part.all("confidential"),
        confidential_ascii=tuple(p for p in part.all("confidential") if p.isascii()),
        outside=part.all("outside banner"),
    )


@cache
def kind_words() -> KindWords:
    """What automatic answers, reports and newsletters are known by."""
    part = _Parts(sections())
    return KindWords(
        automatic=part.all("automatic reply"),
        away_subject=part.all("away subject"),
        says_automatic=part.all("says it is automatic"),
        away=part.all("away"),
        undelivered_subject=part.all("undelivered subject"),
        undelivered=part.all("undelivered"),
        receipt=part.all("read receipt"),
        was_read=part.all("was read"),
        unsubscribe=part.all("unsubscribe"),
        why={reason: part.all(f"why: {reason.replace('_', ' ')}") for reason in REASONS},
    )


@cache
def thank_words() -> tuple[ThankWords, ...]:
    """What mails that only thank are made of, by language."""
    out = []
    for file in sections().values():
        thanks, more = file.get("thanks", ()), file.get("only thanks", ())
        if thanks and more:
            rest = {*thanks, *more, *file.get("greeting", ()), *file.get("sign-off", ())}
            out.append(ThankWords(thanks, tuple(sorted(rest, key=len, reverse=True))))
    return tuple(out)


@cache
def all_thanks() -> tuple[str, ...]:
    """The thanks of every language: a mail without any only thanks in none."""
    return tuple(dict.fromkeys(phrase for known in thank_words() for phrase in known.thanks))


@cache
def sections() -> dict[str, dict[str, tuple[str, ...]]]:
    """The files as they are: language → part → phrases, lower-case."""
    folder = resources.path("mail", "words")
    files = sorted(file for file in folder.iterdir() if file.suffix == ".txt")
    return {file.stem: read_sections(file.read_bytes().decode("utf-8")) for file in files}


def read_sections(text: str) -> dict[str, tuple[str, ...]]:
    """The parts of one file."""
    found: dict[str, tuple[str, ...]] = {}
    tidy = "\n" + plain(text).lower()
    if any(untidy in tidy for untidy in (" \n", "\n ", "\t", "\r")):
        tidy = _EDGES.sub("\n", tidy)
    for block in tidy.split("\n[")[1:]:
        name, _, body = block.partition("]")
        phrases = [line for line in body.split("\n") if line and line[0] != "#"]
        found[name.strip()] = (*found.get(name.strip(), ()), *phrases)
    return found


def plain(text: str) -> str:
    """`text` without direction marks, with plain blanks, hyphens and digits."""
    return text if text.isascii() or not _ODD.search(text) else text.translate(_MARKS)


def stands_alone(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is no piece of a longer word (of a script that has such)."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before) and _joins(text[start])) and not (
        _joins(text[end - 1]) and _joins(after)
    )


def _joins(char: str) -> bool:
    """A letter of a script that puts blanks between words."""
    return char.isalnum() and (char < "\u0e00" or "\u1e00" <= char <= "\u1fff")


class _Parts:
    def __init__(self, files: dict[str, dict[str, tuple[str, ...]]]) -> None:
        self.files = files

    def all(self, name: str) -> tuple[str, ...]:
        """The phrases of one part in every language, once each."""
        return tuple(dict.fromkeys(p for file in self.files.values() for p in file.get(name, ())))

    def each(self, name: str) -> tuple[frozenset[str], ...]:
        """The same, by language."""
        return tuple(frozenset(file[name]) for file in self.files.values() if name in file)


def _labels(part: _Parts) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind in reversed(_LABELS):
        for phrase in part.all(kind):
            found["".join(phrase.split())] = kind
    return found


def _with_blank(phrase: str) -> str:
    last = phrase[-1]
    return f"{phrase} " if _joins(last) else phrase


def _holes(
    files: Iterable[dict[str, tuple[str, ...]]],
) -> tuple[tuple[Holed, ...], frozenset[str]]:
    holed, whole = [], []
    for file in files:
        sentence = frozenset(file.get("sentence", ()))
        for phrase in file.get("sent from", ()):
            head, hole, tail = phrase.partition(HOLE)
            if hole:
                holed.append(Holed(head, tail, sentence))
            else:
                whole.append(phrase)
    return tuple(holed), frozenset(whole)
