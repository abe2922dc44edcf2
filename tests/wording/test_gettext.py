"""Languages: chosen for the process, bound for a piece of work, and the stretching one."""

import threading

import pytest

from solodesk.wording import gettext
from solodesk.wording.gettext import _, current_language, ngettext, set_language, speaking


@pytest.mark.parametrize(
    ("locale_name", "language"),
    [
        ("zh_CN.UTF-8", "zh"),
        ("zh-Hans-CN", "zh"),
        ("en_GB", "en"),
        ("C.UTF-8", "en"),
        ("de_DE", "en"),
        ("", "en"),
        (None, "en"),
        ("pseudo", "pseudo"),
    ],
)
def test_nearest_language(locale_name: str | None, language: str) -> None:
    assert gettext.language_of(locale_name) == language


def test_unknown_strings_stay_english() -> None:
    set_language("zh")
    assert _("no table holds this sentence") == "no table holds this sentence"
    assert _("") == ""
    assert ngettext("{n} thing nobody translated", "{n} things", 1).startswith("{n} thing ")


def test_the_choice_reaches_every_thread_and_binding_only_its_own() -> None:
    heard: list[str] = []

    def listen() -> None:
        thread = threading.Thread(target=lambda: heard.append(current_language()))
        thread.start()
        thread.join()

    set_language("zh_CN.UTF-8")
    listen()
    with speaking("en"):
        assert current_language() == "en"
        listen()
        with speaking("pseudo"):
            assert _("Close").startswith("⟦")
    assert current_language() == "zh"
    assert heard == ["zh", "zh"]


def test_pseudo_keeps_what_must_stay_whole() -> None:
    set_language("pseudo")
    text = _("Reply to <b>{name}</b> &amp; others")
    assert "<b>{name}</b>" in text
    assert "&amp;" in text
    assert len(text) > len("Reply to <b>{name}</b> &amp; others") * 1.3
    assert "{n}" in ngettext("{n} ticket", "{n} tickets", 2)
