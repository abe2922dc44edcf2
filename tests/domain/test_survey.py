"""Which ratings count."""

from dataclasses import replace

import pytest

from solodesk.domain.message import Kind
from solodesk.domain.survey import (
    DAY_MS,
    Asked,
    Scale,
    Verdict,
    from_header,
    header_value,
    is_happy,
    judge,
    token_from,
)

ASKED = Asked(Scale.CSAT3, "jane@doe.example", 90 * DAY_MS, None, None)


def verdict(
    asked: Asked = ASKED,
    *,
    sender: str = "Jane@Doe.example",
    digit: int | None = 3,
    at_ms: int = DAY_MS,
    kind: Kind = Kind.PERSON,
) -> Verdict:
    return judge(asked, sender=sender, digit=digit, at_ms=at_ms, kind=kind)


def test_a_vote_counts_from_its_customer_within_the_scale() -> None:
    assert verdict() is Verdict.COUNTS
    assert verdict(sender="eve@evil.example") is Verdict.NOT_THE_CUSTOMER
    assert verdict(digit=4) is Verdict.OUT_OF_SCALE
    assert verdict(digit=0) is Verdict.OUT_OF_SCALE
    assert verdict(digit=None) is Verdict.NO_DIGIT
    assert verdict(at_ms=91 * DAY_MS) is Verdict.EXPIRED


@pytest.mark.parametrize("kind", [Kind.AUTO_REPLY, Kind.BOUNCE, Kind.LIST, Kind.OWN, Kind.REPORT])
def test_robots_never_vote(kind: Kind) -> None:
    assert verdict(kind=kind) is Verdict.NOT_A_PERSON


def test_a_later_vote_replaces_the_first_within_seven_days_of_it() -> None:
    voted = replace(ASKED, rating=3, first_rated_ms=DAY_MS)
    assert verdict(voted, at_ms=8 * DAY_MS) is Verdict.REPLACES
    assert verdict(voted, at_ms=8 * DAY_MS + 1) is Verdict.TOO_LATE_TO_CHANGE


def test_the_header_carries_token_and_scale_both_ways() -> None:
    token = token_from(bytes(range(16)))
    assert len(token) == 32
    assert from_header(header_value(token, Scale.NPS)) == (token, Scale.NPS)
    assert from_header(f"{token}; scale=other") is None
    assert from_header("x; scale=nps") is None


def test_satisfied_per_scale() -> None:
    assert [is_happy(Scale.CSAT3, n) for n in (1, 2, 3)] == [False, False, True]
    assert [is_happy(Scale.CSAT5, n) for n in (3, 4, 5)] == [False, True, True]
