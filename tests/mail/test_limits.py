"""Mails made to be slow or large: each is read in 2 s of CPU and 200 MB, and says what was cut."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.mail.bombs import BOMBS
from tests.support.soak import SOAK

_ROOT = Path(__file__).parents[2]
_OF_THE_ISSUE = {
    "parts": "too_many_parts",
    "levels": "too_deep",
    "levels_of_digests": "too_deep",
    "subject": "header_too_long",
    "subject_encoded": "header_too_long",
    "recipients": "too_many_addresses",
    "recipients_million": "too_many_addresses",
    "header_10_mb": "header_too_long",
    "header_lines": "too_many_headers",
    "header_garbage": "too_many_headers",
}
_ALSO = [
    "parts_with_long_types", "levels_same_boundary", "near_boundaries", "boundary_in_one_line",
    "subject_not_closed", "recipients_brackets", "recipients_quotes", "recipients_comments",
    "references", "parameters_continued", "uuencode", "jis_mixed",
    "wrong_label", "html_nested", "html_comments", "quoted_lines", "report",
]  # fmt: skip
_NAMES = list(BOMBS) if SOAK else [*_OF_THE_ISSUE, *_ALSO]


@pytest.fixture(scope="module")
def costs() -> dict[str, dict[str, Any]]:
    """What each bomb cost, read in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.mail.bombs", *_NAMES],
        cwd=_ROOT, capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return {cost["bomb"]: cost for cost in told}


@pytest.mark.parametrize("name", _NAMES)
def test_costs_little(name: str, costs: dict[str, dict[str, Any]]) -> None:
    cost = costs[name]
    assert cost["status"] == 0
    assert cost["cpu_s"] <= 2.0
    assert cost["peak_mb"] <= 200
    assert not any(defect.startswith("reader_fault") for defect in cost["defects"])


@pytest.mark.parametrize(("name", "defect"), _OF_THE_ISSUE.items())
def test_says_what_was_cut(name: str, defect: str, costs: dict[str, dict[str, Any]]) -> None:
    assert defect in costs[name]["defects"]
    assert not costs[name]["damaged"]
