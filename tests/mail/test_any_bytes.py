"""Any bytes become a record that keeps its promises: raw digest, valid JSON, bounded time."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mail.fuzz import broken, hunt, spoilt
from tests.mail.mails import cases
from tests.support.soak import SOAK, bound

_SEEDS = [case.raw for case in cases()]
_FUZZ_S = 600


def test_every_mail_of_the_corpus() -> None:
    assert {case.name: found for case in cases() if (found := broken(case.raw))} == {}


@given(st.binary(max_size=3000))
@settings(max_examples=bound(100, 20_000), deadline=None)
def test_any_bytes(raw: bytes) -> None:
    assert broken(raw) == []


@given(st.sampled_from(_SEEDS), st.binary(max_size=60), st.floats(0, 1), st.floats(0, 0.2))
@settings(max_examples=bound(150, 20_000), deadline=None)
def test_any_bytes_in_a_mail(mail: bytes, foreign: bytes, where: float, less: float) -> None:
    at = int(where * len(mail))
    assert broken(mail[:at] + foreign + mail[at + int(less * len(mail)) :]) == []


def test_spoilt_mails() -> None:
    if SOAK:
        number, found = hunt(_FUZZ_S, seed=random.SystemRandom().getrandbits(32))
        assert number > 1000
        assert found == {}
        return
    dice = random.Random(4)
    mails = [spoilt(dice, _SEEDS) for _ in range(400)]
    assert [(wrong, raw) for raw in mails if (wrong := broken(raw))] == []
