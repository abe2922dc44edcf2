"""Satisfaction surveys without a server: scales, tokens, and which answers count.

A rating counts once, from the survey's customer, from new text only, never from a robot
(product.md demand 16, faults.md X14). This module must not roll dice nor read a clock.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solodesk.domain.customers import address_key
from solodesk.domain.message import Kind

DAY_MS: Final = 86_400_000
VALID_MS: Final = 90 * DAY_MS
"""How long a survey may be answered."""
CHANGE_MS: Final = 7 * DAY_MS
"""Within so long of the first vote a later one replaces it."""
HEADER: Final = "X-SoloDesk-Survey"
_TOKEN: Final = re.compile(r"[0-9a-f]{32}")
_HEADER: Final = re.compile(r"([0-9a-f]{32})\s*;\s*scale=([a-z0-9]+)")


class Scale(StrEnum):
    """The question asked; scales are never pooled (metrics.md)."""

    CSAT3 = "csat3"
    CSAT5 = "csat5"
    CES7 = "ces7"
    NPS = "nps"


_RANGE: Final = {
    Scale.CSAT3: (1, 3),
    Scale.CSAT5: (1, 5),
    Scale.CES7: (1, 7),
    Scale.NPS: (0, 10),
}
_HAPPY_FROM: Final = {Scale.CSAT3: 3, Scale.CSAT5: 4, Scale.CES7: 5, Scale.NPS: 9}


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey as it was sent, and the vote it has, if any."""

    scale: Scale
    address: str
    expires_ms: int
    rating: int | None
    first_rated_ms: int | None


class Verdict(StrEnum):
    """Whether an answer counts, and why not."""

    COUNTS = "counts"
    REPLACES = "replaces"
    NO_DIGIT = "no_digit"
    OUT_OF_SCALE = "out_of_scale"
    NOT_THE_CUSTOMER = "not_the_customer"
    NOT_A_PERSON = "not_a_person"
    EXPIRED = "expired"
    TOO_LATE_TO_CHANGE = "too_late_to_change"


def token_from(random: bytes) -> str:
    """The 32 hexadecimal digits of a token from 16 random bytes; ValueError for another length."""
    if len(random) != 16:
        message = "a survey token is made of 16 random bytes"
        raise ValueError(message)
    return random.hex()


def is_token(text: str | None) -> bool:
    """Whether `text` has the form of a token."""
    return text is not None and _TOKEN.fullmatch(text) is not None


def header_value(token: str, scale: Scale) -> str:
    """The value of the X-SoloDesk-Survey header."""
    return f"{token}; scale={scale.value}"


def from_header(value: str) -> tuple[str, Scale] | None:
    """Token and scale of a survey header, or None when it is not one of ours."""
    match = _HEADER.fullmatch(value.strip())
    if match is None or match.group(2) not in Scale._value2member_map_:
        return None
    return match.group(1), Scale(match.group(2))


def scale_named(text: str) -> Scale:
    """The scale called `text`; ValueError otherwise."""
    return Scale(text.strip().lower())


def scale_range(scale: Scale) -> tuple[int, int]:
    """Lowest and highest rating of a scale, both allowed."""
    return _RANGE[scale]


def is_happy(scale: Scale, rating: int) -> bool:
    """Whether a rating counts as satisfied: Great, 4-5, 5-7, 9-10 (metrics.md)."""
    return rating >= _HAPPY_FROM[scale]


def judge(asked: Asked, *, sender: str, digit: int | None, at_ms: int, kind: Kind) -> Verdict:
    """Whether an answer counts. `sender` is an address, `digit` the number in its new text."""
    low, high = _RANGE[asked.scale]
    if kind not in (Kind.PERSON, Kind.SURVEY):
        return Verdict.NOT_A_PERSON
    if address_key(sender) != address_key(asked.address):
        return Verdict.NOT_THE_CUSTOMER
    if digit is None:
        return Verdict.NO_DIGIT
    if not low <= digit <= high:
        return Verdict.OUT_OF_SCALE
    if asked.rating is None or asked.first_rated_ms is None:
        return Verdict.EXPIRED if at_ms > asked.expires_ms else Verdict.COUNTS
    if at_ms - asked.first_rated_ms > CHANGE_MS:
        return Verdict.TOO_LATE_TO_CHANGE
    return Verdict.REPLACES
