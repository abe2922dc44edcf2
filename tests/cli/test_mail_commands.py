"""account, sync, send, outbox as typed, against real servers; shapes as in cli.md."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import solodesk
from tests.support.secrets import SecretService
from tests.support.smtp import SmtpSink
from tests.support.waiting import free_port


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    return new_smtp_sink("tls", login=(mailbox.user, mailbox.password))


def add(
    data: Path,
    box: Mailbox,
    sink: SmtpSink,
    *more: str,
    password: str | None = None,
    imap: str | None = None,
) -> tuple[int, list[dict[str, Any]], str]:
    trust = box.server.root / "both.pem"
    trust.write_bytes(box.ca_file.read_bytes() + sink.certificates.ca.read_bytes())
    return solodesk(
        data, "account", "add", box.address, "--name", "Ling",
        "--imap", imap or f"{box.host}:{box.tls_port}", "--smtp", f"{sink.host}:{sink.port}",
        "--ca-file", str(trust), "--history-days", "0", "--password-stdin", *more,
        stdin=(password or box.password) + "\n",
    )  # fmt: skip


def error(stderr: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stderr.splitlines()[-1])
    assert found["message"]
    return found


def test_the_whole_way(
    data_dir: Path, mailbox: Mailbox, sink: SmtpSink, secret_service: SecretService
) -> None:
    mailbox.append("INBOX", raw_mail("Where is my order?"))
    sink.keep_sent_of(mailbox)
    code, lines, _ = add(data_dir, mailbox, sink)
    assert code == 0
    assert lines == [
        {
            "account": 1,
            "address": mailbox.address,
            "name": "Ling",
            "imap": {"host": "127.0.0.1", "port": mailbox.tls_port, "tls": "tls"},
            "smtp": {"host": "127.0.0.1", "port": sink.port, "tls": "tls"},
            "user": mailbox.user,
            "last_receive": None,
            "last_send": None,
            "state": "ok",
            "detail": None,
        }
    ]
    code, lines, errors = solodesk(data_dir, "sync")
    assert (code, errors) == (0, "")
    seconds = lines[0].pop("seconds")
    assert 0 <= seconds < 30
    assert lines[0] == {
        "account": 1, "folder": "INBOX", "server": 1, "here": 1, "missing": 0, "new": 1,
        "damaged": 0, "missing_uids": [],
    }  # fmt: skip
    code, lines, errors = solodesk(data_dir, "reply", "1001", "--text", "Today.", "--no-delay")
    assert code == 0, errors
    waiting = lines[0]["outbox"]
    assert [line["outbox"] for line in solodesk(data_dir, "outbox")[1]] == [waiting]
    code, lines, _ = solodesk(data_dir, "send")
    assert (code, len(lines)) == (0, 1)
    assert (lines[0]["state"], lines[0]["phase"], lines[0]["attempts"]) == ("sent", "accepted", 1)
    assert [each["state"] for each in lines[0]["recipients"]] == ["accepted"]
    assert solodesk(data_dir, "send")[1] == []
    assert [line["new"] for line in solodesk(data_dir, "sync")[1]] == [0, 0]
    (line,) = solodesk(data_dir, "ticket", "1001")[1]
    assert [each["direction"] for each in line["conversation"]] == ["in", "out"]
    assert len(sink.received) == 1
    assert solodesk(data_dir, "account", "test", "1")[0] == 0
    assert solodesk(data_dir, "account", "remove", mailbox.address)[0] == 0
    assert solodesk(data_dir, "account", "list")[:2] == (0, [])
    assert len(solodesk(data_dir, "ticket", "1001")[1]) == 1


def test_uncertain_needs_the_owner(data_dir: Path, mailbox: Mailbox, sink: SmtpSink) -> None:
    mailbox.append("INBOX", raw_mail("Where is my order?"))
    add(data_dir, mailbox, sink)
    solodesk(data_dir, "sync", password=mailbox.password)
    solodesk(data_dir, "reply", "1001", "--text", "Today.", "--no-delay")
    sink.behaviour.drop = "after_data"
    code, (line,), _ = solodesk(data_dir, "send", password=mailbox.password)
    assert (code, line["state"], line["phase"]) == (3, "uncertain", "data_sent")
    assert line["reason"]["code"] == "connection_lost_after_data"
    assert solodesk(data_dir, "send", password=mailbox.password)[:2] == (0, [])
    code, (line,), _ = solodesk(data_dir, "outbox", "resolve", str(line["outbox"]), "--delivered")
    assert (code, line["state"]) == (0, "sent")
    assert len(sink.received) == 1
    code, _, errors = solodesk(data_dir, "outbox", "retry", "99")
    assert (code, error(errors)["error"]) == (1, "no_such_outbox")


def test_without_a_keychain(data_dir: Path, mailbox: Mailbox, sink: SmtpSink) -> None:
    code, (line,), errors = add(data_dir, mailbox, sink)
    assert code == 0
    assert line["detail"]["code"] == "no_keychain"
    assert "SOLODESK_PASSWORD" in errors
    code, lines, errors = solodesk(data_dir, "sync")
    assert (code, lines) == (1, [])
    assert error(errors)["error"] == "no_keychain"
    assert solodesk(data_dir, "sync", password=mailbox.password)[0] == 0


@pytest.mark.parametrize("case", ["password", "unreachable", "certificate", "unknown", "plain"])
def test_what_does_not_work_is_told_and_nothing_is_saved(
    data_dir: Path, mailbox: Mailbox, sink: SmtpSink, case: str
) -> None:
    if case == "password":
        code, lines, errors = add(data_dir, mailbox, sink, password="wrong")
        expected = (3, "wrong_password")
    elif case == "unreachable":
        code, lines, errors = add(data_dir, mailbox, sink, imap=f"127.0.0.1:{free_port()}")
        expected = (1, "unreachable")
    elif case == "certificate":
        wrong = f"{mailbox.wrong_host}:{mailbox.tls_port}"
        code, lines, errors = add(data_dir, mailbox, sink, imap=wrong)
        expected = (1, "certificate_invalid")
    elif case == "unknown":
        code, lines, errors = solodesk(
            data_dir, "account", "add", "me@shop.example", "--password-stdin", stdin="x\n"
        )
        expected = (1, "unknown_provider")
    else:
        code, lines, errors = solodesk(
            data_dir, "account", "add", "me@shop.example", "--imap", "imap.shop.example:143",
            "--imap-tls", "plain", "--smtp", "smtp.shop.example", "--password-stdin", stdin="x\n",
        )  # fmt: skip
        expected = (1, "plain_not_allowed")
    assert lines == []
    assert (code, error(errors)["error"]) == expected
    assert "x\n" not in errors
    assert solodesk(data_dir, "account", "list")[1] == []


def test_sync_goes_on_with_the_other_mailbox(
    data_dir: Path, new_mailbox: Callable[[str], Mailbox], sink: SmtpSink
) -> None:
    first, second = new_mailbox("one"), new_mailbox("two")
    for box in (first, second):
        port = f"{box.host}:{box.port}"
        code, _, errors = solodesk(
            data_dir, "account", "add", box.address, "--imap", port, "--imap-tls", "plain",
            "--smtp", port, "--smtp-tls", "plain", "--no-test", "--password-stdin", stdin="x\n",
        )  # fmt: skip
        assert code == 0, errors
    secrets = {"SOLODESK_PASSWORD_1": "wrong", "SOLODESK_PASSWORD_2": second.password}
    code, lines, errors = solodesk(data_dir, "sync", env=secrets)
    assert code == 3
    assert error(errors)["error"] == "wrong_password"
    assert {line["account"] for line in lines} == {2}
    states = {line["account"]: line for line in solodesk(data_dir, "account", "list")[1]}
    assert states[1]["state"] == "error"
    assert states[1]["detail"]["code"] == "wrong_password"
    assert states[2]["state"] == "ok"
    assert states[2]["last_receive"].endswith("Z")


def test_after_three_refusals_no_more_attempts(
    data_dir: Path, mailbox: Mailbox, sink: SmtpSink
) -> None:
    add(data_dir, mailbox, sink)
    codes = []
    for _ in range(5):
        code, lines, errors = solodesk(data_dir, "sync", password="wrong")
        codes.append(error(errors)["error"])
        assert (code, lines) == (3, [])
    assert codes == ["wrong_password"] * 3 + ["sign_in_needed"] * 2
    assert solodesk(data_dir, "account", "list")[1][0]["state"] == "sign_in_needed"
    assert solodesk(data_dir, "account", "test", "1", password=mailbox.password)[0] == 0
    assert solodesk(data_dir, "sync", password=mailbox.password)[0] == 0
