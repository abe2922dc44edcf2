"""What the owner can do with one message, and what is read to show it.

Each act is one transaction; pictures are fetched by the engine and read from its cache. Must not
open anything: an original is handed on as a file name.
"""

from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from solodesk.domain.ids import MessageId, TicketId
from solodesk.domain.views import ConversationItem
from solodesk.services import originals, pictures, ticket_returns
from solodesk.services.showing import OwnServers, Shown, show
from solodesk.services.units import Reader
from solodesk.ui.ops import DeskGate

_BIG_MAIL = 400_000
_Wanted = tuple[MessageId, bool, bool]


class MessageActs(QObject):
    """Reads and acts for the messages of the ticket on show."""

    ready = Signal()
    """Something more can be shown."""
    original_ready = Signal(str)
    """A file for the owner's browser."""

    def __init__(self, gate: DeskGate, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gate = gate
        self._servers = OwnServers()
        self._ticket: TicketId | None = None
        self._known: dict[_Wanted, Shown | None] = {}
        self._whole: set[MessageId] = set()
        self._asked: set[MessageId] = set()
        self._failed: set[MessageId] = set()

    def begin(self, ticket: TicketId | None) -> None:
        """Another ticket is shown."""
        self._ticket = ticket
        self._servers.ask_again()
        self._known.clear()
        self._whole.clear()
        self._asked.clear()
        self._failed.clear()

    def forget(self) -> None:
        """Messages of this ticket changed: what they show is read again."""
        self._known.clear()

    def shown(self, item: ConversationItem) -> Shown | None:
        """What a message shows besides its plain text; big mail follows when it is ready."""
        message = item.message
        if message is None or (item.type != "in" and not item.has_html):
            return None
        wanted = message, item.remote_allowed, message in self._whole
        if wanted not in self._known:
            self._known[wanted] = None
            self._read(item, wanted)
        found = self._known[wanted]
        if found is not None and found.missing:
            self._fetch(message)
        return found

    def fetching(self, item: ConversationItem) -> str | None:
        """`waiting` or `failed` while allowed pictures of a message are not all here."""
        message = item.message
        if message in self._failed:
            return "failed"
        return "waiting" if message in self._asked else None

    def run(self, code: str, message: int) -> None:
        """Do what the message's menu or one of its bars asks."""
        wanted = MessageId(message)
        act = code.partition(":")[0]
        if act == "pictures":
            self._gate.act(lambda desk: pictures.allow(desk, wanted))
        elif act == "pictures_hide":
            self._gate.act(lambda desk: pictures.hide(desk, wanted))
        elif act in ("pictures_always", "pictures_never"):
            always = act == "pictures_always"
            self._gate.act(lambda desk: pictures.allow_sender(desk, wanted, always=always))
        elif act == "pictures_again":
            self._asked.discard(wanted)
            self._failed.discard(wanted)
            self.ready.emit()
        elif act == "whole":
            self._whole.add(wanted)
            self.ready.emit()
        elif act == "original":
            self._open_original(wanted)
        elif act == "unjoin":
            self._gate.act(
                lambda desk: ticket_returns.unjoin(desk, wanted), label=("ticket.unjoin", {})
            )
        elif act == "charset":
            self._read_as(wanted, code.partition(":")[2])

    def _read(self, item: ConversationItem, wanted: _Wanted) -> None:
        message, remote, whole = wanted

        def read(reader: Reader) -> Shown:
            return show(reader, message, self._servers, remote=remote, whole=whole)

        if not whole and sum(file.size for file in item.attachments) < _BIG_MAIL:
            self._known[wanted] = self._gate.read(read)
            return
        ticket = self._ticket

        def done(found: Shown) -> None:
            if self._ticket == ticket:
                self._known[wanted] = found
                self.ready.emit()

        self._gate.read_later(read, done)

    def _fetch(self, message: MessageId) -> None:
        if message in self._asked:
            return
        self._asked.add(message)
        ticket = self._ticket

        def done(reply: dict[str, Any]) -> None:
            if self._ticket != ticket:
                return
            self._asked.discard(message)
            if reply.get("error") is not None or reply.get("missing"):
                self._failed.add(message)
                self._asked.add(message)
            self._known = {key: value for key, value in self._known.items() if key[0] != message}
            self.ready.emit()

        request = {"do": "fetch_pictures", "message": int(message)}
        # Not at once: the answer may come while the messages are being shown.
        QTimer.singleShot(0, self, lambda: self._gate.engine(request, done))

    def _open_original(self, message: MessageId) -> None:
        def make(reader: Reader) -> str:
            text = originals.document(reader, message, self._servers)
            return str(originals.write(reader.folder, text))

        self._gate.read_later(make, self.original_ready.emit)

    def _read_as(self, message: MessageId, charset: str) -> None:
        from solodesk.services.redecode import AUTOMATIC, redecode

        self._gate.act(lambda desk: redecode(desk, message, charset or AUTOMATIC))
