"""Logs hold no secret in any shape it travels in."""

import base64
import json
import logging
from pathlib import Path
from urllib.parse import quote

from hypothesis import given
from hypothesis import strategies as st

from solodesk.base.log import HIDDEN, Redactor, writing

SECRET = 'pä "ss\\word=/+密码'


def test_every_shape_is_hidden(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.hide(SECRET)
    xoauth = base64.b64encode(f"user=me\x01auth=Bearer {SECRET}\x01\x01".encode()).decode()
    with writing(tmp_path, "engine", redactor) as path:
        log = logging.getLogger("solodesk.test")
        log.info("plain %s repr %r json %s", SECRET, SECRET, json.dumps({"p": SECRET}))
        log.info("url %s xoauth %s", quote(SECRET, safe=""), xoauth)
        try:
            raise ValueError(SECRET)
        except ValueError:
            log.exception("with a traceback")
    written = path.read_text(encoding="utf-8")
    assert "with a traceback" in written
    assert HIDDEN in written
    shapes = {SECRET, repr(SECRET)[1:-1], json.dumps(SECRET)[1:-1], quote(SECRET, safe="")}
    assert not [shape for shape in shapes if shape in written]
    assert xoauth[24:40] not in written


@given(
    secret=st.text(st.characters(codec="utf-8"), min_size=8, max_size=40),
    user=st.text(st.characters(codec="ascii"), max_size=30),
    after=st.binary(max_size=5),
)
def test_auth_plain_of_any_user_is_hidden(secret: str, user: str, after: bytes) -> None:
    redactor = Redactor()
    redactor.hide(secret)
    head = b"\0" + user.encode() + b"\0"
    sent = base64.b64encode(head + secret.encode() + after).decode()
    cleaned = redactor.clean(f"AUTH PLAIN {sent}")
    # What is left may hold the bytes at the edges, never two thirds of the secret.
    left = cleaned.removeprefix("AUTH PLAIN ").replace(HIDDEN, "")
    assert len(left) <= len(sent) - (len(secret.encode()) * 8 // 6 - 2)


def test_short_words_and_other_text_stay() -> None:
    redactor = Redactor()
    redactor.hide("ab")
    redactor.hide("")
    assert redactor.clean("about nothing") == "about nothing"


def test_files_end_with_the_block(tmp_path: Path) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), root.level)
    with writing(tmp_path / "logs", "cli", Redactor()) as path:
        logging.getLogger("solodesk").info("inside")
    logging.getLogger("solodesk").warning("outside")
    assert (list(root.handlers), root.level) == before
    assert path.read_text(encoding="utf-8").count("\n") == 1
