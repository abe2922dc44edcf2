"""The fuller panel behind the strip: this week against the last, every figure with its
definition, its n and the tickets behind it.

It shows what `services.figures` counted. This module must not compute a figure.
"""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from solodesk.domain.figures import Figure
from solodesk.ui.appearance import Appearance
from solodesk.ui.figures.words import difference, enough
from solodesk.wording import figures as words
from solodesk.wording.gettext import _, ngettext


class FigureRow(QWidget):
    """Name and definition on the left, value and change on the right."""

    tickets_wanted = Signal(object)
    """The `Figure`."""

    def __init__(
        self, figure: Figure, title: str, definition: str, look: Appearance, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._figure = figure
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 12, 0, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(3)
        name = QLabel(title)
        name.setFont(look.font(13, semibold=True, text=title))
        about = QLabel(definition, wordWrap=True)
        about.setFont(look.font(12))
        about.setProperty("tone", "3")
        value = QLabel(words.headline(figure) if enough(figure) else "—")
        value.setFont(look.font(17, semibold=True))
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(name, 0, 0)
        grid.addWidget(about, 1, 0, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value, 0, 1)
        grid.addWidget(self._note(look), 1, 1)
        grid.addWidget(self._link(look), 2, 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(0, 1)
        grid.setColumnMinimumWidth(1, look.px(170))

    def _note(self, look: Appearance) -> QLabel:
        direction, change, tone = difference(self._figure)
        if not enough(self._figure):
            text = words.headline(self._figure)
        elif direction:
            arrow = "▲" if direction == "up" else "▼"
            verdict = {"ok": _("better"), "error": _("worse")}.get(tone, _("about the same"))
            text = f"{arrow} {change} · {verdict}"
        else:
            text = words.count_note(self._figure)
        note = QLabel(text)
        note.setFont(look.font(11))
        note.setProperty("tone", tone if tone != "plain" else "3")
        note.setAlignment(Qt.AlignmentFlag.AlignRight)
        return note

    def _link(self, look: Appearance) -> QPushButton:
        count = len(self._figure.tickets)
        link = QPushButton(ngettext("Show {n} ticket", "Show {n} tickets", count).format(n=count))
        link.setProperty("link", True)
        link.setFont(look.font(12))
        link.setVisible(count > 0)
        link.clicked.connect(self._on_link_clicked)
        return link

    def _on_link_clicked(self) -> None:
        self.tickets_wanted.emit(self._figure)


class FiguresPanel(QWidget):
    """The page "Insights"."""

    wanted = Signal(str, str)
    """(span: week or month, clock: business or calendar) to be counted."""
    tickets_wanted = Signal(str, tuple)
    """(title, ticket ids)"""
    report_wanted = Signal()

    def __init__(self, appearance: Appearance, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look = appearance
        self.span, self.clock = "week", "business"
        self._shown: list[tuple[Figure, str, str]] = []
        self.setProperty("ground", "bg")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title, self._basis = QLabel(self), QLabel(self)
        self._basis.setProperty("tone", "3")
        self._spans = self._switch(("week", "month"))
        self._clocks = self._switch(("business", "calendar"))
        self._report = QPushButton(self)
        self._report.clicked.connect(self.report_wanted)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self._title)
        top.addWidget(self._basis, 1)
        for box in (self._clocks, self._spans):
            top.addWidget(box)
        top.addWidget(self._report)
        self._scroll = QScrollArea(self, widgetResizable=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 18, 24, 0)
        column.setSpacing(12)
        column.addLayout(top)
        line = QFrame(self)
        line.setProperty("line", "h")
        column.addWidget(line)
        column.addWidget(self._scroll, 1)
        self.setFocusProxy(self._scroll)
        appearance.changed.connect(self._on_appearance_changed)
        self._on_appearance_changed()

    def _switch(self, choices: tuple[str, str]) -> QWidget:
        box = QWidget(self)
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(box)
        for choice in choices:
            button = QPushButton(box)
            button.setObjectName(choice)
            button.setCheckable(True)
            button.clicked.connect(partial(self._on_choice_clicked, choice))
            group.addButton(button)
            row.addWidget(button)
        return box

    def ask(self) -> None:
        """Ask for the figures of the present choice."""
        self.wanted.emit(self.span, self.clock)

    def show_figures(self, figures: Sequence[tuple[Figure, str, str]], basis: str) -> None:
        """Show (figure, name, definition), and what was counted."""
        self._shown = list(figures)
        self._basis.setText(basis)
        body = QWidget()
        body.setProperty("ground", "bg")
        body.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 24, 24)
        column.setSpacing(0)
        for figure, title, definition in self._shown:
            row = FigureRow(figure, title, definition, self._look, body)
            row.tickets_wanted.connect(partial(self._on_row_tickets_wanted, title))
            column.addWidget(row)
            line = QFrame(body)
            line.setProperty("line", "h")
            column.addWidget(line)
        column.addStretch(1)
        self._scroll.setWidget(body)

    def _on_choice_clicked(self, choice: str, _checked: bool = False) -> None:
        if choice in {"week", "month"}:
            self.span = choice
        else:
            self.clock = choice
        self.ask()

    def _on_row_tickets_wanted(self, title: str, figure: Figure) -> None:
        self.tickets_wanted.emit(title, figure.tickets)

    def _on_appearance_changed(self) -> None:
        look = self._look
        titles = {
            "week": _("This week"),
            "month": _("This month"),
            "business": _("Business hours"),
            "calendar": _("Round the clock"),
        }
        self._title.setText(_("Insights"))
        self._title.setFont(look.font(22, semibold=True, text=self._title.text()))
        self._basis.setFont(look.font(12))
        self._report.setText(_("Full report"))
        self._report.setFont(look.font(13))
        for box in (self._spans, self._clocks):
            for button in box.findChildren(QPushButton):
                button.setText(titles[button.objectName()])
                button.setFont(look.font(13, medium=True))
                button.setChecked(button.objectName() in {self.span, self.clock})
        if self._shown:
            self.show_figures(self._shown, self._basis.text())
