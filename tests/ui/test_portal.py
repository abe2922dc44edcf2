"""A sign-in page between us and the server: said as that, not as a wrong password."""

from solodesk.app.desk import DeskApp
from solodesk.base.clock import FixedClock
from solodesk.base.errors import KnownError
from solodesk.domain.ids import AccountId
from solodesk.services import accounts, missing_mail


def test_it_is_offline_for_a_day_and_an_error_after_that(
    desk: DeskApp, desk_clock: FixedClock
) -> None:
    fault = KnownError("certificate_invalid", host="imap.lin.studio", reason="wrong_host")
    banner = desk.window.shell.banner
    for hours, kind in ((0, "offline"), (23, "offline"), (2, "error")):
        desk_clock.advance(hours=hours)
        with desk.store.write() as writer:
            account = writer.accounts.all()[0]
            if account.last_receive_ms is None:
                writer.accounts.update(account.id, last_receive_ms=writer.now_ms)
            accounts.receive_failed(writer, AccountId(account.id), fault)
        desk.gate.look()
        desk.window.navigation.refresh_standing()
        notice = banner.notice
        assert notice is not None
        assert notice.kind == kind
        assert "password" not in notice.title
    with desk.store.write() as writer:
        accounts.signed_in_again(writer, AccountId(1))
    desk.window.navigation.refresh_standing()
    assert banner.notice is None


def test_what_is_missing_is_said_instead_of_up_to_date(desk: DeskApp) -> None:
    line = desk.window.shell.status
    with desk.store.write() as writer:
        account = writer.accounts.all()[0]
        folder = writer.folders.add(account_id=account.id, name="INBOX", role="inbox")
        writer.accounts.update(account.id, last_receive_ms=writer.now_ms)
        writer.folders.update(folder, server_count=9, synced_ms=writer.now_ms)
        missing_mail.note(writer, folder, (4, 5))
    desk.window.navigation.refresh_standing()
    assert line.words == "2 messages of the server are not here yet"
    with desk.store.write() as writer:
        missing_mail.note(writer, folder, ())
    desk.window.navigation.refresh_standing()
    assert line.words.startswith("Up to date")
