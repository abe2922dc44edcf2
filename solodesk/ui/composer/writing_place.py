"""Ground of what is written on: a letter pressed there is never a command for the ticket.

Whoever tabs from field to button while writing, and types on, must not close the ticket with an
"e". This module must not know what is written.
"""

from typing import cast

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

_COMMANDING = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier


def _is_letter(event: QKeyEvent) -> bool:
    typed = event.text()
    return bool(typed) and typed.isprintable() and not event.modifiers() & _COMMANDING


class WritingPlace(QWidget):
    """Keeps letters its children have no use for from the window's single-key commands."""

    def event(self, event: QEvent) -> bool:
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and _is_letter(cast(QKeyEvent, event)):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_letter(event):
            super().keyPressEvent(event)
