"""A TCP proxy that spoils one connection at exactly one byte: cut, reset, stall, dribble, swallow.

The first connection after `arm` is spoiled, those after it are not. `seen` tells how many bytes
the last connection carried each way, so that a recorded session gives the places to strike.
`on_client` lets a test act on the server at an exact moment of a session: before a command is
passed on.
"""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self

Act = Literal["cut", "reset", "stall", "dribble", "swallow"]
Source = Literal["client", "server"]
ACTS: tuple[Act, ...] = ("cut", "reset", "stall", "dribble", "swallow")
_DRIBBLED = 400
_CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens once byte number `at` of what `source` says has passed."""

    act: Act
    at: int
    source: Source = "server"


class ChaosProxy:
    """Listens on loopback and passes everything on to `port`; use as a context manager."""

    host = "127.0.0.1"

    def __init__(self, port: int) -> None:
        self._target = port
        self._listener = socket.create_server((self.host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.seen: dict[Source, int] = {"client": 0, "server": 0}
        self.struck = 0
        self.on_client: Callable[[], None] | None = None
        self._fault: Fault | None = None
        self._done = threading.Event()
        self._pipes: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, name="chaos proxy")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._done.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in (self._thread, *self._pipes):
            thread.join(5)

    def arm(self, fault: Fault | None) -> None:
        """Spoil the next connection (None: none)."""
        self._fault = fault

    def _accept(self) -> None:
        while not self._done.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            fault, self._fault = self._fault, None
            pipe = threading.Thread(target=self._serve, args=(client, fault), name="chaos pipe")
            self._pipes = [each for each in self._pipes if each.is_alive()] + [pipe]
            pipe.start()

    def _serve(self, client: socket.socket, fault: Fault | None) -> None:
        with client, contextlib.suppress(OSError):
            server = socket.create_connection((self.host, self._target), 5)
            with server:
                for each in (client, server):
                    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pass_on(client, server, fault)

    def _pass_on(self, client: socket.socket, server: socket.socket, fault: Fault | None) -> None:
        self.seen = {"client": 0, "server": 0}
        ways: tuple[tuple[Source, socket.socket, socket.socket], ...] = (
            ("client", client, server),
            ("server", server, client),
        )
        deaf: Source | None = None
        while not self._done.is_set():
            ready, _, _ = select.select([client, server], [], [], 0.2)
            for source, here, there in ways:
                if here not in ready:
                    continue
                data = here.recv(_CHUNK)
                if not data:
                    return
                if source == "client" and self.on_client is not None:
                    self.on_client()
                before = self.seen[source]
                self.seen[source] += len(data)
                if source == deaf:
                    continue
                if fault is None or source != fault.source or self.seen[source] < fault.at:
                    there.sendall(data)
                    continue
                self.struck += 1
                act, keep = fault.act, fault.at - before
                fault = None
                there.sendall(data[:keep])
                if act == "swallow":
                    deaf = source
                elif act == "dribble":
                    _dribble(there, data[keep:])
                else:
                    self._end(act, client)
                    return

    def _end(self, act: Act, client: socket.socket) -> None:
        if act == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif act == "stall":
            # Silence until the client has had enough.
            while not self._done.is_set():
                ready, _, _ = select.select([client], [], [], 0.1)
                if ready and not client.recv(_CHUNK):
                    return


def _dribble(there: socket.socket, data: bytes) -> None:
    for number in range(min(len(data), _DRIBBLED)):
        there.sendall(data[number : number + 1])
    there.sendall(data[_DRIBBLED:])
