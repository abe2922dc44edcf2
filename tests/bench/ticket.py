"""Opening a ticket: from `show_ticket` to everything painted, against a bare QTextBrowser with the
same words.

python -m tests.bench.ticket DATA says one line of JSON: two lists of milliseconds.
"""

import json
import sys
import time
from pathlib import Path

from tests.bench.timing import samples_table, told

_TICKETS = 40
_WARM = 5


def measure(data: Path) -> list[str]:
    """One table."""
    said = told("tests.bench.ticket", str(data))
    rows = [("solodesk, conversation pane", said["ours"]), ("bare QTextBrowser", said["floor"])]
    title = f"Opening a ticket to painted ({said['messages']:.1f} messages each on average)"
    return [samples_table(title, "ms", rows)]


def _measure_here(data: Path) -> dict[str, object]:
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QTextBrowser, QWidget

    from solodesk.app.desk import application
    from solodesk.app.openers import StoreOpeners
    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.domain.views import View
    from solodesk.services.units import Store
    from solodesk.ui.appearance import Appearance
    from solodesk.ui.conversation.pane import ConversationPane
    from solodesk.ui.ops import DeskGate

    app = application()
    store = Store.open(DataFolder(data), SystemClock(), origin="bench")
    with store.read() as reader:
        ids = reader.lists.ids(View.ALL, newest=True)
        # Conversations as they are worked on: at least two messages.
        counts = {t: len(reader.messages.ids_of_ticket(t)) for t in ids[: _TICKETS * 20]}
        chosen = [t for t, number in counts.items() if number > 1][: _TICKETS + _WARM]
        texts = {
            t: "\n\n".join(
                said.new_text or said.text
                for said in reader.messages.texts(reader.messages.ids_of_ticket(t)).values()
            )
            for t in chosen
        }
    gate = DeskGate(StoreOpeners(store))
    look = Appearance()
    look.install()

    def settle(widget: QWidget) -> None:
        """Until nothing waits to be laid out, loaded or painted."""
        widget.repaint()
        app.processEvents()
        while gate.busy():
            app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        for _ in range(4):
            app.processEvents()

    pane = ConversationPane(gate, look)
    pane.resize(720, 900)
    pane.show()
    plain = QTextBrowser()
    plain.resize(720, 900)
    plain.show()
    settle(pane)
    ours: list[float] = []
    floor: list[float] = []
    for ticket in chosen:
        start = time.perf_counter()
        pane.show_ticket(ticket)
        settle(pane)
        ours.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        plain.setPlainText(texts[ticket])
        settle(plain)
        floor.append((time.perf_counter() - start) * 1000)
    gate.stop()
    store.close()
    mean = sum(counts[t] for t in chosen[_WARM:]) / max(1, len(chosen) - _WARM)
    return {"ours": ours[_WARM:], "floor": floor[_WARM:], "messages": mean}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure_here(Path(sys.argv[1]))) + "\n")
