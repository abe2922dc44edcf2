"""What the owner does with one message: pictures, the original, its characters; and what it says
of its sender."""

import http.server
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QLabel, QPushButton

from solodesk.domain.ids import MessageId
from solodesk.services import pictures
from solodesk.ui.conversation.bars import QuietBar
from solodesk.ui.conversation.body import MailBody
from solodesk.ui.conversation.menu import message_menu
from solodesk.ui.conversation.message import MessageCard
from solodesk.ui.widgets import Chip
from tests.support.mails import raw_mail
from tests.ui.panes.conftest import Bed, Panes
from tests.ui.panes.desk import HOUR, NEAR_MS


def _png() -> bytes:
    """A red picture of 8 × 6."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    rows = zlib.compress((b"\x00" + b"\xff\x00\x00" * 8) * 6)
    head = struct.pack(">IIBBBBB", 8, 6, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


PNG = _png()
IMAGE = QTextDocument.ResourceType.ImageResource.value


class _Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PNG)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    """The address of a picture on a web server."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/p.png"
    server.shutdown()
    server.server_close()
    thread.join()


def _html(html: str, subject: str = "Hello", headers: bytes = b"") -> bytes:
    raw = raw_mail(
        html, subject=subject, sender="Eve <eve@shop.example>", to="hello@lin.example",
        at_ms=NEAR_MS - HOUR,
    )  # fmt: skip
    return headers + raw.replace(b"text/plain", b"text/html")


def _engine(bed: Bed) -> Callable[[dict[str, Any], Any], None]:
    """What the engine does when it is asked, here at once."""

    def answer(request: dict[str, Any], done: Callable[[dict[str, Any]], None]) -> None:
        assert request["do"] == "fetch_pictures"
        here, missing = pictures.fetch(
            bed.store, MessageId(request["message"]), allowed=lambda _address: True
        )
        done({"ok": True, "here": here, "missing": missing})

    return answer


def _card(panes: Panes) -> MessageCard:
    return panes.pane.findChildren(MessageCard)[-1]


def _button(panes: Panes, words: str) -> QPushButton:
    return next(
        each for each in _card(panes).findChildren(QPushButton) if each.text().startswith(words)
    )


def _shows(panes: Panes, address: str) -> bool:
    found = _card(panes).findChildren(MailBody)[0].loadResource(IMAGE, QUrl(address))
    return isinstance(found, QImage) and not found.isNull()


def test_pictures_of_a_sender_are_allowed_fetched_and_taken_back(
    bed: Bed, panes: Panes, web: str
) -> None:
    bed.gate.asked.connect(_engine(bed))
    spy = '<img src="https://count.example/o.gif" width="1" height="1">'
    html = f'<p>Look</p><img src="{web}" width="90" alt="Bowl">{spy}'
    panes.pane.show_ticket(bed.receive(_html(html), NEAR_MS - HOUR))
    bed.settle()
    said = [label.text() for bar in panes.pane.findChildren(QuietBar)
            for label in bar.findChildren(QLabel)]  # fmt: skip
    assert any("1 picture from the internet" in text and "count.example" in text for text in said)
    assert not _shows(panes, web)
    _button(panes, "Always from this sender").click()
    bed.qtbot.waitUntil(lambda: _shows(panes, web))
    assert _card(panes).item.pictures_always
    # Another mail of this sender shows its pictures at once.
    other = bed.receive(_html(f'<p>Again</p><img src="{web}" width="80">', "Again"), NEAR_MS)
    panes.pane.show_ticket(other)
    bed.qtbot.waitUntil(lambda: _shows(panes, web))
    menu = message_menu(_card(panes).item, None, _card(panes)._act, panes)
    entry = next(each for each in menu.actions() if each.text().startswith("No longer"))
    entry.trigger()
    bed.qtbot.waitUntil(lambda: not _card(panes).item.remote_allowed)
    assert not _shows(panes, web)
    bed.qtbot.waitUntil(lambda: _button(panes, "Show pictures").isVisible())


def test_without_an_engine_nothing_is_fetched(bed: Bed, panes: Panes, web: str) -> None:
    panes.pane.show_ticket(bed.receive(_html(f'<img src="{web}" width="90">x'), NEAR_MS - HOUR))
    bed.settle()
    _button(panes, "Show pictures").click()
    bed.qtbot.waitUntil(lambda: _card(panes).item.remote_allowed)
    assert not _shows(panes, web)
    words = [label.text() for label in _card(panes).findChildren(QLabel)]
    assert any(text.startswith("Fetching the pictures") for text in words)


def test_the_original_opens_from_a_file_of_ours(bed: Bed, panes: Panes) -> None:
    files: list[str] = []
    panes.pane.original_ready.connect(files.append)
    panes.pane.show_ticket(bed.receive(_html("<p>Look <script>x</script></p>"), NEAR_MS - HOUR))
    bed.settle()
    _card(panes)._act("original")
    bed.qtbot.waitUntil(lambda: bool(files))
    text = Path(files[0]).read_text(encoding="utf-8")
    assert "Look" in text
    assert "<script" not in text


def test_wrong_characters_are_read_again(bed: Bed, panes: Panes) -> None:
    words = "Užsakymas negautas šiandien".encode("cp1257")
    raw = raw_mail("@@", subject="x", sender="a@b.example", to="hello@lin.example", at_ms=NEAR_MS)
    head, _blank, _body = raw.partition(b"\n\n" if b"\r\n\r\n" not in raw else b"\r\n\r\n")
    mail = head.replace(b"utf-8", b"iso-8859-1") + b"\r\n\r\n" + words + b"\r\n"
    panes.pane.show_ticket(bed.receive(mail, NEAR_MS - HOUR))
    bed.settle()
    _card(panes)._act("charset:windows-1257")
    bed.qtbot.waitUntil(lambda: "Užsakymas" in _card(panes).item.text)
    assert "Užsakymas" in _card(panes).findChildren(MailBody)[0].toPlainText()
    _card(panes)._act("charset:")
    bed.qtbot.waitUntil(lambda: "Užsakymas" not in _card(panes).item.text)


def test_the_senders_standing_is_a_quiet_mark(bed: Bed, panes: Panes) -> None:
    own = b"Authentication-Results: mx.lin.example; dmarc=%s header.from=shop.example\r\n"
    for number in range(9):
        verdict = b"fail" if number == 8 else b"pass"
        mail = _html(f"<p>{number}</p>", f"Number {number}", own % verdict)
        ticket = bed.receive(mail, NEAR_MS - HOUR + number)
    panes.pane.show_ticket(None)
    panes.pane.show_ticket(ticket)
    bed.settle()
    chips = [each.accessibleName() for each in _card(panes).findChildren(Chip)]
    assert any(name.startswith("Not verified") for name in chips)


def test_a_very_long_mail_is_cut_and_can_be_seen_whole(bed: Bed, panes: Panes) -> None:
    html = "<p>" + "word " * 70_000 + "</p><p>the very end</p>"
    panes.pane.show_ticket(bed.receive(_html(html), NEAR_MS - HOUR))
    bed.settle()
    assert "the very end" not in _card(panes).findChildren(MailBody)[0].toPlainText()
    _button(panes, "Show all").click()
    bed.qtbot.waitUntil(
        lambda: "the very end" in _card(panes).findChildren(MailBody)[0].toPlainText(),
        timeout=20_000,
    )
