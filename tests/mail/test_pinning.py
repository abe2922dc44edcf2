"""Self-signed servers: only the accepted certificate, only nearby, for reading and sending."""

import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.base.errors import KnownError, NeedsOwner
from solodesk.mail import pinning, smtp
from solodesk.mail.imap import ImapSource
from solodesk.mail.server import Server, Timeouts
from solodesk.services import certificates
from tests.support.dovecot import Mailbox
from tests.support.smtp import SmtpSink

QUICK = Timeouts(connect=5, read=5)


def pin_of_file(chain: Path) -> str:
    """The fingerprint of the first certificate of a PEM file."""
    pem = chain.read_text().partition("-----END CERTIFICATE-----")
    der = ssl.PEM_cert_to_DER_cert(pem[0][pem[0].index("-----BEGIN") :] + pem[1])
    return "sha256:" + hashlib.sha256(der).hexdigest()


@pytest.fixture
def pin(mailbox: Mailbox) -> str:
    return pin_of_file(mailbox.server.certificates.chain)


def source(box: Mailbox, anchor: str | None, tls: str = "tls") -> ImapSource:
    port = box.tls_port if tls == "tls" else box.port
    return ImapSource(Server(box.host, port, tls, box.user, anchor), box.password, QUICK)


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_the_accepted_certificate_is_enough_to_read(mailbox: Mailbox, pin: str, tls: str) -> None:
    loud = "SHA256:" + pin[7:].upper()
    with source(mailbox, loud, tls) as opened:
        assert opened.folders()


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_any_other_certificate_is_refused_before_the_password(
    mailbox: Mailbox, new_smtp_sink: Callable[..., SmtpSink], tls: str
) -> None:
    other = "sha256:" + "0" * 64
    with pytest.raises(KnownError, match="certificate_changed"):
        source(mailbox, other, tls)
    sink = new_smtp_sink(tls, login=("me", "geheim"))
    with pytest.raises(KnownError, match="certificate_changed"):
        smtp.check(Server(sink.host, sink.port, tls, "me", other), "geheim", QUICK)
    assert sink.logins == []


@pytest.mark.parametrize("tls", ["tls", "starttls"])
def test_sending_too(new_smtp_sink: Callable[..., SmtpSink], tls: str) -> None:
    sink = new_smtp_sink(tls, login=("me", "geheim"))
    smtp.check(
        Server(sink.host, sink.port, tls, "me", pin_of_file(sink.certificates.chain)),
        "geheim",
        QUICK,
    )
    assert sink.logins == [("me", True)]


def test_not_for_a_server_far_away(pin: str) -> None:
    context = pinning.context("mail.example", frozenset({pin[7:]}))

    class Far:
        def getpeername(self) -> tuple[str, int]:
            return ("93.184.216.34", 993)

    with pytest.raises(KnownError, match="pin_not_allowed"):
        context.wrap_socket(Far())  # type: ignore[arg-type]


@pytest.mark.parametrize("bad", ["sha256:", "sha256:12", "sha256:" + "g" * 64])
def test_what_is_no_fingerprint(bad: str) -> None:
    with pytest.raises(KnownError, match="bad_fingerprint"):
        pinning.pins_of(bad)
    assert pinning.pins_of("/etc/ssl/own.pem") is None


def test_the_owner_is_shown_what_to_compare(mailbox: Mailbox, pin: str) -> None:
    server = Server(mailbox.host, mailbox.tls_port, "tls", mailbox.user)
    with pytest.raises(KnownError, match="certificate_invalid") as told:
        source(mailbox, None)
    asked = certificates.explained(told.value, [server])
    assert isinstance(asked, NeedsOwner)
    assert dict(asked.params) == {"host": mailbox.host, "fingerprint": pin[7:]}
    other = KnownError("certificate_invalid", host=mailbox.host, reason="expired")
    assert certificates.explained(other, [server]) is other
