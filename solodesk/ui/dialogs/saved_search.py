"""Name a search, and change its words later. One act with its undo."""

from PySide6.QtWidgets import QFormLayout, QLineEdit, QWidget

from solodesk.base.errors import KnownError
from solodesk.domain.views import SavedSearch
from solodesk.services import searches
from solodesk.ui.appearance import Appearance
from solodesk.ui.dialogs.frame import DialogFrame
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _


class SavedSearchDialog(DialogFrame):
    """A name and the words; `known` is the saved search that is changed, None for a new one."""

    def __init__(
        self,
        gate: DeskGate,
        appearance: Appearance,
        words: str,
        known: SavedSearch | None,
        parent: QWidget,
    ) -> None:
        title = _("Save search") if known is None else _("Change saved search")
        subtitle = _("It becomes a view in the sidebar and is always up to date.")
        super().__init__(appearance, title, subtitle, width=440, parent=parent)
        self._gate = gate
        self._known = known
        self.name = QLineEdit("" if known is None else known.name, self)
        self.name.setMaxLength(60)
        self.name.setAccessibleName(_("Name"))
        self.words = QLineEdit(words if known is None else known.query, self)
        self.words.setAccessibleName(_("Search"))
        form = QFormLayout()
        form.addRow(_("Name"), self.name)
        form.addRow(_("Search"), self.words)
        self.body.addLayout(form)
        self.fault = self.label("")
        self.fault.hide()
        self.body.addWidget(self.fault)
        self.add_cancel()
        self.add_button(_("Save"), primary=True).clicked.connect(self.accept)
        self.name.setFocus()

    def accept(self) -> None:
        """Keep it; a fault is said here."""
        name, words, known = self.name.text(), self.words.text(), self._known
        if known is None:
            self._gate.act(
                lambda desk: searches.save(desk, name, words),
                self._on_saved,
                label=("search.save", {}),
                fail=self._on_failed,
            )
        else:
            self._gate.act(
                lambda desk: searches.change(desk, known.name, new_name=name, query=words),
                self._on_saved,
                label=("search.change", {}),
                fail=self._on_failed,
            )

    def _on_saved(self, _changes: object) -> None:
        super().accept()

    def _on_failed(self, error: KnownError) -> None:
        self.say(self.fault, error)
        self.fit()
