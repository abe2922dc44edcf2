"""The mailbox dialog where no password helps: browser, client id, servers that are looked for."""

from functools import partial
from typing import Any

import pytest
from PySide6.QtCore import QUrl

from solodesk.domain.ids import AccountId
from solodesk.services import settings, sign_in
from solodesk.services.sign_in import Given
from solodesk.ui.dialogs import browser_flow
from solodesk.ui.dialogs.account import AccountDialog
from tests.ui.panes.conftest import Bed

FOUND = {
    "ok": True, "provider": "Hoster", "wants": "password", "page": None, "source": "mx",
    "imap": {"host": "imap.hoster.example", "port": 993, "tls": "tls"},
    "smtp": {"host": "smtp.hoster.example", "port": 465, "tls": "tls"},
    "user": "me", "smtp_user": "me@my-own.example", "sign_in": None, "browser": False,
    "domains": ["hoster.example"],
}  # fmt: skip
BEGUN = {"ok": True, "flow": 7, "open_url": "https://login.example/authorize?x", "user_code": None}


class Engine:
    """Answers by what is asked; what is not in `answers` stays open."""

    def __init__(self, bed: Bed, **answers: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answers = {do: [answer] for do, answer in answers.items()}
        # Not a bound method: the connection keeps us alive.
        bed.gate.asked.connect(partial(Engine.take, self))

    def take(self, request: dict[str, Any], done: Any) -> None:
        self.asked.append(request)
        answers = self._answers.get(request["do"])
        if answers and done is not None:
            done(answers.pop(0) if len(answers) > 1 else answers[0])

    def then(self, do: str, answer: dict[str, Any]) -> None:
        """The answer to the next such request after the first."""
        self._answers[do].append(answer)


class Browser:
    """In the place of the desktop's services: what it is asked to open."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.works = True

    def openUrl(self, url: QUrl) -> bool:  # noqa: N802 - Qt's name
        self.opened.append(url.toString())
        return self.works


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Browser:
    browser = Browser()
    monkeypatch.setattr(browser_flow, "QDesktopServices", browser)
    return browser


def dialog_of(bed: Bed) -> AccountDialog:
    dialog = AccountDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_outlook_says_that_no_client_id_ships_and_takes_ones_own(
    bed: Bed, browser: Browser
) -> None:
    engine = Engine(bed, sign_in=BEGUN, add_account={"ok": True, "account": 2, "kept": True})
    dialog = dialog_of(bed)
    dialog.address.setText("lin@outlook.com")
    bed.qtbot.waitUntil(dialog.client_id.isVisible)
    assert "SoloDesk ships none" in dialog.said()
    assert not dialog.secret.isVisible()
    dialog.client_id.setText("11-22")
    with bed.qtbot.waitSignal(dialog.connected):
        dialog.connect_mailbox()
    assert engine.asked[0] == {
        "do": "sign_in", "address": "lin@outlook.com", "authority_name": "microsoft",
        "client_id": "11-22",
    }  # fmt: skip
    assert browser.opened == [BEGUN["open_url"]]
    assert engine.asked[1]["do"] == "add_account"
    assert engine.asked[1]["flow"] == 7
    assert "secret" not in engine.asked[1]


def test_with_a_client_id_in_the_settings_none_is_asked_for(bed: Bed) -> None:
    with bed.store.write() as desk:
        settings.put(desk, "microsoft_client_id", "11-22")
    Engine(bed)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@outlook.com")
    bed.qtbot.waitUntil(lambda: not dialog.secret.isVisible())
    assert not dialog.client_id.isVisible()
    dialog.address.setText("lin@qq.com")
    bed.qtbot.waitUntil(dialog.secret.isVisible)


def test_closing_the_window_gives_the_browser_up(bed: Bed, browser: Browser) -> None:
    engine = Engine(bed, sign_in=BEGUN)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@outlook.com")
    dialog.client_id.setText("11-22")
    bed.qtbot.waitUntil(lambda: not dialog.secret.isVisible())
    dialog.connect_mailbox()
    assert "in your browser" in dialog.said()
    dialog.reject()
    assert engine.asked[-1] == {"do": "cancel", "flow": 7}


def test_no_browser_means_a_code_to_type(bed: Bed) -> None:
    begun = {**BEGUN, "open_url": "https://login.example/device", "user_code": "ABCD-1234"}
    Engine(bed, sign_in=begun)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@outlook.com")
    dialog.client_id.setText("11-22")
    bed.qtbot.waitUntil(lambda: not dialog.secret.isVisible())
    dialog.connect_mailbox()
    assert "ABCD-1234" in dialog.said()
    assert "https://login.example/device" in dialog.said()


def test_a_desktop_that_opens_nothing_is_asked_for_a_code(bed: Bed, browser: Browser) -> None:
    browser.works = False
    engine = Engine(bed, sign_in=BEGUN)
    dialog = dialog_of(bed)
    dialog.address.setText("lin@outlook.com")
    dialog.client_id.setText("11-22")
    bed.qtbot.waitUntil(lambda: not dialog.secret.isVisible())
    engine.then("sign_in", {**BEGUN, "user_code": "ABCD-1234", "flow": 8})
    dialog.connect_mailbox()
    assert [each["do"] for each in engine.asked] == ["sign_in", "cancel", "sign_in", "add_account"]
    assert engine.asked[2]["device"] is True
    assert "ABCD-1234" in dialog.said()


def test_servers_are_looked_for_and_shown_with_their_domain(bed: Bed) -> None:
    engine = Engine(bed, discover=FOUND, add_account={"ok": True, "account": 2, "kept": True})
    dialog = dialog_of(bed)
    dialog.address.setText("me@my-own.example")
    dialog.address.editingFinished.emit()
    assert engine.asked == [{"do": "discover", "address": "me@my-own.example"}]
    assert dialog.found() == "These servers belong to: hoster.example"
    dialog.secret.setText("x")
    dialog.connect_mailbox()
    sent = engine.asked[1]
    assert sent["imap"]["host"] == "imap.hoster.example"
    assert (sent["user"], sent["smtp_user"]) == ("me", "me@my-own.example")


def test_nobody_knows_the_servers(bed: Bed) -> None:
    Engine(bed, discover={"ok": True, "provider": None})
    dialog = dialog_of(bed)
    dialog.address.setText("me@my-own.example")
    dialog.address.editingFinished.emit()
    assert dialog.servers.isVisible()
    assert "give them below" in dialog.found()


def test_a_sign_in_that_ended_is_renewed_in_the_browser(bed: Bed, browser: Browser) -> None:
    client = Given(
        client_id="x", authorize="https://a.example/a", token="https://a.example/t", scopes=("m",)
    )
    with bed.store.write() as desk:
        asked = sign_in.authority_for(desk, "hello@lin.example", None, client)
        sign_in.remember(desk, "hello@lin.example", asked)
        detail = {
            "code": "sign_in_expired",
            "params": {"address": "hello@lin.example", "text": "x"},
        }
        desk.accounts.update(AccountId(1), state="sign_in_needed", detail=detail)
    engine = Engine(bed, sign_in=BEGUN, signed_in={"ok": True, "account": 1, "kept": True})
    dialog = dialog_of(bed)
    assert not dialog.secret.isVisible()
    assert not dialog.client_id.isVisible()
    dialog.connect_mailbox()
    assert engine.asked == [
        {"do": "sign_in", "account": "hello@lin.example"},
        {"do": "signed_in", "account": "hello@lin.example", "flow": 7},
    ]
    assert browser.opened == [BEGUN["open_url"]]
