"""Searching in the window: rows with their words, saved searches, what is not understood."""

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from solodesk.app.desk import DeskApp
from solodesk.app.screenshots import settle
from solodesk.domain.views import SearchHit, View
from solodesk.ui.dialogs.saved_search import SavedSearchDialog
from solodesk.ui.ticketlist.delegate import near_hit
from solodesk.ui.ticketlist.model import HIT


def _subjects(desk: DeskApp) -> list[str]:
    model = desk.window.tickets.model
    return [model.index(row).data() for row in range(model.rowCount())]


def _type(desk: DeskApp, words: str) -> None:
    desk.window.header.search.set_words(words)


def _saved(desk: DeskApp) -> list[tuple[str, int]]:
    places = desk.window.sidebar.places
    found = (places.entry(row) for row in range(places.rowCount()))
    return [(each.key, each.count) for each in found if each is not None and each.kind == "search"]


def _save(desk: DeskApp, qtbot: QtBot, name: str) -> None:
    desk.window.tickets.save_wanted.emit()
    (dialog,) = desk.window.findChildren(SavedSearchDialog)
    dialog.name.setText(name)
    with qtbot.waitSignal(dialog.finished):
        dialog.accept()
    settle(desk)


def test_a_row_shows_where_the_words_stand(desk: DeskApp, qtbot: QtBot) -> None:
    _type(desk, "发票")
    qtbot.waitUntil(lambda: _subjects(desk) == ["可以开增值税发票吗？"])
    desk.window.tickets.view.grab()
    hit = desk.window.tickets.model.index(0).data(HIT)
    assert isinstance(hit, SearchHit)
    assert [hit.subject[a:b] for a, b in hit.subject_marks] == ["发票"]


def test_a_hit_far_behind_is_brought_into_sight() -> None:
    text = "one two three four five six seven refund eight"
    start = text.index("refund")
    shown, marks = near_hit(text, [(start, start + 6)])
    assert shown.startswith("…")
    assert [shown[a:b] for a, b in marks] == ["refund"]
    assert marks[0][0] < 20
    assert near_hit("refund now", [(0, 6)]) == ("refund now", ((0, 6),))


def test_half_typed_operators_leave_the_list_alone(desk: DeskApp) -> None:
    before = _subjects(desk)
    for typed in ("from:", "is:op", '"', "-", "tag:"):
        desk.window.header.search.searched.emit(typed)
        settle(desk)
        assert _subjects(desk) == before, typed


def test_what_is_not_understood_is_said_under_the_box(desk: DeskApp, qtbot: QtBot) -> None:
    _type(desk, "before:whenever ")
    hints = desk.window.tickets.hints

    def said() -> list[str]:
        return [label.text() for label in hints.findChildren(QLabel) if not label.isHidden()]

    qtbot.waitUntil(lambda: any("before:2026-10-05" in words for words in said()))
    _type(desk, "before:2026-10 ")
    qtbot.waitUntil(lambda: not said())


def test_a_search_becomes_a_view_and_follows_the_mail(desk: DeskApp, qtbot: QtBot) -> None:
    _type(desk, "发票")
    qtbot.waitUntil(lambda: len(_subjects(desk)) == 1)
    _save(desk, qtbot, "Invoices")
    qtbot.waitUntil(lambda: _saved(desk) == [("Invoices", 1)])
    assert desk.window.tickets.model.query.saved == "Invoices"
    assert desk.window.header.search.field.text() == ""
    assert _subjects(desk) == ["可以开增值税发票吗？"]
    desk.window.navigation.show_view(View.ALL)
    desk.window.sidebar.search_chosen.emit("Invoices")
    settle(desk)
    assert _subjects(desk) == ["可以开增值税发票吗？"]


def test_a_saved_search_is_changed_deleted_and_taken_back(desk: DeskApp, qtbot: QtBot) -> None:
    _type(desk, "mugs")
    qtbot.waitUntil(lambda: len(_subjects(desk)) == 1)
    _save(desk, qtbot, "Mugs")
    acts = desk.window.bench.saved_searches
    acts.change("Mugs")
    dialog = desk.window.findChildren(SavedSearchDialog)[-1]
    dialog.words.setText("发票")
    with qtbot.waitSignal(dialog.finished):
        dialog.accept()
    settle(desk)
    assert _subjects(desk) == ["可以开增值税发票吗？"]
    acts.delete("Mugs")
    qtbot.waitUntil(lambda: _saved(desk) == [])
    assert desk.window.tickets.model.query.view is View.NEEDS_REPLY
    desk.window.actions_.run("edit.undo")
    qtbot.waitUntil(lambda: [name for name, _count in _saved(desk)] == ["Mugs"])


def test_a_name_that_is_taken_is_said_in_the_dialog(desk: DeskApp, qtbot: QtBot) -> None:
    _type(desk, "mugs")
    qtbot.waitUntil(lambda: len(_subjects(desk)) == 1)
    _save(desk, qtbot, "Mugs")
    _type(desk, "发票")
    qtbot.waitUntil(lambda: desk.window.tickets.model.query.typed)
    desk.window.tickets.save_wanted.emit()
    dialog = desk.window.findChildren(SavedSearchDialog)[-1]
    dialog.name.setText("mugs")
    dialog.accept()
    qtbot.waitUntil(lambda: not dialog.fault.isHidden())
    assert "mugs" in dialog.fault.text().lower()
    dialog.reject()
