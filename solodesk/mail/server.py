"""Where a mail server is and how to reach it safely.

Shared by reading and sending. Holds no secret: passwords are handed over beside it, so that a
`Server` can be logged and compared. Must not open connections.
"""

import ipaddress
import ssl
from dataclasses import dataclass
from enum import StrEnum

from solodesk.base.errors import KnownError
from solodesk.mail import pinning


class Transport(StrEnum):
    """How a connection is protected (RFC 8314); `PLAIN` is for loopback only."""

    TLS = "tls"
    STARTTLS = "starttls"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class Server:
    """A server's address.

    `ca_file`: one more trust anchor, for tests and private CAs: a PEM file, or the fingerprints
    of certificates the owner accepted ("sha256:…", mail/pinning.py).
    """

    host: str
    port: int
    tls: str
    user: str
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection and for each answer."""

    connect: float = 15.0
    read: float = 60.0


def is_loopback(host: str) -> bool:
    """Whether `host` is this computer: 127.0.0.0/8, ::1 or the name localhost."""
    if host.rstrip(".").lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_transport(server: Server) -> Transport:
    """The server's transport; KnownError `plain_not_allowed` for plain to another computer."""
    transport = Transport(server.tls)
    if transport is Transport.PLAIN and not is_loopback(server.host):
        raise KnownError("plain_not_allowed", host=server.host)
    return transport


def tls_context(server: Server) -> ssl.SSLContext:
    """A context that verifies name and chain, TLS 1.2 up, with the extra trust anchor if any.

    KnownError `ca_file_unreadable` when the anchor's file cannot be used, `bad_fingerprint`.
    """
    pins = pinning.pins_of(server.ca_file)
    if pins is not None:
        return pinning.context(server.host, pins)
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if server.ca_file is not None:
        try:
            context.load_verify_locations(cafile=server.ca_file)
        except (OSError, ssl.SSLError) as error:
            raise KnownError("ca_file_unreadable", path=server.ca_file) from error
    return context
