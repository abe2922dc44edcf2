"""Handing one message to an SMTP server, knowing at every moment how far it got.

The body goes out without its final dot, `data_sent` is reported (and made durable by the caller),
then the dot: a break before it means "not delivered", after it "nobody knows" — smtplib itself
cannot tell the two apart (faults.md S1, measured trap 2). Each recipient has its own outcome.
TLS is verified, STARTTLS fails closed. Must not retry, and must not know the outbox.
"""

import base64
import contextlib
import re
import smtplib
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.domain.outbox import Phase
from solodesk.mail.faults import hushed, network_fault, said
from solodesk.mail.refusals import sign_in_refused
from solodesk.mail.sasl import AccessToken, bearer
from solodesk.mail.server import Server, Timeouts, Transport, check_transport, tls_context

_DOT = re.compile(rb"(?m)^\.")
_AUTH_REFUSED = frozenset({530, 534, 535})
_ADDRESS = re.compile(r"^[!-~]+@[!-~]+$")
OnPhase = Callable[[Phase], None]


@dataclass(frozen=True, slots=True)
class RecipientOutcome:
    """`state`: accepted | refused (5xx) | deferred (4xx) | unknown; `reply`: the server's words."""

    state: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt.

    `error` None: the server took the message for at least one recipient. `temporary`: trying
    again later may help. With `phase` data_sent and an error nobody knows whether it was taken.
    """

    recipients: Mapping[str, RecipientOutcome]
    phase: Phase | None
    error: KnownError | None
    temporary: bool = False


class RefusedError(Exception):
    """The server said no at some verb; `temporary` for 4xx."""

    def __init__(self, error: KnownError, *, temporary: bool) -> None:
        super().__init__(error.code)
        self.error = error
        self.temporary = temporary


@dataclass(slots=True)
class _Attempt:
    on_phase: OnPhase
    outcomes: dict[str, RecipientOutcome]
    phase: Phase | None = None
    accepted: list[str] = field(default_factory=list)

    def reached(self, phase: Phase) -> None:
        self.on_phase(phase)
        self.phase = phase


def send(
    server: Server,
    secret: str,
    envelope_from: str,
    recipients: Sequence[str],
    final: bytes,
    on_phase: OnPhase,
    timeouts: Timeouts | None = None,
) -> Outcome:
    """One attempt to hand over `final` for `recipients`.

    `on_phase` is called when a phase is reached, `data_sent` right before the final dot leaves;
    what it raises ends the attempt there. Never raises for faults of network or server.
    """
    unknown = RecipientOutcome("unknown", None)
    attempt = _Attempt(on_phase, dict.fromkeys(recipients, unknown))
    try:
        with session(server, secret, timeouts) as smtp:
            attempt.reached(Phase.CONNECTED)
            _hand_over(smtp, envelope_from, final, attempt)
    except RefusedError as refused:
        return Outcome(attempt.outcomes, attempt.phase, refused.error, refused.temporary)
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        return _broken(server, attempt, error)
    except KnownError as error:
        return Outcome(attempt.outcomes, attempt.phase, error, error.code in _PASSING)
    return Outcome(attempt.outcomes, attempt.phase, None)


_PASSING = frozenset(
    {"host_not_found", "unreachable", "timeout", "connection_lost", "server_busy", "tls_failed"}
)


def check(server: Server, secret: str, timeouts: Timeouts | None = None) -> None:
    """Connect and sign in, nothing more; raises `KnownError`, `NeedsOwner` for a wrong password."""
    try:
        with session(server, secret, timeouts) as smtp:
            smtp.noop()
    except RefusedError as refused:
        raise refused.error from refused
    except smtplib.SMTPServerDisconnected as error:
        raise KnownError("connection_lost", host=server.host, said=said(error)) from error
    except OSError as error:
        raise network_fault(server, error) from error


@contextlib.contextmanager
def session(
    server: Server, secret: str, timeouts: Timeouts | None = None
) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted and signed in.

    Raises RefusedError for what the server says, OSError and SMTPServerDisconnected for breaks.
    """
    smtp = _connect(server, timeouts or Timeouts())
    try:
        _greet(smtp, server)
        _sign_in(smtp, server, secret)
        yield smtp
    except RefusedError as refused:
        _quit(smtp)
        refused.error = hushed(refused.error, secret)
        raise
    except BaseException:
        # Perhaps in the middle of the message: anything said now would become part of it.
        smtp.close()
        raise
    _quit(smtp)


def _quit(smtp: smtplib.SMTP) -> None:
    """A courtesy: the message is taken or not by now."""
    with contextlib.suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(2)
        smtp.quit()
    smtp.close()


def _connect(server: Server, timeouts: Timeouts) -> smtplib.SMTP:
    transport = check_transport(server)
    name = "[127.0.0.1]"  # smtplib would ask the DNS for ours; replaced below
    smtp: smtplib.SMTP
    if transport is Transport.TLS:
        context = tls_context(server)
        smtp = smtplib.SMTP_SSL(local_hostname=name, timeout=timeouts.connect, context=context)
        # The name to verify; smtplib takes it only when it connects in its constructor.
        smtp._host = server.host  # type: ignore[attr-defined]
    else:
        smtp = smtplib.SMTP(local_hostname=name, timeout=timeouts.connect)
        smtp._host = server.host  # type: ignore[attr-defined]
    try:
        code, words = smtp.connect(server.host, server.port)
        if code != 220:
            raise _unwelcome(server, code, words)
        sock = smtp.sock
        assert sock is not None  # noqa: S101 - connected
        sock.settimeout(timeouts.read)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        address = sock.getsockname()[0]
        literal = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
        smtp.local_hostname = literal
    except BaseException:
        smtp.close()
        raise
    return smtp


def _greet(smtp: smtplib.SMTP, server: Server) -> None:
    _hello(smtp, server)
    if check_transport(server) is not Transport.STARTTLS:
        return
    if not smtp.has_extn("starttls"):
        raise RefusedError(KnownError("tls_required_missing", host=server.host), temporary=False)
    try:
        smtp.starttls(context=tls_context(server))
    except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
        missing = KnownError("tls_required_missing", host=server.host)
        raise RefusedError(missing, temporary=False) from error
    _hello(smtp, server)  # what was said before encryption does not count


def _hello(smtp: smtplib.SMTP, server: Server) -> None:
    code, words = smtp.ehlo()
    if not 200 <= code <= 299:
        code, words = smtp.helo()
    if not 200 <= code <= 299:
        raise _unwelcome(server, code, words)


def _sign_in(smtp: smtplib.SMTP, server: Server, secret: str) -> None:
    # A server that asks for no sign-in (a relay on this computer) refuses later if it minds.
    if not server.user or not smtp.has_extn("auth"):
        return
    offered = smtp.esmtp_features["auth"].upper().split()
    if isinstance(secret, AccessToken):
        _bear(smtp, server, secret, frozenset(offered))
        return
    # One mechanism, once: trying them all would count as so many wrong passwords (faults R7).
    if "PLAIN" in offered:
        code, words = smtp.docmd("AUTH", "PLAIN " + _base64(f"\0{server.user}\0{secret}"))
    elif "LOGIN" in offered:
        code, words = smtp.docmd("AUTH", "LOGIN")
        for answer in (server.user, secret):
            if code == 334:
                code, words = smtp.docmd(_base64(answer))
    else:
        raise RefusedError(KnownError("login_disabled", host=server.host), temporary=False)
    if code // 100 != 2:
        raise _sign_in_refused(server, code, said(words))


def _bear(smtp: smtplib.SMTP, server: Server, token: AccessToken, offered: frozenset[str]) -> None:
    """Sign in with an access token; a refusal comes in two steps, and the first must be heard."""
    said_so = bearer(offered, server.user, server.host, server.port, token)
    first = base64.b64encode(said_so.first).decode("ascii")
    code, words = smtp.docmd("AUTH", f"{said_so.mechanism} {first}")
    if code == 334:
        code, words = smtp.docmd(base64.b64encode(said_so.after_refusal).decode("ascii"))
    if code // 100 == 2:
        return
    if code not in _AUTH_REFUSED:
        raise _unwelcome(server, code, words)
    told = NeedsOwner("token_refused", host=server.host, user=server.user, text=said(words))
    raise RefusedError(told, temporary=False)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _sign_in_refused(server: Server, code: int, words: str) -> RefusedError:
    told = sign_in_refused(server, words)
    if code not in _AUTH_REFUSED and (code // 100 == 4 or told.code == "wrong_password"):
        return _unwelcome(server, code, words)
    return RefusedError(told, temporary=False)


def _unwelcome(server: Server, code: int, words: object) -> RefusedError:
    name = "server_busy" if code // 100 == 4 else "server_said"
    told = KnownError(name, host=server.host, text=f"{code} {said(words)}")
    return RefusedError(told, temporary=code // 100 == 4)


def _hand_over(smtp: smtplib.SMTP, envelope_from: str, final: bytes, attempt: _Attempt) -> None:
    addresses = (envelope_from, *attempt.outcomes)
    if not all(_ADDRESS.match(each) and "<" not in each and ">" not in each for each in addresses):
        raise RefusedError(KnownError("bad_address", address=said(addresses)), temporary=False)
    options = [f"size={len(final)}"] if smtp.has_extn("size") else []
    code, words = smtp.mail(envelope_from, options)
    if code // 100 != 2:
        told = KnownError("sender_refused", address=envelope_from, reply=f"{code} {said(words)}")
        raise RefusedError(told, temporary=code // 100 == 4)
    attempt.reached(Phase.MAIL_SENT)
    for address in attempt.outcomes:
        code, words = smtp.rcpt(address)
        state = {2: "accepted", 4: "deferred"}.get(code // 100, "refused")
        attempt.outcomes[address] = RecipientOutcome(state, f"{code} {said(words)}")
        if state == "accepted":
            attempt.accepted.append(address)
    if not attempt.accepted:
        raise _nobody(attempt.outcomes)
    attempt.reached(Phase.RCPT_SENT)
    _data(smtp, final, attempt)


def _nobody(outcomes: Mapping[str, RecipientOutcome]) -> RefusedError:
    deferred = any(each.state == "deferred" for each in outcomes.values())
    replies = "; ".join(dict.fromkeys(each.reply or "" for each in outcomes.values()))
    told = KnownError(
        "recipient_deferred" if deferred else "recipient_refused",
        address=", ".join(outcomes),
        reply=said(replies),
    )
    return RefusedError(told, temporary=deferred)


def _data(smtp: smtplib.SMTP, final: bytes, attempt: _Attempt) -> None:
    code, words = smtp.docmd("data")
    if code != 354:
        _answer_all(attempt, code, words)
        raise _message_refused(code, words)
    body = _DOT.sub(b"..", final)
    smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
    attempt.reached(Phase.DATA_SENT)
    smtp.send(b".\r\n")
    code, words = smtp.getreply()
    if code == -1:
        raise smtplib.SMTPServerDisconnected("no answer after the message")
    if code // 100 != 2:
        # It was heard and refused: nothing is doubtful.
        attempt.phase = Phase.RCPT_SENT
        _answer_all(attempt, code, words)
        raise _message_refused(code, words)
    _answer_all(attempt, code, words)
    attempt.reached(Phase.ACCEPTED)


def _message_refused(code: int, words: object) -> RefusedError:
    too_big = code == 552 or "5.3.4" in said(words)
    told = KnownError("too_big" if too_big else "message_refused", reply=f"{code} {said(words)}")
    return RefusedError(told, temporary=code // 100 == 4)


def _answer_all(attempt: _Attempt, code: int, words: object) -> None:
    """The answer to the message holds for every recipient that was let through."""
    state = {2: "accepted", 4: "deferred"}.get(code // 100, "refused")
    for address in attempt.accepted:
        attempt.outcomes[address] = RecipientOutcome(state, f"{code} {said(words)}")


def _broken(server: Server, attempt: _Attempt, error: Exception) -> Outcome:
    unknown = RecipientOutcome("unknown", None)
    for address in attempt.accepted:
        attempt.outcomes[address] = unknown
    if attempt.phase is Phase.DATA_SENT:
        told = KnownError("connection_lost_after_data", host=server.host)
        return Outcome(attempt.outcomes, attempt.phase, told, temporary=False)
    fault = KnownError("connection_lost", host=server.host, said=said(error))
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        fault = network_fault(server, error)
    return Outcome(attempt.outcomes, attempt.phase, fault, fault.code in _PASSING)
