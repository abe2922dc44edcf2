"""Waiting for news in IDLE (RFC 2177), safe against IMAPClient's and imaplib's traps.

Handles: an event before or in the same packet as the continuation, the end of the connection, a
line split over packets, bytes decrypted but unread under TLS, a quiet server, a computer that
slept. What is returned is only a hint to look again; the events themselves are dropped.
"""

import imaplib
import select
import socket
import time
from collections.abc import Callable
from typing import Any

SLICE = 10.0
"""So often it is asked whether the computer slept."""
_NEWS = ("EXISTS", "EXPUNGE", "VANISHED", "FETCH", "RECENT", "STATUS")


class SleptError(imaplib.IMAP4.abort):
    """The computer was suspended: the connection is dead, but nothing tells."""


def wait_idle(
    client: Any,
    seconds: float,
    wake: socket.socket | None = None,
    slept: Callable[[], bool] | None = None,
    slice_s: float = SLICE,
) -> bool:
    """Enter IDLE and leave it at the first news, after `seconds`, or when `wake` is readable.

    Returns whether the server had news. Raises `imaplib.IMAP4.abort` or OSError when the
    connection is gone, `SleptError` when `slept()` (asked every `slice_s`) says so.
    `seconds` should stay under 9 minutes: routers forget quiet connections.
    """
    imap = client._imap
    for name in _NEWS:
        imap.untagged_responses.pop(name, None)
    tag = _enter(imap)
    _wait(client, time.monotonic() + seconds, wake, slept, slice_s)
    # DONE is answered by all that came meanwhile, whole lines, within the read time-out.
    imap.send(b"DONE\r\n")
    kind, data = imap._command_complete("IDLE", tag)
    if kind != "OK":
        raise imap.error(data[-1] if data else b"IDLE refused")
    return any(name in imap.untagged_responses for name in _NEWS)


def _enter(imap: Any) -> bytes:
    tag: bytes = imap._command("IDLE")
    while imap._get_response() is not None:  # None is the continuation; news may come before it
        if imap.tagged_commands[tag]:
            _kind, data = imap.tagged_commands.pop(tag)
            raise imap.error(data[-1] if data else b"IDLE refused")
        imap._check_bye()
    return tag


def _wait(
    client: Any,
    end: float,
    wake: socket.socket | None,
    slept: Callable[[], bool] | None,
    slice_s: float,
) -> None:
    sock = client.socket()
    watched = [sock] if wake is None else [sock, wake]
    while not _unread(client, sock):
        left = end - time.monotonic()
        if left <= 0:
            return
        ready, _, _ = select.select(watched, [], [], min(left, slice_s))
        if wake is not None and wake in ready:
            return
        if slept is not None and slept():
            message = "the computer slept"
            raise SleptError(message)
        if sock in ready:
            _raise_when_closed(sock)
            return


def _unread(client: Any, sock: socket.socket) -> bool:
    """Whether bytes lie in imaplib's buffer or in the TLS layer, where select cannot see them."""
    pending = getattr(sock, "pending", None)
    if pending is not None and pending():
        return True
    file = getattr(client._imap, "_file", None) or client._imap.file
    before = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(file.peek(1))
    except OSError:  # nothing to read now; under TLS this is SSLWantReadError
        return False
    finally:
        sock.settimeout(before)


def _raise_when_closed(sock: socket.socket) -> None:
    """Under TLS the end shows when DONE is answered; a plain socket tells at once."""
    if hasattr(sock, "pending"):
        return
    if sock.recv(1, socket.MSG_PEEK) == b"":
        raise imaplib.IMAP4.abort("the server closed the connection in IDLE")
