"""Fixtures for every test: real servers, a home of its own, and silence as part of the result."""

import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import keyring.core
import pytest
import translations
from hypothesis import settings

from solodesk.base.clock import FixedClock, parse_iso
from solodesk.base.paths import DataFolder
from solodesk.base.singletons import keep_singletons
from solodesk.wording.gettext import set_language
from tests.support.authority import Authority
from tests.support.certificates import Certificates, make_certificates
from tests.support.dovecot import DovecotServer, Mailbox
from tests.support.secrets import SecretService
from tests.support.smtp import Security, SmtpSink

_NO_KEYCHAIN = "keyring.backends.fail.Keyring"
_SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
# PySide6 6.12 under Python 3.11 would end the run after some thousand calls.
keep_singletons()
# Qt reads it when the first application is made, keyring when it is first asked.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["TZ"] = "UTC"
if hasattr(time, "tzset"):
    time.tzset()
# Tests never meet the developer's own keychain; `secret_service` leads to a throw-away one.
os.environ["PYTHON_KEYRING_BACKEND"] = _NO_KEYCHAIN
os.environ.pop("DBUS_SESSION_BUS_ADDRESS", None)

# Time limits per example would make tests fail on a busy computer; they say nothing about us.
settings.register_profile("solodesk", deadline=None, print_blob=True)
settings.load_profile("solodesk")

_NOWHERE = '{"own": [], "ispdb": [], "ask_dns": false, "imap_guesses": [], "smtp_guesses": []}'
_UNRESOLVABLE = (".invalid", ".example", ".test", ".example.com", ".example.org", ".example.net")


def _stay_home(event: str, args: tuple[object, ...]) -> None:
    """Audit hook: names for examples do not resolve, and nothing leaves this computer."""
    if event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else str(args[0] or "")
        if host.endswith(_UNRESOLVABLE) or host.removeprefix("www.").startswith("example."):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    elif event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):
        host = str(args[1][0])
        if not host.startswith("127.") and host not in {"::1", "localhost", ""}:
            message = f"a test tried to reach {host}"
            raise RuntimeError(message)


sys.addaudithook(_stay_home)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the translations once, before workers start."""
    if not hasattr(config, "workerinput"):
        translations.compile_all()


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("DATA", "CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    # A search for servers asks nobody, in our child processes either.
    nowhere = home / "discovery.json"
    nowhere.write_text(_NOWHERE, encoding="utf-8")
    monkeypatch.setenv("SOLODESK_DISCOVERY", str(nowhere))


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and not isinstance(thread, threading._DummyThread)
    ]
    for thread in left:
        thread.join(3)
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"threads left over: {names}"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder's path that does not exist yet, as on a first start."""
    return tmp_path / "data"


@pytest.fixture
def data_folder(data_dir: Path) -> DataFolder:
    """A data folder, made."""
    return DataFolder(data_dir).create()


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2026-09-07, nine o'clock UTC, until the test moves it."""
    return FixedClock(parse_iso("2026-09-07T09:00:00Z"))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """A throw-away authority with a certificate for loopback."""
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def authority(certificates: Certificates) -> Iterator[Authority]:
    """An OAuth2 authority over HTTPS on loopback."""
    there = Authority(certificates)
    there.start()
    yield there
    there.stop()


@pytest.fixture(scope="session")
def _dovecot_server() -> Iterator[DovecotServer]:
    server = DovecotServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def dovecot(_dovecot_server: DovecotServer) -> DovecotServer:
    """The Dovecot of this worker, running; a test may stop it."""
    _dovecot_server.start()
    return _dovecot_server


_numbers = itertools.count(1)


@pytest.fixture
def new_mailbox(dovecot: DovecotServer) -> Iterator[Callable[[str], Mailbox]]:
    """Make mailboxes: `new_mailbox("support")` → `support-17@shop.example`, fresh and empty."""
    made: list[Mailbox] = []

    def make(name: str = "support") -> Mailbox:
        made.append(dovecot.new_mailbox(f"{name}-{next(_numbers)}@shop.example"))
        return made[-1]

    yield make
    for box in made:
        box.close()


@pytest.fixture
def mailbox(new_mailbox: Callable[[str], Mailbox]) -> Mailbox:
    """The owner's mailbox on a real Dovecot, fresh and empty."""
    return new_mailbox("support")


@pytest.fixture
def new_smtp_sink(certificates: Certificates) -> Iterator[Callable[..., SmtpSink]]:
    """Make running SMTP servers: `new_smtp_sink(security="starttls", login=("me", "pw"))`."""
    made: list[SmtpSink] = []

    def make(security: Security = "plain", login: tuple[str, str] | None = None) -> SmtpSink:
        sink = SmtpSink(certificates, security, login)
        made.append(sink)
        sink.start()
        return sink

    yield make
    for sink in made:
        if sink.behaviour.hold is not None:
            sink.behaviour.hold.set()
        sink.stop()


@pytest.fixture
def smtp_sink(new_smtp_sink: Callable[..., SmtpSink]) -> SmtpSink:
    """A plain SMTP server that takes everything and keeps it."""
    return new_smtp_sink()


@pytest.fixture
def secret_service(monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretService]:
    """An unlocked, empty gnome-keyring that this process and its children use."""
    service = SecretService()
    try:
        service.start()
        monkeypatch.setenv(
            "DBUS_SESSION_BUS_ADDRESS", service.environment["DBUS_SESSION_BUS_ADDRESS"]
        )
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", _SECRET_SERVICE)
        keyring.set_keyring(keyring.core.load_keyring(_SECRET_SERVICE))
        yield service
    finally:
        keyring.set_keyring(keyring.core.load_keyring(_NO_KEYCHAIN))
        service.stop()
