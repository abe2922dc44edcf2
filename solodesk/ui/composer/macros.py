"""Macros from the keyboard: the menu behind `m`, and what would change before it does.

A macro prepares; only the owner sends. The acts are `services.macros`'.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.ids import TicketId
from solodesk.services import lists, macros, responses, settings
from solodesk.services.macros import Macro, StepPreview
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.ui.text.chiptext import ChipPreview
from solodesk.ui.widgets import Chip
from solodesk.wording import dates, labels
from solodesk.wording.gettext import _, marked, ngettext

_ICONS: Final = {
    "reply": "reply",
    "tag": "tag",
    "status": "check",
    "priority": "star",
    "snooze": "moon",
    "note": "sticky-note",
}
_TITLES: Final = {
    "reply": marked("Reply"),
    "tag": marked("Tag"),
    "status": marked("Status"),
    "priority": marked("Priority"),
    "snooze": marked("Snooze"),
    "note": marked("Note"),
}
_AFTERWARDS: Final = {
    "next": marked("Go to the next ticket"),
    "stay": marked("Stay here"),
    "back": marked("Back to the list"),
}


class MacroMenu(QMenu):
    """The owner's macros; `chosen(name)`."""

    chosen = Signal(str)
    manage_requested = Signal()

    def __init__(self, gate: DeskGate, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(parent)
        self.aboutToHide.connect(self.deleteLater)
        found = gate.read(macros.all)
        for macro in found:
            name = macro.name.replace("&", "&&")
            act = self.addAction(f"{name}\t{macro.key}" if macro.key else name)
            act.setIcon(icon("zap", appearance.tokens.text_2, 16))
            act.triggered.connect(partial(self._choose, macro.name))
        if not found:
            self.addAction(_("No macros yet")).setEnabled(False)
        self.addSeparator()
        self.addAction(_("Manage macros…")).triggered.connect(self._on_manage_triggered)

    def open_at(self, anchor: QWidget) -> None:
        """Pop up at `anchor`."""
        self.popup(anchor.mapToGlobal(QPoint(24, 24)))
        first = self.actions()[0]
        if first.isEnabled():
            self.setActiveAction(first)

    def _choose(self, name: str, _checked: bool = False) -> None:
        self.chosen.emit(name)

    def _on_manage_triggered(self, _checked: bool = False) -> None:
        self.manage_requested.emit()


class MacroPreview(DialogFrame):
    """Use “Refund done” on this ticket? Accepted = yes."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        macro: Macro,
        ticket_ids: Sequence[TicketId],
        parent: QWidget | None = None,
    ) -> None:
        count = len(ticket_ids)
        title = ngettext(
            "Use “{name}” on this ticket?", "Use “{name}” on {n} tickets?", count
        ).format(name=macro.name, n=count)
        super().__init__(appearance, title, _which(gate, ticket_ids), parent=parent)
        self._gate = gate
        self._zone = gate.read(settings.zone)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        self.body.addLayout(rows)
        usable = True
        try:
            steps = gate.read(lambda reader: macros.preview(reader, macro, ticket_ids[0]))
        except KnownError as error:
            fault = self.label("")
            rows.addWidget(fault)
            self.say(fault, error)
            steps, usable = (), False
        for step in steps:
            rows.addWidget(self.line())
            rows.addWidget(self._row(_ICONS[step.do], _(_TITLES[step.do]), self._content(step)))
        if count == 1 and usable:
            rows.addWidget(self.line())
            after = self.label(_(_AFTERWARDS[macro.afterwards]))
            rows.addWidget(self._row("chevron-right", _("Afterwards"), after))
        self._say_undo()
        self.add_cancel()
        go = self.add_button(_("Use macro"), primary=True)
        go.setEnabled(usable)
        go.clicked.connect(self.accept)

    def _say_undo(self) -> None:
        self.hint.hide()
        line = QHBoxLayout()
        line.setSpacing(6)
        # The key stands between the words, wherever the language puts it.
        before, _key, behind = _("Nothing is sent. One undo [Z] takes all of it back.").partition(
            "[Z]"
        )
        for text, is_key in ((before.strip(), False), ("Z", True), (behind.strip(), False)):
            label = self.label(text, tone="" if is_key else "3", size=11 if is_key else 12)
            label.setWordWrap(False)
            label.setProperty("keycap", is_key)
            line.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        self.foot.insertLayout(0, line, 1)

    def _row(self, icon_name: str, title: str, content: QWidget) -> QWidget:
        px = self.appearance.px
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 10, 0, 10)
        grid.setHorizontalSpacing(12)
        grid.setColumnMinimumWidth(0, px(20))
        grid.setColumnMinimumWidth(1, px(96))
        grid.setColumnStretch(2, 1)
        mark = QLabel()
        mark.setPixmap(icon(icon_name, self.appearance.tokens.text_2, 16).pixmap(16, 16))
        name = self.label(title, tone="2")
        name.setWordWrap(False)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(mark, 0, 0, top)
        grid.addWidget(name, 0, 1, top)
        grid.addWidget(content, 0, 2, top)
        return holder

    def _content(self, step: StepPreview) -> QWidget:
        if step.do == "reply":
            return self._reply(step)
        if step.do == "tag":
            return self._tags(step)
        return self.label(self._words(step))

    def _words(self, step: StepPreview) -> str:
        if step.do in ("status", "priority"):
            name = labels.status if step.do == "status" else labels.priority
            change = f"{name(step.before)} → {name(step.after)}"
            later = _("{change}, after you press Send").format(change=change)
            return later if step.when_sent else change
        if step.do == "snooze" and step.until_ms is not None:
            until = dates.moment(step.until_ms, self._zone, self._gate.now_ms())
            words = _("Until {moment}").format(moment=until)
            return (
                _("{change}, after you press Send").format(change=words)
                if step.when_sent
                else words
            )
        return _("“{text}” — only you see this").format(text=step.detail)

    def _reply(self, step: StepPreview) -> QWidget:
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.label(_("Insert “{name}” into your draft").format(name=step.detail)))
        box = QWidget()
        box.setObjectName("quietBar")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        inner = QVBoxLayout(box)
        inner.setContentsMargins(14, 10, 14, 10)
        text = ChipPreview(self.appearance, 190)
        text.show_fragment(responses.prepared_html(step.pieces))
        inner.addWidget(text)
        column.addWidget(box)
        if step.blanks:
            count = len(step.blanks)
            words = ngettext(
                "{count} blank to fill before it can be sent",
                "{count} blanks to fill before it can be sent",
                count,
            )
            column.addWidget(self.label(words.format(count=count), tone="warn", size=12))
        return holder

    def _tags(self, step: StepPreview) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        marks = [(f"+ {name}", "ok") for name in step.added]
        marks += [(f"− {name}", "quiet") for name in step.removed]
        for text, tone in marks:
            chip = Chip(self.appearance, text, tone=tone)
            chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            row.addWidget(chip)
        if not marks:
            row.addWidget(self.label(_("Nothing to change"), tone="3"))
        row.addStretch(1)
        return holder


def _which(gate: DeskGate, ticket_ids: Sequence[TicketId]) -> str:
    """Subject, number and customer of one ticket."""
    if len(ticket_ids) != 1:
        return _("What it would do to the first of them:")
    row = gate.read(lambda reader: lists.rows(reader, ticket_ids)).get(ticket_ids[0])
    if row is None:
        return ""
    number = f"#{row.number}" if row.number is not None else ""
    parts = (row.subject, number, row.customer_name or row.customer_address)
    return " · ".join(part for part in parts if part)
