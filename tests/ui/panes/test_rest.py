"""The line under a message that came in part: it asks once, and says what happened."""

from typing import Any

from PySide6.QtWidgets import QPushButton

from solodesk.base.errors import KnownError
from solodesk.ui.conversation.rest import RestBar
from tests.ui.panes.conftest import Bed, Panes


def _last_message(bed: Bed) -> int:
    with bed.store.read() as reader:
        return reader.messages.ids_of_ticket(bed.ticket)[-1]


def _bars(panes: Panes) -> list[RestBar]:
    return panes.pane.findChildren(RestBar)


def _state(bed: Bed, state: str) -> int:
    message = _last_message(bed)
    bed.change(lambda desk: desk.messages.update(message, raw_state=state))
    return message


def test_asks_the_engine_once_and_goes_when_the_rest_is_here(bed: Bed, panes: Panes) -> None:
    asked: list[dict[str, Any]] = []
    bed.gate.asked.connect(lambda request, _done: asked.append(request))
    panes.pane.show_ticket(bed.ticket)
    assert _bars(panes) == []
    message = _state(bed, "partial")
    (bar,) = _bars(panes)
    bar.fetch.click()
    bar.fetch.click()
    assert asked == [{"do": "fetch_rest", "message": message}]
    assert not bar.fetch.isEnabled()
    _state(bed, "whole")
    assert not any(each.isVisibleTo(panes.pane) for each in _bars(panes))


def test_a_refusal_is_told_and_it_can_be_asked_again(bed: Bed, panes: Panes) -> None:
    faults: list[KnownError] = []
    bed.gate.failed.connect(faults.append)
    answers: list[Any] = []
    bed.gate.asked.connect(lambda _request, done: answers.append(done))
    panes.pane.show_ticket(bed.ticket)
    _state(bed, "partial")
    _bars(panes)[0].fetch.click()
    answers[0]({"error": {"code": "cannot_connect", "params": {"host": "imap.shop.example"}}})
    assert [fault.code for fault in faults] == ["cannot_connect"]
    buttons = panes.pane.findChildren(QPushButton)
    again = [each for each in buttons if isinstance(each.parent(), RestBar) and each.isEnabled()]
    assert again
