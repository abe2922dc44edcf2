"""One step of a macro as a line of fields, and back to the action it stands for."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from solodesk.domain.macros import (
    Action,
    NoteAction,
    PriorityAction,
    ReplyAction,
    SnoozeAction,
    StatusAction,
    TagAction,
)
from solodesk.domain.ticket import Priority, Status
from solodesk.ui.appearance import Appearance
from solodesk.ui.icons import icon
from solodesk.wording import labels
from solodesk.wording.gettext import _, marked

STEPS: Final = {
    "reply": marked("Insert a reply"),
    "tag": marked("Add or remove tags"),
    "status": marked("Set the status"),
    "priority": marked("Set the priority"),
    "snooze": marked("Snooze"),
    "note": marked("Write a note"),
}
_SPANS: Final = ("3h", "1d", "3d", "1w", "2w")
_SPAN_WORDS: Final = {
    "3h": marked("for 3 hours"),
    "1d": marked("for 1 day"),
    "3d": marked("for 3 days"),
    "1w": marked("for 1 week"),
    "2w": marked("for 2 weeks"),
}


def blank_action(do: str, canned: Sequence[str]) -> Action:
    """A new step of that sort with its usual values."""
    usual: dict[str, Action] = {
        "reply": ReplyAction(canned[0] if canned else ""),
        "tag": TagAction((), ()),
        "status": StatusAction(Status.CLOSED, when_sent=True),
        "priority": PriorityAction(Priority.HIGH),
        "snooze": SnoozeAction("3d"),
        "note": NoteAction(""),
    }
    return usual[do]


class StepRow(QWidget):
    """A step. `action` reads the fields."""

    edited = Signal()
    remove_requested = Signal()

    def __init__(self, action: Action, canned: Sequence[str], appearance: Appearance) -> None:
        super().__init__()
        self._canned = canned
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        do = _do_of(action)
        title = QLabel(_(STEPS[do]))
        title.setMinimumWidth(appearance.px(140))
        title.setFont(appearance.font(13))
        self._row.addWidget(title)
        makers: dict[str, Callable[[Action], Callable[[], Action]]] = {
            "reply": self._reply,
            "tag": self._tag,
            "status": self._status,
            "priority": self._priority,
            "snooze": self._snooze,
            "note": self._note,
        }
        self.action: Callable[[], Action] = makers[do](action)
        away = QPushButton()
        away.setObjectName("iconButton")
        away.setAutoDefault(False)
        away.setFixedSize(appearance.px(28), appearance.px(28))
        away.setIcon(icon("x", appearance.tokens.text_3, 16))
        away.setToolTip(_("Remove this step"))
        away.setAccessibleName(_("Remove this step"))
        away.clicked.connect(self.remove_requested)
        self._row.addWidget(away)

    def _box(self, choices: Sequence[tuple[str, str]], chosen: str) -> QComboBox:
        box = QComboBox()
        for code, text in choices:
            box.addItem(text, code)
        if box.findData(chosen) < 0 and chosen:
            box.addItem(chosen, chosen)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        box.activated.connect(self.edited)
        box.setAccessibleName(_("Value of this step"))
        self._row.addWidget(box, 1)
        return box

    def _line(self, text: str, hint: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setPlaceholderText(hint)
        line.setAccessibleName(hint)
        line.textEdited.connect(self.edited)
        self._row.addWidget(line, 1)
        return line

    def _reply(self, action: Action) -> Callable[[], Action]:
        chosen = action.canned if isinstance(action, ReplyAction) else ""
        box = self._box([(name, name) for name in self._canned], chosen)
        return lambda: ReplyAction(str(box.currentData() or ""))

    def _tag(self, action: Action) -> Callable[[], Action]:
        given = action if isinstance(action, TagAction) else TagAction((), ())
        add = self._line(", ".join(given.add), _("tags to add"))
        remove = self._line(", ".join(given.remove), _("tags to remove"))
        return lambda: TagAction(_words(add.text()), _words(remove.text()))

    def _status(self, action: Action) -> Callable[[], Action]:
        given = action if isinstance(action, StatusAction) else StatusAction(Status.CLOSED, True)
        to = self._box([(s.value, labels.status(s.value)) for s in Status], given.to.value)
        when = self._box(
            (("now", _("at once")), ("sent", _("after I press Send"))),
            "sent" if given.when_sent else "now",
        )
        return lambda: StatusAction(Status(to.currentData()), when.currentData() == "sent")

    def _priority(self, action: Action) -> Callable[[], Action]:
        given = action.to if isinstance(action, PriorityAction) else Priority.HIGH
        box = self._box([(p.value, labels.priority(p.value)) for p in Priority], given.value)
        return lambda: PriorityAction(Priority(box.currentData()))

    def _snooze(self, action: Action) -> Callable[[], Action]:
        given = action.span if isinstance(action, SnoozeAction) else "3d"
        box = self._box([(span, _(_SPAN_WORDS[span])) for span in _SPANS], given)
        return lambda: SnoozeAction(str(box.currentData()))

    def _note(self, action: Action) -> Callable[[], Action]:
        given = action.text if isinstance(action, NoteAction) else ""
        line = self._line(given, _("words only you see"))
        return lambda: NoteAction(line.text().strip())


def _do_of(action: Action) -> str:
    names: dict[type, str] = {
        ReplyAction: "reply",
        TagAction: "tag",
        StatusAction: "status",
        PriorityAction: "priority",
        SnoozeAction: "snooze",
        NoteAction: "note",
    }
    return names[type(action)]


def _words(text: str) -> tuple[str, ...]:
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())
