"""Pictures of mails of the corpus in the real window, for our own eyes.

python -m tests.support.mail_pictures OUT [--names order_confirmation …] [--scheme dark]
    [--lang zh] [--size 1000x700] [--text 150]

Each mail becomes a ticket of a throw-away store; nothing is sent or fetched.
"""

import argparse
import os
import tempfile
from pathlib import Path

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.services.units import Store
from tests.mail.mails import CORPUS, load
from tests.ui.panes.desk import DAY, HOUR, NEAR_MS, account, receive

SIX = (
    "order_confirmation", "outlook_word", "plain_interleaved", "qq_mail", "newsletter_blocked",
    "dangerous_files",
)  # fmt: skip


def fill(folder: DataFolder, clock: FixedClock, names: list[str]) -> dict[str, TicketId]:
    """The mails as tickets; their ids by name."""
    store = Store.open(folder, clock, origin="test")
    try:
        with store.write() as desk:
            account(desk)
            return {
                name: receive(desk, load(CORPUS / "html" / f"{name}.mail").raw, at)
                for at, name in enumerate(names, NEAR_MS - DAY)
            }
    finally:
        store.close()


def draw(
    out: Path,
    names: list[str],
    *,
    scheme: str = "light",
    lang: str = "en",
    size: tuple[int, int] = (1280, 800),
    text: int = 100,
) -> list[Path]:
    """One picture a mail: `<name>-<scheme>-<lang>[-<width>][-<text>].png`."""
    from solodesk.app.desk import DeskApp, application
    from solodesk.app.screenshots import settle
    from solodesk.base.device import DeviceSettings

    application()
    clock = FixedClock(NEAR_MS + HOUR)
    made = []
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        folder = DataFolder(Path(root)).create()
        tickets = fill(folder, clock, names)
        device = DeviceSettings(language=lang, theme="dark" if scheme == "dark" else "light")
        desk = DeskApp(folder, clock=clock, device=device)
        try:
            desk.window.resize(*size)
            desk.start()
            desk.look.set_text_percent(text)
            for name, ticket in tickets.items():
                desk.window.conversation.show_ticket(ticket)
                settle(desk)
                marks = [name, scheme, lang]
                marks += [str(size[0])] if size != (1280, 800) else []
                marks += [str(text)] if text != 100 else []
                file = out / f"{'-'.join(marks)}.png"
                desk.window.grab().save(str(file))
                made.append(file)
        finally:
            desk.stop()
    return made


def main() -> None:
    """From the command line."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--names", nargs="+", default=list(SIX))
    parser.add_argument("--scheme", choices=("light", "dark"), default="light")
    parser.add_argument("--lang", default="en")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--text", type=int, default=100)
    args = parser.parse_args()
    width, _x, height = args.size.partition("x")
    draw(
        args.out, args.names, scheme=args.scheme, lang=args.lang, size=(int(width), int(height)),
        text=args.text,
    )  # fmt: skip


if __name__ == "__main__":
    main()
