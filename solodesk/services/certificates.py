"""A server nearby with a certificate nobody vouches for: what the owner is told to compare.

Must not accept anything: only the owner does, by giving the fingerprint back.
"""

from collections.abc import Iterable

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import pinning, probe
from solodesk.mail.server import Server, Timeouts, Transport


def explained(error: KnownError, servers: Iterable[Server]) -> KnownError:
    """`error`, or NeedsOwner("certificate_unknown", host, fingerprint) when that can help.

    Only for a server on this computer or the local network whose chain leads nowhere, encrypted
    from the first byte or after STARTTLS.
    """
    if error.code != "certificate_invalid" or error.params.get("reason") != "unknown_issuer":
        return error
    for server in servers:
        if server.host != error.params.get("host") or server.tls == Transport.PLAIN.value:
            continue
        shown = probe.fingerprint(server, Timeouts().connect)
        if shown is not None and shown not in (pinning.pins_of(server.ca_file) or ()):
            return NeedsOwner("certificate_unknown", host=server.host, fingerprint=shown)
    return error


def accepting(before: str | None, fingerprint: str) -> str:
    """The trust anchor of a mailbox with one more accepted fingerprint (64 hex digits), or several
    as an anchor names them.

    Receiving and sending may show certificates of their own; each is accepted by itself.
    KnownError `bad_fingerprint`.
    """
    plain = fingerprint.strip().lower().removeprefix("sha256:")
    fresh = pinning.pins_of(f"sha256:{plain}") or frozenset()
    known = pinning.pins_of(before) or frozenset()
    return pinning.anchor_of(known | fresh)
