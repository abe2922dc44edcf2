"""The right column: the strip of figures, which is always there, and the customer below it.

This module must not read anything.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from solodesk.ui.figures.strip import FiguresStrip


class RightPanel(QWidget):
    """Strip on top, customer below."""

    def __init__(
        self, strip: FiguresStrip, customer: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("rightPanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(strip)
        column.addWidget(customer, 1)
        self.setFocusProxy(customer)


class Stacked(QWidget):
    """Widgets one above the other without gaps; the first one grows."""

    def __init__(self, *widgets: QWidget, name: str = "") -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for number, widget in enumerate(widgets):
            column.addWidget(widget, 0 if number else 1)
        if widgets:
            self.setFocusProxy(widgets[0])
