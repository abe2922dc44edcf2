"""What an empty list says: what the place is for, and one thing to do (ux.md, "States").

This module must not decide why the list is empty; it is told.
"""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from solodesk.domain.views import View
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import pixmap
from solodesk.wording.gettext import _


@dataclass(frozen=True, slots=True)
class Emptiness:
    """Icon, title, explanation and an optional action (command id and words)."""

    icon: str
    title: str
    text: str
    action: tuple[str, str] | None = None


def emptiness(
    view: View,
    search: str,
    *,
    snoozed: int = 0,
    wakes: str | None = None,
    accounts: int = 1,
    new_draft: bool = False,
) -> Emptiness:
    """The words for an empty view or search."""
    if search:
        return Emptiness(
            "search",
            _("Nothing for “{words}”").format(words=search.strip()),
            _("Try the customer's name, or fewer words."),
        )
    if accounts == 0:
        return Emptiness(
            "mail",
            _("Your mail will be here"),
            _("Connect the mailbox your customers write to."),
            ("account.add", _("Connect a mailbox")),
        )
    if view is View.NEEDS_REPLY:
        text = _("Next snooze wakes at {time}.").format(time=wakes) if wakes else _("Well done.")
        action = ("view.snoozed", _("Show snoozed ({n})").format(n=snoozed)) if snoozed else None
        return Emptiness("coffee", _("All answered."), text, action)
    if view is View.DRAFTS and new_draft:
        return Emptiness("pencil", _("No other drafts"), _("Press C to go on with it."))
    return _PLACES[view]()


_PLACES = {
    View.WAITING: lambda: Emptiness(
        "clock", _("Nobody owes you an answer"), _("Tickets you answered wait here.")
    ),
    View.SNOOZED: lambda: Emptiness(
        "moon", _("Nothing is snoozed"), _("Press H on a ticket to see it again later.")
    ),
    View.DRAFTS: lambda: Emptiness(
        "pencil", _("No drafts"), _("What you begin to write is kept here by itself.")
    ),
    View.OUTBOX: lambda: Emptiness(
        "send", _("Everything has left"), _("Replies on their way are shown here.")
    ),
    View.CLOSED: lambda: Emptiness(
        "check", _("Nothing closed yet"), _("Press E when a ticket is done.")
    ),
    View.AUTOMATIC: lambda: Emptiness(
        "bot", _("No automatic mail"), _("Newsletters, receipts and robots are kept apart here.")
    ),
    View.SPAM: lambda: Emptiness("shield-alert", _("No spam"), _("Good.")),
    View.ALL: lambda: Emptiness("layers", _("No tickets yet"), _("Every ticket is shown here.")),
    View.HIDDEN: lambda: Emptiness(
        "eye-off", _("Nothing is hidden"), _("Hidden tickets stay here for 30 days.")
    ),
}


class EmptyState(QWidget):
    """An icon, two lines and perhaps a link, in the middle."""

    wanted = Signal(str)
    """Command id."""

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self._shown: Emptiness | None = None
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._text = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._text.setProperty("tone", "3")
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._action = QPushButton()
        self._action.setProperty("link", True)
        self._action.clicked.connect(self._on_action_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(6)
        column.addStretch(2)
        for part in (self._icon, self._title, self._text):
            column.addWidget(part)
        column.addWidget(self._action, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addStretch(3)
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        appearance.changed.connect(self._on_appearance_changed)

    def show_state(self, state: Emptiness) -> None:
        """Say it."""
        self._shown = state
        self._title.setText(state.title)
        self._text.setText(state.text)
        self._action.setVisible(state.action is not None)
        if state.action is not None:
            self._action.setText(state.action[1])
        self._on_appearance_changed()

    def _on_action_clicked(self) -> None:
        if self._shown is not None and self._shown.action is not None:
            self.wanted.emit(self._shown.action[0])

    def _on_appearance_changed(self) -> None:
        self._title.setFont(self._look.font(15, semibold=True))
        self._text.setFont(self._look.font(13))
        if self._shown is not None:
            ratio = self.devicePixelRatioF()
            tint = self._look.tokens.text_3
            self._icon.setPixmap(pixmap(self._shown.icon, tint, self._look.px(28), ratio))
