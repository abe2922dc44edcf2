"""The desk with the keyboard: a whole round of work without the mouse, on a real store."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from solodesk.app.desk import DeskApp
from solodesk.app.screenshots import settle
from solodesk.base.clock import FixedClock
from solodesk.base.device import DeviceSettings
from solodesk.base.paths import DataFolder
from solodesk.domain.ids import TicketId
from solodesk.domain.views import View
from solodesk.services import lists, settings, tickets
from solodesk.services.units import Store
from solodesk.ui.composer.editor import Editor
from solodesk.ui.composer.recipients import RecipientLines
from solodesk.ui.frame import Shape
from solodesk.wording.gettext import set_language
from tests.ui.shop import NOW, open_shop


def _subjects(desk: DeskApp) -> list[str]:
    model = desk.window.tickets.model
    return [str(model.data(model.index(row))) for row in range(model.rowCount())]


def _view(desk: DeskApp) -> View:
    return desk.window.tickets.model.query.view


def _current(desk: DeskApp) -> str:
    row = desk.window.conversation.row()
    return row.subject if row is not None else ""


def _editor(desk: DeskApp) -> Editor:
    editor = desk.window.composer.findChild(Editor)
    assert isinstance(editor, Editor)
    return editor


def _type(desk: DeskApp, keys: str) -> None:
    focus = QApplication.focusWidget() or desk.window
    QTest.keyClicks(focus, keys)
    settle(desk)


def _focus_list(desk: DeskApp, qtbot: QtBot) -> None:
    desk.window.activateWindow()
    desk.window.tickets.view.setFocus()
    qtbot.waitUntil(desk.window.tickets.view.hasFocus)


def test_the_oldest_wait_stands_on_top_and_is_open(desk: DeskApp) -> None:
    assert _subjects(desk)[0] == "Refund for order A123"
    assert _current(desk) == "Refund for order A123"
    assert desk.window.status.words == "Up to date · 2 min ago"


def test_down_up_close_and_undo_by_key(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "jj")
    assert _current(desk) == "可以开增值税发票吗？"
    _type(desk, "k")
    assert _current(desk) == "Where is my parcel? (A131)"
    _type(desk, "e")
    assert "Where is my parcel? (A131)" not in _subjects(desk)
    assert _current(desk) == "可以开增值税发票吗？"
    _type(desk, "z")
    assert _subjects(desk)[1] == "Where is my parcel? (A131)"


def test_chords_go_to_views(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "ga")
    assert _view(desk) is View.ALL
    _type(desk, "gi")
    assert _view(desk) is View.NEEDS_REPLY


def test_letters_typed_into_search_are_words_not_commands(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "/")
    assert desk.window.header.search.field.hasFocus()
    _type(desk, "mugs")
    qtbot.waitUntil(lambda: _subjects(desk) == ["Bulk order: 40 mugs"])
    QTest.keyClick(desk.window.header.search.field, Qt.Key.Key_Escape)
    settle(desk)
    assert len(_subjects(desk)) == 7


def test_two_chinese_characters_are_found(desk: DeskApp, qtbot: QtBot) -> None:
    desk.window.header.search.set_words("发票")
    qtbot.waitUntil(lambda: _subjects(desk) == ["可以开增值税发票吗？"])


def test_several_tickets_are_closed_in_one_act(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "xjx")
    assert len(desk.window.tickets.view.marked()) == 2
    _type(desk, "e")
    assert len(_subjects(desk)) == 5
    _type(desk, "z")
    assert len(_subjects(desk)) == 7


def test_what_another_process_does_is_seen(desk: DeskApp, qtbot: QtBot) -> None:
    other = Store.open(desk.store.folder, desk.store.clock, origin="cli")
    with other.write() as writing:
        first = TicketId(lists.ids(writing, View.NEEDS_REPLY)[0])
        tickets.close(writing, [first])
    qtbot.waitUntil(lambda: len(_subjects(desk)) == 6)
    other.close()


def test_a_macros_key_is_never_the_sign_on_the_same_key(desk: DeskApp, qtbot: QtBot) -> None:
    ctrl_shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for modifiers, acts in ((ctrl_shift, False), (Qt.KeyboardModifier.ShiftModifier, True)):
        pressed = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Exclam, modifiers, "!")
        assert desk.window.actions_.handle_text_key(pressed) is acts
    settle(desk)


def test_the_palette_runs_commands_and_gives_the_focus_back(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    desk.window.actions_.run("palette.open")
    palette = desk.window.palette_
    QTest.keyClicks(palette.field, "mark as unr")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    settle(desk)
    row = desk.window.tickets.model.ticket_row(desk.window.navigation.ticket or TicketId(0))
    assert row is not None
    assert row.unread
    assert desk.window.tickets.view.hasFocus()


def test_an_input_method_stays_out_of_the_list(desk: DeskApp) -> None:
    off = Qt.WidgetAttribute.WA_InputMethodEnabled
    assert not desk.window.tickets.view.testAttribute(off)
    assert not desk.window.sidebar.place_list.testAttribute(off)


def test_models_keep_qts_rules(desk: DeskApp) -> None:
    window = desk.window
    for model in (window.tickets.model, window.sidebar.places, window.sidebar.pages):
        QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    window.actions_.run("ticket.close")
    settle(desk)
    window.actions_.run("edit.undo")
    settle(desk)


def test_a_small_window_shows_list_or_conversation(desk: DeskApp) -> None:
    window = desk.window
    window.resize(1000, 700)
    settle(desk)
    assert window.frame.shape is Shape.MEDIUM
    assert not window.frame.panel_visible
    window.resize(700, 700)
    settle(desk)
    assert not window.conversation.isVisible()
    window.actions_.run("ticket.open")
    assert window.conversation.isVisible()
    assert not window.tickets.isVisible()
    assert window.conversation.isAncestorOf(QApplication.focusWidget() or window)
    window.actions_.run("list.back")
    assert window.tickets.isVisible()
    window.resize(1280, 800)
    settle(desk)
    assert window.frame.panel_visible


def test_the_language_changes_without_a_restart(desk: DeskApp) -> None:
    desk.window.actions_.run("language.zh")
    settle(desk)
    assert desk.window.status.words.startswith("已是最新")
    assert desk.window.actions_.action("ticket.close").text() == "完成"
    desk.window.actions_.run("language.en")
    settle(desk)
    assert desk.window.actions_.action("ticket.close").text() == "Close"


def test_longer_words_are_not_cut_off(desk: DeskApp) -> None:
    set_language("pseudo")
    desk.window.retranslate()
    settle(desk)
    for part in (desk.window.header, desk.window.status):
        for label in part.findChildren(QLabel) + part.findChildren(QPushButton):
            if label.isVisible() and label.text():
                assert label.width() >= label.sizeHint().width() - 1, label.text()


def test_dark_is_dark_and_text_grows(desk: DeskApp) -> None:
    window = desk.window
    height = window.header.height()
    window.actions_.run("scheme.dark")
    window.actions_.run("text.bigger")
    settle(desk)
    assert window.grab().toImage().pixelColor(4, 300).lightness() < 60
    assert window.header.height() > height


def test_a_reply_by_key_leaves_the_list_and_comes_back_by_undo_send(
    desk: DeskApp, qtbot: QtBot
) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "r")
    assert desk.window.composer.is_open()
    _type(desk, "It left us today.")
    QTest.keyClick(
        QApplication.focusWidget() or desk.window,
        Qt.Key.Key_Return,
        Qt.KeyboardModifier.ControlModifier,
    )
    settle(desk)
    qtbot.waitUntil(lambda: "Refund for order A123" not in _subjects(desk))
    assert desk.window.bench.toast.text == "Reply to Wang Li leaves in 10 s"
    assert desk.window.bench.reply_commands.counting_down()
    desk.window.actions_.run("send.undo")
    settle(desk)
    assert _subjects(desk)[0] == "Refund for order A123"
    assert desk.window.composer.is_open()
    assert desk.window.composer.ticket() == desk.window.navigation.ticket
    assert _current(desk) == "Refund for order A123"
    assert "It left us today." in _editor(desk).plain()


def test_tab_goes_from_line_to_line_and_no_letter_acts_while_writing(
    desk: DeskApp, qtbot: QtBot
) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "c")
    for line in ("ana@ruiz.example\t", "Hello e\t", "The bowls"):
        _type(desk, line)
    people = desk.window.composer.findChild(RecipientLines)
    assert isinstance(people, RecipientLines)
    assert people.subject() == "Hello e"
    assert "The bowls" in _editor(desk).plain()
    button = next(b for b in people.findChildren(QPushButton) if b.isVisible())
    button.setFocus()
    _type(desk, "e#")
    settle(desk)
    assert "Refund for order A123" in _subjects(desk)
    assert desk.window.composer.is_open()


def test_send_is_never_squeezed_out_by_big_text(desk: DeskApp, qtbot: QtBot) -> None:
    for _step in range(3):
        desk.window.actions_.run("text.bigger")
    desk.window.resize(1280, 800)
    _focus_list(desk, qtbot)
    _type(desk, "r")
    send = desk.window.composer.findChild(QPushButton, "sendMain")
    assert isinstance(send, QPushButton)
    assert send.width() >= send.fontMetrics().horizontalAdvance(send.text()) + 16
    toolbar = send.parentWidget()
    assert isinstance(toolbar, QWidget)
    assert toolbar.width() >= send.mapTo(toolbar, send.rect().bottomRight()).x()


def test_a_reply_sent_later_is_said_in_hours_and_not_counted_down(
    desk: DeskApp, qtbot: QtBot
) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "r")
    _type(desk, "Monday then.")
    desk.window.composer.send(later_ms=desk.window.gate.now_ms() + 26 * 3_600_000)
    settle(desk)
    assert desk.window.bench.toast.text == "Reply to Wang Li leaves in 26 h"
    assert not desk.window.bench.reply_commands.counting_down()


def test_a_mailto_link_opens_a_new_mail(desk: DeskApp) -> None:
    desk.window.open_address("mailto:ana@ruiz.example")
    settle(desk)
    assert desk.window.composer.is_open()
    assert desk.window.composer.mode() == "new"


def test_hints_show_the_operators_while_searching(desk: DeskApp, qtbot: QtBot) -> None:
    _focus_list(desk, qtbot)
    _type(desk, "/")
    assert desk.window.tickets.hints.isVisible()
    desk.window.tickets.hints.wanted.emit("has:attachment")
    settle(desk)
    assert len(_subjects(desk)) == 3


def test_offline_is_said_once_and_plainly(desk: DeskApp) -> None:
    desk.gate.news.emit({"news": "connectivity", "account": 1, "online": False})
    settle(desk)
    notice = desk.window.shell.banner.notice
    assert notice is not None
    assert notice.title == "You're offline."
    desk.gate.news.emit({"news": "connectivity", "account": 1, "online": True})
    assert desk.window.shell.banner.notice is None


def test_an_engine_that_keeps_stopping_is_said_until_it_runs(desk: DeskApp) -> None:
    desk.gate.news.emit({"news": "engine", "failing": True})
    settle(desk)
    notice = desk.window.shell.banner.notice
    assert notice is not None
    assert "neither fetched nor sent" in notice.title
    desk.gate.news.emit({"news": "engine", "failing": False})
    assert desk.window.shell.banner.notice is None


def test_the_window_opens_in_the_view_chosen(data_folder: DataFolder, qtbot: QtBot) -> None:
    store = open_shop(data_folder)
    with store.write() as desk:
        settings.put(desk, "start_view", "all")
    store.close()
    app = DeskApp(data_folder, clock=FixedClock(NOW), device=DeviceSettings(language="en"))
    app.start()
    settle(app)
    view = _view(app)
    app.stop()
    assert view is View.ALL
