"""What the owner's own mail server found out about a sender (RFC 8601, Authentication-Results).

Anybody may write such a header into a mail. Believed is only the topmost one, and only when it
bears the name of the server that receives for this mailbox: which name that is, is learnt from the
mailbox itself (`own_name`). Nothing is looked up; signatures are not checked here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from solodesk.mail.addresses import parse_addresses
from solodesk.mail.links import registered

_MAX_HEADERS = 256 * 1024
_MAX_RESULTS = 40
_NAMES = frozenset({"authentication-results", "received", "from"})
_FOLD = re.compile(rb"\r?\n[ \t]+")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_METHOD = re.compile(r"\s*([a-z][a-z0-9-]{1,30})(?:/\d+)?\s*=\s*([a-z]{2,20})", re.IGNORECASE)
_PROPERTY = re.compile(
    r"\b(header\.(?:from|d|i)|smtp\.(?:mailfrom|mail))\s*=\s*\"?([^\s;\"]{1,320})", re.IGNORECASE
)
_BY = re.compile(r"\bby\s+([A-Za-z0-9.-]{1,253})", re.IGNORECASE)
UNNAMED = "-"
"""The name of servers that sign their results with none (Microsoft)."""
_FEW = 3
_ENOUGH = 8


class Verdict(StrEnum):
    """What the receiving server says of the address in From."""

    VERIFIED = "verified"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Found:
    """A verdict with its ground. `server`: whose result it is; `domain`: of the sender."""

    verdict: Verdict
    server: str = ""
    domain: str = ""
    because: tuple[str, ...] = ()
    """Method and result: `dmarc=pass`, `spf=fail`, …"""


_NOTHING = Found(Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    domains: tuple[str, ...]


def fields(raw: bytes) -> list[tuple[str, str]]:
    """The few header fields that matter here, in their order, unfolded; names in lower case."""
    head = re.split(rb"\r?\n\r?\n", raw[:_MAX_HEADERS], maxsplit=1)[0]
    found = []
    for line in _FOLD.sub(b" ", head).split(b"\n")[:2000]:
        name, colon, value = line.partition(b":")
        plain = name.decode("latin-1").strip().lower()
        if colon and plain in _NAMES:
            found.append((plain, value.strip().decode("utf-8", "replace")))
    return found


def topmost_name(raw: bytes) -> str | None:
    """Whose result stands above all others in a mail; None when there is none."""
    value = next((v for name, v in fields(raw) if name == "authentication-results"), None)
    return None if value is None else _server(value)


def own_name(raws: Iterable[bytes], hosts: Sequence[str] = ()) -> str | None:
    """The name under which the mailbox's own server writes results, learnt from mail it received.

    It is the name on top of most mails. In a mailbox of fewer than three mails it must also belong
    to the same registered domain as one of `hosts` (where mail is fetched from). None: no server
    of the owner writes results, so that none is believed.
    """
    names = [topmost_name(raw) for raw in raws]
    counted = Counter(name for name in names if name is not None)
    if not counted:
        return None
    name, times = counted.most_common(1)[0]
    if times * 2 <= len(names):
        return None
    if times >= _FEW:
        return name
    houses = {registered(host.lower()) for host in hosts if host}
    houses |= {_PROVIDERS[house] for house in houses if house in _PROVIDERS}
    return name if registered(_host(name)) in houses or len(names) >= _ENOUGH else None


# Providers whose IMAP host and receiving servers have different domains.
_PROVIDERS = {
    "gmail.com": "google.com",
    "googlemail.com": "google.com",
    "mail.me.com": "icloud.com",
    "me.com": "icloud.com",
    "fastmail.com": "messagingengine.com",
    "zoho.com": "zohomail.com",
    "yandex.com": "yandex.net",
    "yandex.ru": "yandex.net",
}


def judge(raw: bytes, own: str | None) -> Found:
    """What the owner's own server says of a mail; unknown when it said nothing to be believed."""
    if own is None:
        return _NOTHING
    head = fields(raw)
    places = [at for at, (name, _v) in enumerate(head) if name == "authentication-results"]
    writers = [value for name, value in head if name == "from"]
    if not places or len(writers) != 1 or _server(head[places[0]][1]) != own:
        return _NOTHING
    if not _by_last_hop(head, places[0], own):
        return _NOTHING
    mailboxes = parse_addresses(writers[0].encode("utf-8", "replace"))
    domain = mailboxes[0].address.rpartition("@")[2].lower() if len(mailboxes) == 1 else ""
    if not domain:
        return Found(Verdict.FAILED, own, "", ("from",))
    # A server may write one field a method; they stand together.
    results: list[_Result] = []
    for at, place in enumerate(places):
        if place != places[0] + at or _server(head[place][1]) != own:
            break
        results += _results(head[place][1])
    return _verdict(results, own, domain)


def _verdict(results: list[_Result], own: str, domain: str) -> Found:
    said = tuple(dict.fromkeys(f"{each.method}={each.result}" for each in results))[:6]
    dmarc = [
        each for each in results if each.method == "dmarc" and _aligned(each, domain, empty=True)
    ]
    if dmarc:
        result = dmarc[0].result
        if result == "pass":
            return Found(Verdict.VERIFIED, own, domain, said)
        if result in ("fail", "quarantine", "reject"):
            return Found(Verdict.FAILED, own, domain, said)
    passed = [each for each in results if each.method in ("dkim", "spf") and each.result == "pass"]
    if any(_aligned(each, domain) for each in passed):
        return Found(Verdict.VERIFIED, own, domain, said)
    bad = [each for each in results if each.method in ("dkim", "spf") and each.result == "fail"]
    if any(_aligned(each, domain) for each in bad):
        return Found(Verdict.FAILED, own, domain, said)
    return Found(Verdict.UNKNOWN, own, domain, said)


def _aligned(result: _Result, domain: str, *, empty: bool = False) -> bool:
    """The result speaks of the sender's own domain (relaxed alignment, RFC 7489)."""
    if not result.domains:
        return empty
    return any(registered(each) == registered(domain) for each in result.domains)


def _server(value: str) -> str:
    """The authserv-id of a field; `UNNAMED` where the first word is a result already."""
    first = _COMMENT.sub(" ", value).strip().partition(";")[0].strip()
    word = first.split()[0].lower() if first.split() else ""
    return UNNAMED if not word or "=" in first else word.strip('"')[:253]


def _host(name: str) -> str:
    return name.rpartition("@")[2].rstrip(".")


def _by_last_hop(head: list[tuple[str, str]], place: int, own: str) -> bool:
    """No stranger's server stands above the result: what is below one may be forged."""
    house = registered(_host(own))
    for name, value in head[:place]:
        match = _BY.search(_COMMENT.sub(" ", value)) if name == "received" else None
        if match is None or own == UNNAMED:
            continue
        host = match[1].lower().rstrip(".")
        inner = "." not in host or host.endswith((".local", ".internal", ".lan", ".localdomain"))
        if not inner and not host.replace(".", "").isdigit() and registered(host) != house:
            return False
    return True


# Which property of a result names the domain it speaks of.
_SPEAKS_OF = {"spf": ("smtp.",), "dmarc": ("header.from",), "dkim": ("header.d", "header.i")}


def _results(value: str) -> list[_Result]:
    found = []
    for part in _COMMENT.sub(" ", value[:20_000]).split(";")[:_MAX_RESULTS]:
        match = _METHOD.match(part)
        method = match[1].lower() if match else ""
        if match is None or method not in _SPEAKS_OF:
            continue
        domains = [
            value.rpartition("@")[2].strip(".<>").lower()
            for name, value in _PROPERTY.findall(part)
            if name.lower().startswith(_SPEAKS_OF[method])
        ]
        found.append(_Result(method, match[2].lower(), tuple(dict.fromkeys(domains))))
    return found
