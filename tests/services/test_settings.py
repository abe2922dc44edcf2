"""Business settings: checked, dated, and read as text."""

import pytest

from solodesk.base.errors import KnownError
from solodesk.services import settings
from tests.services.inbox import DAY, Inbox


def test_defaults_hold_until_something_is_given(inbox: Inbox) -> None:
    with inbox.store.read() as reader:
        assert settings.get(reader, "undo_send_s") == 10
        assert settings.zone(reader).key
        assert not any(v.given for v in settings.everything(reader))


def test_new_hours_do_not_rewrite_the_past(inbox: Inbox) -> None:
    first = {"mon": [["10:00", "12:00"], ["08:00", "09:00"]]}
    with inbox.store.write() as desk:
        settings.put(desk, "hours", first)
    inbox.clock.advance(days=10)
    with inbox.store.write() as desk:
        settings.put(desk, "hours", {"tue": [["09:00", "24:00"]]})
    now = inbox.clock.at_ms
    with inbox.store.read() as reader:
        old = settings.get(reader, "hours", now - DAY)
        assert old["mon"] == [["08:00", "09:00"], ["10:00", "12:00"]]
        assert settings.get(reader, "hours")["tue"] == [["09:00", "24:00"]]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("undo_send_s", "121"),
        ("undo_send_s", "ten"),
        ("zone", "Mars/Base"),
        ("language_default", "fr"),
        ("survey_on_close", "maybe"),
        ("hours", '{"mon": [["09:00", "08:00"]]}'),
        ("hours", '{"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}'),
        ("hours", '{"someday": []}'),
        ("days_off", '["2026-13-01"]'),
        ("nothing", "1"),
    ],
)
def test_what_makes_no_sense_is_refused(inbox: Inbox, key: str, text: str) -> None:
    with pytest.raises(KnownError), inbox.store.write() as desk:
        settings.put_text(desk, key, text)


def test_text_of_the_command_line_is_read(inbox: Inbox) -> None:
    with inbox.store.write() as desk:
        settings.put_text(desk, "survey_on_close", "yes")
        settings.put_text(desk, "zone", "Asia/Shanghai")
        settings.put_text(desk, "days_off", '["2026-10-02", "2026-10-01"]')
    with inbox.store.read() as reader:
        assert settings.get(reader, "survey_on_close") is True
        assert settings.zone(reader).key == "Asia/Shanghai"
        assert settings.get(reader, "days_off") == ["2026-10-01", "2026-10-02"]
