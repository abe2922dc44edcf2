"""The rest of a very big message, asked for by the desk of a running engine."""

from collections.abc import Callable, Iterator

import pytest

from solodesk.base.clock import SystemClock
from solodesk.base.paths import DataFolder
from solodesk.services import settings
from tests.support.dovecot import Mailbox
from tests.support.mails import raw_mail
from tests.support.program import Engine
from tests.support.shop import Shop, open_shop
from tests.support.smtp import SmtpSink
from tests.support.waiting import wait_until

_BIG = 3_000_000


@pytest.fixture
def shop(
    data_folder: DataFolder, mailbox: Mailbox, new_smtp_sink: Callable[..., SmtpSink]
) -> Iterator[Shop]:
    shop = open_shop(data_folder, SystemClock(), mailbox, new_smtp_sink())
    with shop.store.write() as desk:
        settings.put(desk, "whole_mail_mb", 1)
    yield shop
    shop.store.close()


def _raw(shop: Shop) -> bytes:
    (message,) = shop.messages()
    with shop.store.read() as reader:
        return reader.raw.get(message.id) or b""


def test_the_bytes_come_whole_and_the_server_is_untouched(shop: Shop) -> None:
    raw = raw_mail("line of a plan\r\n" * (_BIG // 16), subject="Plans")
    shop.box.deliver(raw)
    engine = Engine(shop.store.folder.root, shop.box.password)
    try:
        (message,) = wait_until(shop.messages, 20, "the first part arrives")
        assert (message.raw_state, len(_raw(shop))) == ("partial", 1024 * 1024)
        assert engine.ask("fetch_rest", message=int(message.id))["ok"]
        assert _raw(shop) == shop.box.raw(shop.box.uids()[0])
        assert shop.messages()[0].raw_state == "whole"
        assert engine.ask("fetch_rest", message=int(message.id))["ok"]
        assert "\\Seen" not in shop.box.flags(shop.box.uids()[0])
    finally:
        assert engine.end() == 0


def test_one_that_is_not_there_any_more_is_said(shop: Shop) -> None:
    shop.box.deliver(raw_mail("x" * _BIG, subject="Plans"))
    engine = Engine(shop.store.folder.root, shop.box.password)
    try:
        (message,) = wait_until(shop.messages, 20, "the first part arrives")
        shop.box.delete(shop.box.uids()[0])
        said = engine.ask("fetch_rest", message=int(message.id))
        assert said["error"]["code"] == "no_such_message"
        assert len(_raw(shop)) == 1024 * 1024
        assert engine.ask("fetch_rest", message=99)["error"]["code"] == "no_such_message"
    finally:
        assert engine.end() == 0
