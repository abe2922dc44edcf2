"""Reading and writing macros' actions."""

from typing import Any

import pytest

from solodesk.base.errors import KnownError
from solodesk.domain.macros import actions_from, actions_to, span_ms

ALL: list[dict[str, Any]] = [
    {"do": "reply", "canned": "Refund — on its way"},
    {"do": "tag", "add": ["refunded"], "remove": ["refund"]},
    {"do": "status", "to": "closed", "when": "sent"},
    {"do": "priority", "to": "high"},
    {"do": "snooze", "for": "3d"},
    {"do": "note", "text": "Refund confirmed"},
]


def test_every_action_comes_back_as_written() -> None:
    assert actions_to(actions_from(ALL)) == ALL


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"do": "send"},
        {"do": "reply"},
        {"do": "tag", "add": [], "remove": []},
        {"do": "tag", "add": "x"},
        {"do": "status", "to": "closed", "when": "later"},
        {"do": "note", "text": "  "},
        "text",
    ],
)
def test_a_step_without_sense_is_named(step: object) -> None:
    with pytest.raises(KnownError) as caught:
        actions_from([ALL[0], step])
    assert (caught.value.code, caught.value.params["step"]) == ("bad_macro", 2)


@pytest.mark.parametrize("data", [None, [], "x", 5, {}])
def test_a_macro_is_a_list_of_steps(data: object) -> None:
    with pytest.raises(KnownError):
        actions_from(data)


def test_spans() -> None:
    assert span_ms("90m") == 5_400_000
    assert span_ms("2w") == 14 * 86_400_000
    with pytest.raises(KnownError):
        span_ms("soon")
