"""What a conversation shows, and what a hostile mail cannot make it do."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QImage, QKeySequence, QShortcut, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from solodesk.services import links, replies
from solodesk.ui.conversation.body import MailBody
from solodesk.ui.conversation.message import FoldedMessage, MessageCard, NoteCard
from solodesk.ui.dialogs import link
from tests.support.mails import raw_mail
from tests.ui.panes.conftest import Bed, Panes
from tests.ui.panes.desk import HOUR, NEAR_MS

IMAGE = QTextDocument.ResourceType.ImageResource.value


class Beacon:
    """A web server that only counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port = int(self._socket.getsockname()[1])
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                visitor, _address = self._socket.accept()
            except TimeoutError:
                continue
            self.visits += 1
            visitor.close()

    def nobody_else_came(self, bed: Bed) -> bool:
        """Visitors are served in turn: when we were counted, whoever came before us was too."""
        bed.settle()
        before = self.visits
        socket.create_connection(("127.0.0.1", self.port)).close()
        bed.qtbot.waitUntil(lambda: self.visits > before, timeout=5000)
        return self.visits == 1

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def beacon() -> Iterator[Beacon]:
    made = Beacon()
    yield made
    made.close()


def _hostile(address: str, picture: Path) -> str:
    url, file = f"http://{address}/b", QUrl.fromLocalFile(str(picture)).toString()
    return f"""<html><head><link rel="stylesheet" href="{url}.css"><base href="{url}">
    <meta http-equiv="refresh" content="0;url={url}">
    <style>@import url("{url}"); body {{ background: url({url}.png) }}</style></head>
    <body background="{url}.gif" onload="fetch('{url}')">Hello <script>fetch("{url}")</script>
    <img src="{url}.png"><img src="{file}"><img src="{picture}"><img src="//{address}/c.png">
    <image src="{url}"><input type="image" src="{url}"><iframe src="{url}"></iframe>
    <video poster="{url}"><source src="{url}"></video><object data="{url}"></object>
    <svg><image href="{url}"/></svg><table background="{url}"><tr><td style="background:url({url})">
    x</td></tr></table><div style="list-style-image: url('{url}')">y</div>
    <a href="file:///etc/passwd">a file</a><a href="javascript:alert(1)">script</a></body></html>"""


def _html_mail(html: str, subject: str = "Hello") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Eve <eve@evil.example>", "hello@lin.example"
    mail["Subject"], mail["Message-ID"] = subject, f"<{abs(hash(html))}@evil.example>"
    mail.set_content("plain")
    mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


def _picture(folder: Path) -> Path:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    path = folder / "secret.png"
    assert image.save(str(path))
    return path


def _texts(widget: QWidget) -> list[QLabel]:
    return widget.findChildren(QLabel)


def test_a_hostile_mail_reaches_nobody(
    bed: Bed, panes: Panes, beacon: Beacon, tmp_path: Path
) -> None:
    html = _hostile(f"127.0.0.1:{beacon.port}", _picture(tmp_path))
    ticket = bed.receive(_html_mail(html), NEAR_MS - HOUR)
    panes.pane.show_ticket(ticket)
    bed.settle()
    panes.grab()
    assert beacon.nobody_else_came(bed)
    bodies = panes.pane.findChildren(MailBody)
    assert "Hello" in bodies[-1].toPlainText()
    assert "fetch" not in bodies[-1].toPlainText()


def test_the_body_alone_refuses_whatever_slips_through(
    bed: Bed, beacon: Beacon, tmp_path: Path
) -> None:
    """The second wall: raw HTML that no sanitiser saw."""
    picture = _picture(tmp_path)
    body = MailBody(bed.look)
    bed.qtbot.addWidget(body)
    body.resize(400, 200)
    inline = tmp_path.joinpath("secret.png").read_bytes()
    body.show_html(_hostile(f"127.0.0.1:{beacon.port}", picture), {"logo": inline})
    body.show()
    body.grab()
    assert beacon.nobody_else_came(bed)
    for address in (
        QUrl.fromLocalFile(str(picture)).toString(), str(picture), f"http://127.0.0.1:{beacon.port}/",
        "qrc:/x.png", "data:image/png;base64,AAAA", "//server/share/x.png",
    ):  # fmt: skip
        found = body.loadResource(IMAGE, QUrl(address))
        assert isinstance(found, QImage)
        assert found.isNull(), address
    logo = body.loadResource(IMAGE, QUrl("cid:logo"))
    assert isinstance(logo, QImage)
    assert not logo.isNull()


_TABLE = '<table width="600" bgcolor="#fff"><tr><td><p>Everything must go.</p></td></tr></table>'


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (_TABLE, "Everything must go."),
        (f"<p>Hi</p>{_TABLE}<p></p><p>&nbsp;</p><p></p>", "Everything must go."),
        (_TABLE * 3, "Everything must go."),
        ("<p>Hello</p><p>&nbsp;</p><div><br></div><div><br></div>", "Hello"),
        ("<br><br><br>", ""),
        ("", ""),
    ],
)
def test_empty_ends_are_dropped_and_tables_stay(bed: Bed, html: str, words: str) -> None:
    body = MailBody(bed.look)
    bed.qtbot.addWidget(body)
    body.resize(400, 200)
    body.show_html(html, {})
    assert words in body.toPlainText()
    if "<table" not in html:
        assert body.toPlainText().strip() == body.toPlainText().rstrip("\n") == words


def test_a_subject_is_text_wherever_it_stands(bed: Bed, panes: Panes) -> None:
    nasty = "<img src=x onerror=1><b>hi</b>"
    mail = raw_mail(
        "Hello", subject=nasty, sender='"<u>Eve</u>" <eve@evil.example>', to="hello@lin.example",
        at_ms=NEAR_MS - HOUR,
    )  # fmt: skip
    ticket = bed.receive(mail, NEAR_MS - HOUR)
    panes.pane.show_ticket(ticket)
    with bed.store.read() as reader:
        row = reader.tickets.get(ticket)
    assert row is not None
    panes.customer.show_customer(row.customer_id, ticket)
    panes.composer.open_for(ticket)
    bed.settle()
    risky = [
        label
        for label in (*_texts(panes.pane), *_texts(panes.customer), *_texts(panes.composer))
        if "<" in label.text() and label.textFormat() != Qt.TextFormat.PlainText
    ]
    assert not risky
    assert any(label.text().startswith("<img src=x") for label in _texts(panes.pane))


def test_a_link_shows_where_it_goes_and_only_web_and_mail_open(bed: Bed, panes: Panes) -> None:
    for address in (
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://host/x",
        "data:text/html,x",
    ):
        assert link.ask(address, "click", bed.look, panes) is None
    lying = links.target("www.bank.com", "https://bank.com@evil.example/login")
    assert lying is not None
    dialog = link.LinkDialog(lying, bed.look, panes)
    words = " ".join(label.text() for label in _texts(dialog))
    assert "evil.example" in words
    assert dialog.warning.text()
    dialog.deleteLater()


def test_earlier_text_is_folded_and_can_be_shown(bed: Bed, panes: Panes) -> None:
    card = panes.pane.findChildren(MessageCard)[-1]
    shown = " ".join(body.toPlainText() for body in card.findChildren(MailBody))
    assert "Could you check which account" in shown
    assert "wrote:" not in shown
    fold = next(b for b in card.findChildren(QPushButton) if "earlier" in b.text())
    QTest.mouseClick(fold, Qt.MouseButton.LeftButton)
    shown = " ".join(body.toPlainText() for body in card.findChildren(MailBody))
    assert "it is on its way." in shown


def test_what_came_since_the_last_answer_is_open(bed: Bed, panes: Panes) -> None:
    for number in (1, 2):
        mail = raw_mail(
            f"One more thing, number {number}.", subject="Re: Refund for order A123",
            sender="Wang Li <wang@lumen.example>", to="hello@lin.example",
            at_ms=NEAR_MS - HOUR, headers={"In-Reply-To": "<a2@lin.example>"},
        )  # fmt: skip
        assert bed.receive(mail, NEAR_MS - HOUR + number) == bed.ticket
    panes.pane.show_ticket(None)
    panes.pane.show_ticket(bed.ticket)
    bed.settle()
    words = " ".join(body.toPlainText() for body in panes.pane.findChildren(MailBody))
    assert "account it went to" in words
    assert "number 1" in words
    assert "number 2" in words


def test_many_unread_messages_are_all_in_sight(bed: Bed, panes: Panes) -> None:
    """The newest are open, the others one line each; none is behind the fold line."""
    for number in range(12):
        mail = raw_mail(
            f"Where is it, number {number}?", subject="Where is it?",
            sender="Ann <ann@mail.example>", to="hello@lin.example", at_ms=NEAR_MS - HOUR,
            message_id=f"<w{number}@mail.example>",
            headers={"In-Reply-To": "<w0@mail.example>"} if number else {},
        )  # fmt: skip
        ticket = bed.receive(mail, NEAR_MS - HOUR + number)
    panes.pane.show_ticket(ticket)
    bed.settle()
    opened = [card.item.text for card in panes.pane.findChildren(MessageCard)
              if card.item.subject == "Where is it?"]  # fmt: skip
    assert any("number 11" in text for text in opened)
    assert 2 <= len(opened) < 12
    lines = [line.accessibleName() for line in panes.pane.findChildren(FoldedMessage)]
    assert any("number 0" in line for line in lines)
    assert len(lines) + len(opened) == 12


def test_fold_line_opens_and_closes(bed: Bed, panes: Panes) -> None:
    assert not panes.pane.findChildren(FoldedMessage)
    fold = next(b for b in panes.pane.findChildren(QPushButton) if "2 earlier" in b.text())
    QTest.mouseClick(fold, Qt.MouseButton.LeftButton)
    bed.qtbot.waitUntil(lambda: len(panes.pane.findChildren(FoldedMessage)) == 2)
    panes.pane.expand_all()
    bed.qtbot.waitUntil(lambda: len(panes.pane.findChildren(MessageCard)) == 3)
    panes.pane.collapse_all()
    bed.qtbot.waitUntil(lambda: len(panes.pane.findChildren(MessageCard)) == 1)


def test_a_draft_saved_behind_the_scenes_moves_nothing(bed: Bed, panes: Panes) -> None:
    before = panes.pane.findChildren(MessageCard)[-1]
    with bed.store.write() as desk:
        draft = replies.draft_for(desk, bed.ticket)
        replies.save_draft(desk, replace(draft, body_html="<p>hello</p>"))
        changes = desk.changes()
    bed.gate.changed.emit(changes)
    bed.settle()
    bed.qtbot.waitUntil(lambda: bool(panes.pane.findChildren(NoteCard)))
    assert panes.pane.findChildren(MessageCard)[-1] is before


def test_letters_reach_the_window_from_a_mail_that_has_the_focus(bed: Bed, panes: Panes) -> None:
    pressed: list[str] = []
    shortcut = QShortcut(QKeySequence("R"), panes)
    shortcut.activated.connect(lambda: pressed.append("R"))
    body = panes.pane.findChildren(MailBody)[-1]
    body.setFocus()
    QTest.keyClick(body, Qt.Key.Key_R)
    assert pressed == ["R"]
    assert not body.testAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled)


def test_customer_lines_may_vanish_while_they_are_pressed(bed: Bed, panes: Panes) -> None:
    """Pressing a line shows another ticket, which makes all lines anew."""
    asked: list[int] = []

    def go(ticket: int) -> None:
        asked.append(ticket)
        panes.customer.show_customer(None)

    panes.customer.ticket_activated.connect(go)
    line = next(
        widget for widget in panes.customer.findChildren(QWidget)
        if widget.accessibleName().startswith("Invoice for August")
    )  # fmt: skip
    gone: list[bool] = []
    line.destroyed.connect(lambda: gone.append(True))
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    bed.qtbot.waitUntil(lambda: bool(gone))
    assert len(asked) == 1


def test_greeting_and_note_are_saved_when_they_are_left(bed: Bed, panes: Panes) -> None:
    greeting, note = panes.customer._greeting, panes.customer._note_field
    greeting.setFocus()
    greeting.selectAll()
    QTest.keyClicks(greeting, "Dear Li")
    note.setFocus()
    note.setPlainText("Likes blue.")
    greeting.setFocus()
    bed.settle()
    with bed.store.read() as reader:
        customer = reader.customers.get(reader.customers.id_by_address("wang@lumen.example"))  # type: ignore[arg-type]
    assert customer is not None
    assert (customer.greeting, customer.note) == ("Dear Li", "Likes blue.")


def test_a_long_exchange_scrolls_to_its_newest_message(bed: Bed, panes: Panes) -> None:
    for number in range(40):
        mail = raw_mail(
            f"Line\n\nof message {number}\n" * 3, subject="Re: Refund for order A123",
            sender="Wang Li <wang@lumen.example>", to="hello@lin.example", at_ms=NEAR_MS - HOUR,
            headers={"In-Reply-To": "<a2@lin.example>"},
        )  # fmt: skip
        bed.receive(mail, NEAR_MS - HOUR + number)
    panes.pane.expand_all()
    panes.pane._cards.scroll_to_last()
    last = panes.pane.findChildren(MessageCard)[-1]
    port = panes.pane._cards.viewport()
    top = last.mapTo(port, QPoint(0, 0)).y()
    assert 0 <= top < port.height()
