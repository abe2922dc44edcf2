"""What strangers write is text wherever it stands: no label, tip or menu takes it for HTML."""

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QTextEdit, QWidget

from solodesk.app.desk import DeskApp, application
from solodesk.app.screenshots import settle
from solodesk.base.clock import FixedClock
from solodesk.base.device import DeviceSettings
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.services.units import Store
from solodesk.ui.conversation.menu import message_menu
from solodesk.ui.conversation.message import MessageCard
from solodesk.ui.dialogs.link import LinkDialog
from solodesk.ui.widgets import plain_tip
from tests.ui.panes.desk import HOUR, NEAR_MS, account, receive, with_file

NASTY = "<img src=x onerror=alert(1)><b>bold</b>"


def _mail() -> bytes:
    name = f"{NASTY}.pdf"
    raw = with_file(f"Hello {NASTY}", name, b"%PDF-1.4 x", subject=NASTY, at_ms=NEAR_MS - HOUR)
    return raw.replace(b"Wang Li <wang@lumen.example>", f'"{NASTY}" <eve@evil.example>'.encode(), 1)


def _takes_html(label: QLabel) -> bool:
    return label.textFormat() != Qt.TextFormat.PlainText


def _risky(root: QWidget) -> list[str]:
    found = [
        f"label {each.text()!r}" for each in root.findChildren(QLabel)
        if "<b>" in each.text() and _takes_html(each)
    ]  # fmt: skip
    for widget in (root, *root.findChildren(QWidget)):
        tip = widget.toolTip()
        if "<b>" in tip or "<img" in tip:
            found.append(f"tip {tip!r}")
    return found


@pytest.fixture
def folder(data_folder: DataFolder) -> tuple[DataFolder, TicketId]:
    """A store with one nasty mail, its ticket tagged as nastily."""
    store = Store.open(data_folder, FixedClock(NEAR_MS), origin="test")
    with store.write() as desk:
        account(desk)
        ticket = receive(desk, _mail(), NEAR_MS - HOUR)
        desk.tags.put(ticket, desk.tags.named(NASTY[:60]).id)
    store.close()
    return data_folder, ticket


def test_nothing_a_stranger_wrote_is_taken_for_html(
    qapp: object, folder: tuple[DataFolder, TicketId]
) -> None:
    application()
    data, ticket = folder
    desk = DeskApp(data, clock=FixedClock(NEAR_MS), device=DeviceSettings(language="en"))
    try:
        desk.window.resize(1280, 800)
        desk.start()
        desk.window.conversation.show_ticket(ticket)
        settle(desk)
        desk.window.actions_.run("ticket.reply")
        settle(desk)
        assert _risky(desk.window) == []
        shown = [each.text() for each in desk.window.findChildren(QLabel)]
        assert any(NASTY[:12] in text for text in shown)
        buttons = [each.text() for each in desk.window.findChildren(QAbstractButton)]
        assert any("<img" in text or "<b>" in text for text in buttons)
        card = desk.window.conversation.findChildren(MessageCard)[-1]
        menu = message_menu(card.item, None, lambda _code: None, desk.window)
        assert any("browser" in entry.text() for entry in menu.actions())
        for field in desk.window.findChildren(QTextEdit):
            assert "<img" not in field.toHtml().replace("&lt;img", "")
    finally:
        desk.stop()


def test_tips_and_link_dialogs_show_brackets_as_they_are(
    qapp: object, folder: tuple[DataFolder, TicketId]
) -> None:
    from solodesk.services.links import target
    from solodesk.ui.appearance import Appearance

    assert not re.search(r"<(?!/?qt>|br>)", plain_tip(NASTY))
    found = target(NASTY, f"https://x.test/?q={NASTY}")
    assert found is not None
    dialog = LinkDialog(found, Appearance())
    assert _risky(dialog) == []
    dialog.deleteLater()
