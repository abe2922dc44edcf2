"""Top of the conversation: subject, number, status, tags, and the button behind "⋯"."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.domain.views import TicketRow
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.ui.widgets import Chip, ElidedLabel
from solodesk.wording import labels
from solodesk.wording.gettext import _

_TONES = {"open": "accent", "waiting": "quiet", "closed": "ok", "spam": "warn"}
_MOST_TAGS = 6


class ConversationHeader(QWidget):
    """Shows which ticket is open; chips ask for commands."""

    command_requested = Signal(str)
    menu_requested = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._appearance = appearance
        self.setObjectName("conversationHeader")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 10, 20, 8)
        outer.setSpacing(6)
        line = QHBoxLayout()
        line.setSpacing(8)
        self._title = ElidedLabel()
        self._number = QLabel()
        self._number.setProperty("tone", "3")
        self._number.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QPushButton()
        self._more.setObjectName("iconButton")
        self._more.setFixedSize(28, 28)
        self._more.setIconSize(QSize(18, 18))
        self._more.setCursor(Qt.CursorShape.PointingHandCursor)
        self._more.clicked.connect(self.menu_requested)
        line.addWidget(self._title, 1)
        line.addWidget(self._number)
        line.addStretch(0)
        line.addWidget(self._more)
        outer.addLayout(line)
        self._chips = QHBoxLayout()
        self._chips.setSpacing(6)
        outer.addLayout(self._chips)
        self.restyle()

    def show_ticket(self, row: TicketRow) -> None:
        """Fill in the ticket's subject, number, status and tags."""
        subject = row.subject or _("(no subject)")
        self._title.setFont(self._appearance.font(17, semibold=True, text=subject))
        self._title.set_full_text(subject)
        self._title.setMaximumWidth(self._title.sizeHint().width() + 4)
        self._more.show()
        self._number.setText(f"#{row.number}" if row.number is not None else "")
        self._clear_chips()
        status = Chip(
            self._appearance, labels.status(row.status), tone=_TONES.get(row.status, "quiet")
        )
        status.clicked.connect(self._on_status_clicked)
        self._status = row.status
        self._chips.addWidget(status)
        for tag in row.tags[:_MOST_TAGS]:
            chip = Chip(self._appearance, tag.name, icon_name="tag")
            chip.clicked.connect(self._on_tag_clicked)
            self._chips.addWidget(chip)
        plus = Chip(self._appearance, "+")
        plus.setToolTip(_("Add a tag (T)"))
        plus.setAccessibleName(_("Add a tag"))
        plus.clicked.connect(self._on_tag_clicked)
        self._chips.addWidget(plus)
        self._chips.addStretch(1)

    def show_new(self) -> None:
        """The title over a message that belongs to no ticket yet."""
        self._title.set_full_text(_("New message"))
        self._title.setMaximumWidth(self._title.sizeHint().width() + 4)
        self._number.setText("")
        self._clear_chips()
        self._more.hide()

    def menu_anchor(self) -> QWidget:
        """The button under which the menu opens."""
        return self._more

    def restyle(self) -> None:
        """Take fonts and icon colours again."""
        look = self._appearance
        self.setFixedHeight(look.px(72))
        self._more.setAccessibleName(_("More actions"))
        self._more.setToolTip(_("More actions"))
        self._title.setFont(look.font(17, semibold=True))
        self._number.setFont(look.font(13))
        self._more.setIcon(icon("ellipsis", look.tokens.text, 18))

    def _clear_chips(self) -> None:
        while (entry := self._chips.takeAt(0)) is not None:
            if (widget := entry.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    def _on_status_clicked(self) -> None:
        self.command_requested.emit("ticket.close" if self._status != "closed" else "ticket.reopen")

    def _on_tag_clicked(self) -> None:
        self.command_requested.emit("ticket.tag")
