"""After a full life — connect, receive, answer, send, refusals, servers that repeat the password,
bugs — the password is in no file, no log, no argument list, no output and no traceback, in plain
or in any base64 (faults.md I8)."""

import base64
import contextlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

from solodesk.cli.bugs import hook
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.odd_imap import OddImap
from tests.support.program import Engine, solodesk
from tests.support.scripted import Wire, scripted
from tests.support.secrets import SecretService
from tests.support.smtp import SmtpSink

PASSWORD = "Geheim/42+Zq~ 9x"
WRONG = "Falsch?17&Wm~ 3k"


def shapes(secret: str) -> set[bytes]:
    """Everything a secret may look like; base64 within a longer text has three alignments."""
    raw = secret.encode()
    found = {raw, json.dumps(secret)[1:-1].encode(), quote(secret, safe="").encode()}
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        # Letters that hold bits of a neighbour are left out on both sides.
        found.add(whole[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6])
    return found


NEEDLES = shapes(PASSWORD) | shapes(WRONG)


def traces(data: bytes) -> list[bytes]:
    return [needle for needle in NEEDLES if needle in data]


def test_the_shapes_are_seen() -> None:
    for user in ("a", "ab", "abc"):
        assert traces(base64.b64encode(f"\0{user}\0{PASSWORD}".encode()))
    assert not traces(b"Geheim")


class Watch:
    """Looks at the argument lists of every process, all the time."""

    def __init__(self) -> None:
        self.found: set[bytes] = set()
        self.looks = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch")

    def _run(self) -> None:
        while not self._done.wait(0.02):
            self.looks += 1
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    line = path.read_bytes()
                    if traces(line):
                        self.found.add(line)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        self._thread.join(5)


@pytest.fixture
def watch() -> Iterator[Watch]:
    with Watch() as watching:
        yield watching


@pytest.fixture
def run(data_dir: Path) -> Iterator[Callable[..., list[str]]]:
    """Run a command; what it printed is kept and looked through in the end."""
    printed: list[str] = []

    def go(*words: str, stdin: str = "", password: str | None = None) -> list[str]:
        code, lines, errors = solodesk(data_dir, *words, stdin=stdin, password=password)
        printed.extend([json.dumps(lines, ensure_ascii=False), errors])
        return [str(code), errors]

    yield go
    assert not traces("\n".join(printed).encode())


def left_behind(*folders: Path) -> list[str]:
    """Files that hold a secret."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert files
    return [str(path) for path in files if traces(path.read_bytes())]


def servers(box: Mailbox, imap: int, smtp: int) -> list[str]:
    words = ["account", "add", box.address, "--user", box.user, "--name", "Shop"]
    words += ["--imap", f"127.0.0.1:{imap}", "--imap-tls", "plain"]
    return [*words, "--smtp", f"127.0.0.1:{smtp}", "--smtp-tls", "plain", "--password-stdin"]


def test_a_full_life(
    data_dir: Path,
    mailbox: Mailbox,
    new_smtp_sink: Callable[..., SmtpSink],
    secret_service: SecretService,
    watch: Watch,
    run: Callable[..., list[str]],
) -> None:
    mailbox.set_password(PASSWORD)
    sink = new_smtp_sink(login=(mailbox.user, PASSWORD))
    sink.keep_sent_of(mailbox)
    mailbox.append("INBOX", raw_mail("Where is it?"))
    assert run(*servers(mailbox, mailbox.port, sink.port), stdin=WRONG)[0] == "3"
    assert run(*servers(mailbox, mailbox.port, sink.port), stdin=PASSWORD + "\n")[0] == "0"
    assert run("sync")[0] == "0"
    run("reply", "1001", "--text", "It left today.", "--no-delay")
    sink.login = (mailbox.user, "changed")  # refused while sending
    run("send")
    sink.login = (mailbox.user, PASSWORD)
    run("outbox", "retry", "1")
    assert run("send")[0] == "0"
    assert len(sink.received) == 1
    run("sync", password=WRONG)
    run("account", "test", "1")
    engine = Engine(data_dir)
    engine.wait_news("ready")
    engine.ask("sync")
    engine.ask("secret", account=1, secret=WRONG)
    side = {"host": mailbox.host, "port": mailbox.port, "tls": "plain"}
    engine.ask("test_account", address=mailbox.address, imap=side, smtp=side, secret=WRONG)
    engine.ask("secret", account=1, secret=PASSWORD)
    engine.ask("account_of_nobody", secret=PASSWORD)
    assert engine.process.stdin is not None
    engine.process.stdin.write(f'{{"id": 1, "do": "secret", "secret": "{PASSWORD}"\n')
    engine.process.stdin.flush()
    engine.ask("sync")
    said = engine.errors() + str(engine.lines)
    engine.end()
    assert not traces(said.encode())
    assert watch.looks > 20
    assert watch.found == set()
    assert left_behind(data_dir, Path(os.environ["XDG_CONFIG_HOME"]).parent) == []


def test_servers_that_repeat_what_they_were_told(
    data_dir: Path, mailbox: Mailbox, run: Callable[..., list[str]]
) -> None:
    def imap(_server: OddImap, tag: str, command: str) -> bytes | None:
        if command.startswith("LOGIN"):
            return f"{tag} BAD Error in IMAP command: {command}\r\n".encode()
        return None

    def smtp(wire: Wire) -> None:
        wire.say("220 here")
        while line := wire.hear():
            if line.startswith("AUTH"):
                wire.say(f"535 5.7.8 no: {line}")
            elif line.startswith("ehlo"):
                wire.say("250-here", "250 AUTH PLAIN")
            else:
                wire.say("250 ok")

    mailbox.append("INBOX", raw_mail("Where is it?"))
    with OddImap({"INBOX": {}}, imap) as odd, scripted(smtp) as (port, _said):
        tested = run(*servers(mailbox, odd.port, port), stdin=PASSWORD)
        assert '"wrong_password"' in tested[1]
        tested = run(*servers(mailbox, mailbox.port, port), stdin=mailbox.password)
        assert "5.7.8" in tested[1]
        run(*servers(mailbox, odd.port, port), "--no-test", stdin=PASSWORD)
        run("sync", password=PASSWORD)
        engine = Engine(data_dir, PASSWORD)
        engine.wait_news("connectivity", online=False)
        said = engine.errors() + str(engine.lines)
        engine.end()
    assert not traces(said.encode())
    assert left_behind(data_dir) == []


def test_a_bug_that_quotes_the_password(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SOLODESK_PASSWORD", PASSWORD)
    data_dir.mkdir()
    error = ValueError(f"cannot parse b'* OK LOGIN me {PASSWORD}'")
    hook(["--json", "--data", str(data_dir), "sync"])(ValueError, error, None)
    said = capsys.readouterr()
    assert "unforeseen" in said.err
    assert not traces((said.err + said.out).encode())
    (log,) = (data_dir / "logs").iterdir()
    assert "cannot parse" in log.read_text(encoding="utf-8")
    assert left_behind(data_dir) == []
