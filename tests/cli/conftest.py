"""Fixtures of the command line's tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from tests.cli.runner import Cli
from tests.services.inbox import OWN, open_inbox
from tests.support.mails import raw_mail


@pytest.fixture
def cli(data_dir: Path, clock: FixedClock) -> Cli:
    """The program on a data folder that does not exist yet."""
    return Cli(data_dir, clock)


@pytest.fixture
def shop(cli: Cli) -> Cli:
    """The program on a shop with a mailbox (nothing is fetched)."""
    open_inbox(DataFolder(cli.data), cli.clock).store.close()
    return cli


@pytest.fixture
def write_mail(tmp_path: Path) -> Callable[..., Path]:
    """Writes a mail file: `write_mail("1.eml", text, **raw_mail's)`; returns its path."""

    def write(name: str, text: str = "Where is my order?", **more: object) -> Path:
        path = tmp_path / name
        more.setdefault("to", OWN)
        path.write_bytes(raw_mail(text, **more))  # type: ignore[arg-type]
        return path

    return write
