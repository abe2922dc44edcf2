"""`account add` that finds servers, and that signs in through the browser; `account sign-in`."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.authority import CLIENT_ID, Authority, Browser
from tests.support.certificates import Certificates
from tests.support.directory import Directory
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.oauth_mail import TokenDovecot, TokenSink
from tests.support.program import solodesk
from tests.support.secrets import SecretService
from tests.support.smtp import SmtpSink

USER = "ling@shop.example"
_XML = """<clientConfig version="1.1"><emailProvider id="shop.example">
<displayName>Shop hosting</displayName>
<incomingServer type="imap"><hostname>127.0.0.1</hostname><port>{imap}</port>
<socketType>SSL</socketType><username>%EMAILADDRESS%</username></incomingServer>
<outgoingServer type="smtp"><hostname>127.0.0.1</hostname><port>{smtp}</port>
<socketType>SSL</socketType><username>%EMAILADDRESS%</username></outgoingServer>
</emailProvider></clientConfig>"""


@pytest.fixture
def directory(certificates: Certificates) -> Iterator[Directory]:
    there = Directory(certificates)
    there.start()
    yield there
    there.stop()


def trust(folder: Path, *files: Path) -> str:
    path = folder / "trust.pem"
    path.write_bytes(b"".join(each.read_bytes() for each in files))
    return str(path)


def test_servers_are_found_tested_and_only_then_kept(
    data_dir: Path,
    tmp_path: Path,
    directory: Directory,
    mailbox: Mailbox,
    new_smtp_sink: Callable[..., SmtpSink],
    secret_service: SecretService,
) -> None:
    sink = new_smtp_sink("tls", login=(mailbox.user, mailbox.password))
    page = _XML.format(imap=mailbox.tls_port, smtp=sink.port)
    directory.pages["/own/shop.example"] = page.encode()
    env = {"SOLODESK_DISCOVERY": str(directory.write(tmp_path / "discovery.json"))}
    ca_file = trust(tmp_path, mailbox.ca_file, sink.certificates.ca)
    add = ("account", "add", mailbox.address, "--ca-file", ca_file, "--password-stdin")
    code, lines, errors = solodesk(data_dir, *add, stdin="wrong\n", env=env)
    assert (code, lines) == (3, [])
    assert "Shop hosting (127.0.0.1, 127.0.0.1)" in errors
    assert "These servers belong to: 127.0.0.1" in errors
    assert solodesk(data_dir, "account", "list")[1] == []
    code, lines, errors = solodesk(data_dir, *add, stdin=mailbox.password + "\n", env=env)
    assert code == 0, errors
    assert (lines[0]["imap"]["port"], lines[0]["smtp"]["port"]) == (mailbox.tls_port, sink.port)
    assert solodesk(data_dir, "sync")[0] == 0


@pytest.fixture
def box(authority: Authority) -> Iterator[Mailbox]:
    server = TokenDovecot(authority)
    try:
        server.start()
        box = server.new_mailbox(USER)
        yield box
        box.close()
    finally:
        server.remove()


@pytest.fixture
def sink(certificates: Certificates, authority: Authority) -> Iterator[TokenSink]:
    sink = TokenSink(certificates, authority)
    sink.start()
    yield sink
    sink.stop()


def with_browser(data: Path, browser: Browser, *arguments: str) -> tuple[int, str, str]:
    """Run a command that waits for the browser, and be the owner who opens the address."""
    with subprocess.Popen(
        [sys.executable, "-m", "solodesk", "--data", str(data), *arguments],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        seen = ""
        for line in process.stderr:
            seen += line
            if line.startswith("https://"):
                browser.open(line.strip())
                break
        out, err = process.communicate(timeout=60)
    return process.returncode, out, seen + err


def test_by_browser_then_again_after_it_was_taken_back(
    data_dir: Path,
    tmp_path: Path,
    authority: Authority,
    box: Mailbox,
    sink: TokenSink,
    secret_service: SecretService,
) -> None:
    browser = Browser(authority.certificates.ca)
    authority.conduct.user = USER
    ca_file = trust(tmp_path, box.ca_file, sink.certificates.ca)
    code, out, errors = with_browser(
        data_dir, browser, "account", "add", USER, "--browser",
        "--imap", f"{box.host}:{box.tls_port}", "--smtp", f"{sink.host}:{sink.port}",
        "--ca-file", ca_file, "--client-id", CLIENT_ID, "--scope", "mail",
        "--authorize-url", f"{authority.url}/authorize", "--token-url", f"{authority.url}/token",
    )  # fmt: skip
    assert code == 0, errors
    assert out.strip() == f"{USER} is connected."
    assert not any(token in out + errors for token in authority.given)
    box.append("INBOX", raw_mail("Where is my order?"))
    code, lines, errors = solodesk(data_dir, "sync")
    assert (code, lines[0]["new"]) == (0, 1), errors
    authority.revoke()
    code, lines, errors = solodesk(data_dir, "sync")
    assert (code, lines) == (3, [])
    assert '"error": "sign_in_expired"' in errors
    assert solodesk(data_dir, "account", "list")[1][0]["state"] == "sign_in_needed"
    code, out, errors = with_browser(data_dir, browser, "account", "sign-in", USER)
    assert code == 0, errors
    assert solodesk(data_dir, "sync")[0] == 0
    assert solodesk(data_dir, "account", "remove", USER)[0] == 0


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("ling@outlook.com",), 1, "client_id_needed"),
        (("ling@gmail.com", "--browser"), 1, "client_id_needed"),
        ((USER, "--imap", "i.example", "--smtp", "s.example", "--browser"), 1, "no_authority"),
        (
            (USER, "--imap", "i.example", "--smtp", "s.example", "--client-id", "x",
             "--token-url", "http://s.example/token"), 1, "bad_setting",
        ),
        (("ling@gmail.com", "--client-id", "x", "--client-secret-env", "NOT_SET"), 2, "wrong_use"),
    ],
)  # fmt: skip
def test_what_cannot_be(data_dir: Path, arguments: tuple[str, ...], code: int, error: str) -> None:
    got, lines, errors = solodesk(data_dir, "account", "add", *arguments)
    assert (got, lines) == (code, [])
    assert f'"error": "{error}"' in errors
    assert solodesk(data_dir, "account", "list")[1] == []
