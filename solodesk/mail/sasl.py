"""Signing in with an OAuth2 access token: XOAUTH2 and OAUTHBEARER (RFC 7628), IMAP and SMTP alike.

An `AccessToken` travels where a password would, so that nothing between the keychain and the
server needs to know the difference. Must not open connections, and must not log.
"""

from collections.abc import Collection
from dataclasses import dataclass

OAUTHBEARER = "OAUTHBEARER"
XOAUTH2 = "XOAUTH2"


class AccessToken(str):
    """A short-lived access token in the place of a password."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Bearer:
    """What is said: the mechanism's name, the first message, and the answer to a refusal.

    A server that refuses first explains itself (JSON) and waits for `after_refusal`.
    """

    mechanism: str
    first: bytes
    after_refusal: bytes


def bearer(offered: Collection[str], user: str, host: str, port: int, token: str) -> Bearer:
    """The mechanism for `offered` (upper-case names): the standard's where the server has it.

    XOAUTH2 is used even when it is not listed: Yandex takes it without saying so.
    """
    if OAUTHBEARER in offered:
        # GS2 header: "," and "=" in the name are written as =2C and =3D (RFC 5801).
        name = user.replace("=", "=3D").replace(",", "=2C")
        said = f"n,a={name},\1host={host}\1port={port}\1auth=Bearer {token}\1\1"
        return Bearer(OAUTHBEARER, said.encode(), b"\1")
    return Bearer(XOAUTH2, f"user={user}\1auth=Bearer {token}\1\1".encode(), b"")
