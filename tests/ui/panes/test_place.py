"""Why a message is in its ticket, and the way out of it."""

from PySide6.QtWidgets import QWidget

from solodesk.domain.ids import MessageId
from solodesk.ui.conversation.acts import MessageActs
from solodesk.ui.conversation.menu import message_menu
from solodesk.ui.conversation.message import MessageCard
from tests.support.mails import raw_mail
from tests.ui.panes.conftest import Bed, Panes
from tests.ui.panes.desk import HOUR, NEAR_MS


def test_a_message_says_why_it_is_here_and_can_be_taken_out(bed: Bed, panes: Panes) -> None:
    mail = raw_mail(
        "One more thing.", subject="Re: Refund for order A123", to="hello@lin.example",
        sender="Wang Li <wang@lumen.example>", at_ms=NEAR_MS - HOUR,
        headers={"In-Reply-To": "<a2@lin.example>"},
    )  # fmt: skip
    assert bed.receive(mail, NEAR_MS - HOUR + 1) == bed.ticket
    panes.pane.show_ticket(None)
    panes.pane.show_ticket(bed.ticket)
    bed.settle()
    card = panes.pane.findChildren(MessageCard)[-1]
    chosen: list[str] = []
    parent = QWidget()
    entries = {a.text(): a for a in message_menu(card.item, None, chosen.append, parent).actions()}
    assert not entries["It answers a message of this ticket."].isEnabled()
    entries["Take it out of this ticket"].trigger()
    parent.deleteLater()
    assert card.item.message is not None
    MessageActs(bed.gate, panes).run(chosen[0], int(card.item.message))
    bed.settle()
    with bed.store.read() as reader:
        row = reader.messages.get(MessageId(card.item.message))
        assert row is not None
        assert row.ticket_id != bed.ticket
