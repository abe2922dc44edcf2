"""The parts of the window that are painted first: bars, sidebar, list, strip and empty places.

This module must not know the panes that are put into the empty places later.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from solodesk.ui.actions import Actions
from solodesk.ui.appearance import Appearance
from solodesk.ui.figures.strip import FiguresStrip
from solodesk.ui.frame import DeskFrame, Parts
from solodesk.ui.header import Header
from solodesk.ui.sidebar.sidebar import Sidebar
from solodesk.ui.statusline import Banner, StatusLine
from solodesk.ui.ticketlist.pane import TicketListPane
from solodesk.ui.ticketlist.source import TicketSource


class Place(QWidget):
    """Widgets one above the other without gaps; the first one put in grows."""

    def __init__(self, name: str, ground: str, *fixed: QWidget) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("ground", ground)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        for widget in fixed:
            self._column.addWidget(widget)

    def put(self, *widgets: QWidget) -> None:
        """Add widgets below what is there; the first of them takes the room that is left."""
        for number, widget in enumerate(widgets):
            self._column.addWidget(widget, 0 if number else 1)
        self.setFocusProxy(widgets[0])


class Shell:
    """Makes and lays out these parts."""

    def __init__(self, actions: Actions, look: Appearance, source: TicketSource) -> None:
        self.header = Header(actions, look)
        self.sidebar = Sidebar(look)
        self.tickets = TicketListPane(source, look, actions)
        self.strip = FiguresStrip(look)
        self.banner = Banner(look)
        self.status = StatusLine(actions, look)
        self.middle = Place("conversationColumn", "bg")
        self.right = Place("rightPanel", "surface", self.strip)
        self.footer = Place("footer", "surface", self.banner, self.status)
        parts = Parts(self.header, self.sidebar, self.tickets, self.middle, self.right, self.footer)
        self.frame = DeskFrame(parts, look)
