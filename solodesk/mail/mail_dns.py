"""What the DNS says about a domain: its mail servers (MX) and services (SRV, RFC 6186, 8314).

DNS is not authenticated: what it says is a proposal, shown to the owner and tested with TLS. Must
not ask for anything but a domain.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

QUERY_S: Final = 5.0


class MailDns:
    """A resolver: the computer's own, or `nameservers` (address, port); any thread may ask."""

    def __init__(self, nameservers: Sequence[tuple[str, int]] = ()) -> None:
        self._nameservers = tuple(nameservers)

    def mail_hosts(self, domain: str, until: float) -> list[str]:
        """The mail servers of highest priority, lower-case without the last dot."""
        found = [
            (int(each.preference), str(each.exchange).rstrip(".").lower())
            for each in self._ask(domain, "MX", until)
        ]
        best = min((preference for preference, _host in found), default=0)
        return sorted(host for preference, host in found if preference == best and host)

    def service(self, service: str, domain: str, until: float) -> tuple[str, int] | None:
        """Host and port of a service such as `_imaps._tcp`; None when it is not offered."""
        found = [
            (int(each.priority), -int(each.weight), str(each.target).rstrip(".").lower(),
             int(each.port))
            for each in self._ask(f"{service}.{domain}", "SRV", until)
        ]  # fmt: skip
        if not found or not min(found)[2]:
            return None
        return min(found)[2], min(found)[3]

    def _ask(self, name: str, kind: str, until: float) -> list[Any]:
        import dns.exception  # late: a large library, needed once
        import dns.nameserver
        import dns.resolver

        left = min(until - time.monotonic(), QUERY_S)
        if left <= 0:
            return []
        try:
            resolver = dns.resolver.Resolver(configure=not self._nameservers)
            if self._nameservers:
                resolver.nameservers = [
                    dns.nameserver.Do53Nameserver(host, port) for host, port in self._nameservers
                ]
            return list(resolver.resolve(name, kind, lifetime=left, search=False))
        except (dns.exception.DNSException, OSError):
            return []


def base_domain(host: str) -> str:
    """The part of a host's name that somebody registered: mx1.mail.firm.co.uk → firm.co.uk.

    By the Public Suffix List, which comes with its library and is never fetched. A number is
    itself, and so is a name that is a suffix.
    """
    name = host.rstrip(".").lower()
    if name.rpartition(".")[2].isdigit() or ":" in name:
        return host
    return _suffixes().privatesuffix(name) or name


@cache
def _suffixes() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList  # late: 10,000 lines, needed once

    return PublicSuffixList()
