"""The row under the text: formatting, files, responses, macros, "Saved", and the Send button."""

from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QWidget,
)

from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording.gettext import _

_BUTTONS = (
    ("bold", "bold"),
    ("list", "list"),
    ("link", "link"),
    ("attach", "paperclip"),
    ("image", "image"),
)


class ComposerToolbar(QWidget):
    """Tells what was pressed by name: bold, list, link, attach, responses, macros …"""

    pressed = Signal(str)
    send_requested = Signal(str)

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self._is_note = False
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 10, 8)
        row.setSpacing(0)
        self._icons: dict[str, tuple[QPushButton, str]] = {}
        for name, icon_name in _BUTTONS:
            row.addWidget(self._icon_button(name, icon_name))
        self._line = QFrame(self)
        self._line.setProperty("line", "v")
        row.addSpacing(6)
        row.addWidget(self._line)
        row.addSpacing(4)
        self._responses = QPushButton(self)
        self._responses.setObjectName("toolText")
        self._responses.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._responses.setCursor(Qt.CursorShape.PointingHandCursor)
        self._responses.clicked.connect(partial(self.pressed.emit, "responses"))
        row.addWidget(self._responses)
        row.addWidget(self._icon_button("macros", "zap"))
        row.addStretch(1)
        self._state = QLabel(self)
        self._state.setProperty("tone", "3")
        row.addWidget(self._state)
        row.addSpacing(6)
        row.addWidget(self._icon_button("discard", "trash-2"))
        row.addSpacing(6)
        row.addLayout(self._split_button())
        self.restyle()

    def set_state(self, text: str) -> None:
        """Show "Saved" or what else there is to say about the draft."""
        self._state.setText(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """In a narrow window, or with big text, the lesser buttons give way and Send stays."""
        if self._is_note:
            return
        row = self._row
        giving_way = [self._icons[name][0] for name in ("image", "list", "bold", "link")]
        parts: list[QWidget] = [self._state, *giving_way, self._responses]
        for part in parts:
            part.setVisible(True)
            part.ensurePolished()
        for part in parts:
            row.invalidate()
            if row.sizeHint().width() <= self.width():
                break
            part.setVisible(False)
        row.activate()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The style sheet gives the buttons their width only now.
        self._fit()

    def set_note_mode(self, is_note: bool) -> None:
        """A note is saved, not sent: the button says so and has no menu."""
        self._is_note = is_note
        self._send.setText(_("Save note") if is_note else _("Send"))
        self._send.setObjectName("sendAlone" if is_note else "sendMain")
        self._send.style().polish(self._send)
        self._more.setVisible(not is_note)
        self._line.setVisible(not is_note)
        for name, (button, _icon_name) in self._icons.items():
            button.setVisible(not is_note or name == "discard")
        self._responses.setVisible(not is_note)
        self._state.setVisible(True)
        self._fit()

    def restyle(self) -> None:
        """Take words, fonts and icon colours again."""
        look, tokens = self._appearance, self._appearance.tokens
        tips = {
            "bold": _("Bold (Ctrl+B)"),
            "list": _("List"),
            "link": _("Link"),
            "attach": _("Attach files"),
            "image": _("Insert a picture"),
            "macros": _("Macros (M)"),
            "discard": _("Discard this draft"),
        }
        side = look.px(28)
        for name, (button, icon_name) in self._icons.items():
            button.setIcon(icon(icon_name, tokens.text_2, look.px(16)))
            button.setIconSize(QSize(look.px(16), look.px(16)))
            button.setFixedSize(side, side)
            button.setToolTip(tips[name])
            button.setAccessibleName(tips[name])
        self._line.setFixedHeight(look.px(16))
        self._responses.setText(_("/ Responses"))
        self._responses.setFont(look.font(12))
        self._responses.setToolTip(_("Canned responses (Ctrl+/)"))
        self._state.setFont(look.font(12))
        self._send.setFont(look.font(12, medium=True))
        self._send.setToolTip(_("Send (Ctrl+Enter)"))
        self._more.setIcon(icon("chevron-down", tokens.on_accent, 14))
        self._more.setFixedWidth(look.px(31))
        self._more.setAccessibleName(_("More ways to send"))
        self._more.setToolTip(_("More ways to send"))
        self.set_note_mode(self._is_note)

    def _icon_button(self, name: str, icon_name: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName("iconButton")
        button.clicked.connect(partial(self.pressed.emit, name))
        self._icons[name] = (button, icon_name)
        return button

    def _split_button(self) -> QHBoxLayout:
        pair = QHBoxLayout()
        pair.setSpacing(0)
        self._send, self._more = QPushButton(self), QPushButton(self)
        self._more.setObjectName("sendMore")
        for button in (self._send, self._more):
            button.setProperty("primary", True)
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            pair.addWidget(button)
        self._send.clicked.connect(partial(self.send_requested.emit, "send"))
        self._more.clicked.connect(self._on_more_clicked)
        return pair

    def _on_more_clicked(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text in (
            ("send_close", _("Send and close") + "\tCtrl+Shift+Enter"),
            ("send_snooze", _("Send and snooze…")),
            ("send_later", _("Send later…") + "\tCtrl+Shift+L"),
        ):
            menu.addAction(text).triggered.connect(partial(self._ask, name))
        corner = self._more.mapToGlobal(self._more.rect().topRight())
        size = menu.sizeHint()
        menu.popup(corner - QPoint(size.width(), size.height() + 4))

    def _ask(self, way: str, _checked: bool = False) -> None:
        self.send_requested.emit(way)
