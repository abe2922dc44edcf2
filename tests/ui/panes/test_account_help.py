"""The mailbox dialog: steps of the provider, a word about usual passwords, certificates nearby."""

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from solodesk.domain.ids import AccountId
from solodesk.ui.dialogs.account import AccountDialog
from solodesk.wording.gettext import set_language
from tests.ui.panes.conftest import Bed
from tests.ui.panes.test_browser_sign_in import Engine, dialog_of

PRINT = "0123456789abcdef" * 4
OTHER = "f" * 64
UNKNOWN = {
    "error": {
        "code": "certificate_unknown",
        "params": {"host": "127.0.0.1", "fingerprint": PRINT},
    }
}


def help_words(dialog: AccountDialog) -> str:
    return "\n".join(label.text() for label in dialog.help.words() if label.isVisible())


def button(dialog: AccountDialog, words: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == words)


def test_the_steps_to_the_special_password_are_named(bed: Bed) -> None:
    dialog = dialog_of(bed)
    dialog.address.setText("li@qq.com")
    bed.qtbot.waitUntil(lambda: "授权码" in help_words(dialog))
    assert "设置 › 账号" in help_words(dialog)
    dialog.address.setText("me@gmx.de")
    bed.qtbot.waitUntil(lambda: "POP3 & IMAP" in help_words(dialog))
    dialog.address.setText("me@posteo.de")
    bed.qtbot.waitUntil(lambda: help_words(dialog) == "")


def test_in_chinese_too(bed: Bed) -> None:
    set_language("zh")
    try:
        dialog = dialog_of(bed)
        dialog.address.setText("li@163.com")
        bed.qtbot.waitUntil(lambda: "完成短信验证" in help_words(dialog))
    finally:
        set_language("en")


def test_a_usual_password_is_doubted_and_may_be_tried(bed: Bed) -> None:
    engine = Engine(bed)
    dialog = dialog_of(bed)
    dialog.address.setText("li@gmail.com")
    bed.qtbot.waitUntil(lambda: "app password" in help_words(dialog))
    QTest.keyClicks(dialog.secret, "Sommer2026!")
    assert "looks like your usual password" in help_words(dialog)
    dialog.secret.clear()
    QTest.keyClicks(dialog.secret, "abcd efgh ijkl mnop")
    assert "usual password." not in help_words(dialog)
    dialog.secret.setText("Sommer2026!")
    dialog.connect_mailbox()
    assert engine.asked[-1]["do"] == "add_account"


def test_bridge_is_found_and_its_certificate_is_compared_before_it_is_taken(bed: Bed) -> None:
    engine = Engine(bed, add_account=UNKNOWN)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@proton.me")
    bed.qtbot.waitUntil(lambda: "Proton Mail Bridge" in dialog.found())
    assert "1143" not in dialog.found()
    assert "Install Proton Mail Bridge" in help_words(dialog)
    dialog.secret.setText("from-bridge")
    dialog.connect_mailbox()
    assert "ca_file" not in engine.asked[-1]
    assert dialog.certificate.isVisible()
    assert dialog.certificate.fingerprint() == PRINT
    engine.then("add_account", {"ok": True, "account": 2, "kept": True})
    other = {"host": "127.0.0.1", "fingerprint": OTHER}
    engine._answers["add_account"] = [
        {"error": {"code": "certificate_unknown", "params": other}},
        {"ok": True, "account": 2, "kept": True},
    ]
    QTest.mouseClick(button(dialog, "Accept this certificate"), Qt.MouseButton.LeftButton)
    assert engine.asked[-1]["ca_file"] == f"sha256:{PRINT}"
    # Sending shows another one: it is asked about by itself.
    assert dialog.certificate.fingerprint() == OTHER
    with bed.qtbot.waitSignal(dialog.connected):
        QTest.keyClick(button(dialog, "Accept this certificate"), Qt.Key.Key_Space)
    assert engine.asked[-1]["ca_file"] == f"sha256:{PRINT},sha256:{OTHER}"


def test_another_address_forgets_what_was_accepted(bed: Bed) -> None:
    engine = Engine(bed, add_account=UNKNOWN)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@proton.me")
    dialog.secret.setText("x")
    dialog.connect_mailbox()
    dialog.certificate.accept()
    assert engine.asked[-1]["ca_file"]
    dialog.address.setText("lin@pm.me")
    assert not dialog.certificate.isVisible()
    dialog.connect_mailbox()
    assert "ca_file" not in engine.asked[-1]


@pytest.mark.parametrize("fault", ["certificate_invalid", "pin_not_allowed"])
def test_no_button_goes_on_without_a_certificate(bed: Bed, fault: str) -> None:
    params = {"host": "mail.example", "reason": "unknown_issuer"}
    Engine(bed, add_account={"error": {"code": fault, "params": params}})
    dialog = dialog_of(bed)
    dialog.address.setText("lin@qq.com")
    dialog.secret.setText("x")
    dialog.connect_mailbox()
    assert not dialog.certificate.isVisible()
    assert "mail.example" in dialog.said()


def test_a_certificate_that_was_renewed_is_accepted_anew(bed: Bed) -> None:
    params = {"host": "127.0.0.1", "fingerprint": PRINT}
    with bed.store.write() as desk:
        detail: dict[str, Any] = {"code": "certificate_changed", "params": params}
        desk.accounts.update(AccountId(1), state="error", detail=detail)
    engine = Engine(bed, accept_certificate={"ok": True})
    dialog = dialog_of(bed)
    assert dialog.address.text() == "hello@lin.example"
    assert dialog.certificate.fingerprint() == PRINT
    dialog.certificate.accept()
    assert engine.asked == [
        {
            "do": "accept_certificate",
            "account": "hello@lin.example",
            "fingerprint": f"sha256:{PRINT}",
        }
    ]
    assert not dialog.isVisible()


def test_unsafe_login_offers_to_try_again(bed: Bed) -> None:
    fault = {"code": "unsafe_login", "params": {"host": "imap.163.com", "text": "Unsafe Login"}}
    engine = Engine(bed, add_account={"error": fault})
    dialog = dialog_of(bed)
    dialog.address.setText("lin@163.com")
    dialog.secret.setText("ABCDEFGHIJKLMNOP")
    dialog.connect_mailbox()
    assert "Unsafe Login" in dialog.said()
    QTest.mouseClick(button(dialog, "Try again"), Qt.MouseButton.LeftButton)
    assert [each["do"] for each in engine.asked] == ["add_account", "add_account"]


def test_a_search_for_servers_ends_with_the_dialog(bed: Bed) -> None:
    engine = Engine(bed)
    dialog = dialog_of(bed)
    dialog.address.setText("me@my-own.example")
    dialog.address.editingFinished.emit()
    assert "Looking" in dialog.found()
    dialog.reject()
    assert engine.asked[-1] == {"do": "cancel", "address": "me@my-own.example"}
