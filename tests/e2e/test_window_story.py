"""The owner at the window, by keys and mouse, over the real engine, Dovecot and an SMTP server:
an own server's certificate is compared and accepted, mail comes in, an answer is taken back, sent
again, waits while the server is away, and leaves once."""

import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from solodesk.app.desk import DeskApp, application
from solodesk.app.screenshots import settle
from solodesk.base.device import DeviceSettings
from solodesk.base.paths import DataFolder
from solodesk.services import settings
from solodesk.ui.conversation.notices import Notice
from solodesk.ui.dialogs.account import AccountDialog
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.secrets import SecretService
from tests.support.smtp import SmtpSink

LONG_MS = 30_000


@pytest.fixture(scope="module")
def qapp() -> object:
    return application()


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    made = new_smtp_sink("starttls", login=(mailbox.user, mailbox.password))
    made.keep_sent_of(mailbox)
    return made


@pytest.fixture
def desk(qtbot: QtBot, data_folder: DataFolder, secret_service: SecretService) -> Iterator[DeskApp]:
    command = [sys.executable, "-m", "solodesk", "--data", str(data_folder.root), "engine"]
    made = DeskApp(data_folder, device=DeviceSettings(language="en"), engine=command)
    made.start()
    qtbot.waitExposed(made.window)
    settle(made)
    yield made
    made.stop()


def button(within: QWidget, text: str) -> QPushButton:
    return next(b for b in within.findChildren(QPushButton) if b.text() == text and b.isVisible())


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def key(
    desk: DeskApp, code: Qt.Key, mods: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    QTest.keyClick(QApplication.focusWidget() or desk.window, code, mods)
    settle(desk)


def typed(desk: DeskApp, keys: str) -> None:
    QTest.keyClicks(QApplication.focusWidget() or desk.window, keys)
    settle(desk)


def focus_list(desk: DeskApp, qtbot: QtBot) -> None:
    desk.window.activateWindow()
    desk.window.tickets.view.setFocus()
    qtbot.waitUntil(desk.window.tickets.view.hasFocus)


def bar(desk: DeskApp) -> str:
    found = [n for n in desk.window.conversation.findChildren(Notice) if n.isVisible()]
    return " ".join(label.text() for n in found for label in n.findChildren(QLabel))


def states(desk: DeskApp) -> list[str]:
    with desk.store.read() as reader:
        return [row.state for row in reader.lists.outbox(ended=True)]


def connect(desk: DeskApp, box: Mailbox, sink: SmtpSink, qtbot: QtBot) -> None:
    dialog = AccountDialog(desk.gate, desk.window.look, desk.window)
    dialog.show()
    QTest.keyClicks(dialog.address, box.address)
    dialog.by_hand()
    for side, port in ((dialog.servers._in, box.port), (dialog.servers._out, sink.port)):
        side.host.setText("127.0.0.1")
        side.tls.setCurrentIndex(side.tls.findData("starttls"))
        side.port.setValue(port)
    QTest.keyClicks(dialog.servers._user, box.user)
    QTest.keyClicks(dialog.secret, "wrong")
    click(button(dialog, "Connect"))
    seen: set[str] = set()

    def asked_or_settled() -> bool:
        shown = dialog.certificate.fingerprint()
        return bool(shown and shown not in seen) or "password" in dialog.said().lower()

    while True:
        qtbot.waitUntil(asked_or_settled, timeout=LONG_MS)
        shown = dialog.certificate.fingerprint()
        if not shown or shown in seen:
            break
        seen.add(shown)
        click(button(dialog, "Accept this certificate"))
    assert seen, "a certificate nobody vouches for was accepted without a question"
    assert "refused the password" in dialog.said()
    with desk.store.read() as reader:
        assert reader.accounts.all() == []
    dialog.secret.clear()
    QTest.keyClicks(dialog.secret, box.password)
    with qtbot.waitSignal(dialog.connected, timeout=LONG_MS):
        click(button(dialog, "Try again"))
        while True:
            qtbot.waitUntil(
                lambda: not dialog.isVisible() or bool(dialog.certificate.fingerprint()),
                timeout=LONG_MS,
            )
            if not dialog.isVisible():
                break
            click(button(dialog, "Accept this certificate"))
    dialog.deleteLater()


def test_from_an_empty_desk_to_an_answer_that_left_once(
    desk: DeskApp, mailbox: Mailbox, sink: SmtpSink, qtbot: QtBot
) -> None:
    mailbox.append("INBOX", raw_mail("Where is my order?", subject="My order"))
    connect(desk, mailbox, sink, qtbot)
    with desk.store.write() as store:
        settings.put(store, "undo_send_s", 3)
    window = desk.window
    qtbot.waitUntil(lambda: window.tickets.model.rowCount() == 1, timeout=LONG_MS)
    focus_list(desk, qtbot)
    window.tickets.view.go(0)
    settle(desk)

    # An answer, taken back in time: nothing is left to undo, the words are there.
    typed(desk, "r")
    assert window.composer.is_open()
    typed(desk, "It left today.")
    key(desk, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: states(desk) == ["held"], timeout=LONG_MS)
    key(desk, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: states(desk) == ["cancelled"], timeout=LONG_MS)
    qtbot.waitUntil(window.composer.is_open, timeout=LONG_MS)
    assert "It left today." in window.composer._editor.plain()
    assert not window.status._undo.isVisible()

    # Sent while the server is away: it waits, says why, and "Send now" is tried at once.
    sink.stop()
    key(desk, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: states(desk)[-1] == "retrying", timeout=LONG_MS)
    typed(desk, "gt")
    qtbot.waitUntil(lambda: "Not sent yet" in bar(desk), timeout=LONG_MS)
    assert "cannot be reached" in bar(desk)
    assert sink.received == []
    sink.start()
    click(button(window.conversation, "Send now"))
    qtbot.waitUntil(lambda: states(desk)[-1] == "sent", timeout=LONG_MS)
    settle(desk)
    assert bar(desk) == ""
    assert len(sink.received) == 1
    qtbot.waitUntil(lambda: window.tickets.model.rowCount() == 0, timeout=LONG_MS)
