"""The row under the text: formatting, files, responses, macros, "Saved", and the Send button."""

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

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
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 8, 10, 8)
        row.setSpacing(4)
        self._icons: dict[str, tuple[QPushButton, str]] = {}
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._on_group_id_clicked)
        tips = {
            "bold": _("Bold (Ctrl+B)"),
            "list": _("List"),
            "link": _("Link"),
            "attach": _("Attach files"),
            "image": _("Insert a picture"),
            "macros": _("Macros (M)"),
            "discard": _("Discard this draft"),
        }
        for name, icon_name in _BUTTONS:
            row.addWidget(self._icon_button(name, icon_name, tips[name]))
        line = QFrame()
        line.setProperty("line", "v")
        line.setFixedHeight(appearance.px(16))
        row.addSpacing(4)
        row.addWidget(line)
        self._responses = QPushButton(_("/ Responses"))
        self._responses.setProperty("flat", True)
        self._responses.setFont(appearance.font(12))
        self._responses.setToolTip(_("Canned responses (Ctrl+/)"))
        self._responses.clicked.connect(self._on_responses_clicked)
        row.addWidget(self._responses)
        row.addWidget(self._icon_button("macros", "zap", tips["macros"]))
        row.addStretch(1)
        self._state = QLabel()
        self._state.setProperty("tone", "3")
        self._state.setFont(appearance.font(12))
        row.addWidget(self._state)
        row.addWidget(self._icon_button("discard", "trash-2", tips["discard"]))
        row.addSpacing(4)
        row.addLayout(self._split_button())
        self.restyle()

    def set_state(self, text: str) -> None:
        """Show "Saved" or what else there is to say about the draft."""
        self._state.setText(text)

    def set_note_mode(self, is_note: bool) -> None:
        """A note is saved, not sent: the button says so and has no menu."""
        self._send.setText(_("Save note") if is_note else _("Send"))
        self._more.setVisible(not is_note)
        for name in ("attach", "image", "macros"):
            self._icons[name][0].setVisible(not is_note)
        self._responses.setVisible(not is_note)

    def restyle(self) -> None:
        """Take icon colours again."""
        tokens = self._appearance.tokens
        for button, icon_name in self._icons.values():
            button.setIcon(icon(icon_name, tokens.text_2, 16))
        self._more.setIcon(icon("chevron-down", tokens.on_accent, 14))

    def _icon_button(self, name: str, icon_name: str, tip: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName("iconButton")
        side = self._appearance.px(28)
        button.setFixedSize(side, side)
        button.setIconSize(QSize(16, 16))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        self._group.addButton(button, len(self._icons))
        self._icons[name] = (button, icon_name)
        return button

    def _split_button(self) -> QHBoxLayout:
        pair = QHBoxLayout()
        pair.setSpacing(0)
        self._send = QPushButton(_("Send"))
        self._send.setObjectName("sendMain")
        self._send.setProperty("primary", True)
        self._send.setToolTip(_("Send (Ctrl+Enter)"))
        self._send.setCursor(Qt.CursorShape.PointingHandCursor)
        self._send.clicked.connect(self._on_send_clicked)
        self._more = QPushButton()
        self._more.setObjectName("sendMore")
        self._more.setProperty("primary", True)
        self._more.setAccessibleName(_("More ways to send"))
        self._more.setFixedWidth(self._appearance.px(30))
        self._more.clicked.connect(self._on_more_clicked)
        pair.addWidget(self._send)
        pair.addWidget(self._more)
        return pair

    def _on_group_id_clicked(self, number: int) -> None:
        self.pressed.emit(list(self._icons)[number])

    def _on_responses_clicked(self) -> None:
        self.pressed.emit("responses")

    def _on_send_clicked(self) -> None:
        self.send_requested.emit("send")

    def _on_more_clicked(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name, text in (
            ("send_close", _("Send and close\tCtrl+Shift+Enter")),
            ("send_snooze", _("Send and snooze…")),
            ("send_later", _("Send later…\tCtrl+Shift+L")),
        ):
            action = menu.addAction(text)
            action.setData(name)
        menu.triggered.connect(self._on_menu_triggered)
        corner = self._more.mapToGlobal(self._more.rect().topRight())
        size = menu.sizeHint()
        menu.popup(corner - _offset(size))

    def _on_menu_triggered(self, action: QAction) -> None:
        self.send_requested.emit(str(action.data()))


def _offset(size: QSize) -> QPoint:
    return QPoint(size.width(), size.height() + 4)
