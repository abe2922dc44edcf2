"""What the managers of canned responses and of macros share: a list, a form, save and delete.

Going to another entry, and closing, saves what was changed; what cannot be saved says why and
keeps the place. Every save and delete is one act that undo takes back.
"""

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QSignalBlocker, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QVBoxLayout, QWidget

from solodesk.base.errors import KnownError
from solodesk.services.units import Desk, Reader
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.icons import icon
from solodesk.ui.ops import DeskGate, Label
from solodesk.wording.gettext import _


class EntryForm(Protocol):
    """The right-hand side: one entry to be edited."""

    @property
    def edited(self) -> SignalInstance:
        """Something was changed by the owner."""
        ...

    @property
    def kind(self) -> str:
        """The word in undo codes: `<kind>.save`, `<kind>.delete`."""
        ...

    def names(self, reader: Reader) -> list[str]:
        """The entries in their order."""
        ...

    def show_entry(self, name: str | None) -> None:
        """Fill the form; None = a new entry."""
        ...

    def saving(self) -> Callable[[Desk], str]:
        """What saves the form as it is now, and gives the entry's name."""
        ...

    def erasing(self, name: str) -> Callable[[Desk], object]:
        """What deletes an entry."""
        ...


class ManagerDialog(DialogFrame):
    """A list of entries and a form for the one chosen."""

    saved = Signal(str)

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        words: tuple[str, str],
        form: EntryForm,
        form_widget: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(appearance, *words, width=880, parent=parent)
        self._gate = gate
        self._form = form
        self._entry: str | None = None
        self._dirty = False
        self._warned = False
        self.setMinimumHeight(appearance.px(620))
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addLayout(self._side())
        row.addWidget(form_widget, 1)
        self.body.addLayout(row, 1)
        self.fault = self.label("", tone="error", size=12)
        self.fault.hide()
        self.body.addWidget(self.fault)
        self._delete = self.add_button(_("Delete"))
        self._delete.setProperty("danger", True)
        self._delete.clicked.connect(self.delete)
        self.add_cancel(_("Close window"))
        self._save = self.add_button(_("Save"), primary=True)
        self._save.clicked.connect(self._on_save_clicked)
        form.edited.connect(self._on_form_edited)
        found = gate.read(form.names)
        self._fill(found)
        self._show(found[0] if found else None)

    def entry(self) -> str | None:
        """The entry on show; None for a new one."""
        return self._entry

    def choose(self, name: str | None) -> None:
        """Show another entry (None = a new one), once what was changed is saved."""
        if self._dirty:
            self.save(then=lambda: self._show(name))
        else:
            self._show(name)

    def save(self, *, then: Callable[[], None] | None = None) -> None:
        """Save the form; `then` is called when that went well."""

        def done(name: str) -> None:
            self._dirty = False
            self._entry = name
            self.fault.hide()
            self._fill(self._gate.read(self._form.names))
            self.hint.setText(_("Saved."))
            self.saved.emit(name)
            if then is not None:
                then()

        label: Label = (f"{self._form.kind}.save", {})
        self._gate.act(self._form.saving(), done, label=label, fail=self._on_failed)

    def delete(self) -> None:
        """Delete the entry on show (one undo brings it back)."""
        if self._entry is None:
            self._dirty = False
            self._show_first("")
            return
        label: Label = (f"{self._form.kind}.delete", {})
        self._gate.act(
            self._form.erasing(self._entry), self._show_first, label=label, fail=self._on_failed
        )

    def reject(self) -> None:
        """Close; what was changed is saved first. What cannot be saved is said once."""
        if self._dirty and not self._warned:
            self._warned = True
            self.save(then=super().reject)
        else:
            super().reject()

    def _side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(8)
        self._list = QListWidget()
        self._list.setFixedWidth(self.appearance.px(230))
        self._list.setFont(self.appearance.font(13))
        self._list.setAccessibleName(self.windowTitle())
        self._list.currentTextChanged.connect(self._on_list_current_text_changed)
        side.addWidget(self._list, 1)
        new = QPushButton(_("New one"))
        new.setAutoDefault(False)
        new.setIcon(icon("plus", self.appearance.tokens.text_2, 16))
        new.clicked.connect(self._on_new_clicked)
        side.addWidget(new)
        return side

    def _fill(self, names: list[str]) -> None:
        with QSignalBlocker(self._list):
            self._list.clear()
            self._list.addItems(names)
            self._mark()

    def _mark(self) -> None:
        rows = [row for row in range(self._list.count()) if self._name_at(row) == self._entry]
        self._list.setCurrentRow(rows[0] if rows else -1)

    def _name_at(self, row: int) -> str:
        return self._list.item(row).text()

    def _show(self, name: str | None) -> None:
        self._entry = name
        self._warned = False
        self._form.show_entry(name)
        self._dirty = False
        self.fault.hide()
        self.hint.setText("")
        self._delete.setEnabled(name is not None)
        with QSignalBlocker(self._list):
            self._mark()

    def _show_first(self, _result: object) -> None:
        found = self._gate.read(self._form.names)
        self._dirty = False
        self._fill(found)
        self._show(found[0] if found else None)

    def _on_list_current_text_changed(self, name: str) -> None:
        if name and name != self._entry:
            self.choose(name)

    def _on_new_clicked(self) -> None:
        self.choose(None)

    def _on_save_clicked(self) -> None:
        self.save()

    def _on_form_edited(self) -> None:
        self._dirty = True
        self._warned = False
        self.hint.setText("")

    def _on_failed(self, error: KnownError) -> None:
        self.say(self.fault, error)
        with QSignalBlocker(self._list):
            self._mark()
