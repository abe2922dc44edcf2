"""Writing: nothing typed is lost, nothing unread leaves, nothing leaves twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication, QImage, QInputMethodEvent, QTextCursor
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication, QPushButton

from solodesk.domain.ids import OutboxId
from solodesk.services import replies, tickets
from solodesk.store import rows
from solodesk.ui.composer.editor import Editor
from solodesk.ui.composer.picker import Choice, ChoiceModel, Picker
from tests.support.mails import raw_mail
from tests.ui.panes.conftest import Bed, Panes
from tests.ui.panes.desk import HOUR, NEAR_MS

Key = Qt.Key


def editor_of(panes: Panes) -> Editor:
    return panes.composer.findChildren(Editor)[0]


def picker_of(panes: Panes) -> Picker:
    return panes.findChildren(Picker)[0]


def stored(bed: Bed) -> str:
    with bed.store.read() as reader:
        draft = reader.drafts.of_ticket(bed.ticket)
    return "" if draft is None else draft.body


def outbox(bed: Bed) -> list[rows.Outbox]:
    with bed.store.read() as reader:
        return reader.outbox.of_ticket(bed.ticket)


def said(panes: Panes) -> str:
    return panes.composer._checks.text() if not panes.composer._checks.isHidden() else ""


def write(bed: Bed, panes: Panes, words: str) -> Editor:
    panes.composer.open_for(bed.ticket)
    editor = editor_of(panes)
    QTest.keyClicks(editor, words)
    return editor


def test_what_is_typed_is_stored_within_a_second(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "Dear Li")
    bed.qtbot.waitUntil(lambda: "Dear Li" in stored(bed), timeout=1000)

    # Typing on without a pause must not put saving off for ever.
    def typing_on_it_is_stored() -> bool:
        QTest.keyClicks(editor, "a")
        return "Dear Liaaa" in stored(bed)

    bed.qtbot.waitUntil(typing_on_it_is_stored, timeout=5000)


_KILLED = """
import os, signal, sys, time
from solodesk.base.singletons import keep_singletons
keep_singletons()
from pathlib import Path
from PySide6.QtCore import QEventLoop
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from solodesk.app.desk import application
from solodesk.base.clock import FixedClock
from solodesk.base.paths import DataFolder
from solodesk.store.store import Store
from solodesk.ui.appearance import Appearance
from solodesk.ui.composer.composer import Composer
from solodesk.ui.ops import DeskGate
from tests.ui.panes import desk as seed
app = application()
clock = FixedClock(seed.NEAR_MS)
store = Store.open(DataFolder(Path(sys.argv[1])).create(), clock, origin="test")
with store.write() as desk:
    ticket = seed.fill(desk, seed.NEAR_MS)
composer = Composer(DeskGate(seed.StoreOpeners(store, clock)), Appearance())
composer.show()
composer.open_for(ticket)
QTest.keyClicks(composer._editor, "not lost")
end = time.monotonic() + 20
while composer._toolbar._state.text() != "Saved" and time.monotonic() < end:
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_draft_survives_being_killed(bed: Bed, tmp_path: Path) -> None:
    from solodesk.base.paths import DataFolder
    from solodesk.store.store import Store

    folder = tmp_path / "killed"
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder)],
        cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, timeout=60, check=False,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    store = Store.open(DataFolder(folder), bed.clock, origin="test")
    with store.read() as reader:
        drafts = [draft.body for draft in reader.drafts.all()]
    store.close()
    assert any("not lost" in body for body in drafts)


def test_every_ticket_keeps_its_own_draft_and_place(bed: Bed, panes: Panes) -> None:
    other = bed.receive(
        raw_mail("Hi", subject="Other", to="hello@lin.example", at_ms=NEAR_MS - HOUR),
        NEAR_MS - HOUR,
    )
    editor = write(bed, panes, "first words")
    cursor = editor.textCursor()
    cursor.setPosition(3)
    editor.setTextCursor(cursor)
    panes.composer.open_for(other)
    QTest.keyClicks(editor, "second")
    bed.settle()
    panes.composer.open_for(bed.ticket)
    bed.settle()
    assert editor.plain().startswith("first words")
    assert editor.textCursor().position() == 3
    panes.composer.open_for(other)
    assert editor.plain().startswith("second")


def test_an_open_blank_blocks_and_is_shown(bed: Bed, panes: Panes) -> None:
    panes.composer.open_for(bed.ticket)
    panes.composer.insert_response("Refund — on its way")
    editor = editor_of(panes)
    editor.moveCursor(QTextCursor.MoveOperation.Start)
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []
    assert "blank" in said(panes)
    assert editor.textCursor().selectedText() == "order number"


def test_typing_in_a_blank_replaces_it_and_tab_goes_on(bed: Bed, panes: Panes) -> None:
    panes.composer.open_for(bed.ticket)
    editor = editor_of(panes)
    editor.insert_fragment(
        '<p>Order <span data-blank="a">number</span> of <span data-blank="b">day</span>.</p>'
    )
    assert editor.textCursor().selectedText() == "number"
    QTest.keyClicks(editor, "A123")
    assert editor.open_blanks() == ["day"]
    QTest.keyClick(editor, Key.Key_Tab)
    assert editor.textCursor().selectedText() == "day"
    QTest.keyClicks(editor, "Monday")
    assert editor.open_blanks() == []
    assert editor.plain().startswith("Order A123 of Monday.")
    assert "data-blank" not in editor.html()


def test_a_blank_filled_by_an_input_method_is_plain_text(bed: Bed, panes: Panes) -> None:
    panes.composer.open_for(bed.ticket)
    editor = editor_of(panes)
    editor.insert_fragment('<p><span data-blank="a">订单号</span>已退款</p>')
    composing = QInputMethodEvent("dan", [])
    QGuiApplication.sendEvent(editor, composing)
    commit = QInputMethodEvent()
    commit.setCommitString("单123")
    QGuiApplication.sendEvent(editor, commit)
    assert editor.open_blanks() == []
    assert editor.plain().startswith("单123已退款")


def test_the_picker_inserts_with_enter_and_never_sends(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "/order")
    picker = picker_of(panes)
    assert picker.isVisible()
    QTest.keyClick(editor, Key.Key_Return)
    assert not picker.isVisible()
    assert editor.plain().startswith("Which order is it?")
    assert "/order" not in editor.plain()
    bed.settle()
    assert outbox(bed) == []


def test_send_with_the_picker_open_only_inserts(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "/order")
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []
    assert editor_of(panes).plain().startswith("Which order is it?")
    panes.composer.send()
    bed.settle()
    assert len(outbox(bed)) == 1


def test_escape_leaves_the_slash_and_shift_enter_copies(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "/order")
    QTest.keyClick(editor, Key.Key_Escape)
    assert not picker_of(panes).isVisible()
    assert panes.composer.is_open()
    assert editor.plain().startswith("/order")
    editor.selectAll()
    QTest.keyClicks(editor, "/order")
    QTest.keyClick(editor, Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    bed.settle()
    assert QApplication.clipboard().text() == "Which order is it?"
    assert editor.plain().strip() == ""
    with bed.store.read() as reader:
        contacts = [note for note in reader.notes.of_ticket(bed.ticket) if note.kind == "contact"]
    assert [note.text for note in contacts] == ["Which order is it?"]
    assert outbox(bed) == []


@pytest.mark.parametrize("typed", ["either / or", "1/2", "http://x", "und/oder"])
def test_a_slash_between_words_is_a_slash(bed: Bed, panes: Panes, typed: str) -> None:
    editor = write(bed, panes, typed)
    QTest.keyClick(editor, Key.Key_Return)
    assert not picker_of(panes).isVisible()
    assert editor.plain().startswith(typed + "\n")


@pytest.mark.parametrize("mark", ["、", "／"])
def test_chinese_marks_open_the_picker_too(bed: Bed, panes: Panes, mark: str) -> None:
    panes.composer.open_for(bed.ticket)
    commit = QInputMethodEvent()
    commit.setCommitString(mark)
    QGuiApplication.sendEvent(editor_of(panes), commit)
    assert picker_of(panes).isVisible()


def test_a_note_is_saved_and_never_sent(bed: Bed, panes: Panes) -> None:
    panes.composer.open_for(bed.ticket, "note")
    editor = editor_of(panes)
    QTest.keyClicks(editor, "Call /back")
    assert not picker_of(panes).isVisible()
    words = [button.text() for button in panes.composer.findChildren(QPushButton)]
    assert "Save note" in words
    # Leaving by accident loses nothing.
    panes.composer.open_for(bed.ticket, "reply")
    assert "Call" not in editor.plain()
    panes.composer.open_for(bed.ticket, "note")
    assert editor.plain() == "Call /back"
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []
    with bed.store.read() as reader:
        assert "Call /back" in [note.text for note in reader.notes.of_ticket(bed.ticket)]
    panes.composer.open_for(bed.ticket, "note")
    assert editor.plain() == ""


def test_a_soft_check_asks_once(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "The invoice is attached.")
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []
    assert "attach" in said(panes)
    QTest.mouseClick(panes.composer._checks._anyway, Qt.MouseButton.LeftButton)
    bed.settle()
    assert len(outbox(bed)) == 1
    assert not panes.composer.is_open()


def test_mail_that_comes_while_writing_is_told_and_asked_about(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "Dear Li")
    bed.clock.advance(minutes=1)
    mail = raw_mail(
        "Never mind!", subject="Re: Refund for order A123", to="hello@lin.example",
        sender="Wang Li <wang@lumen.example>", at_ms=NEAR_MS + 30_000,
        headers={"In-Reply-To": "<a2@lin.example>"},
    )  # fmt: skip
    assert bed.receive(mail, NEAR_MS + 30_000) == bed.ticket
    assert "written again" in said(panes)
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []


def test_twice_ctrl_enter_is_one_reply(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "Dear Li")
    panes.composer.send()
    panes.composer.send()
    bed.settle()
    assert len(outbox(bed)) == 1
    assert stored(bed) == ""


def test_undo_send_brings_back_words_and_place(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "Dear Li, it left today.")
    cursor = editor.textCursor()
    cursor.setPosition(7)
    editor.setTextCursor(cursor)
    handed: list[int] = []
    panes.composer.sent.connect(lambda number, _name: handed.append(number))
    panes.composer.send(status_after="closed")
    bed.settle()
    assert not panes.composer.is_open()
    bed.gate.act(lambda desk: replies.cancel(desk, OutboxId(handed[0])))
    bed.settle()
    panes.composer.open_for(bed.ticket)
    assert editor.plain().startswith("Dear Li, it left today.")
    assert editor.textCursor().position() == 7
    assert [row.state for row in outbox(bed)] == ["cancelled"]


def test_z_takes_a_send_back_too(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "Dear Li")
    panes.composer.send()
    bed.settle()
    bed.gate.act(tickets.undo)
    bed.settle()
    assert [row.state for row in outbox(bed)] == ["cancelled"]
    assert "Dear Li" in stored(bed)


def test_a_send_that_cannot_be_keeps_the_words(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "Dear Li")
    panes.composer._people._fields["to"].setText("")
    panes.composer.send()
    bed.settle()
    assert outbox(bed) == []
    assert said(panes)
    bed.qtbot.waitUntil(lambda: "Dear Li" in stored(bed), timeout=1500)


def test_discard_can_be_undone(bed: Bed, panes: Panes) -> None:
    write(bed, panes, "Dear Li")
    panes.composer.discard()
    bed.settle()
    assert stored(bed) == ""
    bed.gate.act(tickets.undo)
    bed.settle()
    assert "Dear Li" in stored(bed)


def test_two_files_at_once_are_two_files(bed: Bed, panes: Panes, tmp_path: Path) -> None:
    panes.composer.open_for(bed.ticket)
    for name in ("one.txt", "two.txt"):
        tmp_path.joinpath(name).write_text(name)
        panes.composer.attach([str(tmp_path / name)])
    panes.composer.attach([str(tmp_path), str(tmp_path / "none.txt")])
    assert said(panes)
    bed.settle()
    panes.composer.flush()
    bed.settle()
    with bed.store.read() as reader:
        draft = reader.drafts.of_ticket(bed.ticket)
    assert draft is not None
    assert [file["name"] for file in draft.attachments] == ["one.txt", "two.txt"]


def test_pasted_pages_come_as_plain_words(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "")
    data = QMimeData()
    data.setHtml(
        "<html><body><script>alert(1)</script><img src='http://x.example/a.png'>"
        "<p style='color:red'>Hello <b>you</b> <a href='javascript:x'>x</a></p></body></html>"
    )
    data.setText("Hello you x")
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    editor.insertFromMimeData(data)
    html = editor.html()
    assert "<b>you</b>" in html
    assert "script" not in html
    assert "img" not in html
    bed.settle()
    assert panes.composer._keeper.draft is not None
    assert panes.composer._keeper.draft.attachments == ()


def test_a_pasted_picture_becomes_a_file(bed: Bed, panes: Panes) -> None:
    editor = write(bed, panes, "Look:")
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    editor.insertFromMimeData(data)
    bed.settle()
    draft = panes.composer._keeper.draft
    assert draft is not None
    assert [file.name for file in draft.attachments] == ["picture.png"]


def test_the_choices_are_a_sound_model(qapp: object) -> None:
    model = ChoiceModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_choices([Choice("One", "/1"), Choice("Two", "/2")])
    model.set_choices([])
    model.set_choices([Choice("<b>x</b>", "")])
    assert model.rowCount() == 1
