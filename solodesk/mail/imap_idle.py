"""Waiting for news in IDLE (RFC 2177), safe against IMAPClient's and imaplib's traps.

Handles: an event in the same packet as the continuation, the end of the connection, a line split
over packets, bytes decrypted but unread under TLS, a quiet server. What is returned is only a
hint to look again; the events themselves are dropped.
"""

import imaplib
import select
import socket
import time
from collections.abc import Callable
from typing import Any

_SLICE = 15.0


def wait_idle(
    client: Any,
    seconds: float,
    wake: socket.socket | None = None,
    slept: Callable[[], bool] | None = None,
) -> bool:
    """Enter IDLE and leave it at the first news, after `seconds`, or when `wake` is readable.

    Returns whether the server had news. Raises `imaplib.IMAP4.abort` or OSError when the
    connection is gone, or when `slept()` says that the computer was suspended meanwhile (asked
    every 15 s: the connection is dead then, but nothing tells). `seconds` should stay under 9
    minutes: routers forget quiet connections.
    """
    client.idle()
    news = _wait(client, time.monotonic() + seconds, wake, slept)
    # DONE is answered by all that came meanwhile, whole lines, with the read time-out.
    _text, answers = client.idle_done()
    return news or any(_is_news(answer) for answer in answers)


def _wait(
    client: Any, end: float, wake: socket.socket | None, slept: Callable[[], bool] | None
) -> bool:
    sock = client.socket()
    watched = [sock] if wake is None else [sock, wake]
    while True:
        if _unread(client, sock):
            return True
        left = end - time.monotonic()
        if left <= 0:
            return False
        ready, _, _ = select.select(watched, [], [], min(left, _SLICE))
        if wake is not None and wake in ready:
            return False
        if slept is not None and slept():
            raise imaplib.IMAP4.abort("the computer slept")
        if sock in ready:
            _raise_when_closed(sock)
            return True


def _unread(client: Any, sock: socket.socket) -> bool:
    """Whether bytes lie in imaplib's buffer or in the TLS layer, where select cannot see them."""
    pending = getattr(sock, "pending", None)
    if pending is not None and pending():
        return True
    file = getattr(client._imap, "_file", None) or client._imap.file
    sock.setblocking(False)
    try:
        return bool(file.peek(1))
    except OSError:  # nothing to read now; under TLS this is SSLWantReadError
        return False
    finally:
        sock.setblocking(True)
        client._set_read_timeout()


def _raise_when_closed(sock: socket.socket) -> None:
    """Under TLS the end shows when DONE is answered; a plain socket tells at once."""
    if hasattr(sock, "pending"):
        return
    if sock.recv(1, socket.MSG_PEEK) == b"":
        raise imaplib.IMAP4.abort("the server closed the connection in IDLE")


def _is_news(answer: Any) -> bool:
    return len(answer) > 1 and answer[1] in (b"EXISTS", b"EXPUNGE", b"FETCH", b"RECENT")
