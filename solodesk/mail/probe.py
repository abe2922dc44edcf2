"""What answers somewhere: a mail server with a good certificate (for guessing), or which
certificate one nearby shows (to be compared by the owner). Never signs in.
"""

import contextlib
import smtplib
import socket
from collections.abc import Iterator
from typing import BinaryIO

from solodesk.mail import pinning
from solodesk.mail.server import Server, Transport, tls_context

_GREETINGS = (b"* OK", b"220")
_LONGEST = 1024
_MOST_LINES = 50


def answers(server: Server, seconds: float) -> bool:
    """Whether a mail server speaks there, its name proven; False for every fault."""
    with contextlib.suppress(OSError, smtplib.SMTPException, ValueError):
        return _starttls(server, seconds) if server.tls == "starttls" else _tls(server, seconds)
    return False


def _tls(server: Server, seconds: float) -> bool:
    with (
        socket.create_connection((server.host, server.port), seconds) as plain,
        tls_context(server).wrap_socket(plain, server_hostname=server.host) as sock,
    ):
        return sock.recv(_LONGEST).startswith(_GREETINGS)


def _starttls(server: Server, seconds: float) -> bool:
    """Submission only: IMAP is guessed on its encrypted port."""
    smtp = smtplib.SMTP(local_hostname="[127.0.0.1]", timeout=seconds)
    try:
        smtp.connect(server.host, server.port)
        smtp._host = server.host  # type: ignore[attr-defined]  # the name to verify
        return smtp.starttls(context=tls_context(server))[0] == 220
    finally:
        smtp.close()


def fingerprint(server: Server, seconds: float) -> str | None:
    """The fingerprint (64 hex digits) a server nearby shows; before it only STARTTLS is said.

    None when it is not near, does not answer, or does not begin encryption.
    """
    place = server.host, server.port
    with (
        contextlib.suppress(OSError, ValueError),
        socket.create_connection(place, seconds) as sock,
    ):
        if not pinning.is_near(sock):
            return None
        if server.tls == Transport.STARTTLS.value and not _ready_for_tls(sock):
            return None
        return pinning.shown_by(sock, server.host)
    return None


def _ready_for_tls(sock: socket.socket) -> bool:
    """Ask for STARTTLS in the server's own language; True when it agreed."""
    with sock.makefile("rb") as lines:
        greeting = lines.readline(_LONGEST)
        if greeting.startswith(b"* OK"):
            sock.sendall(b"a1 STARTTLS\r\n")
            answer = next(_answers(lines, b"a1 "), b"")
            return answer.startswith(b"a1 OK")
        if not greeting.startswith(b"220"):
            return False
        if greeting.startswith(b"220-"):
            next(_answers(lines, b"220 "), b"")
        sock.sendall(b"EHLO [127.0.0.1]\r\n")
        if not next(_answers(lines, b"250 "), b""):
            return False
        sock.sendall(b"STARTTLS\r\n")
        return lines.readline(_LONGEST).startswith(b"220")


def _answers(lines: BinaryIO, wanted: bytes) -> Iterator[bytes]:
    """The line that ends an answer, if it comes within reason."""
    for _count in range(_MOST_LINES):
        line = lines.readline(_LONGEST)
        if not line or line.startswith(wanted):
            if line:
                yield line
            return
