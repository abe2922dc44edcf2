"""The dialogs do what they say, say what went wrong, and fit their words in any language."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QSpinBox, QToolButton, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.ids import OutboxId
from solodesk.domain.macros import NoteAction, ReplyAction, SnoozeAction
from solodesk.domain.views import OutboxRow
from solodesk.services import accounts, macros, responses, settings
from solodesk.services.accounts import Side
from solodesk.ui.composer.macros import MacroPreview
from solodesk.ui.dialogs.account import AccountDialog
from solodesk.ui.dialogs.decide import DecideDialog
from solodesk.ui.dialogs.macros import MacrosDialog
from solodesk.ui.dialogs.report import ReportDialog
from solodesk.ui.dialogs.responses import ResponsesDialog
from solodesk.ui.dialogs.save_file import free_path, safe_name, write
from solodesk.ui.dialogs.settings import SettingsDialog
from solodesk.ui.dialogs.snooze import SnoozeMenu
from solodesk.wording.gettext import set_language
from tests.ui.panes.conftest import Bed, Panes
from tests.ui.panes.desk import HOUR, NEAR_MS


@pytest.fixture
def pseudo() -> Iterator[None]:
    """Longer words than any language has."""
    set_language("pseudo")
    yield
    set_language("en")


def words_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def test_the_report_is_written_and_named(bed: Bed, tmp_path: Path) -> None:
    dialog = ReportDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.set_month(2026, 10)
    dialog.set_folder(tmp_path)
    for box in dialog._formats.values():
        box.setChecked(True)
    with bed.qtbot.waitSignal(dialog.saved, timeout=20_000) as done:
        dialog.save()
    paths = done.args[0]
    assert {path.suffix for path in paths} == {".pdf", ".html", ".csv", ".xlsx"}
    assert all(path.stat().st_size > 100 and path.parent == tmp_path for path in paths)
    assert "Saved." in words_of(dialog)


def test_a_report_that_cannot_be_written_says_so(bed: Bed, tmp_path: Path) -> None:
    dialog = ReportDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    no_folder = tmp_path / "file"
    no_folder.write_text("x")
    dialog.set_folder(no_folder / "below")
    dialog.save()
    bed.settle()
    assert "Saved." not in words_of(dialog)
    assert "could not be written" in words_of(dialog) or "may not write" in words_of(dialog)
    assert dialog._save.isEnabled()


def test_deciding_is_keeping_on_unless_the_owner_says_else(bed: Bed) -> None:
    row = OutboxRow(
        OutboxId(7), bed.ticket, 1001, "Refund", "Wang Li", "reply", "uncertain", None, "<a@b>", 1,
        None, "data_sent", None, (), NEAR_MS - HOUR, None, False,
    )  # fmt: skip
    decided: list[tuple[int, str]] = []
    for choice in ("keep", "delivered", "again"):
        dialog = DecideDialog(row, ZoneInfo("Asia/Shanghai"), NEAR_MS, bed.look)
        bed.qtbot.addWidget(dialog)
        dialog.decided.connect(lambda number, what: decided.append((number, what)))
        if choice != "keep":
            dialog.choose(choice)
        QTest.mouseClick(dialog._go, Qt.MouseButton.LeftButton)
    assert decided == [(7, "delivered"), (7, "again")]


def test_responses_are_edited_previewed_saved_and_deleted(bed: Bed) -> None:
    dialog = ResponsesDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.choose("Refund — not possible")
    form = dialog.form
    form.text.setPlainText("Hello {{ customer.greeting }}, it is {{ ask.colour }}.")
    bed.qtbot.waitUntil(lambda: "colour" in form.preview_text())
    assert "王女士" in form.preview_text()
    form.choose_language("zh")
    form.text.setPlainText("您好")
    form.name.setText("Not this time")
    dialog.save()
    bed.settle()
    found = bed.gate.read(lambda reader: responses.get(reader, "Not this time"))
    assert set(found.bodies) == {"en", "zh"}
    assert dialog.entry() == "Not this time"
    dialog.delete()
    bed.settle()
    assert "Not this time" not in bed.gate.read(lambda r: [x.name for x in responses.all(r)])


def test_a_broken_response_says_where_and_is_not_saved(bed: Bed) -> None:
    dialog = ResponsesDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.choose("Ask for the order number")
    dialog.form.text.setPlainText("Hello\n{{ customer.greeting")
    bed.qtbot.waitUntil(lambda: not dialog.form._fault.isHidden())
    # Going on to another one would lose the words: it is refused, with the reason.
    dialog.choose("Refund — not possible")
    bed.settle()
    assert dialog.entry() == "Ask for the order number"
    assert not dialog.fault.isHidden()
    assert dialog.form.text.toPlainText().startswith("Hello")
    found = bed.gate.read(lambda reader: responses.get(reader, "Ask for the order number"))
    assert found.bodies == {"en": "Which order is it?"}


def test_a_new_response_needs_a_name_of_its_own(bed: Bed) -> None:
    dialog = ResponsesDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.choose(None)
    dialog.form.text.setPlainText("Hello")
    dialog.form.name.setText("Refund — not possible")
    dialog.save()
    bed.settle()
    assert "already used" in dialog.fault.text()
    dialog.form.name.setText("Brand new")
    dialog.save()
    bed.settle()
    assert dialog.fault.isHidden()
    assert bed.gate.read(lambda reader: responses.get(reader, "Brand new")).bodies


def test_macro_steps_are_added_removed_and_saved(bed: Bed) -> None:
    dialog = MacrosDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    form = dialog.form
    assert dialog.entry() == "Refund done"
    form.steps[1].remove_requested.emit()
    form.steps[1].remove_requested.emit()
    form.add_step("snooze")
    dialog.save()
    bed.settle()
    found = bed.gate.read(lambda reader: macros.get(reader, "Refund done"))
    assert found.actions == (
        ReplyAction("Refund — on its way"), NoteAction("Refund confirmed"), SnoozeAction("3d"),
    )  # fmt: skip
    form.add_step("note")
    dialog.save()
    bed.settle()
    assert dialog.fault.text()


def test_the_preview_of_a_macro_names_every_step_and_changes_nothing(bed: Bed) -> None:
    macro = bed.gate.read(lambda reader: macros.get(reader, "Refund done"))
    with bed.store.read() as reader:
        before = reader.lists.last_change()
    dialog = MacroPreview(bed.gate, bed.look, macro, (bed.ticket,))
    bed.qtbot.addWidget(dialog)
    words = words_of(dialog)
    assert "Use “Refund done” on this ticket?" in words
    assert "Open → Closed, after you press Send" in words
    assert "“Refund confirmed” — only you see this" in words
    with bed.store.read() as reader:
        assert reader.lists.last_change() == before


class Engine:
    """Answers the dialog as the engine would, and remembers what was asked."""

    def __init__(self, bed: Bed, answer: dict[str, Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answer = answer
        bed.gate.asked.connect(self.take)

    def take(self, request: dict[str, Any], done: Any) -> None:
        self.asked.append(request)
        done(self._answer)


def test_a_mailbox_is_connected_through_the_engine(bed: Bed) -> None:
    engine = Engine(bed, {"ok": True, "account": 2, "kept": True})
    dialog = AccountDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.address.setText("lin@qq.com")
    dialog.secret.setText("abcd efgh")
    bed.qtbot.waitUntil(lambda: "imap.qq.com" in dialog.found())
    assert "授权码" in words_of(dialog)
    with bed.qtbot.waitSignal(dialog.connected):
        dialog.connect_mailbox()
    assert engine.asked[0]["do"] == "add_account"
    assert engine.asked[0]["secret"] == "abcd efgh"
    assert dialog.secret.text() == ""
    assert len(bed.gate.read(accounts.everything)) == 1


def test_a_refused_password_stays_on_the_page_with_the_reason(bed: Bed) -> None:
    fault = {"code": "wrong_password", "params": {"host": "imap.qq.com", "user": "lin@qq.com"}}
    engine = Engine(bed, {"error": fault})
    dialog = AccountDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.show()
    dialog.address.setText("lin@qq.com")
    dialog.connect_mailbox()
    assert "password" in dialog.said()
    assert engine.asked == []
    dialog.secret.setText("x")
    dialog.connect_mailbox()
    assert "imap.qq.com" in dialog.said()
    assert dialog.isVisible()
    assert dialog.secret.text() == "x"


def test_an_unknown_provider_asks_for_the_servers(bed: Bed) -> None:
    engine = Engine(bed, {"ok": True, "account": 2, "kept": True})
    dialog = AccountDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    dialog.show()
    dialog.address.setText("me@my-own.example")
    bed.qtbot.waitUntil(dialog.servers.isVisible)
    dialog.secret.setText("x")
    dialog.connect_mailbox()
    assert engine.asked == []
    dialog.servers.show_sides(
        Side("mail.example", 993, "tls"), Side("mail.example", 587, "starttls")
    )
    dialog.connect_mailbox()
    assert engine.asked[0]["imap"] == {"host": "mail.example", "port": 993, "tls": "tls"}


def test_settings_show_minutes_and_keep_what_was_changed(bed: Bed) -> None:
    dialog = SettingsDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    goal, name = dialog.field("goal_first_s"), dialog.field("business_name")
    assert isinstance(goal, QSpinBox)
    assert isinstance(name, QLineEdit)
    assert goal.text() == "240 min"
    goal.setValue(90)
    name.setText("Atelier")
    dialog.save()
    bed.settle()
    assert bed.gate.read(lambda reader: settings.get(reader, "goal_first_s")) == 5400
    assert bed.gate.read(lambda reader: settings.get(reader, "business_name")) == "Atelier"


def test_a_setting_that_cannot_be_is_said_and_nothing_is_kept(bed: Bed) -> None:
    dialog = SettingsDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    name, days = dialog.field("business_name"), dialog.field("days_off")
    assert isinstance(name, QLineEdit)
    assert isinstance(days, QLineEdit)
    name.setText("Atelier")
    days.setText("2026-13-45")
    dialog.save()
    bed.settle()
    assert dialog._said.text()
    assert bed.gate.read(lambda reader: settings.get(reader, "business_name")) == "Lin Studio"


@pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)")
def test_the_snooze_menu_tells_its_times_and_keeps_open_for_its_choice(
    bed: Bed, panes: Panes
) -> None:
    menu = SnoozeMenu(bed.gate, bed.look, panes)
    chosen: list[tuple[int, bool]] = []
    menu.chosen.connect(lambda until, wake: chosen.append((until, wake)))
    menu.open_at(panes.pane)
    texts = [action.text() for action in menu.actions()]
    assert any(text.startswith("Tomorrow\t") for text in texts)
    wake = menu.actions()[-1]
    menu.setActiveAction(wake)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert menu.isVisible()
    first = menu.actions()[0]
    menu.setActiveAction(first)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert chosen == [(first.data(), False)]


@given(st.text(max_size=300))
def test_any_name_becomes_a_name_of_a_file(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe.encode("utf-16-le")) // 2 <= 240
    assert not set(safe) & set('/\\:*?"<>|\x00\n\u202e')
    assert safe not in {".", ".."}
    assert not safe.endswith((" ", "."))


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\evil.exe", "evil.exe"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("con.txt", "_con.txt"),
        ("收据.pdf", "收据.pdf"),
        (".bashrc", "bashrc"),
    ],
)
def test_names_of_hostile_attachments(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_saving_never_writes_through_a_link_nor_over_a_neighbour(tmp_path: Path) -> None:
    target, link = tmp_path / "precious", tmp_path / "a.pdf"
    target.write_text("mine")
    link.symlink_to(target)
    assert free_path(tmp_path, "a.pdf") == tmp_path / "a (2).pdf"
    write(link, b"new")
    assert target.read_text() == "mine"
    assert link.read_bytes() == b"new"
    with pytest.raises(KnownError, match="cannot_write"):
        write(tmp_path / "no" / "such" / "folder", b"x")


def _clipped(window: QWidget) -> list[str]:
    """Buttons on show whose words do not fit."""
    return [
        button.text()
        for button in window.findChildren(QAbstractButton)
        if button.isVisible()
        and button.text()
        and not isinstance(button, QToolButton)  # icons with a name
        and button.width() < button.sizeHint().width() - 1
    ]


def test_no_button_cuts_the_words_of_a_long_language(bed: Bed, pseudo: None) -> None:
    macro = bed.gate.read(lambda reader: macros.get(reader, "Refund done"))
    for dialog in (
        ReportDialog(bed.gate, bed.look),
        ResponsesDialog(bed.gate, bed.look),
        MacrosDialog(bed.gate, bed.look),
        AccountDialog(bed.gate, bed.look),
        SettingsDialog(bed.gate, bed.look),
        MacroPreview(bed.gate, bed.look, macro, (bed.ticket,)),
    ):
        bed.qtbot.addWidget(dialog)
        dialog.show()
        bed.qtbot.waitExposed(dialog)
        assert _clipped(dialog) == []


def test_the_panes_fit_long_words_and_large_text(bed: Bed, pseudo: None, panes: Panes) -> None:
    assert _clipped(panes.pane) == []
    panes.composer.open_for(bed.ticket)
    bed.settle()
    assert _clipped(panes.composer) == []
    bed.look.set_text_percent(200)
    panes.resize(1500, 1200)
    bed.qtbot.waitUntil(lambda: _clipped(panes) == [])
    bed.look.set_text_percent(100)
