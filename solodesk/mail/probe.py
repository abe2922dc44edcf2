"""Whether a mail server with a good certificate answers somewhere; for guessing. Never signs in."""

import contextlib
import smtplib
import socket

from solodesk.mail.server import Server, tls_context

_GREETINGS = (b"* OK", b"220")
_LONGEST = 1024


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
