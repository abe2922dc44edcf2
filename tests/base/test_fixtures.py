"""The real parts are real: the fixtures other tests stand on."""

import imaplib
import smtplib
import ssl
from collections.abc import Callable

import keyring
import pytest

from solodesk.base.clock import utc
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.secrets import SecretService
from tests.support.smtp import SmtpSink
from tests.support.waiting import wait_until


def test_mailbox_keeps_bytes_date_and_flags(mailbox: Mailbox) -> None:
    raw = raw_mail("一封信", subject="退款")
    uid = mailbox.append("INBOX", raw, internaldate=utc(1_788_000_000_000), flags=["\\Seen"])
    assert mailbox.raw(uid).replace(b"\r\n", b"\n") == raw
    assert "\\Seen" in mailbox.flags(uid)
    assert mailbox.count() == 1
    assert mailbox.count("Sent") == 0
    with mailbox.imap() as look:
        look.select("INBOX", readonly=True)
        line = look.uid("FETCH", str(uid), "(INTERNALDATE)")[1][0]
        assert b"29-Aug-2026 10:40:00 +0000" in line


def test_mailbox_marks_special_folders_and_moves(mailbox: Mailbox) -> None:
    with mailbox.imap() as look:
        listed = b"\n".join(line for line in look.list()[1] if isinstance(line, bytes))
        assert b"CONDSTORE" in look.capability()[1][0]
    assert b"\\Sent" in listed
    mailbox.deliver(raw_mail())
    (uid,) = wait_until(mailbox.uids)
    mailbox.move(uid, "Archive")
    assert (mailbox.count(), mailbox.count("Archive")) == (0, 1)


def test_mailbox_verifies_by_name_and_authority(mailbox: Mailbox) -> None:
    trusting = ssl.create_default_context(cafile=str(mailbox.ca_file))
    imaplib.IMAP4_SSL(mailbox.host, mailbox.tls_port, ssl_context=trusting).logout()
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        imaplib.IMAP4_SSL(mailbox.wrong_host, mailbox.tls_port, ssl_context=trusting)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unable to get local issuer|self"):
        imaplib.IMAP4_SSL(mailbox.host, mailbox.tls_port, ssl_context=ssl.create_default_context())


def test_mailbox_changes_password_and_survives_restart(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", raw_mail())
    old = mailbox.password
    mailbox.set_password("another one")
    other = imaplib.IMAP4(mailbox.host, mailbox.port)
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        other.login(mailbox.user, old)
    other.logout()
    mailbox.stop()
    with pytest.raises(ConnectionRefusedError):
        imaplib.IMAP4(mailbox.host, mailbox.port)
    mailbox.start()
    assert mailbox.count() == 1


def test_renewed_uidvalidity(mailbox: Mailbox) -> None:
    mailbox.append("INBOX", raw_mail())
    with mailbox.imap() as look:
        look.select("INBOX", readonly=True)
        before = look.response("UIDVALIDITY")[1]
    mailbox.renew_uidvalidity()
    with mailbox.imap() as look:
        look.select("INBOX", readonly=True)
        assert look.response("UIDVALIDITY")[1] != before
    assert mailbox.count() == 1


def test_sink_answers_per_recipient_and_bridges(
    smtp_sink: SmtpSink, new_mailbox: Callable[[str], Mailbox]
) -> None:
    owner, customer = new_mailbox("support"), new_mailbox("customer")
    smtp_sink.bridge_to(customer)
    smtp_sink.keep_sent_of(owner)
    smtp_sink.behaviour.recipients["gone@customer.example"] = "550 5.1.1 no such user"
    with smtplib.SMTP(smtp_sink.host, smtp_sink.port) as client:
        refused = client.sendmail(
            owner.address, [customer.address, "gone@customer.example"], raw_mail()
        )
    assert refused == {"gone@customer.example": (550, b"5.1.1 no such user")}
    (message,) = smtp_sink.wait_for(1)
    assert message.recipients == (customer.address,)
    assert wait_until(customer.count) == 1
    assert owner.count("Sent") == 1


@pytest.mark.parametrize("security", ["plain", "starttls", "tls"])
def test_sink_with_login(new_smtp_sink: Callable[..., SmtpSink], security: str) -> None:
    sink = new_smtp_sink(security=security, login=("me@shop.example", "pässword"))
    context = ssl.create_default_context(cafile=str(sink.certificates.ca))
    with (
        smtplib.SMTP_SSL(sink.host, sink.port, context=context)
        if security == "tls"
        else smtplib.SMTP(sink.host, sink.port)
    ) as client:
        if security == "starttls":
            client.starttls(context=context)
        with pytest.raises(smtplib.SMTPAuthenticationError):
            client.login("me@shop.example", "wrong")
        client.user, client.password = "me@shop.example", "pässword"
        code, _ = client.docmd("AUTH", "PLAIN " + _plain("me@shop.example", "pässword"))
        assert code == 235
        client.sendmail("me@shop.example", ["you@customer.example"], raw_mail())
    (message,) = sink.wait_for(1)
    assert (message.user, message.tls) == ("me@shop.example", security != "plain")


def _plain(user: str, password: str) -> str:
    import base64

    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def test_sink_drops_after_the_message(smtp_sink: SmtpSink) -> None:
    smtp_sink.behaviour.drop = "after_data"
    client = smtplib.SMTP(smtp_sink.host, smtp_sink.port)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail("a@shop.example", ["b@customer.example"], raw_mail())
    client.close()
    assert len(smtp_sink.wait_for(1)) == 1


def test_secret_service_keeps_and_forgets(secret_service: SecretService) -> None:
    keyring.set_password("solodesk-test", "me", "pässword 密码")
    assert keyring.get_password("solodesk-test", "me") == "pässword 密码"
    keyring.delete_password("solodesk-test", "me")
    assert keyring.get_password("solodesk-test", "me") is None
