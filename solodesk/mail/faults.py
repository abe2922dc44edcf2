"""Network and server faults to known errors, the same for reading and sending.

Codes and params: `host_not_found(host)`, `unreachable(host, port)`, `timeout(host)`,
`certificate_invalid(host, reason)` with reason expired | not_yet_valid | wrong_host |
unknown_issuer | invalid, `tls_failed(host, reason)`, `connection_lost(host, said)`,
`server_said(host, text)`. What a server says is only ever a parameter, on one line and short.
"""

import re
import socket
import ssl

from solodesk.base.errors import KnownError
from solodesk.base.log import Redactor
from solodesk.mail.server import Server

_EXPIRED, _NOT_YET = 10, 9
_WRONG_NAME = frozenset({62, 63, 64})
_UNKNOWN = frozenset({2, 18, 19, 20, 21, 27})
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_MAX_SAID = 300


def said(text: object) -> str:
    """What a server said, as one short line of text."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    return _CONTROL.sub(" ", str(text)).strip()[:_MAX_SAID]


def certificate_reason(error: ssl.SSLCertVerificationError) -> str:
    """Why a certificate was refused, as one of the words above."""
    code = error.verify_code
    if code == _EXPIRED:
        return "expired"
    if code == _NOT_YET:
        return "not_yet_valid"
    if code in _WRONG_NAME:
        return "wrong_host"
    return "unknown_issuer" if code in _UNKNOWN else "invalid"


def network_fault(server: Server, error: OSError) -> KnownError:
    """The known error for a failure below the protocol."""
    host = server.host
    if isinstance(error, ssl.SSLCertVerificationError):
        return KnownError("certificate_invalid", host=host, reason=certificate_reason(error))
    if isinstance(error, socket.gaierror):
        return KnownError("host_not_found", host=host)
    if isinstance(error, TimeoutError):
        return KnownError("timeout", host=host)
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return KnownError("connection_lost", host=host, said="")
    if isinstance(error, ssl.SSLError):
        return KnownError("tls_failed", host=host, reason=said(error.reason or error))
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionAbortedError)):
        return KnownError("connection_lost", host=host, said="")
    return KnownError("unreachable", host=host, port=server.port)


def hushed(error: KnownError, secret: str) -> KnownError:
    """`error` without the secret: some servers repeat what they were told (faults.md I8).

    A different object only when the secret stood in it; its cause should be dropped then.
    """
    redactor = Redactor()
    redactor.hide(secret)
    cleaned = {
        name: redactor.clean(value) if isinstance(value, str) else value
        for name, value in error.params.items()
    }
    return error if cleaned == dict(error.params) else type(error)(error.code, **cleaned)
