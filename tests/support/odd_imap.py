"""A small IMAP server for what a real one cannot be made to say: a script may answer in its place.

Serves fixed folders to any password, IMAP4rev1 and nothing more unless told. Real servers stand
wherever one can.
"""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self

Script = Callable[["OddImap", str, str], bytes | None]
"""(server, tag, command) to the bytes to say instead of the usual ones; None = the usual ones.

b"" = say nothing; raising `HangUp` closes the connection.
"""


class HangUp(Exception):  # noqa: N818 - it is no error
    """The server closes the connection after saying `last`."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__(last)
        self.last = last


@dataclass(slots=True)
class OddImap:
    """The server; use as a context manager. `heard` are the commands of all connections."""

    folders: Mapping[str, Mapping[int, bytes]]
    script: Script = lambda _server, _tag, _command: None
    capability: str = "IMAP4rev1"
    greeting: bytes = b"* OK ready\r\n"
    uidvalidity: int = 7
    tls: ssl.SSLContext | None = None
    """For STARTTLS."""
    injected: bytes = b""
    """Said in the clear, in the same packet as the agreement to STARTTLS."""
    heard: list[str] = field(default_factory=list)
    port: int = 0
    host: str = "127.0.0.1"
    _listener: socket.socket | None = None
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._threads.append(threading.Thread(target=self._accept, name="odd imap"))
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._listener is not None
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        assert self._listener is not None
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(sock)
            self._threads.append(threading.Thread(target=self._serve, args=(sock,), name="imap"))
            self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(self.greeting)
            try:
                self._talk(sock)
            except HangUp as end:
                sock.sendall(end.last)
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def _talk(self, sock: socket.socket) -> None:
        file = sock.makefile("rb")
        folder: Mapping[int, bytes] = {}
        while line := file.readline().decode("utf-8", "replace").strip():
            tag, _, command = line.partition(" ")
            self.heard.append(command)
            said = self.script(self, tag, command)
            if said is not None:
                sock.sendall(said)
                continue
            word = command.upper()
            if word.startswith("STARTTLS") and self.tls is not None:
                sock.sendall(f"{tag} OK go on\r\n".encode() + self.injected)
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
                file = sock.makefile("rb")
                continue
            if word.startswith(("EXAMINE", "SELECT")):
                folder = self.folders.get(command.split(" ", 1)[1].strip('"'), {})
            sock.sendall(self.usual(tag, command, folder))
            if word.startswith("LOGOUT"):
                return

    def usual(self, tag: str, command: str, folder: Mapping[int, bytes]) -> bytes:
        """What a plain server says."""
        word = command.upper()
        done = f"{tag} OK done\r\n".encode()
        if word.startswith("CAPABILITY"):
            return f"* CAPABILITY {self.capability}\r\n".encode() + done
        if word.startswith("LIST"):
            lines = [f'* LIST () "/" "{name}"\r\n' for name in self.folders]
            return "".join(lines).encode() + done
        if word.startswith(("EXAMINE", "SELECT")):
            return self.opened(len(folder), max(folder, default=0) + 1) + done
        if word.startswith("UID SEARCH"):
            return f"* SEARCH {' '.join(map(str, sorted(folder)))}\r\n".encode() + done
        if word.startswith("UID FETCH"):
            return b"".join(fetched(folder, command)) + done
        return done

    def opened(self, exists: int, uidnext: int) -> bytes:
        """The answer to EXAMINE without its last line."""
        return (
            f"* FLAGS (\\Seen)\r\n* {exists} EXISTS\r\n* 0 RECENT\r\n"
            f"* OK [UIDVALIDITY {self.uidvalidity}] ok\r\n* OK [UIDNEXT {uidnext}] ok\r\n"
        ).encode() + (b"* OK [HIGHESTMODSEQ 90] ok\r\n" if "CONDSTORE" in self.capability else b"")


def wanted(folder: Mapping[int, bytes], command: str) -> list[int]:
    """The UIDs of a folder that a FETCH command names."""
    named: set[int] = set()
    for piece in command.split(" ")[2].split(","):
        low, _, high = piece.partition(":")
        last = max(folder, default=0) if high == "*" else int(high or low)
        named.update(range(int(low), last + 1))
    return sorted(set(folder) & named)


def fetched(folder: Mapping[int, bytes], command: str) -> list[bytes]:
    """The untagged answers to a FETCH command, one a message."""
    answers = []
    numbers = {uid: number for number, uid in enumerate(sorted(folder), 1)}
    part = re.search(r"BODY\.PEEK\[\](?:<0\.(\d+)>)?", command)
    for uid in wanted(folder, command):
        raw = folder[uid]
        line = f"* {numbers[uid]} FETCH (UID {uid} FLAGS () "
        line += f'INTERNALDATE "01-Sep-2026 09:00:00 +0000" RFC822.SIZE {len(raw)}'
        body = b""
        if part is not None:
            limit = int(part[1]) if part[1] else len(raw)
            name = "BODY[]<0>" if part[1] else "BODY[]"
            body = f" {name} {{{len(raw[:limit])}}}\r\n".encode() + raw[:limit]
        answers.append(line.encode() + body + b")\r\n")
    return answers
