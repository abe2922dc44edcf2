"""The sample shop's servers, spoken to as any client does."""

import email
import os
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from imapclient import IMAPClient

from solodesk.base.errors import KnownError
from solodesk.demo import process
from solodesk.demo.mailbox import build_mailbox
from solodesk.demo.process import DemoMailbox, DemoServer
from tests.support.waiting import wait_until

NOW = datetime(2026, 11, 5, 3, 12, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def served() -> Iterator[DemoMailbox]:
    with DemoServer(ZONE, answer_delay=0.05, now=NOW) as mailbox:
        yield mailbox


@pytest.fixture
def client(served: DemoMailbox) -> Iterator[IMAPClient]:
    with IMAPClient("127.0.0.1", served.imap_port, ssl=False, timeout=20) as client:
        client.normalise_times = False
        client.login(served.user, served.password)
        yield client


def mail_to(address: str, subject: str, text: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Lin Studio <hello@lin.studio>"
    mail["To"] = address
    mail["Subject"] = subject
    mail["Date"] = "Thu, 05 Nov 2026 11:12:30 +0800"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def send(served: DemoMailbox, mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=20) as smtp:
        smtp.login(served.user, served.password)
        smtp.send_message(mail)


def answers(client: IMAPClient, folder: str, name: str, value: str) -> list[EmailMessage]:
    """Mails of a folder whose header `name` holds `value`."""
    client.select_folder(folder, readonly=True)
    found = client.fetch(client.search(["HEADER", name, value]), ["BODY.PEEK[]"])
    return [email.message_from_bytes(m[b"BODY[]"], policy=policy.default) for m in found.values()]


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_mailbox_arrives_byte_for_byte(served: DemoMailbox, client: IMAPClient) -> None:
    expected = build_mailbox(NOW, ZONE)
    assert served.messages == len(expected)
    for folder in ("INBOX", "Sent"):
        client.select_folder(folder, readonly=True)
        wanted = [message for message in expected if message.folder == folder]
        uids = client.search("ALL")[: len(wanted)]
        found = client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE", "FLAGS"])
        for uid, message in zip(uids, wanted, strict=True):
            assert found[uid][b"BODY[]"] == message.raw
            assert found[uid][b"INTERNALDATE"] == message.internaldate
            flags = {flag.decode() for flag in found[uid][b"FLAGS"]} - {"\\Recent"}
            assert flags == set(message.flags)


def test_a_wrong_password_is_refused_by_both(served: DemoMailbox) -> None:
    with (
        IMAPClient("127.0.0.1", served.imap_port, ssl=False, timeout=20) as client,
        pytest.raises(Exception, match=r"(?i)invalid|authentication"),
    ):
        client.login(served.user, "guess")
    with smtplib.SMTP("127.0.0.1", served.smtp_port, timeout=20) as smtp:
        with pytest.raises(smtplib.SMTPAuthenticationError):
            smtp.login(served.user, "guess")
        assert smtp.mail(served.user)[0] == 530


def test_a_reply_is_found_in_sent_and_answered_while_the_client_waits(
    served: DemoMailbox, client: IMAPClient
) -> None:
    client.select_folder("INBOX", readonly=True)
    client.idle()
    mail = mail_to(
        "ana.ruiz@correo.example",
        "Re: Thank you + one question",
        "Yes, it can.\n",
        Message_ID="<idle-1@lin.studio>",
        References="<first@correo.example>",
    )
    send(served, mail)
    pushed = wait_until(lambda: client.idle_check(timeout=0.5), what="a push of the answer")
    client.idle_done()
    assert any(event[1] == b"EXISTS" for event in pushed)
    (copy,) = answers(client, "Sent", "Message-ID", "<idle-1@lin.studio>")
    assert plain(copy).strip() == "Yes, it can."
    (answer,) = answers(client, "INBOX", "In-Reply-To", "<idle-1@lin.studio>")
    assert answer["From"].addresses[0].addr_spec == "ana.ruiz@correo.example"
    assert str(answer["References"]).split() == ["<first@correo.example>", "<idle-1@lin.studio>"]
    assert "> Yes, it can." in plain(answer)
    assert "Auto-Submitted" not in answer


def test_a_survey_is_rated_once_with_its_token(served: DemoMailbox, client: IMAPClient) -> None:
    token = "0123456789abcdef" * 2
    survey = mail_to(
        "xiaoyu@chenguang.example",
        "这次的服务您满意吗？",
        f"直接回复 3 / 2 / 1 即可\nmailto:hello@lin.studio?subject=%5Brate%3A{token}%3A3%5D\n",
        Message_ID="<survey-1@lin.studio>",
        X_SoloDesk_Survey=f"{token}; scale=csat3",
    )
    send(served, survey)

    def rating() -> list[EmailMessage]:
        replied = answers(client, "INBOX", "In-Reply-To", "<survey-1@lin.studio>")
        return replied or answers(client, "INBOX", "Subject", token)

    (answer,) = wait_until(rating, what="a rating")
    subject = str(answer["Subject"])
    assert f"[rate:{token}:" in subject or plain(answer)[0] in "123"
    send(served, survey)
    marker = mail_to("xiaoyu@chenguang.example", "marker", "好的", Message_ID="<mark@lin.studio>")
    send(served, marker)
    wait_until(lambda: answers(client, "INBOX", "In-Reply-To", "<mark@lin.studio>"))
    assert len(rating()) == 1


def test_a_stranger_answers_in_the_language_of_the_mail(
    served: DemoMailbox, client: IMAPClient
) -> None:
    mail = mail_to(
        "someone@new.example", "您的相框", "您好，已经寄出。", Message_ID="<zh@lin.studio>"
    )
    send(served, mail)
    (answer,) = wait_until(lambda: answers(client, "INBOX", "In-Reply-To", "<zh@lin.studio>"))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in plain(answer).split("写道")[0])


def test_machines_get_no_answer_and_own_mail_comes_back(
    served: DemoMailbox, client: IMAPClient
) -> None:
    send(
        served,
        mail_to(
            "ben.carter@northmail.example",
            "Away",
            "Back on Monday.",
            Message_ID="<auto@lin.studio>",
            Auto_Submitted="auto-replied",
        ),
    )
    note = mail_to("hello@lin.studio", "Note to self", "Paper!", Message_ID="<note@lin.studio>")
    send(served, note)
    assert answers(client, "INBOX", "Message-ID", "<note@lin.studio>")
    # Delays are equal, so an answer to the earlier mail would be here before this one.
    last = mail_to("ben.carter@northmail.example", "Hi", "Hello", Message_ID="<last@lin.studio>")
    send(served, last)
    wait_until(lambda: answers(client, "INBOX", "In-Reply-To", "<last@lin.studio>"))
    assert not answers(client, "INBOX", "In-Reply-To", "<auto@lin.studio>")


def test_without_sent_copy_sent_stays_as_it_was() -> None:
    with (
        DemoServer(ZONE, answer_delay=0.01, sent_copy=False, now=NOW) as served,
        IMAPClient("127.0.0.1", served.imap_port, ssl=False, timeout=20) as client,
    ):
        client.login(served.user, served.password)
        mail = mail_to("lina@yunpost.example", "Hi", "Hello", Message_ID="<no-copy@lin.studio>")
        send(served, mail)
        wait_until(lambda: answers(client, "INBOX", "In-Reply-To", "<no-copy@lin.studio>"))
        assert not answers(client, "Sent", "Message-ID", "<no-copy@lin.studio>")


def test_nothing_is_left_over_even_with_a_client_connected() -> None:
    server = DemoServer(ZONE, now=NOW)
    with server as served:
        pid = server.pid
        assert pid is not None
        client = IMAPClient("127.0.0.1", served.imap_port, ssl=False, timeout=20)
        client.login(served.user, served.password)
    client.shutdown()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_child_that_does_not_start_is_a_known_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_command", lambda _: [sys.executable, "-c", "print('no')"])
    with pytest.raises(KnownError, match="demo_did_not_start"), DemoServer(ZONE):
        pass


def test_the_server_is_quiet_but_for_its_one_line() -> None:
    child = subprocess.run(
        [sys.executable, "-W", "error", "-m", "solodesk.demo.server", "--zone", "Asia/Shanghai"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert child.stdout.count(b"\n") <= 1
    assert child.stderr == b""
