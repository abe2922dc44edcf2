"""A mailbox that needs the owner: one banner that stays, says which trouble it is, and has the
button that mends it."""

from typing import Any

from solodesk.app.desk import DeskApp
from solodesk.app.screenshots import settle
from solodesk.domain.ids import AccountId
from solodesk.ui.statusline import Notice

FACTS: dict[str, Any] = {"host": "imap.lin.studio", "user": "hello@lin.studio", "text": "no"}


def shown(desk: DeskApp) -> Notice | None:
    return desk.window.shell.banner.notice


def told(desk: DeskApp, state: str, code: str, *, sending: bool = False) -> Notice:
    detail = {"code": code, "params": FACTS | {"address": "hello@lin.studio"}}
    with desk.store.write() as store:
        if sending:
            (server,) = store.accounts.servers(AccountId(1))
            store.accounts.update_server(server.id, state=state, detail=detail)
        else:
            store.accounts.update(AccountId(1), state=state, detail=detail)
    desk.gate.look()
    settle(desk)
    notice = shown(desk)
    assert notice is not None
    assert notice.action is not None
    return notice


def test_each_trouble_has_its_words_and_its_button(desk: DeskApp) -> None:
    for state, code, title, action in (
        ("sign_in_needed", "wrong_password", "did not accept the password", "account.add"),
        ("sign_in_needed", "app_password_needed", "did not accept the password", "account.add"),
        ("sign_in_needed", "sign_in_expired", "has ended", "account.add"),
        ("sign_in_needed", "unsafe_login", "Unsafe Login", "mail.check"),
        ("sign_in_needed", "imap_not_allowed", "does not let mail programs", "mail.check"),
        ("error", "certificate_changed", "another certificate", "account.add"),
        ("error", "server_said", "cannot be fetched", "mail.check"),
    ):
        notice = told(desk, state, code)
        assert title in notice.title, code
        assert notice.action is not None
        assert notice.action[0] == action, code
        assert "Up to date" not in desk.window.status.words, code


def test_trouble_with_sending_is_told_too_and_stays_until_it_is_mended(desk: DeskApp) -> None:
    notice = told(desk, "sign_in_needed", "wrong_password", sending=True)
    assert notice.action == ("account.add", "Sign in again")
    desk.window.navigation.refresh_standing()
    assert shown(desk) == notice
    with desk.store.write() as store:
        (server,) = store.accounts.servers(AccountId(1))
        store.accounts.update_server(server.id, state="ok", detail=None)
    desk.gate.look()
    settle(desk)
    assert shown(desk) is None
    assert "Up to date" in desk.window.status.words


def test_trying_again_says_that_the_owner_asked(desk: DeskApp) -> None:
    asked: list[dict[str, Any]] = []
    desk.gate.asked.connect(lambda request, _done: asked.append(request))
    desk.window.actions_.run("mail.check")
    assert asked == [{"do": "sync", "asked": True}]
