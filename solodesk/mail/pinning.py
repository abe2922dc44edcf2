"""Certificates nobody vouches for, accepted by their fingerprint: the owner's own server nearby.

A pin stands where an extra trust anchor would: `ca_file` = "sha256:" and 64 hex digits of the DER
certificate. It holds for this computer and the local network only, judged by the address the
connection really has, and for exactly one certificate. There is no way to go on without one
(faults.md X9). Must not send anything to a server whose certificate is not the accepted one.
"""

import hashlib
import ipaddress
import re
import socket
import ssl
from typing import Any

from solodesk.base.errors import KnownError

_PIN = re.compile(r"sha256:([0-9a-f]{64})")


def pin_of(anchor: str | None) -> str | None:
    """The fingerprint (64 hex digits) when `anchor` is one; colons and capitals are fine."""
    if anchor is None or not anchor.lower().startswith("sha256:"):
        return None
    digits = anchor[7:].replace(":", "").replace(" ", "").lower()
    match = _PIN.fullmatch(f"sha256:{digits}")
    if match is None:
        raise KnownError("bad_fingerprint", text=anchor[:120])
    return match[1]


def context(host: str, pin: str) -> ssl.SSLContext:
    """A context that accepts exactly the pinned certificate, TLS 1.2 up."""
    made = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.host, made.pin = host, pin
    return made


def fingerprint(host: str, port: int, seconds: float) -> str | None:
    """The fingerprint a TLS server nearby shows, to be compared by the owner; nothing is sent.

    None when the server is not near, or does not speak TLS from the first byte.
    """
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.verify_mode = ssl.CERT_NONE
    try:
        with socket.create_connection((host, port), seconds) as sock:
            if not is_near(sock):
                return None
            with bare.wrap_socket(sock, server_hostname=host) as tls:
                return _of(tls)
    except OSError:
        return None


def is_near(sock: socket.socket) -> bool:
    """Whether the other side is this computer or on the local network."""
    try:
        address = ipaddress.ip_address(str(sock.getpeername()[0]).partition("%")[0])
    except (ValueError, IndexError, OSError):
        return False
    return address.is_loopback or address.is_private or address.is_link_local


def _of(tls: ssl.SSLSocket) -> str | None:
    shown = tls.getpeercert(binary_form=True)
    return None if shown is None else hashlib.sha256(shown).hexdigest()


class _Pinned(ssl.SSLContext):
    """Checks the fingerprint right after the handshake, before anything else is said."""

    host: str
    pin: str

    def wrap_socket(self, sock: socket.socket, *args: Any, **more: Any) -> ssl.SSLSocket:
        if not is_near(sock):
            raise KnownError("pin_not_allowed", host=self.host)
        tls = super().wrap_socket(sock, *args, **more)
        shown = _of(tls)
        if shown != self.pin:
            tls.close()
            raise KnownError("certificate_changed", host=self.host, fingerprint=shown or "")
        return tls
