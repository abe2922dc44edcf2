"""Every command against the literal lines of cli.md: keys, types, words, times, nothing else said.

The shapes stand in `shapes`; here one desk with real servers goes through all commands, and every
line that any of them prints is held against its row of the paper.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from solodesk.base.clock import utc
from solodesk.domain.figure_set import KEYS
from tests.cli import shapes
from tests.cli.runner import Cli, misfit
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.smtp import SmtpSink

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_TIMES = {
    "created", "last_message", "waiting_since", "goal_due", "snoozed_until", "date", "not_before",
    "queued_at", "first_seen", "sent", "last_receive", "last_send",
}  # fmt: skip
_WORDS: dict[str, set[str | None]] = {
    "status": {"open", "waiting", "closed", "spam"},
    "priority": {"low", "normal", "high", "urgent"},
    "kind": {
        "person", "own", "auto_reply", "bounce", "list", "survey", "report", "note", "contact",
    },
    "direction": {"in", "out", "note", "contact"},
    "scale": {"csat3", "csat5", "ces7", "nps"},
    "change": {"about_the_same", "better", "worse", "too_few", None},
    "format": {"pdf", "html", "csv", "xlsx", "json"},
    "joined_by": {
        "new", "own_message_id", "references", "in_reply_to", "token", "bounce_of", "reply_to_ours",
        "manual", None,
    },
}  # fmt: skip
_OUTBOX_STATES = {
    "held", "queued", "sending", "sent", "retrying", "uncertain", "failed", "cancelled",
}  # fmt: skip
# The figure keys of cli.md that need purchases come with them.
_FIGURES = """
    first_response_median first_response_p80 first_response_p90 first_response_mean
    next_response_median next_response_p80 next_response_p90 next_response_mean
    within_goal_first within_goal_next handling_median resolution_first_median
    resolution_full_median resolution_rate first_contact_resolution csat csat_response_rate nps
    ces_mean ces_easy_share open_now oldest_waiting backlog_days capacity_per_day arrivals
    answers reopen_rate messages_per_ticket
"""
Row = Callable[..., list[dict[str, Any]]]


def unlike(value: object, where: str = "") -> Iterator[str]:
    """What breaks cli.md's general rules anywhere in a line: times, words, surrogates."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from unlike(each, f"{where}.{key}")
            if key in _TIMES and each is not None and not _TIME.fullmatch(str(each)):
                yield f"{where}.{key}: {each!r} is no time"
            ours = key in _WORDS and "recipients" not in where
            if ours and (each is None or isinstance(each, str)) and each not in _WORDS[key]:
                yield f"{where}.{key}: {each!r} is no word of the paper"
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from unlike(each, f"{where}[{number}]")
    elif isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        yield f"{where}: half a letter"


@pytest.fixture
def row(cli: Cli, monkeypatch: pytest.MonkeyPatch, mailbox: Mailbox) -> Row:
    """Run a command; its lines, each of the shape given; stderr must be silent."""
    monkeypatch.setenv("SOLODESK_PASSWORD", mailbox.password)

    def run(shape: object, *words: str | int | Path, code: int = 0) -> list[dict[str, Any]]:
        said = cli.json(*words)
        assert said.code == code, said.err
        assert said.err == "" or code, said.err
        for line in said.lines:
            assert misfit(line, shape, str(words[0])) == []
            assert list(unlike(line, str(words[0]))) == []
        return said.lines

    return run


def connect(row: Row, box: Mailbox, sink: SmtpSink) -> list[dict[str, Any]]:
    servers = ["--imap", f"{box.host}:{box.port}", "--smtp", f"{sink.host}:{sink.port}"]
    plain = ["--imap-tls", "plain", "--smtp-tls", "plain", "--no-test"]
    return row(shapes.ACCOUNT, "account", "add", box.address, *servers, *plain)


def test_every_row_of_the_paper(
    row: Row,
    cli: Cli,
    mailbox: Mailbox,
    new_smtp_sink: Callable[..., SmtpSink],
    tmp_path: Path,
) -> None:
    smtp_sink = new_smtp_sink(login=(mailbox.user, mailbox.password))
    at = cli.clock.now_ms() - 7_200_000
    for number, text in enumerate(("Where is my order? 退款", "It came broken.", "Do you ship?")):
        mail = raw_mail(text, subject=f"Order {number}", to=mailbox.address, at_ms=at)
        mailbox.append("INBOX", mail, internaldate=utc(at))
    (account,) = connect(row, mailbox, smtp_sink)
    assert account["imap"] == {"host": mailbox.host, "port": mailbox.port, "tls": "plain"}
    synced = row(shapes.SYNC, "sync", "--account", mailbox.address)
    assert {line["folder"]: line["new"] for line in synced} == {"INBOX": 3, "Sent": 0}
    row(shapes.ACCOUNT, "account", "list")
    folders = row(shapes.FOLDERS, "account", "folders")
    assert [(each["server"], each["here"]) for each in folders] == [
        (each["server"], each["here"]) for each in synced
    ]
    row(shapes.ACCOUNT, "account", "test", account["account"])

    listed = row(shapes.TICKET, "tickets", "--view", "all")
    first, second, third = sorted(line["ticket"] for line in listed)
    assert first == 1001
    (shown,) = row({**shapes.TICKET, "conversation": [shapes.CONVERSATION]}, "ticket", first)
    message = shown["conversation"][0]["message"]
    assert row(shapes.SEARCH, "search", "退款")[0]["snippet"].count("<mark>") == 1

    acts: list[list[str | int]] = [
        ["note", first, "--text", "call back"], ["tag", first, "+a", "+b"], ["tag", first, "-a"],
        ["status", first, "waiting"], ["snooze", first, "2d"], ["undo", first],
        ["merge", second, first], ["undo"], ["status", second, "closed"],
        ["contact", "mei@customer.example", "--channel", "phone", "--direction", "in",
         "--minutes", 5, "--text", "rang"],
    ]  # fmt: skip
    for words in acts:
        assert row(shapes.TICKET, *words), words
    row(shapes.TICKET, "join", message, second)
    (split,) = row(shapes.TICKET, "split", second, message)
    row({**shapes.TICKET, "conversation": [shapes.CONVERSATION]}, "ticket", split["ticket"])

    (queued,) = row(shapes.OUTBOX, "reply", third, "--text", "Today.", "--no-delay")
    assert queued["state"] == "queued"
    assert [line["state"] for line in row(shapes.OUTBOX, "send")] == ["sent"]
    (held,) = row(shapes.OUTBOX, "reply", third, "--text", "PS", "--later", "2026-10-01 10:00")
    assert row(shapes.OUTBOX, "outbox") == [held]
    assert row(shapes.OUTBOX, "outbox", "cancel", held["outbox"])[0]["state"] in _OUTBOX_STATES
    (asked,) = row(shapes.SURVEY, "survey", "send", third)
    assert row(shapes.SURVEY, "surveys") == [asked]

    for line in row(shapes.CUSTOMER, "customer", "list"):
        row(shapes.CUSTOMER, "customer", "show", line["customer"])
    assert [line["figure"] for line in row(shapes.FIGURE, "figures")] == list(KEYS)
    every = "pdf,html,csv,xlsx,json"
    made = row(
        shapes.REPORT, "report", "--month", "2026-09", "--to", tmp_path / "r", "--format", every
    )
    assert [line["format"] for line in made] == every.split(",")
    page = tmp_path / "page.html"
    (rendered,) = row(shapes.RENDER, "render", "--message", message, "--to", page)
    assert rendered["path"] == str(page)
    row(shapes.OUTBOX, "outbox", "cancel", asked["outbox"])
    gone = cli.json("account", "remove", account["account"])
    assert (gone.code, misfit(gone.line, shapes.ACCOUNT)) == (0, [])
    assert row({}, "account", "list") == []


def test_files(row: Row, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(raw_mail("Hello 你好"))
    (meant,) = row(shapes.PARSE, "parse", path)
    assert meant["path"] == str(path)
    (kept,) = row(shapes.IMPORT, "import", path)
    assert {key: kept[key] for key in meant} == meant
    # Nothing at all known of it: nulls for what is absent, never for a list.
    path.write_bytes(b"\xff\x00")
    (nothing,) = row(shapes.PARSE, "parse", path)
    absent = {key for key, value in nothing.items() if value is None}
    may_be = {"message_id", "from", "sender", "date", "date_offset_min", "language"}
    assert absent <= may_be | {"body_html", "bounce", "survey", "customer", "invitation"}


def test_a_bounce_has_its_shape(row: Row, tmp_path: Path) -> None:
    path = tmp_path / "bounce.eml"
    path.write_bytes(
        b"From: MAILER-DAEMON@mx.example\r\nTo: support@shop.example\r\nSubject: Undelivered\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        b"--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        b"Reporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822; gone@c.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <our@shop.example>\r\n"
        b"Subject: Re: hi\r\n\r\nhi\r\n--b--\r\n"
    )
    (meant,) = row({**shapes.PARSE, "bounce": shapes.BOUNCE}, "parse", path)
    assert meant["kind"] == "bounce"
    assert meant["bounce"]["reason"] == "address_unknown"
    assert meant["bounce"]["original_message_id"] == "<our@shop.example>"


def test_stored_things(row: Row, cli: Cli, tmp_path: Path) -> None:
    pack = tmp_path / "pack.json"
    response = {"name": "Sent", "shortcut": "/sent", "bodies": {"en": "Gone.", "zh": "已发。"}}
    macro = {"name": "Done", "actions": [{"do": "status", "to": "closed", "when": "now"}]}
    pack.write_text(json.dumps({"responses": [response], "macros": [macro]}), encoding="utf-8")
    for command, shape in (("responses", shapes.RESPONSE), ("macros", shapes.MACRO)):
        assert len(row(shape, command, "import", pack)) == 1
        (stored,) = row(shape, command, "list")
        assert row(shape, command, "export") == [stored]
        assert row(shape, command, "delete", stored["name"]) == [stored]
        assert row(shape, command, "list") == []
    keys = [line["key"] for line in row(shapes.SETTING, "settings", "list")]
    assert {"zone", "hours", "goal_first_s", "undo_send_s"} <= set(keys)
    row(shapes.SETTING, "settings", "get", "zone")
    row(shapes.SETTING, "settings", "set", "undo_send_s", 20)
    assert row({"version": str}, "--version")
    assert len(row({"command": str, "help": str}, "help")) > 30


def test_the_figures_are_those_of_the_paper() -> None:
    assert set(_FIGURES.split()) <= set(KEYS)


def test_without_json_nothing_is_json_and_with_it_nothing_else(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(raw_mail())
    cli("import", path)
    for words in (["tickets"], ["ticket", "1001"], ["figures"], ["settings", "list"], ["surveys"]):
        said = cli(*words)
        assert said.code == 0
        assert said.out
        assert not any(line.startswith("{") for line in said.out.splitlines())
        assert all(isinstance(line, dict) for line in cli.json(*words).lines)
