"""Where a domain says its mail servers are: autoconfig XML (draft-ietf-mailmaint-autoconfig).

Over HTTPS, and only encrypted servers are taken. The XML is a stranger's: at most 64 KB, no DTD,
no entities, and every value is checked. The address itself is never sent, only its domain. Must
not sign in.
"""

import http.client
import re
import ssl
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from solodesk.mail.providers import Endpoint, Provider, known_server
from solodesk.mail.server import Server, tls_context

MAX_BYTES: Final = 64 * 1024
REQUEST_S: Final = 5.0
_REDIRECTS: Final = 3
_HOST: Final = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}")
_TRANSPORTS: Final = {"SSL": "tls", "STARTTLS": "starttls"}
_PASSWORDS: Final = frozenset({"password-cleartext", "password-encrypted", "plain", "secure"})


class NoXmlError(ValueError):
    """What came is not XML we read."""


def is_domain(text: str) -> bool:
    """Whether `text` (lower-case, ASCII) is the name of a domain that may have mail."""
    return bool(_HOST.fullmatch(text)) and "." in text and not text.rpartition(".")[2].isdigit()


def look_up(url: str, address: str, until: float, ca_file: str | None = None) -> Provider | None:
    """What the XML at `url` says about an address, or None; `until` as `time.monotonic()`."""
    try:
        found = _get(url, until, ca_file)
        return None if found is None else read(found, address)
    except (OSError, http.client.HTTPException, ValueError):
        return None


def read(xml: bytes, address: str) -> Provider | None:
    """The servers for an address, or None when there are none we would use; NoXmlError."""
    root = _parse(xml)
    provider = root.find("emailProvider") if root.tag == "clientConfig" else None
    if provider is None:
        return None
    incoming = _first(provider.iterfind("incomingServer"), "imap", address)
    outgoing = _first(provider.iterfind("outgoingServer"), "smtp", address)
    if incoming is None or outgoing is None:
        return None
    name = " ".join((provider.findtext("displayName") or incoming[0].host).split())[:80]
    page = _page(provider)
    return alike(name, incoming[0], outgoing[0], page, browser_only=incoming[1])


def alike(
    name: str, imap: Endpoint, smtp: Endpoint, page: str | None, *, browser_only: bool = False
) -> Provider:
    """A provider found somewhere; what we know about its servers from the table holds too."""
    known = known_server(imap.host, imap.port)
    if known is not None:
        return replace(known, imap=imap, smtp=smtp, page=known.page or page, also=())
    return Provider(name, imap, smtp, "oauth2" if browser_only else "password", True, page)


def _first(servers: Iterable[Element], kind: str, address: str) -> tuple[Endpoint, bool] | None:
    """The first server of a kind we would use, and whether it takes only OAuth2."""
    for server in servers:
        if server.get("type") != kind:
            continue
        host = _filled(server.findtext("hostname"), address).rstrip(".").lower()
        port = (server.findtext("port") or "").strip()
        tls = _TRANSPORTS.get((server.findtext("socketType") or "").strip().upper())
        ways = {(each.text or "").strip() for each in server.iterfind("authentication")}
        usable = not ways or bool(ways & _PASSWORDS) or "OAuth2" in ways
        if tls and usable and _HOST.fullmatch(host) and port.isdecimal() and 0 < int(port) < 65_536:
            user = _filled(server.findtext("username"), address) or address
            return Endpoint(host, int(port), tls, user), bool(ways) and not ways & _PASSWORDS
    return None


def _filled(text: str | None, address: str) -> str:
    local, _, domain = address.rpartition("@")
    filled = (text or "").strip()
    for name, value in (
        ("%EMAILADDRESS%", address),
        ("%EMAILLOCALPART%", local),
        ("%EMAILDOMAIN%", domain),
    ):
        filled = filled.replace(name, value)
    return "" if "%" in filled or not filled.isprintable() else filled


def _page(provider: Element) -> str | None:
    """The provider's own help: where to allow mail programs, else how to set one up."""
    found = [each.get("visiturl") for each in provider.iterfind("enable")]
    found += [each.get("url") for each in provider.iterfind("documentation")]
    for url in found:
        if url and url.isprintable() and len(url) < 500 and _https(url):
            return url
    return None


def _https(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


def _parse(xml: bytes) -> Element:
    """Like ElementTree, but a document type (and so every entity) ends it."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()

    def refuse(*_said: object) -> None:
        message = "a document type"
        raise NoXmlError(message)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(xml, True)
        return builder.close()
    except (expat.ExpatError, AssertionError) as error:
        message = "not XML"
        raise NoXmlError(message) from error


def _get(url: str, until: float, ca_file: str | None) -> bytes | None:
    """The body of a 200 answer over HTTPS, at most 64 KB; None for any other answer."""
    for _hop in range(_REDIRECTS + 1):
        if not _https(url):
            return None
        parts = urlsplit(url)
        host = parts.hostname or ""
        context: ssl.SSLContext = tls_context(Server(host, 443, "tls", "", ca_file))
        connection = http.client.HTTPSConnection(
            host, parts.port or 443, timeout=_left(until), context=context
        )
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", path, headers={"Accept": "text/xml, application/xml"})
            answer = connection.getresponse()
            if answer.status == http.HTTPStatus.OK:
                return _body(answer, until)
            onward = answer.getheader("Location") if 300 <= answer.status < 400 else None
        finally:
            connection.close()
        if onward is None:
            return None
        url = urljoin(url, onward)
    return None


def _body(answer: http.client.HTTPResponse, until: float) -> bytes | None:
    body = b""
    while len(body) <= MAX_BYTES:
        _left(until)
        piece = answer.read1(8192)
        if not piece:
            return body
        body += piece
    return None


def _left(until: float) -> float:
    """Seconds left, at most those for one request; TimeoutError when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, REQUEST_S)
