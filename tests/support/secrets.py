"""A real Secret Service: dbus-daemon and gnome-keyring with a throw-away home."""

import os
import selectors
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.support.components import require_program


class SecretService:
    """One unlocked gnome-keyring on a bus of its own; `environment` leads programs to it."""

    def __init__(self) -> None:
        self._bus_program = require_program("dbus-daemon", "dbus")
        self._keyring_program = require_program("gnome-keyring-daemon", "gnome-keyring")
        # A short path of its own: it holds Unix sockets.
        self.home = Path(tempfile.mkdtemp(prefix="solodesk-keyring-"))
        self.environment: dict[str, str] = {}
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start both; returns when secrets can be kept."""
        for name in ("cache", "data", "run"):
            (self.home / name).mkdir(mode=0o700)
        env = dict(os.environ) | {
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_DATA_HOME": str(self.home / "data"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
        }
        env.pop("DBUS_SESSION_BUS_ADDRESS", None)
        bus = [self._bus_program, "--session", "--nofork", "--nopidfile", "--print-address=1"]
        address = self._first_line(bus, env, b"")
        env["DBUS_SESSION_BUS_ADDRESS"] = address
        # The keyring is unlocked with an empty password, given as a line; it says where its
        # socket is once it serves.
        keyring = [self._keyring_program, "--foreground", "--unlock", "--components=secrets"]
        self._first_line(keyring, env, b"\n")
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": address}

    def _first_line(self, command: list[str], env: dict[str, str], given: bytes) -> str:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=self.home,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._processes.append(process)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(given)
        process.stdin.close()
        with selectors.DefaultSelector() as ready:
            ready.register(process.stdout, selectors.EVENT_READ)
            assert ready.select(10), f"{command[0]} says nothing"
        return process.stdout.readline().decode().strip()

    def stop(self) -> None:
        """End both and delete the home."""
        for process in reversed(self._processes):
            process.terminate()
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()
        self._processes.clear()
        shutil.rmtree(self.home, ignore_errors=True)
