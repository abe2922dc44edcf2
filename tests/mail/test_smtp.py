"""Sending: how far it got is always known, and each recipient has an outcome of their own."""

import threading
from collections.abc import Callable

import pytest

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.domain.outbox import Phase, after_break
from solodesk.mail.server import Server, Timeouts
from solodesk.mail.smtp import Outcome, check, send
from tests.support.mails import raw_mail
from tests.support.scripted import Wire, scripted
from tests.support.smtp import SmtpSink
from tests.support.waiting import free_port

QUICK = Timeouts(connect=3, read=5)
MAIL = raw_mail("Hello\n.\n..dots\n", sender="me@shop.example").replace(b"\n", b"\r\n")
ALL = list(Phase)


def target(sink: SmtpSink, host: str = "127.0.0.1", *, ca: bool = True) -> Server:
    ca_file = str(sink.certificates.ca) if ca and sink.security != "plain" else None
    return Server(host, sink.port, sink.security, sink.login[0] if sink.login else "", ca_file)


def hand_over(
    server: Server, *people: str, secret: str = "pw"
) -> tuple[Outcome, list[Phase]]:  # the phases in the order they were reported
    phases: list[Phase] = []
    who = people or ("a@customer.example",)
    outcome = send(server, secret, "me@shop.example", who, MAIL, phases.append, QUICK)
    return outcome, phases


def states(outcome: Outcome) -> dict[str, str]:
    return {address: each.state for address, each in outcome.recipients.items()}


@pytest.mark.parametrize("security", ["plain", "starttls", "tls"])
def test_bytes_arrive_as_they_are(new_smtp_sink: Callable[..., SmtpSink], security: str) -> None:
    sink = new_smtp_sink(security, login=("me@shop.example", "pw"))
    outcome, phases = hand_over(target(sink))
    assert outcome.error is None
    assert phases == ALL
    assert states(outcome) == {"a@customer.example": "accepted"}
    (got,) = sink.received
    assert got.raw == MAIL
    assert got.tls == (security != "plain")
    assert got.user == "me@shop.example"


def test_each_recipient_has_its_own_outcome(smtp_sink: SmtpSink) -> None:
    smtp_sink.behaviour.recipients = {
        "gone@x.example": "550 5.1.1 no such user",
        "grey@x.example": "451 4.7.1 try later",
    }
    outcome, phases = hand_over(
        target(smtp_sink), "a@x.example", "gone@x.example", "grey@x.example"
    )
    assert outcome.error is None
    assert phases == ALL
    assert states(outcome) == {
        "a@x.example": "accepted",
        "gone@x.example": "refused",
        "grey@x.example": "deferred",
    }
    assert outcome.recipients["gone@x.example"].reply == "550 5.1.1 no such user"
    assert smtp_sink.received[0].recipients == ("a@x.example",)


@pytest.mark.parametrize(
    ("reply", "code", "temporary"),
    [("451 4.7.1 later", "recipient_deferred", True), ("550 no", "recipient_refused", False)],
)
def test_nobody_taken(smtp_sink: SmtpSink, reply: str, code: str, temporary: bool) -> None:
    smtp_sink.behaviour.recipients = {"a@customer.example": reply}
    outcome, phases = hand_over(target(smtp_sink))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.temporary) == (code, temporary)
    assert phases == [Phase.CONNECTED, Phase.MAIL_SENT]
    assert not smtp_sink.received


@pytest.mark.parametrize(("reply", "state"), [("452 full", "deferred"), ("554 spam", "refused")])
def test_message_refused_is_not_doubtful(smtp_sink: SmtpSink, reply: str, state: str) -> None:
    smtp_sink.behaviour.data = reply
    outcome, _ = hand_over(target(smtp_sink))
    assert outcome.error is not None
    assert outcome.error.code == "message_refused"
    assert outcome.temporary == (state == "deferred")
    assert states(outcome) == {"a@customer.example": state}
    assert after_break(outcome.phase) == "retrying"


def test_sender_refused(smtp_sink: SmtpSink) -> None:
    smtp_sink.behaviour.mail = "550 5.7.1 not yours"
    outcome, phases = hand_over(target(smtp_sink))
    assert outcome.error is not None
    assert outcome.error.code == "sender_refused"
    assert phases == [Phase.CONNECTED]


@pytest.mark.parametrize("drop", ["mail", "rcpt"])
def test_break_before_the_message_is_safe(smtp_sink: SmtpSink, drop: str) -> None:
    smtp_sink.behaviour.drop = drop  # type: ignore[assignment]
    outcome, _ = hand_over(target(smtp_sink))
    assert outcome.error is not None
    assert outcome.error.code == "connection_lost"
    assert outcome.temporary
    assert after_break(outcome.phase) == "retrying"


@pytest.mark.parametrize(("drop", "copies"), [("data", 0), ("after_data", 1)])
def test_break_after_the_dot_is_doubtful(smtp_sink: SmtpSink, drop: str, copies: int) -> None:
    smtp_sink.behaviour.drop = drop  # type: ignore[assignment]
    outcome, phases = hand_over(target(smtp_sink))
    assert outcome.error is not None
    assert outcome.error.code == "connection_lost_after_data"
    assert not outcome.temporary
    assert phases[-1] is Phase.DATA_SENT
    assert after_break(outcome.phase) == "uncertain"
    assert states(outcome) == {"a@customer.example": "unknown"}
    assert len(smtp_sink.received) == copies


def test_break_within_the_message_is_safe() -> None:
    def talk(wire: Wire) -> None:
        wire.say("220 hello")
        while line := wire.hear():
            if line == "data":
                wire.say("354 go on")
                wire.hear()
                return
            wire.say("250 ok")

    with scripted(talk) as (port, _said):
        server = Server("127.0.0.1", port, "plain", "")
        phases: list[Phase] = []
        big = MAIL + b"x" * 70 + b"\r\n" + b"y" * 20_000_000 + b"\r\n"
        outcome = send(server, "", "me@x.example", ["a@x.example"], big, phases.append, QUICK)
    assert outcome.error is not None
    assert outcome.error.code == "connection_lost"
    assert phases[-1] is Phase.RCPT_SENT
    assert after_break(outcome.phase) == "retrying"


def test_what_cannot_be_written_down_is_not_sent(smtp_sink: SmtpSink) -> None:
    def full(phase: Phase) -> None:
        if phase is Phase.DATA_SENT:
            raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        send(target(smtp_sink), "", "me@x.example", ["a@x.example"], MAIL, full, QUICK)
    assert not smtp_sink.received


def test_wrong_password(new_smtp_sink: Callable[..., SmtpSink]) -> None:
    sink = new_smtp_sink("tls", login=("me@shop.example", "right"))
    with pytest.raises(NeedsOwner) as told:
        check(target(sink), "wrong", QUICK)
    assert told.value.code == "wrong_password"
    outcome, phases = hand_over(target(sink), secret="wrong")
    assert isinstance(outcome.error, NeedsOwner)
    assert not outcome.temporary
    assert phases == []
    assert len(sink.logins) == 2  # each attempt counts once
    check(target(sink), "right", QUICK)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_certificates_are_verified(new_smtp_sink: Callable[..., SmtpSink], security: str) -> None:
    sink = new_smtp_sink(security, login=("me@shop.example", "pw"))
    outcome, _ = hand_over(target(sink, ca=False))
    assert outcome.error is not None
    assert outcome.error.params["reason"] == "unknown_issuer"
    named = Server("localhost", sink.port, security, "me@shop.example", str(sink.certificates.ca))
    assert hand_over(named)[0].error is None


def test_a_certificate_for_another_name(new_smtp_sink: Callable[..., SmtpSink]) -> None:
    sink = new_smtp_sink("tls")
    with pytest.raises(KnownError) as told:
        check(target(sink, "127.1"), "", QUICK)  # another spelling of 127.0.0.1
    assert dict(told.value.params) == {"host": "127.1", "reason": "wrong_host"}


def test_missing_starttls_fails_closed(smtp_sink: SmtpSink) -> None:
    server = Server("127.0.0.1", smtp_sink.port, "starttls", "me", None)
    outcome, phases = hand_over(server, secret="geheim-42")
    assert outcome.error is not None
    assert outcome.error.code == "tls_required_missing"
    assert phases == []


def test_nobody_there() -> None:
    for server, code in (
        (Server("127.0.0.1", free_port(), "plain", "me"), "unreachable"),
        (Server("smtp.shop.example", 465, "tls", "me"), "host_not_found"),
        (Server("smtp.shop.example", 25, "plain", "me"), "plain_not_allowed"),
    ):
        outcome, phases = hand_over(server)
        assert outcome.error is not None
        assert outcome.error.code == code
        assert phases == []


@pytest.mark.parametrize("evil", ["a@x> RCPT TO:<b@y", "a@x.example\r\nDATA", "nobody"])
def test_no_address_becomes_a_command(smtp_sink: SmtpSink, evil: str) -> None:
    outcome, _ = hand_over(target(smtp_sink), evil)
    assert outcome.error is not None
    assert outcome.error.code == "bad_address"
    assert not smtp_sink.received


def test_a_server_silent_after_the_dot_is_doubtful(smtp_sink: SmtpSink) -> None:
    smtp_sink.behaviour.hold = threading.Event()
    phases: list[Phase] = []
    impatient = Timeouts(connect=3, read=0.5)
    outcome = send(
        target(smtp_sink), "", "me@x.example", ["a@x.example"], MAIL, phases.append, impatient
    )
    smtp_sink.behaviour.hold.set()
    assert outcome.error is not None
    assert outcome.error.code == "connection_lost_after_data"
    assert after_break(outcome.phase) == "uncertain"
    assert len(smtp_sink.received) == 1
