"""Server N, here N in the window; what may be written to the mailbox is off until it is chosen."""

from PySide6.QtWidgets import QCheckBox, QLineEdit

from solodesk.domain.ids import AccountId
from solodesk.services import missing_mail, settings
from solodesk.services.units import Desk
from solodesk.ui.dialogs.mailboxes import MailboxesDialog
from solodesk.ui.dialogs.settings import SettingsDialog
from tests.ui.panes.conftest import Bed


def cells(dialog: MailboxesDialog) -> list[list[str]]:
    table = dialog.table
    return [
        [item.text() if (item := table.item(row, column)) else "" for column in range(4)]
        for row in range(table.rowCount())
    ]


def test_counts_follow_the_store_and_the_missing_are_listed(bed: Bed) -> None:
    def passed(desk: Desk, missing: tuple[int, ...]) -> None:
        row = desk.folders.by_name(AccountId(1), "INBOX")
        folder = (
            desk.folders.add(account_id=AccountId(1), name="INBOX", role="inbox")
            if row is None
            else row.id
        )
        desk.folders.update(folder, server_count=1_200, synced_ms=desk.now_ms)
        missing_mail.note(desk, folder, missing)

    dialog = MailboxesDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    assert cells(dialog) == []
    bed.change(lambda desk: passed(desk, (17, 4_000)))
    assert cells(dialog) == [["hello@lin.example", "INBOX", "1,200", "1,198"]]
    assert dialog.said.text().startswith("2 messages of the server are not here.")
    dialog.list_button.click()
    assert dialog.missing.toPlainText() == "hello@lin.example  INBOX: 17, 4000"
    bed.change(lambda desk: passed(desk, ()))
    assert cells(dialog) == [["hello@lin.example", "INBOX", "1,200", "1,200"]]
    assert dialog.said.text() == "Everything the server has is here."
    assert not dialog.list_button.isEnabled()


def test_nothing_is_written_to_the_mailbox_unless_it_is_chosen(bed: Bed) -> None:
    dialog = SettingsDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    switches = [dialog.field(f"server_{name}") for name in ("seen", "answered", "archive")]
    for switch in switches:
        assert isinstance(switch, QCheckBox)
        assert not switch.isChecked()
    folder = dialog.field("archive_folder")
    assert isinstance(folder, QLineEdit)
    folder.setText("Erledigt")
    assert isinstance(switches[2], QCheckBox)
    switches[2].setChecked(True)
    dialog.save()
    bed.settle()
    keys = ("server_seen", "server_answered", "server_archive", "archive_folder")
    kept = [
        bed.gate.read(lambda reader, key=key: settings.get(reader, key))  # type: ignore[misc]
        for key in keys
    ]
    assert kept == [False, False, True, "Erledigt"]
