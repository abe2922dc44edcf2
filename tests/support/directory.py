"""What discovery asks: a small DNS and a web server for autoconfig XML, both on loopback."""

import http.server
import json
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rdatatype
import dns.rrset

from solodesk.services.discovery import Places
from tests.support.certificates import Certificates

XML = """<?xml version="1.0"?>
<clientConfig version="1.1"><emailProvider id="{name}"><displayName>{name}</displayName>
<incomingServer type="pop3"><hostname>pop.{host}</hostname><port>995</port>
<socketType>SSL</socketType><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="imap"><hostname>plain.{host}</hostname><port>143</port>
<socketType>plain</socketType><authentication>password-cleartext</authentication></incomingServer>
<incomingServer type="imap"><hostname>imap.{host}</hostname><port>993</port>
<socketType>SSL</socketType><authentication>{auth}</authentication>
<username>%EMAILLOCALPART%</username></incomingServer>
<outgoingServer type="smtp"><hostname>smtp.{host}</hostname><port>587</port>
<socketType>STARTTLS</socketType><authentication>{auth}</authentication>
<username>%EMAILADDRESS%</username></outgoingServer>
<documentation url="https://help.{host}/imap"/></emailProvider></clientConfig>"""


def xml(name: str, host: str, auth: str = "password-cleartext") -> bytes:
    """A provider's file."""
    return XML.format(name=name, host=host, auth=auth).encode()


class Directory:
    """Both servers. `pages`: path → body or redirect; `records`: (name, type) → values."""

    def __init__(self, certificates: Certificates) -> None:
        self.certificates = certificates
        self.pages: dict[str, bytes | str] = {}
        self.records: dict[tuple[str, str], list[str]] = {}
        self.requests: list[str] = []
        self.hold: threading.Event | None = None
        """When set, the web server answers only after it."""
        directory = self

        class Handler(_Handler):
            owner = directory

        self._web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._web.daemon_threads = False
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.chain, certificates.key)
        self._web.socket = context.wrap_socket(
            self._web.socket, server_side=True, do_handshake_on_connect=False
        )
        self._dns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._dns.bind(("127.0.0.1", 0))
        self._threads = [
            threading.Thread(target=self._web.serve_forever, args=(0.05,)),
            threading.Thread(target=self._answer_names),
        ]

    @property
    def web(self) -> str:
        """The web server's base."""
        return f"https://127.0.0.1:{self._web.server_address[1]}"

    def places(self, **other: Any) -> Places:
        """Where a search asks so that it asks here; nothing is guessed unless `other` says."""
        usual: dict[str, Any] = {
            "own": (f"{self.web}/own/{{domain}}", f"{self.web}/well-known/{{domain}}"),
            "ispdb": (f"{self.web}/ispdb/{{domain}}",),
            "nameservers": (("127.0.0.1", self._dns.getsockname()[1]),),
            "imap_guesses": (),
            "smtp_guesses": (),
            "ca_file": str(self.certificates.ca),
        }
        return Places(**(usual | other))

    def write(self, path: Path, **other: Any) -> Path:
        """The places as the file SOLODESK_DISCOVERY names."""
        there = self.places(**other)
        names = Places.__slots__
        path.write_text(json.dumps({name: getattr(there, name) for name in names}))
        return path

    def start(self) -> None:
        """Serve."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Serve no more."""
        if self.hold is not None:
            self.hold.set()
        for thread in threading.enumerate():
            if thread.name.startswith("discover"):  # its question must not wait for us in vain
                thread.join(5)
        self._web.shutdown()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", self._dns.getsockname())
        for thread in self._threads:
            thread.join(5)
        self._web.server_close()
        self._dns.close()

    def _answer_names(self) -> None:
        while True:
            said, who = self._dns.recvfrom(4096)
            if not said:
                return
            query = dns.message.from_wire(said)
            asked = query.question[0]
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            name = str(asked.name).rstrip(".")
            values = self.records.get((name, dns.rdatatype.to_text(asked.rdtype)), [])
            if values:
                answer.answer.append(
                    dns.rrset.from_text(asked.name, 60, "IN", asked.rdtype, *values)
                )
            self._dns.sendto(answer.to_wire(), who)


class _Handler(http.server.BaseHTTPRequestHandler):
    owner: Directory
    timeout = 10

    def do_GET(self) -> None:
        self.owner.requests.append(self.path)
        if self.owner.hold is not None:
            self.owner.hold.wait(20)
        page = self.owner.pages.get(self.path)
        self.send_response(404 if page is None else 302 if isinstance(page, str) else 200)
        if isinstance(page, str):
            self.send_header("Location", page)
        body = page if isinstance(page, bytes) else b""
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Tests are quiet."""
