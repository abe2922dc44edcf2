"""A stranger opens an invitation, a locked mail, winmail.dat: the conversation says what it is."""

from PySide6.QtWidgets import QLabel

from solodesk.services import lists
from solodesk.ui.conversation.enclosure import EnclosureCard
from solodesk.ui.widgets import Chip
from tests.mail.mails import CORPUS, load
from tests.ui.panes.conftest import Bed

_AT_MS = 1_788_771_600_000


def _shown(bed: Bed, name: str) -> str:
    """The words of the card over a mail of the corpus, line by line."""
    from solodesk.ui.conversation.pane import ConversationPane

    ticket = bed.receive(load(CORPUS / f"{name}.mail").raw, _AT_MS)
    pane = ConversationPane(bed.gate, bed.look)
    bed.qtbot.addWidget(pane)
    pane.resize(900, 600)
    pane.show_ticket(ticket)
    pane.show()
    bed.settle()
    cards = pane.findChildren(EnclosureCard)
    chips = [chip.text() for chip in pane.findChildren(Chip)]
    lines = [label.text() for card in cards for label in card.findChildren(QLabel)]
    return "\n".join([*(line for line in lines if line), *chips])


def test_an_invitation_shows_time_place_and_organiser(bed: Bed) -> None:
    words = _shown(bed, "calendar/google_request")
    assert "Invitation" in words
    assert "Call about the order" in words
    assert "7 Sep" in words
    assert "Place: Café, Main Street 1" in words
    assert "Online: meet.google.com" in words
    assert "From: Ann Lee" in words


def test_a_locked_mail_says_so(bed: Bed) -> None:
    assert "encrypted (PGP)" in _shown(bed, "bodies/encrypted_pgp")


def test_an_ordinary_mail_has_no_card(bed: Bed) -> None:
    assert "Invitation" not in _shown(bed, "bodies/alternative_both")


def test_a_file_out_of_winmail_is_fetched(bed: Bed) -> None:
    ticket = bed.receive(load(CORPUS / "tnef/file.mail").raw, _AT_MS)
    with bed.store.read() as reader:
        item = lists.conversation(reader, ticket)[-1]
        assert item.message is not None
        (file,) = item.attachments
        assert lists.attachment(reader, item.message, file.index) == b"%PDF-1.7\n"


def test_a_web_form_is_its_visitors(bed: Bed) -> None:
    from solodesk.ui.conversation.pane import ConversationPane

    ticket = bed.receive(load(CORPUS / "forms/shopify_html.mail").raw, _AT_MS)
    pane = ConversationPane(bed.gate, bed.look)
    bed.qtbot.addWidget(pane)
    pane.show_ticket(ticket)
    bed.settle()
    words = [label.text() for label in pane.findChildren(QLabel)]
    assert "Luca Bianchi" in words
    assert "Lampshop (Shopify)" not in words
