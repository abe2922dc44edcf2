"""Bad input (issue 2): one plain sentence with what to do, the right exit code, nothing lost.

Real processes of the program against real servers and files.
"""

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from solodesk.base.paths import DataFolder
from tests.e2e.plainly import refused, sound, tickets
from tests.support.certificates import Certificates
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import Engine, solodesk
from tests.support.smtp import SmtpSink
from tests.support.waiting import free_port, wait_until

_MEI = "Mei Chen <mei@customer.example>"


def add(data: Path, address: str, imap: str, smtp: str, *more: str, password: str = "x") -> None:
    """Connect a mailbox without trying it."""
    words = ["account", "add", address, "--user", address, "--imap", imap, "--smtp", smtp, *more]
    code, _, said = solodesk(
        data, *words, "--no-test", "--copy-to-sent", "--password-stdin", stdin=f"{password}\n"
    )
    assert code == 0, said


def add_plain(data: Path, box: Mailbox, smtp_port: int) -> None:
    """Connect a mailbox of the test's Dovecot."""
    tls = ("--imap-tls", "plain", "--smtp-tls", "plain")
    add(data, box.address, f"{box.host}:{box.port}", f"127.0.0.1:{smtp_port}", *tls)


def import_one(data: Path, folder: Path, to: str = "support@shop.example") -> None:
    """One good mail is in, so that it can be lost."""
    path = folder / "good.eml"
    path.write_bytes(raw_mail("Where is my order?", sender=_MEI, to=to))
    assert solodesk(data, "import", str(path))[0] == 0


@pytest.fixture
def mute() -> Iterator[int]:
    """A port at which something answers that is no mail server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        stop = threading.Event()

        def answer() -> None:
            while not stop.is_set():
                try:
                    with server.accept()[0] as link:
                        link.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                except TimeoutError:
                    continue

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        stop.set()
        thread.join(5)


# -- servers


@pytest.mark.parametrize(
    ("case", "code", "error"),
    [
        ("password", 3, "wrong_password"),
        ("unreachable", 1, "unreachable"),
        ("no such host", 1, "host_not_found"),
        ("other name", 1, "certificate_invalid"),
        ("unknown issuer", 1, "certificate_invalid"),
        ("not mail", 1, "not_a_mail_server"),
        ("no encryption", 1, "tls_failed"),
    ],
)
def test_receiving(
    data_dir: Path, tmp_path: Path, mailbox: Mailbox, mute: int, case: str, code: int, error: str
) -> None:
    import_one(data_dir, tmp_path, to=mailbox.address)
    here = f"{mailbox.host}:{mailbox.port}"
    servers = {
        "password": (here, "--imap-tls", "plain"),
        "unreachable": (f"127.0.0.1:{free_port()}", "--imap-tls", "plain"),
        "no such host": ("mail.nowhere.invalid:993",),
        "other name": (
            f"{mailbox.wrong_host}:{mailbox.tls_port}", "--ca-file", str(mailbox.ca_file)
        ),
        "unknown issuer": (f"{mailbox.host}:{mailbox.tls_port}",),
        "not mail": (f"127.0.0.1:{mute}", "--imap-tls", "plain"),
        "no encryption": (here, "--imap-tls", "tls"),
    }  # fmt: skip
    imap, *more = servers[case]
    add(data_dir, mailbox.address, imap, f"127.0.0.1:{free_port()}", *more)
    said = refused(solodesk(data_dir, "sync", password="wrong"), code, error)
    assert imap.split(":", maxsplit=1)[0] in said["message"]
    (account,) = solodesk(data_dir, "account", "list")[1]
    assert account["state"] != "ok"
    assert account["detail"]["code"] == error
    assert len(tickets(data_dir)) == 1
    sound(data_dir)


@pytest.mark.parametrize(
    ("case", "code", "error", "state"),
    [
        ("password", 3, "wrong_password", "retrying"),
        ("unreachable", 0, "unreachable", "retrying"),
        ("no such host", 0, "host_not_found", "retrying"),
        ("other name", 0, "certificate_invalid", "retrying"),
        ("unknown issuer", 0, "certificate_invalid", "retrying"),
    ],
)
def test_sending(
    data_dir: Path,
    tmp_path: Path,
    mailbox: Mailbox,
    certificates: Certificates,
    new_smtp_sink: Callable[..., SmtpSink],
    case: str,
    code: int,
    error: str,
    state: str,
) -> None:
    safe = new_smtp_sink("tls")
    login = new_smtp_sink(login=(mailbox.address, "right"))
    trusted = ("--ca-file", str(certificates.ca))
    servers = {
        "password": (f"127.0.0.1:{login.port}", "--smtp-tls", "plain"),
        "unreachable": (f"127.0.0.1:{free_port()}", "--smtp-tls", "plain"),
        "no such host": ("mail.nowhere.invalid:465",),
        "other name": (f"127.1:{safe.port}", *trusted),
        "unknown issuer": (f"127.0.0.1:{safe.port}",),
    }
    smtp, *more = servers[case]
    here = f"{mailbox.host}:{mailbox.port}"
    add(data_dir, mailbox.address, here, smtp, "--imap-tls", "plain", *more)
    assert solodesk(data_dir, "sync", password=mailbox.password)[0] == 0
    import_one(data_dir, tmp_path, to=mailbox.address)
    done, (queued,), _ = solodesk(data_dir, "reply", "1001", "--text", "Today.", "--no-delay")
    assert (done, queued["state"]) == (0, "queued")
    done, (line,), errors = solodesk(data_dir, "send", password=mailbox.password)
    assert "Traceback" not in errors
    assert (line["reason"]["code"], line["state"], done) == (error, state, code)
    (kept,) = solodesk(data_dir, "outbox")[1]
    assert kept["message_id"] == queued["message_id"]
    assert safe.received == login.received == []
    sound(data_dir)


def test_a_mailbox_whose_uids_all_changed(data_dir: Path, mailbox: Mailbox) -> None:
    for number in range(3):
        mail = raw_mail(f"Question {number}", subject=f"Case {number}", to=mailbox.address)
        mailbox.append("INBOX", mail)
    add_plain(data_dir, mailbox, free_port())
    assert solodesk(data_dir, "sync", password=mailbox.password)[0] == 0
    before = tickets(data_dir)
    solodesk(data_dir, "note", str(before[0]["ticket"]), "--text", "call back")
    mailbox.close()
    mailbox.renew_uidvalidity()
    mailbox.append("INBOX", raw_mail("In between", subject="New", to=mailbox.address))
    code, lines, _ = solodesk(data_dir, "sync", password=mailbox.password)
    inbox = next(line for line in lines if line["folder"] == "INBOX")
    assert (code, inbox["server"], inbox["here"], inbox["missing"]) == (0, 4, 4, 0)
    after = {line["ticket"]: line for line in tickets(data_dir)}
    assert len(after) == 4
    assert all(line["ticket"] in after for line in before)
    (noted,) = solodesk(data_dir, "ticket", str(before[0]["ticket"]))[1]
    assert [each["direction"] for each in noted["conversation"]] == ["in", "note"]
    sound(data_dir)


# -- mail


def _nested(depth: int) -> bytes:
    lines = [b"From: a@customer.example", b"Subject: deep", b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b'Content-Type: multipart/mixed; boundary="b%d"' % level, b"", b"--b%d" % level]
    return b"\r\n".join([*lines, b"Content-Type: text/plain", b"", b"deep inside", b""])


BROKEN = {
    "noise": bytes(range(256)) * 20,
    "no headers": b"just some words\r\nand more\r\n",
    "empty body": b"From: a@customer.example\r\n\r\n",
    "unknown charset": b"From: a@customer.example\r\nSubject: =?x-klingon?B?4pi5?=\r\n"
    b"Content-Type: text/plain; charset=x-klingon\r\n\r\n\xff\xfe\xe4\r\n",
    "bad sender": b"From: <<>>@@,;:\r\nTo: \x80\xff\r\nDate: yesterday-ish\r\n\r\nhello\r\n",
    "nul bytes": b"From: a@customer.example\r\nSubject: a\x00b\r\n\r\nx\x00y\r\n",
    "half a multipart": b"From: a@customer.example\r\nContent-Type: multipart/mixed\r\n\r\n--x\r\n",
    "wrong base64": b"From: a@c.example\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!=\r\n",
    "300 deep": _nested(300),
    "a huge header": b"From: a@customer.example\r\nX-Long: " + b"y" * 600_000 + b"\r\n\r\nhi\r\n",
    "ten thousand recipients": b"From: a@customer.example\r\nTo: "
    + b",\r\n ".join(b"u%d@c.example" % n for n in range(10_000))
    + b"\r\n\r\nhi\r\n",
}


def test_broken_messages_between_good_ones_stop_nothing(data_dir: Path, mailbox: Mailbox) -> None:
    def good(name: str) -> bytes:
        return raw_mail(f"I am {name}.", subject=name, sender=_MEI, to=mailbox.address)

    mailbox.deliver(good("the first"))
    for number, raw in enumerate(BROKEN.values()):
        mailbox.deliver(raw)
        mailbox.deliver(good(f"number {number}"))
    add_plain(data_dir, mailbox, free_port())
    code, lines, errors = solodesk(data_dir, "sync", password=mailbox.password)
    assert (code, errors.count("Traceback")) == (0, 0), errors
    inbox = next(line for line in lines if line["folder"] == "INBOX")
    total = 2 * len(BROKEN) + 1
    assert (inbox["server"], inbox["here"], inbox["missing"]) == (total, total, 0)
    assert inbox["damaged"] >= 2
    subjects = {line["subject"] for line in tickets(data_dir)}
    assert {"the first"} | {f"number {n}" for n in range(len(BROKEN))} <= subjects
    for line in tickets(data_dir):
        code, (shown,), errors = solodesk(data_dir, "ticket", str(line["ticket"]))
        assert (code, errors) == (0, "")
        assert shown["conversation"]
    again = solodesk(data_dir, "sync", password=mailbox.password)[1]
    assert [line["new"] for line in again] == [0, 0]
    sound(data_dir)


def test_broken_files_are_read_as_far_as_they_go(data_dir: Path, tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{name}.eml") for name in BROKEN]
    for path, raw in zip(paths, BROKEN.values(), strict=True):
        Path(path).write_bytes(raw)
    code, meant, errors = solodesk(data_dir, "parse", *paths)
    assert (code, errors) == (0, "")
    assert not data_dir.exists()  # parse touches no store
    code, kept, errors = solodesk(data_dir, "import", *paths)
    assert (code, errors) == (0, "")
    assert [line["path"] for line in kept] == paths
    for before, after in zip(meant, kept, strict=True):
        assert {key: after[key] for key in before} == before
    assert {line["ticket"] for line in tickets(data_dir)} == {line["ticket"] for line in kept}
    for line in kept:
        raw = Path(line["path"]).read_bytes()
        assert (line["raw_sha256"], line["size"]) == (sha256(raw).hexdigest(), len(raw))


def test_files_that_hold_no_mail(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "readme.txt").write_text("hello", encoding="utf-8")
    (tmp_path / "papers" / "picture.bin").write_bytes(os.urandom(3000))
    (tmp_path / "papers" / "cut.gz").write_bytes(b"\x1f\x8b\x08\x00broken")
    (tmp_path / "empty.mbox").write_bytes(b"")
    for name in ("nothing", "papers", "empty.mbox"):
        for command in ("parse", "import"):
            assert solodesk(data_dir, command, str(tmp_path / name))[:2] == (0, []), name
    missing = str(tmp_path / "missing.eml")
    refused(solodesk(data_dir, "parse", missing), 1, "file_not_found")
    refused(solodesk(data_dir, "import", missing), 1, "file_not_found")
    refused(solodesk(data_dir, "import", str(tmp_path / "papers/cut.gz")), 1, "file_not_readable")
    assert tickets(data_dir) == []


def test_what_came_before_a_missing_file_is_in(data_dir: Path, tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_bytes(raw_mail("Where is my order?", sender=_MEI))
    done = solodesk(data_dir, "import", str(good), str(tmp_path / "missing.eml"))
    refused(done, 1, "file_not_found", printed=1)
    assert len(tickets(data_dir)) == 1


# -- the data


def test_data_of_a_newer_version(data_dir: Path, tmp_path: Path) -> None:
    import_one(data_dir, tmp_path)
    file = DataFolder(data_dir).store
    with sqlite3.connect(file) as link:
        link.execute("UPDATE alembic_version SET version_num = '9999'")
    link.close()
    before = file.read_bytes()
    for words in (
        ["tickets"],
        ["sync"],
        ["send"],
        ["undo"],
        ["import", str(tmp_path / "good.eml")],
    ):
        refused(solodesk(data_dir, *words), 1, "store_newer")
    assert file.read_bytes() == before


@pytest.mark.parametrize("hurt", ["head", "cut", "other file"])
def test_a_damaged_data_file_is_told_and_left_as_it_is(
    data_dir: Path, tmp_path: Path, hurt: str
) -> None:
    import_one(data_dir, tmp_path)
    file = DataFolder(data_dir).store
    whole = file.read_bytes()
    damaged = {
        "head": b"\0" * 100 + whole[100:],
        "cut": whole[: len(whole) // 2],
        "other file": b"These are my notes.\n" * 50,
    }[hurt]
    file.write_bytes(damaged)
    for words in (["tickets"], ["sync"], ["note", "1001", "--text", "x"]):
        refused(solodesk(data_dir, *words), 1, "store_damaged")
    assert file.read_bytes() == damaged


def test_a_second_one_that_fetches_is_refused_and_reading_goes_on(
    data_dir: Path, tmp_path: Path
) -> None:
    import_one(data_dir, tmp_path)
    engine = Engine(data_dir)
    try:
        engine.wait_news("ready")
        for command in ("sync", "send", "engine"):
            refused(solodesk(data_dir, command), 1, "already_running")
        assert len(tickets(data_dir)) == 1
        assert solodesk(data_dir, "note", "1001", "--text", "meanwhile")[0] == 0
    finally:
        assert engine.end() == 0
    refused(solodesk(data_dir, "sync"), 1, "no_account")


def test_no_keychain_and_no_screen(data_dir: Path, mailbox: Mailbox) -> None:
    add_plain(data_dir, mailbox, free_port())
    said = refused(solodesk(data_dir, "sync"), 1, "no_keychain")
    assert "SOLODESK_PASSWORD" in said["hint"]
    screens = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    refused(solodesk(data_dir, env=screens), 1, "no_display")


def test_a_second_window_says_so_and_the_first_goes_on(data_dir: Path, tmp_path: Path) -> None:
    import_one(data_dir, tmp_path)
    window = subprocess.Popen(
        [sys.executable, "-m", "solodesk", "--data", str(data_dir), "--profile-log"],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        painted = DataFolder(data_dir).logs / "start.jsonl"
        wait_until(painted.exists, 30, "the first window is painted")
        offscreen = {"QT_QPA_PLATFORM": "offscreen"}
        refused(solodesk(data_dir, env=offscreen), 1, "desk_open_already")
        assert solodesk(data_dir, "note", "1001", "--text", "meanwhile")[0] == 0
        assert window.poll() is None
    finally:
        window.terminate()
        window.wait(15)
    # Only the lock counts, not the file a dead process leaves.
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    refused(solodesk(file, env=offscreen), 1, "not_a_folder")
    sound(data_dir)


def test_a_data_folder_that_can_not_be(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine", encoding="utf-8")
    for data in (file, file / "below"):
        refused(solodesk(data, "tickets"), 1, "not_a_folder")
    assert file.read_text(encoding="utf-8") == "mine"


# -- the computer: these need the rights to hide and to mount folders


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[None]:
    """`mount` something at `folder` for the block; skipped without the right to."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.name != "posix" or os.getuid() != 0:
        pytest.skip("mounting a folder needs root")
    done = subprocess.run(
        ["mount", *options, str(folder)], check=False, capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"this computer lets nobody mount: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_data_folder_nobody_may_write_to(data_dir: Path, tmp_path: Path) -> None:
    import_one(data_dir, tmp_path)
    with mounted(data_dir, "--bind", "-o", "ro", str(data_dir)):
        for words in (["note", "1001", "--text", "x"], ["import", str(tmp_path / "good.eml")]):
            code, lines, errors = solodesk(data_dir, *words)
            refused((code, lines, errors), 1, "store_unreachable")
    assert len(tickets(data_dir)) == 1
    sound(data_dir)


def test_a_full_disk(data_dir: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.mkdir()
    for number in range(40):
        mail = raw_mail(f"{number} " + os.urandom(30_000).hex(), subject=f"Big {number}")
        (big / f"{number:02}.eml").write_bytes(mail)
    with mounted(data_dir, "-t", "tmpfs", "-o", "size=2m", "tmpfs"):
        import_one(data_dir, tmp_path)
        before = len(tickets(data_dir))
        code, printed, errors = solodesk(data_dir, "import", str(big))
        refused((code, printed, errors), 1, "disk_full", printed=len(printed))
        # Whole batches only, and each one told is there.
        assert len(tickets(data_dir)) == before + len(printed)
        sound(data_dir)
        subprocess.run(["mount", "-o", "remount,size=64m", str(data_dir)], check=True)
        assert solodesk(data_dir, "import", str(big))[0] == 0
        assert len(tickets(data_dir)) == before + 40
        sound(data_dir)


def test_a_chinese_report_without_a_chinese_font(data_dir: Path, tmp_path: Path) -> None:
    import_one(data_dir, tmp_path)
    report = ["report", "--from", "2026-09-01", "--until", "2026-09-30", "--to", str(tmp_path)]
    with mounted(Path("/usr/share/fonts"), "-t", "tmpfs", "tmpfs"):
        said = refused(solodesk(data_dir, *report, "--lang", "zh"), 1, "no_cjk_font")
        assert "HTML" in said["hint"]
        assert list(tmp_path.glob("*.pdf")) == []
        assert solodesk(data_dir, *report, "--lang", "zh", "--format", "html,csv,xlsx")[0] == 0
        assert solodesk(data_dir, *report, "--lang", "en")[0] == 0
