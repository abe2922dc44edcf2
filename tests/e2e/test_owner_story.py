"""The owner's whole story on the command line: real Dovecot, real SMTP server, real processes.

A wrong password told plainly; sync; an answer with a canned response while the sending server is
away; it comes back, the answer leaves once; the thanks stays closed; the rating arrives; the
figures move; the month's report is written in Chinese.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import solodesk
from tests.support.smtp import SmtpSink

Run = Callable[..., list[dict[str, Any]]]
_CUSTOMER = "Mei Chen <mei@customer.example>"


@pytest.fixture
def sink(new_smtp_sink: Callable[..., SmtpSink], mailbox: Mailbox) -> SmtpSink:
    made = new_smtp_sink(login=(mailbox.user, mailbox.password))
    made.keep_sent_of(mailbox)
    return made


@pytest.fixture
def run(data_dir: Path, mailbox: Mailbox) -> Run:
    """Run a command that must end with `code`; its lines."""

    def go(*words: str, code: int = 0, stdin: str = "") -> list[dict[str, Any]]:
        done, lines, said = solodesk(data_dir, *words, password=mailbox.password, stdin=stdin)
        assert done == code, said
        return lines

    return go


def connect(run: Run, box: Mailbox, sink: SmtpSink) -> None:
    servers = ["--imap", f"{box.host}:{box.port}", "--imap-tls", "plain"]
    servers += ["--smtp", f"{sink.host}:{sink.port}", "--smtp-tls", "plain"]
    words = ["account", "add", box.address, "--name", "Shop", "--user", box.user, *servers]
    run(*words, "--password-stdin", stdin=box.password)


def now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)


def answer_of_customer(box: Mailbox, ours: bytes, text: str, **headers: str) -> None:
    """The customer answers `ours`."""
    known = message_from_bytes(ours)
    thread = {"In-Reply-To": str(known["Message-ID"]), "References": str(known["Message-ID"])}
    mail = raw_mail(
        text,
        subject=headers.pop("subject", f"Re: {known['Subject']}"),
        sender=_CUSTOMER,
        to=box.address,
        at_ms=now_ms(),
        headers=thread,
    )
    box.append("INBOX", mail)


def test_a_wrong_password_is_told_in_one_plain_sentence(
    data_dir: Path, mailbox: Mailbox, sink: SmtpSink
) -> None:
    words = ["account", "add", mailbox.address, "--user", mailbox.user, "--password-stdin"]
    words += ["--imap", f"{mailbox.host}:{mailbox.port}", "--imap-tls", "plain"]
    words += ["--smtp", f"{sink.host}:{sink.port}", "--smtp-tls", "plain"]
    code, lines, said = solodesk(data_dir, *words, stdin="wrong horse")
    assert code in (1, 3)
    assert lines == []
    assert '"error": "wrong_password"' in said
    assert "Traceback" not in said
    code, lines, _said = solodesk(data_dir, "account", "list")
    assert (code, lines) == (0, [])  # nothing was saved


def test_the_whole_story(run: Run, mailbox: Mailbox, sink: SmtpSink, tmp_path: Path) -> None:
    mailbox.append(
        "INBOX",
        raw_mail("Where is order A123?", sender=_CUSTOMER, to=mailbox.address, at_ms=now_ms()),
    )
    connect(run, mailbox, sink)
    folders = run("sync")
    assert {line["folder"]: line["new"] for line in folders} == {"INBOX": 1, "Sent": 0}
    (ticket,) = run("tickets")
    number = str(ticket["ticket"])

    pack = tmp_path / "pack.json"
    body = "Hello {{ customer.greeting }},\n\nyour order {{ ask.order }} left us today."
    response = {"name": "Sent", "shortcut": "/sent", "bodies": {"en": body}}
    pack.write_text(json.dumps({"responses": [response]}), encoding="utf-8")
    run("responses", "import", str(pack))
    assert run("reply", number, "--canned", "Sent", code=3)[0]["blanks"]  # a blank blocks

    sink.stop()
    fill = ["--fill", "order=A123", "--status", "closed", "--no-delay"]
    (queued,) = run("reply", number, "--canned", "Sent", *fill)
    assert queued["state"] == "queued"
    (waiting,) = run("send")
    assert waiting["state"] == "retrying"
    assert run("ticket", number)[0]["first_response_s"] is None  # not answered until it is sent
    sink.start()
    run("outbox", "retry", str(queued["outbox"]))
    (left,) = run("send")
    assert left["state"] == "sent"
    run("send")
    assert len(sink.received) == 1
    ours = sink.received[0].raw
    assert b"A123" in ours
    run("sync")
    assert len(run("ticket", number)[0]["conversation"]) == 2  # the copy in Sent is no third mail

    answer_of_customer(mailbox, ours, "Thank you!")
    run("sync")
    after = run("ticket", number)[0]
    assert after["status"] == "closed"
    assert after["messages"] == 3

    (asked,) = run("survey", "send", number)
    assert asked["rating"] is None
    run("outbox")
    _let_the_undo_window_pass(run, asked)
    survey = sink.wait_for(2)[1].raw
    token = re.search(rb"X-SoloDesk-Survey: ([0-9a-f]{32})", survey)
    assert token
    answer_of_customer(mailbox, survey, "3\n\nVery quick, thanks!")
    run("sync")
    (rated,) = run("surveys")
    assert rated["rating"] == 3
    assert "quick" in rated["comment"]

    figures = {line["figure"]: line for line in run("figures")}
    assert figures["csat"]["n"] == 1
    assert figures["first_response_median"]["n"] == 1
    assert figures["open_now"]["value"] == 0

    month = datetime.now(UTC).strftime("%Y-%m")
    words = ["--to", str(tmp_path), "--format", "pdf", "--lang", "zh"]
    (report,) = run("report", "--month", month, *words)
    text = "".join(page.extract_text() for page in PdfReader(report["path"]).pages)
    assert "服务报告" in text


def _let_the_undo_window_pass(run: Run, asked: dict[str, Any]) -> None:
    """`retry` is "send now": the owner does not wait ten seconds."""
    (row,) = [line for line in run("outbox") if line["state"] != "sent"]
    assert row["ticket"] == asked["ticket"]
    run("outbox", "retry", str(row["outbox"]))
    run("send")
