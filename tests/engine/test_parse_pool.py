"""Workers read like this process does, and one message never costs the others."""

import os
import threading

from solodesk.domain.message import ParsedMessage
from solodesk.engine.parse_pool import BULK, ParsePool
from solodesk.mail.parse import parse_message
from tests.support.mails import raw_mail

OWN = frozenset({"support@shop.example"})


def treacherous(raw: bytes, own: frozenset[str]) -> ParsedMessage:
    """Reads mail, but some of it kills or stalls the reader. Runs in the worker."""
    if b"deadly" in raw:
        os._exit(11)
    if b"endless" in raw:
        threading.Event().wait()
    return parse_message(raw, own)


def test_same_meaning_as_read_here() -> None:
    raws = [raw_mail(f"Frage {n} 退款", subject=f"Order {n}") for n in range(BULK + 5)]
    with ParsePool() as pool:
        assert pool.parse_all(raws, OWN) == [parse_message(raw, OWN) for raw in raws]
        assert pool.parse_all(raws[:3], OWN) == [parse_message(raw, OWN) for raw in raws[:3]]


def test_the_deadly_and_the_endless_are_damaged_and_the_rest_is_read() -> None:
    bad = {3: "deadly", 20: "endless", 21: "deadly", BULK - 1: "endless"}
    raws = [raw_mail(bad.get(n, f"fine {n}")) for n in range(BULK)]
    with ParsePool(limit_s=1.0, read=treacherous) as pool:
        parsed = pool.parse_all(raws, OWN)
    damaged = {n: each.defects for n, each in enumerate(parsed) if each.damaged}
    reasons = {"deadly": ("reader_died",), "endless": ("took_too_long",)}
    assert damaged == {n: reasons[what] for n, what in bad.items()}
    for n in bad:
        assert parsed[n].body_text
    assert parsed[5].body_text.strip() == "fine 5"
