"""Wrong use is 2, faults are 1; each told in plain words, nothing on stdout, no traceback."""

import io
import re
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.cli.main import main
from tests.cli import shapes
from tests.cli.runner import Cli, misfit

Write = Callable[..., Path]
HUGE = "9" * 30
WRONG_USE = (
    "fly",
    "--data=",
    "tickets --fly",
    "tickets --view nowhere",
    "tickets --limit many",
    "tickets --limit -3",
    "ticket",
    "ticket first",
    f"ticket {HUGE}",
    "search",
    "search word --by colour",
    "note 1001",
    f"note {HUGE} --text x",
    "tag 1001",
    f"tag {HUGE} +a",
    "status 1001 asleep",
    "snooze 1001",
    "merge 1001",
    f"merge 1001 {HUGE}",
    f"split 1001 {HUGE}",
    "join 1",
    "contact a@b.example --channel fax --text x",
    f"contact a@b.example --channel phone --minutes {HUGE}",
    "reply",
    f"reply {HUGE} --text x",
    f"undo {HUGE}",
    "account",
    "account add me@shop.example --imap host:port --password-stdin",
    "account add me@shop.example --imap host:99999 --password-stdin",
    "account add me@shop.example --imap-tls soon --password-stdin",
    f"account add me@shop.example --history-days {HUGE} --password-stdin",
    "outbox resolve",
    f"outbox cancel {HUGE}",
    "import",
    "parse",
    "render one.eml",
    f"render --message {HUGE} --to x.html",
    "responses",
    "macros run",
    f"macros run x {HUGE}",
    f"survey send {HUGE}",
    "figures --clock sun",
    f"figures --account {HUGE}",
    "report",
    "settings",
    "settings set zone",
    "customer",
)
FAULTS = (
    ("ticket 7", "no_such_ticket"),
    ("note 7 --text x", "no_such_ticket"),
    ("reply 7 --text x", "no_such_ticket"),
    ("survey send 7", "no_such_ticket"),
    ("macros run nothing 7", "no_such_macro"),
    ("responses delete nothing", "no_such_response"),
    ("outbox cancel 7", "no_such_outbox"),
    ("render --message 7 --to x.html", "no_such_message"),
    ("customer show nobody", "no_such_customer"),
    ("account test nobody", "no_such_account"),
    ("sync --account 7", "no_such_account"),
    ("sync", "no_account"),
    ("undo", "nothing_to_undo"),
    ("figures --month garbage", "no_such_month"),
    ("figures --month 2026-13", "no_such_month"),
    ("figures --month 0000-01", "no_such_month"),
    ("figures --from 2026-10-05 --until 2026-10-01", "bad_period"),
    ("report --month 2099-01 --to .", "period_in_future"),
    ("report --month 2026-09 --to . --format doc", "unknown_format"),
    ("settings get nothing", "no_such_setting"),
    ("settings set zone Mars", "bad_setting"),
    ("settings set undo_send_s 9999", "bad_setting"),
    ("contact nobody --channel phone --text x", "bad_address"),
    ("account add nobody --password-stdin", "bad_address"),
)


@pytest.mark.parametrize("words", WRONG_USE)
def test_wrong_use(cli: Cli, words: str) -> None:
    said = cli.json(*words.split())
    assert (said.code, said.out) == (2, "")
    assert len(said.err.splitlines()) == 1
    assert misfit(said.error, shapes.ERROR) == []
    assert said.error["message"]
    assert said.error["hint"]
    assert not cli.data.exists()


def test_wrong_use_is_told_in_the_language_of_the_owner(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for words in ("ticket", "tickets --view x", "tickets --limit", "tickets --fly", "ticket x"):
        said = cli.json(*words.split()).error["message"]
        assert re.search("[\u4e00-\u9fff]", said), said
        assert "argument" not in said


@pytest.mark.parametrize(("words", "error"), FAULTS)
def test_faults(cli: Cli, words: str, error: str) -> None:
    said = cli.json(*words.split())
    assert (said.code, said.out, said.error["error"]) == (1, "", error)
    assert len(said.err.splitlines()) == 1
    assert misfit(said.error, shapes.ERROR) == []
    for_people = cli(*words.split())
    assert (for_people.code, for_people.out) == (1, "")
    assert said.error["message"] in for_people.err


def test_a_mail_does_not_command_the_terminal(cli: Cli, write_mail: Write) -> None:
    evil = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202egnp.exe"
    # Encoded words bring any character into a header.
    subject = f"=?utf-8?B?{b64encode(evil.encode()).decode()}?="
    raw = b"From: a@c.example\nTo: me@shop.example\nSubject: " + subject.encode()
    path = write_mail("evil.eml")
    path.write_bytes(raw + b"\nContent-Type: text/plain; charset=utf-8\n\n" + evil.encode())
    runs = [cli("parse", path), cli("import", path), cli("tickets"), cli("ticket", 1001)]
    runs += [cli("search", "gnp"), cli.json("ticket", 1001), cli(f"fly{evil}"), cli("import", evil)]
    for said in runs:
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", said.out + said.err)
        assert "\u202e" not in said.out + said.err


def test_words_in_another_charset(cli: Cli, write_mail: Write) -> None:
    cli("import", write_mail("one.eml"))
    half = b"caf\xe9".decode("utf-8", "surrogateescape")
    said = cli.json("note", 1001, "--text", half)
    assert (said.code, said.out, said.error["error"]) == (2, "", "wrong_use")
    assert len(cli.json("ticket", 1001).line["conversation"]) == 1


def test_files_that_can_not_be_written(cli: Cli, tmp_path: Path, write_mail: Write) -> None:
    mail = write_mail("one.eml")
    cli("import", mail)
    for to in (tmp_path, tmp_path / "missing" / "file", mail / "file"):
        rendered = cli.json("render", mail, "--to", to)
        for said in (rendered, cli.json("responses", "export", "--to", to)):
            assert (said.code, said.out, said.error["error"]) == (1, "", "cannot_write")
            assert str(to) in said.error["message"]


@pytest.mark.parametrize("command", ["responses", "macros"])
@pytest.mark.parametrize(
    "text",
    [b"{", b"\xff\xfe\x00", b'"words"', b"{}", b'{"responses": 5, "macros": 5}', b"[1]",
     b'{"responses": [{"name": 5}], "macros": [{"name": 5}]}', b"[" * 100_000],
)  # fmt: skip
def test_packs_that_are_none(cli: Cli, tmp_path: Path, command: str, text: bytes) -> None:
    path = tmp_path / "pack.json"
    path.write_bytes(text)
    said = cli.json(command, "import", path)
    error = "not_utf8" if text.startswith(b"\xff") else f"bad_{command}_file"
    assert (said.code, said.out, said.error["error"]) == (1, "", error)
    assert str(path) in said.error["message"]


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str, /) -> int:
            raise BrokenPipeError

    err = io.StringIO()
    with pytest.raises(BrokenPipeError):
        main(["--data", str(tmp_path), "settings", "list", "--json"], out=Gone(), err=err)
    assert err.getvalue() == ""
