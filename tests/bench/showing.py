"""Showing mail: tickets of three and of fifty messages to painted, and cleaning a newsletter.

python -m tests.bench.showing says one line of JSON: lists of milliseconds.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.timing import samples_table, told

_TICKETS = 24
_LONG = 12
_WARM = 3
_ROUNDS = 30
_SIZE = 100_000


def measure() -> list[str]:
    """Two tables."""
    said = told("tests.bench.showing")
    opened = [("3 plain messages", said["three"]), ("50 messages", said["fifty"])]
    cleaned = [("sanitise", said["sanitise"]), ("with its style sheet", said["styled"])]
    return [
        samples_table("Opening a ticket to painted (aims: 16 ms, 50 ms at p95)", "ms", opened),
        samples_table("Cleaning a newsletter of 100 kB, CPU (aim: 5 ms)", "ms", cleaned),
    ]


def newsletter(size: int, *, styled: bool) -> str:
    """A newsletter as mailing services write them: nested tables, inline styles, long links."""
    rules = " ".join(f".c{i}{{padding:{i % 20}px;color:#{i % 9}a{i % 9}033}}" for i in range(60))
    sheet = (
        f"<style>{rules} .footer a{{color:#888}} .footer td{{font-size:12px}} a:hover{{color:red}}"
        " @media only screen and (max-width:600px){.wrap{width:100%!important}}</style>"
    )
    rows: list[str] = []
    length = 0
    while length < size:
        number = len(rows)
        link = f"https://click.shop.example/t/{number}?u=3f2a9c&amp;x={number * 7919:08x}"
        row = (
            f'<tr><td class="c{number % 60}" style="padding:20px 24px;font-family:Arial,sans-serif;'
            'font-size:15px;line-height:22px;color:#333333;border-bottom:1px solid #e5e5e5"><table '
            'width="100%" border="0" cellspacing="0" cellpadding="0" role="presentation"><tr><td '
            f'width="200" valign="top"><a href="{link}" style="color:#0a66c2;text-decoration:none">'
            f'<img src="https://cdn.shop.example/i/{number}.jpg" width="200" height="150" '
            f'alt="Product {number}" style="display:block;border:0"></a></td><td style="padding-'
            'left:16px"><h3 style="margin:0 0 8px;font-size:18px;line-height:24px;color:#111111">'
            f'Product number {number}</h3><p style="margin:0 0 12px">Words that describe it, so '
            f"that there is something to read, {'and more ' * (number % 7)}.</p><span><a "
            f'href="{link}b" style="display:inline-block;background-color:#0a66c2;color:#ffffff;'
            'padding:10px 18px;border-radius:4px">Buy now</a></span></td></tr></table></td></tr>'
        )
        rows.append(row)
        length += len(row)
    return (
        f"<html><head>{sheet if styled else ''}</head><body bgcolor='#f4f4f4'><table width='100%'>"
        f"<tr><td align='center'><table class='wrap' width='640'>{''.join(rows)}</table></td></tr>"
        "</table><img src='https://t.shop.example/o.gif' width=1 height=1></body></html>"
    )


def _sanitised(*, styled: bool) -> list[float]:
    from solodesk.mail.sanitise import sanitise

    html = newsletter(_SIZE, styled=styled)
    times = []
    for _round in range(_ROUNDS + _WARM):
        start = time.process_time()
        sanitise(html)
        times.append((time.process_time() - start) * 1000)
    return times[_WARM:]


def _opened(data: Path) -> tuple[list[float], list[float]]:
    from PySide6.QtCore import QEventLoop

    from solodesk.app.desk import application
    from solodesk.app.openers import StoreOpeners
    from solodesk.base.clock import SystemClock
    from solodesk.base.paths import DataFolder
    from solodesk.domain.ids import TicketId
    from solodesk.services.units import Store
    from solodesk.ui.appearance import Appearance
    from solodesk.ui.conversation.pane import ConversationPane
    from solodesk.ui.ops import DeskGate
    from tests.support.mails import raw_mail
    from tests.ui.panes.desk import HOUR, NEAR_MS, account, receive

    app = application()
    store = Store.open(DataFolder(data).create(), SystemClock(), origin="bench")

    def exchange(name: str, messages: int) -> TicketId:
        with store.write() as desk:
            for number in range(messages):
                ours = number % 2 == 1
                who = f"customer.{name}@mail.example"
                raw = raw_mail(
                    f"Message {number} of {name}: " + "words to read, and some more. " * 12,
                    subject=f"About {name}", at_ms=NEAR_MS + number * HOUR,
                    sender="hello@lin.example" if ours else who,
                    to=who if ours else "hello@lin.example",
                    message_id=f"<{name}.{number}@mail.example>",
                    headers={"In-Reply-To": f"<{name}.{number - 1}@mail.example>"}
                    if number else {},
                )  # fmt: skip
                ticket = receive(desk, raw, NEAR_MS + number * HOUR)
        return ticket

    with store.write() as desk:
        account(desk)
    three = [exchange(f"three{n}", 3) for n in range(_TICKETS)]
    fifty = [exchange(f"fifty{n}", 50) for n in range(_LONG)]
    gate = DeskGate(StoreOpeners(store))
    look = Appearance()
    look.install()
    pane = ConversationPane(gate, look)
    pane.resize(720, 900)
    pane.show()

    def opened(tickets: list[TicketId]) -> list[float]:
        times = []
        for ticket in tickets:
            start = time.perf_counter()
            pane.show_ticket(ticket)
            pane.repaint()
            app.processEvents()
            times.append((time.perf_counter() - start) * 1000)
            while gate.busy():
                app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
        return times[_WARM:]

    found = opened(three), opened(fifty)
    gate.stop()
    store.close()
    return found


def main() -> None:
    """Measure in this process."""
    sanitise, styled = _sanitised(styled=False), _sanitised(styled=True)
    with tempfile.TemporaryDirectory(prefix="solodesk-bench-") as folder:
        three, fifty = _opened(Path(folder))
    said = {"sanitise": sanitise, "styled": styled, "three": three, "fifty": fifty}
    sys.stdout.write(json.dumps(said) + "\n")


if __name__ == "__main__":
    main()
