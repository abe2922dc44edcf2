"""From the server's `* EXISTS` to the painted row, in a real window with a real engine.

python -m tests.bench.screen DATA ADDRESS PORT says one line of JSON: milliseconds.
`SOLODESK_PASSWORD` holds the mailbox's password.
"""

import imaplib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractItemView

_NEWS = 8
_SETTLE_S = 1.5
_GIVE_UP_S = 60
_MAIL = (
    "From: Ana <ana{n}@client.example>\r\nTo: support@solodesk.example\r\nSubject: News {n}\r\n"
    "Message-ID: <news.{n}@client.example>\r\nDate: {date}\r\n\r\nA question, number {n}?\r\n"
)


class _Listener:
    """Another mail program on the same mailbox: notes when the server announces a message."""

    def __init__(self, port: int, user: str) -> None:
        self._port, self._user = port, user
        self._imap = imaplib.IMAP4("127.0.0.1", port)
        self._imap.login(user, os.environ["SOLODESK_PASSWORD"])
        self._imap.select("INBOX", readonly=True)
        self._imap.send(b"X1 IDLE\r\n")
        self._imap.readline()
        self.heard: list[float] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while line := self._imap.readline():
            if line.rstrip().endswith(b"EXISTS"):
                self.heard.append(time.perf_counter())

    def has_heard(self, already: int) -> bool:
        """Whether there was more than `already`."""
        return len(self.heard) > already

    def deliver(self, text: str) -> None:
        """Over a connection of its own."""
        with imaplib.IMAP4("127.0.0.1", self._port) as other:
            other.login(self._user, os.environ["SOLODESK_PASSWORD"])
            other.append("INBOX", "", "", text.encode())


class _Paintings:
    """When a list was painted, and with how many rows."""

    def __init__(self, view: "QAbstractItemView") -> None:
        from PySide6.QtCore import QEvent, QObject

        self.seen: list[tuple[int, float]] = []
        seen = self.seen

        class Watch(QObject):
            """Looks at one widget."""

            def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
                if event.type() == QEvent.Type.Paint:
                    seen.append((view.model().rowCount(), time.perf_counter()))
                return False

        self._watch = Watch()
        view.viewport().installEventFilter(self._watch)

    def first_over(self, rows: int) -> float | None:
        """The first painting with more than `rows` rows."""
        return next((moment for count, moment in self.seen if count > rows), None)


def _screen_here(data: Path, address: str, port: int) -> list[float]:
    from solodesk.app.desk import DeskApp, application
    from solodesk.base.children import child_command
    from solodesk.base.device import DeviceSettings
    from solodesk.base.paths import DataFolder
    from solodesk.domain.views import View

    app = application()
    engine = child_command("--data", str(data), "engine")
    desk = DeskApp(DataFolder(data), device=DeviceSettings(), engine=engine)
    desk.start()
    desk.window.navigation.show_view(View.ALL)
    view = desk.window.tickets.view
    paintings = _Paintings(view)
    news: list[object] = []

    def take_news(said: dict[str, object]) -> None:
        news.append(said.get("news"))

    def until(ready: Callable[[], bool]) -> None:
        end = time.perf_counter() + _GIVE_UP_S
        while not ready():
            app.processEvents()
            time.sleep(0.001)
            if time.perf_counter() > end:
                raise TimeoutError

    desk.gate.news.connect(take_news)
    until(lambda: "connectivity" in news and view.model().rowCount() > 0)
    ear = _Listener(port, address)
    took: list[float] = []
    for number in range(_NEWS + 1):
        # Back in IDLE after its last pass, as in life.
        until(partial(_is_past, time.perf_counter() + _SETTLE_S))
        rows, heard = view.model().rowCount(), len(ear.heard)
        mail = _MAIL.format(n=f"{number}.{time.time_ns()}", date=formatdate())
        threading.Thread(target=ear.deliver, args=(mail,)).start()
        until(partial(ear.has_heard, heard))
        until(partial(_was, paintings, rows))
        moment = paintings.first_over(rows)
        if moment is not None:
            took.append((moment - ear.heard[heard]) * 1000)
    desk.stop()
    return took[1:]


def _is_past(moment: float) -> bool:
    return time.perf_counter() > moment


def _was(paintings: _Paintings, rows: int) -> bool:
    return paintings.first_over(rows) is not None


if __name__ == "__main__":
    took = _screen_here(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
    sys.stdout.write(json.dumps(took) + "\n")
    sys.stdout.flush()
