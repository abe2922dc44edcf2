"""Every hand-written mail of the corpus reads as its file says."""

import hashlib
import json

import pytest

from solodesk.mail.jsonform import parsed_to_dict
from solodesk.mail.parse import parse_message
from tests.mail.mails import Case, cases, wrong

_CASES = cases()


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_reads_as_its_file_says(case: Case) -> None:
    assert wrong(case) == []


def test_every_mail_keeps_the_invariants() -> None:
    for case in _CASES:
        p = parse_message(case.raw, case.own)
        json.dumps(parsed_to_dict(p, None, p.body_html), ensure_ascii=False).encode("utf-8")
        assert p.raw_sha256 == hashlib.sha256(case.raw).hexdigest(), case.name
        assert p.size == len(case.raw), case.name
        assert bool(p.body_text.strip()) <= bool(p.new_text.strip()), case.name
