"""A line-scripted server for what a real one cannot be made to do: PREAUTH, half answers, drops.

One connection at a time, answered by a function of the test. Real servers stand wherever one can.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

Talk = Callable[["Wire"], None]


class Wire:
    """One client's connection, from the server's side."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._file = sock.makefile("rb")

    def say(self, *lines: str) -> None:
        """Send lines, CRLF added."""
        self.sock.sendall(b"".join(line.encode() + b"\r\n" for line in lines))

    def hear(self) -> str:
        """One line of the client, "" at the end of the connection."""
        line = self._file.readline().decode("utf-8", "replace").rstrip("\r\n")
        self.heard.append(line)
        return line

    @property
    def heard(self) -> list[str]:
        """All lines so far."""
        if not hasattr(self, "_heard"):
            self._heard: list[str] = []
        return self._heard

    def imap_login(self, capability: str = "IMAP4rev1 ID") -> None:
        """Greet and accept LOGIN and ID; answers CAPABILITY whenever asked, until EXAMINE."""
        self.say(f"* OK [CAPABILITY {capability}] ready")

    def close(self) -> None:
        """End the connection at once."""
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self._file.close()
        self.sock.close()


@contextlib.contextmanager
def scripted(talk: Talk) -> Iterator[tuple[int, list[list[str]]]]:
    """Serve every connection with `talk`; yields the port and what each client said."""
    listener = socket.create_server(("127.0.0.1", 0))
    said: list[list[str]] = []
    wires: list[Wire] = []

    def serve() -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            wire = Wire(sock)
            wires.append(wire)
            said.append(wire.heard)
            with contextlib.suppress(OSError, ValueError):
                talk(wire)
            wire.close()

    thread = threading.Thread(target=serve, name="scripted server")
    thread.start()
    try:
        yield listener.getsockname()[1], said
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for wire in wires:
            wire.close()
        thread.join(5)
