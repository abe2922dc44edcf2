"""Draw the README's pictures from the sample shop: python packaging/screenshots.py

Runs the real servers, sync and window without a screen, at a fixed moment, so that the pictures
change only when the program does. Needs the set-up environment (.venv).
"""

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from solodesk.base.clock import FixedClock, to_ms
from solodesk.base.paths import DataFolder
from solodesk.demo.dressing import dress
from solodesk.demo.process import DemoServer
from solodesk.demo.shop import open_shop
from solodesk.services import figures, reporting
from solodesk.services.units import Store

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 5, 15, 0, tzinfo=ZONE)
OUT = Path(__file__).resolve().parent.parent / "resources" / "screenshots"


def fill(folder: DataFolder, clock: FixedClock) -> None:
    """Sync the sample mailbox into a store and set the desk up."""
    with DemoServer(ZONE, now=NOW) as mailbox:
        store = Store.open(folder, clock, origin="demo")
        try:
            shop = open_shop(store, mailbox, ZONE)
            shop.sync()
            dress(shop)
            shop.close()
        finally:
            store.close()


def draw_report(folder: DataFolder, clock: FixedClock) -> None:
    """The first page of October's report, English and Chinese."""
    store = Store.open(folder, clock, origin="demo")
    try:
        with store.read() as reader:
            period = figures.period_month(reader, 2026, 10)
            for lang in ("en", "zh"):
                page = reporting.preview(reader, period, lang=lang, anonymous=True)
                (OUT / f"report-{lang}.png").write_bytes(page)
    finally:
        store.close()


def main() -> None:
    """Draw all of them."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from solodesk.app.screenshots import main_screenshots

    OUT.mkdir(parents=True, exist_ok=True)
    clock = FixedClock(to_ms(NOW))
    with tempfile.TemporaryDirectory() as root:
        folder = DataFolder(Path(root)).create()
        fill(folder, clock)
        for scheme in ("light", "dark"):
            for lang in ("en", "zh"):
                scenes = ("main", "picker") if scheme == "light" else ("main",)
                main_screenshots(folder, OUT, scheme=scheme, lang=lang, scenes=scenes, clock=clock)
        draw_report(folder, clock)
    sys.stdout.write(f"{OUT}\n")


if __name__ == "__main__":
    main()
