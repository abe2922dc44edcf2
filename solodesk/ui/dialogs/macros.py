"""The manager of macros: a name, a key, and steps that prepare; nothing here ever sends."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from PySide6.QtWidgets import QLineEdit as Line

from solodesk.domain.macros import AFTERWARDS, Action
from solodesk.services import macros, responses
from solodesk.services.units import Desk, Reader
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.macro_steps import STEPS, StepRow, blank_action
from solodesk.ui.dialogs.manager import ManagerDialog
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _, marked

_AFTER: Final = {
    "next": marked("Go to the next ticket"),
    "stay": marked("Stay here"),
    "back": marked("Back to the list"),
}
_KEYS: Final = tuple(f"Ctrl+Shift+{number}" for number in range(1, 10))


class MacrosDialog(ManagerDialog):
    """Every macro."""

    def __init__(
        self, gate: DeskGate, appearance: Appearance, parent: QWidget | None = None
    ) -> None:
        form = MacroForm(gate, appearance)
        super().__init__(
            gate,
            appearance,
            (_("Macros"), _("Several steps with one key. A macro prepares; only you send.")),
            form,
            form,
            parent,
        )
        self.form = form


class MacroForm(QWidget):
    """One macro."""

    edited = Signal()
    kind = "macro"

    def __init__(self, gate: DeskGate, appearance: Appearance) -> None:
        super().__init__()
        self._gate = gate
        self._look = appearance
        self._number: int | None = None
        self.steps: list[StepRow] = []
        self._responses = gate.read(lambda reader: [r.name for r in responses.all(reader)])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._facts())
        column.addWidget(self._title(_("When I use it, SoloDesk will…")))
        holder = QWidget()
        holder.setProperty("ground", "bg")
        self._rows = QVBoxLayout(holder)
        self._rows.setContentsMargins(0, 0, 4, 0)
        self._rows.setSpacing(6)
        self._rows.addStretch(1)
        area = QScrollArea()
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidgetResizable(True)
        area.setWidget(holder)
        column.addWidget(area, 1)
        row = QHBoxLayout()
        self._add = QPushButton(_("Add a step"))
        self._add.setAutoDefault(False)
        self._add.setIcon(icon("plus", appearance.tokens.text_2, 16))
        self._add.clicked.connect(self._on_add_clicked)
        row.addWidget(self._add)
        row.addStretch(1)
        row.addWidget(self._title(_("Afterwards")))
        row.addWidget(self.afterwards)
        column.addLayout(row)

    def names(self, reader: Reader) -> list[str]:
        """Names of all."""
        return [macro.name for macro in macros.all(reader)]

    def show_entry(self, name: str | None) -> None:
        """Fill the form."""
        found = None if name is None else self._gate.read(lambda reader: macros.get(reader, name))
        self._number = None if found is None else found.id
        self.name.setText("" if found is None else found.name)
        self._choose(self.key, "" if found is None or found.key is None else found.key)
        self._choose(self.afterwards, "next" if found is None else found.afterwards)
        for step in list(self.steps):
            self._drop(step)
        for action in () if found is None else found.actions:
            self._append(action)
        if found is None:
            self.name.setFocus()

    def saving(self) -> Callable[[Desk], str]:
        """Save the macro as it is in the form."""
        name, number = self.name.text(), self._number
        actions = [step.action() for step in self.steps]
        key, afterwards = str(self.key.currentData()), str(self.afterwards.currentData())

        def act(desk: Desk) -> str:
            macros.save(desk, name, actions, key=key, afterwards=afterwards, macro=number)
            return " ".join(name.split())

        return act

    def erasing(self, name: str) -> Callable[[Desk], object]:
        """Delete a macro."""
        return lambda desk: macros.delete(desk, name)

    def add_step(self, do: str) -> StepRow:
        """Add an empty step: reply, tag, status, priority, snooze or note."""
        step = self._append(blank_action(do, self._responses))
        self.edited.emit()
        return step

    def _facts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(8)
        self.name, self.key, self.afterwards = Line(), QComboBox(), QComboBox()
        self.key.addItem(_("no key"), "")
        for key in _KEYS:
            self.key.addItem(key, key)
        for code in AFTERWARDS:
            self.afterwards.addItem(_(_AFTER[code]), code)
        self.afterwards.setAccessibleName(_("Afterwards"))
        for column, (title, field) in enumerate(((_("Name"), self.name), (_("Key"), self.key))):
            grid.addWidget(self._title(title), 0, column)
            grid.addWidget(field, 1, column)
            field.setAccessibleName(title)
        grid.setColumnStretch(0, 1)
        self.name.textEdited.connect(self.edited)
        for box in (self.key, self.afterwards):
            box.activated.connect(self.edited)
        return grid

    def _title(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("tone", "3")
        label.setFont(self._look.font(12))
        return label

    def _choose(self, box: QComboBox, code: str) -> None:
        place = box.findData(code)
        if place < 0:
            box.addItem(code, code)
            place = box.count() - 1
        box.setCurrentIndex(place)

    def _append(self, action: Action) -> StepRow:
        step = StepRow(action, self._responses, self._look)
        step.edited.connect(self.edited)
        step.remove_requested.connect(partial(self._remove, step))
        self.steps.append(step)
        self._rows.insertWidget(self._rows.count() - 1, step)
        return step

    def _remove(self, step: StepRow) -> None:
        self._drop(step)
        self.edited.emit()

    def _drop(self, step: StepRow) -> None:
        self.steps.remove(step)
        self._rows.removeWidget(step)
        step.hide()
        step.deleteLater()

    def _on_add_clicked(self) -> None:
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for do, title in STEPS.items():
            act = menu.addAction(_(title))
            act.triggered.connect(partial(self._add_chosen, do))
        menu.popup(self._add.mapToGlobal(self._add.rect().bottomLeft()))

    def _add_chosen(self, do: str, _checked: bool = False) -> None:
        self.add_step(do)
