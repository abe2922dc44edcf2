"""Pictures from the internet that the owner allowed: fetched by the engine, never by the window.

Only http and https, only hosts with public addresses (a mail must not reach into the owner's own
network), only what is a picture by its first bytes, within sizes and times. No cookies, no
referrer, nothing that tells who reads.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

MAX_BYTES = 5_000_000
_REDIRECTS = 5
_STEP_S = 10.0
_CHUNK = 65_536
_FIRST_BYTES = (
    (b"\x89PNG\r\n\x1a\n", 0),
    (b"\xff\xd8\xff", 0),
    (b"GIF87a", 0),
    (b"GIF89a", 0),
    (b"BM", 0),
    (b"WEBP", 8),
)
_HEADERS = {"User-Agent": "SoloDesk", "Accept": "image/png,image/jpeg,image/gif,image/webp"}

Allowed = Callable[[str], bool]


def is_public(address: str) -> bool:
    """An IP address anybody on the internet may have; not this machine, not its network."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_global and not found.is_multicast


def fetch(url: str, until: float, allowed: Allowed = is_public) -> bytes | None:
    """The picture at `url`, or None for anything else. `until`: on the monotonic clock.

    `allowed` judges the IP address that is connected to; it is looked up once and used as found,
    so that a name cannot mean one address when judged and another when asked.
    """
    for _step in range(_REDIRECTS):
        try:
            found = _ask(url, until, allowed)
        except (OSError, http.client.HTTPException, ValueError, UnicodeError):
            return None
        if not isinstance(found, str):
            return found if found is not None and is_picture(found) else None
        url = urljoin(url, found)
    return None


def is_picture(data: bytes) -> bool:
    """Its first bytes are those of a kind of picture we show."""
    return any(data[at : at + len(mark)] == mark for mark, at in _FIRST_BYTES)


def _ask(url: str, until: float, allowed: Allowed) -> bytes | str | None:
    """One request: the body, the address it sends on to, or None."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    link = _connected(parts.hostname, parts.port or (443 if secure else 80), until, allowed)
    if link is None:
        return None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=_left(until))
    try:
        if secure:
            link = ssl.create_default_context().wrap_socket(link, server_hostname=parts.hostname)
        connection.sock = link
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers=_HEADERS)
        answer = connection.getresponse()
        if answer.status in (301, 302, 303, 307, 308):
            return answer.headers.get("Location")
        return _body(answer, until) if answer.status == http.client.OK else None
    finally:
        connection.close()
        link.close()


def _connected(host: str, port: int, until: float, allowed: Allowed) -> socket.socket | None:
    for family, kind, number, _name, address in socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    ):
        if not allowed(str(address[0])):
            continue
        link = socket.socket(family, kind, number)
        try:
            link.settimeout(_left(until))
            link.connect(address)
        except OSError:
            link.close()
        else:
            return link
    return None


def _body(answer: http.client.HTTPResponse, until: float) -> bytes | None:
    whole = b""
    while chunk := answer.read(_CHUNK):
        whole += chunk
        if len(whole) > MAX_BYTES or time.monotonic() > until:
            return None
    return whole


def _left(until: float) -> float:
    left = min(until - time.monotonic(), _STEP_S)
    if left <= 0:
        raise TimeoutError
    return left
