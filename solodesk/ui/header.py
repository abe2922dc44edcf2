"""The window's top bar: name, New, search, and the doors to the palette, the keys and the menus.

This module must not search; it emits the words.
"""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QToolButton, QWidget

from solodesk.ui.actions import Actions, native, tooltip
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import command
from solodesk.ui.icons import icon, pixmap
from solodesk.wording.gettext import _

SEARCH_DELAY_MS = 40


class SearchField(QLineEdit):
    """The words; Down goes to the results, Esc leaves."""

    left = Signal()
    down = Signal()
    focused = Signal(bool)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.down.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)


class SearchBox(QWidget):
    """A field with its icon, its key and a way to clear it."""

    searched = Signal(str)
    """The words, shortly after the last key."""
    left = Signal()
    down = Signal()
    focused = Signal(bool)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self.setObjectName("searchBox")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._icon = QLabel(self)
        self.field = SearchField(self)
        self.field.setProperty("plain", True)
        self._key = QLabel("/", self)
        self._key.setProperty("keycap", True)
        self._clear = QToolButton(self)
        self._clear.hide()
        self._timer = QTimer(self, singleShot=True, interval=SEARCH_DELAY_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 0, 9, 0)
        row.setSpacing(8)
        for part in (self._icon, self.field, self._clear, self._key):
            row.addWidget(part, 1 if part is self.field else 0)
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.left.connect(self._on_field_left)
        self.field.down.connect(self.down)
        self.field.returnPressed.connect(self.down)
        self.field.focused.connect(self._on_field_focused)
        self._clear.clicked.connect(self.clear)
        self._timer.timeout.connect(self._on_timer_timeout)
        self.setFocusProxy(self.field)

    def clear(self) -> None:
        """No words; the list goes back to its view."""
        self.field.clear()

    def forget(self) -> None:
        """No words, and nobody is told: something else is on show already."""
        self.field.blockSignals(True)
        self.field.clear()
        self.field.blockSignals(False)
        self._timer.stop()
        self._clear.hide()
        self._key.show()

    def add_words(self, words: str) -> None:
        """Put an operator behind what is typed."""
        typed = self.field.text().rstrip()
        self.set_words(f"{typed} {words}" if typed else words)

    def set_words(self, words: str) -> None:
        """Put words in, as if typed."""
        self.field.setText(words)
        self.field.setFocus()

    def retranslate(self) -> None:
        """Words, fonts and colours anew."""
        self.field.setPlaceholderText(_("Search tickets and customers"))
        self.field.setAccessibleName(_("Search"))
        self._clear.setAccessibleName(_("Clear search"))
        self._clear.setToolTip(_("Clear search"))
        look = self._look
        self.field.setFont(look.font(13))
        self._key.setFont(look.font(11))
        self._key.setFixedHeight(look.px(18))
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(pixmap("search", look.tokens.text_3, look.px(16), ratio))
        self._clear.setIconSize(QSize(look.px(14), look.px(14)))
        self._clear.setIcon(icon("x", look.tokens.text_3, look.px(14)))
        self.setFixedHeight(look.px(32))
        self.setMaximumWidth(look.px(456))

    def _on_field_text_changed(self, words: str) -> None:
        self._clear.setVisible(bool(words))
        self._key.setVisible(not words)
        self._timer.start()

    def _on_timer_timeout(self) -> None:
        # A space behind the last word says that it is complete.
        typed = self.field.text()
        self.searched.emit(typed.lstrip() if typed.strip() else "")

    def _on_field_left(self) -> None:
        self.clear()
        self.left.emit()

    def _on_field_focused(self, on: bool) -> None:
        self.focused.emit(on)
        self.setProperty("active", on)
        self.style().unpolish(self)
        self.style().polish(self)


class Header(QWidget):
    """48 units high."""

    def __init__(
        self, actions: Actions, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._look = appearance
        self._actions = actions
        self.setObjectName("header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._brand = QLabel("SoloDesk", self)
        self._new = QPushButton(self)
        self._new.clicked.connect(actions.action("message.new").trigger)
        self.search = SearchBox(appearance, self)
        self._palette = self._keycap("palette.open")
        self._keys = self._keycap("help.keys")
        self._menu = QToolButton(self)
        self._menu.clicked.connect(self._on_menu_clicked)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 0, 10, 0)
        self._row.setSpacing(12)
        for part in (self._brand, self._new):
            self._row.addWidget(part)
        self._row.addWidget(self.search, 4)
        self._row.addStretch(1)
        for button in (self._palette, self._keys, self._menu):
            self._row.addWidget(button)
        appearance.changed.connect(self.retranslate)
        self.retranslate()

    def _keycap(self, command_id: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("keycap", True)
        button.setText(native(command(command_id).keys[0]).replace("+", " "))
        button.clicked.connect(self._actions.action(command_id).trigger)
        return button

    def retranslate(self) -> None:
        """Words, fonts and colours anew."""
        look = self._look
        self.setFixedHeight(look.px(48))
        self._brand.setFont(look.font(14, semibold=True, text="SoloDesk"))
        self._brand.setFixedWidth(look.px(164))
        self._new.setFont(look.font(13, medium=True))
        self._new.setText(_("New"))
        self._new.setToolTip(tooltip(command("message.new")))
        self._new.setIconSize(QSize(look.px(16), look.px(16)))
        self._menu.setIconSize(QSize(look.px(16), look.px(16)))
        self._new.setIcon(icon("plus", look.tokens.text, look.px(16)))
        self.search.retranslate()
        for button, command_id in ((self._palette, "palette.open"), (self._keys, "help.keys")):
            button.setFont(look.font(11))
            button.setToolTip(tooltip(command(command_id)))
            button.setAccessibleName(command(command_id).title)
        self._menu.setIcon(icon("menu", look.tokens.text_2, look.px(16)))
        self._menu.setToolTip(_("All commands"))
        self._menu.setAccessibleName(_("All commands"))

    def _on_menu_clicked(self) -> None:
        menu = self._actions.main_menu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._menu.mapToGlobal(self._menu.rect().bottomLeft()))
