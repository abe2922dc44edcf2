"""Opening an IMAP connection: encryption, greeting, signing in, ID. Fails closed.

TLS is verified; STARTTLS that is not offered ends the attempt; a server that greets with PREAUTH
is refused, because nobody can tell who spoke before encryption (faults.md X9). Must not select a
folder, and must not log: what passes here holds the password.
"""

import contextlib
import imaplib
import re
import socket
from collections.abc import Iterator
from typing import Any

from imapclient import IMAPClient, SocketTimeout

import solodesk
from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail.faults import hushed, network_fault, said
from solodesk.mail.imap_idle import SleptError
from solodesk.mail.refusals import sign_in_refused
from solodesk.mail.sasl import AccessToken, bearer
from solodesk.mail.server import Server, Timeouts, Transport, check_transport, tls_context

SLEPT = "slept"
"""Code of the fault that the computer was suspended: connect again, nobody needs to be told."""
MAX_LITERAL = 256 * 1024 * 1024
"""No server may announce more than this in one piece (faults.md, measured trap 6)."""
MAX_LINE = 16 * 1024 * 1024
"""The longest line without literals."""
_BUSY = re.compile(
    r"\[(UNAVAILABLE|LIMIT|INUSE|OVERQUOTA)\]|too many|try again|temporar|throttl"
    # Exchange, when the mailbox behind the front end is overloaded or moving.
    r"|authenticated but not connected|exceeded .{0,40}limit",
    re.IGNORECASE,
)
_BROKEN = re.compile(r"\[SERVERBUG\]", re.IGNORECASE)
_BACK_OFF = re.compile(r"backoff time:? ?(\d{1,9})(?: milliseconds| ms)?", re.IGNORECASE)
_LONGEST_WAIT_S = 3600
_UNSAFE = re.compile(r"unsafe login", re.IGNORECASE)


class Connection(imaplib.IMAP4):
    """imaplib's connection with our TLS, no Nagle delay, and a limit on announced literals."""

    def __init__(self, server: Server, timeouts: Timeouts) -> None:
        self._server = server
        self._transport = check_transport(server)
        self._timeouts = timeouts
        super().__init__(server.host, server.port, timeout=timeouts.connect)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        wait = timeout or self._timeouts.connect
        sock = socket.create_connection((self.host, self.port), wait)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._transport is Transport.TLS:
                sock = tls_context(self._server).wrap_socket(sock, server_hostname=self.host)
        except BaseException:
            sock.close()
            raise
        sock.settimeout(self._timeouts.read)
        return sock

    def read(self, size: int) -> bytes:
        """`size` bytes of a literal; a shorter answer or a monstrous announcement is an abort."""
        if size > MAX_LITERAL:
            raise self.abort(f"announced a literal of {size} bytes")
        data = super().read(size)
        if len(data) < size:
            raise self.abort("socket error: EOF in a literal")
        return data

    def readline(self) -> bytes:
        """One line; a list of what vanished from a big old mailbox may be longer than imaplib's
        limit of a megabyte."""
        file: Any = getattr(self, "_file", None) or self.file
        line: bytes = file.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            raise self.error(f"got more than {MAX_LINE} bytes")
        return line


class Client(IMAPClient):  # type: ignore[misc]  # imapclient has no type information
    """IMAPClient over our `Connection`."""

    def __init__(self, server: Server, timeouts: Timeouts) -> None:
        self._server = server
        self._wanted = timeouts
        super().__init__(
            server.host,
            server.port,
            ssl=False,
            timeout=SocketTimeout(timeouts.connect, timeouts.read),
        )
        # Times with their zone; no line-by-line debugging (slow, and it holds passwords).
        self.normalise_times = False
        self._imap.debug = 0

    def _create_IMAP4(self) -> Connection:  # noqa: N802 - IMAPClient calls it so
        return Connection(self._server, self._wanted)


@contextlib.contextmanager
def known_faults(server: Server) -> Iterator[None]:
    """Turn every failure of the network and the server into a `KnownError`."""
    try:
        yield
    except OSError as error:
        raise network_fault(server, error) from error
    except SleptError as error:
        raise KnownError(SLEPT) from error
    except imaplib.IMAP4.abort as error:
        words = said(error)
        if _BUSY.search(words) and "unexpected response" not in words:
            raise busy(server, words) from error  # the reason given in a BYE
        raise KnownError("connection_lost", host=server.host, said=words) from error
    except imaplib.IMAP4.error as error:
        if "got more than" in said(error):
            # A line without end was cut off by imaplib: what follows could be taken for anything.
            raise KnownError("connection_lost", host=server.host, said=said(error)) from error
        raise refusal(server, error) from error


def refusal(server: Server, text: object) -> KnownError:
    """The known error for a NO or BAD outside of signing in."""
    words = said(text.args[0] if isinstance(text, Exception) and text.args else text)
    if _UNSAFE.search(words):
        return NeedsOwner("unsafe_login", host=server.host, text=words)
    if _BUSY.search(words):
        return busy(server, words)
    return KnownError("server_said", host=server.host, text=words)


def busy(server: Server, words: str) -> KnownError:
    """`server_busy` with the wait in seconds that the server asks for, if it names one (R6)."""
    asked = _BACK_OFF.search(words)
    wait_s = min(int(asked[1]) // 1000 + 1, _LONGEST_WAIT_S) if asked else None
    return KnownError("server_busy", host=server.host, text=words, wait_s=wait_s)


def connect(server: Server, secret: str, timeouts: Timeouts) -> Any:
    """A signed-in `Client`; raises `KnownError`, `NeedsOwner` when the sign-in was refused."""
    with known_faults(server):
        try:
            client = Client(server, timeouts)
        except imaplib.IMAP4.error as error:
            text = said(error)
            if isinstance(error, imaplib.IMAP4.abort) and "unexpected response" not in text:
                raise
            if _BUSY.search(text) or "BYE" in text:
                raise busy(server, text) from error
            raise KnownError("not_a_mail_server", host=server.host, port=server.port) from error
    try:
        with known_faults(server):
            _encrypt(client, server)
            _sign_in(client, server, secret)
            _identify(client)
    except KnownError as error:
        close(client)
        clean = hushed(error, secret)
        if clean is error:
            raise
        raise clean from None
    except BaseException:
        close(client)
        raise
    return client


def _encrypt(client: Any, server: Server) -> None:
    if client._imap.state != "NONAUTH":
        raise KnownError("preauth_refused", host=server.host)
    if check_transport(server) is not Transport.STARTTLS:
        return
    if "STARTTLS" not in client._imap.capabilities:
        raise KnownError("tls_required_missing", host=server.host)
    # Nothing heard before encryption counts: imaplib drops its buffer and asks again.
    client._imap.untagged_responses = {}
    try:
        client.starttls(tls_context(server))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise KnownError("tls_required_missing", host=server.host) from error
    client.socket().settimeout(client._wanted.read)


def _sign_in(client: Any, server: Server, secret: str) -> None:
    imap = client._imap
    offered = {str(each).upper() for each in imap.capabilities}
    try:
        if isinstance(secret, AccessToken):
            typ, data = _bear(imap, server, secret, offered)
        else:
            typ, data = _log_in(imap, server, secret, offered)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise _sign_in_refused(server, secret, said(error)) from error
    if typ != "OK":
        raise _sign_in_refused(server, secret, said(data[-1] if data else b""))
    imap.state = "AUTH"
    # What was offered before signing in may differ; ask once, for IMAPClient too.
    client._cached_capabilities = None
    imap.untagged_responses.pop("CAPABILITY", None)
    client.capabilities()


def _log_in(imap: Any, server: Server, secret: str, offered: set[str]) -> Any:
    printable = (server.user + secret).isascii() and (server.user + secret).isprintable()
    if printable and "LOGINDISABLED" not in offered:
        return imap._simple_command("LOGIN", imap._quote(server.user), imap._quote(secret))
    if "AUTH=PLAIN" not in offered:
        raise KnownError("login_disabled", host=server.host)
    both = f"\0{server.user}\0{secret}".encode()
    return imap.authenticate("PLAIN", lambda _challenge: both)


def _bear(imap: Any, server: Server, token: AccessToken, offered: set[str]) -> Any:
    """Sign in with an access token; a refusal comes in two steps, and the first must be heard."""
    names = {each.removeprefix("AUTH=") for each in offered if each.startswith("AUTH=")}
    said_so = bearer(names, server.user, server.host, server.port, token)
    answers = iter((said_so.first, said_so.after_refusal))
    return imap.authenticate(said_so.mechanism, lambda _challenge: next(answers, None))


def _sign_in_refused(server: Server, secret: str, words: str) -> KnownError:
    if _BUSY.search(words) or _BROKEN.search(words):
        return busy(server, words)
    if isinstance(secret, AccessToken):
        return NeedsOwner("token_refused", host=server.host, user=server.user, text=words)
    return sign_in_refused(server, words)


def _identify(client: Any) -> None:
    """Say who we are: 163.com and others refuse to open a folder for the nameless (faults R9)."""
    if not client.has_capability("ID"):
        return
    # The answer is courtesy; a server that stumbles over ID may still serve us.
    with contextlib.suppress(IMAPClient.Error, ValueError):
        client.id_({"name": "SoloDesk", "version": solodesk.__version__})


def close(client: Any) -> None:
    """Say good-bye if the server still listens, and close the socket in any case."""
    try:
        client.socket().settimeout(2)
        client.logout()
    except (OSError, ValueError, imaplib.IMAP4.error):
        # After a failed handshake imaplib's own clean-up stumbles over the closed socket.
        with contextlib.suppress(OSError, ValueError):
            client.shutdown()
    client.socket().close()
