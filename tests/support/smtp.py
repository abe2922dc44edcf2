"""A real SMTP server on loopback that keeps what it is given and answers as the test wishes."""

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.certificates import Certificates
from tests.support.dovecot import Mailbox
from tests.support.waiting import free_port, listens, wait_until

Security = Literal["plain", "starttls", "tls"]
Phase = Literal["mail", "rcpt", "data", "after_data"]


@dataclass(frozen=True, slots=True)
class Received:
    """One message the server took: envelope, bytes, and how the client came."""

    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes
    user: str | None
    tls: bool


@dataclass(slots=True)
class Behaviour:
    """How the server answers; change it at any time.

    `recipients`: reply per address (`"550 5.1.1 no such user"`), also after RCPT was accepted for
    others. `data`: reply after the message. `drop`: close the connection at that phase;
    `after_data` takes the message and never says so. `hold`: the answer to the message waits for
    it.
    """

    mail: str | None = None
    recipients: dict[str, str] = field(default_factory=dict)
    data: str | None = None
    drop: Phase | None = None
    hold: threading.Event | None = None


class SmtpSink:
    """The server. `received` fills as messages come; `bridge_to` delivers into Dovecot users."""

    host = "127.0.0.1"

    def __init__(
        self,
        certificates: Certificates,
        security: Security = "plain",
        login: tuple[str, str] | None = None,
    ) -> None:
        self.port = free_port()
        self.security = security
        self.login = login
        self.certificates = certificates
        self.behaviour = Behaviour()
        self.received: list[Received] = []
        self.logins: list[tuple[str, bool]] = []
        self._taken = threading.Condition()
        self._inboxes: dict[str, Mailbox] = {}
        self._sent: dict[str, Mailbox] = {}
        self._listeners: list[Callable[[Received], None]] = []
        self._controller: Controller | None = None

    def bridge_to(self, mailbox: Mailbox) -> None:
        """From now on deliver mail for this user into its INBOX."""
        self._inboxes[mailbox.address.lower()] = mailbox

    def keep_sent_of(self, mailbox: Mailbox) -> None:
        """From now on put mail from this user into its Sent folder, as Gmail does by itself."""
        self._sent[mailbox.address.lower()] = mailbox

    def on_received(self, listener: Callable[[Received], None]) -> None:
        """Call `listener` (on the server's thread) for every message taken."""
        self._listeners.append(listener)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Received]:
        """The messages taken so far, once there are `count`."""
        with self._taken:
            came = self._taken.wait_for(lambda: len(self.received) >= count, timeout)
            assert came, f"{len(self.received)} of {count} messages after {timeout} s"
            return list(self.received)

    def start(self) -> None:
        """Listen, on the same port as before."""
        if self._controller is not None:
            return
        context = None
        if self.security != "plain":
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificates.chain, self.certificates.key)
        self._controller = Controller(
            self,
            hostname=self.host,
            port=self.port,
            ssl_context=context if self.security == "tls" else None,
            tls_context=context if self.security == "starttls" else None,
            require_starttls=self.security == "starttls",
            authenticator=self._authenticate if self.login else None,
            auth_required=self.login is not None,
            auth_require_tls=self.security == "starttls",
            enable_SMTPUTF8=True,
            decode_data=False,
        )
        self._controller.start()

    def stop(self) -> None:
        """Close the port and every connection."""
        if self._controller is None:
            return
        controller, self._controller = self._controller, None
        controller.stop()
        wait_until(lambda: not listens(self.host, self.port), 10, "the SMTP port closes")

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        given = (data.login.decode(), data.password.decode())
        right = given == self.login
        self.logins.append((given[0], right))
        return AuthResult(success=right, handled=False, auth_data=given[0])

    # aiosmtpd calls these on its own thread, by these names.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.behaviour.drop == "mail":
            _break_off(server)
        if self.behaviour.mail:
            return self.behaviour.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.behaviour.drop == "rcpt":
            _break_off(server)
        refused = self.behaviour.recipients.get(address)
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        drop, reply = self.behaviour.drop, self.behaviour.data
        if drop == "data":
            _break_off(server)
            return "451 dropped"
        if reply is None or reply.startswith("2"):
            await asyncio.to_thread(self._take, session, envelope)
        if self.behaviour.hold is not None:
            await asyncio.to_thread(self.behaviour.hold.wait, 30)
        if drop == "after_data":
            _break_off(server)
        return reply or "250 2.0.0 ok"

    def _take(self, session: Session, envelope: Envelope) -> None:
        message = Received(
            mail_from=envelope.mail_from or "",
            recipients=tuple(envelope.rcpt_tos),
            raw=bytes(envelope.original_content or b""),
            user=_login_name(session.auth_data),
            tls=session.ssl is not None or self.security == "tls",
        )
        sender = self._sent.get(message.mail_from.lower())
        if sender is not None:
            sender.deliver(message.raw, "Sent", seen=True)
        for address in message.recipients:
            inbox = self._inboxes.get(address.lower())
            if inbox is not None:
                inbox.deliver(b"Return-Path: <%s>\r\n" % message.mail_from.encode() + message.raw)
        with self._taken:
            self.received.append(message)
            self._taken.notify_all()
        for listener in self._listeners:
            listener(message)


def _break_off(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _login_name(given: object) -> str | None:
    return given if isinstance(given, str) else None
