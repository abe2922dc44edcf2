"""What a message shows: safe, quotes apart, pictures only when allowed, the sender's standing."""

import base64
import http.server
import stat
import threading
import time
from collections.abc import Iterator

import pytest

from solodesk.domain.ids import MessageId
from solodesk.mail import picture_fetch
from solodesk.services import lists, originals, picture_cache, pictures, showing
from tests.services.inbox import Inbox
from tests.support.mails import raw_mail

NEW = "<p>My new words</p>"
QUOTED = '<div class="gmail_quote">On Monday Lin wrote:<blockquote>Old words</blockquote></div>'
BELOW = "<p>One more word of mine below</p>"
PIXEL = '<img src="http://track.example/1.gif" width="200" height="80">'
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def html_mail(html: str, sender: str = "wang@lumen.example") -> bytes:
    """A mail with an HTML body only."""
    mail = raw_mail(html, subject="Re: x", sender=sender)
    return mail.replace(b"text/plain", b"text/html")


def shown(inbox: Inbox, html: str, *, remote: bool = False) -> showing.Shown:
    done = inbox.arrive(html_mail(html))
    with inbox.store.read() as reader:
        found = showing.show(reader, done.message, showing.OwnServers(), remote=remote)
    assert found.visible is not None
    return found


def test_the_quoted_mail_is_apart(inbox: Inbox) -> None:
    found = shown(
        inbox, "<style>.x{color:#c00}</style>" + NEW + QUOTED.replace("Old", '<b class="x">Old</b>')
    )
    assert "My new words" in (found.visible or "")
    assert "Old" not in (found.visible or "")
    assert '<b style="color:#cc0000">Old</b>' in (found.quoted or "")


def test_words_below_the_quote_are_never_hidden(inbox: Inbox) -> None:
    assert "One more word" in (shown(inbox, NEW + QUOTED + BELOW).visible or "")


def test_a_plain_mail_has_no_html(inbox: Inbox) -> None:
    done = inbox.mail("Just text")
    with inbox.store.read() as reader:
        assert showing.show(reader, done.message, showing.OwnServers()).visible is None
        assert b"Just text" in lists.raw(reader, done.message)


def test_nothing_loads_until_the_owner_allows_it_and_it_can_be_taken_back(inbox: Inbox) -> None:
    done = inbox.arrive(html_mail(NEW + PIXEL))
    other = inbox.arrive(html_mail(BELOW + PIXEL))

    def allowed() -> list[tuple[bool, bool]]:
        with inbox.store.read() as reader:
            items = (*reader.lists.conversation(done.ticket), *(
                () if other.ticket == done.ticket else reader.lists.conversation(other.ticket)
            ))  # fmt: skip
            return [(item.remote_allowed, item.pictures_always) for item in items]

    assert allowed() == [(False, False)] * 2
    assert shown(inbox, NEW + PIXEL).blocked == 1
    with inbox.store.write() as desk:
        pictures.allow(desk, done.message)
    assert sorted(allowed()) == [(False, False), (True, False)]
    with inbox.store.write() as desk:
        pictures.allow_sender(desk, other.message, always=True)
    assert allowed() == [(True, True)] * 2
    with inbox.store.read() as reader:
        assert pictures.is_allowed(reader, other.message)
    with inbox.store.write() as desk:
        pictures.allow_sender(desk, done.message, always=False)
    assert allowed() == [(False, False)] * 2


class _Pictures(http.server.BaseHTTPRequestHandler):
    """A web server: /p.png is one, /t is a text, /far leads on, /big does not end."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012 - one list for the test

    def do_GET(self) -> None:
        self.asked.append((self.path, str(self.headers)))
        if self.path.startswith("/far"):
            self.send_response(302)
            self.send_header("Location", "/p.png?far")
            self.end_headers()
            return
        self.send_response(404 if self.path.startswith("/gone") else 200)
        self.send_header("Set-Cookie", "who=you")
        self.end_headers()
        body = b"<svg onload=alert(1)>" if self.path == "/t.png" else PNG
        if self.path == "/big.png":
            body = PNG + b"x" * (picture_fetch.MAX_BYTES + 1)
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    """Its address."""
    _Pictures.asked.clear()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pictures)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_pictures_are_fetched_for_allowed_mail_only(inbox: Inbox, web: str) -> None:
    def fetch(message: MessageId) -> tuple[int, int]:
        return pictures.fetch(inbox.store, message, allowed=lambda address: address == "127.0.0.1")

    names = ("p.png", "far", "t.png", "big.png", "gone.png")
    html = NEW + "".join(f'<img src="{web}/{name}" width="90">' for name in names)
    html += f'<img src="{web}/spy.gif" width="1" height="1">'
    done = inbox.arrive(html_mail(html))
    assert fetch(done.message) == (0, 0)
    assert not _Pictures.asked
    with inbox.store.write() as desk:
        pictures.allow(desk, done.message)
    assert fetch(done.message) == (2, 3)
    assert not any("spy" in path for path, _headers in _Pictures.asked)
    assert not any("Referer" in head or "Cookie" in head for _path, head in _Pictures.asked)
    with inbox.store.read() as reader:
        found = showing.show(reader, done.message, showing.OwnServers(), remote=True)
        root = reader.folder
    assert found.images == {f"{web}/p.png": PNG, f"{web}/far": PNG}
    assert len(found.missing) == 3
    assert found.spies == ("127.0.0.1",)
    kept = list(picture_cache.folder(root).iterdir())
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in kept)
    # Asked again, only what is missing is fetched.
    _Pictures.asked.clear()
    fetch(done.message)
    assert {path for path, _headers in _Pictures.asked} == {"/t.png", "/big.png", "/gone.png"}
    assert picture_cache.forget_old(root, time.time()) == 0
    assert picture_cache.forget_old(root, time.time() + 40 * 86_400) == len(kept)


def test_a_mail_does_not_reach_into_the_owners_network(web: str) -> None:
    until = time.monotonic() + 5
    assert picture_fetch.fetch(f"{web}/p.png", until) is None
    assert not _Pictures.asked
    for address in (
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "::ffff:10.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "fd00::1",
        "",
    ):
        assert not picture_fetch.is_public(address)
    assert picture_fetch.is_public("93.184.216.34")
    assert picture_fetch.is_public("2606:2800:220:1::1")


def test_the_original_is_a_page_that_loads_nothing(inbox: Inbox) -> None:
    done = inbox.arrive(html_mail(NEW + QUOTED + PIXEL + "<script>alert(1)</script>"))
    plain = inbox.mail("Just <b>text</b>")
    with inbox.store.read() as reader:
        page = originals.document(reader, done.message, showing.OwnServers())
        words = originals.document(reader, plain.message, showing.OwnServers())
        file = originals.write(reader.folder, page)
    assert "default-src 'none'" in page
    assert "Old words" in page
    assert "<script" not in page
    assert "track.example" not in page
    assert "&lt;b&gt;text" in words
    assert file.read_text(encoding="utf-8") == page
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.parent.parent.name == "cache"


def test_what_the_own_server_says_is_told(inbox: Inbox) -> None:
    servers = showing.OwnServers()
    results = b"Authentication-Results: mx.lin.example; dmarc=%s header.from=lumen.example\r\n"
    good, bad = results % b"pass", results % b"fail"
    arrived = [inbox.arrive(good + html_mail(f"{NEW}{n}")) for n in range(3)]
    forged = inbox.arrive(bad + good + html_mail(NEW + PIXEL))
    named = inbox.arrive(
        raw_mail("x", subject="y", sender='"boss@bank.example" <eve@evil.example>')
    )
    with inbox.store.read() as reader:
        verdicts = [
            showing.show(reader, done.message, servers, remote=True)
            for done in (*arrived, forged, named)
        ]
    assert [each.standing.verdict for each in verdicts] == [
        "verified", "verified", "verified", "failed", "unknown",
    ]  # fmt: skip
    # A borrowed name does not load pictures by an old permission.
    assert verdicts[3].blocked == 1
    assert [each.other_address for each in verdicts] == [False] * 4 + [True]
