"""A server nearby with a certificate nobody vouches for: what the owner is told to compare.

Must not accept anything: only the owner does, by giving the fingerprint back.
"""

from collections.abc import Iterable

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import pinning
from solodesk.mail.server import Server, Timeouts, Transport


def explained(error: KnownError, servers: Iterable[Server]) -> KnownError:
    """`error`, or NeedsOwner("certificate_unknown", host, fingerprint) when that can help.

    Only for a server on this computer or the local network whose chain leads nowhere.
    """
    if error.code != "certificate_invalid" or error.params.get("reason") != "unknown_issuer":
        return error
    for server in servers:
        if server.host != error.params.get("host") or server.tls != Transport.TLS.value:
            continue
        shown = pinning.fingerprint(server.host, server.port, Timeouts().connect)
        if shown is not None:
            return NeedsOwner("certificate_unknown", host=server.host, fingerprint=shown)
    return error
