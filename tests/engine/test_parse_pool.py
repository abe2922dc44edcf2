"""Workers read like this process does, and one message never costs the others."""

import os
import threading

from solodesk.domain.message import ParsedMessage
from solodesk.engine.parse_pool import BULK, ParsePool
from solodesk.mail.parse import parse_message
from solodesk.services.prepared import Prepared, prepare
from solodesk.services.stored import columns_of
from solodesk.store.raw_form import packed_raw
from solodesk.store.search_words import words_of
from solodesk.store.spec import Json, encoded
from solodesk.store.words import Texts, unpack_texts
from tests.support.mails import raw_mail

OWN = frozenset({"support@shop.example"})


def treacherous(raw: bytes, own: frozenset[str]) -> ParsedMessage:
    """Reads mail, but some of it kills or stalls the reader. Runs in the worker."""
    if b"deadly" in raw:
        os._exit(11)
    if b"endless" in raw:
        threading.Event().wait()
    return parse_message(raw, own)


def read_all(pool: ParsePool, raws: list[bytes]) -> list[Prepared]:
    """One batch, waited for."""
    pool.begin(raws, OWN)
    return pool.end()


def test_same_meaning_as_read_here() -> None:
    raws = [raw_mail(f"Frage {n} 退款", subject=f"Order {n}") for n in range(BULK + 5)]
    here = [prepare(raw, parse_message(raw, OWN)) for raw in raws]
    with ParsePool() as pool:
        assert read_all(pool, raws) == here
        assert read_all(pool, raws[:3]) == here[:3]


def test_a_batch_is_read_while_others_are_stored() -> None:
    """The next batch may be begun before the one before is used; one left alone is forgotten."""
    first = [raw_mail(f"first {n}") for n in range(BULK)]
    second = [raw_mail(f"second {n}") for n in range(BULK)]
    with ParsePool() as pool:
        pool.expect(2 * BULK)
        pool.begin(first, OWN)
        pool.begin(second, OWN)
        got = pool.end()
        assert [each.parsed.body_text.strip() for each in got] == [
            f"second {n}" for n in range(BULK)
        ]
        assert pool.end() == []


def no_dictionary(_number: int) -> bytes | None:
    """These messages were compressed without one."""
    return None


def test_what_is_made_beforehand_is_what_the_store_would_make() -> None:
    html = b"<p>Hello <b>there</b></p>" * 50
    raw = (
        b"From: Ann <ann@cust.example>\r\nTo: support@shop.example\r\n"
        b"Subject: =?utf-8?B?6YCA5qy+?=\r\nContent-Type: text/html\r\n\r\n" + html
    )
    parsed = parse_message(raw, OWN)
    ready = prepare(raw, parsed)
    assert ready.packed is not None
    assert ready.packed == packed_raw(raw)
    assert ready.columns is not None
    said = unpack_texts(ready.columns["words"], no_dictionary)
    assert said == Texts(parsed.body_text, parsed.new_text)
    assert ready.parsed.body_html == ""
    columns = columns_of(parsed)
    names = ("subject", "from_name", "from_address", "recipients", "text", "attachments")
    for name, value in columns_of(parsed).items():
        if name not in ("text", "new_text"):
            made = ready.columns[name]
            assert made == encoded(value) if isinstance(made, Json) else made == value, name
    assert ready.words == words_of(*(columns[name] for name in names))


def test_the_deadly_and_the_endless_are_damaged_and_the_rest_is_read() -> None:
    bad = {3: "deadly", 20: "endless", 21: "deadly", BULK - 1: "endless"}
    raws = [raw_mail(bad.get(n, f"fine {n}")) for n in range(BULK)]
    with ParsePool(limit_s=1.0, read=treacherous) as pool:
        parsed = [each.parsed for each in read_all(pool, raws)]
    damaged = {n: each.defects for n, each in enumerate(parsed) if each.damaged}
    reasons = {"deadly": ("reader_died",), "endless": ("took_too_long",)}
    assert damaged == {n: reasons[what] for n, what in bad.items()}
    for n in bad:
        assert parsed[n].body_text
    assert parsed[5].body_text.strip() == "fine 5"
