"""An SMTP server that breaks where the test says, having stored the message or not.

`kept` are the messages it really stored; a mailbox given as `sent` shows them in its Sent folder,
as a provider's own copies.
"""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Self

from tests.support.dovecot import Mailbox
from tests.support.waiting import wait_until

Where = Literal["before_dot", "after_dot", "after_250"]
Act = Literal["close", "stall", "reset"]


@dataclass(frozen=True, slots=True)
class Break:
    """What goes wrong: where, how, and whether a message that was handed over whole is kept."""

    where: Where
    act: Act
    stored: bool


@dataclass(slots=True)
class UnreliableSmtp:
    """The server; one break for every connection as long as `broken` is set."""

    sent: Mailbox | None = None
    broken: Break | None = None
    kept: list[bytes] = field(default_factory=list)
    at_dot: Callable[[], None] = lambda: None
    """Called when a whole message has come, before the answer."""
    port: int = 0
    connections: int = 0
    _open: int = 0
    _listener: socket.socket | None = None
    _threads: list[threading.Thread] = field(default_factory=list)
    _done: threading.Event = field(default_factory=threading.Event)
    host: str = "127.0.0.1"

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._threads.append(threading.Thread(target=self._accept, name="unreliable smtp"))
        self._threads[0].start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        assert self._listener is not None
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(5)

    def quiet(self) -> None:
        """Wait until no connection is open: what was handed over is kept or not by then."""
        wait_until(lambda: self._open == 0, 10, "the SMTP server is at rest")

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._done.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open += 1
            self._threads = [each for each in self._threads if each.is_alive()]
            self._threads.append(threading.Thread(target=self._serve, args=(sock,), name="smtp"))
            self._threads[-1].start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            with sock, contextlib.suppress(OSError, ValueError):
                sock.settimeout(20)
                self._talk(sock)
        finally:
            self._open -= 1

    def _talk(self, sock: socket.socket) -> None:
        broken = self.broken
        with sock.makefile("rb") as file:
            sock.sendall(b"220 ready\r\n")
            while line := file.readline():
                word = line[:4].upper().strip()
                if word == b"EHLO":
                    sock.sendall(b"250-here\r\n250 SIZE 50000000\r\n")
                elif word == b"QUIT":
                    sock.sendall(b"221 bye\r\n")
                    break
                elif word == b"DATA":
                    if broken is not None and broken.where == "before_dot":
                        self._break(sock, broken.act)
                        break
                    sock.sendall(b"354 go on\r\n")
                    if not self._message(sock, file.readline, broken):
                        break
                else:
                    sock.sendall(b"250 ok\r\n")

    def _message(
        self, sock: socket.socket, line_of: Callable[[], bytes], broken: Break | None
    ) -> bool:
        """Take one message; False when the connection is broken on purpose."""
        lines = []
        while (line := line_of()) != b".\r\n":
            if not line.endswith(b"\r\n"):
                return False  # it ended before the dot: no message
            lines.append(line[1:] if line.startswith(b".") else line)
        if broken is None or broken.stored:
            raw = b"".join(lines)
            self.kept.append(raw)
            if self.sent is not None:
                self.sent.deliver(raw, "Sent", seen=True)
        self.at_dot()
        if broken is not None and broken.where == "after_dot":
            self._break(sock, broken.act)
            return False
        sock.sendall(b"250 taken\r\n")
        if broken is not None and broken.where == "after_250":
            self._break(sock, broken.act)
            return False
        return True

    def _break(self, sock: socket.socket, act: Act) -> None:
        if act == "stall":
            with contextlib.suppress(OSError):
                while sock.recv(4096):
                    pass
        elif act == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
