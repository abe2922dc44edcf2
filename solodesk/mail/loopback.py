"""The browser's answer to a sign-in, received on a loopback port of our own (RFC 8252).

Takes one request with the right `state`, shows a plain page, and is gone. Everything else that
knocks is refused and forgotten. Must not log: the answer holds the code.
"""

import hmac
import html
import http.server
import threading
import time
from typing import Final
from urllib.parse import parse_qs, urlsplit

from solodesk.wording.gettext import _

_STEP_S: Final = 0.25
_PATIENCE_S: Final = 5.0
_PAGE: Final = (
    '<!doctype html><html><head><meta charset="utf-8"><title>SoloDesk</title></head>'
    '<body style="font:16px system-ui,sans-serif;margin:4em"><p>{words}</p></body></html>'
)


class Loopback:
    """A port on 127.0.0.1 that waits for one answer; used by one thread."""

    def __init__(self, name: str = "127.0.0.1") -> None:
        self._server = _Listener(("127.0.0.1", 0), _Handler)
        self._server.timeout = _STEP_S
        port = self._server.server_address[1]
        self.address = f"http://{name}:{port}"
        """Where the browser is sent back to."""
        self._server.hosts = frozenset({f"{name}:{port}", f"127.0.0.1:{port}"})

    def wait(self, state: str, stop: threading.Event, seconds: float) -> dict[str, str] | None:
        """The answer's fields, or None when nobody came in time or `stop` was set."""
        self._server.state = state
        end = time.monotonic() + seconds
        while self._server.answer is None and not stop.is_set() and time.monotonic() < end:
            self._server.handle_request()
        return self._server.answer

    def close(self) -> None:
        """Close the port."""
        self._server.server_close()


class _Listener(http.server.HTTPServer):
    # Another program must not be able to take the port while we listen.
    allow_reuse_address = False
    state = ""
    hosts: frozenset[str] = frozenset()
    answer: dict[str, str] | None = None

    def server_bind(self) -> None:
        """Bind, without asking the DNS for our name."""
        super(http.server.HTTPServer, self).server_bind()
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away in the middle is no fault, and nothing may be printed."""


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Listener
    timeout = _PATIENCE_S
    server_version = "SoloDesk"
    sys_version = ""

    def do_GET(self) -> None:
        """The browser came back, or somebody else knocks."""
        parts = urlsplit(self.path)
        fields = {name: values[0] for name, values in parse_qs(parts.query).items()}
        ours = hmac.compare_digest(
            fields.get("state", "").encode(), self.server.state.encode()
        ) and bool(self.server.state)
        if not ours or self.headers.get("Host") not in self.server.hosts:
            self._page(400, "?")
            return
        if "code" in fields:
            self._page(200, _("You are signed in. Close this page and go back to SoloDesk."))
        else:
            self._page(200, _("You are not signed in. Go back to SoloDesk to try again."))
        self.server.answer = fields

    def _page(self, status: int, words: str) -> None:
        body = _PAGE.format(words=html.escape(words)).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nothing is logged: the request holds the code."""
