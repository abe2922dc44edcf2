"""The real window, opening every ticket of a data folder: watched from outside (test_zero_leak).

python -m tests.support.leak_window DATA FROM TO — looks for the files FROM and TO (which are not
there) before the first and after the last ticket, so that a trace of system calls has two marks.
"""

import os
import sys
from pathlib import Path


def main() -> int:
    """Open everything, fold everything out, paint it; how many tickets is printed."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtWidgets import QApplication

    from solodesk.app.desk import DeskApp, application
    from solodesk.app.screenshots import settle
    from solodesk.base.clock import SystemClock
    from solodesk.base.device import DeviceSettings
    from solodesk.base.paths import DataFolder
    from solodesk.domain.views import View
    from solodesk.ui.conversation.message import MessageCard

    folder, begin, end = DataFolder(Path(sys.argv[1])), Path(sys.argv[2]), Path(sys.argv[3])
    application()
    desk = DeskApp(folder, clock=SystemClock(), device=DeviceSettings(language="en", theme="dark"))
    desk.window.resize(1280, 800)
    desk.start()
    settle(desk)
    with desk.store.read() as reader:
        tickets = reader.lists.ids(View.ALL)
    conversation = desk.window.conversation
    conversation.show_ticket(tickets[0])
    settle(desk)
    begin.exists()
    for ticket in tickets:
        conversation.show_ticket(ticket)
        conversation.expand_all()
        while desk.gate.busy():
            QApplication.processEvents()
        for card in conversation.findChildren(MessageCard):
            if hasattr(card, "_earlier"):
                card.toggle_earlier()
        conversation.grab()
        QApplication.processEvents()
    end.exists()
    desk.stop()
    sys.stdout.write(f"{len(tickets)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
