"""A real store with a few mails, the gate over it, and the panes on screen."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import shiboken6
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.changes import Changes
from solodesk.domain.ids import TicketId
from solodesk.store.store import Store
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.composer import Composer
from solodesk.ui.conversation.pane import ConversationPane
from solodesk.ui.customer.panel import CustomerPanel
from solodesk.ui.ops import DeskGate
from tests.ui.panes import desk as seed


@dataclass(slots=True)
class Bed:
    """Everything a pane needs, and ways to wait for it."""

    store: Store
    clock: FixedClock
    gate: DeskGate
    look: Appearance
    ticket: TicketId
    qtbot: QtBot

    def settle(self) -> None:
        """Wait until every act and read is done."""
        self.qtbot.waitUntil(lambda: not self.gate.busy(), timeout=5000)

    def receive(self, raw: bytes, at_ms: int) -> TicketId:
        """A mail comes in, as if the engine had brought it."""
        with self.store.write() as desk:
            ticket = seed.receive(desk, raw, at_ms)
            changes = desk.changes()
        self.gate.changed.emit(changes)
        return ticket

    def change(self, act: Callable[..., object]) -> None:
        """Another process changes something."""
        with self.store.write() as desk:
            act(desk)
            changes: Changes = desk.changes()
        self.gate.changed.emit(changes)


@pytest.fixture
def bed(qapp: object, qtbot: QtBot, data_folder: DataFolder) -> Iterator[Bed]:
    """The desk of the drawings."""
    clock = FixedClock(seed.NEAR_MS)
    store = Store.open(data_folder, clock, origin="test")
    with store.write() as desk:
        ticket = seed.fill(desk, seed.NEAR_MS)
    look = Appearance()
    look.set_scheme("light")
    look.install()
    gate = DeskGate(seed.StoreOpeners(store, clock))
    yield Bed(store, clock, gate, look, ticket, qtbot)
    gate.stop()
    store.close()


class Panes(QWidget):
    """Conversation, composer and customer as the window lays them out."""

    def __init__(self, bed: Bed) -> None:
        super().__init__()
        self.pane = ConversationPane(bed.gate, bed.look)
        self.composer = Composer(bed.gate, bed.look)
        self.customer = CustomerPanel(bed.gate, bed.look)
        self.customer.setFixedWidth(264)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        middle = QVBoxLayout()
        middle.addWidget(self.pane, 1)
        middle.addWidget(self.composer)
        row.addLayout(middle, 1)
        row.addWidget(self.customer)
        self.resize(768, 720)


@pytest.fixture
def panes(bed: Bed) -> Iterator[Panes]:
    """The panes, showing the refund."""
    # Not given to qtbot, which would delete it before what it was writing is saved.
    made = Panes(bed)
    made.show()
    bed.qtbot.waitExposed(made)
    made.pane.show_ticket(bed.ticket)
    with bed.store.read() as reader:
        row = reader.tickets.get(bed.ticket)
    made.customer.show_customer(None if row is None else row.customer_id, bed.ticket)
    bed.settle()
    yield made
    made.composer.close_composer()
    bed.settle()
    made.close()
    shiboken6.delete(made)
