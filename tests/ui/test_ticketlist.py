"""The list: rows as painted, refresh without reset, what a screen reader hears."""

from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy
from pytestqt.qtbot import QtBot

from solodesk.domain.ids import CustomerId, TicketId
from solodesk.domain.views import SearchHit, TicketRow
from solodesk.ui.ticketlist.chips import Moment, age, outgoing, spoken
from solodesk.ui.ticketlist.model import TicketListModel
from solodesk.ui.ticketlist.source import ListQuery

ROW = TicketRow(
    id=TicketId(1), number=1042, subject="Refund for order A123", customer_id=CustomerId(1),
    customer_name="Wang Li", customer_address="wang@lumen.cn", status="open", kind="person",
    priority="normal", snoozed_until_ms=None, woken_ms=None, from_before=False, unread=True,
    alarm=None, thanked=False, created_ms=0, last_message_ms=0, waiting_since_ms=0,
    first_response_ms=None, messages=1, attachments=0, preview="Hi", tags=(), has_draft=False,
    outbox_state=None, outbox_not_before_ms=None,
)  # fmt: skip
NOW = 26 * 3_600_000
HERE = Moment(NOW, ZoneInfo("UTC"), online=True)


class Rows:
    """Tickets in memory, counted when read."""

    def __init__(self, ids: Sequence[int]) -> None:
        self.order = [TicketId(number) for number in ids]
        self.read = 0

    def found(self, query: ListQuery, ids: Sequence[TicketId]) -> dict[TicketId, SearchHit]:
        return {}

    def ids(self, _query: ListQuery, limit: int | None = None) -> Sequence[TicketId]:
        return list(self.order)

    def rows(self, ids: Sequence[TicketId]) -> dict[TicketId, TicketRow]:
        self.read += len(ids)
        return {number: replace(ROW, id=number) for number in ids}

    def now_ms(self) -> int:
        return NOW

    def zone(self) -> ZoneInfo:
        return ZoneInfo("UTC")

    def waited(self, since_ms: int) -> tuple[int, float]:
        return NOW - since_ms, 2.0


@given(
    before=st.lists(st.integers(1, 40), unique=True),
    after=st.lists(st.integers(1, 40), unique=True),
)
def test_a_refresh_ends_with_the_new_order_and_never_resets(
    before: list[int], after: list[int]
) -> None:
    source = Rows(before)
    model = TicketListModel(source)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(ListQuery())
    resets = QSignalSpy(model.modelReset)
    source.order = [TicketId(number) for number in after]
    model.refresh()
    assert [model.ticket_at(row) for row in range(model.rowCount())] == after
    assert resets.count() == 0


def test_only_the_rows_looked_at_are_read(qtbot: QtBot) -> None:
    source = Rows(range(1, 50_001))
    model = TicketListModel(source)
    model.show(ListQuery())
    assert source.read == 0
    assert model.data(model.index(25_000)) == ROW.subject
    assert source.read < 100


def test_a_change_repaints_its_own_row_only(qtbot: QtBot) -> None:
    model = TicketListModel(Rows([1, 2, 3]))
    model.show(ListQuery())
    seen = QSignalSpy(model.dataChanged)
    model.refresh([TicketId(2)])
    assert [(call[0].row(), call[1].row()) for call in map(seen.at, range(seen.count()))] == [
        (1, 1)
    ]


def test_a_screen_reader_hears_the_whole_row(qtbot: QtBot) -> None:
    model = TicketListModel(Rows([1]))
    model.show(ListQuery())
    heard = model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole)
    assert heard == "Wang Li, Refund for order A123, waiting 26 hours, late, unread"


@pytest.mark.parametrize(
    ("share", "tone"), [(0.2, "quiet"), (0.79, "quiet"), (0.81, "warn"), (1.0, "error")]
)
def test_the_age_turns_amber_and_red_by_the_goal(share: float, tone: str) -> None:
    assert age(ROW, (NOW, share), HERE).tone == tone


@pytest.mark.parametrize(
    ("state", "not_before", "online", "words"),
    [
        ("held", NOW + 9_000, True, "leaves in 9 s"),
        ("queued", None, False, "leaves when online"),
        ("uncertain", None, True, "sent, not confirmed"),
        ("failed", None, True, "not sent"),
        ("held", None, True, "read first"),
    ],
)
def test_a_reply_on_its_way_says_where_it_is(
    state: str, not_before: int | None, online: bool, words: str
) -> None:
    row = replace(ROW, outbox_state=state, outbox_not_before_ms=not_before)
    chip = outgoing(row, replace(HERE, online=online))
    assert chip is not None
    assert chip.text == words
    assert words in spoken(row, None, replace(HERE, online=online))
