"""Choose tags: a small list with ticks and a field that filters it or makes a new tag.

Enter applies. This module must not write.
"""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from solodesk.domain.views import TicketRow
from solodesk.services import lists
from solodesk.ui.appearance import Appearance
from solodesk.ui.ops import DeskGate
from solodesk.wording.gettext import _

_NAME = Qt.ItemDataRole.UserRole


class TagMenu(QFrame):
    """A popup; `chosen(add, remove)` when something was changed."""

    chosen = Signal(tuple, tuple)

    def __init__(
        self, gate: DeskGate, appearance: Appearance, rows: Sequence[TicketRow], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("card", True)
        self._before = set.intersection(*({tag.name for tag in row.tags} for row in rows))
        self.field = QLineEdit(self)
        self.field.setFont(appearance.font(13))
        self.field.setPlaceholderText(_("Find or make a tag"))
        self.field.setAccessibleName(_("Find or make a tag"))
        self.list = QListWidget(self)
        self.list.setFont(appearance.font(13))
        self.list.setAccessibleName(_("Tags"))
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(appearance.px(240), appearance.px(280))
        names = [tag.name for tag, _count in gate.read(lists.tag_counts)]
        for name in dict.fromkeys([*names, *sorted(self._before)]):
            self._add(name, ticked=name in self._before)
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.returnPressed.connect(self._on_field_return_pressed)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def open_here(self, at: QPoint) -> None:
        """Open at a place on the screen, all of it in sight."""
        room = self.screen().availableGeometry()
        left = min(at.x(), room.right() - self.width())
        self.move(left, max(room.top(), min(at.y(), room.bottom() - self.height())))
        self.show()
        self.field.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._apply()
        else:
            super().keyPressEvent(event)

    def _add(self, name: str, *, ticked: bool) -> None:
        item = QListWidgetItem(name, self.list)
        item.setData(_NAME, name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def _on_field_text_changed(self, typed: str) -> None:
        words = typed.strip().casefold()
        for item in self._items():
            item.setHidden(words not in item.text().casefold())

    def _on_field_return_pressed(self) -> None:
        typed = self.field.text().strip()
        if typed:
            same = [i for i in self._items() if i.text().casefold() == typed.casefold()]
            shown = same or [i for i in self._items() if not i.isHidden()]
            if same or len(shown) == 1:
                item = shown[0]
                on = item.checkState() == Qt.CheckState.Checked
                item.setCheckState(Qt.CheckState.Unchecked if on else Qt.CheckState.Checked)
            else:
                self._add(typed, ticked=True)
        self._apply()

    def _apply(self) -> None:
        after = {
            item.data(_NAME) for item in self._items() if item.checkState() == Qt.CheckState.Checked
        }
        add, remove = tuple(sorted(after - self._before)), tuple(sorted(self._before - after))
        self.close()
        if add or remove:
            self.chosen.emit(add, remove)
