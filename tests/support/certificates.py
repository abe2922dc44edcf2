"""A throw-away certificate authority for tests over TLS."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files of one authority: `ca` to trust, `chain` and `key` for 127.0.0.1 and localhost.

    A server with it is reached under a wrong name at `wrong_host`: loopback too, but not in the
    certificate.
    """

    ca: Path
    chain: Path
    key: Path
    wrong_host: str = "127.0.0.2"


def make_certificates(folder: Path) -> Certificates:
    """Make the authority and one server certificate in `folder`."""
    authority = trustme.CA()
    server = authority.issue_cert("127.0.0.1", "localhost")
    made = Certificates(folder / "ca.pem", folder / "chain.pem", folder / "key.pem")
    authority.cert_pem.write_to_path(str(made.ca))
    for blob in server.cert_chain_pems:
        blob.write_to_path(str(made.chain), append=True)
    server.private_key_pem.write_to_path(str(made.key))
    return made
