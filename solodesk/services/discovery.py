"""Finding the servers of an address: the built-in table, then what the network says about it.

    1 table ─ 2 the domain's own autoconfig ─ 3 ISPDB ─ 4 its mail servers (MX): table, 2 and 3
    again with their domain ─ 5 SRV ─ 6 guessed names with a proven certificate

2 to 6 run at once, at most 10 seconds together; the lowest number wins. Only the domain is sent,
never the address. What is found is a proposal: the owner sees the servers' domains, and nothing
is stored before signing in worked (draft-ietf-mailmaint-autoconfig). Must not sign in.
"""

import dataclasses
import json
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from solodesk.base.errors import KnownError
from solodesk.domain.customers import ascii_domain
from solodesk.mail import autoconfig, probe
from solodesk.mail.mail_dns import MailDns, base_domain
from solodesk.mail.providers import Endpoint, Provider, find_provider, find_provider_by_mx
from solodesk.mail.server import Server

TOTAL_S: Final = 10.0
ENVIRONMENT: Final = "SOLODESK_DISCOVERY"
_STEP_S: Final = 0.05
_GUESS_S: Final = 4.0
Guess = tuple[str, int, str]


@dataclass(frozen=True, slots=True)
class Places:
    """Where to ask; `{domain}` stands for the domain. A company may have places of its own."""

    own: tuple[str, ...] = (
        "https://autoconfig.{domain}/mail/config-v1.1.xml",
        "https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )
    ispdb: tuple[str, ...] = ("https://v1.ispdb.net/{domain}",)
    nameservers: tuple[tuple[str, int], ...] = ()
    """The computer's own when there are none."""
    ask_dns: bool = True
    imap_guesses: tuple[Guess, ...] = (
        ("imap.{domain}", 993, "tls"),
        ("mail.{domain}", 993, "tls"),
    )
    smtp_guesses: tuple[Guess, ...] = (
        ("smtp.{domain}", 465, "tls"),
        ("mail.{domain}", 465, "tls"),
        ("smtp.{domain}", 587, "starttls"),
        ("mail.{domain}", 587, "starttls"),
    )
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Servers for an address. `source`: table | autoconfig | ispdb | mx | srv | guess.

    `domains`: the registered domains of the servers, to be shown in full before use.
    """

    provider: Provider
    source: str
    domains: tuple[str, ...]


def places(environment: Mapping[str, str]) -> Places:
    """The usual places, with what the JSON file named in SOLODESK_DISCOVERY says instead."""
    path = environment.get(ENVIRONMENT)
    if not path:
        return Places()
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
        known = {each.name for each in dataclasses.fields(Places)}
        return Places(**{name: _tuples(value) for name, value in said.items() if name in known})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise KnownError("file_not_readable", path=path) from error


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list) else value


def find(
    address: str,
    there: Places,
    stop: threading.Event | None = None,
    total_s: float = TOTAL_S,
) -> Found:
    """The servers of an address; network unless the table knows it.

    KnownError `bad_address`, `unknown_provider` when nobody knows, `search_stopped`.
    """
    local, _, domain = address.strip().rpartition("@")
    known = find_provider(address)
    if known is not None:
        return _found(known, "table")
    name = _ascii(domain)
    if not local or name is None:
        raise KnownError("bad_address", address=address)
    return _Search(f"{local}@{name}", name, there, time.monotonic() + total_s).run(
        stop or threading.Event()
    )


def _ascii(domain: str) -> str | None:
    name = ascii_domain(domain.strip().rstrip("."))
    return name if autoconfig.is_domain(name) else None


def _found(provider: Provider, source: str) -> Found:
    hosts = (provider.imap.host, provider.smtp.host)
    return Found(provider, source, tuple(dict.fromkeys(base_domain(host) for host in hosts)))


class _Search:
    """One search; its threads end by themselves, for each request has its own time limit."""

    def __init__(self, address: str, domain: str, there: Places, until: float) -> None:
        self._address = address
        self._domain = domain
        self._there = there
        self._until = until
        self._over = threading.Event()
        self._dns = MailDns(there.nameservers)
        self._answers: queue.SimpleQueue[tuple[int, Found | None]] = queue.SimpleQueue()

    def run(self, stop: threading.Event) -> Found:
        steps: tuple[Callable[[], Found | None], ...] = (
            self._own,
            self._ispdb,
            self._by_mail_servers,
            self._services,
            self._guess,
        )
        for rank, step in enumerate(steps):
            threading.Thread(
                target=self._step, args=(rank, step), name=f"discover {rank}", daemon=True
            ).start()
        try:
            best = self._best(len(steps), stop)
        finally:
            self._over.set()
        if best is None:
            raise KnownError("unknown_provider", domain=self._domain)
        return best

    def _step(self, rank: int, step: Callable[[], Found | None]) -> None:
        found = None
        try:
            found = step()
        finally:
            self._answers.put((rank, found))

    def _best(self, count: int, stop: threading.Event) -> Found | None:
        """The answer of lowest rank once no lower one can come, or at the end of the time."""
        answers: dict[int, Found | None] = {}
        while len(answers) < count and time.monotonic() < self._until:
            if stop.is_set():
                raise KnownError("search_stopped")
            try:
                rank, found = self._answers.get(timeout=_STEP_S)
            except queue.Empty:
                continue
            answers[rank] = found
            for each in range(count):
                if each not in answers:
                    break
                if answers[each] is not None:
                    return answers[each]
        return next((answers[each] for each in sorted(answers) if answers[each]), None)

    def _look_up(self, urls: tuple[str, ...], domain: str, source: str) -> Found | None:
        for url in urls:
            if self._over.is_set():
                break
            full = url.format(domain=domain)
            found = autoconfig.look_up(full, self._address, self._until, self._there.ca_file)
            if found is not None:
                return _found(found, source)
        return None

    def _own(self) -> Found | None:
        return self._look_up(self._there.own, self._domain, "autoconfig")

    def _ispdb(self) -> Found | None:
        return self._look_up(self._there.ispdb, self._domain, "ispdb")

    def _by_mail_servers(self) -> Found | None:
        """Most one-person companies keep their own domain at a large provider."""
        if not self._there.ask_dns:
            return None
        for host in self._dns.mail_hosts(self._domain, self._until)[:1]:
            known = find_provider_by_mx(self._address, host)
            if known is not None:
                return _found(known, "mx")
            behind = base_domain(host)
            if behind != self._domain and autoconfig.is_domain(behind):
                return self._look_up((*self._there.own, *self._there.ispdb), behind, "mx")
        return None

    def _services(self) -> Found | None:
        if not self._there.ask_dns:
            return None
        imap = self._dns.service("_imaps._tcp", self._domain, self._until)
        smtp = self._dns.service("_submissions._tcp", self._domain, self._until)
        tls = "tls"
        if smtp is None:
            smtp = self._dns.service("_submission._tcp", self._domain, self._until)
            tls = "starttls"
        if imap is None or smtp is None:
            return None
        return self._alike((*imap, "tls"), (*smtp, tls), "srv")

    def _guess(self) -> Found | None:
        imap = self._first_answer(self._there.imap_guesses)
        smtp = None if imap is None else self._first_answer(self._there.smtp_guesses)
        return None if imap is None or smtp is None else self._alike(imap, smtp, "guess")

    def _first_answer(self, guesses: tuple[Guess, ...]) -> Guess | None:
        for host, port, tls in guesses:
            left = self._until - time.monotonic()
            if self._over.is_set() or left <= 0:
                break
            name = host.format(domain=self._domain)
            server = Server(name, port, tls, "", self._there.ca_file)
            if probe.answers(server, min(left, _GUESS_S)):
                return name, port, tls
        return None

    def _alike(self, imap: Guess, smtp: Guess, source: str) -> Found:
        ends = [Endpoint(host, port, tls, self._address) for host, port, tls in (imap, smtp)]
        return _found(autoconfig.alike(self._domain, ends[0], ends[1], None), source)
