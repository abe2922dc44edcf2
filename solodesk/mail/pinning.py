"""Certificates nobody vouches for, accepted by their fingerprint: the owner's own server nearby.

Pins stand where an extra trust anchor would: `ca_file` = "sha256:" and 64 hex digits of the DER
certificate, several with commas between (receiving and sending may show different ones). They hold
for this computer and the local network only, judged by the address the connection really has.
There is no way to go on without one (faults.md X9). Must not send anything to a server whose
certificate is not an accepted one.
"""

import hashlib
import ipaddress
import re
import socket
import ssl
from typing import Any

from solodesk.base.errors import KnownError

_DIGITS = re.compile(r"[0-9a-f]{64}")
_PREFIX = "sha256:"


def pins_of(anchor: str | None) -> frozenset[str] | None:
    """The fingerprints (64 hex digits each) when `anchor` names any; colons, capitals are fine.

    None for a file. KnownError `bad_fingerprint`.
    """
    if anchor is None or not anchor.strip().lower().startswith(_PREFIX):
        return None
    found = frozenset(_digits(each, anchor) for each in anchor.split(",") if each.strip())
    if not found:
        raise KnownError("bad_fingerprint", text=anchor[:120])
    return found


def anchor_of(pins: frozenset[str]) -> str:
    """Fingerprints as an anchor."""
    return ",".join(_PREFIX + pin for pin in sorted(pins))


def _digits(text: str, anchor: str) -> str:
    plain = text.strip().lower().removeprefix(_PREFIX).replace(":", "").replace(" ", "")
    if _DIGITS.fullmatch(plain) is None:
        raise KnownError("bad_fingerprint", text=anchor[:120])
    return plain


def context(host: str, pins: frozenset[str]) -> ssl.SSLContext:
    """A context that accepts exactly the pinned certificates, TLS 1.2 up."""
    made = _Pinned(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.host, made.pins = host, pins
    return made


def shown_by(sock: socket.socket, host: str) -> str | None:
    """The fingerprint the other side of a fresh connection shows; only its handshake is done.

    `sock` stands where TLS begins, and is near (`is_near`).
    """
    bare = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    bare.check_hostname = False
    bare.verify_mode = ssl.CERT_NONE
    with bare.wrap_socket(sock, server_hostname=host) as tls:
        return _of(tls)


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
    pins: frozenset[str]

    def wrap_socket(self, sock: socket.socket, *args: Any, **more: Any) -> ssl.SSLSocket:
        if not is_near(sock):
            raise KnownError("pin_not_allowed", host=self.host)
        tls = super().wrap_socket(sock, *args, **more)
        shown = _of(tls)
        if shown not in self.pins:
            tls.close()
            raise KnownError("certificate_changed", host=self.host, fingerprint=shown or "")
        return tls
