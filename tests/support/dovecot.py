"""A real Dovecot on loopback with its own configuration and folder, and one user a test.

Plain, STARTTLS and TLS on free ports; runs as the caller, or as `nobody` when called by root.
Nothing outside its own folder is read or written.
"""

import contextlib
import imaplib
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.support.certificates import Certificates, make_certificates
from tests.support.components import require_program
from tests.support.waiting import free_port, listens, wait_until

PASSWORD = "right horse"
_CONFIGURATION = """\
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
protocols = imap
listen = 127.0.0.1, 127.0.0.2
ssl = yes
ssl_cert = <{certificates.chain}
ssl_key = <{certificates.key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = {low_uid}
first_valid_gid = 0
mail_location = maildir:{root}/mail/%u
mail_max_userip_connections = 64
{extra}
namespace inbox {{
  inbox = yes
  separator = /
{folders}}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {root}/users/%u
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
"""
_FOLDERS = {"Sent": "\\Sent", "Drafts": "\\Drafts", "Archive": "\\Archive"} | {
    "Trash": "\\Trash",
    "Junk": "\\Junk",
}


class DovecotServer:
    """One Dovecot; `extra` goes into its configuration (`imap_capability = …`, for instance)."""

    host = "127.0.0.1"

    def __init__(self, extra: str = "") -> None:
        self._program = require_program("dovecot", "dovecot-imapd")
        self._setpriv = require_program("setpriv", "util-linux")
        # Not pytest's tmp_path: Unix sockets allow 107 characters, and `nobody` must get in.
        self.root = Path(tempfile.mkdtemp(prefix="solodesk-dovecot-"))
        self._account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.port = free_port()
        self.tls_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        for name in ("run", "state", "mail", "users"):
            (self.root / name).mkdir(mode=0o755)
        self.certificates: Certificates = make_certificates(self.root)
        self._configure(extra)

    def _configure(self, extra: str) -> None:
        import grp

        lines = [
            f"  mailbox {name} {{\n    special_use = {use}\n    auto = subscribe\n  }}\n"
            for name, use in _FOLDERS.items()
        ]
        who = self._account
        text = _CONFIGURATION.format(
            root=self.root,
            certificates=self.certificates,
            user=who.pw_name,
            group=grp.getgrgid(who.pw_gid).gr_name,
            low_uid=min(who.pw_uid, 500),
            uid=who.pw_uid,
            gid=who.pw_gid,
            extra=extra,
            folders="".join(lines),
            port=self.port,
            tls_port=self.tls_port,
        )
        (self.root / "dovecot.conf").write_text(text, encoding="utf-8")
        self.own(self.root, *self.root.rglob("*"))

    def own(self, *paths: Path) -> None:
        """Hand files and folders to the server's user."""
        if os.getuid() != 0:
            return
        for each in paths:
            os.chown(each, self._account.pw_uid, self._account.pw_gid)

    def start(self) -> None:
        """Start it if it does not run, on the same ports as before."""
        if self._process is not None:
            return
        command = [self._setpriv, "--pdeathsig", "TERM"]
        if os.getuid() == 0:
            who = self._account
            command += [f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        command += [self._program, "-F", "-c", str(self.root / "dovecot.conf")]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self._process = process

        def up() -> bool:
            if process.poll() is not None:
                said = process.stderr.read().decode(errors="replace") if process.stderr else ""
                message = f"dovecot ended with {process.returncode}: {said}\n{self.log()}"
                raise AssertionError(message)
            return listens(self.host, self.port) and listens(self.host, self.tls_port)

        wait_until(up, 20, "dovecot opens its ports")

    def stop(self) -> None:
        """End it and its connections; nothing listens on its ports when this returns."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()
        wait_until(lambda: not listens(self.host, self.port), 10, "dovecot closes its port")

    def restart(self) -> None:
        """Stop and start again."""
        self.stop()
        self.start()

    def log(self) -> str:
        """What the server wrote."""
        path = self.root / "dovecot.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def remove(self) -> None:
        """Stop it and delete its folder."""
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def new_mailbox(self, address: str) -> "Mailbox":
        """A fresh user with empty INBOX, Sent, Drafts, Archive, Trash and Junk."""
        box = Mailbox(self, address)
        box.set_password(PASSWORD)
        return box


@dataclass(slots=True)
class Mailbox:
    """One user of a server: where to connect, and hands to put mail in and look."""

    server: DovecotServer
    address: str
    password: str = PASSWORD
    _stamps: Iterator[int] = field(default_factory=itertools.count)
    _kept: imaplib.IMAP4 | None = None

    @property
    def host(self) -> str:
        """Loopback."""
        return self.server.host

    @property
    def port(self) -> int:
        """Plain, with STARTTLS offered."""
        return self.server.port

    @property
    def tls_port(self) -> int:
        """TLS from the first byte."""
        return self.server.tls_port

    @property
    def user(self) -> str:
        """The login name: the address."""
        return self.address

    @property
    def ca_file(self) -> Path:
        """The authority to trust for `tls_port`."""
        return self.server.certificates.ca

    @property
    def wrong_host(self) -> str:
        """The same server under a name its certificate does not hold."""
        return self.server.certificates.wrong_host

    @property
    def maildir(self) -> Path:
        """The Maildir of INBOX; other folders are `.Name` within it."""
        return self.server.root / "mail" / self.user

    def start(self) -> None:
        """Start the server."""
        self.server.start()

    def stop(self) -> None:
        """Stop the server: every connection breaks, new ones are refused."""
        self.close()
        self.server.stop()

    def restart(self) -> None:
        """Stop and start the server."""
        self.stop()
        self.start()

    def set_password(self, password: str) -> None:
        """Change the password; returns when the server knows it."""
        path = self.server.root / "users" / self.user
        changed = path.exists()
        path.write_text(f"{self.user}:{{PLAIN}}{password}\n", encoding="utf-8")
        # Dovecot rereads by whole seconds of the modification time.
        moment = time.time() + 2 * next(self._stamps)
        os.utime(path, (moment, moment))
        self.server.own(path)
        self.password = password
        if changed:  # Dovecot looks at the file at most once a second
            wait_until(self._lets_in, what="the new password works")

    def _lets_in(self) -> bool:
        with contextlib.suppress(imaplib.IMAP4.error), self.imap():
            return True
        return False

    @contextlib.contextmanager
    def imap(self) -> Iterator[imaplib.IMAP4]:
        """A logged-in connection of its own, to look at the server as another mail program."""
        connection = self._connect()
        try:
            yield connection
        finally:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                connection.logout()

    def _connect(self) -> imaplib.IMAP4:
        connection = imaplib.IMAP4(self.host, self.port, timeout=20)
        connection.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            connection.login(self.user, self.password)
        except imaplib.IMAP4.error:
            connection.shutdown()
            raise
        return connection

    def _imap(self) -> imaplib.IMAP4:
        if self._kept is not None:
            try:
                self._kept.noop()
            except (imaplib.IMAP4.error, OSError):
                self._kept.shutdown()
                self._kept = None
        if self._kept is None:
            self._kept = self._connect()
        return self._kept

    def close(self) -> None:
        """Close the kept connection of `append` and the look-ups."""
        if self._kept is not None:
            kept, self._kept = self._kept, None
            try:
                kept.logout()
            except (imaplib.IMAP4.error, OSError):
                kept.shutdown()

    def append(
        self,
        folder: str,
        raw: bytes,
        *,
        internaldate: datetime | None = None,
        flags: Sequence[str] = (),
    ) -> int:
        """Put a message into a folder; returns its UID. `internaldate` must be aware."""
        when = imaplib.Time2Internaldate(internaldate) if internaldate else ""
        text = f"({' '.join(flags)})" if flags else ""
        lines = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return self._uid_of(self._imap().append(_name(folder), text, when, lines))

    @staticmethod
    def _uid_of(answer: tuple[str, list[bytes]]) -> int:
        kind, data = answer
        assert kind == "OK", data
        return int(data[0].partition(b"]")[0].split()[-1])

    def deliver(self, raw: bytes, folder: str = "INBOX", *, seen: bool = False) -> None:
        """Put a message there as a delivery agent does: a file, which IDLE announces.

        Uses no connection, so any thread may call it. The folder must exist or be one of the
        standard ones.
        """
        place = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        for made in (self.maildir, *(place / part for part in ("tmp", "new", "cur"))):
            if not made.is_dir():
                made.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.server.own(made.parent, made)
        name = f"{time.time_ns()}.{os.getpid()}_{next(self._stamps)}.test"
        waiting = place / "tmp" / name
        waiting.write_bytes(raw)
        self.server.own(waiting)
        waiting.rename(place / "cur" / f"{name}:2,S" if seen else place / "new" / name)

    def folders(self) -> list[str]:
        """Names of all folders."""
        listed = self._imap().list()[1]
        return [
            line.decode().rpartition('"/" ')[2].strip('"')
            for line in listed
            if isinstance(line, bytes)
        ]

    def create_folder(self, folder: str) -> None:
        """Make and subscribe a folder."""
        assert self._imap().create(_name(folder))[0] == "OK"
        self._imap().subscribe(_name(folder))

    def uids(self, folder: str = "INBOX", criteria: str = "ALL") -> list[int]:
        """UIDs of a folder, ascending, by IMAP search criteria."""
        self._imap().select(_name(folder), readonly=True)
        found = self._imap().uid("SEARCH", criteria)[1]
        self._imap().unselect()
        return [int(uid) for uid in (found[0] or b"").split()]

    def count(self, folder: str = "INBOX") -> int:
        """How many messages a folder holds."""
        return len(self.uids(folder))

    def raw(self, uid: int, folder: str = "INBOX") -> bytes:
        """The bytes of one message, without marking it as read."""
        self._imap().select(_name(folder), readonly=True)
        data = self._imap().uid("FETCH", str(uid), "(BODY.PEEK[])")[1]
        self._imap().unselect()
        part = data[0]
        assert isinstance(part, tuple), f"no message {uid} in {folder}"
        return bytes(part[1])

    def messages(self, folder: str = "INBOX") -> list[bytes]:
        """The bytes of all messages of a folder, by UID."""
        return [self.raw(uid, folder) for uid in self.uids(folder)]

    def flags(self, uid: int, folder: str = "INBOX") -> set[str]:
        """The flags of one message."""
        self._imap().select(_name(folder), readonly=True)
        data = self._imap().uid("FETCH", str(uid), "(FLAGS)")[1]
        self._imap().unselect()
        assert isinstance(data[0], bytes), f"no message {uid} in {folder}"
        return {flag.decode() for flag in imaplib.ParseFlags(data[0])}

    def set_flags(self, uid: int, *flags: str, folder: str = "INBOX") -> None:
        """Add flags to one message, as another mail program would."""
        self._imap().select(_name(folder))
        self._imap().uid("STORE", str(uid), "+FLAGS", f"({' '.join(flags)})")
        self._imap().unselect()

    def delete(self, uid: int, folder: str = "INBOX") -> None:
        """Remove one message for good."""
        self.set_flags(uid, "\\Deleted", folder=folder)
        self._imap().select(_name(folder))
        self._imap().expunge()
        self._imap().unselect()

    def move(self, uid: int, target: str, folder: str = "INBOX") -> None:
        """Move one message to another folder."""
        self._imap().select(_name(folder))
        assert self._imap().uid("MOVE", str(uid), _name(target))[0] == "OK"
        self._imap().unselect()

    def renew_uidvalidity(self, folder: str = "INBOX") -> None:
        """Make the server forget its UIDs, as after a restored backup."""
        self.stop()
        self.forget_uids(folder)
        self.start()

    def forget_uids(self, folder: str = "INBOX") -> None:
        """The same while it runs, under the eyes of whoever has the folder open.

        The new UIDVALIDITY is written by us: left to itself the server may give the old one again
        when a session has it in memory, and then nobody could tell.
        """
        self.close()
        place = self.maildir if folder == "INBOX" else self.maildir / f".{folder}"
        listed = place / "dovecot-uidlist"
        known = re.match(rb"3 V(\d+)", listed.read_bytes()) if listed.exists() else None
        for path in place.glob("dovecot.*"):
            path.unlink(missing_ok=True)
        if known is not None:
            fresh = place / f"uidlist.{next(self._stamps)}.tmp"
            fresh.write_text(f"3 V{int(known[1]) + 1} N1 G{uuid.uuid4().hex}\n", encoding="ascii")
            self.server.own(fresh)
            fresh.replace(listed)


def _name(folder: str) -> str:
    return f'"{folder}"'
