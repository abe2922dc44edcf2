"""The cheat sheet (`?`): every command with a key, in groups, made of the catalogue.

This module must not have a list of keys of its own: it could drift.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QWidget

from solodesk.ui.actions import native
from solodesk.ui.appearance import Appearance
from solodesk.ui.catalog import COMMANDS, Command, Group, group_title
from solodesk.ui.overlay import Overlay
from solodesk.wording.gettext import _

_COLUMNS: tuple[tuple[Group, ...], ...] = (
    (Group.TICKET,),
    (Group.GO, Group.ANSWER),
    (Group.DESK, Group.VIEW, Group.HELP),
)


class CheatSheet(Overlay):
    """Three columns, searchable."""

    def __init__(self, appearance: Appearance, parent: QWidget) -> None:
        super().__init__(appearance, parent, "cheatSheet", 960)
        self._field = QLineEdit(self.card)
        self._title = QLabel(self.card)
        top = QHBoxLayout()
        top.setContentsMargins(24, 18, 24, 10)
        top.addWidget(self._title, 1)
        top.addWidget(self._field)
        self._scroll = QScrollArea(self.card, widgetResizable=True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.column.addLayout(top)
        self.column.addWidget(self._scroll, 1)
        self.column.addSpacing(10)
        self._field.textChanged.connect(self._fill)

    def open(self) -> None:
        """Filled anew: words and keys may have changed."""
        look = self._look
        self._title.setText(_("Keyboard shortcuts"))
        self._title.setFont(look.font(17, semibold=True))
        self._field.setFont(look.font(13))
        self._field.setPlaceholderText(_("Find a key"))
        self._field.setAccessibleName(_("Find a key"))
        self._field.setMaximumWidth(look.px(220))
        self._field.clear()
        self._fill()
        super().open()
        self._field.setFocus()

    def card_height(self, room: int) -> int:
        body = self._scroll.widget()
        wanted = body.sizeHint().height() if body is not None else 0
        return min(room, wanted + self._look.px(80))

    def _fill(self) -> None:
        body = QWidget()
        body.setProperty("ground", "raised")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        columns = QHBoxLayout(body)
        columns.setContentsMargins(24, 0, 24, 8)
        columns.setSpacing(32)
        for groups in _COLUMNS:
            grid = QGridLayout()
            grid.setHorizontalSpacing(12)
            grid.setVerticalSpacing(5)
            for group in groups:
                self._add_group(grid, group)
            grid.setRowStretch(grid.rowCount(), 1)
            grid.setColumnStretch(0, 1)
            columns.addLayout(grid, 1)
        self._scroll.setWidget(body)

    def _add_group(self, grid: QGridLayout, group: Group) -> None:
        words = self._field.text().strip().casefold()
        shown = [
            entry
            for entry in COMMANDS
            if entry.group is group and entry.keys and words in entry.title.casefold()
        ]
        if not shown:
            return
        heading = QLabel(group_title(group))
        heading.setFont(self._look.font(11, semibold=True))
        heading.setProperty("tone", "3")
        row = grid.rowCount()
        if row > 1:
            grid.setRowMinimumHeight(row, self._look.px(8))
            row += 1
        grid.addWidget(heading, row, 0, 1, 2)
        for entry in shown:
            row += 1
            self._add_line(grid, row, entry)

    def _add_line(self, grid: QGridLayout, row: int, entry: Command) -> None:
        label = QLabel(entry.plain_title)
        label.setFont(self._look.font(13))
        grid.addWidget(label, row, 0)
        keys = QLabel("   ".join(native(key).replace(", ", " ") for key in entry.keys[:2]))
        keys.setFont(self._look.font(11))
        keys.setProperty("keycap", True)
        keys.setFixedHeight(self._look.px(20))
        grid.addWidget(keys, row, 1, Qt.AlignmentFlag.AlignRight)
