"""The sentence above quoted words, "On 7 September 2026 at 17:00 Jo <jo@x.example> wrote:".

Says of a line, or of several joined ones, how surely they are such a sentence, in any language of
`resources/mail/words`. Must not know where it stands nor what follows from it.
"""

import re
from enum import IntEnum

from solodesk.mail.words import Words, plain, stands_alone, words

MOST = 450
"""Characters; no mailer writes a longer one."""
_ADDRESS = re.compile(
    r"[^\s<>\"'(),;:：，（）\[\]]+@[^\s<>\"'(),;:：，（）\[\]]+\.[A-Za-z\u4e00-\u9fff-]{2,}"
)
_NAMED_ADDRESS = re.compile(r"[<(（\[]\s*(?:mailto:)?[^<>\s]+@")
_DATED_START = re.compile(r"\W{0,8}(?:[^\W\d_]{1,14}[.,，׳'’]{0,2}\s+){0,2}\d")
_AT_TIME = re.compile(r"[^\d?!.。？！\n]{1,40}\s?(?:于|於|在)\s?\d")
_MACHINE_DATE = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?.{0,16}?\d{1,2}[:：]\d{2}")
_TIME = re.compile(
    r"\d{1,2}[:：.h時时]\d{2}|\d{1,2}\s?[AaPp]\.?[Mm]|上午|下午|오전|오후|[時时点點]\d{1,2}"
)
_DATE = re.compile(
    r"\d{4}\s?[-/.年년]|\b\d{1,2}-[^\W\d]{3,10}\.?-\d{2,4}"
    r"|\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}"
    r"|\b\d{1,2}(?:st|nd|rd|th|\.)?,?\s+(?:de\s+|of\s+)?[^\W\d]{2,14}[.'’׳]?(?:\s+de)?,?\s+\d{2,4}"
    r"|\b[^\W\d]{3,14}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
)
_ENDS = frozenset(":：>-")
_BLANK_END = frozenset(" \u200e\u200f\u202c\xa0")
_COLON = re.compile(r"[:：]\s*-{0,6}$")


class Credit(IntEnum):
    """How surely a text is such a sentence."""

    NONE = 0
    ABOVE_MARKS = 1
    """Believed when lines marked ">" follow."""
    SURE = 2
    """Believed whatever follows."""


def has_date(text: str) -> bool:
    """A date stands in it."""
    return bool(_DATE.search(plain(text)))


def has_time(text: str) -> bool:
    """A time of day stands in it."""
    return bool(_TIME.search(plain(text)))


def may_end(line: str, known: Words) -> bool:
    """A quick look: the line's last characters could end such a sentence."""
    last = line[-1:]
    if last in _BLANK_END:
        line = line.rstrip(" \u200e\u200f\u202c\xa0")
        last = line[-1:]
    if last in _ENDS:
        return True
    return line.lower().endswith(known.wrote_by_tail.get(line[-2:].lower(), ()))


def credit(text: str) -> Credit:
    """How surely `text`, one line, says who wrote what follows, and when or from where."""
    text = plain(text).strip()
    if not text or len(text) > MOST or "http" in text[:20]:
        return Credit.NONE
    known, low = words(), text.lower()
    verb = _verb(low, known)
    if _herself(text, low, verb, known):
        return Credit.NONE
    colon = bool(_COLON.search(text))
    framed = text.startswith("--") and text.endswith("--")
    dated = bool(_DATE.search(text))
    addressed = bool(_ADDRESS.search(text))
    begins = _begins(text, low, known)
    if verb is None:
        return _without_verb(text, colon=colon, dated=dated, addressed=addressed, begins=begins)
    if not (colon or framed or _ends_with_verb(low, verb)):
        return Credit.NONE
    if begins and dated and (framed or addressed or _MACHINE_DATE.search(text)):
        return Credit.SURE
    if framed or (begins and (dated or addressed)):
        return Credit.ABOVE_MARKS
    if dated and colon and verb[0] <= 80:  # "Jo Do kirjoitti 7.9.2026 klo 17.00:"
        return Credit.ABOVE_MARKS
    brief = colon and len(text) < 60 and not re.search(r"[.!?。！？]\s", text)
    return Credit.ABOVE_MARKS if brief else Credit.NONE


def opens(text: str) -> bool:
    """`text` begins as such a sentence does: with "On", a date, or the writer and an address."""
    text = plain(text).strip()
    return _begins(text, text.lower(), words())


def _without_verb(text: str, *, colon: bool, dated: bool, addressed: bool, begins: bool) -> Credit:
    """Russian, Japanese and Hebrew Gmail, Yandex, mail.ru: date, name, address and a colon."""
    timed = bool(_TIME.search(text))
    if colon and dated and begins and (addressed or timed):
        return Credit.ABOVE_MARKS
    if colon and dated and addressed and timed:
        return Credit.ABOVE_MARKS
    # Old Gmail: "2011/4/7 Jo Do <jo@x.example>", the date and the address and nothing else.
    bare = text.endswith(">") and addressed and bool(_DATE.match(text))
    return Credit.ABOVE_MARKS if bare else Credit.NONE


def _verb(low: str, known: Words) -> tuple[int, int] | None:
    """Where the verb stands: the last place, and there the longest one."""
    core = low.rstrip(" :：-*_")
    for phrase in known.wrote_by_tail.get(core[-2:], ()):
        at = len(core) - len(phrase)
        if core.endswith(phrase) and stands_alone(core, at, len(core)):
            return at, len(core)
    best: tuple[int, int] | None = None
    for phrase in (*known.wrote, *known.wrote_first):
        at = low.rfind(phrase)
        if at < 0 or (best is not None and at + len(phrase) <= best[1]):
            continue
        if stands_alone(low, at, at + len(phrase)) or phrase.endswith(")"):
            best = (at, at + len(phrase))
    return best


def _ends_with_verb(low: str, verb: tuple[int, int]) -> bool:
    return not low[verb[1] :].strip(" :：-*_")


def _begins(text: str, low: str, known: Words) -> bool:
    bare = low.lstrip(" -*_>\t\"“«'(")
    if bare.startswith(known.starts + known.wrote_first):
        return True
    if _DATED_START.match(text) or _AT_TIME.match(text):
        return True
    named = _NAMED_ADDRESS.search(text[:200])
    if named and not re.search(r"[\d<>?!。？！]", text[: named.start()]):
        return True
    return bool(re.match(r"\S+@\S+", text))


def _herself(text: str, low: str, verb: tuple[int, int] | None, known: Words) -> bool:
    """ "On 7 September I wrote:" is the customer's own sentence."""
    if verb is None:
        return False
    if " I " in text or not known.first_person.isdisjoint(re.split(r"[\s,:]+", text)):
        return True
    before = low[: verb[0]].rstrip(" 曾也又就已")
    return before.endswith(known.first_person_unspaced)
