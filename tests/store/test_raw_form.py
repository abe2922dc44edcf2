"""Mail is kept byte for byte, whatever form it is compressed in."""

import base64
import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solodesk.domain.ids import MessageId
from solodesk.store import dictionaries
from solodesk.store.raw_form import FOLDED, PLAIN, fold, packed_raw, unfold
from solodesk.store.store import Store
from solodesk.store.words import Texts
from tests.store import samples

LINE_ENDS = (b"\r\n", b"\n")


def encoded(data: bytes, width: int, line_end: bytes) -> bytes:
    text = base64.b64encode(data)
    return line_end.join(text[i : i + width] for i in range(0, len(text), width))


def mail(parts: list[bytes], line_end: bytes, name: bytes = b"base64") -> bytes:
    """A multipart of encoded parts."""
    head = b"Subject: files\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    bodies = [
        b"--x\r\nContent-Transfer-Encoding: " + name + b"\r\n\r\n\0%d\0\r\n" % number
        for number in range(len(parts))
    ]
    whole = (head + b"".join(bodies) + b"--x--\r\n").replace(b"\r\n", line_end)
    for number, part in enumerate(parts):
        whole = whole.replace(b"\0%d\0" % number, part)
    return whole


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("width", [4, 60, 64, 72, 76, 998, 5_000])
def test_base64_is_kept_decoded_and_comes_back(line_end: bytes, width: int) -> None:
    data = random.Random(width).randbytes(3_000)
    raw = mail([encoded(data, width, line_end), encoded(data[:700], width, line_end)], line_end)
    folded = fold(raw)
    assert folded is not None
    assert data in folded
    assert len(folded) < len(raw) * 0.8
    assert unfold(folded) == raw


@pytest.mark.parametrize(
    "body",
    [
        encoded(b"a" * 600, 76, b"\r\n") + b"junk after the padding==",
        encoded(b"b" * 600, 76, b"\r\n").replace(b"\r\n", b" \r\n", 1),
        encoded(b"c" * 600, 76, b"\r\n")[:-1],
        encoded(b"d" * 599, 76, b"\r\n").replace(b"=", b"", 1),
        encoded(b"e" * 300, 76, b"\r\n") + b"\r\n" + encoded(b"f" * 300, 60, b"\r\n"),
        b"not base64 at all, only called so. " * 20,
        b"",
    ],
)
def test_what_would_not_come_back_the_same_is_left_alone(body: bytes) -> None:
    raw = mail([body], b"\r\n")
    folded = fold(raw)
    assert folded is None or unfold(folded) == raw


@given(
    st.lists(
        st.one_of(
            st.binary(max_size=400),
            st.sampled_from(
                [b"base64", b"BASE64\r\n\r\n", b"\r\n", b"\n", b"\r\n--x", b"=", b"\n\n", b";1,2\n"]
            ),
            st.tuples(
                st.binary(min_size=150, max_size=900),
                st.integers(1, 90),
                st.sampled_from(LINE_ENDS),
            ).map(lambda drawn: b"base64" + drawn[2] * 2 + encoded(*drawn) + drawn[2]),
        ),
        max_size=8,
    )
)
def test_any_bytes_come_back(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    folded = fold(raw)
    assert folded is None or hashlib.sha256(unfold(folded)).digest() == hashlib.sha256(raw).digest()


def letters(count: int) -> list[bytes]:
    """Mails that are much alike."""
    dice = random.Random(3)
    return [
        b"Received: from mx.example by imap.shop.example with ESMTPS id %d\r\n"
        b"Content-Type: text/html; charset=utf-8\r\nSubject: order %d\r\n\r\n"
        b"<p class=MsoNormal>Where is my order number %d?</p><p>%s</p>\r\n"
        % (number, number, number, dice.randbytes(150).hex().encode())
        for number in range(count)
    ]


def test_a_dictionary_makes_mail_smaller_and_every_form_is_read(store: Store) -> None:
    raws = letters(dictionaries.SAMPLES)
    learnt = dictionaries.learn([dictionaries.sample(raw, "Where is it?") for raw in raws])
    assert learnt is not None
    said = Texts("Where is my order?\n> quoted", "Where is my order?")
    with store.write() as desk:
        before = samples.letter(desk, said.text, new_text=said.new_text)
        desk.raw.add(before, raws[0])
        desk.dictionaries.add(*learnt)
    with store.write() as desk:
        after = samples.letter(desk, said.text, new_text=said.new_text)
        desk.raw.add(after, raws[0])
        folded = samples.letter(desk, "files")
        file = mail([encoded(b"x" * 900, 76, b"\r\n")], b"\r\n")
        desk.raw.add(folded, file)
    with store.read() as reader:
        assert reader.raw.get(before) == reader.raw.get(after) == raws[0]
        assert reader.raw.get(folded) == file
        assert reader.messages.texts([before, after]) == {before: said, after: said}
        cells = reader._tx.all("SELECT message_id, form, length(data) FROM raw")
    forms = {MessageId(number): (form, size) for number, form, size in cells}
    assert forms[after][1] < forms[before][1] * 0.8
    assert (forms[before][0], forms[folded][0]) == (PLAIN, FOLDED)


def test_too_little_in_common_makes_no_dictionary() -> None:
    assert dictionaries.learn([(b"a", b""), (b"b", b"")]) is None


def test_packing_tells_its_form() -> None:
    assert packed_raw(b"plain")[0] == PLAIN
    assert packed_raw(mail([encoded(b"y" * 500, 76, b"\n")], b"\n"))[0] == FOLDED


def test_a_big_message_is_written_in_pieces_and_replaced(store: Store) -> None:
    big = random.Random(1).randbytes(3 * 1024 * 1024 + 7)
    with store.write() as desk:
        message = samples.letter(desk, "big")
        desk.raw.add(message, big)
    with store.read() as reader:
        assert reader.raw.get(message) == big
    with store.write() as desk:
        desk.raw.replace(message, big + b"more")
    with store.read() as reader:
        assert reader.raw.get(message) == big + b"more"
    assert store.check() == ()
