"""Automatic mail in the settings: off at first, Liquid is checked, the cap is a count."""

from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QSpinBox

from solodesk.services import settings
from solodesk.ui.dialogs.settings import SettingsDialog
from tests.ui.panes.conftest import Bed


def test_chosen_written_and_kept(bed: Bed) -> None:
    dialog = SettingsDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    when, words = dialog.field("acknowledge"), dialog.field("acknowledge_text_en")
    cap = dialog.field("automatic_cap_day")
    assert isinstance(when, QComboBox)
    assert isinstance(words, QPlainTextEdit)
    assert isinstance(cap, QSpinBox)
    assert (when.currentText(), cap.text()) == ("Never", "50")
    when.setCurrentIndex(when.findData("out_of_hours"))
    words.setPlainText("Hello,\n\nback by {{ answer.by }}.")
    cap.setValue(7)
    dialog.save()
    bed.settle()
    kept = [
        bed.gate.read(lambda reader, key=key: settings.get(reader, key))  # type: ignore[misc]
        for key in ("acknowledge", "acknowledge_text_en", "automatic_cap_day")
    ]
    assert kept == ["out_of_hours", "Hello,\n\nback by {{ answer.by }}.", 7]


def test_a_template_that_cannot_be_read_is_said(bed: Bed) -> None:
    dialog = SettingsDialog(bed.gate, bed.look)
    bed.qtbot.addWidget(dialog)
    words = dialog.field("acknowledge_text_en")
    assert isinstance(words, QPlainTextEdit)
    words.setPlainText("{% if")
    dialog.save()
    bed.settle()
    assert dialog._said.text()
    assert bed.gate.read(lambda reader: settings.get(reader, "acknowledge_text_en")) == ""
